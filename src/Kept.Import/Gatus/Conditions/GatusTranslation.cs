using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>A condition in our words.</summary>
/// <param name="Expectation">As <c>expect</c> takes it; empty where every answer of the kind meets it by itself; null where it cannot be said.</param>
/// <param name="Why">Why it cannot be said.</param>
/// <param name="Difference">Where it is said, and is not quite the same.</param>
public readonly record struct GatusTranslated(string? Expectation, string? Why = null, string? Difference = null);

/// <summary>
/// Gatus' conditions in our expectations, as they were meant: units are written out, numbers are numbers, a text stands in quotes, and what Gatus does not notice
/// (<c>&amp;&amp;</c>, <c>30d</c>) is taken at its word. What comes out is read as a document's line would be, so nothing is written that would be refused.
/// </summary>
public static partial class GatusTranslation
{
    public static GatusTranslated Of(string condition, CheckKind kind)
    {
        var translated = condition.Length > GatusCondition.Longest ? new(null, "it is longer than any condition") : Compound(condition.Trim(), kind);
        if (translated.Expectation is not { Length: > 0 } text) return translated;
        var (expectation, problems) = ExpectationText.Read(text, kind);
        return expectation is not null ? translated : new(null, problems.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.Message).FirstOrDefault() ?? "it has no form here");
    }

    /// <summary>Several comparisons in one line, which Gatus reads as one and people mean as several.</summary>
    private static GatusTranslated Compound(string condition, CheckKind kind)
    {
        var or = Pieces(condition, "||", "or");
        if (or.Count > 1) return Joined(or.Select(piece => Compound(piece, kind)), " or ");
        var and = Pieces(condition, "&&", "and");
        return and.Count > 1 ? Joined(and.Select(piece => Compound(piece, kind)), " and ") : Comparison(condition, kind);
    }

    private static List<string> Pieces(string condition, string symbol, string word)
    {
        var pieces = Regex.Split(condition, $@"\s+(?:{Regex.Escape(symbol)}|{word}|{word.ToUpperInvariant()})\s+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        return pieces.Length > 1 && pieces.All(piece => SymbolIn().IsMatch(piece)) ? [.. pieces.Select(piece => piece.Trim())] : [condition];
    }

    private static GatusTranslated Joined(IEnumerable<GatusTranslated> parts, string word)
    {
        var all = parts.ToList();
        if (all.FirstOrDefault(part => part.Expectation is null) is { Why: not null } lost) return lost;
        var said = all.Where(part => part.Expectation!.Length > 0).Select(part => part.Expectation!.Contains(" and ", StringComparison.Ordinal) || part.Expectation.Contains(" or ", StringComparison.Ordinal) ? $"({part.Expectation})" : part.Expectation).ToList();
        return new(string.Join(word, said), null, all.Select(part => part.Difference).FirstOrDefault(difference => difference is not null));
    }

    private static GatusTranslated Comparison(string condition, CheckKind kind)
    {
        if (GatusCondition.Operators.FirstOrDefault(symbol => condition.Contains($" {symbol} ", StringComparison.Ordinal)) is not { } symbol) return new(null, "Gatus itself refuses it: there is no comparison in it");
        var sides = condition.Split($" {symbol} ").Select(side => side.Trim()).ToArray();
        if (sides.Length != 2) return new(null, "it holds more than one comparison");
        var (left, right) = (GatusName.Of(sides[0], kind), GatusName.Of(sides[1], kind));
        if (left is null && right is null)
            return Unknown().IsMatch(sides[0]) || Unknown().IsMatch(sides[1]) ? new(null, $"`{(Unknown().IsMatch(sides[0]) ? sides[0] : sides[1])}` is no placeholder") : new(null, "it compares two written texts");
        if (left is null) (left, right, sides, symbol) = (right, left, [sides[1], sides[0]], Mirrored(symbol));
        if (left!.Lost is { } lost) return new(null, lost);
        if (right?.Lost is { } other) return new(null, other);
        if (Unknown().IsMatch(sides[1]) && right is null) return new(null, $"`{sides[1]}` is no placeholder");
        return right is not null ? new($"{left.Text} {symbol} {right.Text}") : left.Wildcard is { } items ? Over(items, left, symbol, sides[1]) : With(left, symbol, sides[1]);
    }

    private static GatusTranslated Over(string items, GatusName left, string symbol, string value)
    {
        var inner = With(left, symbol, value);
        return inner.Expectation is { Length: > 0 } text ? inner with { Expectation = $"every({items}, {text})" } : inner;
    }

    private static GatusTranslated With(GatusName left, string symbol, string value)
    {
        if (left.Form == GatusForm.Has)
        {
            if (value is not ("true" or "false") || symbol is not ("==" or "!=")) return new(null, "has() is true or false");
            return new((value == "true") == (symbol == "==") ? left.Text : "not " + left.Text);
        }
        if (left.Form == GatusForm.Implied)
            return (value == "true") == (symbol == "==") && value is "true" or "false" ? new("") : new(null, "a look that cannot connect is bad here, and no expectation turns that round");
        if (Function("any", value) is { } options) return Any(left, symbol, options.Split(',').Select(option => option.Trim()).ToList());
        if (Function("pat", value) is { } pattern) return symbol is "==" or "!=" ? GatusGlob.Translated(left, symbol, pattern) : new(null, "a pattern has no order");
        if (left.Form == GatusForm.Answers)
            return symbol switch { "==" => new($"{left.Text} contains {Text(value)}"), "!=" => new($"not ({left.Text} contains {Text(value)})"), _ => new(null, "records have no order") };
        // `2.10` is a text in most bodies, and Gatus tells no text from a number: either passes
        if (left.Form == GatusForm.Found && symbol == "==" && GatusHollow.IsPrintedOtherwise(value) && Number(value) is { } number) return new($"{left.Text} in [{number}, {Text(value)}]", null, left.Difference);
        return Literal(left, symbol, value) switch
        {
            { Written: { } written } => new($"{left.Text} {symbol} {written}", null, left.Difference),
            var none => new(null, none.Why),
        };
    }

    private static GatusTranslated Any(GatusName left, string symbol, List<string> options)
    {
        if (symbol is not ("==" or "!=")) return new(null, "a list has no order");
        var written = options.Select(option => Literal(left, symbol, option)).ToList();
        if (written.Find(one => one.Written is null) is { Why: not null } none) return new(null, none.Why);
        // also as the text that it may be in a body
        if (left.Form == GatusForm.Found) written.AddRange(options.Where(option => GatusHollow.IsPrintedOtherwise(option) && Number(option) is not null).Select(option => ((string?)Text(option), (string?)null)));
        var list = string.Join(", ", written.Select(one => one.Written));
        var test = left.Form == GatusForm.Answers ? $"any({left.Text}, it in [{list}])" : $"{left.Text} in [{list}]";
        return new(symbol == "==" ? test : $"not ({test})", null, left.Difference);
    }

    private static (string? Written, string? Why) Literal(GatusName left, string symbol, string value)
    {
        var ordered = symbol is not ("==" or "!=");
        switch (left.Form)
        {
            case GatusForm.Time:
                return Length(value, left.IsCertificate);
            case GatusForm.Number:
                return Number(Unquoted(value)) is { } number ? (number, null) : (null, $"`{value}` is no number");
            case GatusForm.Flag:
                return Unquoted(value) is "true" or "false" ? (Unquoted(value), null) : (null, $"`{value}` is neither true nor false");
            case GatusForm.Found:
                if (Number(value) is { } plain) return (plain, null);
                if (ordered) return GoDuration.Read(value) is not null ? (null, "what a body holds has no unit; write the number in the unit that the body uses") : (null, $"`{value}` is no number, so there is no order");
                return (value is "true" or "false" ? value : Text(Unquoted(value)), null);
            default:
                return ordered ? (null, "text has no order") : (Text(left.Form == GatusForm.WholeBody ? value : Unquoted(value)), null);
        }
    }

    /// <summary>Decimal, whatever notation Go would have taken it for; a zero at the front is no octal here.</summary>
    internal static string? Number(string text)
    {
        if (DecimalText().IsMatch(text))
        {
            var trimmed = text.TrimStart('+', '-').TrimStart('0');
            if (trimmed.Length == 0 || trimmed[0] == '.') trimmed = "0" + trimmed;
            return text[0] == '-' ? "-" + trimmed : trimmed;
        }
        return GoNumber.Whole(text) is { } whole ? whole.ToString(CultureInfo.InvariantCulture) : null;
    }

    private static (string? Written, string? Why) Length(string value, bool isCertificate)
    {
        var text = Unquoted(value);
        if (GoDuration.Read(text) is { } nanoseconds && (nanoseconds != 0 || text is not "0")) return (new Duration(nanoseconds).ToString(), null);
        if (LongUnit().Match(text) is { Success: true } match)
        {
            var unit = char.ToLowerInvariant(match.Groups["unit"].Value[0]) == 'w' ? "w" : "d";
            return (match.Groups["number"].Value + unit, null);
        }
        if (GoNumber.Whole(text) is not { } milliseconds) return (null, $"`{value}` is no length of time");
        if (milliseconds == 0) return ("0s", null);
        if (isCertificate && milliseconds is > 0 and < 86_400_000)
            return (null, $"`{text}` has no unit, and means {text} milliseconds to Gatus; did you mean {text}d ({(milliseconds * 24).ToString(CultureInfo.InvariantCulture)}h)?");
        return Math.Abs(milliseconds) < 3_000_000_000_000 ? (Duration.Milliseconds(milliseconds).ToString(), null) : (null, $"`{text}` milliseconds are longer than 95 years");
    }

    internal static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    internal static string? Function(string name, string value) =>
        value.StartsWith(name + "(", StringComparison.Ordinal) && value.EndsWith(')') ? value[(name.Length + 1)..^1] : null;

    internal static string Unquoted(string value) => IsQuoted(value) ? value[1..^1] : value;

    internal static bool IsQuoted(string value) => value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0];

    internal static string Mirrored(string symbol) => symbol switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => symbol };

    [GeneratedRegex(@"\s(==|!=|<=|>=|<|>)\s", RegexOptions.CultureInvariant)]
    private static partial Regex SymbolIn();

    [GeneratedRegex(@"^(?:[a-z]+\()?\[[A-Za-z_ -]+\]", RegexOptions.CultureInvariant)]
    internal static partial Regex Unknown();

    [GeneratedRegex(@"^[+-]?[0-9]{1,15}(\.[0-9]{1,9})?$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalText();

    [GeneratedRegex(@"^(?<number>[0-9]{1,5}(\.[0-9]{1,3})?)\s*(?<unit>d|days?|D|w|weeks?|W)$", RegexOptions.CultureInvariant)]
    internal static partial Regex LongUnit();
}
