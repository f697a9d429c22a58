using Kept.Cli.Adding;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept add URL</c>: what it looks at, what it proposes, where it is written, and under which names.</summary>
public class AddTests
{
    [Fact]
    public async Task Add_looks_five_times_proposes_terms_in_words_and_writes_a_promise_that_is_one()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = new TestHouse();
        var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{peer.Port}/health", "--house", house.Folder, "--yes");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("look 5 of 5: answered 200", run.Talk, StringComparison.Ordinal);
        Assert.Contains("answers 200 within", run.Talk, StringComparison.Ordinal);
        var check = await CommandLine.RunAsync("check", house.Folder);
        Assert.DoesNotContain("error", check.Result, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandLine.RunAsync("verify", house.Folder)).ExitCode);
    }

    [Fact]
    public async Task What_never_answers_is_not_written()
    {
        using var house = new TestHouse();
        var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}/", "--house", house.Folder, "--yes");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(Directory.GetFiles(house.Folder));
    }

    [Fact]
    public async Task Add_of_a_heartbeat_makes_up_a_key_that_nobody_can_guess()
    {
        var keys = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var house = new TestHouse();
            var run = await CommandLine.RunAsync("add", "--heartbeat", "nightly-backup", "--every", "12h", "--house", house.Folder, "--yes");
            Assert.True(run.ExitCode == 0, run.Talk);
            var text = await File.ReadAllTextAsync(house.PathOf("nightly-backup.kept.yaml"), TestContext.Current.CancellationToken);
            var key = System.Text.RegularExpressions.Regex.Match(text, "heartbeat: (nightly-backup-[0-9a-f]{32})\n").Groups[1].Value;
            Assert.NotEqual("", key);
            Assert.True(keys.Add(key), "the same key twice");
            Assert.Contains("/beat/" + key, run.Talk, StringComparison.Ordinal);
            var check = await CommandLine.RunAsync("check", house.Folder);
            Assert.True(check.ExitCode == 0 && !check.Result.Contains("error", StringComparison.Ordinal), check.Result);
        }
        // 20 keys of 128 bits that came of one another would share digits at one place; of 32 places some do by chance, never most
        Assert.True(Enumerable.Range(0, 32).Count(at => keys.Select(key => key[^(at + 1)]).Distinct().Count() < 6) < 4);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("add http://127.0.0.1:9/ --heartbeat backup")]
    [InlineData("add --heartbeat Backup")]
    [InlineData("add --heartbeat backup --every daily")]
    [InlineData("add --heartbeat backup --grace 0s")]
    public async Task Add_of_a_heartbeat_that_is_none_says_what_to_write(string line)
    {
        using var house = new TestHouse();
        var run = await CommandLine.RunAsync([.. line.Split(' '), "--house", house.Folder, "--yes"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(Directory.GetFiles(house.Folder));
    }

    [Fact]
    public async Task Add_without_anybody_to_ask_writes_nothing()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = new TestHouse();
        var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{peer.Port}/", "--house", house.Folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--yes", run.Talk, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(house.Folder));
    }

    [Fact]
    public async Task A_host_of_somebody_else_becomes_a_wish_that_is_verified_and_never_a_promise()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var names = Names();
        using var house = Foreign(names);
        var run = await CommandLine.RunAsync("add", $"http://api.supplier.test:{peer.Port}/health", "--house", house.Folder, "--yes");
        Assert.True(run.ExitCode == 0, run.Talk);
        Assert.Contains("api.supplier.test is not ours to promise about, so this is a wish", run.Talk, StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(house.Folder, "api-supplier-test-*"));
        Assert.EndsWith($"api-supplier-test-{peer.Port}.health.kept.yaml", file, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("wishes:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("promises:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("domains:", text, StringComparison.Ordinal);
        var check = await CommandLine.RunAsync("check", house.Folder);
        Assert.True(check.ExitCode == 0, check.Result);
        Assert.Contains("1 wish", check.Talk, StringComparison.Ordinal);
        var verify = await CommandLine.RunAsync("verify", file);
        Assert.DoesNotContain("✔ kept", verify.Result, StringComparison.Ordinal);
        verify = await CommandLine.RunAsync("verify", house.Folder);
        Assert.Contains("✔ met", verify.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_says_that_the_host_is_ours_and_writes_a_promise()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var names = Names();
        using var house = Foreign(names);
        var run = await CommandLine.RunAsync("add", $"http://api.supplier.test:{peer.Port}/health", "--house", house.Folder, "--own", "--name", "answers-us", "--yes");
        Assert.True(run.ExitCode == 0, run.Talk);
        Assert.Contains("Proposed promise:", run.Talk, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(Directory.GetFiles(house.Folder, "api-supplier-test-*").Single(), TestContext.Current.CancellationToken);
        Assert.Contains("domains: ['api.supplier.test']", text, StringComparison.Ordinal);
        Assert.Contains("answers-us@1:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("wishes:", text, StringComparison.Ordinal);
        var check = await CommandLine.RunAsync("check", house.Folder);
        Assert.True(check.ExitCode == 0, check.Result);
        Assert.Contains("✔ kept", (await CommandLine.RunAsync("verify", house.Folder)).Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_shows_the_document_and_writes_nothing()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = new TestHouse();
        var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{peer.Port}/health", "--house", house.Folder, "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(house.Folder));
        // what is shown is what would be written: as a file it is read, and promises
        using var shown = new TestHouse().With("shown.kept.yaml", run.Result);
        var check = await CommandLine.RunAsync("check", shown.Folder);
        Assert.True(check.ExitCode == 0, check.Result);
        Assert.Contains("1 promise,", check.Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://192.0.2.2/", "192.0.2.2", "host-192-0-2-2", "answers")]
    [InlineData("http://192.0.2.2:8080/", "192.0.2.2", "host-192-0-2-2-8080", "answers")]
    [InlineData("http://127.0.0.1/health", "127.0.0.1", "host-127-0-0-1", "health")]
    [InlineData("https://[2001:db8::1]:8443/", "2001:db8::1", "host-2001-db8-1-8443", "answers")]
    [InlineData("https://[::1]/", "::1", "host-1", "answers")]
    [InlineData("https://localhost/", "localhost", "localhost", "answers")]
    [InlineData("https://localhost:8443/health", "localhost", "localhost-8443", "health")]
    [InlineData("https://api.example.com/", "api.example.com", "api-example-com", "api")]
    [InlineData("https://api.example.com:443/v1/ready?x=1", "api.example.com", "api-example-com", "ready")]
    public void Names_come_from_the_URL_and_say_who_and_what(string url, string host, string agent, string promise)
    {
        var target = new CheckTarget("GET " + url, host, new Uri(url).Port, "GET", url);
        Assert.Equal((agent, promise), (Proposal.AgentFrom(target), Proposal.NameFrom(target)));
        Assert.True(PromiseName.IsName(agent) && PromiseName.IsName(promise));
    }

    [Fact]
    public async Task Two_ports_of_one_machine_are_two_services()
    {
        await using var one = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var other = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = new TestHouse();
        foreach (var port in new[] { one.Port, other.Port })
        {
            var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{port}/", "--house", house.Folder, "--yes");
            Assert.True(run.ExitCode == 0, run.Talk);
            Assert.True(File.Exists(house.PathOf($"host-127-0-0-1-{port}.answers.kept.yaml")), run.Talk);
        }
        Assert.Equal(0, (await CommandLine.RunAsync("verify", house.Folder)).ExitCode);
    }

    [Fact]
    public async Task A_hostile_URL_adds_no_field_to_the_document()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        foreach (var path in new[] { "a'b", "a\n      evil: yes", "a'\n      evil: 'yes", "x: y", "#x", "a\u001b[31m", "${env:HOME}", "%0a%27", "\u2028evil: 1" })
        {
            using var house = new TestHouse();
            var run = await CommandLine.RunAsync("add", $"http://127.0.0.1:{peer.Port}/{path}", "--house", house.Folder, "--name", "x", "--yes");
            foreach (var file in Directory.EnumerateFiles(house.Folder))
            {
                var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
                Assert.DoesNotContain("\n      evil", text, StringComparison.Ordinal);
                Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
            }
            Assert.True(run.ExitCode is 0 or 2, run.Talk);
        }
    }

    private static NameServer Names() => new((name, type) => name == "api.supplier.test" && type == 1 ? new NameAnswer(0, NameRecord.Address(name, "127.0.0.1")) : NameAnswer.NoSuchName);

    /// <summary>A house whose resolver knows the supplier.</summary>
    private static TestHouse Foreign(NameServer names) => new TestHouse().With("house.yaml", $"house: ours\nresolver: 127.0.0.1:{names.Port}\n").With("team.kept.yaml", "kept: 1\nagent: team\nkind: team\nuntil: 2099-12-31\n");
}
