using System.Collections.Immutable;
using System.Globalization;

namespace Kept.Import.Gatus;

/// <summary>What Gatus says of one condition.</summary>
/// <param name="Passes">Null where Gatus itself refuses the condition, or where it goes over more elements than are looked at.</param>
/// <param name="Text">As Gatus shows it; of a wildcard, each failing element.</param>
/// <param name="IsUnjudged">It goes over more elements than are looked at, so neither verdict would be Gatus' own.</param>
public readonly record struct GatusVerdict(bool? Passes, string Text, bool IsUnjudged = false);

/// <summary>
/// Gatus' conditions with Gatus' verdicts and Gatus' words (as of 5.36, and what came after it: wildcards, headers, ages). Re-expressed from its behaviour, including
/// what nobody would want: text that is no number counts as zero, fractions are cut, more than one operator is not noticed.
/// </summary>
public static class GatusCondition
{
    /// <summary>In the order in which they are looked for, which is not the order of a grammar.</summary>
    internal static readonly ImmutableArray<string> Operators = ["==", "!=", "<=", ">=", ">", "<"];

    /// <summary>A condition or an element of a list in it is longer than any configuration needs.</summary>
    internal const int Longest = 4_000;

    /// <summary>Elements that one condition looks at, over all its lists; with more it is not judged.</summary>
    private const int MostElements = 1_000;

    private const int ShownOfText = 25;

    public static GatusVerdict Evaluate(string condition, GatusSeen seen)
    {
        var results = new List<(bool Passes, string Text)>();
        if (condition.Length > Longest) return new(null, $"invalid condition: longer than {Longest} characters");
        var left = MostElements;
        return Evaluate(condition, seen, results, 0, ref left) is { } passes ? new(passes, string.Join(", ", results.Select(result => result.Text)))
            : left < 0 ? new(null, $"not judged: it goes over more than {MostElements} elements, and a part of them says nothing of the rest", true) : new(null, "invalid condition: " + condition);
    }

    private static bool? Evaluate(string condition, GatusSeen seen, List<(bool Passes, string Text)> results, int depth, ref int left)
    {
        if (depth < 3 && Wildcard(condition) is { } wildcard) return OverElements(condition, wildcard.Path, wildcard.At, seen, results, depth, ref left);
        if (Operators.FirstOrDefault(symbol => condition.Contains($" {symbol} ", StringComparison.Ordinal)) is not { } found) return null;
        var written = condition.Split($" {found} ").Select(side => side.Trim()).ToArray();
        var resolved = written.Select(side => GatusOperand.Resolve(side, seen)).ToArray();
        bool passes;
        string[] shown;
        if (found is "==" or "!=")
        {
            passes = AreEqual(resolved[0], resolved[1]) == (found == "==");
            shown = resolved;
        }
        else
        {
            var numbers = resolved.Select(Number).ToArray();
            passes = found switch { "<=" => numbers[0] <= numbers[1], ">=" => numbers[0] >= numbers[1], ">" => numbers[0] > numbers[1], _ => numbers[0] < numbers[1] };
            shown = [ShownNumber(written[0], numbers[0]), ShownNumber(written[1], numbers[1])];
        }
        var resolves = passes ? seen.ResolveSuccessful : !seen.DontResolveFailed;
        results.Add((passes, resolves ? Pretty(written, shown, found) : condition));
        return passes;
    }

    /// <summary>The first <c>[*]</c> that belongs to a body's path, and the path to its list.</summary>
    private static (string Path, int At)? Wildcard(string condition)
    {
        var at = condition.IndexOf("[*]", StringComparison.Ordinal);
        if (at < 0) return null;
        var start = condition[..at].ToUpperInvariant().LastIndexOf(GatusOperand.Body, StringComparison.Ordinal);
        if (start < 0) return null;
        var path = condition[(start + GatusOperand.Body.Length)..at];
        return path.Contains(' ') ? null : (path.StartsWith('.') ? path[1..] : path, at);
    }

    private static bool? OverElements(string condition, string path, int at, GatusSeen seen, List<(bool Passes, string Text)> results, int depth, ref int left)
    {
        if (GatusPath.Elements(path, seen.Body) is not ({ } count and > 0))
        {
            results.Add((false, condition + " (no elements matched)"));
            return false;
        }
        var elements = new List<(bool Passes, string Text)>();
        var all = true;
        // all or none: what would be left out is where the failure may stand
        if ((left -= count) < 0) return null;
        for (var i = 0; i < count; i++)
            if (Evaluate($"{condition[..at]}[{i.ToString(CultureInfo.InvariantCulture)}]{condition[(at + 3)..]}", seen, elements, depth + 1, ref left) is { } passes) all &= passes;
            else return null;
        if (all) results.Add((true, seen.ResolveSuccessful ? $"{condition} ({elements.Count.ToString(CultureInfo.InvariantCulture)} elements)" : condition));
        else results.AddRange(elements.Where(element => !element.Passes));
        return all;
    }

    /// <summary>By pattern, by list, as integers, else as text.</summary>
    private static bool AreEqual(string a, string b)
    {
        if (a.EndsWith(')') || b.EndsWith(')'))
        {
            var (patternA, patternB) = (Inside("pat(", ref a), Inside("pat(", ref b));
            if (patternA != patternB) return patternA ? GoPattern.Matches(a, b) : GoPattern.Matches(b, a);
            var (anyA, anyB) = (Inside("any(", ref a), Inside("any(", ref b));
            if (anyA != anyB)
            {
                var (options, value) = anyA ? (a, b) : (b, a);
                return options.Split(',').Any(option => option.Trim() == value);
            }
        }
        return GoNumber.Whole(a) is { } first && GoNumber.Whole(b) is { } second ? first == second : a == b;
    }

    private static bool Inside(string function, ref string text)
    {
        if (!text.StartsWith(function, StringComparison.Ordinal) || !text.EndsWith(')')) return false;
        text = text[function.Length..];
        if (text.EndsWith(')')) text = text[..^1];
        return true;
    }

    /// <summary>A length of time in milliseconds, an integer, a cut fraction, or else zero.</summary>
    internal static long Number(string text) =>
        GoDuration.Read(text) is { } length and not 0 ? length / 1_000_000 : GoNumber.Whole(text) ?? GoNumber.Cut(text) ?? 0;

    private static string ShownNumber(string written, long number) =>
        written is GatusOperand.Certificate or GatusOperand.Domain || GoDuration.Read(written) is not null ? GoDuration.Shown(number) : WrittenJson.Number(number);

    private static string Pretty(string[] written, string[] shown, string symbol)
    {
        for (var side = 0; side < 2; side++)
            if (IsPattern(written[side]) && GatusPath.Bytes(shown[1 - side]) > ShownOfText)
                shown[1 - side] = string.Concat(shown[1 - side].EnumerateRunes().Take(ShownOfText)) + "...(truncated)";
        return $"{Side(written[0], shown[0])} {symbol} {Side(written[1], shown[1])}";

        static string Side(string written, string shown) => shown == written || shown == written + " " + GatusOperand.Invalid ? shown : $"{written} ({shown})";
    }

    private static bool IsPattern(string text) => text.StartsWith("pat(", StringComparison.Ordinal) && text.EndsWith(')');
}
