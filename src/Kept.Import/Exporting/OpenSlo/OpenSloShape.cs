using System.Collections.Immutable;
using Kept.Import.Slo;
using Kept.Model;

namespace Kept.Import.Exporting.OpenSlo;

/// <summary>One SLO before it is text.</summary>
internal sealed record OpenSloShape
{
    public required string Method { get; init; }
    public required decimal Target { get; init; }
    /// <summary>As OpenSLO writes it: <c>28d</c>.</summary>
    public required string Window { get; init; }
    public Window.Calendar? Calendar { get; init; }
    public string? Slice { get; init; }
    public decimal SliceTarget { get; init; } = 1;
    /// <summary>Where it is asked; null where it is asked of the Prometheus that reads Kept.</summary>
    public string? Url { get; init; }
    public SloIndicator.Events? Events { get; init; }
    /// <summary>A ratio that is counted already.</summary>
    public string? Ratio { get; init; }
    /// <summary>A query with what its value is compared with.</summary>
    public (string Query, string Op, decimal Value)? Threshold { get; init; }
    /// <summary>The objectives of a composite, each with its weight; empty where there is one indicator.</summary>
    public ImmutableArray<(ObjectivePart Part, OpenSloShape Shape)> Parts { get; init; } = [];
    /// <summary>The place of the objective in its promise; −1 where the expectation is the objective.</summary>
    public int Objective { get; init; } = -1;

    /// <summary>One for each objective that can be said; what cannot is told.</summary>
    public static IEnumerable<OpenSloShape> Of(Promise promise, Losses losses)
    {
        var ask = PrometheusAsk.Of(promise);
        if (promise.Keeps.IsEmpty && ask is { Sign: Comparison.GreaterOrEqual, Bound: > 0 and < 1 })
        {
            // the window is in the query: one answer is the whole objective
            if (ask.Share() is var (counts, over) && Shorthand(over) is { } window)
                yield return new() { Method = "Occurrences", Target = ask.Bound, Window = window, Url = ask.Url, Events = (SloIndicator.Events)counts };
            else if (ask.MeanOfSlices() is var (means, all, slice) && Shorthand(all) is { } whole && Shorthand(slice) is { } part)
                yield return new() { Method = "RatioTimeslices", Target = ask.Bound, Window = whole, Slice = part, Url = ask.Url, Events = (SloIndicator.Events)means };
            else if (ask.Pooled() is var (pooled, stretch, step) && Shorthand(stretch) is { } length && (step is null || Shorthand(step.Value) is not null))
            {
                var shape = new OpenSloShape { Method = step is null ? "Occurrences" : "RatioTimeslices", Target = ask.Bound, Window = length, Slice = step is { } its ? Shorthand(its) : null, Url = ask.Url };
                yield return shape with { Parts = [.. pooled.Parts.Select((one, i) => (new ObjectivePart($"part-{(i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}", one.Weight), shape with { Events = one.Counts }))] };
            }
            yield break;
        }
        for (var i = 0; i < promise.Keeps.Length; i++)
            if (One(promise, promise.Keeps[i], i, ask, losses) is { } shape)
                yield return shape;
    }

    private static OpenSloShape? One(Promise promise, Objective objective, int place, PrometheusAsk? ask, Losses losses)
    {
        var (subject, at) = (promise.Name.ToString(), objective.At.IsKnown ? objective.At : promise.At);
        if (ObjectiveTarget.Of(objective) is not { } target)
        {
            losses.NotExported(at, subject, $"`{objective.Text}` asks for every look, or for few good ones; a target of OpenSLO is a share below 1 that is to be reached", "an objective with a share: availability >= 99.9% over 30d");
            return null;
        }
        if (objective.Operator == Comparison.Greater && objective.Quantity.Source == QuantitySource.GoodLooks) losses.Differs(at, subject, $"`{objective.Text}` asks for more than its share; a target of OpenSLO is met by the share itself");
        var calendar = objective.Window as Window.Calendar;
        var window = objective.Window is Window.Rolling rolling ? Shorthand(rolling.Length) : calendar!.Unit switch { CalendarUnit.Day => "1d", CalendarUnit.Week => "1w", CalendarUnit.Month => "1M", CalendarUnit.Quarter => "1Q", _ => "1Y" };
        var slice = objective.Slice is { } length ? Shorthand(length) : null;
        if (window is null || objective.Slice is not null && slice is null)
        {
            losses.NotExported(at, subject, $"`{objective.Text}`: a length of time of OpenSLO is whole minutes, hours, days or weeks", null);
            return null;
        }
        var shape = new OpenSloShape { Method = "Occurrences", Target = target, Window = window, Calendar = calendar, Objective = place };
        if (objective is { Parts: not null, Quantity.Source: QuantitySource.GoodLooks } && Composite(promise, objective, shape, slice) is { } composite) return composite;
        if (ask is not null && objective.Quantity.Source == QuantitySource.GoodLooks)
        {
            // each look is one slice of the same length: the events of a slice, and its share
            if (slice is null && ask.Sign == Comparison.GreaterOrEqual && ask.Bound is > 0 and <= 1 && ask.Share() is var (counts, over) && over == ask.Every && Shorthand(over) is { } each)
                return shape with { Method = "Timeslices", Slice = each, SliceTarget = ask.Bound, Url = ask.Url, Events = (SloIndicator.Events)counts };
            if (Op(ask.Sign) is { } op)
                return shape with
                {
                    Method = slice is null ? "Occurrences" : objective.SliceRule.Count == SliceCount.Mean ? "RatioTimeslices" : "Timeslices",
                    Slice = slice,
                    SliceTarget = objective.SliceRule.Count == SliceCount.AtLeast ? objective.SliceRule.Share : 1,
                    Url = ask.Url,
                    Threshold = (ask.Query, op, ask.Bound),
                };
        }
        if (objective.SliceRule.Count == SliceCount.Mean && slice is not null)
        {
            losses.NotExported(at, subject, $"`{objective.Text}` is the mean of exact shares, and /metrics shows its whole part alone", "per 1m at 95% counts whole slices");
            return null;
        }
        var labels = $"agent=\"{promise.Name.Agent}\",promise=\"{promise.Name.Short}\",objective=\"{objective.Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        if (slice is not null) losses.Differs(at, subject, $"`{objective.Text}`: Kept counts the slices, and OpenSLO is given their ratio");
        else losses.Differs(at, subject, $"`{objective.Text}`: /metrics shows its count over the whole window, so what evaluates the SLO takes a mean of counts, and not the counts themselves");
        return shape with { Ratio = $"kept_objective_good{{{labels}}} / (kept_objective_good{{{labels}}} + kept_objective_bad{{{labels}}})" };
    }

    /// <summary>Parts that all ask Prometheus keep their queries and weights; null where one of them looks at something else.</summary>
    private static OpenSloShape? Composite(Promise promise, Objective objective, OpenSloShape shape, string? slice)
    {
        var parts = objective.Parts!.Each.Select(part => (Part: part, Ask: promise.Checks.FirstOrDefault(check => check.Name == part.Check) is { } check ? PrometheusAsk.Of(check) : null)).ToList();
        var each = parts.Select(one => slice is null && one.Ask is { Sign: Comparison.GreaterOrEqual, Bound: > 0 and <= 1 } ask && ask.Share() is var (counts, over) && over == ask.Every && Shorthand(over) is { } length
            ? shape with { Slice = length, SliceTarget = ask.Bound, Url = ask.Url, Events = (SloIndicator.Events)counts } : null).ToList();
        if (each.TrueForAll(one => one is not null)) return shape with { Method = "Timeslices", Parts = [.. parts.Zip(each, (one, its) => (one.Part, its!))] };
        if (parts.Exists(one => one.Ask is not { } ask || Op(ask.Sign) is null)) return null;
        var sliced = shape with { Slice = slice, SliceTarget = objective.SliceRule.Count == SliceCount.AtLeast ? objective.SliceRule.Share : 1 };
        return shape with
        {
            Method = slice is null ? "Occurrences" : objective.SliceRule.Count == SliceCount.Mean ? "RatioTimeslices" : "Timeslices",
            Parts = [.. parts.Select(one => (one.Part, sliced with { Url = one.Ask!.Url, Threshold = (one.Ask.Query, Op(one.Ask.Sign)!, one.Ask.Bound) }))],
        };
    }

    private static string? Op(Comparison sign) => sign switch { Comparison.Less => "lt", Comparison.LessOrEqual => "lte", Comparison.Greater => "gt", Comparison.GreaterOrEqual => "gte", _ => null };

    /// <summary>Whole days, hours or minutes; null where it is none.</summary>
    public static string? Shorthand(Duration length)
    {
        foreach (var (size, unit) in (ReadOnlySpan<(long, string)>)[(Duration.PerDay, "d"), (Duration.PerHour, "h"), (Duration.PerMinute, "m")])
            if (length.Nanoseconds > 0 && length.Nanoseconds % size == 0)
                return (length.Nanoseconds / size).ToString(System.Globalization.CultureInfo.InvariantCulture) + unit;
        return null;
    }
}
