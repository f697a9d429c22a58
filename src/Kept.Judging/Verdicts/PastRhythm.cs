using Kept.Model;

namespace Kept.Judging;

/// <summary>How often a check was looked at before: what was due then is counted by the rhythm of then, whatever the document says now.</summary>
/// <param name="Check">The check's place in the promise.</param>
/// <param name="Until">The rhythm held up to here, and from where the one before it ended.</param>
/// <param name="Every">Its period.</param>
public readonly record struct PastRhythm(int Check, Instant Until, Duration Every);

/// <summary>The rhythms of one check, oldest first, the present one last. Between two changes slots are counted exactly where their phase is known.</summary>
internal sealed class Rhythms
{
    /// <summary>Of more changes than this the oldest are forgotten: the oldest rhythm that is known then stands for them.</summary>
    public const int MostPast = 64;

    private readonly (long Until, long Period)[] _all;

    public Rhythms(int check, long period, IEnumerable<PastRhythm> past)
    {
        var all = new List<(long Until, long Period)>();
        foreach (var one in past.Where(one => one.Check == check).OrderBy(one => one.Until))
            if (all.Count == 0 || one.Until.Microseconds > all[^1].Until)
                all.Add((one.Until.Microseconds, PeriodOf(one.Every)));
        if (all.Count > MostPast) all.RemoveRange(0, all.Count - MostPast);
        all.Add((long.MaxValue, period));
        _all = [.. all];
    }

    public static long PeriodOf(Duration every) => Math.Max(1, every.Nanoseconds / 1000);

    /// <summary>The rhythm at a moment: its period, and the stretch in which it holds.</summary>
    public (long Period, long From, long Until) At(long moment)
    {
        var from = long.MinValue;
        foreach (var (until, period) in _all)
        {
            if (moment < until) return (period, from, until);
            from = until;
        }
        throw new ArgumentOutOfRangeException(nameof(moment), moment, "no moment is later than the end of time");
    }
}
