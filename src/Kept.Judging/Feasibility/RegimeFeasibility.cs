using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>How many looks of an objective's window fall into one regime.</summary>
/// <param name="Regime">Its name.</param>
/// <param name="Least">So many at least, by calendars alone.</param>
/// <param name="Most">So many at most.</param>
/// <param name="IsByTime">What looks see and measure has no part in it.</param>
public sealed record RegimeLooks(string Regime, long Least, long Most, bool IsByTime);

/// <summary>A line of an alert in one regime.</summary>
/// <param name="Regime">Its name.</param>
/// <param name="Window">The shortest of its windows.</param>
/// <param name="Most">So many looks of the regime are in it at most.</param>
/// <param name="Needed">So many must be bad before it fires in a regime (<c>confirm</c>).</param>
public sealed record RegimeBurn(string Regime, Duration Window, long Most, int Needed);

/// <summary>What the regimes of a promise get of its looks, as far as calendars tell it. Pure and exact: for whatever phases its checks have.</summary>
public static class RegimeFeasibility
{
    /// <summary>Of each regime, and of <see cref="Regime.Other"/>, the looks that an objective counts in the window that holds a moment.</summary>
    /// <param name="agent">Whose promise it is.</param>
    /// <param name="promise">It names regimes.</param>
    /// <param name="objective">One of its own.</param>
    /// <param name="now">The moment.</param>
    public static ImmutableArray<RegimeLooks> OfWindow(Agent agent, Promise promise, Objective objective, Instant now)
    {
        var (from, to) = CalendarClock.WindowOf(objective.Window, now);
        var periods = PeriodsOf(promise, objective);
        return [.. RegimeTimes.Of(agent, promise, from, to).Select(times => new RegimeLooks(times.Name,
            times.Sure.Sum(span => periods.Sum(period => (span.To - span.From).Nanoseconds / period)), times.Possible.Sum(span => periods.Sum(period => MostIn(span.To - span.From, period))), times.IsByTime))];
    }

    /// <summary>Regimes of which so few looks lie in a window of a line that it cannot fire there: fewer than must be bad.</summary>
    public static ImmutableArray<RegimeBurn> TooFew(Agent agent, Promise promise, BurnLine line, Instant now)
    {
        var plans = new FoldPlan(promise).Objectives;
        var needed = promise.Checks.Max(check => check.Confirm.Count);
        var found = ImmutableArray.CreateBuilder<RegimeBurn>();
        foreach (var times in RegimeTimes.Of(agent, promise, now, now + Duration.Days(366)))
        {
            if (times.Possible.IsEmpty) continue; // there is nothing that could fire
            RegimeBurn? least = null;
            foreach (var test in line.Tests)
            {
                if (plans[test.Objective].SliceTrack >= 0) continue; // slices count otherwise
                var periods = PeriodsOf(promise, plans[test.Objective].Objective);
                var most = periods.Sum(period => MostInAny(times.Possible, test.Window, period));
                if (most < needed && (least is null || most < least.Most)) least = new RegimeBurn(times.Name, test.Window, most, needed);
            }
            if (least is not null) found.Add(least);
        }
        return found.ToImmutable();
    }

    private static List<long> PeriodsOf(Promise promise, Objective objective) => [.. promise.Checks.Where(check => objective.Counts(check.Name)).Select(check => Math.Max(1, check.Every.Nanoseconds))];

    /// <summary>The most slots that a stretch holds, whatever the phase.</summary>
    private static long MostIn(Duration length, long period) => (length.Nanoseconds + period - 1) / period;

    /// <summary>The most slots that lie in any window of that length and in those spans; the fullest window begins where a span does, or ends where one ends.</summary>
    private static long MostInAny(ImmutableArray<(Instant From, Instant To)> spans, Duration window, long period)
    {
        long most = 0;
        for (var i = 0; i < spans.Length; i++)
        {
            var (here, back) = (0L, 0L);
            for (var j = i; j < spans.Length && spans[j].From < spans[i].From + window; j++) here += MostIn(Shorter(spans[j].To, spans[i].From + window) - spans[j].From, period);
            for (var j = i; j >= 0 && spans[j].To > spans[i].To - window; j--) back += MostIn(spans[j].To - Longer(spans[j].From, spans[i].To - window), period);
            most = Math.Max(most, Math.Max(here, back));
        }
        return most;
    }

    private static Instant Shorter(Instant a, Instant b) => a < b ? a : b;

    private static Instant Longer(Instant a, Instant b) => a > b ? a : b;
}
