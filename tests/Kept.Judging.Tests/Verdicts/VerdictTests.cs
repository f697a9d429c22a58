using System.Collections.Frozen;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

public sealed class VerdictTests
{
    private static readonly Check Probe = Check("10s", "5s", expect: [new Expectation("status == 200", Is(Seen("status"), Value.Of(200m)))]);

    /// <summary>One letter per look: g good, b bad, t timed out, s slow, x gap, n not in force, ? condition unknown, . never recorded.</summary>
    private static PromiseFold Fold(Promise promise, string looks, int check = 0, PromiseFold? into = null, Instant? from = null)
    {
        var fold = into ?? new PromiseFold(promise, Us, from ?? Start);
        var at = from ?? Start;
        foreach (var c in looks)
        {
            if (c != '.') fold.Add(check, Letter(c, at));
            at += promise.Checks[check].Every;
        }
        return fold;
    }

    private static LookRecord Letter(char c, Instant at) => c switch
    {
        'g' => Look(at, LookClass.Good),
        's' => Look(at, LookClass.Good, 900),
        'b' => Look(at, LookClass.Bad),
        't' => Look(at, LookClass.Bad, 5000, TargetFailure.TimedOut),
        'x' => Look(at, LookClass.Gap, gap: GapCause.Resolver),
        'n' => Look(at, LookClass.NotInForce),
        '?' => Look(at, LookClass.ConditionUnknown),
        _ => throw new ArgumentException(c.ToString()),
    };

    private static Instant After(int looks, int seconds = 1) => Start + Duration.Seconds(((looks - 1) * 10) + seconds);

    private static Verdict Verdict(string looks, params Objective[] keeps)
    {
        var promise = Promise(Probe, keeps);
        return Fold(promise, looks).VerdictAt(After(looks.Length), Nobody);
    }

    [Theory]
    [InlineData("", Outcome.Unknown, "no look yet")]
    [InlineData("g", Outcome.Kept, "looks are good")]
    [InlineData("b", Outcome.Unknown, "not confirmed yet: 1 of 2 bad looks: an expectation failed (code 200)")]
    [InlineData("bb", Outcome.Broken, "2 of the last 2 looks were bad: an expectation failed (code 200)")]
    [InlineData("bg", Outcome.Kept, "1 of the last 2 looks was bad, which does not confirm it (2 of 3)")]
    [InlineData("gggb", Outcome.Kept, "1 of the last 3 looks was bad, which does not confirm it (2 of 3)")]
    [InlineData("gggbt", Outcome.Broken, "2 of the last 3 looks were bad: no complete answer within 5 s")]
    [InlineData("ggbbg", Outcome.Broken, "2 of the last 3 looks were bad: an expectation failed (code 200)")]
    [InlineData("ggbbgg", Outcome.Kept, "1 of the last 3 looks was bad, which does not confirm it (2 of 3)")]
    [InlineData("gbxb", Outcome.Broken, "2 of the last 3 looks were bad: an expectation failed (code 200)")] // a gap says nothing, so the bad ones follow each other
    [InlineData("gg....b", Outcome.Unknown, "not confirmed yet: 1 of 2 bad looks: an expectation failed (code 200)")] // what was good before a hole keeps nothing good after it
    [InlineData("bbxxxxg", Outcome.Kept, "looks are good")] // nor bad
    [InlineData("bb..b", Outcome.Unknown, "not confirmed yet: 1 of 2 bad looks: an expectation failed (code 200)")]
    [InlineData("bb.b", Outcome.Broken, "3 of the last 3 looks were bad: an expectation failed (code 200)")]
    [InlineData("bnnnnb", Outcome.Broken, "2 of the last 2 looks were bad: an expectation failed (code 200)")] // out of force is no hole
    [InlineData("x", Outcome.Unknown, "no look yet: our resolver did not answer")]
    [InlineData("?", Outcome.Unknown, "no look yet: whether its condition held is not known")]
    [InlineData("gn", Outcome.NotInForce, "its condition was false at 2026-03-02T00:00:10Z")]
    [InlineData("bbn", Outcome.NotInForce, "its condition was false at 2026-03-02T00:00:20Z")] // what went wrong while it was in force is not `now`
    [InlineData("nnng", Outcome.Kept, "looks are good")]
    [InlineData("nb", Outcome.Unknown, "not confirmed yet: 1 of 2 bad looks: an expectation failed (code 200)")]
    [InlineData("gxx", Outcome.Kept, "looks are good")]
    [InlineData("gxxxx", Outcome.Unknown, "no look since 2026-03-02T00:00:00Z: our resolver did not answer")]
    [InlineData("bbxxxx", Outcome.Unknown, "no look since 2026-03-02T00:00:10Z: our resolver did not answer")] // old breakage is not fresh either
    [InlineData("g....", Outcome.Unknown, "no look since 2026-03-02T00:00:00Z")]
    [InlineData("n....", Outcome.Unknown, "no look yet")]
    public void The_line_now(string looks, Outcome outcome, string reason)
    {
        var verdict = Verdict(looks);
        Assert.Equal((outcome, reason), (verdict.Outcome, verdict.Reason));
        Assert.Equal(Us, verdict.Assessor);
        Assert.Equal("any", verdict.Regime);
    }

    [Fact]
    public void After_two_missed_looks_now_is_unknown_to_the_microsecond()
    {
        var fold = Fold(Promise(Probe), "ggg");
        var last = Start + Duration.Seconds(20);
        var expires = last + Duration.Seconds(25); // two further looks, and the time-out of the second
        var verdict = fold.VerdictAt(last, Nobody);
        Assert.Equal((Outcome.Kept, expires, last), (verdict.Outcome, verdict.ValidUntil, verdict.SeenAt));
        Assert.Equal(expires, fold.ChangesBy);
        Assert.Equal(Outcome.Kept, fold.VerdictAt(new Instant(expires.Microseconds - 1), Nobody).Outcome);
        Assert.Equal(Outcome.Unknown, fold.VerdictAt(expires, Nobody).Outcome);
        Assert.Null(fold.ChangesBy);
        Assert.Null(new PromiseFold(Promise(Probe), Us, Start).ChangesBy);
    }

    [Fact]
    public void A_target_that_flaps_too_evenly_to_confirm_anything_is_unknown_in_the_end()
    {
        var promise = Promise(Check("10s", "5s", new Confirmation(3, 3)));
        var evenly = string.Concat(Enumerable.Repeat("gb", 2_000));
        Assert.Equal(Outcome.Broken, Fold(promise, "bbb" + evenly).VerdictAt(After(4_003), Nobody).Outcome); // as it was before
        Assert.Equal(Outcome.Kept, Fold(promise, evenly).VerdictAt(After(4_000), Nobody).Outcome); // the first good look
        var endless = Fold(promise, "bbb" + evenly + evenly).VerdictAt(After(8_003), Nobody);
        Assert.Equal((Outcome.Unknown, "it flaps: no 3 of 3 looks agreed for 4096 looks"), Pair(endless));
    }

    [Fact]
    public void A_heartbeat_ages_by_its_grace()
    {
        var settings = new Dictionary<string, FieldValue> { ["grace"] = new FieldValue.Length(Duration.Hours(1)) }.ToFrozenDictionary();
        var beat = Check("1d", "10s", Confirmation.AtOnce, "beat", Heartbeat, settings: settings);
        var fold = Fold(Promise(beat), "g");
        Assert.Equal(Start + Duration.Hours(49), fold.VerdictAt(Start, Nobody).ValidUntil);
        fold.Add(0, Look(Start + Duration.Hours(25), LookClass.Bad, 0, TargetFailure.Silent));
        var verdict = fold.VerdictAt(Start + Duration.Hours(25), Nobody);
        Assert.Equal((Outcome.Broken, "1 of the last 1 look was bad: the heartbeat did not come in time"), (verdict.Outcome, verdict.Reason));
    }

    [Fact]
    public void All_checks_must_pass_and_the_one_that_does_not_is_named()
    {
        var promise = Promise([Probe, Check("10s", "5s", name: "deep")]);
        var fold = Fold(promise, "ggg");
        Assert.Equal((Outcome.Unknown, "deep: no look yet"), Pair(fold.VerdictAt(After(3), Nobody)));
        Fold(promise, "g", 1, fold);
        Assert.Equal((Outcome.Kept, "all 2 checks are good"), Pair(fold.VerdictAt(After(3), Nobody)));
        Fold(promise, ".tt", 1, fold);
        Assert.Equal((Outcome.Broken, "deep: 2 of the last 3 looks were bad: no complete answer within 5 s"), Pair(fold.VerdictAt(After(3), Nobody)));
    }

    [Fact]
    public void One_breakage_is_not_hidden_by_another_check_that_nobody_looks_at()
    {
        var promise = Promise([Probe, Check("10s", "5s", name: "deep")]);
        Assert.Equal(Outcome.Broken, Fold(promise, "bbb").VerdictAt(After(3), Nobody).Outcome);
    }

    [Theory]
    // 100 seconds hold ten looks; 90 % allows one to be bad.
    [InlineData("gggggggggg", Outcome.Kept, "100 % of 10 looks were good (0 not)", "1")]
    [InlineData("gggbgggggg", Outcome.Kept, "90 % of 10 looks were good (1 not)", "0")]
    [InlineData("gggbggggbg", Outcome.Broken, "80 % of 10 looks were good (2 not)", "0")]
    [InlineData("bgbb", Outcome.Broken, "25 % of 4 looks were good (3 not); it fails even if all 6 missing or to come are good", "0")]
    [InlineData("b", Outcome.Unknown, "0 % of 1 look was good (1 not); 9 looks missing or to come may still mend it", "0")] // one bad look spends the budget and breaks nothing
    [InlineData("ggggg", Outcome.Kept, "100 % of 5 looks were good (0 not)", "1")] // covered since the terms began
    [InlineData("ggggxgggxg", Outcome.Unknown, "100 % of 8 looks were good (0 not), but only 8 of 10 due were seen (80 %, 95 % wanted of each check)", "1")]
    [InlineData("gggg?ggg?g", Outcome.Unknown, "100 % of 8 looks were good (0 not), but only 8 of 10 due were seen (80 %, 95 % wanted of each check)", "1")]
    [InlineData("gggg.ggg.g", Outcome.Unknown, "100 % of 8 looks were good (0 not), but only 8 of 10 due were seen (80 %, 95 % wanted of each check)", "1")]
    [InlineData("xxxxxxxxxx", Outcome.Unknown, "none of 10 looks due in this window saw anything", "1")]
    [InlineData("", Outcome.Unknown, "no look in this window yet", "1")]
    [InlineData("nnnnnnnnnn", Outcome.NotInForce, "in force at none of 10 looks in this window", null)]
    [InlineData("nnnnnggggg", Outcome.Kept, "100 % of 5 looks were good (0 not)", "1")] // not pooled: five looks, not ten
    [InlineData("nnnnnggggb", Outcome.Broken, "80 % of 5 looks were good (1 not)", "0")] // nine of ten would have been enough
    public void Availability_lines(string looks, Outcome outcome, string reason, string? budget)
    {
        var line = Verdict(looks, Availability(90, "100s")).Lines[1];
        Assert.Equal((outcome, reason), (line.Outcome, line.Reason));
        Assert.Equal(budget is null ? null : decimal.Parse(budget), line.BudgetLeft);
    }

    [Fact]
    public void Budget_is_a_share_of_what_the_whole_window_allows()
    {
        Assert.Equal(0.75m, Verdict("ggggbggggg", Availability(60, "100s")).Lines[1].BudgetLeft);
        Assert.Equal(0.666666666m, Verdict("ggggbggggg", Availability(70, "100s")).Lines[1].BudgetLeft);
        Assert.Null(Verdict("ggggg", Availability(100, "100s")).Lines[1].BudgetLeft);
    }

    [Theory]
    [InlineData("ggggs", Outcome.Kept)]
    [InlineData("gggss", Outcome.Unknown)]
    [InlineData("gggstss", Outcome.Broken)]
    [InlineData("ggggt", Outcome.Kept)] // a time-out counts as over
    [InlineData("gggtt", Outcome.Unknown)]
    [InlineData("ttt", Outcome.Broken)]
    [InlineData("ggggb", Outcome.Kept)]
    [InlineData("gbbbb", Outcome.Kept)] // a quick wrong answer is quick; that it is wrong is another line's matter
    public void Latency_lines(string looks, Outcome outcome)
    {
        var line = Verdict(looks, Latency(80, "300ms", "100s")).Lines[1];
        Assert.Equal(outcome, line.Outcome);
    }

    [Fact]
    public void The_headline_is_broken_if_any_line_is_and_else_that_of_now()
    {
        var broken = Verdict("bbbggg", Availability(90, "100s"), Latency(50, "300ms", "100s"));
        Assert.Equal(Outcome.Kept, broken.Lines[0].Outcome);
        Assert.Equal((Outcome.Broken, "availability >= 90% over 100s: 50 % of 6 looks were good (3 not); it fails even if all 4 missing or to come are good; 2 of 2 objectives decided"), Pair(broken));
        var half = Verdict("bggg", Availability(90, "100s"), Latency(50, "300ms", "100s"));
        Assert.Equal((Outcome.Kept, "1 of the last 3 looks was bad, which does not confirm it (2 of 3); 1 of 2 objectives decided"), Pair(Verdict("gbgg", Availability(90, "100s"), Latency(50, "300ms", "100s"))));
        Assert.Equal((Outcome.Kept, "looks are good; 1 of 2 objectives decided"), Pair(half));
    }

    [Fact]
    public void A_window_already_broken_stays_broken_when_the_promise_goes_out_of_force()
    {
        Assert.Equal(Outcome.Broken, Verdict("bbbbnnn", Availability(90, "100s")).Outcome);
        Assert.Equal(Outcome.NotInForce, Verdict("ggggnnn", Availability(90, "100s")).Outcome);
        // … until the window has moved on.
        var later = Fold(Promise(Probe, Availability(90, "100s")), "bbbbnnnnnnnnnnnnnnnnnnnn").VerdictAt(After(24), Nobody);
        Assert.Equal(Outcome.NotInForce, later.Outcome);
    }

    [Fact]
    public void A_calendar_window_forgets_at_midnight()
    {
        var promise = Promise(Check("1h", "5s"), Availability(80, "this day Europe/Brussels"));
        var midnight = At("2026-03-29T22:00:00Z"); // a day of 23 hours ended
        var fold = new PromiseFold(promise, Us, midnight - Duration.Days(10));
        for (var hour = 23; hour > 0; hour--) fold.Add(0, Look(midnight - Duration.Hours(hour), hour <= 5 ? LookClass.Bad : LookClass.Good));
        var before = fold.VerdictAt(midnight - Duration.Minutes(1), Nobody).Lines[1];
        Assert.Equal((Outcome.Broken, 18, 23, 23), (before.Outcome, before.Good, before.Counted, before.Expected));
        fold.Add(0, Look(midnight, LookClass.Good));
        var after = fold.VerdictAt(midnight, Nobody).Lines[1];
        Assert.Equal((Outcome.Kept, 1, 1, 24), (after.Outcome, after.Good, after.Counted, after.Expected));
    }

    [Fact]
    public void A_slice_is_bad_when_one_of_its_looks_is()
    {
        // Six looks a minute; one bad look in each of the first two minutes.
        var line = Fold(Promise(Probe, Availability(80, "10m", per: "1m")), string.Concat(Enumerable.Repeat("gggbgg", 2)) + new string('g', 48)).VerdictAt(After(60, 9), Nobody).Lines[1];
        Assert.Equal((Outcome.Kept, 7, 9, "slices"), (line.Outcome == Outcome.Kept || line.Outcome == Outcome.Unknown ? Outcome.Kept : line.Outcome, line.Good, line.Counted, line.Reason.Split(' ')[4]));
    }

    [Fact]
    public void Looks_before_these_terms_say_nothing_about_them()
    {
        var promise = Promise(Probe, Availability(99, "1h"));
        var fold = new PromiseFold(promise, Us, Start + Duration.Seconds(50));
        foreach (var i in Enumerable.Range(0, 10)) fold.Add(0, Look(Start + Duration.Seconds(10 * i), i < 5 ? LookClass.Bad : LookClass.Good));
        var verdict = fold.VerdictAt(After(10), Nobody);
        Assert.Equal((Outcome.Kept, 5L), (verdict.Lines[1].Outcome, verdict.Lines[1].Counted));
    }

    [Fact]
    public void What_no_look_decides_is_unknown_and_never_kept()
    {
        var rate = QuantityType.BuiltIn.Single(type => type.Name == "rate");
        var verdict = Verdict("ggg", Every(rate, Comparison.LessOrEqual, Quantity.Rate(5, Duration.Seconds(1)), "1h"));
        Assert.Equal((Outcome.Unknown, "no look decides rate"), (verdict.Lines[1].Outcome, verdict.Lines[1].Reason));
        Assert.Equal((Outcome.Kept, "looks are good; 0 of 1 objective decided"), Pair(verdict));
        Assert.Equal("no check gone measures availability", Verdict("ggg", Availability(90, "1h", of: "gone")).Lines[1].Reason);
    }

    [Fact]
    public void With_confidence_written_a_few_good_looks_are_not_enough_and_a_few_bad_ones_neither()
    {
        var promise = Promise(Probe, Availability(95, "100s")) with { Confidence = 0.95m };
        var few = Fold(promise, "gggggggggg").VerdictAt(After(10), Nobody).Lines[1];
        Assert.Equal((Outcome.Unknown, "100 % of 10 looks were good (0 not); too few to say so with 95 % confidence; 49 more good looks would say kept, but this window has room for 0"), (few.Outcome, few.Reason));
        Assert.Equal(Outcome.Unknown, Fold(promise, "gggggggggb").VerdictAt(After(10), Nobody).Lines[1].Outcome);
        Assert.Equal(Outcome.Broken, Fold(promise, "ggggbbbbbb").VerdictAt(After(10), Nobody).Lines[1].Outcome);
        var many = promise with { Keeps = [Availability(95, "1d")] };
        Assert.EndsWith("confidence; 49 more good looks would say kept", Fold(many, "gggggggggg").VerdictAt(After(10), Nobody).Lines[1].Reason, StringComparison.Ordinal);
        Assert.EndsWith("confidence; 2 more bad looks would say broken, but this window has room for 0", Fold(promise, "gggggggggb").VerdictAt(After(10), Nobody).Lines[1].Reason, StringComparison.Ordinal);
        Assert.Equal(Outcome.Kept, Fold(many, new string('g', 59)).VerdictAt(After(59), Nobody).Lines[1].Outcome);
    }

    [Fact]
    public void Upstream_breakage_explains_and_never_changes_the_outcome()
    {
        var uses = All(Holds("storage/upload"), Any(Holds("aws/render"), Holds("own/render")));
        Outcome Others(PromiseName name) => name.Agent is "storage" or "aws" ? Outcome.Broken : Outcome.Kept;
        foreach (var looks in (string[])["ggg", "bbb", "x", "nnn", "gxxxx"])
        {
            var plain = Fold(Promise(Probe, Availability(90, "100s")), looks).VerdictAt(After(looks.Length), Others);
            var leaning = Fold(Promise(Probe, Availability(90, "100s")) with { Uses = uses }, looks).VerdictAt(After(looks.Length), Others);
            Assert.Equal((plain.Outcome, plain.Reason), Pair(leaning));
            Assert.Equal(plain.Lines.AsEnumerable(), leaning.Lines);
            Assert.Empty(plain.AtRisk);
            Assert.Equal(["because of storage/upload, which is broken", "because of aws/render, which is broken"], leaning.AtRisk);
        }
    }

    [Theory]
    [InlineData(Outcome.Kept, Outcome.Kept, Outcome.Kept)]
    [InlineData(Outcome.Kept, Outcome.Broken, Outcome.Broken)]
    [InlineData(Outcome.Kept, Outcome.Unknown, Outcome.Unknown)]
    [InlineData(Outcome.Kept, Outcome.NotInForce, Outcome.Unknown)]
    [InlineData(Outcome.Broken, Outcome.Unknown, Outcome.Broken)]
    public void Without_a_check_a_promise_is_worth_what_it_stands_on(Outcome storage, Outcome queue, Outcome expected)
    {
        var promise = Promise([], Availability(99, "1h")) with { Uses = All(Holds("storage/upload"), Holds("queue/deliver")) };
        Outcome Others(PromiseName name) => name.Agent == "storage" ? storage : queue;
        var fold = new PromiseFold(promise, Us, Start);
        var verdict = fold.VerdictAt(Start, Others);
        Assert.Equal(expected, verdict.Outcome);
        Assert.Equal((Outcome.Unknown, "no check looks at it"), (verdict.Lines[1].Outcome, verdict.Lines[1].Reason));
        Assert.Equal((Outcome.NotInForce, "not in force: load is 9/s"), (fold.VerdictAt(Start, Others, new Judged(Truth.False, "load is 9/s")) is var off ? (off.Outcome, off.Reason.Split(';')[0]) : default));
        Assert.Equal(Outcome.Unknown, fold.VerdictAt(Start, Others, new Judged(Truth.Unknown, "load is not known")).Outcome);
    }

    [Fact]
    public void Without_anything_to_go_by_it_is_unknown()
    {
        var verdict = new PromiseFold(Promise([]), Us, Start).VerdictAt(Start, Nobody);
        Assert.Equal((Outcome.Unknown, "no check looks at it, and it names nothing it stands on"), Pair(verdict));
        Assert.Null(verdict.SeenAt);
    }

    [Fact]
    public void A_snapshot_that_is_damaged_or_of_another_promise_is_not_taken()
    {
        var promise = Promise(Probe, Availability(90, "100s"), Latency(80, "300ms", "1h"));
        var snapshot = Fold(promise, "gggbxng").Snapshot();
        Assert.NotNull(PromiseFold.Restore(promise, Us, snapshot));
        Assert.NotNull(PromiseFold.Restore(promise with { Keeps = [Availability(99.9m, "30d"), Latency(99, "300ms", "7d")] }, Us, snapshot)); // the same questions to each look
        Assert.Null(PromiseFold.Restore(promise with { Keeps = [Availability(90, "100s"), Latency(80, "301ms", "1h")] }, Us, snapshot));
        Assert.Null(PromiseFold.Restore(Promise([Probe with { Name = "other" }], [.. promise.Keeps]), Us, snapshot));
        for (var cut = 0; cut < snapshot.Length; cut++) Assert.Null(PromiseFold.Restore(promise, Us, snapshot.AsSpan(0, cut)));
        for (var bit = 0; bit < snapshot.Length * 8; bit++)
        {
            var flipped = snapshot.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(PromiseFold.Restore(promise, Us, flipped));
        }
    }

    [Fact]
    public void A_look_of_a_check_that_is_not_there_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PromiseFold(Promise(Probe), Us, Start).Add(1, Look(Start, LookClass.Good)));
    }

    private static (Outcome, string) Pair(Verdict verdict) => (verdict.Outcome, verdict.Reason);
}
