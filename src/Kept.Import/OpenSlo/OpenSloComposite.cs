using System.Collections.Immutable;
using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>One objective of a composite: with an indicator of its own and a weight.</summary>
/// <param name="Objective">As it is written.</param>
/// <param name="Indicator">Its own; null where none could be read.</param>
internal sealed record OpenSloPart(Keys Objective, OpenSloIndicator? Indicator);

/// <summary>
/// Objectives with an indicator each, counted in one budget. OpenSLO does not say how; here bad events, looks or slices are added up by <c>compositeWeight</c> and divided once.
/// </summary>
internal sealed class OpenSloComposite(IReadOnlyList<OpenSloPart> parts, string method, OpenSloWindow window)
{
    private readonly Names _names = new();

    /// <summary>Why they are no one budget: then each is a wish of its own. Nothing is told here.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>The one target; read before anything else.</summary>
    public decimal Target { get; private set; }

    /// <summary>What Prometheus counts of all of them, where it is asked once.</summary>
    public SloIndicator.Pooled? Counts { get; private set; }

    public string Url { get; private set; } = "";

    /// <summary>Fills the wish with a check for each part, or one for all, and what is needed; false, and <see cref="WhyNot"/>, where they are no one budget.</summary>
    public bool Fill(WishDraft wish, Losses losses)
    {
        WhyNot = Common(out var weights) ?? (parts.All(part => part.Indicator!.Threshold is not null) ? Values(wish, weights, losses)
            : parts.All(part => part.Indicator!.Counts is not null) ? method == "Timeslices" ? Slices(wish, weights, losses) : Events(wish, weights)
            : "some of its parts compare values and some count events");
        return WhyNot is null;
    }

    private string? Common(out ImmutableArray<decimal> weights)
    {
        weights = [];
        if (parts.Count > ObjectiveParts.MostParts) return $"it has more than {ObjectiveParts.MostParts} parts";
        if (parts.Any(part => part.Indicator?.Url is null)) return "a part asks another source than Prometheus";
        var targets = parts.Select(part => TargetOf(part.Objective)).ToList();
        if (targets.Exists(target => target is not (> 0 and < 1))) return "a part has no target between 0 and 1";
        if (targets.Distinct().Count() > 1) return "its parts have different targets, and one budget has one";
        Target = targets[0]!.Value;
        var written = parts.Select(part => part.Objective.Text("compositeWeight") is { } text ? SloNumber.Read(text.Content) : 1).ToList();
        if (written.Exists(weight => weight is not > 0)) return "a weight is no number above 0";
        foreach (var scale in (ReadOnlySpan<decimal>)[1, 10, 100, 0.1m, 0.01m, 0.001m])
            if (written.TrueForAll(weight => weight < 1_000_000_000 && ObjectivePart.IsWeight(weight!.Value * scale)))
            {
                weights = [.. written.Select(weight => weight!.Value * scale)];
                return null;
            }
        return "its weights have more digits than are counted exactly";
    }

    private static decimal? TargetOf(Keys objective) => (objective.Text("target"), objective.Text("targetPercent")) switch
    {
        ({ } share, null) => SloNumber.Read(share.Content),
        (null, { } percent) => SloNumber.Read(percent.Content) / 100,
        _ => null,
    };

    private Duration? SliceOf(Keys objective) => objective.Text("timeSliceWindow") is { } text && OpenSloWindow.Slice(text.Content) is { } slice && slice < window.Length ? slice : null;

    private static decimal? SliceTargetOf(Keys objective) => objective.Text("timeSliceTarget") is { } text && SloNumber.Read(text.Content) is { } target and > 0 and <= 1 ? target : null;

    private string NameOf(OpenSloPart part, int place) => _names.Free(part.Objective.Text("displayName")?.Content ?? $"part-{(place + 1).ToString(CultureInfo.InvariantCulture)}", "part");

    /// <summary>Values that are compared: a check each, and the three methods are our own; a slice is one for all parts.</summary>
    private string? Values(WishDraft wish, ImmutableArray<decimal> weights, Losses losses)
    {
        var bounds = parts.Select(part => (Sign: part.Objective.Text("op")?.Content switch { "lte" => "<=", "gte" => ">=", "lt" => "<", "gt" => ">", _ => null }, Value: part.Objective.Text("value") is { } value ? SloNumber.Read(value.Content) : null)).ToList();
        if (bounds.Exists(bound => bound.Sign is null || bound.Value is null)) return "a part has no `op` or no `value`";
        var (slices, shares) = (parts.Select(part => SliceOf(part.Objective)).Distinct().ToList(), parts.Select(part => SliceTargetOf(part.Objective)).Distinct().ToList());
        var per = "";
        if (method != "Occurrences")
        {
            if (slices is not [{ } slice]) return "its parts have different slices, and a slice here is one for all parts";
            if (method == "RatioTimeslices") per = $" per {slice} mean";
            else if (shares is not [{ } share]) return "its parts have different shares of a slice, and a slice here is one for all parts";
            else if (share == 1 && weights.Distinct().Count() > 1) return "its parts have weights and all of a slice must be good, and a slice here is one for all parts";
            else per = share == 1 ? $" per {slice}" : $" per {slice} at {SloNumber.Percent(share)}";
        }
        var every = method == "Occurrences" ? Duration.Minutes(1) : new Duration(Math.Clamp(slices[0]!.Value.Nanoseconds / 4 / Duration.PerSecond * Duration.PerSecond, Duration.PerSecond, Duration.PerMinute));
        for (var i = 0; i < parts.Count; i++)
        {
            var check = new SloWish(parts[i].Indicator!.Url!).Check(parts[i].Indicator!.Threshold!, $"value {bounds[i].Sign} {SloNumber.Text(bounds[i].Value!.Value)}", every);
            check.Name = NameOf(parts[i], i);
            wish.Checks.Add(check);
        }
        losses.Changed(wish.At, wish.Source, $"how often the values are read is not said: here every {every}", null);
        if (per.Length > 0) losses.Changed(wish.At, wish.Source, "OpenSLO does not say what a slice of a composite is: here one slice holds the looks of all parts", "Occurrences counts each look by itself");
        Need(wish, weights, per);
        return null;
    }

    /// <summary>Each look is one slice of its part, with the share that the part asks for.</summary>
    private string? Slices(WishDraft wish, ImmutableArray<decimal> weights, Losses losses)
    {
        if (parts.Any(part => SliceOf(part.Objective) is null || SliceTargetOf(part.Objective) is null)) return "a part has no slice, or no share of it";
        for (var i = 0; i < parts.Count; i++)
        {
            var slice = SliceOf(parts[i].Objective)!.Value;
            SloWish.Warn(parts[i].Indicator!.Counts!, parts[i].Indicator!.At, wish.Source, losses);
            var check = new SloWish(parts[i].Indicator!.Url!).Check(parts[i].Indicator!.Counts!.Good(slice), $"value >= {SloNumber.Text(SliceTargetOf(parts[i].Objective)!.Value)}", slice);
            check.Name = NameOf(parts[i], i);
            wish.Checks.Add(check);
        }
        wish.Comments.Add("Each look is one time slice of its part. A slice without any event has no share, and is a gap.");
        Need(wish, weights, "");
        return null;
    }

    /// <summary>Events that one Prometheus counts: the weighted sums are asked at once, and divided once.</summary>
    private string? Events(WishDraft wish, ImmutableArray<decimal> weights)
    {
        if (parts.Any(part => part.Indicator!.Counts is not SloIndicator.Events)) return "a part is a ratio that somebody worked out already, which tells no number of events";
        if (parts.Select(part => part.Indicator!.Url).Distinct().Count() > 1) return "its parts ask different servers, and only one that has all counts can add them up";
        Counts = new SloIndicator.Pooled([.. parts.Select((part, i) => ((SloIndicator.Events)part.Indicator!.Counts!, weights[i]))]);
        Url = parts[0].Indicator!.Url!;
        if (method == "Occurrences")
        {
            wish.Checks.Add(new SloWish(Url).Whole(Counts, window.Length, Target));
            wish.Comments.Add($"One answer tells the share of the last {window.Length} of all parts together, by their weights; it is met while that is at least {SloNumber.Percent(Target)}.");
            return null;
        }
        if (parts.Select(part => SliceOf(part.Objective)).Distinct().ToList() is not [{ } slice]) return "its parts have different slices, and a slice here is one for all parts";
        wish.Checks.Add(new SloWish(Url).Check(Counts.MeanOfSlices(window.Length, slice), $"value >= {SloNumber.Text(Target)}", SloWish.EveryOf(window.Length)));
        wish.Comments.Add($"One answer tells the mean share of the slices of {slice} over {window.Length}, of all parts together, by their weights.");
        return null;
    }

    private void Need(WishDraft wish, ImmutableArray<decimal> weights, string per) =>
        wish.Needs.Add($"availability of {new ObjectiveParts([.. wish.Checks.Select((check, i) => new ObjectivePart(check.Name!, weights[i]))])} >= {SloNumber.Percent(Target)} over {window.Over}{per}");
}
