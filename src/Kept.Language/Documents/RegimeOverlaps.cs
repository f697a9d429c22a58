using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// What can be told of regimes before any look, where their conditions bound one figure or name one text: a regime that those before it leave nothing, and two that overlap
/// so that only their order tells them apart. A value at each bound, one between every two and one beyond each end stand for all.
/// </summary>
internal sealed class RegimeOverlaps(Problems problems)
{
    /// <summary>What one condition says of one thing that is seen.</summary>
    private sealed record Band(string Subject, Dimension? Dimension, List<decimal> Bounds, List<string> Words, Func<decimal, bool> HasFigure, Func<string, bool> HasWord);

    public void Check(IReadOnlyList<Regime> regimes)
    {
        var bands = regimes.Select(regime => Of(regime.When)).ToList();
        for (var later = 0; later < regimes.Count; later++)
        {
            if (bands[later] is not { } band) continue;
            var alike = bands.Where(one => one is not null && one.Subject == band.Subject && one.Dimension == band.Dimension).ToList();
            var points = Points(alike!);
            var mine = points.Where(point => Holds(band, point)).ToList();
            var before = Enumerable.Range(0, later).Where(i => bands[i] is { } one && alike.Contains(one)).ToList();
            if (mine.Count == 0)
                problems.Error(Codes.RegimeEmpty, regimes[later].At, $"no look can be in the regime `{regimes[later].Name}`: nothing fulfils `{regimes[later].Text}`", "write bounds between which there is something");
            else if (mine.TrueForAll(point => before.Exists(i => Holds(bands[i]!, point))))
                problems.Error(Codes.RegimeEmpty, regimes[later].At, $"no look can be in the regime `{regimes[later].Name}`: all that it could have is taken by {string.Join(" and ", before.Select(i => $"`{regimes[i].Name}`"))}, written before it",
                    "the first condition that is true takes the look: write the narrower one first");
            else if (before.FirstOrDefault(i => Overlap(points, bands[i]!, band), -1) is >= 0 and var first)
                problems.Warning(Codes.RegimeOverlap, regimes[later].At, $"`{regimes[first].Name}` and `{regimes[later].Name}` overlap, and looks that fulfil both belong to `{regimes[first].Name}`, which is written first",
                    $"let them meet: `{regimes[first].Text}` and its opposite");
        }
    }

    /// <summary>Partly: where one lies wholly inside the other, a narrower case is told before the wider one, and that is meant.</summary>
    private static bool Overlap(List<object> points, Band first, Band later)
    {
        var (both, onlyFirst, onlyLater) = (false, false, false);
        foreach (var point in points)
        {
            var (a, b) = (Holds(first, point), Holds(later, point));
            both |= a && b;
            onlyFirst |= a && !b;
            onlyLater |= b && !a;
        }
        return both && onlyFirst && onlyLater;
    }

    private static bool Holds(Band band, object point) => point is string word ? band.HasWord(word) : band.HasFigure((decimal)point);

    private static List<object> Points(IReadOnlyList<Band> bands)
    {
        if (bands[0].Dimension is null) return [.. bands.SelectMany(band => band.Words).Append("\0").Distinct(StringComparer.Ordinal)];
        var bounds = bands.SelectMany(band => band.Bounds).Distinct().Order().ToList();
        var points = new List<object> { bounds[0] - 1 };
        for (var i = 0; i < bounds.Count; i++)
        {
            points.Add(bounds[i]);
            points.Add(i + 1 < bounds.Count ? (bounds[i] + bounds[i + 1]) / 2 : bounds[i] + 1);
        }
        return points;
    }

    private static Band? Of(Expression when)
    {
        switch (when)
        {
            case Expression.Compare { Left: Operand.Seen seen, Right: Operand.Literal { Value: Value.Measured { Quantity: var bound } } } compare when Figure(bound) is { } figure:
                return new Band(seen.ToString(), bound.Dimension, [figure], [], value => Holds(value.CompareTo(figure), compare.Operator), static _ => false);
            case Expression.Compare { Left: Operand.Seen seen, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Text text } }:
                return new Band(seen.ToString(), null, [], [text.Content], static _ => false, word => word == text.Content);
            case Expression.InRange { Left: Operand.Seen seen } range when Figure(range.From) is { } from && Figure(range.To) is { } to:
                return new Band(seen.ToString(), range.From.Dimension, [from, to], [], value => value >= from && value <= to, static _ => false);
            case Expression.And and:
                var parts = and.Parts.Select(Of).ToList();
                return parts.TrueForAll(part => part is not null && part.Subject == parts[0]!.Subject && part.Dimension == parts[0]!.Dimension)
                    ? new Band(parts[0]!.Subject, parts[0]!.Dimension, [.. parts.SelectMany(part => part!.Bounds)], [.. parts.SelectMany(part => part!.Words)],
                        value => parts.TrueForAll(part => part!.HasFigure(value)), word => parts.TrueForAll(part => part!.HasWord(word)))
                    : null;
            default:
                return null;
        }
    }

    private static bool Holds(int order, Comparison comparison) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };

    /// <summary>On one scale, and small enough to be reckoned with.</summary>
    private static decimal? Figure(Quantity quantity)
    {
        if (Math.Abs(quantity.Amount) > 1_000_000_000_000_000m) return null;
        return quantity.Dimension == Dimension.Rate ? quantity.Amount * (Duration.PerSecond / (decimal)quantity.PerNanoseconds) : quantity.Amount;
    }
}
