using System.Text;
using Kept.Checks.Found;
using Kept.Egress;
using Kept.Language.Found;
using Kept.Ledger;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests.Reading;

/// <summary>Lists of targets at a URL: what counts of what it answers, over real sockets and with whatever a server may do.</summary>
public sealed class AskedListsTests
{
    private const string Two = """[ { "targets": [ "a.example", "b.example" ] } ]""", One = """[ { "targets": [ "a.example" ] } ]""";

    private static string Json(string body, string more = "") => $"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n{more}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static FoundSource Source(string url) => new([], url, Duration.Seconds(60), new Place(new SourceFile("watch.kept.yaml"), 6, 9, 4));

    private sealed class Asking
    {
        public FakeTimeProvider Time { get; } = new(MadeHouse.Now.ToDateTimeOffset());
        public Queue<(string? Body, string? Why)> Answers { get; } = [];
        public ILedger Ledger { get; }
        public AskedLists Lists { get; }
        public string Url { get; } = "http://sd.example/";

        public Asking(ILedger? ledger = null)
        {
            Ledger = ledger ?? Ledgers.InMemory(TimeProvider.System, new Random(1));
            Lists = new AskedLists((_, _) => ValueTask.FromResult(Answers.Dequeue() is var (body, why) && body is not null ? ((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(body), (string?)null) : (null, why)), Ledger, Time, NullLogger.Instance);
            Lists.Follow([Source(Url)]);
        }

        public async Task<(string? List, string? Why)> NextAsync(string? body, string? why = null)
        {
            Answers.Enqueue((body, why));
            Time.Advance(TimeSpan.FromSeconds(60));
            await Lists.AskDueAsync(default);
            var (file, told) = Lists.Of(Url);
            return (file is null ? null : Encoding.UTF8.GetString(file.Bytes.Span), told);
        }
    }

    [Fact]
    public async Task What_fails_or_is_no_list_leaves_the_last_good_one_and_is_said_until_it_is_well_again()
    {
        var asking = new Asking();
        Assert.Equal((null, "it answers 500"), await asking.NextAsync(null, "it answers 500"));
        Assert.Equal((Two, null), await asking.NextAsync(Two));
        var version = asking.Lists.Version;
        Assert.Equal((Two, null), await asking.NextAsync(Two));
        Assert.Equal(version, asking.Lists.Version); // the same again is nothing new
        Assert.Equal((Two, "it answers 500"), await asking.NextAsync(null, "it answers 500"));
        var (list, why) = await asking.NextAsync("[ 7 ]");
        Assert.Equal(Two, list);
        Assert.Contains("no list", why, StringComparison.Ordinal);
        Assert.Equal((One, null), await asking.NextAsync(One));
        Assert.True(asking.Lists.Version > version);
    }

    [Fact]
    public async Task An_empty_list_after_a_full_one_is_believed_only_when_it_is_said_again_and_is_told_for_as_long()
    {
        var asking = new Asking();
        Assert.Equal(("[]", null), await asking.NextAsync("[]")); // a first one may be empty
        await asking.NextAsync(Two);
        for (var i = 1; i < AskedLists.EmptyUntilBelieved; i++)
            Assert.Equal((Two, "it lists no target any more, and 2 before"), await asking.NextAsync("[]"));
        Assert.Equal(("[]", "it lists no target, and listed 2 before: nothing of it is looked at"), await asking.NextAsync("[]"));
        Assert.Equal((One, null), await asking.NextAsync(One));
    }

    [Fact]
    public async Task A_restart_goes_on_with_the_last_good_list_until_the_source_answers()
    {
        var before = new Asking();
        await before.NextAsync(Two);
        var after = new Asking(before.Ledger);
        Assert.Equal(Two, Encoding.UTF8.GetString(after.Lists.Of(after.Url).File!.Bytes.Span));
        Assert.Equal((Two, "it answers 500"), await after.NextAsync(null, "it answers 500"));
        Assert.Equal((Two, "it lists no target any more, and 2 before"), await after.NextAsync("[]"));
    }

    [Fact]
    public async Task It_is_asked_in_its_rhythm_and_a_source_that_is_taken_out_is_asked_no_more()
    {
        var asking = new Asking();
        await asking.NextAsync(Two);
        asking.Time.Advance(TimeSpan.FromSeconds(59));
        await asking.Lists.AskDueAsync(default); // there is no answer to take
        asking.Lists.Follow([]);
        asking.Time.Advance(TimeSpan.FromSeconds(600));
        await asking.Lists.AskDueAsync(default);
        Assert.Equal((null, null), asking.Lists.Of(asking.Url));
    }

    [Fact]
    public async Task Every_hostile_server_is_told_by_what_it_did_and_in_time()
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        async Task<string?> WhyAsync(string url) => (await TargetsAsk.AskAsync(dialer, url, Duration.Seconds(60), TargetLists.MostBytes, TimeProvider.System, default)).Why;

        await using var good = ScriptedPeer.Tcp(ScriptedPeer.Answering(Json(Two)));
        Assert.Null(await WhyAsync(good.Url));
        await using var broken = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 500 Later\r\nContent-Length: 0\r\n\r\n"));
        Assert.Equal("it answers 500", await WhyAsync(broken.Url));
        await using var page = ScriptedPeer.Tcp(ScriptedPeer.Once(ScriptedPeer.Ok(Two)));
        Assert.Equal("what it answers is not called application/json", await WhyAsync(page.Url));
        await using var huge = ScriptedPeer.Tcp(ScriptedPeer.Once(Json(new string(' ', TargetLists.MostBytes + 1))));
        Assert.NotNull(await WhyAsync(huge.Url));
        await using var moved = ScriptedPeer.Tcp(ScriptedPeer.Once($"HTTP/1.1 302 Found\r\nLocation: {good.Url}/t\r\nContent-Length: 0\r\n\r\n"));
        Assert.Null(await WhyAsync(moved.Url)); // what lies inside may lead inside; what lies outside may not, as in every look
        await using var astray = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"));
        Assert.NotNull(await WhyAsync(astray.Url));
        await using var loop = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"));
        Assert.NotNull(await WhyAsync(loop.Url));
        Assert.NotNull(await WhyAsync("http://127.0.0.1:1/"));
        Assert.Equal("its address cannot be read", await WhyAsync("ftp://sd.example/"));
        await using var cut = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n[ { "));
        Assert.NotNull(await WhyAsync(cut.Url));
    }

    [Fact]
    public async Task A_server_that_drips_is_given_up()
    {
        var time = new FakeTimeProvider();
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var begun = new TaskCompletionSource();
        await using var drip = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[ "u8.ToArray(), stop);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var asked = TargetsAsk.AskAsync(dialer, drip.Url, Duration.Seconds(60), TargetLists.MostBytes, time, default).AsTask();
        await begun.Task;
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("it gave no whole answer within 10 seconds", (await asked).Why);
    }
}
