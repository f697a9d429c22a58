using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept tell</c> and <c>kept silence</c> against a running server and a receiver on a real socket.</summary>
public sealed class TellTests
{
    static TellTests() => Environment.SetEnvironmentVariable("KEPT_CLI_TELL_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    /// <summary>A receiver of webhooks that answers as the test says.</summary>
    private sealed class Hook : IAsyncDisposable
    {
        private readonly ScriptedPeer _peer;

        public Hook() => _peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } request)
            {
                Got.Enqueue(JsonDocument.Parse(request[request.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement);
                await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {Status} Said\r\nContent-Length: 0\r\n\r\n"), stop);
            }
        });

        public int Status { get; set; } = 204;
        public ConcurrentQueue<JsonElement> Got { get; } = new();
        public string Route => $"{{ webhook: 'http://127.0.0.1:{_peer.Port}/hook', secret: '${{env:KEPT_CLI_TELL_KEY}}' }}";

        public int CountOf(string type) => Got.Count(one => one.GetProperty("type").GetString() == type);

        public ValueTask DisposeAsync() => _peer.DisposeAsync();
    }

    /// <summary>The clock of this machine, moved by the test; what waits still waits for real.</summary>
    private sealed class MovedClock : TimeProvider
    {
        public TimeSpan By { get; set; }
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }

    private static TestHouse House(int port, params (string Name, string Route)[] routes)
    {
        var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        return house.With("house/shop.kept.yaml", TestHouse.Promise(port).Replace("every: 10s", "every: 1s\n      confirm: 1 of 1", StringComparison.Ordinal).Replace("timeout: 1s", "timeout: 900ms", StringComparison.Ordinal))
            .With("house/house.yaml", "house: h\n" + (routes.Length == 0 ? "" : "tell:\n" + string.Concat(routes.Select(one => $"  {one.Name}: {one.Route}\n"))));
    }

    private static Task<CommandLine> AskAsync(TestHouse house, params string[] args) => CommandLine.RunAsync([.. args, "--data", house.PathOf("data")]);

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, what + " did not come");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }

    private static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    private static Task TakenUpAsync(TestHouse house) => UntilAsync(async () => !(await AskAsync(house, "tell", "list")).Talk.Contains("No routes", StringComparison.Ordinal), "the routes of the house");

    [Fact]
    public async Task A_route_is_unproven_until_a_message_went_over_it_and_the_exit_code_says_so()
    {
        await using var hook = new Hook();
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = House(well.Port, ("oncall", hook.Route), ("spare", hook.Route));
        await using var kept = await RunningKept.UpAsync(house);
        await TakenUpAsync(house);
        var list = await AskAsync(house, "tell", "list");
        Assert.Equal(3, list.ExitCode);
        Assert.Matches(@"\? unproven\s+oncall\s+webhook\s+0 told, 0 waiting, 0 given up\s+never proven", list.Result);

        var test = await AskAsync(house, "tell", "test", "oncall");
        Assert.Equal((0, 1), (test.ExitCode, hook.CountOf("kept.canary")));
        Assert.Matches(@"✔ carried\s+oncall\s+webhook\s+it answered 204", test.Result);
        Assert.DoesNotContain("spare", test.Result, StringComparison.Ordinal);
        await UntilAsync(async () => (await AskAsync(house, "tell", "list")).Result.Contains("✔ working", StringComparison.Ordinal), "the proof");
        Assert.Equal(3, (await AskAsync(house, "tell", "list")).ExitCode); // the other is still unproven
        Assert.Equal(0, (await AskAsync(house, "tell", "test")).ExitCode);
        await UntilAsync(async () => (await AskAsync(house, "tell", "list")).ExitCode == 0, "the proof of both");
        Assert.Matches(@"✔ working\s+spare\s+webhook\s+1 told, 0 waiting, 0 given up\s+proven \d{4}-", (await AskAsync(house, "tell", "list")).Result);
    }

    /// <summary>The promise was kept, and breaks: what was broken before a route began is no news.</summary>
    private static async Task BreaksAsync(TestHouse house, ScriptedPeer well)
    {
        await UntilAsync(async () => (await StatusAsync(house)).Contains("✔ kept", StringComparison.Ordinal), "kept");
        await well.DisposeAsync();
    }

    private static async Task<string> StatusAsync(TestHouse house) => (await AskAsync(house, "status")).Result;

    [Fact]
    public async Task A_receiver_that_refuses_is_told_with_its_answer_and_with_what_waits_for_it()
    {
        await using var hook = new Hook { Status = 503 };
        var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = House(well.Port, ("oncall", hook.Route));
        await using var kept = await RunningKept.UpAsync(house);
        await TakenUpAsync(house);
        await BreaksAsync(house, well);
        await UntilAsync(() => hook.CountOf("kept.promise.broken") > 0, "the message");
        await UntilAsync(async () => (await AskAsync(house, "tell", "list")).ExitCode == 1, "the failure");
        var list = await AskAsync(house, "tell", "list");
        Assert.Matches(@"✖ failing\s+oncall\s+webhook\s+0 told, 1 waiting, 0 given up\s+it answered 503", list.Result);
        Assert.Contains("? waits for oncall: \"✖ shop/web@1 is broken\"", list.Talk, StringComparison.Ordinal);
        var test = await AskAsync(house, "tell", "test");
        Assert.Equal(1, test.ExitCode);
        Assert.Matches(@"✖ failed\s+oncall\s+webhook\s+it answered 503", test.Result);
    }

    [Fact]
    public async Task A_silence_is_set_listed_with_who_why_and_how_long_still_and_ended_and_then_what_is_broken_is_told()
    {
        await using var hook = new Hook();
        var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = House(well.Port, ("oncall", hook.Route));
        await using var kept = await RunningKept.UpAsync(house);
        await TakenUpAsync(house);
        Assert.Equal("Nothing is silent.", (await AskAsync(house, "silence", "list")).Talk.Trim());
        var set = await AskAsync(house, "silence", "shop/web", "--for", "2h", "--because", "we move the \"rack\" & more", "--by", "ann");
        Assert.Equal(0, set.ExitCode);
        var number = Regex.Match(set.Result, @"^shop/web@1 is silent until [^ ]+\. Next: kept silence end (\d+)").Groups[1].Value;
        Assert.NotEqual("", number);
        var list = await AskAsync(house, "silence", "list"); // at once: whoever was answered finds it
        Assert.Equal(0, list.ExitCode);
        Assert.Matches($@"{number}\s+shop/web@1\s+until \d{{4}}-[^ ]+\s+for 1 h 5\d min.* still\s+ann\s+we move the ""rack"" & more", list.Result);
        await BreaksAsync(house, well);
        await UntilAsync(async () => (await StatusAsync(house)).Contains("✖ broken", StringComparison.Ordinal), "broken");
        Assert.Equal(0, hook.CountOf("kept.promise.broken"));
        var end = await AskAsync(house, "silence", "end", number);
        Assert.Equal((0, "Ended; what is still broken is told now."), (end.ExitCode, end.Result.Trim()));
        Assert.Equal("Nothing is silent.", (await AskAsync(house, "silence", "list")).Talk.Trim());
        await UntilAsync(() => hook.CountOf("kept.promise.broken") == 1, "the message");
        var again = await AskAsync(house, "silence", "end", number);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains($"no silence has the number '{number}'", again.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silence_runs_out_by_itself_and_what_is_still_broken_is_told_then()
    {
        await using var hook = new Hook();
        var clock = new MovedClock();
        var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = House(well.Port, ("oncall", hook.Route));
        await using var kept = await RunningKept.UpAsync(house, time: clock);
        await TakenUpAsync(house);
        Assert.Equal(0, (await AskAsync(house, "silence", "all", "--for", "90m", "--because", "a move")).ExitCode);
        await BreaksAsync(house, well);
        await UntilAsync(async () => (await StatusAsync(house)).Contains("✖ broken", StringComparison.Ordinal), "broken");
        clock.By = TimeSpan.FromMinutes(80);
        Assert.Matches(@"all\s+until .* for (10|9|8) min.* still\s+\S+\s+a move", (await AskAsync(house, "silence", "list")).Result);
        Assert.Equal(0, hook.CountOf("kept.promise.broken"));
        clock.By = TimeSpan.FromMinutes(91);
        await UntilAsync(() => hook.CountOf("kept.promise.broken") == 1, "the message");
        Assert.Equal("Nothing is silent.", (await AskAsync(house, "silence", "list")).Talk.Trim());
    }

    [Theory]
    [InlineData("length is not a length of time; write it like 15m, 6h or 30d", "shop", "--for", "2x", "--because", "why")]
    [InlineData("length is not a length of time", "shop", "--for", "0m", "--because", "why")]
    [InlineData("length is not a length of time", "shop", "--for", "-1h", "--because", "why")]
    [InlineData("nobody remembers a silence for so long; write at most 31 d", "shop", "--for", "32d", "--because", "why")]
    [InlineData("because is needed", "shop", "--for", "1h", "--because", " ")]
    [InlineData("'shp' is no promise and no agent of this house; write all", "shp", "--for", "1h", "--because", "why")]
    [InlineData("'shop/wob' is no promise and no agent", "shop/wob", "--for", "1h", "--because", "why")]
    [InlineData("no silence has the number '4711'", "end", "4711")]
    [InlineData("no silence has the number '-1'", "end", "-1")]
    [InlineData("--because", "shop", "--for", "1h")]
    [InlineData("--for", "shop", "--because", "why")]
    [InlineData("NUMBER", "end")]
    [InlineData("first", "end", "first")]
    public async Task What_is_no_silence_is_told_with_what_to_write_and_changes_nothing(string words, params string[] args)
    {
        await using var kept = await SharedAsync();
        var run = await AskAsync(kept.House, ["silence", .. args]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(words, run.Talk, StringComparison.Ordinal);
        Assert.Equal("", run.Result);
        Assert.Equal("Nothing is silent.", (await AskAsync(kept.House, "silence", "list")).Talk.Trim());
    }

    [Fact]
    public async Task A_route_that_the_house_does_not_have_cannot_be_tried_and_a_house_without_any_says_what_to_write()
    {
        await using var kept = await SharedAsync();
        var wrong = await AskAsync(kept.House, "tell", "test", "nobody-there");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("the house has no route 'nobody-there'", wrong.Talk, StringComparison.Ordinal);
        var none = await AskAsync(kept.House, "tell", "test");
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("write one under `tell:` in house.yaml", none.Talk, StringComparison.Ordinal);
        var list = await AskAsync(kept.House, "tell", "list");
        Assert.Equal((0, "No routes. Write one under `tell:` in house.yaml."), (list.ExitCode, list.Talk.Trim()));
    }

    [Theory]
    [InlineData("tell", "list")]
    [InlineData("tell", "test")]
    [InlineData("silence", "all", "--for", "1h", "--because", "why")]
    [InlineData("silence", "list")]
    [InlineData("silence", "end", "1")]
    public async Task Without_a_running_server_nothing_is_asked_and_the_words_say_what_to_do(params string[] args)
    {
        using var house = new TestHouse();
        var none = await AskAsync(house, args);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("start it with `kept up`, or name it with --server", none.Talk, StringComparison.Ordinal);
        var silent = await CommandLine.RunAsync([.. args, "--server", $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}"]);
        Assert.Equal(5, silent.ExitCode);
        Assert.Contains("no Kept answers at", silent.Talk, StringComparison.Ordinal);
        await using var foreign = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("hello")));
        var other = await CommandLine.RunAsync([.. args, "--server", foreign.Url]);
        Assert.Equal(5, other.ExitCode);
        var address = await CommandLine.RunAsync([.. args, "--server", "ftp://kept"]);
        Assert.Equal(2, address.ExitCode);
        Assert.Contains("is no address of a server", address.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_strangers_reach_lists_without_silences_and_changes_nothing()
    {
        await using var hook = new Hook();
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = House(well.Port, ("oncall", hook.Route));
        await using var kept = await RunningKept.UpAsync(house, isPublic: true);
        await TakenUpAsync(house);
        Assert.Equal(3, (await AskAsync(house, "tell", "list")).ExitCode);
        foreach (var args in (string[][])[["silence", "all", "--for", "1h", "--because", "why"], ["silence", "end", "1"], ["tell", "test"]])
        {
            var run = await AskAsync(house, args);
            Assert.Equal((2, ""), (run.ExitCode, run.Result));
            Assert.Contains("that server is reached by strangers (--public), so nothing is asked of it that changes anything", run.Talk, StringComparison.Ordinal);
        }
        Assert.Empty(hook.Got);
    }

    [Fact]
    public async Task A_data_folder_that_may_not_be_read_is_told_and_so_is_one_that_names_another_machine()
    {
        using var house = new TestHouse().With("server.url", "http://192.0.2.7:7070/\n0123\n");
        var elsewhere = await CommandLine.RunAsync("silence", "all", "--for", "1h", "--because", "why", "--data", house.Folder);
        Assert.Equal(5, elsewhere.ExitCode);
        Assert.Contains("which is not this machine", elsewhere.Talk, StringComparison.Ordinal);
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return; // whoever may do everything is refused nothing
        File.SetUnixFileMode(house.PathOf("server.url"), UnixFileMode.None);
        foreach (var args in (string[][])[["tell", "list"], ["silence", "list"]])
        {
            var run = await CommandLine.RunAsync([.. args, "--data", house.Folder]);
            Assert.Equal(5, run.ExitCode);
            Assert.Contains("server.url", run.Talk, StringComparison.Ordinal);
        }
    }

    /// <summary>A running house without routes.</summary>
    private static async Task<Shared> SharedAsync()
    {
        var house = House(ScriptedPeer.ClosedPort());
        return new Shared(house, await RunningKept.UpAsync(house));
    }

    private sealed record Shared(TestHouse House, RunningKept Kept) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Kept.DisposeAsync();
            House.Dispose();
        }
    }
}
