using Kept.Model;

namespace Kept.Ledger;

/// <summary>Order and days of looks, the same in every store.</summary>
internal static class LookOrder
{
    public const long DayMicroseconds = 86_400_000_000;
    public const int MostEvidenceBytes = 16 << 10;

    // 9999-12-31: what a calendar can still tell
    private const long LastMoment = 253_402_300_799_999_999;

    public static readonly Comparison<LookRecord> ByKey = static (a, b) =>
    {
        var bySlot = a.Slot.CompareTo(b.Slot);
        return bySlot != 0 ? bySlot : a.Epoch.CompareTo(b.Epoch);
    };

    /// <summary>The first moment of the UTC day.</summary>
    public static Instant DayOf(Instant at) => new(at.Microseconds - (((at.Microseconds % DayMicroseconds) + DayMicroseconds) % DayMicroseconds));

    /// <summary>Looks before this may be gone: whole days only, so that a day's tally is either open or closed.</summary>
    public static Instant Cutoff(Instant now, Duration keepLooks)
    {
        var microseconds = keepLooks.Nanoseconds / 1000;
        return now.Microseconds < microseconds ? default : DayOf(new Instant(now.Microseconds - microseconds));
    }

    /// <summary>Refuses what no store can keep, before anything is written.</summary>
    /// <exception cref="LedgerException"><c>S07</c>: a look or evidence is out of bounds, a fault of the caller. <c>S06</c>: a look of another epoch.</exception>
    public static void Check(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, int epoch, int seriesCount)
    {
        foreach (var look in looks)
        {
            if (look.Epoch != epoch)
                throw new LedgerException(StorageCodes.ReplacedWriter, $"A look of epoch {look.Epoch} came to a ledger that is at epoch {epoch}. Its writer was replaced by a newer one and must stop.");
            if (look.Series < 1 || look.Series > seriesCount) throw Refused($"series {look.Series} was never minted");
            if (look.Slot.Microseconds is < 0 or > LastMoment) throw Refused($"a slot of {look.Slot.Microseconds} µs lies outside the years 1970 to 9999");
            if (look.Class > LookClass.ConditionUnknown) throw Refused($"class {look.Class} is unknown");
            if (!look.Measured.IsDefault && look.Measured.Length > Coding.LookRows.MostMeasures) throw Refused("a look has more than 1,000 measured figures");
        }
        foreach (var item in evidence)
        {
            if (item.Series < 1 || item.Series > seriesCount) throw Refused($"series {item.Series} was never minted");
            if (item.Slot.Microseconds is < 0 or > LastMoment) throw Refused($"a slot of {item.Slot.Microseconds} µs lies outside the years 1970 to 9999");
            if (item.Body.Length > MostEvidenceBytes) throw Refused($"evidence has {item.Body.Length} bytes; at most {MostEvidenceBytes} are kept");
        }
    }

    private static LedgerException Refused(string why) => new(StorageCodes.NeverRecorded, $"This can never be recorded: {why}.");
}

/// <summary>Counts of one day while they grow.</summary>
internal struct DayCounts
{
    public long Good, Bad, Gap, NotInForce;

    public void Add(LookClass look)
    {
        switch (look)
        {
            case LookClass.Good: Good++; break;
            case LookClass.Bad: Bad++; break;
            case LookClass.NotInForce: NotInForce++; break;
            default: Gap++; break;
        }
    }

    public void Add(in DayCounts other)
    {
        Good += other.Good;
        Bad += other.Bad;
        Gap += other.Gap;
        NotInForce += other.NotInForce;
    }
}
