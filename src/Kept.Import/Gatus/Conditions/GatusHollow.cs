using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Language.Foreign;

namespace Kept.Import.Gatus;

/// <summary>What is hollow about a condition.</summary>
/// <param name="Code">One of <see cref="ImportCodes"/>.</param>
/// <param name="Message">One sentence without a full stop.</param>
/// <param name="Shows">An observation, and what Gatus says of it.</param>
/// <param name="Instead">What to write.</param>
/// <param name="Start">Where in the condition, from 0.</param>
/// <param name="Length">How much of it.</param>
/// <param name="Here">What is so here.</param>
public sealed record Hollowness(string Code, string Message, string? Shows, string? Instead, int Start, int Length, string? Here = null);

/// <summary>
/// Finds conditions that load in Gatus and guard nothing: by their form, and by giving Gatus' own evaluator observations of real failures. What is claimed is shown by
/// an observation; a condition about which nothing can be shown is not accused.
/// </summary>
public static partial class GatusHollow
{
    private const string Exact = "numbers are decimals and compare exactly";

    /// <param name="seen">An observation that is at hand: what only it shows is told too.</param>
    public static ImmutableArray<Hollowness> Find(string condition, GatusSeen? seen = null)
    {
        if (condition.Length > GatusCondition.Longest || GatusCondition.Operators.FirstOrDefault(symbol => condition.Contains($" {symbol} ", StringComparison.Ordinal)) is not { } symbol) return [];
        var comparison = new GatusComparison(condition, symbol, condition.Split($" {symbol} ").Select(side => side.Trim()).ToArray());
        var found = ImmutableArray.CreateBuilder<Hollowness>();
        if (comparison.Sides.Length > 2 || comparison.Sides.Any(side => Joint().IsMatch(side))) found.Add(Several(comparison));
        else
        {
            foreach (var (index, side) in comparison.Sides.Index())
                if (OfLiteral(comparison, index, side, seen) is { } one) found.Add(one);
            if (found.Count == 0 && Constant(comparison) is { } constant) found.Add(constant);
            if (found.Count == 0)
            {
                if (Truncated(comparison, seen) is { } cut) found.Add(cut);
                if (Missing(comparison) is { } missing) found.Add(missing);
            }
        }
        return found.ToImmutable();
    }

    /// <summary>Gatus takes the whole rest for one side of one comparison.</summary>
    private static Hollowness Several(GatusComparison comparison)
    {
        var rest = comparison.Sides[1];
        var (code, shows) = Extreme(comparison);
        return new(code ?? ImportCodes.MisreadValue, $"Gatus reads one comparison per line, and takes `{Losses.Short(rest)}` for the value{(comparison.IsOrdered ? ", which is no number and counts as 0" : "")}",
            shows, "write each comparison as a line of its own", comparison.At(rest), rest.Length, "they may stand in one, joined by `and` or `or`");
    }

    private static Hollowness? OfLiteral(GatusComparison comparison, int index, string side, GatusSeen? seen)
    {
        var other = comparison.Sides[1 - index];
        if (UnknownName(comparison, side) is { } unknown) return unknown;
        if (GatusComparison.IsSeen(side)) return null;
        return comparison.IsOrdered ? OfNumber(comparison, side, other) : OfText(comparison, side, other, seen);
    }

    private static Hollowness? UnknownName(GatusComparison comparison, string side)
    {
        var (_, inner) = GatusOperand.Unwrapped(side);
        if (!GatusTranslation.Unknown().IsMatch(side) && !GatusTranslation.Unknown().IsMatch(inner) || GatusComparison.IsSeen(side)) return null;
        if (inner.ToUpperInvariant().StartsWith(GatusOperand.Context, StringComparison.Ordinal)) return null; // known inside suites
        var close = inner.IndexOf(']', StringComparison.Ordinal);
        var function = inner.IndexOf('[', StringComparison.Ordinal) is var open and > 0 ? inner[..open] : null;
        var near = function is null && close > 0 ? ExpectationText.Nearest(inner[..(close + 1)].ToUpperInvariant(), GatusOperand.Placeholders) : null;
        var (code, shows) = Extreme(comparison);
        return new(code ?? ImportCodes.MisreadValue,
            function is not null ? $"`{function.TrimEnd('(')}` is no function of Gatus, so `{Losses.Short(side)}` is a text and nothing that was seen" : $"`{Losses.Short(side)}` is no placeholder of Gatus, so it is a text and nothing that was seen",
            shows, function is not null ? "the functions are len, has, age, pat and any" : near is not null ? $"write {near}" : "the placeholders are " + string.Join(' ', GatusOperand.Placeholders), comparison.At(side), side.Length);
    }

    private static Hollowness? OfNumber(GatusComparison comparison, string side, string other)
    {
        var at = comparison.At(side);
        var isTime = GatusComparison.IsTime(other);
        if (GoDuration.Read(side) is not (null or 0)) return null;
        if (GoNumber.Whole(side) is { } whole)
        {
            if (IsOctal(side, whole)) return Octal(comparison, side, whole);
            if (!isTime || !GatusComparison.IsExpiry(other) || whole is <= 0 or >= 86_400_000) return null;
            return new(Extreme(comparison).Code ?? ImportCodes.MisreadValue, $"`{side}` has no unit: Gatus compares milliseconds, so it means {side} ms", Shown(comparison, GatusComparison.Expiring()),
                $"write {(whole * 24).ToString(CultureInfo.InvariantCulture)}h", at, side.Length, $"`certificate.expires-in > {side}d`");
        }
        if (GoNumber.Cut(side) is { } cut)
            return Fraction().IsMatch(side) && comparison.Sides.Any(GatusComparison.IsSeen)
                ? new(ImportCodes.MisreadValue, $"Gatus cuts fractions off: `{side}` is read as {cut.ToString(CultureInfo.InvariantCulture)}, and what was seen is cut too", CutShown(comparison, side, other), null, at, side.Length, Exact)
                : null;
        var (code, shows) = Extreme(comparison);
        if (GatusTranslation.LongUnit().Match(side) is { Success: true } match)
        {
            var hours = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * (char.ToLowerInvariant(match.Groups["unit"].Value[0]) == 'w' ? 168 : 24);
            return new(code ?? ImportCodes.MisreadValue, $"Gatus knows no days and weeks: `{side}` counts as 0", GatusComparison.IsExpiry(other) ? Shown(comparison, GatusComparison.Expiring()) : shows,
                $"write {hours.ToString("0.###", CultureInfo.InvariantCulture)}h", at, side.Length, $"`{match.Groups["number"].Value}{char.ToLowerInvariant(match.Groups["unit"].Value[0])}`");
        }
        return new(code ?? ImportCodes.MisreadValue, $"`{Losses.Short(side)}` is no number, and counts as 0", shows, isTime ? "write a length of time as Go does: 500ms, 1m30s, 48h" : "write a number", at, side.Length);
    }

    private static Hollowness? OfText(GatusComparison comparison, string side, string other, GatusSeen? seen)
    {
        var at = comparison.At(side);
        var code = comparison.Symbol == "==" ? ImportCodes.CannotPass : ImportCodes.CannotFail;
        var says = comparison.Symbol == "==" ? "fails" : "passes";
        var options = GatusTranslation.Function("any", side) is { } list ? list.Split(',').Select(option => option.Trim()).ToList() : [side];
        if (options.TrueForAll(GatusTranslation.IsQuoted) && GatusComparison.IsSeen(other) && !other.Equals(GatusOperand.Body, StringComparison.OrdinalIgnoreCase))
        {
            var value = GatusTranslation.Unquoted(options[0]);
            return new(code, $"the quotes of `{Losses.Short(side)}` are part of the text to Gatus", $"{GatusComparison.Name(other)} {value} {says}", $"write it without quotes: {value}", at, side.Length, "texts stand in quotes");
        }
        if (GoNumber.Whole(side) is { } whole && IsOctal(side, whole)) return Octal(comparison, side, whole);
        if (GatusComparison.IsInBody(other) && options.TrueForAll(IsPrintedOtherwise))
        {
            var printed = GoNumber.Printed(GoNumber.Floating(options[0])!.Value);
            // a text in the body may well read so, and then it works: only an observation of the number shows more
            var isShown = seen is not null && GatusOperand.Resolve(other, seen) == printed;
            return new(isShown ? code : ImportCodes.MisreadValue, $"Gatus prints a JSON number {options[0]} as {printed}, so `{Losses.Short(side)}` never equals it{(isShown ? "" : ", if it is a JSON number and no text")}",
                $"{GatusComparison.Name(other)} {options[0]} as a number {says}", "compare with >= and <= in Gatus", at, side.Length, "numbers are kept as they are written");
        }
        return null;
    }

    /// <summary>A number whose text is not what Go prints for it, and which is not the same integer either.</summary>
    internal static bool IsPrintedOtherwise(string text) =>
        GoNumber.Floating(text) is { } number && double.IsFinite(number) && GoNumber.Printed(number) is var printed && printed != text && (GoNumber.Whole(text) is not { } a || GoNumber.Whole(printed) is not { } b || a != b)
        && !IsOctalForm().IsMatch(text);

    private static bool IsOctal(string text, long whole) => IsOctalForm().IsMatch(text) && text.TrimStart('+', '-', '0').Length > 0 && GoNumber.Whole(text.TrimStart('+', '-').TrimStart('0')) != Math.Abs(whole);

    private static Hollowness Octal(GatusComparison comparison, string side, long whole) =>
        new(ImportCodes.MisreadValue, $"a zero at the front makes a number octal to Gatus: `{side}` is read as {whole.ToString(CultureInfo.InvariantCulture)}",
            comparison.Symbol == "==" ? $"{comparison.SeenName} {whole.ToString(CultureInfo.InvariantCulture)} passes" : null, $"write {side.TrimStart('+', '0')} where decimal is meant",
            comparison.At(side), side.Length, "all numbers are decimal");

    /// <summary>Never or always true, whatever was seen.</summary>
    private static Hollowness? Constant(GatusComparison comparison)
    {
        var (code, shows) = Extreme(comparison);
        if (code is null) return null;
        return new(code, comparison.Sides.Any(GatusComparison.IsSeen) ? code == ImportCodes.CannotFail ? "nothing that Gatus can see makes it fail" : "nothing that Gatus can see makes it pass" : "it compares two written values, and looks at nothing",
            shows, "compare a placeholder with a value", 0, comparison.Text.Length);
    }

    /// <summary>It passes where the value that it asks for is not there.</summary>
    private static Hollowness? Missing(GatusComparison comparison)
    {
        if (comparison.Sides.Any(side => side.StartsWith("has(", StringComparison.Ordinal))) return null;
        foreach (var (name, observation, what) in comparison.WithoutIt())
            if (GatusCondition.Evaluate(comparison.Text, observation).Passes == true)
                return new(ImportCodes.MissingPasses, $"it passes where {name} is not there{(comparison.IsOrdered ? ", because what is missing counts as 0" : "")}", what + " passes",
                    comparison.IsOrdered || comparison.Symbol == "!=" ? "add a line that asks for the value itself" : null, 0, comparison.Text.Length, "what is missing never passes");
        return null;
    }

    /// <summary>A fraction that was seen, or is to be expected of a share, is cut before it is compared.</summary>
    private static Hollowness? Truncated(GatusComparison comparison, GatusSeen? seen)
    {
        if (!comparison.IsOrdered || comparison.BodySide is not { } side) return null;
        var limit = comparison.Sides.FirstOrDefault(other => other != side);
        if (limit is null || GoNumber.Whole(limit) is not { } whole) return null;
        if (seen is not null && GatusOperand.Resolve(side, seen) is var value && Fraction().IsMatch(value) && decimal.TryParse(value, CultureInfo.InvariantCulture, out var exact))
        {
            var gatus = GatusCondition.Evaluate(comparison.Text, seen).Passes;
            return gatus == comparison.Exactly(side, exact, whole) ? null : Told($"{GatusComparison.Name(side)} {value} {(gatus == true ? "passes" : "fails")}");
        }
        // a share of one: every value below the limit is a fraction
        var strict = comparison.Sides[0] == side ? comparison.Symbol : GatusTranslation.Mirrored(comparison.Symbol);
        return whole is 0 or 1 && (strict == "<=" && whole == 1 || strict == ">" && whole == 0) && seen is null && Share().IsMatch(side)
            ? Told($"{GatusComparison.Name(side)} {(strict == "<=" ? "1.9 passes" : "0.9 fails")}") : null;

        Hollowness Told(string shows) => new(ImportCodes.MisreadValue, "Gatus cuts fractions off before it compares", shows, null, comparison.At(side), side.Length, Exact);
    }

    private static string? CutShown(GatusComparison comparison, string literal, string other)
    {
        if (!GatusComparison.IsSeen(other)) return null;
        var limit = GoNumber.Floating(literal)!.Value;
        foreach (var value in new[] { limit, limit * 1.5, limit * 0.5, limit + 0.4, limit - 0.4 })
        {
            var text = Math.Round(value, 3).ToString("0.###", CultureInfo.InvariantCulture);
            if (GatusComparison.WithValue(other, text) is not { } observation || GatusCondition.Evaluate(comparison.Text, observation).Passes is not { } gatus) continue;
            if (gatus != comparison.Exactly(other, decimal.Parse(text, CultureInfo.InvariantCulture), (decimal)limit)) return $"{GatusComparison.Name(other)} {text} {(gatus ? "passes" : "fails")}";
        }
        return null;
    }

    /// <summary>I04 where no observation makes it fail, I05 where none makes it pass, with one that shows it; nothing where neither is so or it cannot be known.</summary>
    private static (string? Code, string? Shows) Extreme(GatusComparison comparison)
    {
        var (passed, failed, worst, best) = (0, 0, (string?)null, (string?)null);
        foreach (var (observation, what, isBad) in comparison.Observations())
            if (GatusCondition.Evaluate(comparison.Text, observation).Passes == true)
            {
                passed++;
                if (isBad) worst ??= what;
            }
            else
            {
                failed++;
                if (!isBad) best ??= what;
            }
        if (!comparison.IsCovered || !comparison.CanBeSeen) return (null, worst is null ? null : worst + " passes");
        if (failed == 0 && passed > 0) return (ImportCodes.CannotFail, worst is null ? null : worst + " passes");
        if (passed == 0 && failed > 0) return (ImportCodes.CannotPass, best is null ? null : best + " fails");
        return (null, worst is null ? null : worst + " passes");
    }

    private static string? Shown(GatusComparison comparison, GatusSeen observation) =>
        GatusCondition.Evaluate(comparison.Text, observation).Passes == true ? "one hour before the end it passes" : null;

    [GeneratedRegex(@"(^|\s)(&&|\|\||and|or|AND|OR|==|!=|<=|>=|<|>)(\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Joint();

    [GeneratedRegex(@"^[+-]?[0-9]*\.[0-9]*[1-9][0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^[+-]?0[0-9_]+$", RegexOptions.CultureInvariant)]
    private static partial Regex IsOctalForm();

    [GeneratedRegex("rate|ratio|share|percent|fraction|usage|util|load|score", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Share();
}
