using Kept.Import.Slo;
using Kept.Model;

namespace Kept.Import.Exporting;

/// <summary>A promise whose only check asks Prometheus for one value and compares it with one number: the form in which other tools state objectives.</summary>
/// <param name="Query">What is asked.</param>
/// <param name="Url">Where.</param>
/// <param name="Sign">How the value is compared.</param>
/// <param name="Bound">With what.</param>
/// <param name="Every">How often.</param>
internal sealed record PrometheusAsk(string Query, string Url, Comparison Sign, decimal Bound, Duration Every)
{
    /// <summary>Null where the promise asks otherwise.</summary>
    public static PrometheusAsk? Of(Promise promise) => promise.Checks is [var check] ? Of(check) : null;

    /// <summary>Null where the check asks otherwise.</summary>
    public static PrometheusAsk? Of(Check check) =>
        check is { Kind.Name: "prometheus", Expect: [{ Test: Expression.Compare { Left: Operand.Seen { Name: "value", Path.IsEmpty: true }, Right: Operand.Literal { Value: Value.Measured { Quantity: { Dimension: Dimension.Number } bound } } } test }] }
            ? new PrometheusAsk(check.Target.Method, check.Target.Rest, test.Operator, bound.Amount, check.Every) : null;

    /// <summary>The query as a share of events, with the stretch it is asked over: the forms that an import writes. Null where it is another.</summary>
    public (SloIndicator Counts, Duration Over)? Share()
    {
        var isBad = Query.StartsWith("1 - ", StringComparison.Ordinal);
        if (PromQl.Division(isBad ? Query[4..] : Query) is not var (over, under) || SloQuery.Read(over) is not var (part, range) || SloQuery.Read(under) is not var (total, of) || range != of) return null;
        return Language.Foreign.ExpectationText.Length(range) is { } length ? (new SloIndicator.Events(part, isBad, total), length) : null;
    }

    /// <summary>The query as weighted sums of events that are divided once, or as the mean of their slices. Null where it is another.</summary>
    public (SloIndicator.Pooled Counts, Duration Over, Duration? Slice)? Pooled()
    {
        if (SloIndicator.Pooled.Read(Query) is var (whole, stretch)) return (whole, stretch, null);
        if (Stretched() is not var (each, over, slice) || each.LastIndexOf(" and on() ((", StringComparison.Ordinal) is not (> 0 and var end)) return null;
        return SloIndicator.Pooled.Read(each[..end]) is var (counts, _) && counts.MeanOfSlices(over, slice) == Query ? (counts, over, slice) : null;
    }

    /// <summary>The same of a mean of slices.</summary>
    public (SloIndicator Counts, Duration Over, Duration Slice)? MeanOfSlices()
    {
        // the import leaves out slices without an event: ((TOTAL) > 0)
        if (Stretched() is not var (each, over, slice)) return null;
        var isBad = each.StartsWith("1 - ", StringComparison.Ordinal);
        if (PromQl.Division(isBad ? each[4..] : each) is not var (part, guarded) || !guarded.EndsWith(" > 0", StringComparison.Ordinal) || PromQl.Inside(guarded[..^4]) is not { } total) return null;
        return SloQuery.Read(part) is var (counted, range) && SloQuery.Read(total) is var (all, of) && range == of && range == SloQuery.Range(slice) ? (new SloIndicator.Events(counted, isBad, all), over, slice) : null;
    }

    /// <summary>Of a mean over time what it is the mean of, over how long, and how often.</summary>
    private (string Each, Duration Over, Duration Slice)? Stretched()
    {
        if (PromQl.Inside(Query, "avg_over_time") is not { } inner || !inner.StartsWith('(') || PromQl.Closing(inner, 0) is not (> 0 and var end)) return null;
        var stretch = inner[(end + 1)..].Trim('[', ']').Split(':');
        return stretch.Length == 2 && Language.Foreign.ExpectationText.Length(stretch[0]) is { } over && Language.Foreign.ExpectationText.Length(stretch[1]) is { } slice ? (inner[1..end], over, slice) : null;
    }
}
