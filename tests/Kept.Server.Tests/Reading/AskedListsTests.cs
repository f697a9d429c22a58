using System.Text;
using Kept.Checks.Found;
using Kept.Egress;
using Kept.Language.Found;
using Kept.Ledger;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests.Reading;

/// <summary>Lists of targets at a URL: what counts of what it answers, over real sockets and with whatever a server may do.</summary>
public sealed class AskedListsTests
{
    private const string Two = """[ { "targets": [ "a.example", "b.example" ] } ]""", One = """[ { "targets": [ "a.example" ] } ]""";

    private static string Json(string body, string more = "") => $"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n{more}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static FoundSource Source(string url) => new([], url, Duration.Seconds(60), new Place(new SourceFile("watch.kept.yaml"), 6, 9, 4));

    private sealed class Heard(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Add(formatter(state, exception));
    }

    private sealed class Asking
    {
        public FakeTimeProvider Time { get; } = new(MadeHouse.Now.ToDateTimeOffset());
        public Queue<(string? Body, string? Why)> Answers { get; } = [];
        public ILedger Ledger { get; }
        public AskedLists Lists { get; }
        public string Url { get; }
        public List<string> Log { get; } = [];

        public Asking(ILedger? ledger = null, string url = "http://sd.example/", int every = 60)
        {
            Url = url;
            Ledger = ledger ?? Ledgers.InMemory(TimeProvider.System, new Random(1));
            Lists = new AskedLists((_, _) => ValueTask.FromResult(Answers.Dequeue() is var (body, why) && body is not null ? ((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(body), (string?)null) : (null, why)), Ledger, Time, new Heard(Log));
            Lists.Follow([Source(Url) with { Every = Duration.Seconds(every) }]);
        }

        public async Task<(string? List, string? Why)> NextAsync(string? body, string? why = null, int seconds = 60)
        {
            Answers.Enqueue((body, why));
            Time.Advance(TimeSpan.FromSeconds(seconds));
            await Lists.AskDueAsync(default);
            var (file, told, _, _) = Lists.Of(Url);
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
        for (var i = 1; i < AskedLists.SaidUntilBelieved; i++)
            Assert.Equal((Two, "it lists no target any more, and 2 before"), await asking.NextAsync("[]"));
        Assert.Equal(("[]", "it lists no target, and listed 2 before: nothing of it is looked at"), await asking.NextAsync("[]"));
        Assert.Equal((One, null), await asking.NextAsync(One));
    }

    /// <summary>A source may answer everybody otherwise: who shows another login has a list of its own, and who shows none sees nothing of theirs.</summary>
    [Fact]
    public async Task One_URL_asked_with_several_logins_has_a_list_for_each()
    {
        FoundSource With(string? secret, int every = 60) => Source("http://sd.example/list.json") with { Every = Duration.Seconds(every), Login = secret is null ? null : new SourceLogin(null, secret, true) };
        var asked = new List<string?>();
        var time = new FakeTimeProvider(MadeHouse.Now.ToDateTimeOffset());
        var ledger = Ledgers.InMemory(TimeProvider.System, new Random(1));
        AskedLists Lists() => new((source, _) =>
        {
            lock (asked) asked.Add(source.Login?.Secret);
            return ValueTask.FromResult(((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes($"[ {{ \"targets\": [ \"{source.Login?.Secret.Length ?? 0}.example\" ] }} ]"), (string?)null));
        }, ledger, time, new Heard([]));
        FoundSource[] sources = [With("${env:A}"), With("${env:BB}"), With(null), With("${env:A}", 30)];
        Assert.Equal(3, sources.Select(source => source.List).Distinct().Count());
        Assert.All(sources, source => Assert.Equal("http://sd.example/list.json", FoundSource.Shown(source.List!)));
        Assert.All(sources, source => Assert.DoesNotContain("env", source.List, StringComparison.Ordinal));
        var lists = Lists();
        lists.Follow(sources);
        await lists.AskDueAsync(default);
        Assert.Equal([null, "${env:A}", "${env:BB}"], asked.Order(StringComparer.Ordinal));
        string? Of(AskedLists from, FoundSource source) => from.Of(source.List!).File is { } file ? TargetLists.Read(file).Targets.Single().Address : null;
        Assert.Equal(["8.example", "9.example", "0.example", "8.example"], sources.Select(source => Of(lists, source)));
        foreach (var one in sources)
            foreach (var other in sources)
                Assert.Equal(one.Login == other.Login, one.Names(lists.Of(other.List!).File!.Path));
        var again = Lists(); // over a restart too
        again.Follow(sources);
        Assert.Equal(["8.example", "9.example", "0.example", "8.example"], sources.Select(source => Of(again, source)));
        lists.Follow([With("${env:BB}")]); // one that is not named any more is let go
        Assert.Null(lists.Of(sources[0].List!).File);
    }

    [Fact]
    public async Task A_login_that_is_another_leaves_the_list_until_its_own_answer_and_so_does_what_was_remembered_without_one()
    {
        FoundSource With(string? secret) => Source("http://sd.example/list.json") with { Login = secret is null ? null : new SourceLogin(null, secret, true) };
        var time = new FakeTimeProvider(MadeHouse.Now.ToDateTimeOffset());
        var ledger = Ledgers.InMemory(TimeProvider.System, new Random(1));
        AskedLists Lists() => new((source, _) => ValueTask.FromResult(((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes($"[ {{ \"targets\": [ \"{source.Login?.Secret.Length ?? 0}.example\" ] }} ]"), (string?)null)), ledger, time, new Heard([]));
        string? Of(AskedLists from, FoundSource source) => from.Of(source.List!).File is { } file ? TargetLists.Read(file).Targets.Single().Address : null;
        var lists = Lists();
        lists.Follow([With(null)]);
        await lists.AskDueAsync(default);
        lists.Follow([With("${env:A}")]);
        Assert.Equal("0.example", Of(lists, With("${env:A}"))); // what stood, stands
        await lists.AskDueAsync(default);
        time.Advance(TimeSpan.FromMinutes(2));
        await lists.AskDueAsync(default);
        Assert.Equal("8.example", Of(lists, With("${env:A}")));

        var again = Lists();
        again.Follow([With("${env:BB}")]); // remembered of the URL alone, and nobody else asks it
        Assert.Equal("0.example", Of(again, With("${env:BB}")));
        var several = Lists();
        several.Follow([With("${env:BB}"), With("${env:CCC}")]); // of two nobody knows whose it was
        Assert.Null(Of(several, With("${env:BB}")));
        lists.Follow([With("${env:BB}"), With("${env:CCC}")]);
        Assert.Null(Of(lists, With("${env:CCC}")));
    }

    private static string Hosts(int from, int count) => $"[ {{ \"targets\": [ {string.Join(", ", Enumerable.Range(from, count).Select(i => $"\"h{i}.example\""))} ] }} ]";

    [Fact]
    public async Task A_list_from_which_most_are_gone_is_believed_only_when_it_is_said_again()
    {
        var asking = new Asking();
        await asking.NextAsync(Hosts(0, 100));
        Assert.Equal((Hosts(0, 50), null), await asking.NextAsync(Hosts(0, 50))); // half may go
        Assert.Equal((Hosts(0, 50), "it lists 24 targets, and 50 before: that is believed when it is said 3 times"), await asking.NextAsync(Hosts(0, 24)));
        Assert.Equal((Hosts(0, 50), "it lists 23 targets, and 50 before: that is believed when it is said 3 times"), await asking.NextAsync(Hosts(0, 23))); // another one begins anew
        await asking.NextAsync(Hosts(0, 23));
        Assert.Equal((Hosts(0, 23), null), await asking.NextAsync(Hosts(0, 23)));
        Assert.Equal((Hosts(0, 23), "13 of its 23 targets are others now: that is believed when it is said 3 times"), await asking.NextAsync(Hosts(13, 23)));
        Assert.Equal((Hosts(10, 23), null), await asking.NextAsync(Hosts(10, 23))); // few may come and go
    }

    private static string Labelled(int count, Func<int, string> labels) => $"[ {string.Join(", ", Enumerable.Range(0, count).Select(i => $"{{ \"targets\": [ \"h{i}.example\" ], \"labels\": {{ {labels(i)} }} }}"))} ]";

    /// <summary>The same addresses, and none of them becomes a promise any more.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public async Task A_list_that_lacks_the_labels_of_a_template_is_believed_only_when_it_is_said_again(int count)
    {
        var document = $"kept: 1\nagent: watch\nrelies-on:\n  web:\n    found: [ {{ from: {{ http: 'http://sd.example/' }}, name: '${{site}}', wish: {{ check: {{ http: 'GET https://${{__address__}}:${{port}}/', expect: [ status == 200 ] }} }} }} ]\n";
        var asking = new Asking();
        asking.Lists.Follow(FoundSource.Of([new Kept.Language.DocumentFile("watch.kept.yaml", Encoding.UTF8.GetBytes(document))]));
        string whole = Labelled(count, i => $"\"site\": \"s{i}\", \"port\": \"443\", \"rack\": \"1\""), without = Labelled(count, i => $"\"site\": \"s{i}\""), others = Labelled(count, i => $"\"site\": \"t{i}\", \"port\": \"443\"");
        Assert.Equal((whole, null), await asking.NextAsync(whole));
        for (var i = 1; i < AskedLists.SaidUntilBelieved; i++)
            Assert.Equal((whole, $"0 of its {count} targets have the labels that the template needs, and {count} before: that is believed when it is said 3 times"), await asking.NextAsync(without));
        var few = Labelled(count, i => i < 2 ? $"\"site\": \"t{i}\"" : $"\"site\": \"s{i}\", \"port\": \"443\"");
        if (count > 10) Assert.Equal((few, null), await asking.NextAsync(few)); // some may lack them
        await asking.NextAsync(whole);
        Assert.Equal((whole, $"{count} of its {count} targets have other labels now: that is believed when it is said 3 times"), await asking.NextAsync(others));
        var more = Labelled(count, i => $"\"site\": \"s{i}\", \"port\": \"443\", \"rack\": \"2\"");
        Assert.Equal((more, null), await asking.NextAsync(more)); // what no template uses may change
        await asking.NextAsync(without);
        await asking.NextAsync(without);
        Assert.Equal((without, null), await asking.NextAsync(without));
    }

    [Fact]
    public async Task A_fault_in_asking_ends_nothing_and_a_slow_source_holds_up_no_other()
    {
        var time = new FakeTimeProvider(MadeHouse.Now.ToDateTimeOffset());
        var asked = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        List<string> log = [];
        var never = new TaskCompletionSource<(ReadOnlyMemory<byte>?, string?)>();
        var lists = new AskedLists(async (source, stop) =>
        {
            var times = asked.AddOrUpdate(source.Url!, 1, (_, before) => before + 1);
            if (source.Url == "http://slow.example/") return await never.Task.WaitAsync(stop);
            if (source.Url == "http://bad.example/" && times == 1) throw new InvalidOperationException("a fault of ours");
            return ((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(Two), null);
        }, Ledgers.InMemory(TimeProvider.System, new Random(1)), time, new Heard(log));
        lists.Follow([Source("http://slow.example/"), Source("http://bad.example/"), Source("http://good.example/")]);
        using var stop = new CancellationTokenSource();
        var running = lists.RunAsync(stop.Token);
        for (var i = 0; i < 3_000 && !(asked.GetValueOrDefault("http://good.example/") >= 3 && lists.Of("http://bad.example/").File is not null); i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None));
        }
        Assert.False(running.IsCompleted, running.Exception?.ToString());
        Assert.True(asked["http://good.example/"] >= 3);
        Assert.Equal(1, asked["http://slow.example/"]);
        Assert.Equal(Two, Encoding.UTF8.GetString(lists.Of("http://bad.example/").File!.Bytes.Span));
        Assert.Contains(log, line => line.StartsWith("The source of targets http://bad.example/ could not be asked", StringComparison.Ordinal));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_server_whose_list_is_another_one_each_time_makes_no_more_than_one_house_a_minute()
    {
        var asking = new Asking(every: 5);
        var version = asking.Lists.Version;
        for (var i = 0; i < 48; i++) await asking.NextAsync(Hosts(0, 10 + i), seconds: 5);
        Assert.Equal(version + 4, asking.Lists.Version);
        Assert.Equal((Hosts(0, 58), null), await asking.NextAsync(Hosts(0, 58), seconds: 5));
        for (var i = 0; i < 48; i++) await asking.NextAsync(Hosts(100 * (i + 1), 58), seconds: 5);
        Assert.Equal(Hosts(0, 58), Encoding.UTF8.GetString(asking.Lists.Of(asking.Url).File!.Bytes.Span));
    }

    [Fact]
    public async Task What_counts_is_told_as_it_is_and_no_token_of_its_URL()
    {
        var asking = new Asking(url: "http://sd.example/t?token=t0ken");
        var document = new Kept.Language.DocumentFile("watch.kept.yaml", Encoding.UTF8.GetBytes($"kept: 1\nagent: watch\nrelies-on:\n  web:\n    found: [ {{ from: {{ http: '{asking.Url}' }}, wish: {{}} }} ]\n"));
        async Task<string> ToldAsync(string? body, string? why = null)
        {
            await asking.NextAsync(body, why);
            return Assert.Single((await new FoundLists("/nowhere", asking.Lists, new RememberedFiles(asking.Ledger), asking.Time).CompleteAsync([document], [], default)).Problems).Message;
        }
        Assert.Equal("the source of targets `http://sd.example/t`: it answers 500; nothing of it is looked at yet", await ToldAsync(null, "it answers 500"));
        await asking.NextAsync(Two);
        Assert.Equal("the source of targets `http://sd.example/t`: it answers 500; the last good list, given last at 2026-11-23 20:43 UTC, counts", await ToldAsync(null, "it answers 500"));
        Assert.Equal("the source of targets `http://sd.example/t`: it lists no target any more, and 2 before; the last good list, given last at 2026-11-23 20:43 UTC, counts", await ToldAsync("[]"));
        await asking.NextAsync("[]");
        Assert.Equal("the source of targets `http://sd.example/t`: it lists no target, and listed 2 before: nothing of it is looked at", await ToldAsync("[]"));
        Assert.DoesNotContain(asking.Log, line => line.Contains("t0ken", StringComparison.Ordinal));
        Assert.Contains(asking.Log, line => line.StartsWith("The source of targets http://sd.example/t: it answers 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_goes_on_with_the_last_good_list_until_the_source_answers()
    {
        var before = new Asking();
        await before.NextAsync(Two);
        await before.NextAsync(Two, seconds: 700);
        var given = before.Lists.Of(before.Url).Confirmed;
        await before.NextAsync(null, "it answers 500", seconds: 700);
        var after = new Asking(before.Ledger);
        Assert.Equal((MadeHouse.Now.ToDateTimeOffset().AddSeconds(760), given), (given!.Value, after.Lists.Of(after.Url).Confirmed)); // how old it is, too
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
        Assert.Equal((null, null, false, null), asking.Lists.Of(asking.Url));
    }

    [Fact]
    public async Task Every_hostile_server_is_told_by_what_it_did_and_in_time()
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        async Task<string?> WhyAsync(string url) => (await TargetsAsk.AskAsync(dialer, url, null, Duration.Seconds(60), TargetLists.MostBytes, TimeProvider.System, default)).Why;

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
        var asked = TargetsAsk.AskAsync(dialer, drip.Url, null, Duration.Seconds(60), TargetLists.MostBytes, time, default).AsTask();
        await begun.Task;
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("it gave no whole answer within 10 seconds", (await asked).Why);
    }
}
