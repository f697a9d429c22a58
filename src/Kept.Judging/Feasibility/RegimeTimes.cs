using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>When looks can be in one regime of a promise, as far as that is known before any look: by calendars, and by what never changes (region, version).</summary>
/// <param name="Name">Of the regime; <see cref="Regime.Other"/> for what is left.</param>
/// <param name="Possible">When a look may be in it, whatever it sees; in order, and spans that touch are one.</param>
/// <param name="Sure">When it is in it for certain.</param>
public sealed record RegimeTimes(string Name, ImmutableArray<(Instant From, Instant To)> Possible, ImmutableArray<(Instant From, Instant To)> Sure)
{
    /// <summary>What looks see and measure has no part in it.</summary>
    public bool IsByTime => Possible.AsSpan().SequenceEqual(Sure.AsSpan());

    /// <summary>Those of each regime that the promise names, in order, and of <see cref="Regime.Other"/>.</summary>
    /// <param name="agent">Whose calendars and region are meant.</param>
    /// <param name="promise">Its promise or wish.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The first that is not asked about.</param>
    public static ImmutableArray<RegimeTimes> Of(Agent agent, Promise promise, Instant from, Instant to) => Of(agent, promise, from, to, calendar => CalendarClock.OpenIn(calendar, from, to));

    /// <param name="openIn">When a calendar is open between the two; whoever asks about many promises keeps it.</param>
    internal static ImmutableArray<RegimeTimes> Of(Agent agent, Promise promise, Instant from, Instant to, Func<Calendar, List<(Instant From, Instant To)>> openIn)
    {
        var whens = promise.Regimes.Select(regime => regime.When).ToList();
        var names = whens.SelectMany(when => when.SelfAndDescendants()).OfType<Expression.During>().Select(during => during.Calendar).ToHashSet(StringComparer.Ordinal);
        var calendars = (agent.Calendars.IsDefault ? [] : agent.Calendars).Where(calendar => names.Contains(calendar.Name)).ToList();
        // Between two moments at which some calendar opens or closes nothing changes, and where the same are open all is the same.
        var open = calendars.ConvertAll(calendar => openIn(calendar));
        var bounds = open.SelectMany(spans => spans).SelectMany(span => (Instant[])[span.From, span.To]).Append(from).Where(at => at >= from && at < to).Distinct().Order().Append(to).ToList();
        var (possible, sure) = (Lists(), Lists());
        var (alike, next) = (new Dictionary<string, Truth[]>(StringComparer.Ordinal), new int[open.Count]);
        for (var i = 0; i + 1 < bounds.Count; i++)
        {
            var key = string.Concat(open.Select((spans, calendar) =>
            {
                while (next[calendar] < spans.Count && spans[next[calendar]].To <= bounds[i]) next[calendar]++;
                return next[calendar] < spans.Count && spans[next[calendar]].From <= bounds[i] ? '1' : '0';
            }));
            if (!alike.TryGetValue(key, out var here)) alike[key] = here = At(agent, promise, whens, bounds[i]);
            for (var place = 0; place < here.Length; place++)
            {
                if (here[place] != Truth.False) Add(possible[place], bounds[i], bounds[i + 1]);
                if (here[place] == Truth.True) Add(sure[place], bounds[i], bounds[i + 1]);
            }
        }
        return [.. possible.Select((spans, place) => new RegimeTimes(place == whens.Count ? Regime.Other : promise.Regimes[place].Name, [.. spans], [.. sure[place]]))];

        List<(Instant From, Instant To)>[] Lists() => [.. Enumerable.Range(0, whens.Count + 1).Select(_ => new List<(Instant, Instant)>())];
    }

    /// <summary>Of each regime, and of what is left, whether a look of that moment is in it.</summary>
    private static Truth[] At(Agent agent, Promise promise, List<Expression> whens, Instant at)
    {
        var (truths, free) = (new Truth[whens.Count + 1], Truth.True); // free: no regime before has taken it
        for (var place = 0; place <= whens.Count; place++)
        {
            var mine = place == whens.Count ? Truth.True : TruthOf(whens[place], Known(agent, promise, null), at);
            truths[place] = free.And(mine);
            free = free.And(mine.Not());
        }
        return truths;
    }

    /// <summary>What is known of every look before it is taken; all else is unknown.</summary>
    /// <param name="load">The load of our own looks that is tried; null where it is open.</param>
    internal static Surroundings Known(Agent agent, Promise promise, Quantity? load) =>
        new(static _ => Outcome.Unknown, load, agent.Region, promise.Version, name => agent.Calendars.IsDefaultOrEmpty ? null : agent.Calendars.FirstOrDefault(calendar => calendar.Name == name));

    /// <summary>Whether a condition is true whatever a look sees, false whatever it sees, or unknown.</summary>
    internal static Truth TruthOf(Expression when, Surroundings known, Instant at)
    {
        // has() says something of what is missing too, and here all that a look sees is missing.
        if (when.SelfAndDescendants().Any(node => node is Expression.Has)) return Truth.Unknown;
        var scene = new Scene { Around = known, At = at };
        return Evaluation.Of(when, ref scene);
    }

    private static void Add(List<(Instant From, Instant To)> spans, Instant from, Instant to)
    {
        if (spans.Count > 0 && spans[^1].To == from) spans[^1] = (spans[^1].From, to);
        else spans.Add((from, to));
    }
}
