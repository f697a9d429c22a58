using System.Collections.Frozen;
using System.Globalization;
using Kept.Model;

namespace Kept.Cli.Adding;

/// <summary>Terms proposed from a few looks: what was seen every time, with room to breathe. A person accepts them or not.</summary>
/// <param name="Name">A name for the promise.</param>
/// <param name="Url">The URL looked at.</param>
/// <param name="Status">The status of the answers.</param>
/// <param name="Within">A bound for one answer.</param>
/// <param name="IsTls">Whether a certificate was seen.</param>
/// <param name="InWords">The terms, for people.</param>
internal sealed record Proposal(string Name, string Url, int Status, Duration Within, bool IsTls, IReadOnlyList<string> InWords)
{
    private static readonly long[] NiceMilliseconds = [100, 200, 300, 500, 800, 1000, 1500, 2000, 3000, 5000, 8000, 10_000];

    /// <summary>The check that takes the looks: a new connection each time, so that no phase is missing.</summary>
    public static Check Probe(CheckKind kind, CheckTarget target) => new(
        "http", kind, target,
        kind.Fields.Where(field => field is { Name: "connection" }).ToFrozenDictionary(field => field.Name, FieldValue (_) => new FieldValue.Text("new")),
        Duration.Seconds(30), Duration.Seconds(10), Confirmation.AtOnce, [], [], Place.None);

    public static Proposal From(CheckTarget target, CheckKind kind, IReadOnlyList<Observation> seen, string? name)
    {
        var answers = seen.Where(one => one.Reach == Reach.Answered).ToList();
        // The status seen most often; of equals the newest.
        var status = answers.GroupBy(one => one.Code).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Max(one => one.StartedAt)).First().Key;
        var slowest = answers.Max(one => one.Phases.Total);
        // Three times the slowest of five looks, rounded up to a figure that people would say.
        var wanted = slowest * 3 / Duration.PerMillisecond;
        var within = Duration.Milliseconds(NiceMilliseconds.FirstOrDefault(nice => nice >= wanted, NiceMilliseconds[^1]));
        var tls = target.Rest.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        var words = new List<string>
        {
            $"answers {status.ToString(CultureInfo.InvariantCulture)} within {within.ToWords()} (seen: {answers.Count} of {seen.Count} looks answered, the slowest took {new Duration(slowest).ToWords()})",
            "is available at least 99 % of the time, over 30 days",
        };
        if (tls) words.Add("its certificate is valid for more than 14 days");
        words.Add("looked at every 30 s; broken when 2 of 3 looks are bad");
        return new Proposal(name ?? NameFrom(target), target.Rest, status, within, tls, words);
    }

    /// <summary>The last part of the path, else the first label of the host; an address and this machine have no label that says anything.</summary>
    internal static string NameFrom(CheckTarget target)
    {
        var path = Uri.TryCreate(target.Rest, UriKind.Absolute, out var uri) ? uri.AbsolutePath.Trim('/') : "";
        var candidate = path.Length > 0 ? path.Split('/')[^1] : IsNameless(target.Host) ? "" : target.Host.Split('.')[0];
        return AsName(candidate) is { Length: > 0 } name ? name : "answers";
    }

    /// <summary>A name for who answers there: the host, with its port where it is not the usual one, for another port is another service. An address is called so: <c>host-192-0-2-2</c>.</summary>
    public static string AgentFrom(CheckTarget target)
    {
        var host = AsName(target.Host);
        if (host.Length == 0 || System.Net.IPAddress.TryParse(target.Host.Trim('[', ']'), out _)) host = $"host-{host}".TrimEnd('-');
        return Uri.TryCreate(target.Rest, UriKind.Absolute, out var uri) && !uri.IsDefaultPort ? $"{host}-{uri.Port.ToString(CultureInfo.InvariantCulture)}" : host;
    }

    private static bool IsNameless(string host) => host == "localhost" || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _);

    /// <summary>Turns any text into a name, or an empty text when nothing is left.</summary>
    public static string AsName(string text)
    {
        var words = string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Split('-', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('-', words) is var name && name.Length > 60 ? name[..60].Trim('-') : name;
    }

    /// <summary>The expectations and rhythm, as YAML lines at an indentation.</summary>
    public string CheckYaml(string indent)
    {
        var lines = new List<string>
        {
            "check:",
            $"  http: '{$"GET {Url}".Replace("'", "''", StringComparison.Ordinal)}'",
            "  every: 30s",
            "  timeout: 10s",
            "  confirm: 2 of 3",
            "  expect:",
            $"    - status == {Status.ToString(CultureInfo.InvariantCulture)}",
            $"    - time < {Within}",
        };
        if (IsTls) lines.Add("    - certificate.expires-in > 14d");
        return string.Concat(lines.Select(line => indent + line + "\n"));
    }
}
