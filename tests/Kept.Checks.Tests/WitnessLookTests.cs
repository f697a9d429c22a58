using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>The kinds <c>prometheus</c> and <c>domain</c>: somebody else is asked, whose own troubles are gaps.</summary>
public sealed class WitnessLookTests
{
    private static readonly Duration Short = Duration.Milliseconds(600);

    private static string Vector(params string[] values)
    {
        var series = string.Join(',', values.Select((value, i) => "{\"metric\":{\"i\":\"" + i + "\"},\"value\":[1700000000.123,\"" + value + "\"]}"));
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + series + "]}}";
    }

    private static ScriptedPeer Serving(string content, int status = 200) =>
        ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}"));

    private static async Task<Observation> AskAsync(string content, int status = 200, string query = "up")
    {
        await using var peer = Serving(content, status);
        return await Looking.LookAsync("prometheus", $"{query} at {peer.Url}", Short);
    }

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("1e+06", "1000000")]
    [InlineData("-2.5e-3", "-0.0025")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("1.7976931348623157e+308", null)]
    [InlineData("5e-324", null)]
    [InlineData("1.00", "1")]
    [InlineData("0e5", "0")]
    [InlineData("NaN", null)]
    [InlineData("+Inf", null)]
    [InlineData("-Inf", null)]
    [InlineData("", null)]
    [InlineData("1,5", null)]
    public async Task A_value_is_read_exactly_or_it_is_missing(string told, string? value)
    {
        var seen = await AskAsync(Vector(told));
        seen.Answers();
        var expected = value is null ? null : Value.Of(decimal.Parse(value));
        Assert.Equal((expected, 1m), (seen.See("prometheus", "value"), seen.Amount("prometheus", "series")));
        Assert.Equal(expected is null ? null : new Value.List([expected]), seen.See("prometheus", "values"));
    }

    [Fact]
    public async Task Nothing_several_and_one_that_is_no_number_have_no_value()
    {
        var none = await AskAsync(Vector());
        none.Answers();
        Assert.Equal((null, null, 0m), (none.See("prometheus", "value"), none.See("prometheus", "values"), none.Amount("prometheus", "series")));
        var several = await AskAsync(Vector("1", "2.5"));
        Assert.Equal((null, 2m), (several.See("prometheus", "value"), several.Amount("prometheus", "series")));
        Assert.Equal(["1", "2.5"], several.Items("prometheus", "values"));
        // What holds for those that are known says nothing of the one that is not.
        Assert.Null((await AskAsync(Vector("1", "NaN"))).See("prometheus", "values"));
        Assert.Equal(5, (await AskAsync("""{"status":"success","data":{"resultType":"scalar","result":[1700000000,"5"]}}""")).Amount("prometheus", "value"));
        var histogram = await AskAsync("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"2"}]}]},"warnings":["a part is missing"]}""");
        Assert.Null(histogram.See("prometheus", "value"));
        Assert.Equal(["a part is missing"], histogram.Items("prometheus", "warnings"));
    }

    [Fact]
    public async Task A_value_that_is_asked_for_and_not_there_is_a_gap_unless_the_check_asks_for_series()
    {
        foreach (var (content, words) in new[] { (Vector(), "no series"), (Vector("NaN"), "no finite number"), (Vector("+Inf"), "no finite number"), (Vector("1", "NaN"), "no finite number") })
            foreach (var name in new[] { "value", "values" })
            {
                await using var peer = Serving(content);
                (await Saying.AskAsync("prometheus", $"up at {peer.Url}", name)).IsGap(GapCause.Witness, words);
            }
        await using var several = Serving(Vector("1", "2"));
        (await Saying.AskAsync("prometheus", $"up at {several.Url}", "value")).IsGap(GapCause.Witness, "the query gives 2 series");
        (await Saying.AskAsync("prometheus", $"up at {several.Url}", "values")).Answers();
        await using var none = Serving(Vector());
        (await Saying.AskAsync("prometheus", $"up at {none.Url}", "series")).Answers();
        (await Saying.AskAsync("prometheus", $"up at {none.Url}", "age")).IsGap(GapCause.Witness, "no series");
    }

    [Theory]
    [InlineData("""{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}""", 400, "status 400): bad_data: parse error: unexpected end")]
    [InlineData("""{"status":"error","errorType":"timeout","error":"query timed out"}""", 503, "query timed out")]
    [InlineData("<html>log in</html>", 200, "no answer of the HTTP API of Prometheus")]
    [InlineData("", 502, "status 502")]
    [InlineData("[]", 200, "no answer of the HTTP API")]
    [InlineData("""{"status":"success"}""", 200, "no answer of the HTTP API")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"value":[1]}]}}""", 200, "no answer of the HTTP API")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"value":[1,5]}]}}""", 200, "no answer of the HTTP API")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", 200, "stretch of time")]
    [InlineData("""{"status":"success","data":{"resultType":"string","result":[1,"x"]}}""", 200, "a text, not numbers")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]""", 200, "no answer of the HTTP API")]
    public async Task A_Prometheus_that_gives_no_value_is_a_gap(string content, int status, string words) => (await AskAsync(content, status)).IsGap(GapCause.Witness, words);

    [Fact]
    public async Task A_Prometheus_that_cannot_be_reached_breaks_nobodys_promise()
    {
        (await Looking.LookAsync("prometheus", $"up at http://127.0.0.1:{ScriptedPeer.ClosedPort()}")).IsGap(GapCause.Witness, "could not be asked: 127.0.0.1");
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Looking.LookAsync("prometheus", $"up at {silent.Url}", Short)).IsGap(GapCause.Witness, "no whole answer within 600 ms");
        (await AskAsync(new string(' ', 300_000))).IsGap(GapCause.Witness, "256KiB");
        (await Looking.LookAsync("prometheus", $"up at {silent.Url}", trust: DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "loopback");
        (await Looking.LookAsync("prometheus", $"up at {silent.Url}", settings: ("headers", new FieldValue.TextMap([new("Authorization", "Bearer ${env:KEPT_TEST_NOT_SET}")])))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
    }

    [Fact]
    public async Task The_query_arrives_whole_and_the_age_of_a_selector_is_asked_for_too()
    {
        var asked = new List<string>();
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
            {
                var query = Uri.UnescapeDataString(head.Split(' ')[1].Split("query=")[1]);
                lock (asked) asked.Add(query);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok(Vector(query.StartsWith("max(", StringComparison.Ordinal) ? "90500" : "1"))), stop);
            }
        });
        const string selector = """up{job="shop & co", path=~"/a/.+", at="x at y"}""";
        var seen = await Saying.AskAsync("prometheus", $"{selector} at {peer.Url}/", "age");
        seen.Answers();
        Assert.Equal(Duration.Milliseconds(90500).Nanoseconds, seen.Amount("prometheus", "age"));
        Assert.Equal([selector, $"max(round((time() - timestamp({selector})) * 1000))"], asked);
        asked.Clear();
        // Of anything else timestamp() tells the time of the question, and every age would pass.
        Assert.Null((await Saying.AskAsync("prometheus", $"sum(up) + 1 at {peer.Url}", "age")).See("prometheus", "age"));
        Assert.Null((await Looking.LookAsync("prometheus", $"up at {peer.Url}")).See("prometheus", "age"));
        Assert.Equal(["sum(up) + 1", "up"], asked);
    }

    [Theory]
    [InlineData("prometheus", "http://prometheus.example", "a query and where")]
    [InlineData("prometheus", "up at prometheus.example:9090", "no scheme")]
    [InlineData("prometheus", "up at http://prometheus.example/?a=b", "has no query")]
    [InlineData("domain", "https://shop.example", "not a URL")]
    [InlineData("domain", "192.0.2.1", "is an address")]
    [InlineData("domain", "com", "not the name of a domain")]
    [InlineData("domain", "-_-.example", "not the name of a domain")]
    [InlineData("domain", "shop.example at rdap.example", "no scheme")]
    public void What_is_no_target_is_refused_when_it_is_read(string kind, string target, string error) => Assert.Contains(error, Looking.Kind(kind).ReadTarget(target).Error, StringComparison.Ordinal);

    private static string Rdap(string name, string expires, string more = "") =>
        $$"""
        {"objectClassName":"domain","ldhName":"{{name}}","status":["client transfer prohibited","Active"],
         "events":[{"eventAction":"registration","eventDate":"1997-09-15T04:00:00Z"},{"eventAction":"expiration","eventDate":"{{expires}}"},{"eventAction":"last changed","eventDate":"2025-01-01T00:00:00Z"}],
         "entities":[{"roles":["abuse"]},{"roles":["registrar"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Example Registrar Inc."]]]}],
         "nameservers":[{"ldhName":"NS2.shop.example."},{"ldhName":"ns1.shop.example"}]{{more}}}
        """;

    private static async Task<Observation> DomainAsync(string content, int status = 200)
    {
        await using var peer = Serving(content, status);
        return await Looking.LookAsync("domain", $"Shop.Example at {peer.Url}/rdap/", Short);
    }

    [Fact]
    public async Task A_registration_is_shown_with_its_end()
    {
        var now = TimeProvider.System.GetUtcNow();
        var seen = await DomainAsync(Rdap("SHOP.example", now.AddDays(40).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")));
        seen.Answers();
        Assert.InRange(seen.Amount("domain", "expires-in"), Duration.Days(39).Nanoseconds, Duration.Days(40).Nanoseconds);
        Assert.True(seen.Amount("domain", "registered-for") > Duration.Days(9000).Nanoseconds);
        Assert.Equal(["client transfer prohibited", "active"], seen.Items("domain", "status"));
        Assert.Equal("Example Registrar Inc.", seen.Text("domain", "registrar"));
        Assert.Equal(["ns1.shop.example", "ns2.shop.example"], seen.Items("domain", "name-servers"));
        Assert.True((await DomainAsync(Rdap("shop.example", now.AddDays(-2).ToString("yyyy-MM-dd'T'HH:mm:sszzz")))).Amount("domain", "expires-in") < 0);
        Assert.True((await DomainAsync(Rdap("shop.example", "9999-12-31T23:59:59Z"))).Amount("domain", "expires-in") > Duration.Days(100_000).Nanoseconds);
        Assert.Null((await DomainAsync(Rdap("shop.example", "some day"))).See("domain", "expires-in"));
        Assert.Null((await DomainAsync("""{"ldhName":"shop.example"}""")).See("domain", "expires-in"));
        (await DomainAsync("""{"errorCode":404,"title":"Not Found"}""", 404)).Fails(TargetFailure.NameNotFound, "shop.example is not registered");
        (await DomainAsync("""{"rdapConformance":["rdap_level_0"]}""", 404)).Fails(TargetFailure.NameNotFound, "shop.example is not registered");
        await using var bare = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 404 Not Found\r\nContent-Type: Application/RDAP+json; charset=utf-8\r\nContent-Length: 0\r\n\r\n"));
        (await Looking.LookAsync("domain", $"www.shop.example at {bare.Url}", Short)).Fails(TargetFailure.NameNotFound, "a registry knows names as they were registered, such as shop.example");
    }

    [Theory]
    [InlineData("""{"ldhName":"other.example"}""", 200, "but not about shop.example")]
    [InlineData("""{"objectClassName":"entity","ldhName":"shop.example"}""", 200, "but not about shop.example")]
    [InlineData("<html>", 200, "but not about shop.example")]
    [InlineData("[]", 200, "but not about shop.example")]
    [InlineData("<html>no such page</html>", 404, "status 404: not in the way of RDAP")]
    [InlineData("", 404, "status 404: not in the way of RDAP")]
    [InlineData("""{"errorCode":500}""", 404, "status 404: not in the way of RDAP")]
    [InlineData("", 429, "status 429: asked too often")]
    [InlineData("", 500, "status 500")]
    public async Task A_registry_that_does_not_say_is_a_gap(string content, int status, string words) => (await DomainAsync(content, status)).IsGap(GapCause.Witness, words);

    [Fact]
    public async Task The_registry_is_that_of_the_house_by_the_longest_ending_or_has_to_be_named()
    {
        await using var general = Serving(Rdap("shop.co.test", "2099-01-01T00:00:00Z"));
        await using var special = Serving(Rdap("shop.co.test", "2099-01-01T00:00:00Z"));
        var options = new EgressOptions { Registries = [new("test", general.Url), new("co.test", special.Url + "/")] };
        (await Looking.LookAsync("domain", "shop.co.test", null, options)).Answers();
        Assert.Equal((0, 1), (general.Connections, special.Connections));
        // The house said where: documents of others are asked about there too, and nowhere else inside.
        (await Looking.LookAsync("domain", "shop.co.test", null, options, DocumentOrigin.Others)).Answers();
        (await Looking.LookAsync("domain", $"shop.co.test at {general.Url}", null, options, DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "loopback");
        (await Looking.LookAsync("domain", "shop.nowhere", null, options)).IsGap(GapCause.Fault, "registries: { nowhere: ");
        (await Looking.LookAsync("domain", "shop.test", null, new EgressOptions { Registries = [new("test", $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}")] })).IsGap(GapCause.Witness, "the registry at 127.0.0.1 could not be asked");
    }
}
