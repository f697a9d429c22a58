using System.Net;
using Kept.Server.Hosting;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Who is the caller behind a proxy: only a trusted one is believed.</summary>
public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("127.0.0.1/32", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.0/8", "203.0.113.7, 127.0.0.9", "203.0.113.7")] // through two of ours
    [InlineData("127.0.0.0/8", "198.51.100.1, 203.0.113.7", "203.0.113.7")] // what stands before is the caller's own word
    [InlineData("127.0.0.0/8", "no address", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "127.0.0.1")] // not trusted
    [InlineData(null, "203.0.113.7", "127.0.0.1")]
    public async Task The_caller_is_read_from_the_header_of_a_trusted_proxy_alone(string? trusted, string forwarded, string caller)
    {
        await using var web = await RunningWeb.StartAsync(isPublic: true, proxies: new TrustedProxies(trusted is null ? [] : [IPNetwork.Parse(trusted)]));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/beat/moderation-alive") { Headers = { { "X-Forwarded-For", forwarded } } };
        using var answer = await web.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(caller, Assert.Single(web.House.Beats).From);
    }

    [Fact]
    public async Task Callers_behind_a_trusted_proxy_are_bounded_each_by_itself()
    {
        await using var web = await RunningWeb.StartAsync(isPublic: true, proxies: new TrustedProxies([IPNetwork.Parse("127.0.0.1/32")]));
        async Task<HttpStatusCode> AskAsync(string caller)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/house") { Headers = { { "X-Forwarded-For", caller } } };
            using var answer = await web.Client.SendAsync(request);
            return answer.StatusCode;
        }
        for (var i = 0; i < CallerBounds.Asking.Burst; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync("203.0.113.7"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("203.0.113.7"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("203.0.113.8"));
    }
}
