using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>An accounting as people write it: <c>gaps=bad,retries=confirmed</c>, or a file with the same, one a line, as <c>accounting:</c> of a document has it.</summary>
internal static class PolicyText
{
    private const int MostCharacters = 4_000;

    /// <summary>What is not written stays as in <paramref name="otherwise"/>.</summary>
    /// <exception cref="UsageException">It is no accounting.</exception>
    public static Accounting Read(string written, Accounting otherwise)
    {
        var text = File.Exists(written) ? FileText(written) : written;
        var accounting = otherwise;
        foreach (var part in text.Split(['\n', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith('#') || part == "accounting:") continue;
            var cut = part.IndexOfAny(['=', ':']);
            var (name, value) = cut < 0 ? (part, "") : (part[..cut].Trim(), part[(cut + 1)..].Trim());
            accounting = name switch
            {
                "gaps" => accounting with { Gaps = One<GapAccount>(name, value) },
                "own-outage" => accounting with { OwnOutage = One<GapAccount>(name, value) },
                "retries" => accounting with { Retries = One<RetryAccount>(name, value) },
                "maintenance" => accounting with { Maintenance = One<MaintenanceAccount>(name, value) },
                _ => throw new UsageException($"--policy knows no '{Short(name)}'; write gaps=…, own-outage=…, retries=… or maintenance=…, or a file with these, one a line"),
            };
        }
        return accounting;
    }

    private static T One<T>(string name, string value) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(one => one.ToLowerInvariant()).ToList();
        return names.Contains(value) ? Enum.Parse<T>(value, ignoreCase: true) : throw new UsageException($"--policy {name}={Short(value)}: write one of {string.Join(", ", names)}");
    }

    private static string FileText(string path)
    {
        if (new FileInfo(path).Length > MostCharacters) throw new UsageException($"'{path}' is too long for an accounting");
        return File.ReadAllText(path);
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
