using System.Net;
using System.Net.Sockets;
using Kept.Server.Api;
using Kept.Server.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

public class CallerBoundsTests
{
    private static readonly IPAddress One = IPAddress.Parse("203.0.113.7"), Other = IPAddress.Parse("203.0.113.8");

    [Fact]
    public void An_address_has_so_many_answers_and_streams_under_way_and_others_are_not_held_up()
    {
        var bounds = new CallerBounds(new FakeTimeProvider());
        for (var i = 0; i < CallerBounds.MostAtOnce; i++) Assert.Null(bounds.Enter(One, isStream: false));
        Assert.NotNull(bounds.Enter(One, isStream: false));
        Assert.Null(bounds.Enter(Other, isStream: false));
        for (var i = 0; i < CallerBounds.MostStreams; i++) Assert.Null(bounds.Enter(One, isStream: true));
        Assert.NotNull(bounds.Enter(One, isStream: true));
        bounds.Leave(One, isStream: false);
        Assert.Null(bounds.Enter(One, isStream: false));
    }

    [Fact]
    public void An_address_that_asks_too_often_waits_until_its_share_is_back()
    {
        var time = new FakeTimeProvider();
        var bounds = new CallerBounds(time);
        for (var i = 0; i < CallerBounds.Asking.Burst; i++)
        {
            Assert.Null(bounds.Enter(One, isStream: false));
            bounds.Leave(One, isStream: false);
        }
        var wait = bounds.Enter(One, isStream: false);
        Assert.True(wait > TimeSpan.Zero && wait <= TimeSpan.FromSeconds(1), wait.ToString());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(bounds.Enter(One, isStream: false));
    }

    [Fact]
    public void A_whole_network_of_IPv6_is_one_caller_and_this_machine_is_not_bounded()
    {
        Assert.Equal(CallerBounds.KeyOf(IPAddress.Parse("2001:db8:1:2::1")), CallerBounds.KeyOf(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.NotEqual(CallerBounds.KeyOf(IPAddress.Parse("2001:db8:1:2::1")), CallerBounds.KeyOf(IPAddress.Parse("2001:db8:1:3::1")));
        Assert.Equal(One, CallerBounds.KeyOf(One.MapToIPv6()));
        Assert.Null(CallerBounds.KeyOf(IPAddress.IPv6Loopback));
        Assert.Null(CallerBounds.KeyOf(IPAddress.Loopback.MapToIPv6()));
    }

    [Fact]
    public void Memory_of_callers_is_bounded_however_many_there_are()
    {
        var buckets = new Buckets<int>(new Allowance(1, 0.001), new FakeTimeProvider());
        for (var i = 0; i < Buckets<int>.MostKeys; i++) Assert.Null(buckets.Take(i));
        Assert.NotNull(buckets.Take(5));
        Assert.Null(buckets.Take(-1)); // no room for one more: all begin anew
        Assert.Null(buckets.Take(5));
    }

    [Fact]
    public async Task Wrong_keys_are_answered_alike_and_after_many_with_too_often_and_a_right_one_is_always_heard()
    {
        await using var web = await RunningWeb.StartAsync();
        var shapes = new HashSet<string>();
        for (var i = 0; i < BeatBounds.OfWrongKeys.Burst; i++)
        {
            using var wrong = await web.Client.GetAsync($"/beat/{(i % 2 == 0 ? "moderation-aliv" : new string('x', 200))}");
            shapes.Add($"{(int)wrong.StatusCode} {wrong.Headers.CacheControl} {await wrong.Content.ReadAsStringAsync()}");
        }
        Assert.StartsWith("404 ", Assert.Single(shapes), StringComparison.Ordinal);
        using (var refused = await web.Client.GetAsync("/beat/moderation-aliv"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }
        // our refusal would look like the silence of what calls
        using var right = await web.Client.GetAsync("/beat/moderation-alive");
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        web.Time.Advance(TimeSpan.FromSeconds(10));
        using var again = await web.Client.GetAsync("/beat/moderation-aliv");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task A_key_that_is_called_in_a_tight_loop_is_told_to_wait()
    {
        await using var web = await RunningWeb.StartAsync();
        for (var i = 0; i < BeatBounds.OfKey.Burst; i++)
            using (var heard = await web.Client.GetAsync("/beat/moderation-alive"))
                Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        using var refused = await web.Client.GetAsync("/beat/moderation-alive");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("A15", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(BeatBounds.OfKey.Burst, web.House.Beats.Count);
        Assert.Equal(["moderation-alive"], web.House.SentAway); // the engine knows, so no silence of it is told that is ours
    }

    [Fact]
    public async Task Every_call_that_a_bound_refuses_is_told_to_the_engine_and_nothing_else_is()
    {
        await using var web = await RunningWeb.StartAsync();
        using var large = new ByteArrayContent(new byte[BeatApi.MostBody + 1]);
        using (var refused = await web.Client.PostAsync("/Beat/moderation-alive/fail", large)) Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        using var huge = new ByteArrayContent(new byte[BeatApi.MostBody * 3]);
        using (var refused = await web.Client.PostAsync("/beat/moderation-alive", huge)) Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal(["moderation-alive", "moderation-alive"], web.House.SentAway);
        web.House.SentAway.Clear();
        using (var begins = await web.Client.PostAsync("/beat/moderation-alive/start", large)) Assert.Equal(HttpStatusCode.RequestEntityTooLarge, begins.StatusCode); // sets no deadline
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/beat/moderation-alive") { Content = large, Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        using (var page = await web.Client.SendAsync(forged)) Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        using (var other = await web.Client.PostAsync("/api/v1/house", huge)) Assert.Equal(HttpStatusCode.MethodNotAllowed, other.StatusCode);
        Assert.Empty(web.House.SentAway);
    }

    [Theory]
    [InlineData("/beat/moderation-alive", false, 413)]
    [InlineData("/beat/moderation-alive", true, 413)]
    [InlineData("/api/v1/house", false, 405)]
    [InlineData("/nothing", false, 404)]
    public async Task A_body_that_is_not_read_to_its_end_is_told_to_end_the_connection(string path, bool chunked, int status)
    {
        await using var web = await RunningWeb.StartAsync();
        using var huge = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[BeatApi.MostBody * 3]), Headers = { TransferEncodingChunked = chunked } };
        using var refused = await web.Client.SendAsync(huge);
        Assert.Equal((status, (bool?)true), ((int)refused.StatusCode, refused.Headers.ConnectionClose));
        using var next = await web.Client.PostAsync("/beat/moderation-alive", content: null);
        Assert.Equal((HttpStatusCode.OK, (bool?)null), (next.StatusCode, next.Headers.ConnectionClose));
    }

    [Fact]
    public async Task A_connection_too_many_is_closed_unread_and_may_have_been_any_heartbeat()
    {
        await using var web = await RunningWeb.StartAsync();
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Door.MostConnections + 20; i++)
            {
                open.Add(new TcpClient());
                try
                {
                    await open[^1].ConnectAsync(web.Address.Host, web.Address.Port);
                }
                catch (SocketException)
                {
                    break; // closed before it was quite open
                }
            }
            Assert.False(await AskAsync());
            Assert.NotEmpty(web.House.SentAway);
            Assert.All(web.House.SentAway, Assert.Null);
        }
        finally
        {
            open.ForEach(one => one.Dispose());
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!await AskAsync()) patience.Token.ThrowIfCancellationRequested(); // those that left make room

        async Task<bool> AskAsync()
        {
            try
            {
                using var answer = await web.Client.GetAsync("/beat/moderation-alive");
                return answer.IsSuccessStatusCode;
            }
            catch (Exception fault) when (fault is HttpRequestException or SocketException)
            {
                return false; // closed while it was asked, or (a bare SocketException of the handler) before it was quite open
            }
        }
    }
}
