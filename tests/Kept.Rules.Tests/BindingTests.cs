using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R04 against brute force: what offer and acceptance mean is asked of every sample, every amount of use and every hour of a small world.</summary>
public class BindingTests
{
    private static readonly QuantityType Quality = new("drift", Dimension.Number, Direction.Provider, QuantitySource.Measured, "for tests: what the promiser does");
    private static readonly QuantityType Demand = new("demand", Dimension.Number, Direction.Consumer, QuantitySource.Measured, "for tests: what the user does");

    private static readonly Gen<Objective> AnyLine = Gen.Select(BoundTests.AnyLine, Gen.Bool).Select((line, isQuality) => line with { Quantity = isQuality ? Quality : Demand });

    [Fact]
    public void A_need_is_covered_partly_covered_or_excluded_exactly_as_the_samples_say() =>
        Gen.Select(AnyLine.Array[0, 3], AnyLine).Sample((offered, need) =>
        {
            var expected = Weigh(offered, need);
            // an offer that no behaviour keeps is R11's
            if (expected is { } clause) Assert.Equal(clause.Length == 0 ? [] : [clause], Clauses(Acceptance([need]), Offer(1, [.. offered])));
        }, iter: 600);

    /// <summary>The clause of one need, nothing where it is covered; null where no sample keeps the offer.</summary>
    private static string? Weigh(Objective[] offered, Objective need)
    {
        var about = offered.Where(line => line.Quantity == need.Quantity).ToList();
        if (about.Count == 0) return "type";
        bool Offered(decimal[] sample) => about.All(line => BoundTests.Keeps(line, sample));
        bool Needed(decimal[] sample) => BoundTests.Keeps(need, sample);
        if (!BoundTests.Samples.Any(Offered)) return null;
        if (!BoundTests.Samples.Any(sample => Offered(sample) && Needed(sample))) return "short";
        // the offer inside the need where the promiser is bound, the use inside the offer where the user is
        var isInside = need.Quantity.Direction == Direction.Provider ? BoundTests.Samples.All(sample => !Offered(sample) || Needed(sample)) : BoundTests.Samples.All(sample => !Needed(sample) || Offered(sample));
        return isInside ? "" : "partial";
    }

    [Fact]
    public void All_four_answers_to_a_need_are_met_by_chance()
    {
        var seen = new HashSet<string>();
        for (var op = Comparison.Less; op <= Comparison.GreaterOrEqual; op++)
            foreach (var type in new[] { Quality, Demand })
                for (var value = 0; value <= 4; value++)
                    if (Weigh([BoundTests.Line(Comparison.LessOrEqual, 2, 1, Quality)], BoundTests.Line(op, value, 1, type)) is { } clause)
                        seen.Add(clause);
        Assert.Equal(["", "partial", "short", "type"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_the_accepted_line_is_compared() => Gen.Select(AnyLine.Array[1, 2], AnyLine.Array[1, 2], AnyLine, Gen.Int[1, 3]).Sample((first, second, need, line) =>
    {
        if (Weigh(line == 1 ? first : second, need) is not { } clause) return;
        var found = Clauses(Acceptance([need]) with { Line = line }, Offer(1, [.. first]), Offer(2, [.. second]));
        Assert.Equal(line == 3 ? ["no-such-line"] : clause.Length == 0 ? [] : [clause], found);
    }, iter: 200);

    [Fact]
    public void Each_need_is_weighed_by_itself() => Gen.Select(AnyLine.Array[0, 2], AnyLine.Array[0, 3]).Sample((offered, needs) =>
    {
        var expected = needs.Select(need => Weigh(offered, need)).ToList();
        if (!expected.Contains(null)) Assert.Equal(expected.Where(clause => clause!.Length > 0), Clauses(Acceptance([.. needs]), Offer(1, [.. offered])));
    }, iter: 200);

    [Fact]
    public void A_use_goes_beyond_exactly_when_some_amount_it_allows_does() =>
        Gen.Select(Trees.Pick("rate", "load", "size", "demand", "other"), Trees.Pick(Enum.GetValues<Comparison>()), Gen.Int[0, 6], Gen.Int[1, 6], Gen.Int[0, 15]).Sample((name, op, use, most, stated) =>
        {
            Quantity Amount(string of, int value) => of switch { "rate" or "load" => Quantity.Rate(value, Duration.Seconds(1)), "size" => new Quantity(value, Dimension.Size), _ => new Quantity(value, Dimension.Number) };
            var type = QuantityType.BuiltIn.FirstOrDefault(known => known.Name == name) ?? Demand with { Name = name };
            // bits: load, size, demand and an unrelated quantity are limited or not
            var limits = new Limits((stated & 1) == 0 ? null : Amount("load", most), null, (stated & 2) == 0 ? null : Amount("size", most), null, null, null,
                [.. new[] { ("demand", 4), ("further", 8) }.Where(pair => (stated & pair.Item2) != 0).Select(pair => KeyValuePair.Create(pair.Item1, Amount("demand", most)))]);
            var isLimited = name switch { "rate" or "load" => (stated & 1) != 0, "size" => (stated & 2) != 0, "demand" => (stated & 4) != 0, _ => false };
            var goesBeyond = Enumerable.Range(0, 40).Select(half => half / 2m).Any(amount => amount > most && op switch
            {
                Comparison.Equal => amount == use,
                Comparison.NotEqual => amount != use,
                Comparison.Less => amount < use,
                Comparison.LessOrEqual => amount <= use,
                Comparison.Greater => amount > use,
                _ => amount >= use,
            });
            var acceptance = Acceptance([]) with { Use = new UseLimit(type, op, Amount(name, use), $"{name} {op} {use}") };
            Assert.Equal(isLimited && goesBeyond ? ["use"] : [], Clauses(acceptance, Offer(1, []) with { Limits = limits }));
            Assert.Empty(Clauses(acceptance, Offer(1, [])));
        }, iter: 600);

    [Fact]
    public void Offer_and_acceptance_are_valid_together_exactly_when_an_hour_to_come_is_in_both()
    {
        // days from today; the moment of looking is noon
        static Instant? Day(int? day) => day is { } days ? Documents.Now - Duration.Hours(12) + Duration.Days(days) : null;
        var days = new int?[] { null, -30, -1, 0, 1, 30 };
        foreach (var own in days)
            foreach (var supplier in days)
                foreach (var user in days)
                {
                    var together = Enumerable.Range(12, 24 * 40).Any(hour => hour < ((own ?? supplier ?? 100) + 1) * 24 && hour < ((user ?? 100) + 1) * 24);
                    var found = Clauses(Acceptance([]), new Ends(Day(supplier), Day(user)), Offer(1, []) with { Until = Day(own) });
                    Assert.Equal(together ? [] : ["validity"], found);
                }
    }

    [Fact]
    public void An_agent_outside_the_house_is_not_judged()
    {
        var user = new Agent { Id = "user", At = Place.None, ReliesOn = [new Reliance { Agent = "far", At = Place.None, Document = "https://far.example/kept", Accepts = [Acceptance([BoundTests.Line(Comparison.LessOrEqual, 1, 1)])] }] };
        Assert.Empty(Found(new House { Id = "h", Agents = [user] }));
    }

    private sealed record Ends(Instant? Supplier, Instant? User);

    private static Promise Offer(int line, ImmutableArray<Objective> keeps) => new() { Name = new PromiseName("supplier", "p", line), Standing = Standing.Offered, To = ["anyone"], Keeps = keeps, At = Place.None };

    private static Acceptance Acceptance(ImmutableArray<Objective> needs) => new("p", 1, null, needs, null, Place.None);

    private static IEnumerable<string> Clauses(Acceptance acceptance, params ImmutableArray<Promise> offers) => Clauses(acceptance, new Ends(null, null), offers);

    private static IEnumerable<string> Clauses(Acceptance acceptance, Ends ends, params ImmutableArray<Promise> offers)
    {
        var user = new Agent { Id = "user", At = Place.None, Until = ends.User, ReliesOn = [new Reliance { Agent = "supplier", At = Place.None, Document = "https://supplier.example/kept", Accepts = [acceptance] }] };
        return Found(new House { Id = "h", Agents = [user, new Agent { Id = "supplier", At = Place.None, Until = ends.Supplier, Promises = offers }] });
    }

    private static IEnumerable<string> Found(House house) => [.. Binding.Rule.Check!(new RuleContext(house, Documents.Now, null)).Select(finding => finding.Clause.Slug)];
}
