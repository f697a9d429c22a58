using System.Globalization;
using System.Net;
using CsCheck;
using Kept.Checks.Consistency;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class ConsistencyLookTests
{
    private static readonly Judged InForce = new(Truth.True, "");

    private static (string, FieldValue) Text(string name, string text) => (name, new FieldValue.Text(text));

    /// <summary>A service whose nth answer, from 0, is that of its script. Every question has a connection of its own.</summary>
    private static ScriptedPeer Serving(Func<int, string> script, IPAddress? address = null, int port = 0, Func<int, Task>? before = null)
    {
        var asked = -1;
        return ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                var n = Interlocked.Increment(ref asked);
                if (before is not null) await before(n).WaitAsync(stop);
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(script(n) is var answer && answer.StartsWith("HTTP/", StringComparison.Ordinal) ? answer : ScriptedPeer.Ok(answer)), stop);
            }
        }, address, port);
    }

    private static Expectation Line(string text, string name, Comparison comparison, Value value) =>
        new(text, new Expression.Compare(Place.None, new Operand.Seen(Place.None, name, Looking.Kind("consistency").IndexOf(name), []), comparison, new Operand.Literal(Place.None, value)));

    private static readonly Expectation Agree = Line("agree == true", "agree", Comparison.Equal, Value.Of(true)), NeverBack = Line("went-back == 0", "went-back", Comparison.Equal, Value.Of(0m)),
        Fresh = Line("staleness <= 5s", "staleness", Comparison.LessOrEqual, Value.Of(Duration.Seconds(5)));

    private static async Task<(JudgedLook Judged, Observation Seen)> LookAsync(string url, Expectation[] expect, Duration? timeout = null, EgressOptions? options = null, params (string, FieldValue)[] settings)
    {
        using var dialer = new Dialer(options ?? new EgressOptions(), TimeProvider.System);
        var check = Looking.CheckOf("consistency", url, timeout ?? Duration.Seconds(20), settings) with { Expect = [.. expect] };
        var seen = await CheckCatalog.Looks(dialer, TimeProvider.System)["consistency"](new LookRequest(check, DocumentOrigin.Ours) { Objects = Judge.Objection }, TestContext.Current.CancellationToken);
        return (Judge.Look(check, seen, InForce), seen);
    }

    [Fact]
    public async Task Answers_that_agree_are_kept_once_there_are_enough()
    {
        await using var peer = Serving(_ => "one");
        var (judged, seen) = await LookAsync(peer.Url, [Agree, Fresh]);
        Assert.Equal(LookClass.Good, judged.Class);
        Assert.Equal("30 answers of 30 needed to find 10% of wrong answers with a confidence of 95%; 1 different", seen.Excerpt);
        Assert.Equal(30, peer.Connections);
        Assert.Null(seen.See("consistency", "went-back"));
    }

    [Fact]
    public async Task An_old_answer_that_comes_back_breaks_it_and_is_named()
    {
        await using var peer = Serving(n => n == 17 ? """{"version":1}""" : """{"version":2}""");
        var (judged, seen) = await LookAsync(peer.Url, [Agree], settings: Text("compares", "body.version"));
        Assert.Equal((LookClass.Bad, "agree was false"), (judged.Class, judged.Reason));
        Assert.Contains("2 different; answer 19 was what another had replaced: 2", seen.Excerpt, StringComparison.Ordinal);
        Assert.True(seen.Amount("consistency", "staleness") > 0);
    }

    [Fact]
    public async Task A_change_is_no_disagreement_and_the_new_has_to_stand_as_long()
    {
        await using var peer = Serving(n => n < 10 ? "old" : "new");
        var (judged, seen) = await LookAsync(peer.Url, [Agree]);
        Assert.Equal((LookClass.Good, 2m), (judged.Class, seen.Amount("consistency", "answers")));
        Assert.Equal(40, peer.Connections);
        await using var restless = Serving(n => n.ToString(CultureInfo.InvariantCulture));
        var (open, gap) = await LookAsync(restless.Url, [Agree], settings: Text("share", "50%"));
        Assert.Equal(LookClass.Gap, open.Class);
        gap.IsGap(GapCause.TooFew, "its answers changed while it was asked: of 32 there were 32 different ones, and the last came 1 times in a row, of 8 needed");
    }

    [Fact]
    public async Task A_sequence_that_goes_back_is_seen_whatever_else_changes()
    {
        await using var sound = Serving(n => $$"""{"n":{{n}}}""");
        var (good, _) = await LookAsync(sound.Url, [NeverBack], settings: [Text("sequence", "body.n"), Text("share", "20%")]);
        Assert.Equal(LookClass.Good, good.Class);
        await using var stale = Serving(n => $$"""{"n":{{(n == 7 ? 2 : n)}}}""");
        var (judged, seen) = await LookAsync(stale.Url, [NeverBack], settings: [Text("sequence", "body.n"), Text("share", "20%")]);
        Assert.Equal((LookClass.Bad, "went-back was 1"), (judged.Class, judged.Reason));
        Assert.Equal(4m, seen.Amount("consistency", "behind"));
        Assert.Contains("answer 8 went back to body.n 2", seen.Excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_back_that_the_sequence_proves_newer_is_no_disagreement()
    {
        static string State(int n, int number) => $$"""{"n":{{number}},"state":"{{(n is 5 ? "closed" : "open")}}"}""";
        await using var sound = Serving(n => State(n, n));
        var (good, seen) = await LookAsync(sound.Url, [Agree, NeverBack], settings: [Text("compares", "body.state"), Text("sequence", "body.n"), Text("share", "20%")]);
        Assert.Equal((LookClass.Good, 2m), (good.Class, seen.Amount("consistency", "answers")));
        await using var torn = Serving(n => State(n, n is 5 ? 9 : 8)); // it came back with an older number
        Assert.Equal("agree was false", (await LookAsync(torn.Url, [Agree], settings: [Text("compares", "body.state"), Text("sequence", "body.n"), Text("share", "20%")])).Judged.Reason);
    }

    [Theory]
    [InlineData("79000000000000000000000000000", "-79000000000000000000000000000")]
    [InlineData("1e28", "1")]
    [InlineData("1", "-1000000000000000000000000001")]
    public async Task A_sequence_too_large_to_tell_apart_is_the_targets_failure_and_no_fault_of_ours(string first, string then)
    {
        await using var peer = Serving(n => $$"""{"n":{{(n == 0 ? first : then)}}}""");
        (await LookAsync(peer.Url, [NeverBack], settings: Text("sequence", "body.n"))).Seen.Fails(TargetFailure.Malformed, "is none of a sequence: beyond 10^27");
        await using var wide = Serving(n => $$"""{"n":{{(n == 3 ? "-1e27" : "1e27")}}}""");
        Assert.Equal(2e27m, (await LookAsync(wide.Url, [NeverBack], settings: Text("sequence", "body.n"))).Seen.Amount("consistency", "behind"));
    }

    /// <summary>Whole answers of 64 KiB, thousands of them in a session: what is held of each is as long as its hash.</summary>
    [Fact]
    public void What_is_held_of_an_answer_does_not_grow_with_it()
    {
        Assert.Equal(64, Reading.Digest(new string('x', 65_536)).Length);
        Assert.NotEqual(Reading.Digest("a"), Reading.Digest("b"));
        Assert.NotEqual(Reading.Digest("\ud800"), Reading.Digest("\ud801")); // what is no text of Unicode is told apart too
    }

    [Fact]
    public async Task Staleness_is_the_answers_own_age_against_the_newest()
    {
        static string At(int second) => $$"""{"at":"2026-03-02T00:00:{{second:00}}Z"}""";
        await using var near = Serving(n => At(n == 9 ? 5 : 8));
        Assert.Equal(LookClass.Good, (await LookAsync(near.Url, [Fresh], settings: [Text("sequence", "body.at"), Text("share", "20%")])).Judged.Class);
        await using var far = Serving(n => At(n == 9 ? 1 : 8));
        var (judged, seen) = await LookAsync(far.Url, [Fresh], settings: [Text("sequence", "body.at"), Text("share", "20%")]);
        Assert.Equal((LookClass.Bad, 7m * Duration.PerSecond), (judged.Class, seen.Amount("consistency", "staleness")));
        Assert.Null(seen.See("consistency", "behind"));
    }

    [Fact]
    public async Task Replicas_and_addresses_are_asked_in_turn_and_the_one_that_differs_is_named()
    {
        await using var one = Serving(_ => "same");
        await using var two = Serving(n => "other", IPAddress.Parse("127.0.0.2"), one.Port);
        var (judged, seen) = await LookAsync(one.Url, [Agree], settings: ("replicas", new FieldValue.Texts([$"http://127.0.0.2:{one.Port}/"])));
        Assert.Equal(LookClass.Bad, judged.Class);
        Assert.Contains($"answer 3 (of 127.0.0.1:{one.Port}) was what another had replaced", seen.Excerpt, StringComparison.Ordinal);
        Assert.Equal((15, 15), (one.Connections, two.Connections));
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.2", 0), NameRecord.Address(name, "127.0.0.1", 0)) : new(0));
        var (each, told) = await LookAsync($"http://shop.example:{one.Port}/", [Agree], options: new EgressOptions { Resolver = names.EndPoint, CacheAtLeast = default }, settings: ("replicas", new FieldValue.Texts(["addresses"])));
        Assert.Equal(LookClass.Bad, each.Class);
        Assert.Contains("answer 3 (of 127.0.0.1) was what another had replaced", told.Excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_answers_are_a_gap_with_their_number_but_what_contradicts_the_check_is_bad()
    {
        static Task Slowly(int n) => Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System);
        await using var peer = Serving(_ => "one", before: Slowly);
        var (judged, seen) = await LookAsync(peer.Url, [Agree], Duration.Seconds(1));
        Assert.Equal(LookClass.Gap, judged.Class);
        seen.IsGap(GapCause.TooFew, "and 30 are needed to find 10% of wrong answers with a confidence of 95%: allow more time, or look for a larger share");
        Assert.InRange(seen.Phases.Total, Duration.PerSecond - 100 * Duration.PerMillisecond, Duration.PerSecond + 300 * Duration.PerMillisecond);
        await using var torn = Serving(n => n % 2 == 0 ? "a" : "b", before: Slowly);
        Assert.Equal(LookClass.Bad, (await LookAsync(torn.Url, [Agree], Duration.Seconds(1))).Judged.Class);
        Assert.Equal(LookClass.Gap, (await LookAsync(torn.Url, [Fresh], Duration.Seconds(1))).Judged.Class); // nothing that was asked for
    }

    [Fact]
    public async Task What_is_no_answer_fails()
    {
        async Task<Observation> Seen(ScriptedPeer peer, params (string, FieldValue)[] settings) => (await LookAsync(peer.Url, [Agree], Duration.Seconds(2), settings: settings)).Seen;
        await using var ill = Serving(n => n == 4 ? "HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n" : "x");
        (await Seen(ill)).Fails(TargetFailure.ReportedFailure, "answer 5 had the status 503");
        await using var lacking = Serving(n => n == 4 ? """{"other":1}""" : """{"version":1}""");
        (await Seen(lacking, Text("compares", "body.version"))).Fails(TargetFailure.Malformed, "answer 5 has no `body.version`");
        await using var words = Serving(_ => """{"n":"seven"}""");
        (await Seen(words, Text("sequence", "body.n"))).Fails(TargetFailure.Malformed, "answer 1 has no number and no time in `body.n`");
        await using var html = Serving(_ => "<html>");
        (await Seen(html, Text("compares", "body.version"))).Fails(TargetFailure.Malformed, "answer 1 is not JSON");
        await using var large = Serving(_ => new string('x', 70_000));
        (await Seen(large)).Fails(TargetFailure.TooLarge, "64KiB");
        (await LookAsync($"http://127.0.0.1:{ScriptedPeer.ClosedPort()}/", [Agree])).Seen.Fails(TargetFailure.Refused, "refused");
        await using var drips = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (true)
            {
                await stream.WriteAsync("H"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
            }
        });
        var seen = await Seen(drips);
        Assert.True(seen.Reach == Reach.Failed, $"{seen.Reach} {seen.Detail}");
        Assert.InRange(seen.Phases.Total, 0, 700 * Duration.PerMillisecond);
        await using var silent = new NameServer((_, _) => NameAnswer.Silence);
        (await LookAsync("http://shop.example/", [Agree], Duration.Seconds(1), new EgressOptions { Resolver = silent.EndPoint })).Seen.IsGap(GapCause.Resolver, "did not answer");
    }

    /// <summary>n ≥ ln(1 − confidence) / ln(1 − p), and one more where a wrong answer shows only beside a right one.</summary>
    [Theory]
    [InlineData("95%", "10%", 29, 30)]
    [InlineData("95%", "1%", 299, 300)]
    [InlineData("99%", "10%", 44, 45)]
    [InlineData("99.9%", "1%", 688, 689)]
    [InlineData("95%", "50%", 5, 8)]
    public void As_many_are_needed_as_the_formula_says(string sure, string share, int needed, int inARow)
    {
        var (read, error, _) = Confidence.Of(new Dictionary<string, FieldValue> { ["confidence"] = new FieldValue.Text(sure), ["share"] = new FieldValue.Text(share) });
        Assert.Null(error);
        Assert.Equal((needed, inARow), (read.Needed, read.InARow));
    }

    /// <summary>The stated confidence is met by sessions of a service with a stale replica, and nothing is ever found at one without.</summary>
    [Fact]
    public void A_stale_replica_is_found_as_surely_as_was_stated_and_a_sound_service_never()
    {
        foreach (var share in new[] { 500, 1_000, 2_000, 5_000 })
        {
            var confidence = new Confidence(9_500, share);
            var (enough, random) = (confidence.InARow, new Random(share));
            var found = 0;
            for (var session = 0; session < 4_000; session++)
            {
                var (ill, sound) = (new Readings(), new Readings());
                var changesAt = random.Next(-20, 40);
                for (var i = 0; i < enough || ill.Agree && ill.Run < enough; i++)
                {
                    ill.Add(new Reading(random.Next(10_000) < share ? "old" : "new", null, false, Duration.Milliseconds(i), Duration.Milliseconds(i)));
                    sound.Add(new Reading(i < changesAt ? "old" : "new", i < changesAt ? 1 : 2, false, Duration.Milliseconds(i), Duration.Milliseconds(i)));
                }
                if (!ill.Agree) found++;
                Assert.True(sound is { Agree: true, WentBack: 0 } && sound.Staleness == Duration.Zero);
            }
            Assert.True(found >= 0.94 * 4_000, $"share {share}: {found} of 4000"); // 0.95 less three standard deviations of the sample
        }
    }

    /// <summary>Against what one would write down who sees the whole session at once.</summary>
    [Fact]
    public void Readings_are_those_of_brute_force() => Gen.Int[0, 4].List[1, 12].Sample(values =>
    {
        var (byPart, bySequence) = (new Readings(), new Readings());
        for (var i = 0; i < values.Count; i++)
        {
            byPart.Add(new Reading($"{values[i]}", null, false, Duration.Seconds(2 * i), Duration.Seconds(2 * i + 1)));
            bySequence.Add(new Reading($"{values[i]}", values[i], false, Duration.Seconds(2 * i), Duration.Seconds(2 * i + 1)));
        }
        var agree = !Triples(values.Count).Any(t => values[t.I] == values[t.K] && values[t.I] != values[t.J]);
        Assert.Equal(agree, byPart.Agree);
        Assert.Equal(values.Distinct().Count(), byPart.Different);
        Assert.Equal(values.AsEnumerable().Reverse().TakeWhile(value => value == values[^1]).Count(), byPart.Run);
        var back = Enumerable.Range(0, values.Count).Where(i => values.Take(i).Any(before => before > values[i])).ToList();
        Assert.Equal(back.Count, bySequence.WentBack);
        Assert.Equal(back.Count == 0 ? 0 : back.Max(i => values.Take(i).Max() - values[i]), bySequence.Behind);
        Assert.Equal(back.Count == 0 ? 0 : back.Max(i => 2 * i - (2 * values.FindIndex(value => value > values[i]) + 1)), bySequence.Staleness.Nanoseconds / Duration.PerSecond);
    });

    private static IEnumerable<(int I, int J, int K)> Triples(int count) =>
        from i in Enumerable.Range(0, count) from j in Enumerable.Range(i, count - i) from k in Enumerable.Range(j, count - j) select (i, j, k);

    [Theory]
    [InlineData("compares", "version", "is no part of an answer")]
    [InlineData("sequence", "body..x", "is no part of an answer")]
    [InlineData("confidence", "100%", "no confidence that can be had")]
    [InlineData("confidence", "95", "no confidence that can be had")]
    [InlineData("share", "0.5%", "no share that can be looked for")]
    [InlineData("share", "60%", "no share that can be looked for")]
    public void What_cannot_be_asked_is_refused_where_it_is_written(string field, string text, string words)
    {
        var kind = Looking.Kind("consistency");
        var read = kind.Settles!(kind.ReadTarget("https://shop.example/").Target!, new Dictionary<string, FieldValue> { [field] = new FieldValue.Text(text) });
        Assert.Contains(words, read.Error, StringComparison.Ordinal);
        Assert.NotEmpty(read.Help!);
    }
}
