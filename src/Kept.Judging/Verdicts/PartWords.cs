using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>The words of a line that counts several parts, with what each of them adds: which part it is that fails, or that nobody sees.</summary>
internal sealed class PartWords(ObjectivePlan plan, ImmutableArray<PartFigures> parts) : LineWords
{
    private const int MostTold = 5;

    public override string Of(VerdictLine line) => plan.Of(line, parts);

    public override Fraction? Allowed => plan.Allowed;

    public override ImmutableArray<PartFigures> Parts => parts;

    public override Outcome? OutcomeOf(PartFigures part) => plan.DecidePart(part);

    /// <summary><c>: web 990 of 1,000 × 3, api 998 of 1,000</c>; of many parts those with a bad look first, and how many are left out.</summary>
    public static string Of(ImmutableArray<PartFigures> parts, bool isWeighted)
    {
        if (parts.IsEmpty) return "";
        var told = parts.Length <= MostTold ? [.. parts] : parts.OrderBy(part => part.Counted > part.Good || !part.IsCovered ? 0 : 1).Take(MostTold).ToList();
        var rest = parts.Length - told.Count;
        return $": {string.Join(", ", told.Select(part => $"{part.Check} {VerdictWords.Figure(part.Good)} of {VerdictWords.Figure(part.Counted)}{(isWeighted ? $" × {VerdictWords.Figure(part.Points)}" : "")}"))}{(rest > 0 ? $" and {rest} more" : "")}";
    }

    /// <summary>The part that was looked at least, of those that were not looked at often enough; null where there is none.</summary>
    public static string? NotSeen(ImmutableArray<PartFigures> parts, Func<long, long, string> seenOf)
    {
        var least = parts.Where(part => !part.IsCovered).MinBy(part => new Fraction(part.Counted - part.Assumed, Math.Max(1, part.Due)), Comparer<Fraction>.Create((a, b) => a.CompareTo(b)));
        return least is null ? null : least.Due == 0 ? $"of {least.Check} nothing was due here, so nothing of it was seen (0 looks" : $"of {least.Check} only {seenOf(least.Counted - least.Assumed, least.Due)}";
    }
}
