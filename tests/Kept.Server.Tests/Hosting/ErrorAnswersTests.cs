using System.Net;
using System.Text.RegularExpressions;
using Kept.Ledger;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Whoever asks gets an error in a form that they can read: people a page, programs problem details.</summary>
public class ErrorAnswersTests
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    [Theory]
    [InlineData("/", Browser, true)]
    [InlineData("/", "*/*", true)]
    [InlineData("/", null, true)]
    [InlineData("/", "text/*", true)]
    [InlineData("/", "application/json", false)]
    [InlineData("/", "application/problem+json", false)]
    [InlineData("/", "application/json, text/html;q=0.5", false)]
    [InlineData("/", "application/json;q=0.5, text/html", true)]
    [InlineData("/", "text/html;q=0, */*", false)]
    [InlineData("/", "image/png", false)]
    [InlineData("/promises/live-show/image@2", Browser, true)]
    [InlineData("/api/v1/house", Browser, false)]
    [InlineData("/healthz", Browser, false)]
    [InlineData("/metrics", "*/*", false)]
    public async Task While_Kept_starts_people_get_a_page_and_programs_problem_details(string path, string? accept, bool isPage)
    {
        await using var web = await RunningWeb.StartAsync(isStarting: true);
        using var answer = await AskAsync(web, path, accept);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Equal(isPage ? "text/html" : "application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("A13", text, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        if (isPage) Assert.Contains("""<meta http-equiv="refresh" content="1" />""", text, StringComparison.Ordinal);
        if (!path.StartsWith("/api", StringComparison.Ordinal) && path is not ("/healthz" or "/metrics")) Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Theory]
    [InlineData("not a type; ;;", true)]
    [InlineData(";q=1,,,text/html", true)]
    [InlineData("application/json;q=nonsense", false)]
    [InlineData("", true)]
    public void What_somebody_says_to_accept_may_be_anything(string accept, bool isPage)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.Headers.Accept) = ("GET", "/", accept);
        Assert.Equal(isPage, ErrorAnswers.WantsPage(request));
    }

    [Theory]
    [InlineData("/nowhere", 404, "A01")]
    [InlineData("/promises/live-show/nothing@1", 404, "A02")]
    [InlineData("/agents/nobody", 404, "A03")]
    [InlineData("/?state=nonsense", 400, "A04")]
    public async Task What_is_not_there_is_a_page_for_people_and_problem_details_for_programs(string path, int status, string code)
    {
        await using var web = await RunningWeb.StartAsync();
        foreach (var (accept, form) in new[] { (Browser, "text/html"), ("application/json", "application/problem+json") })
        {
            using var answer = await AskAsync(web, path, accept);
            Assert.Equal((status, form), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Contains(code, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_not_there_while_Kept_starts_is_a_page_too()
    {
        await using var web = await RunningWeb.StartAsync(isStarting: true);
        using var answer = await AskAsync(web, "/nowhere", Browser);
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("refresh", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_ours_and_a_ledger_that_refuses_are_pages_for_people()
    {
        await using var web = await RunningWeb.StartAsync();
        web.House.Ledger.Fault = new LedgerException("S02", "the disk is full: make room");
        foreach (var path in new[] { "/evidence", "/", "/promises/live-show/image@2" }) // before a page is begun, and in the middle of it
        {
            using var refused = await AskAsync(web, path, Browser);
            var text = await refused.Content.ReadAsStringAsync();
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html"), (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
            Assert.Contains("S02: the disk is full: make room.", text, StringComparison.Ordinal);
            Assert.Contains("""<meta http-equiv="refresh" content="5" />""", text, StringComparison.Ordinal);
            Assert.EndsWith("</html>", text.TrimEnd(), StringComparison.Ordinal);
        }

        web.House.Ledger.Fault = null;
        web.House.Replace(web.House.View with { House = null! });
        foreach (var path in new[] { "/", "/nowhere" })
        {
            using var fault = await AskAsync(web, path, Browser);
            Assert.Equal("text/html", fault.Content.Headers.ContentType?.MediaType);
            Assert.Contains("<h1>A fault of ours</h1>", await fault.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Asked_by_a_foreign_name_a_browser_gets_a_page_that_tells_nothing_of_the_house_and_its_style()
    {
        await using var web = await RunningWeb.StartAsync();
        using var answer = await AskAsync(web, "/", Browser, "evil.example");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((421, "text/html"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain(web.House.View.House.Place, text, StringComparison.Ordinal);
        Assert.DoesNotContain(web.House.View.House.Name, text, StringComparison.Ordinal);
        using var style = await AskAsync(web, Regex.Match(text, "/assets/kept.css[^\"]*").Value, "text/css", "evil.example");
        Assert.Equal(HttpStatusCode.OK, style.StatusCode);
    }

    [Fact]
    public async Task What_fails_because_Kept_stops_is_told_as_its_end_and_not_as_a_fault()
    {
        await using var web = await RunningWeb.StartAsync(isStarting: true);
        var errors = new ErrorAnswers(web.House.Sight(web.Time) with { View = () => throw new ObjectDisposedException("house") }, new Assets(null));
        foreach (var (accept, words) in new[] { (Browser, "<h1>Just stopping</h1>"), ("application/json", "\"A14\"") })
        {
            var context = new DefaultHttpContext { RequestServices = web.App.Services };
            using var body = new MemoryStream();
            (context.Request.Method, context.Request.Path, context.Request.Scheme, context.Request.Host, context.Request.Headers.Accept) = ("GET", "/", "http", new HostString("localhost"), accept);
            context.Response.Body = body;
            await new Guard(_ => throw new ObjectDisposedException("ledger"), web.House.Sight(web.Time), errors, new Doorbell(web.House.Sight(web.Time), new Kept.Server.DropIn.OldAddresses(() => web.House.View, web.Time, false)), false, NullLogger.Instance, new CancellationToken(true)).InvokeAsync(context);
            Assert.Equal((503, "5"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
            Assert.Contains(words, System.Text.Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(RunningWeb web, string path, string? accept, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.Add("Accept", accept);
        if (host is not null) request.Headers.Host = host;
        return await web.Client.SendAsync(request);
    }
}
