namespace Kept.Server;

/// <summary>Where the server of a data folder listens, for the command line: one line in <c>server.url</c>, there while it runs.</summary>
public static class ServerAddress
{
    private const string FileName = "server.url";

    /// <summary>The address, or null where no server said that it runs. It may have died since: ask before you trust it.</summary>
    public static string? Read(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    internal static void Write(string dataFolder, string url) => File.WriteAllText(Path.Combine(dataFolder, FileName), url + "\n");

    internal static void Remove(string dataFolder) => File.Delete(Path.Combine(dataFolder, FileName));
}
