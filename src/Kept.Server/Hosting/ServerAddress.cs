namespace Kept.Server;

/// <summary>
/// Where the server of a data folder listens, for the command line: <c>server.url</c> in that folder, there while it runs. Its first line is the address, its
/// second a mark of this one run, which <c>/healthz</c> says too: after a crash another server may listen at the address that was left behind.
/// </summary>
/// <param name="Url">As it was written; whoever may write into the folder may have written anything.</param>
/// <param name="Mark">Null where it was written without.</param>
public sealed record ServerAddress(string Url, string? Mark)
{
    public const string FileName = "server.url";

    private const int MostBytes = 4096;

    /// <summary>The address, or null where no server said that it runs. It may have died since: ask before you trust it.</summary>
    /// <exception cref="IOException">It is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ServerAddress? Read(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MostBytes];
        var text = System.Text.Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? null : new ServerAddress(lines[0], lines.ElementAtOrDefault(1));
    }

    internal void Write(string dataFolder) => File.WriteAllText(Path.Combine(dataFolder, FileName), $"{Url}\n{Mark}\n");

    internal static void Remove(string dataFolder) => File.Delete(Path.Combine(dataFolder, FileName));
}
