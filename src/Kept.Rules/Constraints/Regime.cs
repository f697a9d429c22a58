using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>When a promise is in force, as alternatives of plain facts (a disjunctive normal form), so that two conditions can be asked whether both can be true.</summary>
internal sealed class Regime
{
    /// <summary>More alternatives than this are not followed; the answer is then <see cref="Truth.Unknown"/>.</summary>
    private const int MostTerms = 64;

    private readonly ImmutableArray<Term>? _terms;

    private Regime(ImmutableArray<Term>? terms) => _terms = terms;

    /// <summary>Always in force.</summary>
    public static readonly Regime Any = new([Term.Free]);

    public static Regime Of(Expression? given, ComparedCalendars calendars) => given is null ? Any : new(Terms(given, true, calendars, new Patience()));

    /// <summary>True: both can hold at once. False: never. Unknown: not decided (too large, or facts this cannot compare).</summary>
    public Truth Overlaps(Regime other) => And(other).CanHold;

    /// <summary>Whether it can hold at all.</summary>
    public Truth CanHold
    {
        get
        {
            if (_terms is not { } terms) return Truth.Unknown;
            var best = Truth.False;
            foreach (var term in terms) best = best.Or(term.CanHold);
            return best;
        }
    }

    public Regime And(Regime other) => And(other, new Patience());

    private Regime And(Regime other, Patience patience)
    {
        if (_terms is not { } mine || other._terms is not { } theirs || mine.Length * theirs.Length > MostTerms * MostTerms) return new(null);
        var both = ImmutableArray.CreateBuilder<Term>();
        foreach (var a in mine)
            foreach (var b in theirs)
            {
                if (patience.IsOver) return new(null);
                if (a.And(b) is { } term && term.CanHold != Truth.False) both.Add(term);
            }
        return both.Count > MostTerms ? new(null) : new(both.ToImmutable());
    }

    private static ImmutableArray<Term>? Terms(Expression given, bool holds, ComparedCalendars calendars, Patience patience)
    {
        switch (given)
        {
            case Expression.Not not: return Terms(not.Inner, !holds, calendars, patience);
            case Expression.And and: return holds ? Some(and.Parts, and.Parts.Length) : Some(and.Parts, 1);
            case Expression.Or or: return holds ? Some(or.Parts, 1) : Some(or.Parts, or.Parts.Length);
            case Expression.AtLeast some: return Some(some.Parts, holds ? some.Count : some.Parts.Length - some.Count + 1);
            default: return Term.OfFact(given, holds, calendars) is { } term ? [term] : null;
        }

        ImmutableArray<Term>? Some(ImmutableArray<Expression> parts, int count)
        {
            // Each part once, however many choices it is in.
            var each = new Regime[parts.Length];
            for (var i = 0; i < parts.Length; i++)
            {
                each[i] = new Regime(Terms(parts[i], holds, calendars, patience));
                if (each[i]._terms is null) return null;
            }
            var found = ImmutableArray.CreateBuilder<Term>();
            return Choose(each, 0, count, Any, found, patience) ? found.ToImmutable() : null;
        }
    }

    /// <summary>Every choice of so many of the parts from one on, together with what was chosen before them. What cannot hold already is not followed further. False: too many.</summary>
    private static bool Choose(Regime[] parts, int from, int count, Regime chosen, ImmutableArray<Term>.Builder found, Patience patience)
    {
        if (chosen._terms is not { } terms || patience.IsOver) return false;
        if (terms.IsEmpty || count > parts.Length - from) return true;
        if (count == 0)
        {
            found.AddRange(terms);
            return found.Count <= MostTerms;
        }
        return Choose(parts, from + 1, count - 1, chosen.And(parts[from], patience), found, patience) && Choose(parts, from + 1, count, chosen, found, patience);
    }

    /// <summary>How much is compared before the answer is that nobody knows: a line may be written so that every choice contradicts itself, and none is ever counted.</summary>
    private sealed class Patience
    {
        private int _left = 50_000;

        public bool IsOver => _left-- <= 0;
    }

    /// <summary>Facts that all hold at once.</summary>
    private sealed record Term(
        ImmutableDictionary<string, ValueSet> Facts, ImmutableDictionary<PromiseName, bool> Promises, ImmutableDictionary<string, CalendarState> Times, ComparedCalendars? Calendars, bool Impossible)
    {
        public static readonly Term Free = new(
            ImmutableDictionary<string, ValueSet>.Empty, ImmutableDictionary<PromiseName, bool>.Empty, ImmutableDictionary<string, CalendarState>.Empty, null, false);

        public static Term? OfFact(Expression fact, bool holds, ComparedCalendars calendars)
        {
            switch (fact)
            {
                case Expression.PromiseHolds promise: return Free with { Promises = Free.Promises.Add(promise.Name, holds) };
                case Expression.During during:
                    return calendars.Find(during.Calendar) is { } calendar ? Free with { Times = Free.Times.Add(during.Calendar, new(calendar, holds)), Calendars = calendars } : null;
                default:
                    // a fact of the surroundings is always of one sort: load is a rate, region a text
                    return ValueSet.Of(fact, !holds) is var (name, allowed) ? Free with { Facts = Free.Facts.Add(name, allowed.OfOneSort) } : null;
            }
        }

        public Term? And(Term other)
        {
            var (facts, promises, times, impossible) = (Facts, Promises, Times, Impossible || other.Impossible);
            foreach (var (name, allowed) in other.Facts)
            {
                if (!facts.TryGetValue(name, out var mine))
                {
                    facts = facts.Add(name, allowed);
                    continue;
                }
                if (mine.And(allowed) is not { } both) return null;
                facts = facts.SetItem(name, both);
            }
            foreach (var (name, holds) in other.Promises)
            {
                impossible |= promises.TryGetValue(name, out var mine) && mine != holds;
                promises = promises.SetItem(name, holds);
            }
            foreach (var (name, time) in other.Times)
            {
                impossible |= times.TryGetValue(name, out var mine) && mine.Open != time.Open;
                times = times.SetItem(name, time);
            }
            return new(facts, promises, times, Calendars ?? other.Calendars, impossible);
        }

        public Truth CanHold => Impossible || Facts.Values.Any(allowed => allowed.IsEmpty) ? Truth.False : Calendars is { } calendars ? calendars.CanHold(Times) : Truth.True;
    }
}
