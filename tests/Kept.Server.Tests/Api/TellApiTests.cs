using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kept.Egress;
using Kept.Ledger;
using Kept.Tell;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Telling is changed from the machine that Kept runs on, and from nowhere else.</summary>
public sealed class TellApiTests
{
    private const string Silence = "/api/v1/tell/silences?scope=all&length=1h&because=a+move";

    private static async Task<(RunningWeb Web, Teller Teller, Dialer Dialer)> StartAsync(bool isPublic = false)
    {
        Teller? teller = null;
        Dialer? dialer = null;
        var web = await RunningWeb.StartAsync(isPublic: isPublic, with: sight =>
        {
            dialer = new Dialer(new EgressOptions(), sight.Time);
            teller = new Teller(new TellParts(Ledgers.InMemory(sight.Time, new Random(1)), () => sight.View().House, () => dialer, sight.Time, NullLogger.Instance, () => null));
            return sight with { Teller = teller, Telling = () => teller.View };
        });
        return (web, teller!, dialer!);
    }

    private static async Task<HttpStatusCode> AskAsync(RunningWeb web, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await web.Client.SendAsync(request);
        return answer.StatusCode;
    }

    [Fact]
    public async Task A_silence_is_made_listed_and_ended()
    {
        var (web, _, dialer) = await StartAsync();
        await using var _1 = web;
        using var _2 = dialer;
        using var request = new HttpRequestMessage(HttpMethod.Post, Silence) { Headers = { { "X-Kept-Ask", "1" } } };
        using var made = await web.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").ToString();
        Assert.Contains("a move", await web.GetAsync("/api/v1/tell"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(web, HttpMethod.Delete, $"/api/v1/tell/silences/{id}", ("X-Kept-Ask", "1")));
        Assert.DoesNotContain("a move", await web.GetAsync("/api/v1/tell"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_proxies_and_other_machines_change_nothing()
    {
        var (web, teller, dialer) = await StartAsync();
        await using var _1 = web;
        using var _2 = dialer;
        (HttpMethod Method, string Path)[] changes = [(HttpMethod.Post, Silence), (HttpMethod.Post, "/api/v1/tell/test"), (HttpMethod.Delete, "/api/v1/tell/silences/1")];
        foreach (var (method, path) in changes)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(web, method, path)); // a form of a page
            Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(web, method, path, ("X-Kept-Ask", "1"), ("X-Forwarded-For", "203.0.113.7")));
            Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(web, method, path, ("X-Kept-Ask", "1"), ("Forwarded", "for=203.0.113.7")));
        }
        Assert.Empty(teller.View.Silences);
    }

    [Fact]
    public async Task A_public_server_has_no_way_to_change_it()
    {
        var (web, teller, dialer) = await StartAsync(isPublic: true);
        await using var _1 = web;
        using var _2 = dialer;
        Assert.Contains(await AskAsync(web, HttpMethod.Post, Silence, ("X-Kept-Ask", "1")), new[] { HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed });
        Assert.Empty(teller.View.Silences);
    }
}
