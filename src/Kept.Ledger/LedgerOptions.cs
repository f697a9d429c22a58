using Kept.Model;

namespace Kept.Ledger;

/// <summary>Sizes and ages of the store. The defaults are the product; tests make them small.</summary>
internal sealed record LedgerOptions
{
    public static readonly LedgerOptions Default = new();

    /// <summary>A hot segment is closed at this size.</summary>
    public int SegmentBytes { get; init; } = 8 << 20;

    /// <summary>And by upkeep at this age.</summary>
    public Duration SegmentAge { get; init; } = Duration.Hours(6);

    /// <summary>Everything hot is sealed when it has more bytes than this per series …</summary>
    public int SealBytesPerSeries { get; init; } = 6_000;

    /// <summary>… within these bounds: blocks of a few looks waste space, and hot looks are held in memory too.</summary>
    public long SealBytesLeast { get; init; } = 16 << 20;

    public long SealBytesMost { get; init; } = 128 << 20;

    /// <summary>Or when the oldest of it is this old.</summary>
    public Duration SealAge { get; init; } = Duration.Days(1);

    /// <summary>Looks of one block at most: a day at one every 30 s.</summary>
    public int BlockLooks { get; init; } = 2_880;

    /// <summary>Evidence kept per series.</summary>
    public int EvidencePerSeries { get; init; } = 50;

    /// <summary>How long to wait for another process that holds the database.</summary>
    public int BusySeconds { get; init; } = 5;

    /// <summary>Called at every named point between two steps that must not depend on each other: tests end the process or fail the storage there.</summary>
    public Action<string>? AtPoint { get; init; }

    public void Hit(string point) => AtPoint?.Invoke(point);
}
