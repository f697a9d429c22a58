using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What of a look satisfies an objective: good, or a recorded figure within an interval.</summary>
/// <param name="Source">Where the figure stands.</param>
/// <param name="Measure">Which of the check's measures; −1 where it is none.</param>
internal readonly record struct Predicate(QuantitySource Source, int Measure, long Lowest, long Highest)
{
    /// <summary>Only asked about evidence. No answer in time satisfies no bound; neither does a figure that an answer did not hold.</summary>
    public bool Holds(LookRecord look) => Source switch
    {
        QuantitySource.GoodLooks => look.Class == LookClass.Good,
        QuantitySource.LookTime => look.Failure == TargetFailure.None && look.Phases.Total >= 0 && IsWithin(look.Phases.Total),
        _ => Measure < look.Measured.Length && look.Measured[Measure] is { } figure && IsWithin(figure),
    };

    private bool IsWithin(long figure) => figure >= Lowest && figure <= Highest;
}

/// <summary>Where the looks of one objective stand: a track, and which of its predicates.</summary>
/// <param name="Weight">How many points a look of it is: one, unless the objective writes weights.</param>
internal readonly record struct Counted(int Track, int Predicate, long Weight = 1)
{
    public override string ToString() => $"Counted {{ Track = {Track}, Predicate = {Predicate}{(Weight == 1 ? "" : $", Weight = {Weight}")} }}";
}

/// <summary>One objective, prepared: what satisfies it, which tracks hold its looks, what share is wanted.</summary>
internal sealed partial class ObjectivePlan
{
    public required Objective Objective { get; init; }
    /// <summary>Of the promise: share of a window that must have been looked at, level of confidence, and how gaps count.</summary>
    public required decimal Coverage { get; init; }
    public required decimal? Confidence { get; init; }
    public required Accounting Accounting { get; init; }
    public required ShareRule Share { get; init; }
    /// <summary>Why no look can decide it; null where looks can.</summary>
    public string? Undecidable { get; init; }
    public ImmutableArray<Counted> Tracks { get; init; } = [];
    /// <summary>The most points that a look is.</summary>
    public long Heaviest { get; init; } = 1;
    /// <summary>What a bad look spends is not one: what is counted are points, and of slices the looks in them.</summary>
    public bool IsWeighted => Objective.IsWeighted;
    /// <summary>With <c>per</c>: the track of its slices, else −1.</summary>
    public int SliceTrack { get; init; } = -1;
    public long Slice => Objective.Slice is { } slice ? Math.Max(1, slice.Nanoseconds / 1000) : 0;
    /// <summary>The slices are made from the counts of their looks, and not look by look.</summary>
    public bool IsRecounted => SliceTrack >= 0 && (Objective.SliceRule.Count != SliceCount.Whole || Accounting != Accounting.Usual || HasMaintenance);
    /// <summary>Looks in announced maintenance count otherwise.</summary>
    public bool HasMaintenance { get; init; }
    public bool IsMean => SliceTrack >= 0 && Objective.SliceRule.Count == SliceCount.Mean;
    /// <summary>The share that a slice must have to be good.</summary>
    public ShareRule SliceShare { get; init; }
}
