using System.Diagnostics;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>How verbs end: scripts and pipelines read nothing else. The table is in docs/reference/cli.md.</summary>
public class ExitCodeTests
{
    /// <summary>One agent with a condition that is false, and a wish that is not met.</summary>
    private static string Team(int ok, int closed) =>
        $$"""
        kept: 1
        agent: team
        domains: [127.0.0.1]
        until: 2099-12-31
        load: { from: 'metric rps at http://127.0.0.1:{{ok}}/metrics' }
        promises:
          quiet@1:
            version: 1.0
            benefit: You get an answer while it is quiet.
            to: [team]
            docs: README.md
            notice: 7d
            keeps: [ 'availability >= 99% over 30d' ]
            fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
            limits: { load: 1/s, burst: 10, ramp: doubles in 5m, beyond: 429, raise: 2 working days }
            uses: not disclosed
            given: load <= 1/s
            check: { http: 'GET http://127.0.0.1:{{ok}}/health', every: 1s, timeout: 900ms, confirm: 1 of 1, expect: [ status == 200 ] }
        relies-on:
          supplier:
            wishes:
              there:
                needs: [ 'availability >= 99% over 30d' ]
                check: { http: 'GET http://127.0.0.1:{{closed}}/', every: 1s, timeout: 900ms, confirm: 1 of 1, expect: [ status == 200 ] }
        """;

    private static ScriptedPeer Busy() => ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("rps 5\n")));

    [Fact]
    public async Task Verify_of_an_unmet_wish_ends_with_one_and_of_what_is_not_in_force_with_zero()
    {
        await using var peer = Busy();
        using var both = new TestHouse().With("team.kept.yaml", Team(peer.Port, ScriptedPeer.ClosedPort()));
        var run = await CommandLine.RunAsync("verify", both.Folder);
        Assert.Contains("✖ unmet  supplier/there", run.Result, StringComparison.Ordinal);
        Assert.Contains("⏸ not in force  team/quiet@1", run.Result, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);

        using var quiet = new TestHouse().With("team.kept.yaml", Team(peer.Port, 1).Split("relies-on:")[0]);
        run = await CommandLine.RunAsync("verify", quiet.Folder);
        Assert.Contains("⏸ not in force  team/quiet@1", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);

        using var met = new TestHouse().With("team.kept.yaml", Team(peer.Port, peer.Port));
        run = await CommandLine.RunAsync("verify", met.Folder);
        Assert.Contains("✔ met  supplier/there", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("ok@1", "✔ kept  team/whole@1", 1)]
    [InlineData("ok@1 and down@1", "✖ broken  team/whole@1", 1)]
    [InlineData("ok@1 or down@1", "✔ kept  team/whole@1", 1)]
    [InlineData("ok@1 and called@1", "? unknown  team/whole@1", 1)]
    public async Task Verify_of_a_promise_without_a_check_says_what_follows_from_what_it_stands_on(string uses, string told, int exit)
    {
        await using var peer = Busy();
        using var house = new TestHouse().With("team.kept.yaml", $$"""
            kept: 1
            agent: team
            domains: [127.0.0.1]
            until: 2099-12-31
            promises:
              ok@1:
                version: 1.0
                benefit: It works.
                to: anyone
                docs: README.md
                notice: 7d
                keeps: [ 'availability >= 99% over 30d' ]
                fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
                check: { http: 'GET http://127.0.0.1:{{peer.Port}}/', every: 1s, timeout: 900ms, confirm: 1 of 1, expect: [ status == 200 ] }
              down@1:
                version: 1.0
                benefit: It works.
                to: anyone
                docs: README.md
                notice: 7d
                keeps: [ 'availability >= 99% over 30d' ]
                fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
                check: { http: 'GET http://127.0.0.1:{{ScriptedPeer.ClosedPort()}}/', every: 1s, timeout: 900ms, confirm: 1 of 1, expect: [ status == 200 ] }
              called@1:
                version: 1.0
                benefit: It works.
                to: anyone
                docs: README.md
                notice: 7d
                keeps: [ 'availability >= 99% over 30d' ]
                fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
                check: { heartbeat: called, every: 1h }
              whole@1:
                version: 1.0
                benefit: It works.
                to: anyone
                docs: README.md
                notice: 7d
                keeps: [ 'availability >= 99% over 30d' ]
                fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
                uses: {{uses}}
            """);
        var run = await CommandLine.RunAsync("verify", house.Folder);
        Assert.True(run.ExitCode == exit && run.Result.Contains(told, StringComparison.Ordinal), $"{run.ExitCode}: {run.Result}{run.Talk}");
    }

    [Fact]
    public async Task Verify_reads_a_counter_twice_so_that_a_condition_on_load_is_decided()
    {
        var total = 0;
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(ScriptedPeer.Ok($"requests_total {total += 1000}\n")), stop);
        });
        using var house = new TestHouse().With("team.kept.yaml", Team(peer.Port, 1).Split("relies-on:")[0].Replace("metric rps at", "metric requests_total at", StringComparison.Ordinal));
        Assert.Contains("requests_total", await File.ReadAllTextAsync(house.PathOf("team.kept.yaml")), StringComparison.Ordinal);
        var run = await CommandLine.RunAsync("verify", house.Folder);
        Assert.Contains("⏸ not in force  team/quiet@1", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Status_and_explain_of_a_running_house_end_as_verify_does_and_up_ends_with_zero()
    {
        await using var peer = Busy();
        using var house = new TestHouse().With("team.kept.yaml", Team(peer.Port, ScriptedPeer.ClosedPort()));
        using var stop = new CancellationTokenSource();
        var data = house.PathOf("data");
        var up = CommandLine.RunAsync(Stream.Null, TimeProvider.System, stop.Token, "up", house.PathOf("team.kept.yaml"), "--data", data, "--port", "0");
        try
        {
            foreach (var (name, exit, word) in new[] { ("supplier/there", 1, "✖ unmet"), ("team/quiet@1", 0, "⏸ not in force") })
            {
                var status = await UntilAsync(exit, word, "status", name, "--data", data);
                Assert.True(status.ExitCode == exit && status.Result.Contains(word, StringComparison.Ordinal), $"{status.ExitCode}: {status.Result}{status.Talk}");
                var explain = await CommandLine.RunAsync("explain", name, "--data", data);
                Assert.True(explain.ExitCode == exit && explain.Result.Contains(word, StringComparison.Ordinal), $"{explain.ExitCode}: {explain.Result}{explain.Talk}");
            }
            // machines read who says so, from where, how old it is and until when it says anything
            using var json = System.Text.Json.JsonDocument.Parse((await CommandLine.RunAsync("status", "supplier/there", "--json", "--data", data)).Result);
            var one = json.RootElement.GetProperty("promises")[0];
            Assert.Equal(("team", "here", false), (one.GetProperty("assessor").GetProperty("house").GetString(), one.GetProperty("assessor").GetProperty("place").GetString(), one.GetProperty("assessor").GetProperty("self").GetBoolean()));
            Assert.InRange(one.GetProperty("ageSeconds").GetInt64(), 0, 60);
            var (asOf, seenAt, until) = (one.GetProperty("asOf").GetDateTimeOffset(), one.GetProperty("seenAt").GetDateTimeOffset(), one.GetProperty("validUntil").GetDateTimeOffset());
            Assert.True(seenAt <= asOf && until > seenAt, $"{seenAt} {asOf} {until}");
            // all together: what is unmet wins
            Assert.Equal(1, (await CommandLine.RunAsync("status", "--data", data)).ExitCode);
        }
        finally
        {
            await stop.CancelAsync();
        }
        var ended = await up;
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("everything seen is on record", ended.Result, StringComparison.Ordinal);
        // nobody looks any more: what was met or not is unknown now
        Assert.Equal(3, (await CommandLine.RunAsync("status", "supplier/there", "--data", data)).ExitCode);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("add")]
    [InlineData("status")]
    public async Task An_interrupted_verb_ends_with_130(string verb)
    {
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(silent.Port).Replace("every: 10s\n      timeout: 1s", "every: 60s\n      timeout: 30s", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        string[] args = verb switch { "verify" => ["verify", house.Folder], "add" => ["add", silent.Url, "--house", house.Folder, "--yes"], _ => ["status", "--server", silent.Url] };
        var run = CommandLine.RunAsync(Stream.Null, TimeProvider.System, stop.Token, args);
        await IsAskedAsync(silent, run);
        await stop.CancelAsync();
        Assert.Equal(130, (await run).ExitCode);
        Assert.Single(Directory.GetFiles(house.Folder));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_the_program_with_130(string signal)
    {
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(silent.Port).Replace("every: 10s\n      timeout: 1s", "every: 60s\n      timeout: 30s", StringComparison.Ordinal));
        using var process = Start("verify", house.Folder);
        await IsAskedAsync(silent, process.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Equal((130, ""), await EndAsync(process, signal));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_the_server_with_zero_and_everything_on_record(string signal)
    {
        await using var peer = Busy();
        using var house = new TestHouse().With("team.kept.yaml", Team(peer.Port, peer.Port));
        using var process = Start("up", house.PathOf("team.kept.yaml"), "--data", house.PathOf("data"), "--port", "0");
        for (var line = ""; !line.Contains("Ctrl-C stops", StringComparison.Ordinal);)
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        var (exit, rest) = await EndAsync(process, signal);
        Assert.Equal(0, exit);
        Assert.Contains("everything seen is on record", rest, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandLine.RunAsync("ledger", "verify", "--data", house.PathOf("data"))).ExitCode);
    }

    [Fact]
    public async Task Up_ends_with_one_where_it_may_not_listen_with_two_without_a_house_and_with_five_without_its_evidence()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1)).With("file", "a file stands where the folder should");
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var run = await CommandLine.RunAsync("up", house.PathOf("a.kept.yaml"), "--data", house.PathOf("data"), "--port", $"{port}");
        Assert.Contains("is taken by another program", run.Talk, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);

        Assert.Equal(2, (await CommandLine.RunAsync("up", house.PathOf("nothing"), "--data", house.PathOf("data"), "--port", "0")).ExitCode);

        foreach (var named in new[] { true, false })
        {
            run = await CommandLine.RunAsync([.. named ? new[] { "up", house.PathOf("a.kept.yaml") } : ["up"], "--data", house.PathOf("file"), "--port", "0"]);
            Assert.Contains("help: ", run.Talk, StringComparison.Ordinal);
            Assert.Equal(5, run.ExitCode);
        }

        await File.WriteAllTextAsync(Directory.CreateDirectory(house.PathOf("damaged")) + "/kept.db", new string('x', 50_000), TestContext.Current.CancellationToken);
        foreach (var verb in new[] { new[] { "up", house.PathOf("a.kept.yaml"), "--port", "0" }, ["status"], ["explain", "web"], ["ledger", "verify"] })
        {
            run = await CommandLine.RunAsync([.. verb, "--data", house.PathOf("damaged")]);
            Assert.Contains("S03", run.Talk, StringComparison.Ordinal);
            Assert.True(run.ExitCode == 5, $"{verb[0]} ended with {run.ExitCode}");
        }
    }

    private static async Task<CommandLine> UntilAsync(int exit, string word, params string[] args)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var run = await CommandLine.RunAsync(args);
            if (run.ExitCode == exit && run.Result.Contains(word, StringComparison.Ordinal) || clock.Elapsed > TimeSpan.FromSeconds(40)) return run;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task IsAskedAsync(ScriptedPeer peer, Task run)
    {
        for (var clock = Stopwatch.StartNew(); peer.Connections == 0; await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System))
            Assert.False(run.IsCompleted || clock.Elapsed > TimeSpan.FromSeconds(40), "it ended, or never asked");
    }

    /// <summary>The program itself. A shell that runs tests in the background ignores SIGINT, and its children would too.</summary>
    private static Process Start(params string[] args)
    {
        Repository.Require(!OperatingSystem.IsWindows() && File.Exists("/usr/bin/env"), "a system with signals");
        return Process.Start(new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "kept.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task<(int Exit, string Result)> EndAsync(Process process, string signal)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40), TimeProvider.System);
        try
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
            var rest = process.StandardOutput.ReadToEndAsync(limit.Token);
            var talk = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.DoesNotContain("   at Kept.", await talk, StringComparison.Ordinal);
            return (process.ExitCode, await rest);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
