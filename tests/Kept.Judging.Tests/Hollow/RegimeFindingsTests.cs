using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Judging.Tests.Hollow;

/// <summary>Regimes that no look is ever in, compared with a walk through the weeks around all dates.</summary>
public sealed class RegimeFindingsTests
{
    private const int Day = DatedSpan.MinutesPerDay, Half = Day / 2;

    /// <summary>A Monday, and one of the year 2028, which is looked at for weeks.</summary>
    private static readonly int[] Firsts = [20_500 - (20_500 % 7) + 4, 21_190 - (21_190 % 7) + 4];

    private static Calendar Calendar(string name, WeeklySpan[] weekly, DatedSpan[] dated) => new(name, [.. weekly], "UTC", "", [], Place.None) { Dates = [.. dated] };

    /// <summary>Open for half days: never, always or within each week; and on dates, some for more than a year.</summary>
    private static Gen<Calendar> GenCalendar(string name, int first) => Gen.Select(
        Gen.OneOf(Gen.Const(Array.Empty<WeeklySpan>()), Gen.Const(Array.Empty<WeeklySpan>()), Gen.Const((WeeklySpan[])[new(0, 7 * Day)]), Gen.Select(Gen.Int[0, 13], Gen.Int[1, 13]).Select(span => (WeeklySpan[])[new(span.Item1 * Half, (span.Item1 + span.Item2) * Half)])),
        Gen.Select(Gen.Int[0, 9], Gen.OneOf(Gen.Int[0, 20], Gen.Const(399)), Gen.Byte[1, DatedSpan.EveryDay], Gen.Int[0, 1], Gen.Int[1, 4]).Array[0, 2],
        (weekly, dated) => Calendar(name, weekly, [.. dated.Select(one => new DatedSpan(first + one.Item1, first + one.Item1 + one.Item2, one.Item3, one.Item4 * Half, (one.Item4 + one.Item5) * Half))]));

    private static readonly Gen<Expression> GenWhen = Gen.OneOf(Gen.OneOf("a", "b").Select(During), Gen.OneOf("a", "b").Select(Not),
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool).Select(one => (Expression)new Expression.And(Place.None, [one.Item1 ? During("a") : Not("a"), one.Item2 ? During("b") : Not("b"), .. one.Item3 ? [Not("a")] : Array.Empty<Expression>()])));

    private static Expression During(string name) => new Expression.During(Place.None, name);

    private static Expression Not(string name) => new Expression.Not(Place.None, During(name));

    [Fact]
    public void A_regime_is_told_as_never_exactly_when_no_moment_is_in_it()
    {
        var (never, some) = (0, 0);
        foreach (var first in Firsts)
            Gen.Select(GenCalendar("a", first), GenCalendar("b", first), GenWhen.Array[1, 3]).Sample((a, b, whens) =>
            {
                var promise = Make.Promise(Make.Check("1m", "1s"), Make.Availability(90, "1d")) with { Regimes = [.. whens.Select((when, i) => new Regime($"r{i}", when, "", Place.None))] };
                var agent = new Agent { Id = "shop", Name = "shop", Kind = AgentKind.Team, Domains = [], At = Place.None, Calendars = [a, b], Promises = [promise] };
                var found = RegimeFindings.Of(new House { Id = "h", Agents = [agent] }).Where(finding => finding.Message.StartsWith("no look is ever", StringComparison.Ordinal)).Select(finding => finding.Message.Split('`')[1]).ToHashSet();
                var reached = new HashSet<string>();
                // the weeks before the first date have none
                for (var half = 0; half < 2 * 440; half++)
                {
                    var moment = new Instant(((((first - 14) * (long)Day) + (half * Half)) * 60_000_000L) + 1);
                    for (var i = 0; i < whens.Length; i++)
                        if (Holds(whens[i], moment))
                        {
                            reached.Add($"r{i}");
                            break;
                        }
                }
                bool Holds(Expression when, Instant at) => when switch
                {
                    Expression.Not not => !Holds(not.Inner, at),
                    Expression.And and => and.Parts.All(part => Holds(part, at)),
                    _ => CalendarClock.IsOpen(((Expression.During)when).Calendar == "a" ? a : b, at),
                };
                Assert.Equal(whens.Select((_, i) => $"r{i}").Where(name => !reached.Contains(name)), found.Order(StringComparer.Ordinal));
                never += found.Count;
                some += reached.Count;
            }, iter: 200, threads: 1);
        Assert.True(never > 60 && some > 200, $"{never} {some}");
    }

    [Fact]
    public void A_date_that_is_shorter_than_lies_between_two_looks_is_chance()
    {
        var works = Calendar("works", [], [new DatedSpan(21_000, 21_000, DatedSpan.EveryDay, 600, 660)]);
        string? Told(string every, Calendar calendar)
        {
            var promise = Make.Promise(Make.Check(every, "1s"), Make.Availability(90, "1d")) with { Regimes = [new Regime("works", During("works"), "during works", Place.None)] };
            return RegimeFindings.Of(new House { Id = "h", Agents = [new Agent { Id = "shop", Name = "shop", Kind = AgentKind.Team, Domains = [], At = Place.None, Calendars = [calendar], Promises = [promise] }] }).SingleOrDefault()?.Message;
        }
        Assert.Null(Told("1h", works));
        Assert.Contains("it is open for at most 1 h at a time, and its check looks every 4 h, so 75 % of", Told("4h", works), StringComparison.Ordinal);
        // a second date at another time of the day meets others; one beside it makes it longer
        Assert.Contains("so 50 % of", Told("4h", works with { Dates = [.. works.Dates, new DatedSpan(21_400, 21_400, DatedSpan.EveryDay, 660, 720)] }), StringComparison.Ordinal);
        Assert.Contains("open for at most 2 h at a time", Told("4h", works with { Open = [new((6 * Day) + 540, (6 * Day) + 600)], Dates = [new DatedSpan(20_996, 20_996, DatedSpan.EveryDay, 600, 660)] }), StringComparison.Ordinal);
    }
}
