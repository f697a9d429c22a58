using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Looks of many questions (<c>consistency</c>, <c>reuse</c>) where the question is a POST, and where it is asked over HTTP/2.</summary>
public sealed partial class ManyQuestionsTests
{
    private static readonly Judged InForce = new(Truth.True, "");

    private const string Query = """{"query":"{ order(id: 7) { price } }"}""";

    private static (string, FieldValue) Text(string name, string text) => (name, new FieldValue.Text(text));

    private static readonly (string, FieldValue) Sharply = Text("share", "50%"), Posted = Text("body", Query), Two = Text("version", "2");

    private static (string, FieldValue) After(params string[] predecessors) => ("after", new FieldValue.Texts([.. predecessors]));

    private static Expectation Line(string kind, string name) =>
        new($"{name} == true", new Expression.Compare(Place.None, new Operand.Seen(Place.None, name, Looking.Kind(kind).IndexOf(name), []), Comparison.Equal, new Operand.Literal(Place.None, Value.Of(true))));

    private static async Task<(JudgedLook Judged, Observation Seen)> LookAsync(string kind, string target, params (string, FieldValue)[] settings)
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var check = Looking.CheckOf(kind, target, Duration.Seconds(20), settings) with { Expect = [Line(kind, kind == "reuse" ? "same" : "agree")] };
        var seen = await CheckCatalog.Looks(dialer, TimeProvider.System)[kind](new LookRequest(check, DocumentOrigin.Ours) { Objects = Judge.Objection }, TestContext.Current.CancellationToken);
        return (Judge.Look(check, seen, InForce), seen);
    }

    /// <summary>One question at the peer, with its content.</summary>
    private sealed record Question(string Method, string Path, string Head, string Body, int Nth, IReadOnlyList<string> Before)
    {
        public bool IsTarget => Path == "/graphql" && !Body.Contains("search", StringComparison.Ordinal);
    }

    private static ScriptedPeer Serving(Func<Question, string> script)
    {
        var asked = -1;
        return ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var before = new List<string>();
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
            {
                var body = head[(head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                var words = head.Split(' ');
                var question = new Question(words[0], words[1], head, body, Interlocked.Increment(ref asked), [.. before]);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok(script(question))), stop);
                before.Add(question.Path + question.Body);
            }
        });
    }

    [GeneratedRegex("kept[0-9a-f]{32}")]
    private static partial Regex MarkerForm();

    private const string Search = """{"query":"{ search(text: \"{marker}\") { id } }"}""";

    private static string GraphQl(ScriptedPeer peer) => $"POST {peer.Url}/graphql";

    [Fact]
    public async Task A_question_that_is_a_POST_is_kept_while_its_answer_stays_the_same()
    {
        var asked = new ConcurrentBag<Question>();
        await using var peer = Serving(question =>
        {
            asked.Add(question);
            return question.IsTarget ? """{"data":{"order":{"price":6}}}""" : question.Body;
        });
        var (judged, seen) = await LookAsync("reuse", GraphQl(peer), After("POST /graphql", "/plain"), Posted, Text("after-body", Search), Sharply);
        Assert.True(judged.Class == LookClass.Good, judged.Reason);
        Assert.Equal(0m, seen.Amount("reuse", "leftovers"));
        Assert.Equal(asked.Count, seen.Requests);
        Assert.All(asked, question => Assert.Equal(question.Path == "/plain" ? "GET" : "POST", question.Method));
        Assert.All(asked.Where(question => question.Path == "/plain"), question => Assert.Equal("", question.Body)); // what is a GET takes no content along
        Assert.All(asked.Where(question => question.Method == "POST"), question => Assert.Contains("application/json", question.Head, StringComparison.OrdinalIgnoreCase));
        Assert.All(asked.Where(question => question.IsTarget), question => Assert.Equal(Query, question.Body));
        var markers = asked.Where(question => !question.IsTarget && question.Method == "POST").Select(question => MarkerForm().Match(question.Body).Value).ToList();
        Assert.True(markers.Count >= 2);
        Assert.Equal(markers.Count, markers.Distinct().Count());
        Assert.DoesNotContain("", markers);
    }

    [Fact]
    public async Task A_POST_whose_answer_holds_what_another_posted_is_broken()
    {
        await using var peer = Serving(question => question.IsTarget ? $$$"""{"data":{"order":{"price":6}},"trace":"{{{MarkerForm().Match(string.Concat(question.Before)).Value}}}"}""" : "{}");
        var (judged, seen) = await LookAsync("reuse", GraphQl(peer), After("POST /graphql"), Posted, Text("after-body", Search), Text("compares", "body.data"), Sharply);
        Assert.Equal(LookClass.Bad, judged.Class);
        seen.Fails(TargetFailure.Leftover, "after `POST /graphql` on its connection, held what `POST /graphql` had sent");
        await using var mixed = Serving(question => question.IsTarget && question.Before.Count > 0 ? """{"data":null}""" : """{"data":{"order":{"price":6}}}""");
        Assert.Equal((LookClass.Bad, "same was false"), (await LookAsync("reuse", GraphQl(mixed), After("POST /graphql"), Posted, Text("after-body", "search"), Sharply)).Judged is { } bad ? (bad.Class, bad.Reason) : default);
    }

    [Fact]
    public async Task A_POST_whose_answer_changes_by_itself_says_nothing()
    {
        await using var peer = Serving(question => $"{question.Nth}");
        var (judged, seen) = await LookAsync("reuse", GraphQl(peer), After("POST /graphql"), Posted, Sharply);
        Assert.Equal(LookClass.Gap, judged.Class);
        seen.IsGap(GapCause.TooFew, "its answers change by themselves");
    }

    [Fact]
    public async Task Replicas_are_asked_the_same_POST_and_agree_or_not_or_are_too_few()
    {
        var bodies = new ConcurrentBag<string>();
        string Answer(Question question, string price)
        {
            bodies.Add($"{question.Method} {question.Body}");
            return $$$"""{"data":{"price":{{{price}}}}}""";
        }
        await using var first = Serving(question => Answer(question, "6"));
        await using var second = Serving(question => Answer(question, "6"));
        async Task<(JudgedLook Judged, Observation Seen)> BetweenAsync(ScriptedPeer other) =>
            await LookAsync("consistency", GraphQl(first), Posted, Text("compares", "body.data.price"), Sharply, ("replicas", new FieldValue.Texts([other.Url + "/graphql"])));
        var (judged, seen) = await BetweenAsync(second);
        Assert.True(judged.Class == LookClass.Good, judged.Reason);
        Assert.Equal((bodies.Count, $"POST {Query}"), (seen.Requests, Assert.Single(bodies.Distinct())));
        // each host is told what was asked of it, and no other
        bodies.Clear();
        (_, seen) = await LookAsync("consistency", GraphQl(first), Posted, Text("compares", "body.data.price"), Sharply, ("replicas", new FieldValue.Texts([second.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/graphql"])));
        var elsewhere = Assert.Single(seen.Elsewhere);
        Assert.Equal("localhost", elsewhere.Host);
        Assert.True(seen.Requests > 0 && elsewhere.Count > 0);
        Assert.Equal(bodies.Count, seen.Requests + elsewhere.Count);
        await using var stale = Serving(question => Answer(question, "7"));
        Assert.Equal((LookClass.Bad, "agree was false"), (await BetweenAsync(stale)).Judged is { } bad ? (bad.Class, bad.Reason) : default);
        await using var restless = Serving(question => Answer(question, $"{question.Nth + 100}"));
        var (open, gap) = await LookAsync("consistency", GraphQl(restless), Posted, Sharply);
        Assert.Equal(LookClass.Gap, open.Class);
        gap.IsGap(GapCause.TooFew, "its answers changed while it was asked");
    }

    [Theory]
    [InlineData("consistency", "PUT https://shop.example/", "", "", "the question is asked again and again, and 'PUT' is no method for that")]
    [InlineData("consistency", "post https://shop.example/", "", "", "methods are written in capitals: post")]
    [InlineData("consistency", "POST", "", "", "the URL has no scheme: POST")]
    [InlineData("consistency", "https://shop.example/", "body", "{}", "`body` is sent with POST, and nothing is asked with POST")]
    [InlineData("reuse", "DELETE https://shop.example/", "", "", "'DELETE' is no method for that")]
    [InlineData("reuse", "https://shop.example/", "body", "{}", "`body` is sent with POST, and nothing is asked with POST")]
    [InlineData("reuse", "POST https://shop.example/", "after-body", "{}", "`after-body` is sent with POST, and nothing is asked with POST")]
    [InlineData("reuse", "POST https://shop.example/", "body", "{marker}", "the target is asked the same each time")]
    [InlineData("reuse", "POST https://shop.example/", "after", "PATCH /a", "predecessor: the question is asked again and again, and 'PATCH' is no method for that")]
    [InlineData("reuse", "POST http://shop.example/", "body", "${env:TOKEN}", "the secret in `body` goes to shop.example:80 in clear")]
    public void What_may_not_be_asked_again_and_again_is_refused_where_it_is_written(string name, string target, string field, string text, string words)
    {
        var kind = Looking.Kind(name);
        var fields = new Dictionary<string, FieldValue> { ["after"] = After(field == "after" ? text : "/a").Item2 };
        if (field is "body" or "after-body") fields[field] = new FieldValue.Text(text);
        var read = kind.ReadTarget(target) is { Target: { } asked } ? kind.Settles!(asked, fields) : kind.ReadTarget(target);
        Assert.Contains(words, read.Error, StringComparison.Ordinal);
        Assert.NotEmpty(read.Help!);
    }

    /// <summary>A server that speaks HTTP/2; its script knows what came on the connection before, of other streams.</summary>
    private static ScriptedPeer SpeakingTwo(Func<int, bool, IReadOnlyList<string>, byte[]> script) => ScriptedPeer.Tcp((stream, stop) =>
    {
        var (before, now) = (new List<string>(), "");
        return Http2Peer.Answering(id =>
        {
            var answer = script(id, now.Contains("/target", StringComparison.Ordinal), before);
            before.Add(now);
            now = "";
            return answer;
        }, heard => now += heard)(stream, stop);
    });

    private static byte[] Says(int id, string content, params (string, string)[] headers) =>
        [.. Http2Peer.Head(id, false, [(":status", "200"), .. headers]), .. Http2Peer.Content(id, true, Encoding.UTF8.GetBytes(content))];

    private static Task<(JudgedLook Judged, Observation Seen)> OverTwoAsync(ScriptedPeer peer, string connection = "both", string after = "/a?{marker}") =>
        LookAsync("reuse", peer.Url + "/target", After(after), Sharply, Two, Text("connection", connection));

    [Fact]
    public async Task Over_HTTP_2_one_stream_after_the_other_on_one_connection_is_kept_where_nothing_is_left_behind()
    {
        await using var peer = SpeakingTwo((id, _, _) => Says(id, "one"));
        var (judged, seen) = await OverTwoAsync(peer, "kept");
        Assert.True(judged.Class == LookClass.Good, judged.Reason);
        Assert.Contains("5 answers after a predecessor (5 on its connection), 5 of 5 needed", seen.Excerpt, StringComparison.Ordinal);
        Assert.Equal(0m, seen.Amount("reuse", "leftovers"));
        Assert.Equal(5 + 2, peer.Connections); // each predecessor and its target share one
    }

    /// <summary>What another stream sent stands in the content, in a header, or after the content.</summary>
    [Theory]
    [InlineData("content")]
    [InlineData("header")]
    [InlineData("trailer")]
    public async Task Over_HTTP_2_data_of_another_stream_on_the_connection_breaks_it(string where)
    {
        await using var peer = SpeakingTwo((id, isTarget, before) =>
        {
            var left = isTarget ? MarkerForm().Match(string.Concat(before)).Value : "";
            return left.Length == 0 ? Says(id, "one") : where switch
            {
                "content" => Says(id, "one" + left),
                "header" => Says(id, "one", ("x-left", left)),
                _ => [.. Http2Peer.Head(id, false, (":status", "200")), .. Http2Peer.Content(id, false, "one"u8.ToArray()), .. Http2Peer.Head(id, true, ("x-left", left))],
            };
        });
        var (judged, seen) = await OverTwoAsync(peer);
        Assert.True(judged.Class == LookClass.Bad, judged.Reason + seen.Excerpt);
        seen.Fails(TargetFailure.Leftover, "after `/a?{marker}` on its connection, held what `/a?{marker}` had sent");
        Assert.DoesNotMatch("[0-9a-f]{16}", seen.Detail + seen.Excerpt);
        Assert.Equal(LookClass.Good, (await OverTwoAsync(peer, "new")).Judged.Class); // what stays on a connection is met on it alone
    }

    /// <summary>A connection that was just opened is asked nothing else, however quickly one look follows the other.</summary>
    [Fact]
    public async Task A_new_connection_is_a_new_one_over_HTTP_2_too()
    {
        await using var peer = SpeakingTwo((id, _, _) => Says(id, "one"));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var check = Looking.CheckOf("http", peer.Url, Duration.Seconds(20), Two, Text("connection", "new"));
        for (var looks = 1; looks <= 30; looks++)
        {
            Assert.True((await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).NewConnection);
            Assert.Equal(looks, peer.Connections);
        }
    }

    [Fact]
    public async Task Over_HTTP_2_an_answer_that_depends_on_the_stream_before_it_is_broken()
    {
        await using var peer = SpeakingTwo((id, isTarget, before) => Says(id, isTarget && before.Count > 0 ? "hello again" : "hello"));
        Assert.Equal((LookClass.Bad, "same was false"), (await OverTwoAsync(peer, after: "/a")).Judged is { } bad ? (bad.Class, bad.Reason) : default);
    }

    /// <summary>Frames of a stream that is over belong to nobody; those of one that was never asked for end the connection, and no answer is made of them.</summary>
    [Theory]
    [InlineData("closed")]
    [InlineData("promised")]
    public async Task Over_HTTP_2_frames_of_another_stream_are_no_part_of_an_answer(string which)
    {
        await using var peer = SpeakingTwo((id, isTarget, before) => !isTarget || before.Count == 0 ? Says(id, "one")
            : [.. Http2Peer.Content(which == "closed" ? 1 : 2, false, "left behind"u8.ToArray()), .. Says(id, "one")]);
        var (judged, seen) = await OverTwoAsync(peer, "kept");
        Assert.NotEqual(LookClass.Gap, judged.Class);
        if (judged.Class == LookClass.Bad) Assert.True(seen.Failure is TargetFailure.Malformed or TargetFailure.Reset, seen.Detail);
        else Assert.Equal(0m, seen.Amount("reuse", "answers"));
    }

    [Fact]
    public async Task Over_HTTP_2_a_server_that_ends_each_connection_leaves_what_is_on_it_unknown()
    {
        const byte goAway = 7;
        await using var peer = SpeakingTwo((id, _, _) => [.. Http2Peer.Frame(goAway, 0, 0, [0, 0, 0, (byte)id, 0, 0, 0, 0]), .. Says(id, "one")]);
        var (judged, seen) = await OverTwoAsync(peer, "kept");
        Assert.Equal(LookClass.Gap, judged.Class);
        seen.IsGap(GapCause.TooFew, "the server closed its connections after one answer, so nothing could be asked on the connection of a predecessor; write connection: new");
        Assert.Equal(LookClass.Good, (await OverTwoAsync(peer)).Judged.Class);
    }

    [Fact]
    public async Task The_version_that_is_asked_for_is_spoken()
    {
        await using var two = SpeakingTwo((id, _, _) => Says(id, "one"));
        Assert.Equal(LookClass.Good, (await LookAsync("consistency", two.Url, Sharply, Two)).Judged.Class);
        Assert.Equal(LookClass.Bad, (await LookAsync("consistency", two.Url, Sharply, Text("version", "1.1"))).Judged.Class);
        await using var one = Serving(_ => "one");
        Assert.Equal(LookClass.Bad, (await LookAsync("consistency", one.Url, Sharply, Two)).Judged.Class);
    }
}
