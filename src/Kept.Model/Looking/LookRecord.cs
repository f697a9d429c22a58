using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>
/// One judged look as the ledger keeps it: the fact that verdicts are folded from. Small and without text; what was read stands in <see cref="Evidence"/>.
/// (Series, Slot, Epoch) is its key: recording it twice changes nothing.
/// </summary>
/// <param name="Series">The ledger's number for (promise, check, place).</param>
/// <param name="Slot">When the look was due: its event time.</param>
/// <param name="Epoch">The writer's epoch; an old epoch is refused.</param>
/// <param name="Class">Good, bad, gap, not in force.</param>
/// <param name="Failure">What the target did instead of answering.</param>
/// <param name="Gap">Why we could not look.</param>
/// <param name="Code">The protocol's code, −1 where none.</param>
/// <param name="LateMicroseconds">From the slot to the start of the look.</param>
/// <param name="Phases">Whole microseconds (as nanoseconds); −1 where there was no such phase.</param>
/// <param name="NewConnection">False where a kept connection was used.</param>
/// <param name="Measured">Figures of the check's measures, in order: nanoseconds, bytes, billionths of a ratio, millionths of a number or of a rate per second; null where not seen. Behind them the regime (<see cref="Regime.Of"/>), and the load of our own looks where it decides (<see cref="OwnLoad.In"/>).</param>
public sealed record LookRecord(
    int Series, Instant Slot, int Epoch, LookClass Class, TargetFailure Failure, GapCause Gap, int Code, long LateMicroseconds, Phases Phases, bool NewConnection,
    ImmutableArray<long?> Measured)
{
    public bool Equals(LookRecord? other) =>
        other is not null && Series == other.Series && Slot == other.Slot && Epoch == other.Epoch && Class == other.Class && Failure == other.Failure && Gap == other.Gap
        && Code == other.Code && LateMicroseconds == other.LateMicroseconds && Phases == other.Phases && NewConnection == other.NewConnection
        && Measured.AsSpan().SequenceEqual(other.Measured.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Series, Slot, Epoch);
}

/// <summary>What one look read, kept for people: on every change, for the newest bad looks, and now and then for good ones.</summary>
/// <param name="Series">The series.</param>
/// <param name="Slot">The look's event time.</param>
/// <param name="Body">UTF-8 JSON: reason, expectations with values, excerpt, address. Bounded to 16 KiB; never holds a secret.</param>
public sealed record Evidence(int Series, Instant Slot, ReadOnlyMemory<byte> Body);
