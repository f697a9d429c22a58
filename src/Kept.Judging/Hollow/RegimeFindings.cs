using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>Regimes that are never judged, as the documents of a house stand: no look can be in them, or only with luck. Pure.</summary>
internal static class RegimeFindings
{
    /// <summary>A year without dates, so that every change of the clocks is in it; which one does not matter, and the same documents give the same findings. What lies on dates is looked at around these.</summary>
    private static readonly Instant YearFrom = Instant.From(new DateTimeOffset(2028, 1, 3, 0, 0, 0, TimeSpan.Zero)), YearTo = YearFrom + Duration.Days(366);

    /// <summary>Loads beyond so many requests a minute are not tried one by one: then nothing is said of them.</summary>
    private const long MostTried = 20_000;

    /// <summary>More days around dates than these are not looked at for one promise: then nothing is said of its regimes.</summary>
    private static readonly Duration MostAround = Duration.Days(20_000);

    /// <summary>What is open every week may go on before a date and behind it.</summary>
    private static readonly Duration Around = Duration.Days(8);

    /// <param name="house">The house.</param>
    /// <param name="isEnough">Asked before each promise: the search of a large house may take long, and ends where this is true.</param>
    public static IEnumerable<Diagnostic> Of(House house, Func<bool>? isEnough = null)
    {
        var lanes = new Lazy<Dictionary<string, long>>(() => MostOf(house));
        var open = new Dictionary<Calendar, List<(Instant From, Instant To)>>(ReferenceEqualityComparer.Instance);
        List<(Instant From, Instant To)> OpenIn(Calendar calendar) => open.TryGetValue(calendar, out var known) ? known : open[calendar] = CalendarClock.OpenIn(calendar, YearFrom, YearTo);
        foreach (var agent in house.Agents)
        {
            var weeks = agent with { Calendars = agent.Calendars.IsDefault ? [] : [.. agent.Calendars.Select(calendar => calendar.Dates.IsDefaultOrEmpty ? calendar : calendar with { Dates = [] })] };
            foreach (var promise in agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)))
                if (!promise.Regimes.IsEmpty && !promise.Checks.IsEmpty)
                {
                    if (isEnough?.Invoke() == true) yield break;
                    if (TimesOf(agent, weeks, promise, OpenIn) is not { } times) continue;
                    foreach (var finding in Of(agent, promise, lanes, times))
                        yield return finding;
                }
        }
    }

    /// <summary>When looks can be in each regime: in a year of weeks alone, and around the dates of calendars that it asks for. Null where these are too many.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="weeks">The same, with calendars that have no dates.</param>
    /// <param name="promise">Its promise or wish.</param>
    /// <param name="openIn">When a calendar is open in the year.</param>
    private static ImmutableArray<RegimeTimes>? TimesOf(Agent agent, Agent weeks, Promise promise, Func<Calendar, List<(Instant From, Instant To)>> openIn)
    {
        var times = RegimeTimes.Of(weeks, promise, YearFrom, YearTo, openIn);
        var names = promise.Regimes.SelectMany(regime => regime.When.SelfAndDescendants()).OfType<Expression.During>().Select(during => during.Calendar).ToHashSet(StringComparer.Ordinal);
        var around = CalendarClock.Joined([.. (agent.Calendars.IsDefault ? [] : agent.Calendars).Where(calendar => names.Contains(calendar.Name)).SelectMany(CalendarClock.OnDates).Select(date => (date.From - Around, date.To + Around))]);
        var length = default(Duration);
        foreach (var (from, to) in around) length += to - from;
        if (length > MostAround) return null;
        foreach (var (from, to) in around)
            times = [.. times.Zip(RegimeTimes.Of(agent, promise, from, to), (one, other) => one with { Possible = [.. one.Possible, .. other.Possible], Sure = [.. one.Sure, .. other.Sure] })];
        return times;
    }

    private static IEnumerable<Diagnostic> Of(Agent agent, Promise promise, Lazy<Dictionary<string, long>> lanes, ImmutableArray<RegimeTimes> times)
    {
        var never = OwnLoad.Decides(agent.Load, promise) ? Unreached(agent, promise, lanes.Value) : null;
        for (var i = 0; i < promise.Regimes.Length; i++)
        {
            var regime = promise.Regimes[i];
            Diagnostic Says(string message, string help) => new(HollowCodes.NeverJudged, Severity.Warning, regime.At.IsKnown ? regime.At : promise.At, message, help, promise.Name);
            if (times[i].Possible.IsEmpty)
                yield return Says($"no look is ever in the regime `{regime.Name}`: {Why(agent, promise, i, times)}", "take it away, or write a condition that can be true of a look");
            else if (never is { } reach && reach.Regimes.Contains(i))
                yield return Says($"no look is ever in the regime `{regime.Name}`: the looks of this house send at most {VerdictWords.Plural(reach.Most, "request")} a minute to {reach.Host}, and `{regime.Text}` asks for another load",
                    "write a band that they reach, look more often, or read the load from what tells all of it: `load: { from: 'metric NAME at URL' }`");
            else if (Chance(promise, times[i].Possible) is var (share, luckiest))
                yield return Says($"whether a look is ever in the regime `{regime.Name}` is chance: it is open for at most {times[i].Possible.Max(span => span.To - span.From).ToWords()} at a time, and {(promise.Checks.Length == 1 ? "its check" : $"its check `{luckiest.Name}`, which meets it best,")} looks every {luckiest.Every.ToWords()}, so {VerdictWords.Percent(share)} of the places in time that a check may get never meet it",
                    "look at least as often as it is open, or let it be open for longer");
        }
    }

    private static string Why(Agent agent, Promise promise, int place, ImmutableArray<RegimeTimes> times)
    {
        var when = promise.Regimes[place].When;
        // whatever the time is, or because no other regime is left
        var known = RegimeTimes.Known(agent, promise, null) with { CalendarOf = static _ => null };
        var taken = Enumerable.Range(0, place).Where(i => RegimeTimes.TruthOf(promise.Regimes[i].When, known, YearFrom) == Truth.True || times.All(other => other.Possible.IsEmpty != (other == times[i]))).Select(i => $"`{promise.Regimes[i].Name}`").ToList();
        if (taken.Count > 0) return $"every look is in {taken[0]}, which is written before it";
        var facts = new List<string>(2);
        if (when.AsksFor("version")) facts.Add($"the version of the promise is `{promise.Version}`");
        if (when.AsksFor("region") && agent.Region is { } region) facts.Add($"the region of {agent.Id} is `{region}`");
        return facts.Count > 0 ? string.Join(" and ", facts) : $"`{promise.Regimes[place].Text}` is true at no time";
    }

    /// <summary>The share of phases of which no slot ever lies in the spans, the smallest of all checks, and whose it is; null where some check meets them whatever its phase.</summary>
    private static (decimal Share, Check Check)? Chance(Promise promise, ImmutableArray<(Instant From, Instant To)> spans)
    {
        (decimal Share, Check Check)? least = null;
        foreach (var check in promise.Checks)
        {
            var period = check.Every.Nanoseconds / Duration.PerMicrosecond;
            if (check.Kind.IsPassive || period <= 0 || period > (YearTo - YearFrom).Nanoseconds / Duration.PerMicrosecond) return null;
            var missing = Uncovered(spans, period);
            if (missing == 0) return null;
            var share = decimal.Floor((decimal)missing / period * 1_000) / 1_000;
            if (share == 0) return null; // less than one in a thousand
            if (least is null || share < least.Value.Share) least = (share, check);
        }
        return least;
    }

    /// <summary>How much of a period the spans leave uncovered, each laid into it.</summary>
    private static long Uncovered(ImmutableArray<(Instant From, Instant To)> spans, long period)
    {
        var parts = new List<(long From, long To)>();
        foreach (var (from, to) in spans)
        {
            var length = to.Microseconds - from.Microseconds;
            if (length >= period) return 0;
            var begin = ((from.Microseconds % period) + period) % period;
            parts.Add((begin, Math.Min(period, begin + length)));
            if (begin + length > period) parts.Add((0, begin + length - period));
        }
        parts.Sort();
        var (covered, end) = (0L, 0L);
        foreach (var (from, to) in parts)
        {
            if (to <= end) continue;
            covered += to - Math.Max(from, end);
            end = to;
        }
        return period - covered;
    }

    /// <summary>The regimes that no load of our own looks reaches; null where too many would have to be tried.</summary>
    private static (HashSet<int> Regimes, long Most, string Host)? Unreached(Agent agent, Promise promise, Dictionary<string, long> lanes)
    {
        var (host, most) = promise.Checks.Where(check => !check.Kind.IsPassive).Select(check => (check.Target.Lane, lanes[check.Target.Lane])).DefaultIfEmpty(("", 0)).MaxBy(lane => lane.Item2);
        if (most is 0 or > MostTried) return null;
        // Calendars are left open: what is not reached is not reached at any time.
        var never = Enumerable.Range(0, promise.Regimes.Length).Where(i => promise.Regimes[i].When.AsksFor("load")).ToHashSet();
        for (var requests = 1L; requests <= most && never.Count > 0; requests++)
        {
            var known = RegimeTimes.Known(agent, promise, OwnLoad.Of(requests)) with { CalendarOf = static _ => null };
            for (var i = 0; i < promise.Regimes.Length; i++)
            {
                var truth = RegimeTimes.TruthOf(promise.Regimes[i].When, known, YearFrom);
                if (truth != Truth.False) never.Remove(i);
                if (truth == Truth.True) break;
            }
        }
        return (never, most, host);
    }

    /// <summary>The most requests that the looks of a house send to each host within <see cref="OwnLoad.Over"/>, whatever their phases and however late they come.</summary>
    private static Dictionary<string, long> MostOf(House house)
    {
        var most = new Dictionary<string, long>(StringComparer.Ordinal);
        var anywhere = 0L; // of looks that send more than one: they may lead to any host
        foreach (var check in house.Promises.SelectMany(promise => promise.Checks))
        {
            if (check.Kind.IsPassive || check.Every <= Duration.Zero) continue;
            // A look begins at most half a period late, and the first after a start has a place of its own.
            var looks = ((OwnLoad.Over.Nanoseconds + (check.Every.Nanoseconds / 2)) / check.Every.Nanoseconds) + 2;
            var sends = Math.Max(1, check.Kind.Sends?.Invoke(check) ?? 1);
            most[check.Target.Lane] = most.GetValueOrDefault(check.Target.Lane) + (sends == 1 ? looks : 0);
            if (sends > 1) anywhere += looks * sends;
        }
        foreach (var lane in most.Keys) most[lane] += anywhere;
        return most;
    }
}
