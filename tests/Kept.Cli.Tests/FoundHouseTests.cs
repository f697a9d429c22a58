using System.Text;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>Targets found by a house that runs, is checked and is verified: files and URLs, as they change.</summary>
public sealed class FoundHouseTests
{
    private static string Document(string from, string more = "") => $$"""
        kept: 1
        agent: watch
        relies-on:
          web:
            found:
              from: {{from}}
              name: '${site}'{{more}}
              wish: { check: { http: 'GET http://${__address__}/', every: 1s, expect: [ status == 200 ] } }
        """;

    private static string List(params (string Site, int Port)[] sites) => "[" + string.Join(",", sites.Select(site => $$"""{ "targets": [ "127.0.0.1:{{site.Port}}" ], "labels": { "site": "{{site.Site}}" } }""")) + "]";

    [Fact]
    public async Task Files_are_taken_up_as_they_change_and_a_broken_one_leaves_the_last_good_list()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house/targets"));
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        house.With("house/watch.kept.yaml", Document("{ files: targets/*.json }", "\n      reach: anywhere")).With("house/targets/a.json", List(("one", well.Port)));
        await using var kept = await RunningKept.UpAsync(house);
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/one")).Body.Contains("\"kept\"", StringComparison.Ordinal));

        house.With("house/targets/b.json", List(("two", 1)));
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/two")).Body.Contains("\"broken\"", StringComparison.Ordinal));

        house.With("house/targets/a.json", "[ {");
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/diagnostics")).Body is var told && told.Contains("L132", StringComparison.Ordinal) && System.Text.RegularExpressions.Regex.IsMatch(told, "the last good list, of 1 targets, read at [0-9-]{10} [0-9:]{5} UTC, counts"));
        Assert.Equal(200, (await kept.GetAsync("/api/v1/promises/web/one")).Status);
        Assert.Contains("L132", (await kept.GetAsync("/problems")).Body, StringComparison.Ordinal);

        house.With("house/targets/a.json", "[]");
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/one")).Status == 404);
        Assert.Contains("it lists no target, and listed 1 before", (await kept.GetAsync("/api/v1/diagnostics")).Body, StringComparison.Ordinal);
        Assert.Contains("kept.promise.gone", (await kept.GetAsync("/api/v1/events")).Body, StringComparison.Ordinal); // it ended, and what was seen of it stays
        Assert.Equal(200, (await kept.GetAsync("/api/v1/promises/web/two")).Status);
    }

    [Fact]
    public async Task A_url_is_asked_while_the_house_runs_and_by_verify()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var list = List(("one", well.Port), ("inside", 1));
        await using var source = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
            {
                Assert.Contains("X-Prometheus-Refresh-Interval-Seconds: 5", head, StringComparison.OrdinalIgnoreCase);
                var body = Volatile.Read(ref list);
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
            }
        });
        house.With("house/watch.kept.yaml", Document($"{{ http: '{source.Url}/', every: 5s }}", "\n      reach: anywhere"));
        var verified = await CommandLine.RunAsync("verify", house.PathOf("house"));
        Assert.Contains("web/one", verified.Result, StringComparison.Ordinal);
        Assert.Equal(1, verified.ExitCode); // nothing listens where `inside` lies
        Assert.Equal(0, (await CommandLine.RunAsync("check", house.PathOf("house"))).ExitCode);

        await using var kept = await RunningKept.UpAsync(house);
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/one")).Body.Contains("\"kept\"", StringComparison.Ordinal));
        Volatile.Write(ref list, List(("three", well.Port)));
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/three")).Status == 200 && (await kept.GetAsync("/api/v1/promises/web/one")).Status == 404);
        Volatile.Write(ref list, "<html>");
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/diagnostics")).Body.Contains("the last good list, given last at ", StringComparison.Ordinal));
        Assert.Equal(200, (await kept.GetAsync("/api/v1/promises/web/three")).Status);
    }

    [Fact]
    public async Task What_was_found_does_not_reach_inside_unless_the_document_says_so()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        await using var inside = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        house.With("house/watch.kept.yaml", Document("{ files: hosts.json }")).With("house/hosts.json", List(("one", inside.Port)));
        var verified = await CommandLine.RunAsync("verify", house.PathOf("house"));
        Assert.Equal(3, verified.ExitCode);
        Assert.Contains("egress policy", verified.Result, StringComparison.Ordinal);
        Assert.Equal(0, inside.Connections);
        File.Delete(house.PathOf("house/hosts.json"));
        File.CreateSymbolicLink(house.PathOf("house/hosts.json"), "/etc/hostname");
        Assert.Contains("a link leads out of the house", (await CommandLine.RunAsync("check", house.PathOf("house"))).Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_agent_promises_of_what_is_found_is_taken_up_and_withdrawn_as_the_list_changes()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house/targets"));
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        house.With("house/shop.kept.yaml", """
            kept: 1
            agent: shop
            domains: [127.0.0.1]
            until: 2027-06-30
            found:
              from: { files: targets/*.json }
              name: '${site}'
              reach: anywhere
              promise: { version: 1.0, benefit: 'The shop of ${site}', notice: 30d, docs: 'https://shop.example/', to: anyone, fails: [ { code: 503 later, sees: an empty shelf, retry: after 30s, loses: nothing } ], check: { http: 'GET http://${__address__}/', every: 1s, expect: [ status == 200 ] } }
            """).With("house/targets/a.json", $$"""[ { "targets": [ "127.0.0.1:{{well.Port}}" ], "labels": { "site": "one" } }, { "targets": [ "127.0.0.2:{{well.Port}}" ], "labels": { "site": "two" } } ]""");
        var check = await CommandLine.RunAsync("check", house.PathOf("house"));
        Assert.Contains("the check looks at 127.0.0.2, which is not in the domains of shop (127.0.0.1)", check.Result, StringComparison.Ordinal);
        Assert.Equal(1, check.ExitCode);

        await using var kept = await RunningKept.UpAsync(house);
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/shop/one@1")).Body.Contains("\"kept\"", StringComparison.Ordinal));
        Assert.Contains("not-a-promise", (await kept.GetAsync("/api/v1/promises/shop/two@1")).Body, StringComparison.Ordinal);

        house.With("house/targets/a.json", List(("three", well.Port)));
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/shop/three@1")).Body.Contains("\"kept\"", StringComparison.Ordinal));
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/shop/one@1")).Status == 404);
        Assert.Contains("is withdrawn: targets/a.json lists its target no more; it promised to say so 30 d before", (await kept.GetAsync("/evidence")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_looks_for_targets_no_more_takes_them_back_and_not_the_list()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house/targets"));
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        house.With("house/watch.kept.yaml", Document("{ files: targets/*.json }", "\n      reach: anywhere")).With("house/targets/a.json", List(("one", well.Port)));
        await using var kept = await RunningKept.UpAsync(house);
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/one")).Body.Contains("\"kept\"", StringComparison.Ordinal));
        house.With("house/watch.kept.yaml", "kept: 1\nagent: watch\n");
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/web/one")).Status == 404);
        // the entry follows what is shown
        await UntilAsync(async () => (await kept.GetAsync("/evidence")).Body.Contains("is not wished any more: the documents look for targets in targets/a.json no more", StringComparison.Ordinal));
        Assert.DoesNotContain("lists its target no more", (await kept.GetAsync("/evidence")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_asks_a_source_once_for_each_login_and_takes_what_each_is_told()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        foreach (var name in (string[])["sales", "press"]) house.With(name + ".token", name + "-token");
        await using var source = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
            {
                var body = List((head.Contains("Bearer sales-token", StringComparison.Ordinal) ? "of-sales" : head.Contains("Bearer press-token", StringComparison.Ordinal) ? "of-press" : "of-nobody", well.Port));
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
            }
        });
        string Found(string name) => $"{{ from: {{ http: '{source.Url}/', bearer: '${{file:{house.PathOf(name + ".token")}}}' }}, name: '${{site}}', reach: anywhere, wish: {{ check: {{ http: 'GET http://${{__address__}}/', every: 1s, expect: [ status == 200 ] }} }} }}";
        house.With("house/watch.kept.yaml", $"kept: 1\nagent: watch\nrelies-on:\n  sales: {{ found: [ {Found("sales")} ] }}\n  press: {{ found: [ {Found("press")} ] }}\n");
        var verified = await CommandLine.RunAsync("verify", house.PathOf("house"));
        Assert.True(verified.ExitCode == 0, verified.Result + verified.Talk);
        Assert.Contains("sales/of-sales", verified.Result, StringComparison.Ordinal);
        Assert.Contains("press/of-press", verified.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("sales/of-press", verified.Result, StringComparison.Ordinal);

        await using var kept = await RunningKept.UpAsync(house);
        await UntilAsync(async () => (await kept.GetAsync("/api/v1/promises/sales/of-sales")).Status == 200 && (await kept.GetAsync("/api/v1/promises/press/of-press")).Status == 200);
        Assert.Equal(404, (await kept.GetAsync("/api/v1/promises/press/of-sales")).Status);
    }

    [Fact]
    public async Task What_a_template_leads_to_is_told_once_for_all_it_makes()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        const int Many = 2_000;
        house.With("house/shop.kept.yaml", """
            kept: 1
            agent: shop
            domains: [shop.example]
            until: 2027-06-30
            found:
              from: { files: hosts.json }
              promise: { version: 1.0, benefit: You can buy, notice: 30d, docs: 'https://shop.example/', to: anyone, fails: [ { code: 503 later, sees: an empty shelf, retry: after 30s, loses: nothing } ], check: { http: 'GET https://${__address__}/', expect: [ status == 200, body.ready == true ] } }
            """).With("house/hosts.json", $"[ {{ \"targets\": [ {string.Join(", ", Enumerable.Range(1, Many).Select(i => $"\"h{i}.other.example\""))} ] }} ]");
        var check = await CommandLine.RunAsync("check", house.PathOf("house"), "--no-hollow");
        Assert.Equal(1, check.ExitCode);
        var told = Assert.Single(check.Result.Split('\n'), line => line.Contains("error R01", StringComparison.Ordinal));
        Assert.Contains("2,000 promises of what is found here have this (`h1.other.example@1`, `h2.other.example@1`, `h3.other.example@1` and 1,997 more), the first so: the check looks at h1.other.example, which is not in the domains of shop (shop.example)", told, StringComparison.Ordinal);
        Assert.Contains("2000 promises are not a promise", check.Talk, StringComparison.Ordinal);
        var json = await CommandLine.RunAsync("check", house.PathOf("house"), "--no-hollow", "--json");
        Assert.Equal(Many, json.Result.Split("\"code\": \"R01\"").Length - 1); // for programs each is named
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 1_500; i++) // a new list of a URL is taken once a minute
        {
            if (await holds()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        Assert.Fail("it never came to that");
    }
}
