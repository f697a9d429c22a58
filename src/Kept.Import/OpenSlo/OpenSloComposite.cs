using System.Collections.Immutable;
using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>
/// Objectives with an indicator each, counted in one budget. OpenSLO does not say how; here bad events, looks or slices are added up by <c>compositeWeight</c> and divided once.
/// </summary>
internal sealed class OpenSloComposite(IReadOnlyList<OpenSloTerms> parts, string method, OpenSloWindow window)
{
    private const string AddsLooks = "bad looks are added up by weight, so a part with fewer looks weighs less", AddsEvents = "bad events are added up by weight, so a part with many events weighs more";

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
            : parts.All(part => part.Indicator!.Counts is not null) ? method == "Timeslices" ? Slices(wish, weights, losses) : Events(wish, weights, losses)
            : "some of its parts compare values and some count events");
        return WhyNot is null;
    }

    private string? Common(out ImmutableArray<decimal> weights)
    {
        weights = [];
        if (parts.Count > ObjectiveParts.MostParts) return $"it has more than {ObjectiveParts.MostParts} parts";
        if (parts.Any(part => part.Indicator is null)) return "a part has no indicator that could be read";
        if (parts.Any(part => part.Indicator!.Url is null)) return "a part asks another source than Prometheus";
        var targets = parts.Select(part => part.Target).ToList();
        if (targets.Contains(null)) return "a part has no target between 0 and 1";
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

    private string NameOf(OpenSloTerms part, int place) => _names.Free(part.Objective.Text("displayName")?.Content ?? $"part-{(place + 1).ToString(CultureInfo.InvariantCulture)}", "part");

    /// <summary>Values that are compared: a check each, and the three methods are our own; a slice is one for all parts.</summary>
    private string? Values(WishDraft wish, ImmutableArray<decimal> weights, Losses losses)
    {
        if (parts.Any(part => part.Bound is null)) return "a part has no `op` or no `value`";
        var (slices, shares) = (parts.Select(part => part.Slice).Distinct().ToList(), parts.Select(part => part.SliceTarget).Distinct().ToList());
        var per = "";
        if (method != "Occurrences")
        {
            if (slices.Contains(null)) return "a part has no slice";
            if (slices is not [{ } slice]) return "its parts have different slices, and a slice here is one for all parts";
            if (method == "RatioTimeslices") per = $" per {slice} mean";
            else if (shares is not [var share]) return "its parts have different shares of a slice, and a slice here is one for all parts";
            else if (share == 1 && weights.Distinct().Count() > 1) return "its parts have weights and all of a slice must be good, and a slice here is one for all parts";
            else per = share == 1 ? $" per {slice}" : $" per {slice} at {SloNumber.Percent(share)}";
        }
        var every = method == "Occurrences" ? Duration.Minutes(1) : new Duration(Math.Clamp(slices[0]!.Value.Nanoseconds / 4 / Duration.PerSecond * Duration.PerSecond, Duration.PerSecond, Duration.PerMinute));
        if (method == "RatioTimeslices" && weights.Distinct().Count() > 1)
        {
            var points = new ObjectiveParts([.. weights.Select((weight, i) => new ObjectivePart($"part-{i}", weight))]);
            if (Objective.IsTooFine(points.Each.Sum(part => points.PointsOf(part.Check)) * ((slices[0]!.Value.Nanoseconds / every.Nanoseconds) + 1), slices[0]!.Value, window.IsCalendar ? window.Length + (window.Length / 20) : window.Length)) return "its weights are too fine for an exact mean of so many slices";
        }
        for (var i = 0; i < parts.Count; i++)
        {
            var (sign, bound) = parts[i].Bound!.Value;
            var check = new SloWish(parts[i].Indicator!.Url!).Check(parts[i].Indicator!.Threshold!, $"value {sign} {SloNumber.Text(bound)}", every);
            check.Name = NameOf(parts[i], i);
            wish.Checks.Add(check);
        }
        losses.Changed(wish.At, wish.Source, $"how often the values are read is not said: here every {every}", null);
        if (per.Length > 0) losses.Changed(wish.At, wish.Source, "OpenSLO does not say what a slice of a composite is: here one slice holds the looks of all parts");
        Weigh(wish, losses, AddsLooks);
        Need(wish, weights, per);
        return null;
    }

    /// <summary>Each look is one slice of its part, with the share that the part asks for.</summary>
    private string? Slices(WishDraft wish, ImmutableArray<decimal> weights, Losses losses)
    {
        if (parts.Any(part => part.Slice is null)) return "a part has no slice";
        for (var i = 0; i < parts.Count; i++)
        {
            var slice = parts[i].Slice!.Value;
            SloWish.Warn(parts[i].Indicator!.Counts!, parts[i].Indicator!.At, wish.Source, losses);
            var check = new SloWish(parts[i].Indicator!.Url!).Check(parts[i].Indicator!.Counts!.Good(slice), $"value >= {SloNumber.Text(parts[i].SliceTarget)}", slice);
            check.Name = NameOf(parts[i], i);
            wish.Checks.Add(check);
        }
        wish.Comments.Add("Each look is one time slice of its part. A slice without any event has no share, and is a gap.");
        Weigh(wish, losses, AddsLooks);
        Need(wish, weights, "");
        return null;
    }

    /// <summary>Events that one Prometheus counts: the weighted sums are asked at once, and divided once.</summary>
    private string? Events(WishDraft wish, ImmutableArray<decimal> weights, Losses losses)
    {
        if (parts.Any(part => part.Indicator!.Counts is not SloIndicator.Events)) return "a part is a ratio that somebody worked out already, which tells no number of events";
        if (parts.Select(part => part.Indicator!.Url).Distinct().Count() > 1) return "its parts ask different servers, and only one that has all counts can add them up";
        Counts = new SloIndicator.Pooled([.. parts.Select((part, i) => ((SloIndicator.Events)part.Indicator!.Counts!, weights[i]))]);
        Url = parts[0].Indicator!.Url!;
        if (method == "Occurrences")
        {
            Weigh(wish, losses, AddsEvents);
            wish.Checks.Add(new SloWish(Url).Whole(Counts, window.Length, Target));
            wish.Comments.Add($"One answer tells the share of the last {window.Length} of all parts together, by their weights; it is met while that is at least {SloNumber.Percent(Target)}.");
            return null;
        }
        if (parts.Any(part => part.Slice is null)) return "a part has no slice";
        if (parts.Select(part => part.Slice).Distinct().ToList() is not [{ } slice]) return "its parts have different slices, and a slice here is one for all parts";
        Weigh(wish, losses, $"{AddsEvents} in each slice");
        wish.Checks.Add(new SloWish(Url).Check(Counts.MeanOfSlices(window.Length, slice), $"value >= {SloNumber.Text(Target)}", SloWish.EveryOf(window.Length)));
        wish.Comments.Add($"One answer tells the mean share of the slices of {slice} over {window.Length}, of all parts together, by their weights.");
        return null;
    }

    /// <summary>One meaning of several is taken, and which.</summary>
    private static void Weigh(WishDraft wish, Losses losses, string counted) => losses.Changed(wish.At, wish.Source, $"OpenSLO does not say how weights count: here {counted}");

    private void Need(WishDraft wish, ImmutableArray<decimal> weights, string per) =>
        wish.Needs.Add($"availability of {new ObjectiveParts([.. wish.Checks.Select((check, i) => new ObjectivePart(check.Name!, weights[i]))])} >= {SloNumber.Percent(Target)} over {window.Over}{per}");
}
