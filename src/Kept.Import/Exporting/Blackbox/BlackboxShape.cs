using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Import.Exporting.Blackbox;

/// <summary>The settings of one module while it is put together: single values, and lists by key.</summary>
/// <param name="prober">The prober, which is the key of its settings too.</param>
/// <param name="target">What is probed, as the exporter takes it.</param>
internal sealed partial class BlackboxShape(string prober, string target)
{
    private readonly List<(string Key, string Value)> _single = [];
    private readonly List<(string Key, List<string> Items)> _lists = [];
    private readonly List<(string Key, string Name, string Value)> _headers = [];

    public string Target { get; } = target;

    public void Set(string key, string value) => _single.Add((key, value));

    /// <summary>An item of a list, as YAML.</summary>
    public void Add(string key, string item)
    {
        if (_lists.Find(list => list.Key == key).Items is { } items) items.Add(item);
        else _lists.Add((key, [item]));
    }

    public void Header(string name, string value) => _headers.Add(("headers", name, value));

    /// <summary>Null, and told, where the exporter has no such probe.</summary>
    public static BlackboxShape? Of(Check check, string subject, Losses losses)
    {
        BlackboxShape? shape = check.Kind.Name switch
        {
            "http" => BlackboxHttpShape.Of(check, subject, losses),
            "tcp" => BlackboxTcpShape.Of(check, subject, losses),
            "dns" => BlackboxDnsShape.Of(check, subject, losses),
            "icmp" => Icmp(check, subject, losses),
            _ => null,
        };
        shape?.Family(check, subject, losses);
        if (shape is null && check.Kind.Name is not ("http" or "tcp" or "dns" or "icmp"))
            losses.NotExported(check.At, subject, $"blackbox_exporter has no probe like the kind `{check.Kind.Name}`");
        return shape;
    }

    /// <summary>Every line of expectation, those joined by <c>and</c> each for itself; what the exporter cannot ask is told.</summary>
    /// <param name="takes">Takes a line, and says whether it could.</param>
    public static void Lines(Check check, string subject, Losses losses, Func<Expression, bool> takes)
    {
        foreach (var line in check.Expect)
        {
            var parts = line.Test is Expression.And and ? [.. and.Parts] : new List<Expression> { line.Test };
            if (parts.Count(part => !takes(part)) is var left and > 0)
                losses.NotExported(check.At, subject, $"`{line.Text}` is {(left < parts.Count ? "partly " : "")}not asked there", Instead(line));
        }
    }

    private static string? Instead(Expectation line) => Names(line.Test).Select(name => name switch
    {
        "certificate.expires-in" => "an alert on probe_ssl_earliest_cert_expiry - time()",
        var time when time.StartsWith("time", StringComparison.Ordinal) => "an alert on probe_duration_seconds",
        _ => null,
    }).FirstOrDefault(text => text is not null);

    private static IEnumerable<string> Names(Expression test) => test.SelfAndDescendants().OfType<Expression.Compare>().SelectMany(compare => new[] { compare.Left, compare.Right }).OfType<Operand.Seen>().Select(seen => seen.Name);

    private static BlackboxShape Icmp(Check check, string subject, Losses losses)
    {
        var shape = new BlackboxShape("icmp", check.Target.Host);
        Lines(check, subject, losses, _ => false);
        if (check.Setting<FieldValue.Whole>("packets") is { Number: > 1 } packets) losses.Differs(check.At, subject, $"the exporter sends one echo request, not {packets.Number}");
        return shape;
    }

    /// <summary>One family alone is asked for; each address by itself cannot be.</summary>
    private void Family(Check check, string subject, Losses losses)
    {
        var family = check.Setting<FieldValue.Text>("addresses")?.Content;
        if (family == "each") losses.NotExported(check.At, subject, "the exporter looks at one address of a name, and not at each", "a target for every address");
        if (family is not ("IPv4" or "IPv6")) return;
        Set("preferred_ip_protocol", family == "IPv4" ? "ip4" : "ip6");
        Set("ip_protocol_fallback", "false");
    }

    /// <summary>A text as a pattern that finds it and nothing else. Go and .NET agree on these escapes.</summary>
    public static string Pattern(string text) => Special().Replace(text, match => "\\" + match.Value);

    public void WriteInto(YamlLines lines)
    {
        if (_single.Count + _lists.Count + _headers.Count == 0) return;
        lines.Line(2, prober + ":");
        foreach (var (key, value) in _single) lines.Line(3, $"{key}: {value}");
        if (_headers.Count > 0) lines.Line(3, "headers:");
        foreach (var (_, name, value) in _headers) lines.Line(4, $"{YamlLines.Quoted(name)}: {YamlLines.Quoted(value)}");
        foreach (var (key, items) in _lists.Where(list => !list.Key.Contains('/', StringComparison.Ordinal))) List(lines, 3, key, items);
        // settings within settings: validate_answer_rrs/fail_if_none_matches_regexp
        foreach (var group in _lists.Where(list => list.Key.Contains('/', StringComparison.Ordinal)).GroupBy(list => list.Key.Split('/')[0]))
        {
            lines.Line(3, group.Key + ":");
            foreach (var (key, items) in group) List(lines, 4, key.Split('/')[1], items);
        }
    }

    private static void List(YamlLines lines, int level, string key, List<string> items)
    {
        lines.Line(level, key + ":");
        foreach (var item in items) lines.Line(level + 1, "- " + item);
    }

    [GeneratedRegex(@"[\\^$.|?*+()\[\]{}]", RegexOptions.CultureInvariant)]
    private static partial Regex Special();
}
