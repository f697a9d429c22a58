using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Looks;

public sealed class LookTests
{
    private static readonly Expectation Ok = new("status == 200", Is(Seen("status"), Value.Of(200m)));

    [Fact]
    public void A_good_answer_is_good()
    {
        var look = Judge.Look(Check(expect: [Ok]), Answer(), InForce);
        Assert.Equal((LookClass.Good, "answered 200 in 41 ms"), (look.Class, look.Reason));
        Assert.Equal(new ExpectationOutcome("status == 200", Truth.True, "status was 200"), Assert.Single(look.Expectations));
    }

    [Fact]
    public void An_answer_without_expectations_is_good()
    {
        Assert.Equal(LookClass.Good, Judge.Look(Check(), Answer(500), InForce).Class);
    }

    [Fact]
    public void A_false_expectation_is_bad_and_missing_evidence_is_bad()
    {
        var ready = new Expectation("body.ready == true", Is(Seen("body", "ready"), Value.Of(true)));
        var look = Judge.Look(Check(expect: [Ok, ready]), Answer(503, "{}"), InForce);
        Assert.Equal((LookClass.Bad, "status was 503 (and 1 more)"), (look.Class, look.Reason));
        Assert.Equal([Truth.False, Truth.Unknown], look.Expectations.Select(outcome => outcome.Truth));
        Assert.Equal((LookClass.Bad, "body.ready was missing"), (Judge.Look(Check(expect: [ready]), Answer(200, "{}"), InForce) is var second ? (second.Class, second.Reason) : default));
    }

    [Fact]
    public void Every_failure_of_the_target_is_bad_in_words()
    {
        foreach (var failure in Enum.GetValues<TargetFailure>())
        {
            var look = Judge.Look(Check(expect: [Ok]), Observation.OfFailure(Start, failure, "", Phases.None), InForce);
            Assert.Equal(LookClass.Bad, look.Class);
            Assert.NotEmpty(look.Reason);
            Assert.True(failure == TargetFailure.None || look.Reason != "it did not answer", failure.ToString());
        }
        Assert.Equal("no complete answer within 5 s", Judge.Look(Check(), Observation.OfFailure(Start, TargetFailure.TimedOut, " ", Phases.None), InForce).Reason);
        Assert.Equal("the connection was refused: 127.0.0.1:80", Judge.Look(Check(), Observation.OfFailure(Start, TargetFailure.Refused, "127.0.0.1:80\n", Phases.None), InForce).Reason);
    }

    [Fact]
    public void Every_gap_is_ours_in_words()
    {
        foreach (var cause in Enum.GetValues<GapCause>())
        {
            var look = Judge.Look(Check(expect: [Ok]), Observation.OfGap(Start, cause, ""), InForce);
            Assert.Equal(LookClass.Gap, look.Class);
            Assert.True(cause == GapCause.None || look.Reason != "we could not look", cause.ToString());
        }
    }

    [Fact]
    public void A_false_condition_takes_the_look_out_of_force_and_an_unknown_one_makes_it_no_evidence()
    {
        var check = Check(expect: [Ok]);
        foreach (var seen in (Observation[])[Answer(), Answer(500), Observation.OfFailure(Start, TargetFailure.Refused, "", Phases.None), Observation.OfGap(Start, GapCause.Late, "")])
            Assert.Equal(LookClass.NotInForce, Judge.Look(check, seen, new Judged(Truth.False, "load is 900/s, over 500/s")).Class);
        Assert.Equal(LookClass.ConditionUnknown, Judge.Look(check, Answer(), new Judged(Truth.Unknown, "load is not known")).Class);
        Assert.Equal(LookClass.ConditionUnknown, Judge.Look(check, Answer(500), new Judged(Truth.Unknown, "load is not known")).Class);
        Assert.Equal(LookClass.Gap, Judge.Look(check, Observation.OfGap(Start, GapCause.Late, ""), new Judged(Truth.Unknown, "")).Class);
        Assert.Equal("not in force: load is 900/s, over 500/s", Judge.Look(check, Answer(), new Judged(Truth.False, "load is 900/s, over 500/s")).Reason);
    }

    private static readonly QuantityType Lag = new("picture-lag", Dimension.Time, Direction.Provider, QuantitySource.Measured, "");

    [Theory]
    [InlineData("""{"lag":4200}""", 4_200_000_000L)]
    [InlineData("""{"lag":0.0000015}""", 2L)] // nanoseconds are whole: half to even
    [InlineData("""{"lag":-1}""", -1_000_000L)]
    [InlineData("""{"lag":"4200"}""", 4_200_000_000L)] // `as ms` says how to read it
    [InlineData("""{"lag":"4200ms"}""", null)]
    [InlineData("""{"lag":null}""", null)]
    [InlineData("""{"lag":true}""", null)]
    [InlineData("""{"lag":1e25}""", null)]
    [InlineData("""{"lag":79228162514264337593543950335}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""no""", null)]
    public void A_measure_becomes_whole_units_or_nothing(string body, long? expected)
    {
        var check = Check(measures: [new Measure(Lag, Seen("body", "lag"), Quantity.Time(Duration.Milliseconds(1)), "picture-lag: body.lag as ms")]);
        Assert.Equal(expected, Assert.Single(Judge.Look(check, Answer(200, body), InForce).Measured));
    }

    [Fact]
    public void Measures_of_every_dimension_are_recorded_in_their_units()
    {
        (Dimension Dimension, Quantity Unit, long Expected)[] cases =
        [
            (Dimension.Ratio, Quantity.Ratio(0.01m), 425_000_000), (Dimension.Number, Quantity.Number(1), 42_500_000),
            (Dimension.Size, Quantity.Bytes(1024), 43_520), (Dimension.Rate, Quantity.Rate(1, Duration.Minutes(1)), 708_333), (Dimension.Time, Quantity.Time(Duration.Seconds(1)), 42_500_000_000),
        ];
        foreach (var (dimension, unit, expected) in cases)
        {
            var type = new QuantityType("x", dimension, Direction.Provider, QuantitySource.Measured, "");
            var check = Check(measures: [new Measure(type, Seen("body", "n"), unit, "")]);
            Assert.Equal(expected, Assert.Single(Judge.Look(check, Answer(200, """{"n":42.5}"""), InForce).Measured));
        }
        // A value that has a unit of its own keeps it; of another dimension it is nothing.
        var time = Check(measures: [new Measure(Lag, Seen("time"), Quantity.Time(Duration.Seconds(1)), ""), new Measure(Lag, Seen("status"), Quantity.Number(1), "")]);
        Assert.Equal([41_000_000, null], Judge.Look(time, Answer(), InForce).Measured);
        Assert.Equal([null, null], Judge.Look(time, Observation.OfFailure(Start, TargetFailure.Reset, "", Phases.None), InForce).Measured);
    }

    [Fact]
    public void A_condition_is_judged_with_its_surroundings()
    {
        var show = new Calendar("show", [new WeeklySpan((4 * 1440) + (20 * 60) + 30, (4 * 1440) + (22 * 60))], "Europe/Brussels", "", [], Place.None);
        Surroundings Around(Quantity? load, Outcome storage) => new(name => name.Agent == "storage" ? storage : Outcome.Unknown, load, "eu-west", "2.10",
            name => name == "show" ? show : null);
        var during = At("2026-03-06T20:00:00Z");
        var load = Compare(Seen("load"), Comparison.LessOrEqual, Written(Value.Of(Quantity.Rate(500, Duration.Seconds(1)))));
        var calm = Around(Quantity.Rate(100, Duration.Seconds(1)), Outcome.Kept);

        Assert.Equal(Truth.True, Judge.Given(null, during, calm).Truth);
        Assert.Equal(Truth.True, Judge.Given(All(load, During("show")), during, calm).Truth);
        Assert.Equal((Truth.False, "2026-03-06T19:00:00Z is outside show"), Pair(Judge.Given(All(load, During("show")), At("2026-03-06T19:00:00Z"), calm)));
        Assert.Equal((Truth.False, "load is 900/s, over 500/s"), Pair(Judge.Given(load, during, Around(Quantity.Rate(900, Duration.Seconds(1)), Outcome.Kept))));
        Assert.Equal(Truth.True, Judge.Given(load, during, Around(Quantity.Rate(30000, Duration.Minutes(1)), Outcome.Kept)).Truth);
        Assert.Equal((Truth.Unknown, "load is not known"), Pair(Judge.Given(load, during, Around(null, Outcome.Kept))));
        Assert.Equal((Truth.Unknown, "the calendar gone is not known"), Pair(Judge.Given(During("gone"), during, calm)));
        Assert.Equal(Truth.True, Judge.Given(Is(Seen("region"), Value.Of("eu-west")), during, calm).Truth);
        Assert.Equal(Truth.False, Judge.Given(Is(Seen("version"), Value.Of("2.1")), during, calm).Truth);
        foreach (var (outcome, truth) in ((Outcome, Truth)[])[(Outcome.Kept, Truth.True), (Outcome.Broken, Truth.False), (Outcome.Unknown, Truth.Unknown), (Outcome.NotInForce, Truth.Unknown), (Outcome.NotAPromise, Truth.Unknown)])
            Assert.Equal(truth, Judge.Given(Holds("storage/upload"), during, Around(null, outcome)).Truth);
        Assert.Equal((Truth.False, "storage/upload is broken"), Pair(Judge.Given(Holds("storage/upload"), during, Around(null, Outcome.Broken))));

        static (Truth, string) Pair(Judged judged) => (judged.Truth, judged.Reason);
    }
}
