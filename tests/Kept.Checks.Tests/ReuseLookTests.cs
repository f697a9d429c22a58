using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CsCheck;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed partial class ReuseLookTests
{
    private static readonly Judged InForce = new(Truth.True, "");

    /// <summary>An answer a byte at a time, without end.</summary>
    private const string Drips = "drips";

    private static readonly (string, FieldValue) Sharply = Text("share", "50%"); // five questions are enough

    private static (string, FieldValue) Text(string name, string text) => (name, new FieldValue.Text(text));

    private static (string, FieldValue) After(params string[] predecessors) => ("after", new FieldValue.Texts([.. predecessors]));

    /// <summary>One question at the peer.</summary>
    /// <param name="Path">With its query.</param>
    /// <param name="Before">Those before it on the same connection.</param>
    /// <param name="Nth">Of all, from 0.</param>
    private sealed record Question(string Path, string Head, IReadOnlyList<string> Before, int Nth)
    {
        public bool IsTarget => Path == "/target";
    }

    /// <summary>A service whose answer to each question is that of its script; <c>HTTP/…</c> is an answer whole, null resets the connection.</summary>
    private static ScriptedPeer Serving(Func<Question, string?> script, Func<Question, CancellationToken, Task>? before = null)
    {
        var asked = -1;
        return ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var path = new List<string>();
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
            {
                var question = new Question(head.Split(' ')[1], head, [.. path], Interlocked.Increment(ref asked));
                if (before is not null) await before(question, stop);
                if (script(question) is not { } answer)
                {
                    await ScriptedPeer.ResetAsync(stream);
                    return;
                }
                for (var first = true; answer == Drips; first = false)
                {
                    await stream.WriteAsync(first ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"u8.ToArray() : "x"u8.ToArray(), stop);
                    await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
                }
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer.StartsWith("HTTP/", StringComparison.Ordinal) ? answer : ScriptedPeer.Ok(answer)), stop);
                if (answer.Contains("Connection: close", StringComparison.Ordinal)) return;
                path.Add(question.Path);
            }
        });
    }

    private static Expectation Line(string text, string name, Comparison comparison, Value value) =>
        new(text, new Expression.Compare(Place.None, new Operand.Seen(Place.None, name, Looking.Kind("reuse").IndexOf(name), []), comparison, new Operand.Literal(Place.None, value)));

    private static readonly Expectation Same = Line("same == true", "same", Comparison.Equal, Value.Of(true)), NoLeftovers = Line("leftovers == 0", "leftovers", Comparison.Equal, Value.Of(0m)),
        Few = Line("leftovers <= 99", "leftovers", Comparison.LessOrEqual, Value.Of(99m)), Quick = Line("time < 60s", "time", Comparison.Less, Value.Of(Duration.Seconds(60)));

    private static async Task<(JudgedLook Judged, Observation Seen)> LookAsync(ScriptedPeer peer, Expectation[] expect, (string, FieldValue)[] settings, Duration? timeout = null)
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var check = Looking.CheckOf("reuse", peer.Url + "/target", timeout ?? Duration.Seconds(20), settings) with { Expect = [.. expect] };
        var seen = await CheckCatalog.Looks(dialer, TimeProvider.System)["reuse"](new LookRequest(check, DocumentOrigin.Ours) { Objects = Judge.Objection }, TestContext.Current.CancellationToken);
        return (Judge.Look(check, seen, InForce), seen);
    }

    [Fact]
    public async Task Answers_that_stay_the_same_are_kept_once_there_are_enough()
    {
        var markers = new ConcurrentBag<string>();
        // what a predecessor is answered does not matter, nor that it is told its own marker
        await using var peer = Serving(asked =>
        {
            if (asked.IsTarget) return "one";
            if (MarkerForm().Match(asked.Path) is { Success: true } marker) markers.Add(marker.Value);
            return $"HTTP/1.1 404 No\r\nContent-Length: {asked.Path.Length}\r\n\r\n{asked.Path}";
        });
        for (var looks = 1; looks <= 2; looks++)
        {
            var (judged, seen) = await LookAsync(peer, [Same, NoLeftovers], [After("/search?q={marker}", peer.Url + "/plain")]);
            Assert.True(judged.Class == LookClass.Good, judged.Reason);
            Assert.Equal("32 answers after a predecessor (16 on its connection), 32 of 32 needed to find 10% of wrong answers with a confidence of 95%; 2 without one", seen.Excerpt);
            Assert.Equal((0m, 0m), (seen.Amount("reuse", "answers"), seen.Amount("reuse", "leftovers")));
            Assert.Equal(looks * (2 + 16 + 32), peer.Connections);
        }
        Assert.Equal((32, 32), (markers.Count, markers.Distinct().Count())); // fresh in each question and each look
        Assert.Null((await LookAsync(peer, [Same], [After("/plain"), Sharply])).Seen.See("reuse", "leftovers"));
    }

    [GeneratedRegex("kept[0-9a-f]{32}")]
    private static partial Regex MarkerForm();

    [Fact]
    public async Task An_answer_that_depends_on_its_predecessor_is_bad_and_the_predecessor_is_named()
    {
        var last = "";
        await using var peer = Serving(asked =>
        {
            var before = Interlocked.Exchange(ref last, asked.Path);
            return asked.IsTarget && before == "/currency?set=usd" ? "price 7 USD" : "price 6 EUR";
        });
        var (judged, seen) = await LookAsync(peer, [Same], [After("/harmless", "/currency?set=usd")]);
        Assert.Equal((LookClass.Bad, "same was false"), (judged.Class, judged.Reason));
        Assert.Equal(16m, seen.Amount("reuse", "answers"));
        Assert.Contains("; answer 3, after `/currency?set=usd` on its connection, was not as before all predecessors: it differs from character 7 on, and has 11 where 11 were", seen.Excerpt, StringComparison.Ordinal);
        Assert.Contains("29 without one", seen.Excerpt, StringComparison.Ordinal); // as many as it takes to say that it does not change by itself
        Assert.DoesNotContain("USD", seen.Excerpt, StringComparison.Ordinal); // it may be somebody else's
        Assert.Equal(LookClass.Good, (await LookAsync(peer, [Same], [After("/harmless")])).Judged.Class);
    }

    [Fact]
    public async Task What_only_a_connection_remembers_is_seen_on_it_alone()
    {
        await using var peer = Serving(asked => asked.IsTarget && asked.Before.Count > 0 ? "hello again" : "hello");
        async Task<LookClass> OverAsync(string connection) => (await LookAsync(peer, [Same], [After("/a"), Sharply, Text("connection", connection)])).Judged.Class;
        Assert.Equal(LookClass.Bad, await OverAsync("both"));
        Assert.Equal(LookClass.Bad, await OverAsync("kept"));
        Assert.Equal(LookClass.Good, await OverAsync("new"));
    }

    [Fact]
    public async Task A_server_that_closes_its_connections_cannot_be_asked_on_them()
    {
        static string Closing(string content) => ScriptedPeer.Ok(content, "Connection: close\r\n");
        await using var closing = Serving(_ => Closing("x"));
        var (judged, seen) = await LookAsync(closing, [Same], [After("/a"), Text("connection", "kept")]);
        Assert.Equal(LookClass.Gap, judged.Class);
        seen.IsGap(GapCause.TooFew, "the server closed its connections after one answer, so nothing could be asked on the connection of a predecessor; write connection: new");
        Assert.Equal(8, closing.Connections);
        var (both, whole) = await LookAsync(closing, [Same], [After("/a"), Sharply]);
        Assert.Equal(LookClass.Good, both.Class); // there is no such connection that could be wrong
        Assert.Contains("(0 on its connection)", whole.Excerpt, StringComparison.Ordinal);
        await using var often = Serving(asked => asked.Nth % 7 == 3 && !asked.IsTarget ? Closing("x") : "x");
        Assert.Equal(LookClass.Good, (await LookAsync(often, [Same], [After("/a"), Sharply, Text("connection", "kept")])).Judged.Class);
    }

    [Fact]
    public async Task A_buffer_that_is_used_again_is_found_by_a_piece_of_a_marker_beside_what_is_compared()
    {
        var buffer = new char[600];
        Array.Fill(buffer, '.');
        // a server that writes each answer over the one before it, and sends a little more than it wrote
        await using var peer = Serving(asked =>
        {
            lock (buffer)
            {
                var content = asked.IsTarget ? """{"version":1,"text":"a text of some length","rest":" """ : $"you searched for {asked.Path.PadRight(90)}";
                content.CopyTo(buffer);
                return asked.IsTarget ? new string(buffer, 0, content.Length + 30) + "\"}" : content;
            }
        });
        (string, FieldValue)[] settings = [After("/harmless", "/find/the/things/of/{marker}"), Text("compares", "body.version"), Sharply];
        foreach (var expect in new Expectation[][] { [Same, NoLeftovers], [NoLeftovers], [Quick], [] })
        {
            var (judged, seen) = await LookAsync(peer, expect, settings);
            Assert.Equal(LookClass.Bad, judged.Class);
            Assert.Equal("its answer held what another had sent: answer 3, after `/find/the/things/of/{marker}` on its connection, held what `/find/the/things/of/{marker}` had sent; so did 4 of 9 answers", judged.Reason);
            seen.Fails(TargetFailure.Leftover, "had sent");
            Assert.DoesNotMatch("[0-9a-f]{16}", seen.Detail + seen.Excerpt);
        }
        var (tolerated, counted) = await LookAsync(peer, [Few], settings); // who says how many are allowed has their number
        Assert.Equal((LookClass.Good, 4m, 4m), (tolerated.Class, counted.Amount("reuse", "leftovers"), counted.Amount("reuse", "answers")));
        Assert.Equal(Value.Of(false), counted.See("reuse", "same"));
    }

    [Fact]
    public async Task A_leftover_is_known_later_too_in_a_header_in_capitals_and_from_a_header()
    {
        string? kept = null;
        await using var peer = Serving(asked =>
        {
            if (asked.Head.Split('\n').FirstOrDefault(line => line.StartsWith("X-User: ", StringComparison.Ordinal)) is { } line && !asked.IsTarget) kept ??= line[8..].Trim();
            Assert.Equal(asked.IsTarget, asked.Head.Contains("x-user: nobody", StringComparison.Ordinal)); // sent to the target, and not beside the other to predecessors
            return asked.IsTarget && asked.Nth > 10 && kept is not null ? ScriptedPeer.Ok("x", $"X-Trace: {kept.ToUpperInvariant()}\r\n") : "x";
        });
        var (judged, seen) = await LookAsync(peer, [Same], [After("/a", "/b"), ("headers", new FieldValue.TextMap([new("x-user", "nobody")])), ("after-headers", new FieldValue.TextMap([new("X-User", "u-{marker}")])), Text("connection", "new")]);
        Assert.True(judged.Class == LookClass.Bad, judged.Reason);
        seen.Fails(TargetFailure.Leftover, "after `/b` on a new connection, held what `/a` had sent");
    }

    [Fact]
    public async Task Answers_that_change_by_themselves_say_nothing_of_predecessors_but_hold_leftovers_all_the_same()
    {
        const string words = "its answers change by themselves: asked without a predecessor it did not answer as at first; compare a part that stays";
        var clock = 0;
        await using var ticking = Serving(_ => $"{Interlocked.Increment(ref clock)}");
        var (judged, seen) = await LookAsync(ticking, [Same], [After("/a"), Sharply]);
        Assert.Equal(LookClass.Gap, judged.Class);
        seen.IsGap(GapCause.TooFew, words);
        Assert.Equal(LookClass.Good, (await LookAsync(ticking, [NoLeftovers], [After("/a?{marker}"), Sharply])).Judged.Class);
        await using var dated = Serving(_ => $$"""{"now":{{Interlocked.Increment(ref clock)}},"price":6}""");
        Assert.Equal(LookClass.Good, (await LookAsync(dated, [Same], [After("/a"), Sharply, Text("compares", "body.price")])).Judged.Class);
        foreach (var at in new[] { 6, 13 }) // in the middle, and just before the last of all
        {
            await using var once = Serving(asked => asked.Nth < at ? "old" : "new");
            (await LookAsync(once, [Same], [After("/a"), Sharply])).Seen.IsGap(GapCause.TooFew, words);
        }
        var turn = 0;
        await using var torn = Serving(asked => asked.IsTarget && Interlocked.Increment(ref turn) % 3 == 0 ? "b" : "a"); // two replicas that do not agree
        (await LookAsync(torn, [Same], [After("/a")])).Seen.IsGap(GapCause.TooFew, words);
        await using var leaking = Serving(asked => asked.IsTarget ? $"{Interlocked.Increment(ref clock)} {string.Join(' ', asked.Before)}" : "x");
        Assert.Equal(LookClass.Bad, (await LookAsync(leaking, [Same], [After("/a?{marker}"), Sharply])).Judged.Class);
    }

    [Fact]
    public async Task Too_few_answers_are_a_gap_but_a_leftover_is_bad_whatever_their_number()
    {
        static Task Slowly(Question asked, CancellationToken stop) => Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System, stop);
        await using var peer = Serving(_ => "one", Slowly);
        // a machine that is busy may hold a single question for the fifth of the time-out that it has
        async Task<(JudgedLook Judged, Observation Seen)> WithinAsync(ScriptedPeer peer, string after)
        {
            for (var attempt = 1; ; attempt++)
            {
                var look = await LookAsync(peer, [Same], [After(after)], Duration.Seconds(2));
                if (attempt == 8 || look.Seen is not ({ Failure: TargetFailure.TimedOut } or { Gap: GapCause.Late })) return look;
            }
        }

        var best = long.MaxValue;
        for (var attempt = 0; attempt < 5 && best > 2_100 * Duration.PerMillisecond; attempt++)
        {
            var (judged, seen) = await WithinAsync(peer, "/a");
            Assert.Equal(LookClass.Gap, judged.Class);
            seen.IsGap(GapCause.TooFew, "answers came within 2 s, and 30 are needed to find 10% of wrong answers with a confidence of 95%: allow more time, or look for a larger share");
            best = Math.Min(best, seen.Phases.Total);
        }
        Assert.InRange(best, 1_900 * Duration.PerMillisecond, 2_100 * Duration.PerMillisecond);
        await using var differing = Serving(asked => asked.Before.Count > 0 ? "b" : "a", Slowly);
        var (open, few) = await WithinAsync(differing, "/a");
        Assert.Equal(LookClass.Gap, open.Class);
        few.IsGap(GapCause.TooFew, "and 29 are needed to say that it does not change by itself");
        await using var leaking = Serving(asked => asked.IsTarget ? "you: " + string.Join(' ', asked.Before) : "x", Slowly);
        var (broken, leftover) = await WithinAsync(leaking, "/a?{marker}");
        Assert.True(broken.Class == LookClass.Bad && leftover.Failure == TargetFailure.Leftover, broken.Reason);
    }

    [Fact]
    public async Task What_is_no_answer_fails_and_names_the_predecessor()
    {
        async Task<Observation> Seen(ScriptedPeer peer, params (string, FieldValue)[] settings) => (await LookAsync(peer, [Same], [After("/a?{marker}"), .. settings], Duration.Seconds(3))).Seen;
        await using var poisoned = Serving(asked => asked.Before.Count > 0 ? "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n" : "x");
        (await Seen(poisoned)).Fails(TargetFailure.ReportedFailure, "answer 1, after `/a?{marker}` on its connection, had the status 400");
        await using var ill = Serving(asked => asked.IsTarget ? "HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n" : "x");
        (await Seen(ill)).Fails(TargetFailure.ReportedFailure, "the answer before all predecessors had the status 503");
        await using var lacking = Serving(asked => asked.Nth < 3 ? """{"version":1}""" : "{}");
        (await Seen(lacking, Text("compares", "body.version"))).Fails(TargetFailure.Malformed, "has no `body.version`");
        await using var large = Serving(asked => asked.IsTarget ? "x" : new string('x', 70_000));
        (await Seen(large)).Fails(TargetFailure.TooLarge, "64KiB");
        await using var endless = Serving(_ => new string('a', 3_000_000));
        (await Seen(endless, ("body-limit", new FieldValue.Bytes(long.MaxValue)))).Fails(TargetFailure.TooLarge, "1MiB");
        await using var garbage = Serving(asked => asked.IsTarget ? "x" : "HTTP/9 what\r\n\r\n");
        (await Seen(garbage)).Fails(TargetFailure.Malformed, "HTTP");
        await using var cut = Serving(asked => asked.IsTarget ? "x" : null);
        (await Seen(cut)).Reaches(Reach.Failed);
        // an answer that nobody asked for, sent after the one of the predecessor, is none of the target: that connection is asked no more
        await using var twice = Serving(asked => asked.IsTarget ? "x" : ScriptedPeer.Ok("x") + ScriptedPeer.Ok("y"));
        var (judged, seen) = await LookAsync(twice, [Same], [After("/a"), Sharply]);
        Assert.True(judged.Class == LookClass.Good, judged.Reason);
        Assert.Contains("(0 on its connection)", seen.Excerpt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "the answer before all predecessors did not come within 400 ms, a fifth of the time-out: still reading the answer")]
    [InlineData(1, "the answer of the predecessor `/a` did not come within 400 ms")]
    [InlineData(2, "answer 1, after `/a` on its connection, did not come within 400 ms")]
    public async Task A_peer_that_drips_holds_a_question_for_a_fifth_of_the_time_out(int nth, string words)
    {
        var best = long.MaxValue;
        for (var attempt = 0; attempt < 5 && best > 500 * Duration.PerMillisecond; attempt++)
        {
            await using var peer = Serving(asked => asked.Nth == nth ? Drips : "x");
            var (judged, seen) = await LookAsync(peer, [Same], [After("/a")], Duration.Seconds(2));
            if (seen.Gap == GapCause.Late) continue; // we were held up ourselves, and it says so
            Assert.Equal(LookClass.Bad, judged.Class);
            seen.Fails(TargetFailure.TimedOut, words);
            best = Math.Min(best, seen.Phases.Total);
        }
        Assert.InRange(best, 380 * Duration.PerMillisecond, 500 * Duration.PerMillisecond);
    }

    [Theory]
    [InlineData("https://shop.example/", "/a", "compares", "version", "is no part of an answer")]
    [InlineData("https://shop.example/", "/a", "share", "60%", "no share that can be looked for")]
    [InlineData("https://shop.example/?q={marker}", "/a", "compares", "body", "the target is asked the same each time")]
    [InlineData("https://shop.example/", "https://other.example/a", "compares", "body", "is of another server than the target")]
    [InlineData("https://shop.example/", "http://shop.example:443/a", "compares", "body", "is of another server than the target")]
    [InlineData("https://shop.example/", "https://shop.example:444/{marker}", "compares", "body", "is of another server than the target")]
    [InlineData("https://shop.example/", "https://{marker}.shop.example/", "compares", "body", "is of another server than the target")]
    [InlineData("https://shop.example/", "a", "compares", "body", "predecessor: the URL has no scheme")]
    [InlineData("https://shop.example/", "/a#b", "compares", "body", "predecessor: what follows # is never sent")]
    [InlineData("https://shop.example/", "", "compares", "body", "predecessor: ")]
    public void What_cannot_be_asked_is_refused_where_it_is_written(string target, string after, string field, string text, string words)
    {
        var kind = Looking.Kind("reuse");
        var read = kind.Settles!(kind.ReadTarget(target).Target!, new Dictionary<string, FieldValue> { ["after"] = After(after).Item2, [field] = new FieldValue.Text(text) });
        Assert.Contains(words, read.Error, StringComparison.Ordinal);
        Assert.NotEmpty(read.Help!);
    }

    [Fact]
    public void At_least_one_predecessor_is_asked_and_at_most_eight()
    {
        var kind = Looking.Kind("reuse");
        var target = kind.ReadTarget("https://shop.example/api?x=1").Target!;
        TargetReading Read(params string[] after) => kind.Settles!(target, new Dictionary<string, FieldValue> { ["after"] = After(after).Item2 });
        Assert.Contains("nothing is asked before the target", kind.Read("https://shop.example/").Error, StringComparison.Ordinal);
        Assert.Contains("nothing is asked before the target", Read().Error, StringComparison.Ordinal);
        Assert.NotNull(Read([.. Enumerable.Repeat("/a", 8)]).Target);
        Assert.Contains("9 predecessors are more than one look asks", Read([.. Enumerable.Repeat("/a", 9)]).Error, StringComparison.Ordinal);
        Assert.Equal("https://shop.example/a?{marker}", Kept.Checks.Reuse.ReuseKind.QuestionOf(target, "/a?{marker}").Url);
        Assert.Equal("https://shop.example/a", Kept.Checks.Reuse.ReuseKind.QuestionOf(kind.ReadTarget("https://shop.example?x=1").Target!, "/a").Url);
        Assert.Equal("https://shop.example//other.example/a", Kept.Checks.Reuse.ReuseKind.QuestionOf(target, "//other.example/a").Url); // a path of ours, and no other host
    }

    /// <summary>Against a search for every piece of every marker.</summary>
    [Fact]
    public void Markers_are_found_as_brute_force_finds_them()
    {
        var markers = new Kept.Checks.Reuse.Markers();
        Assert.Null(markers.SenderIn(new string('a', 100)));
        var made = Enumerable.Range(0, 4).Select(i => (Marker: markers.Next($"{i}"), Sender: $"{i}")).ToList();
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 36], Gen.Int[0, 36], Gen.Char["0f-g "].Array[0, 6], Gen.Bool).Sample((which, at, length, around, isUpper) =>
        {
            var (marker, sender) = made[which];
            var piece = marker.Substring(at, Math.Min(length, marker.Length - at));
            var text = new string(around) + (isUpper ? piece.ToUpperInvariant() : piece) + new string(around);
            var found = Enumerable.Range(4, 17).Any(from => text.Contains(marker.Substring(from, 16), StringComparison.OrdinalIgnoreCase));
            Assert.Equal(found ? sender : null, markers.SenderIn(text));
        });
    }

    /// <summary>What each check would miss, and what it notices.</summary>
    [Theory]
    [InlineData("depends-on-predecessor", "/a", "", "", false)]
    [InlineData("depends-on-connection", "/a", "both", "", false)]
    [InlineData("depends-on-connection", "/a", "new", "", true)]
    [InlineData("leftover", "/a?{marker}", "", "body.version", false)]
    [InlineData("leftover", "/a", "", "body.version", true)]
    [InlineData("leftover", "/a", "", "", false)]
    public void What_a_check_would_miss_is_known(string failure, string after, string connection, string compares, bool isMissed)
    {
        var check = Looking.CheckOf("reuse", "https://shop.example/", null, After(after), Text("connection", connection), Text("compares", compares)) with { Expect = [Same] };
        var healthy = new Observation { StartedAt = default, Reach = Reach.Answered, Values = [Value.Of(true), Value.Of(0m), after.Contains('{') ? Value.Of(0m) : null, Value.Of(Duration.Seconds(1))] };
        var looks = check.Kind.Failures.Single(one => one.Name == failure).Looks(new HealthyLook(check, healthy, [], Duration.Seconds(2))).ToList();
        Assert.Equal(isMissed ? LookClass.Good : LookClass.Bad, Judge.Look(check, Assert.Single(looks).Seen, InForce).Class);
        Assert.Equal(LookClass.Bad, Judge.Look(check with { Expect = [NoLeftovers] }, check.Kind.Failures.Single(one => one.Name == "leftover").Looks(new HealthyLook(check, healthy with { Values = healthy.Values.SetItem(2, Value.Of(0m)) }, [], Duration.Seconds(2))).Single().Seen, InForce).Class);
    }
}
