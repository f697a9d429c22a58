using System.Net;
using System.Text;
using System.Text.Json;
using Kept.Ledger;
using Kept.Server.Api;
using Kept.TestKit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kept.Server.Tests;

public class ApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly TheoryData<string, string> Answers = new()
    {
        { "house", "/api/v1/house" }, { "agents", "/api/v1/agents" }, { "agent", "/api/v1/agents/live-show" }, { "promise", "/api/v1/promises/live-show/image@2" }, { "verdict", "/api/v1/promises/live-show/meme/verdict" },
        { "list", "/api/v1/promises?outcome=broken" }, { "page", "/api/v1/promises?limit=1&after=live-show/image@2" }, { "explain", "/api/v1/promises/live-show/image@2/explain" },
        { "looks", "/api/v1/promises/live-show/meme@3/looks?points=5" }, { "evidence", "/api/v1/promises/live-show/meme@3/evidence?limit=1" }, { "events", "/api/v1/events?after=4&limit=2" },
        { "diagnostics", "/api/v1/diagnostics" }, { "figures", "/api/v1/figures" }, { "health", "/healthz" }, { "openapi", "/api/v1/openapi.json" },
    };

    [Theory, MemberData(nameof(Answers))]
    public async Task An_answer_keeps_its_form(string name, string path)
    {
        await using var web = await RunningWeb.StartAsync();
        using var answer = await web.Client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var json = JsonDocument.Parse(text);
        Snapshot.Matches(JsonSerializer.Serialize(json, Indented), name);
    }

    public static readonly TheoryData<string, string, string, int> Errors = new()
    {
        { "A01", "GET", "/api/v1/nothing", 404 }, { "A02", "GET", "/api/v1/promises/live-show/nothing", 404 }, { "A02", "GET", "/api/v1/promises/UPPER/..%2f", 404 }, { "A03", "GET", "/api/v1/agents/nobody", 404 },
        { "A04", "GET", "/api/v1/promises?limit=many", 400 }, { "A04", "GET", "/api/v1/promises?outcome=green", 400 }, { "A04", "GET", "/api/v1/promises?standing=sitting", 400 }, { "A04", "GET", "/api/v1/promises?after=gone/x@1", 400 },
        { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?from=yesterday", 400 }, { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?from=2027-01-02&to=2027-01-01", 400 }, { "A04", "GET", "/api/v1/events?after=-3", 400 },
        { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z", 400 }, { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?to=0001-01-01T00:00:00Z", 400 },
        { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?to=9999-12-31T23:59:59Z", 400 }, { "A04", "GET", "/api/v1/promises/live-show/image@2/looks?from=2020-01-01T00:00:00Z", 400 }, { "A04", "POST", "/beat/moderation-alive/999", 400 }, { "A05", "POST", "/beat/nothing", 404 }, { "A07", "DELETE", "/api/v1/house", 405 }, { "A12", "GET", "/api/v1/promises/live-show/image@2/looks?check=tcp", 404 },
    };

    [Theory, MemberData(nameof(Errors))]
    public async Task An_error_has_its_code_and_says_what_to_do(string code, string method, string path, int status)
    {
        await using var web = await RunningWeb.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await web.Client.SendAsync(request);
        await IsProblemAsync(answer, code, status);
    }

    [Fact]
    public async Task More_than_a_heartbeat_carries_is_refused_in_words()
    {
        await using var web = await RunningWeb.StartAsync();
        using var large = new ByteArrayContent(new byte[BeatApi.MostBody + 1]);
        using var answer = await web.Client.PostAsync("/beat/moderation-alive", large);
        await IsProblemAsync(answer, "A06", 413);
        using var huge = new StreamContent(new MemoryStream(new byte[BeatApi.MostBody * 3]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/beat/moderation-alive") { Content = huge };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await web.Client.SendAsync(request);
        await IsProblemAsync(chunked, "A06", 413);
        Assert.Empty(web.House.Beats);
    }

    [Fact]
    public async Task A_ledger_that_refuses_and_a_fault_of_ours_are_told_apart()
    {
        await using var web = await RunningWeb.StartAsync();
        web.House.Ledger.Fault = new LedgerException("S02", "the disk is full: make room");
        using var refused = await web.Client.GetAsync("/api/v1/events");
        await IsProblemAsync(refused, "A10", 503);
        Assert.Contains("S02", await refused.Content.ReadAsStringAsync());
        using var page = await web.Client.GetAsync("/evidence");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("<h1>The ledger does not answer</h1>", await page.Content.ReadAsStringAsync());

        web.House.Ledger.Fault = null;
        web.House.Replace(web.House.View with { House = null! });
        using var fault = await web.Client.GetAsync("/api/v1/house");
        await IsProblemAsync(fault, "A09", 500);
        Assert.DoesNotContain("NullReference", await fault.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Until_the_house_is_read_everybody_is_told_to_come_back()
    {
        await using var web = await RunningWeb.StartAsync();
        web.House.IsStarting = true;
        foreach (var path in new[] { "/api/v1/house", "/api/v1/promises/live-show/image@2" })
        {
            using var answer = await web.Client.GetAsync(path);
            await IsProblemAsync(answer, "A13", 503);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task A_name_of_somebody_else_is_not_answered_while_only_this_machine_is_meant()
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var (host, ours) in new[] { ("evil.example", false), ("localhost", true), ("127.0.0.1:81", true), ("[::1]", true), ("127.0.0.1.evil.example", false), ("kept.localhost", true) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/house") { Headers = { Host = host } };
            using var answer = await web.Client.SendAsync(request);
            if (ours) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            else await IsProblemAsync(answer, "A11", 421);
        }
        await using var open = await RunningWeb.StartAsync(isPublic: true);
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/v1/house") { Headers = { Host = "status.shop.example" } };
        using var answered = await open.Client.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_page_asked_by_a_foreign_name_tells_nothing_of_the_house()
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var path in new[] { "/", "/nowhere", "/promises/live-show/image@2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "evil.example" } };
            using var answer = await web.Client.SendAsync(request);
            await IsProblemAsync(answer, "A11", 421);
            Assert.DoesNotContain(web.House.View.House.Place, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_beat_for_a_watched_thing()
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var (name, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null") })
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                using var request = new HttpRequestMessage(method, "/beat/moderation-alive") { Headers = { { name, value } } };
                using var answer = await web.Client.SendAsync(request);
                await IsProblemAsync(answer, "A04", 400);
            }
        Assert.Empty(web.House.Beats);
        using var typed = new HttpRequestMessage(HttpMethod.Get, "/beat/moderation-alive") { Headers = { { "Sec-Fetch-Site", "none" } } };
        using var heard = await web.Client.SendAsync(typed);
        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        using var own = new HttpRequestMessage(HttpMethod.Post, "/beat/moderation-alive") { Headers = { { "Sec-Fetch-Site", "same-origin" }, { "Origin", web.Address.GetLeftPart(UriPartial.Authority) } } };
        using var heardToo = await web.Client.SendAsync(own);
        Assert.Equal(HttpStatusCode.OK, heardToo.StatusCode);
    }

    [Theory]
    [InlineData("GET", "Referer", "http://evil.example/page", false)]
    [InlineData("HEAD", "Referer", "http://evil.example/page", false)]
    [InlineData("GET", "Referer", "http://kept.example/promises/live-show/moderation", true)]
    [InlineData("GET", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", false)]
    [InlineData("GET", "User-Agent", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1", true)]
    [InlineData("GET", "User-Agent", "curl/8.5.0", true)]
    [InlineData("POST", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", true)] // a browser's POST says its origin
    public async Task By_plain_HTTP_from_elsewhere_what_gives_a_browser_away_is_enough(string method, string header, string value, bool isHeard)
    {
        await using var web = await RunningWeb.StartAsync(isPublic: true);
        async Task<HttpStatusCode> AskAsync(string host, params (string, string)[] more)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/beat/moderation-alive") { Headers = { Host = host } };
            request.Headers.Add(header, value);
            foreach (var (name, text) in more) request.Headers.Add(name, text);
            using var answer = await web.Client.SendAsync(request);
            return answer.StatusCode;
        }
        Assert.Equal(isHeard ? HttpStatusCode.OK : HttpStatusCode.BadRequest, await AskAsync("kept.example"));
        Assert.Equal(isHeard ? 1 : 0, web.House.Beats.Count);
        // where browsers say where a call comes from, that decides
        Assert.Equal(HttpStatusCode.OK, await AskAsync("localhost"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("kept.example", ("Sec-Fetch-Site", "same-origin")));
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_a_browser_safe()
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var path in new[] { "/", "/api/v1/house", "/nowhere", "/metrics", "/assets/kept.css", "/beat/nothing" })
        {
            using var answer = await web.Client.GetAsync(path);
            Assert.Equal(Hosting.Guard.ContentPolicy, answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task There_are_these_endpoints_and_no_others()
    {
        await using var web = await RunningWeb.StartAsync();
        var table = new StringBuilder();
        foreach (var endpoint in web.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().OrderBy(endpoint => endpoint.RoutePattern.RawText, StringComparer.Ordinal))
            table.AppendLine($"{string.Join(',', endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"])} {endpoint.RoutePattern.RawText}");
        Snapshot.Matches(table.ToString());
    }

    [Theory]
    [InlineData(Engine.BeatAnswer.NotRunning, 503, "A14")]
    [InlineData(Engine.BeatAnswer.TooOften, 429, "A15")]
    public async Task A_call_that_was_not_recorded_is_never_told_that_it_was_and_is_told_when_to_call_again(Engine.BeatAnswer answered, int status, string code)
    {
        await using var web = await RunningWeb.StartAsync();
        web.House.Hearing = answered;
        foreach (var path in new[] { "/beat/moderation-alive", "/beat/moderation-alive/fail", "/beat/moderation-alive/3" })
        {
            using var answer = await web.Client.PostAsync(path, null);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_that_is_only_noted_in_memory_is_accepted_and_not_told_as_recorded()
    {
        await using var web = await RunningWeb.StartAsync();
        web.House.Hearing = Engine.BeatAnswer.Noted;
        using var answer = await web.Client.PostAsync("/beat/moderation-alive", null);
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Contains("\"recorded\":false", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        web.House.Hearing = Engine.BeatAnswer.Heard;
        using var written = await web.Client.PostAsync("/beat/moderation-alive", null);
        Assert.Equal(200, (int)written.StatusCode);
        Assert.Contains("\"recorded\":true", await written.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_heartbeat_is_heard_by_whatever_method_calls()
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var (method, path) in new[] { ("GET", "/beat/moderation-alive"), ("POST", "/beat/moderation-alive/start"), ("HEAD", "/beat/moderation-alive/fail"), ("POST", "/beat/moderation-alive/3") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST") request.Content = new StringContent("the end of a log");
            using var answer = await web.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal([Engine.BeatKind.Success, Engine.BeatKind.Start, Engine.BeatKind.Fail, Engine.BeatKind.ExitCode], web.House.Beats.Select(beat => beat.Kind));
        Assert.Equal((3, "the end of a log"), (web.House.Beats[^1].ExitCode, web.House.Beats[^1].Body));
    }

    [Fact]
    public void Every_code_has_its_page_and_stands_for_one_thing()
    {
        Assert.Equal(ApiError.All.Count, ApiError.All.Select(error => error.Code).Distinct().Count());
        foreach (var error in ApiError.All)
            Assert.StartsWith($"# {error.Code}: ", File.ReadAllText(Repository.PathOf("docs", "errors", error.Code + ".md")), StringComparison.Ordinal);
    }

    private static async Task IsProblemAsync(HttpResponseMessage answer, string code, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(code, json.RootElement.GetProperty("code").GetString());
        Assert.Equal(status, json.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("urn:kept:error:" + code, json.RootElement.GetProperty("type").GetString());
        Assert.NotEmpty(json.RootElement.GetProperty("detail").GetString()!);
    }
}
