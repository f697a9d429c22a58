using Kept.Model;

namespace Kept.Engine.Promises;

/// <summary>
/// What is heard of a watched thing that calls us. Armed by its first call; from then on each call sets a deadline of one period and the grace, and silence
/// beyond it is bad, at the deadline and each period after. Silence that may be ours (we were down, or the clock jumped, when the call was due) is a gap,
/// and the deadline starts anew.
/// </summary>
internal sealed class Heartbeat(string key, Duration every, Duration grace)
{
    public string Key { get; } = key;
    public Duration Every { get; set; } = every;
    public Duration Grace { get; set; } = grace;

    public bool IsArmed { get; private set; }
    /// <summary>The newest call of any kind but start.</summary>
    public Instant LastCall { get; private set; }
    /// <summary>The newest call that became a look; calls within the same second are one.</summary>
    public Instant? LastRecorded { get; set; }
    /// <summary>That call was a failure, as the document judges it.</summary>
    public bool WasBad { get; set; }
    /// <summary>When it last said that a failure is over.</summary>
    public Instant? RecoveredAt { get; set; }
    /// <summary>Silent after this.</summary>
    public Instant Deadline { get; private set; }

    /// <summary>Runs that began and have not ended, the newest last; a caller that names no runs has one.</summary>
    private List<(string Run, Instant At)>? _runs;
    private const int MostRuns = 1_000;

    /// <summary>A run that did not end for so long never will.</summary>
    private static readonly Duration LongestRun = Duration.Hours(72);

    private static readonly Duration LogEvery = Duration.Seconds(10);
    private const int MostLogsADay = 1_000;
    private (Instant Last, long Day, int Count)? _logs;

    /// <summary>It said that a run began; the same run again begins anew. Of too many that never end the oldest is forgotten.</summary>
    public void Begin(string? run, Instant at)
    {
        End(run);
        _runs ??= [];
        _runs.RemoveAll(one => at - one.At > LongestRun);
        if (_runs.Count >= MostRuns) _runs.RemoveAt(0);
        _runs.Add((run ?? "", at));
    }

    /// <summary>When it said that the run began; null where it did not say, or the run ended since.</summary>
    public Instant? BeganAt(string? run) => _runs?.FindIndex(one => one.Run == (run ?? "")) is >= 0 and var index ? _runs[index].At : null;

    public void End(string? run)
    {
        _runs?.RemoveAll(one => one.Run == (run ?? ""));
        if (_runs is { Count: 0 }) _runs = null; // most tell no runs
    }

    /// <summary>Whether what it tells now is kept: once in ten seconds, and a thousand times a day. The record never forgets, and a job in a tight loop would fill it.</summary>
    public bool MayLog(Instant at) => _logs is not { } logs || (at < logs.Last || at - logs.Last >= LogEvery) && (DayOf(at) != logs.Day || logs.Count < MostLogsADay);

    /// <summary>What it told is kept.</summary>
    public void Logged(Instant at) => _logs = (at, DayOf(at), _logs is { } logs && logs.Day == DayOf(at) ? logs.Count + 1 : 1);

    private static long DayOf(Instant at) => at.Microseconds / (Duration.Days(1).Nanoseconds / Duration.PerMicrosecond);

    public void Called(Instant at)
    {
        IsArmed = true;
        LastCall = at;
        Deadline = at + Every + Grace;
    }

    /// <summary>It called then and we sent it away. True when its deadline is a later one by that; an unheard call arms nothing.</summary>
    public bool CalledUnheard(Instant at)
    {
        if (!IsArmed || at <= LastCall || at + Every + Grace <= Deadline) return false;
        Called(at);
        return true;
    }

    /// <summary>The next silent slot.</summary>
    public void StaySilent() => Deadline += Every;

    /// <summary>We stood still for a moment that began then: the time does not count as its silence.</summary>
    public void WaitOut(Instant from, Duration pause)
    {
        if (IsArmed && Deadline >= from) Deadline += pause;
    }

    private (Instant Call, Instant From)? _cutOff;

    /// <summary>
    /// Its calls could not reach us since then. True when its deadline begins anew by that: once for each call that was heard, or a line that is cut each night would keep a
    /// heartbeat that stopped from ever being silent.
    /// </summary>
    public bool CutOff(Instant from, Instant to)
    {
        if (_cutOff is { } before && before.Call == LastCall && before.From != from) return false;
        if (!Deafened(from, to)) return false;
        _cutOff = (LastCall, from);
        return true;
    }

    /// <summary>
    /// Nobody could have heard it between these moments. True when its call was due then: that silence is ours. A call is expected around one period after
    /// the last one; the half period before allows for a rhythm that is not exact.
    /// </summary>
    public bool Deafened(Instant from, Instant to)
    {
        if (!IsArmed || to < Deadline - Grace - (Every / 2) || from > Deadline) return false;
        Deadline = to + Every + Grace;
        return true;
    }
}
