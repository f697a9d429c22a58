using System.Text.Json;
using System.Xml.Linq;
using Kept.Cli.Output;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

public class VerbTests
{
    [Fact]
    public async Task Help_is_as_approved()
    {
        var verbs = new[] { "up", "add", "init", "status", "explain", "check", "verify", "fmt", "schema", "ledger" };
        var help = (await CommandLine.RunAsync("--help")).Result;
        foreach (var verb in verbs) help += $"\n---- kept {verb} --help\n" + (await CommandLine.RunAsync(verb, "--help")).Result;
        Snapshot.Matches(help.Replace("Kept.Cli.Tests", "kept", StringComparison.Ordinal)); // the usage line names the running program
    }

    [Theory]
    [InlineData("chekc")]
    [InlineData("check --jsn")]
    [InlineData("verify --at-once many")]
    [InlineData("up --port 70000")]
    [InlineData("up --address everywhere")]
    [InlineData("up --trust-proxy somewhere")]
    [InlineData("up --trust-proxy 10.0.0.7/24/1")]
    [InlineData("check no-such-folder")]
    [InlineData("explain")]
    public async Task Wrong_usage_ends_with_two_and_says_what_to_write(string line)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("kept: ", run.Talk, StringComparison.Ordinal);
        Assert.Equal("", run.Result);
    }

    [Fact]
    public async Task Check_tells_every_problem_with_its_line_and_ends_with_one()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1, "statsu == 200")).With("b.kept.yaml", "kept: 1\nagent: b\nuntil: yesterday\n");
        var run = await CommandLine.RunAsync("check", house.Folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("a.kept.yaml:", run.Result, StringComparison.Ordinal);
        Assert.Contains("b.kept.yaml:", run.Result, StringComparison.Ordinal);
        Assert.Contains("statsu", run.Result, StringComparison.Ordinal);
        Assert.Contains("refused whole", run.Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy: https://proxy.example:3128", "house.yaml:2:8 error L046"), InlineData("trust: [gone.pem]", "house.yaml:2:9 error L100")]
    public async Task Check_finds_what_of_the_house_looks_could_not_use(string setting, string told)
    {
        using var house = new TestHouse().With("house.yaml", $"house: h\n{setting}\n").With("a.kept.yaml", TestHouse.Promise(1));
        var check = await CommandLine.RunAsync("check", house.Folder);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains(told, check.Result, StringComparison.Ordinal);
        var verify = await CommandLine.RunAsync("verify", house.Folder);
        Assert.Equal(3, verify.ExitCode);
        Assert.Contains(told, verify.Talk, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("add", "http://127.0.0.1:1/", "--house", house.Folder, "--yes")).ExitCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3128"), InlineData("http://[::1]:3128/"), InlineData("http://proxy.example:3128"), InlineData("HTTP://proxy.example.:1"), InlineData("http://${env:USER}:${env:PASSWORD}@proxy.example:65535"), InlineData("http://bücher.example:80")]
    public void A_proxy_that_the_reader_takes_is_one_that_looks_can_go_through(string proxy)
    {
        using var house = new TestHouse().With("house.yaml", $"house: h\nproxy: '{proxy}'\n").With("a.kept.yaml", TestHouse.Promise(1));
        var read = HouseOnDisk.Read(house.Folder, TimeProvider.System).House!;
        Assert.Equal(proxy, Egress.EgressOptions.From(read.Settings, house.Folder).Proxy);
    }

    [Fact]
    public async Task A_problem_found_by_a_rule_shows_its_line_too()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1).Replace("domains: [127.0.0.1]", "domains: [shop.test]", StringComparison.Ordinal));
        var run = await CommandLine.RunAsync("check", house.Folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error R01", run.Result, StringComparison.Ordinal);
        Assert.Contains("| ", run.Result, StringComparison.Ordinal);
        Assert.Contains("^", run.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_without_errors_ends_with_zero_and_warnings_count_only_when_asked()
    {
        // Without contact: R41 advises, and refuses nothing.
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1));
        var run = await CommandLine.RunAsync("check", house.Folder);
        Assert.Contains("warning R41", run.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("error ", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        var strict = await CommandLine.RunAsync("check", house.Folder, "--strict");
        Assert.Equal(1, strict.ExitCode);
        Assert.Equal(run.Result, strict.Result);
    }

    [Fact]
    public async Task Check_speaks_JSON()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1, "statsu == 200"));
        var json = JsonDocument.Parse((await CommandLine.RunAsync("check", house.Folder, "--json")).Result).RootElement.GetProperty("diagnostics");
        Assert.Contains(json.EnumerateArray(), one => one.GetProperty("severity").GetString() == "error" && one.GetProperty("line").GetInt32() > 0);

    }

    [Fact]
    public async Task Verify_says_kept_and_ends_with_zero()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(peer.Port));
        var run = await CommandLine.RunAsync("verify", house.Folder);
        Assert.Contains("✔ kept  shop/web@1", run.Result, StringComparison.Ordinal);
        Assert.Contains("not decided by one look", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Verify_says_broken_with_the_value_seen_and_ends_with_one()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"));
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(peer.Port));
        var report = house.PathOf("report.xml");
        var run = await CommandLine.RunAsync("verify", house.Folder, "--junit", report);
        Assert.Contains("✖ broken  shop/web@1", run.Result, StringComparison.Ordinal);
        Assert.Contains("503", run.Result, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
        var failure = XDocument.Load(report).Descendants("failure").Single();
        Assert.Contains("503", failure.Attribute("message")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_of_a_refused_connection_is_broken_too()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(ScriptedPeer.ClosedPort()));
        var run = await CommandLine.RunAsync("verify", house.Folder, "--json");
        var promise = JsonDocument.Parse(run.Result).RootElement.GetProperty("promises")[0];
        Assert.Equal("broken", promise.GetProperty("verdict").GetString());
        Assert.Contains("refused", promise.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Verify_of_what_cannot_be_decided_ends_with_three()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var unknown = new TestHouse().With("a.kept.yaml", TestHouse.Promise(peer.Port).Replace("GET http", "GET http", StringComparison.Ordinal)
            .Replace("every: 10s", "every: 10s\n      headers: { X-Token: '${env:KEPT_NO_SUCH_SECRET}' }", StringComparison.Ordinal));
        var run = await CommandLine.RunAsync("verify", unknown.Folder);
        Assert.Contains("? unknown", run.Result, StringComparison.Ordinal);
        Assert.Contains("KEPT_NO_SUCH_SECRET", run.Result, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);

        using var notAPromise = new TestHouse().With("a.kept.yaml", TestHouse.Promise(peer.Port).Replace("domains: [127.0.0.1]", "domains: [shop.test]", StringComparison.Ordinal));
        run = await CommandLine.RunAsync("verify", notAPromise.Folder);
        Assert.Contains("not a promise", run.Result, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);

        using var heartbeat = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1).Replace($"http: GET http://127.0.0.1:1/health", "heartbeat: nightly", StringComparison.Ordinal)
            .Replace("      expect: [ 'status == 200' ]", "", StringComparison.Ordinal));
        Assert.Equal(3, (await CommandLine.RunAsync("verify", heartbeat.Folder)).ExitCode);
    }

    [Fact]
    public async Task Verify_of_documents_with_errors_of_form_decides_nothing_and_ends_with_three_never_with_an_empty_report()
    {
        using var house = new TestHouse().With("a.kept.yaml", TestHouse.Promise(1, "statsu == 200"));
        var report = house.PathOf("report.xml");
        var run = await CommandLine.RunAsync("verify", house.Folder, "--json", "--junit", report);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("nothing is decided", run.Talk, StringComparison.Ordinal);
        Assert.Contains("statsu", run.Talk, StringComparison.Ordinal);
        var json = JsonDocument.Parse(run.Result).RootElement;
        Assert.Empty(json.GetProperty("promises").EnumerateArray());
        Assert.Contains(json.GetProperty("diagnostics").EnumerateArray(), one => one.GetProperty("message").GetString()!.Contains("statsu", StringComparison.Ordinal));
        var errors = XDocument.Load(report).Descendants("error").ToList();
        Assert.NotEmpty(errors);
        Assert.Equal(errors.Count, (int)XDocument.Load(report).Descendants("testsuite").Single().Attribute("errors")!);
    }

    [Fact]
    public async Task Init_writes_a_document_that_check_accepts_and_never_overwrites()
    {
        using var house = new TestHouse();
        Assert.Equal(0, (await CommandLine.RunAsync("init", house.Folder)).ExitCode);
        var check = await CommandLine.RunAsync("check", house.Folder, "--strict");
        Assert.StartsWith("What these checks would miss\n", check.Result, StringComparison.Ordinal); // and no problem before it
        Assert.Equal(0, check.ExitCode);
        var before = await File.ReadAllTextAsync(house.PathOf("my-service.kept.yaml"));
        Assert.Equal(2, (await CommandLine.RunAsync("init", house.Folder)).ExitCode);
        Assert.Equal(before, await File.ReadAllTextAsync(house.PathOf("my-service.kept.yaml")));
    }

    [Fact]
    public async Task Status_without_server_and_without_evidence_says_what_to_do()
    {
        var run = await CommandLine.RunAsync("status", "--data", Path.Combine(Path.GetTempPath(), "kept-no-such-folder"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("kept up", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fmt_with_check_changes_nothing_and_tells()
    {
        const string Ugly = "kept:   1\nagent:    shop\n";
        using var house = new TestHouse().With("a.kept.yaml", Ugly);
        Assert.Equal(1, (await CommandLine.RunAsync("fmt", "--check", house.Folder)).ExitCode);
        Assert.Equal(Ugly, await File.ReadAllTextAsync(house.PathOf("a.kept.yaml")));
        Assert.Equal(0, (await CommandLine.RunAsync("fmt", house.Folder)).ExitCode);
        Assert.Equal(0, (await CommandLine.RunAsync("fmt", "--check", house.Folder)).ExitCode);
    }

    [Fact]
    public async Task Fmt_of_a_dash_reads_stdin_and_writes_stdout()
    {
        const string Ugly = "kept:   1\n# why\nagent:    shop\n";
        var run = await CommandLine.RunAsync(Bytes(Ugly), "fmt", "-");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("kept: 1\n# why\nagent: shop\n", run.Result);
        Assert.Equal("", run.Talk);
        Assert.Equal(run.Result, (await CommandLine.RunAsync(Bytes(run.Result), "fmt", "-")).Result);
        // --check changes nothing, and still says no
        Assert.Equal(1, (await CommandLine.RunAsync(Bytes(Ugly), "fmt", "-", "--check")).ExitCode);
        Assert.Equal(0, (await CommandLine.RunAsync(Bytes(run.Result), "fmt", "-", "--check")).ExitCode);
    }

    private static MemoryStream Bytes(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData(new byte[] { 0x6b, 0x3a, 0x20, 0xe9, 0x0a }, "L002")] // `k: é` in Latin-1
    [InlineData(new byte[] { 0x6b, 0x3a, 0x20, 0x5b, 0x0a }, "L001")] // `k: [`
    public async Task Fmt_leaves_what_does_not_read_byte_by_byte_and_says_so(byte[] document, string code)
    {
        using var house = new TestHouse().With("b.kept.yaml", "kept:   1\nagent:    shop\n");
        await File.WriteAllBytesAsync(house.PathOf("a.kept.yaml"), document, TestContext.Current.CancellationToken);
        foreach (var flags in new[] { new[] { "--check" }, [] })
        {
            var run = await CommandLine.RunAsync(["fmt", .. flags, house.Folder]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains($"error {code}", run.Talk, StringComparison.Ordinal);
            Assert.Contains("1 document does not read", run.Talk, StringComparison.Ordinal);
            Assert.Contains(flags.Length > 0 ? "b.kept.yaml would change" : "b.kept.yaml changed", run.Talk, StringComparison.Ordinal);
            Assert.Equal(document, await File.ReadAllBytesAsync(house.PathOf("a.kept.yaml"), TestContext.Current.CancellationToken));
        }
        var piped = await CommandLine.RunAsync(new MemoryStream(document), "fmt", "-");
        Assert.Equal((1, ""), (piped.ExitCode, piped.Result));
        Assert.Matches($"stdin:[12]:[14] error {code}", piped.Talk);
    }

    [Fact]
    public async Task Schema_prints_the_schema_that_lies_in_the_repository()
    {
        var run = await CommandLine.RunAsync("schema");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Talk);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", JsonDocument.Parse(run.Result).RootElement.GetProperty("$schema").GetString());
        Assert.Equal((await File.ReadAllTextAsync(Repository.PathOf("schema", "kept.schema.json"))).Trim(), run.Result.Trim());
        Assert.Equal((await File.ReadAllTextAsync(Repository.PathOf("schema", "house.schema.json"))).Trim(), (await CommandLine.RunAsync("schema", "--house")).Result.Trim());
    }

    [Fact]
    public void Nothing_that_others_wrote_reaches_a_terminal_as_a_control_character()
    {
        const string hostile = "ok\u001b]0;owned\u0007\u001b[2J\u009b31m\rfake\u202egnp\u0000";
        foreach (var colour in new[] { false, true })
        {
            using var result = new StringWriter { NewLine = "\n" };
            using var talk = new StringWriter { NewLine = "\n" };
            var terminal = new Terminal(result, talk, colour);
            terminal.Result.WriteLine(hostile);
            terminal.Talk.Write(hostile.ToCharArray());
            foreach (var c in hostile) terminal.Result.Write(c);
            terminal.Table([["a" + hostile, terminal.Strong(hostile)]]);
            var own = colour ? "\u001b[1m" : "";
            var plain = (result.ToString() + talk).Replace(own.Length > 0 ? own : "\uFFFF", "", StringComparison.Ordinal).Replace(colour ? "\u001b[0m" : "\uFFFF", "", StringComparison.Ordinal);
            Assert.DoesNotContain(plain, c => char.IsControl(c) && c != '\n' || c == '\u202e');
            Assert.Contains("\uFFFD[2J", plain, StringComparison.Ordinal);
            Assert.Equal(colour, result.ToString().Contains("\u001b[1mok", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_server_that_answers_nonsense_is_told_with_exit_code_5()
    {
        // The first answer makes it look like a server; nothing after it is one.
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(head.Contains("/healthz", StringComparison.Ordinal)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 114\r\n\r\n{\"status\":\"up\",\"recording\":true,\"unrecordedLooks\":0,\"latenessMs\":0,\"refused\":false,\"faults\":0,\"at\":\"2027-01-01\"}   "
                    : "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), stop);
        });
        foreach (var verb in new[] { "status", "explain" })
        {
            var run = await CommandLine.RunAsync(verb == "status" ? ["status", "--server", $"http://127.0.0.1:{peer.Port}"] : ["explain", "web", "--server", $"http://127.0.0.1:{peer.Port}"]);
            Assert.Equal(5, run.ExitCode);
            Assert.Contains("the server answered 503", run.Talk, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_link_planted_beside_a_document_is_not_written_through()
    {
        if (OperatingSystem.IsWindows()) return;
        using var house = new TestHouse();
        house.With("shop.kept.yaml", TestHouse.Promise(1).Replace("web@1:", "web@1:  ", StringComparison.Ordinal)).With("victim.txt", "mine");
        File.CreateSymbolicLink(house.PathOf("shop.kept.yaml.new"), house.PathOf("victim.txt"));
        Assert.Equal(0, (await CommandLine.RunAsync("fmt", house.Folder)).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(house.PathOf("victim.txt"), TestContext.Current.CancellationToken));
        Assert.Null(new FileInfo(house.PathOf("shop.kept.yaml")).LinkTarget);
    }
}
