using System.Text;
using System.Text.RegularExpressions;

namespace Kept.Import.Kuma;

/// <summary>The queries of a <c>json-query</c> monitor that are plain paths in JSONata, as paths of ours; functions, filters and arithmetic have no form here.</summary>
internal static partial class KumaQuery
{
    private const int Longest = 500;

    /// <summary><c>$.queue.items[0].depth</c> as <c>body.queue.items[0].depth</c>; null where it is no plain path.</summary>
    public static string? Path(string query)
    {
        var text = query.Trim();
        if (text.Length is 0 or > Longest) return null;
        if (text is "$" or "$$") return "body";
        if (CountOf().Match(text) is { Success: true } count) return Path(count.Groups["of"].Value) is { } inner ? $"count({inner})" : null;
        if (Root().Match(text) is { Success: true } root) text = text[root.Length..];
        var path = new StringBuilder("body");
        for (var at = 0; at < text.Length;)
        {
            var step = Step().Match(text, at);
            if (!step.Success || step.Index != at || at > 0 != (text[at] is '.' or '[')) return null;
            if (step.Groups["name"] is { Success: true } name) path.Append('.').Append(name.Value);
            else if (step.Groups["quoted"] is { Success: true } quoted) path.Append('[').Append(KumaReading.Quoted(quoted.Value)).Append(']');
            else path.Append('[').Append(step.Groups["index"].Value).Append(']');
            at += step.Length;
        }
        return path.Length > 4 ? path.ToString() : null;
    }

    /// <summary>The comparison with the expected value, which Kuma makes between texts: a number in the body equals the text of it. Null where there is none like it.</summary>
    public static string? Comparison(string path, string symbol, string expected)
    {
        var number = KumaReading.Decimal(expected);
        switch (symbol)
        {
            case "==" or "!=":
                var equal = number is not null ? $"{path} in [{number}, {KumaReading.Quoted(expected)}]"
                    : expected is "true" or "false" ? $"{path} == {expected} or {path} == {KumaReading.Quoted(expected)}"
                    : $"{path} == {KumaReading.Quoted(expected)}";
                return symbol == "==" ? equal : $"not ({equal})";
            case "<" or "<=" or ">" or ">=":
                return number is null ? null : $"{path} {symbol} {number}";
            case "contains":
                return $"{path} contains {KumaReading.Quoted(expected)}";
            default:
                return null;
        }
    }

    [GeneratedRegex(@"^\$count\((?<of>[^()]*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex CountOf();

    [GeneratedRegex(@"^\${1,2}\.", RegexOptions.CultureInvariant)]
    private static partial Regex Root();

    [GeneratedRegex(@"\.?(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|`(?<quoted>[^`]{1,100})`)|\[(?<index>[0-9]{1,6})\]", RegexOptions.CultureInvariant)]
    private static partial Regex Step();
}
