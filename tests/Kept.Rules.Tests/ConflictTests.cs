using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R15 and R16: conflicts among own promises, and no more promised than there is.</summary>
public class ConflictTests
{
    private static readonly string[] Calendars = ["early", "late", "noon"];

    /// <summary>Three hours of one day, so that a world is: which hour it is, the load, and two promises.</summary>
    private static readonly Dictionary<string, Calendar> Hours = new()
    {
        ["early"] = new("early", [new WeeklySpan(0, 60)], "Z", "", [], Place.None),
        ["late"] = new("late", [new WeeklySpan(120, 180)], "Z", "", [], Place.None),
        ["noon"] = new("noon", [new WeeklySpan(30, 150)], "Z", "", [], Place.None),
    };

    private sealed record World(int Minute, int Load, int Promises);

    private static readonly List<World> Worlds =
        [.. from minute in new[] { 10, 40, 90, 130, 160, 500 } from load in Enumerable.Range(1, 5) from promises in Enumerable.Range(0, 4) select new World(minute, load, promises)];

    private static readonly Gen<Expression> Fact = Gen.OneOf(
        Gen.Int[0, 2].Select(i => (Expression)new Expression.During(Place.None, Calendars[i])),
        Gen.Int[0, 1].Select(Trees.Leaf),
        Gen.Select(Trees.Pick(Comparison.Less, Comparison.Greater), Trees.Pick(2, 4)).Select((op, value) =>
            (Expression)new Expression.Compare(Place.None, new Operand.Seen(Place.None, "load", -1, []), op, new Operand.Literal(Place.None, Value.Of(value)))));

    private static readonly Gen<Expression> AnyGiven = Gen.Recursive<Expression>((depth, inner) => depth >= 2 ? Fact : Gen.OneOf(
        Fact,
        inner.Select(e => (Expression)new Expression.Not(Place.None, e)),
        inner.Array[2, 3].Select(parts => (Expression)new Expression.And(Place.None, [.. parts])),
        inner.Array[2, 3].Select(parts => (Expression)new Expression.Or(Place.None, [.. parts])),
        inner.Array[2, 3].Select(parts => (Expression)new Expression.AtLeast(Place.None, 2, [.. parts]))));

    /// <summary>A fact, or two or three of them joined once: few enough alternatives that every question about two of these is decided.</summary>
    private static readonly Gen<Expression> PlainGiven = Gen.OneOf(
        Fact,
        Fact.Select(e => (Expression)new Expression.Not(Place.None, e)),
        Fact.Array[2, 3].Select(parts => (Expression)new Expression.And(Place.None, [.. parts])),
        Fact.Array[2, 3].Select(parts => (Expression)new Expression.Or(Place.None, [.. parts])),
        Fact.Array[2, 3].Select(parts => (Expression)new Expression.AtLeast(Place.None, 2, [.. parts])));

    private static bool Holds(Expression given, World world) => given switch
    {
        Expression.Not not => !Holds(not.Inner, world),
        Expression.And and => and.Parts.All(part => Holds(part, world)),
        Expression.Or or => or.Parts.Any(part => Holds(part, world)),
        Expression.AtLeast some => some.Parts.Count(part => Holds(part, world)) >= some.Count,
        Expression.During during => Hours[during.Calendar].Open.Any(span => span.From <= world.Minute && world.Minute < span.To),
        Expression.PromiseHolds promise => (world.Promises >> Trees.IndexOf(promise.Name) & 1) == 1,
        Expression.Compare { Operator: Comparison.Less, Right: Operand.Literal { Value: Value.Measured bound } } => world.Load < bound.Quantity.Amount,
        Expression.Compare { Right: Operand.Literal { Value: Value.Measured bound } } => world.Load > bound.Quantity.Amount,
        _ => throw new ArgumentException(given.GetType().Name),
    };

    /// <summary>Every choice of six contradicts itself, so no alternative is ever counted: only what was tried is.</summary>
    [Fact]
    public void A_condition_made_to_be_looked_at_for_ever_is_left_undecided()
    {
        static Expression Region(string name) =>
            new Expression.Compare(Place.None, new Operand.Seen(Place.None, "region", -1, []), Comparison.Equal, new Operand.Literal(Place.None, Value.Of(name)));
        static Expression Nested(int depth) => new Expression.AtLeast(Place.None, 6,
            [.. Enumerable.Range(0, 11).Select(i => Region($"{depth}-{i}")), depth == 0 ? Region("x") : Nested(depth - 1)]);
        Assert.Equal(Truth.False, Regime.Of(Nested(0), new ComparedCalendars(_ => null)).CanHold);
        Assert.NotEqual(Truth.True, Regime.Of(Nested(8), new ComparedCalendars(_ => null)).CanHold);
        var parts = Enumerable.Range(0, 12).Select(i => (Expression)new Expression.AtLeast(Place.None, 6, [.. Enumerable.Range(0, 12).Select(j => new Expression.Not(Place.None, Region($"{i}-{j}")))]));
        Assert.Equal(Truth.Unknown, Regime.Of(new Expression.And(Place.None, [.. parts]), new ComparedCalendars(_ => null)).CanHold);
    }

    [Fact]
    public void Two_conditions_overlap_exactly_when_some_world_makes_both_true()
    {
        var (asked, decided) = (0, 0);
        Gen.Select(AnyGiven, AnyGiven).Sample((a, b) =>
        {
            var together = Regime.Of(a, new ComparedCalendars(Hours.GetValueOrDefault)).Overlaps(Regime.Of(b, new ComparedCalendars(Hours.GetValueOrDefault)));
            Interlocked.Increment(ref asked);
            if (together == Truth.Unknown) return;
            Interlocked.Increment(ref decided);
            Assert.Equal(Worlds.Any(world => Holds(a, world) && Holds(b, world)), together == Truth.True);
        }, iter: 1000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{decided} of {asked} decided");
        Assert.True(decided >= asked * LeastDecided, $"only {decided} of {asked} were decided");
    }

    /// <summary>"Undecided" is an honest answer to a large condition only: to nearly all of these it would be none.</summary>
    private const double LeastDecided = 0.9;

    [Fact]
    public void Plain_conditions_are_always_decided() => Gen.Select(PlainGiven, PlainGiven).Sample((a, b) =>
        Assert.Equal(Kleene.Of(Worlds.Any(world => Holds(a, world) && Holds(b, world))), Regime.Of(a, new ComparedCalendars(Hours.GetValueOrDefault)).Overlaps(Regime.Of(b, new ComparedCalendars(Hours.GetValueOrDefault)))), iter: 1000);

    [Fact]
    public void What_plain_conditions_reserve_at_once_is_always_decided() => // R16
        Gen.Select(Gen.Select(PlainGiven, Gen.Int[0, 5]).Array[1, 3], Gen.Int[1, 8]).Sample((reserved, capacity) =>
        {
            var (exceeds, _, decided) = MostAtOnce.Find([.. reserved.Select(pair => new Share(pair.Item2, Regime.Of(pair.Item1, new ComparedCalendars(Hours.GetValueOrDefault)), []))], capacity);
            Assert.True(decided);
            Assert.Equal(Worlds.Max(world => reserved.Where(pair => Holds(pair.Item1, world)).Sum(pair => pair.Item2)) > capacity, exceeds);
        }, iter: 400);

    [Fact]
    public void More_is_reserved_than_there_is_exactly_when_some_world_reserves_it() // R16
    {
        var (asked, answered) = (0, 0);
        Gen.Select(Gen.Select(AnyGiven, Gen.Int[0, 5]).Array[1, 5], Gen.Int[1, 8]).Sample((reserved, capacity) =>
        {
            var shares = reserved.Select(pair => new Share(pair.Item2, Regime.Of(pair.Item1, new ComparedCalendars(Hours.GetValueOrDefault)), [])).ToList();
            var (exceeds, together, decided) = MostAtOnce.Find(shares, capacity);
            var most = Worlds.Max(world => reserved.Where(pair => Holds(pair.Item1, world)).Sum(pair => pair.Item2));
            Interlocked.Increment(ref asked);
            if (!exceeds && !decided) return;
            Interlocked.Increment(ref answered);
            Assert.Equal(most > capacity, exceeds);
            if (exceeds) Assert.True(together.Sum(share => share.Amount) > capacity);
        }, iter: 400);
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} of {asked} decided");
        Assert.True(answered >= asked * LeastDecided, $"only {answered} of {asked} were decided");
    }

    [Fact]
    public void Own_promises_conflict_exactly_when_no_sample_keeps_both() => // R15
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Bool, Gen.Bool).Sample((x, y, upX, upY) =>
        {
            string Line(int value, bool up) => $"freshness max {(up ? ">=" : "<=")} {value + 1}s over 1h";
            string With(string name, string line) => Documents.Promise(name, "", line, "feed").Replace("expect: [ 'status == 200' ] }", "expect: [ 'status == 200' ], measures: { freshness: body.age as s } }")
                .Replace("max >=", "min >=");
            var clauses = Documents.Clauses(Documents.Shop(With("one@1", Line(x, upX)) + "\n" + With("other@1", Line(y, upY)))).ToList();
            var common = Enumerable.Range(1, 21).Any(value => (upX ? value >= x + 1 : value <= x + 1) && (upY ? value >= y + 1 : value <= y + 1));
            Assert.Equal(common ? 0 : 2, clauses.Count(clause => clause == "R15.lines"));
        }, iter: 40);

    [Fact]
    public void Lines_of_one_promise_are_separate_worlds()
    {
        string Page(string name, string currency) => Documents.Promise(name, "", "availability >= 99.5% over 30d", "page").Replace("'status == 200'", $"'body.currency == ''{currency}'''").Replace("1.6", name.EndsWith('2') ? "2.0" : "1.0");
        Assert.Equal(["R15.answers", "R15.answers"], Documents.Clauses(Documents.Shop(Page("here@1", "EUR") + "\n" + Page("there@1", "USD"))));
        Assert.DoesNotContain("R15.answers", Documents.Clauses(Documents.Shop(Page("here@1", "EUR") + "\n" + Page("here@2", "USD"))));
    }

    [Fact]
    public void Conflicts_are_never_reported_between_agents()
    {
        var one = Documents.Shop(Documents.Promise("page@1"));
        var other = one.Replace("agent: shop", "agent: rival").Replace("'status == 200'", "'status == 503'");
        Assert.Empty(Documents.Clauses(one + "\n---\n" + other));
    }

    [Fact]
    public void More_statements_about_one_target_than_are_compared_are_told()
    {
        var promises = Enumerable.Range(0, 450).Select(i => Documents.Promise($"p{i}@1", "", $"availability >= 9{i % 9}.{i % 7}% over {i + 1}h", "page").Replace("'status == 200'", $"'status == {(i % 2 == 0 ? 200 : 404)}'"));
        var clauses = Documents.Clauses(Documents.Shop(string.Join('\n', promises))).ToList();
        Assert.Single(clauses, "R15.too-many");
        Assert.True(clauses.Count(clause => clause == "R15.answers") >= 400);
    }
}
