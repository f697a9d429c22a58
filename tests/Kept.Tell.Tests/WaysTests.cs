using System.Text;
using Kept.Egress;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

public sealed class WaysTests
{
    /// <summary>The vector of the Standard Webhooks repository.</summary>
    [Fact]
    public void Signatures_are_those_of_Standard_Webhooks() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            Signature.Of(Bench.Key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("{\"test\": 2432232314}")));

    [Fact]
    public void While_a_secret_is_changed_both_sign()
    {
        var both = Signature.Of($"{Bench.Key} whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "msg_1", 1, "{}"u8).Split(' ');
        Assert.Equal(2, both.Length);
        Assert.Equal(Signature.Of(Bench.Key, "msg_1", 1, "{}"u8), both[0]);
        Assert.NotEqual(both[0], both[1]);
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("short")]
    [InlineData("")]
    public void A_secret_that_can_be_guessed_signs_nothing(string secret) => Assert.Throws<EgressException>(() => Signature.Of(secret, "msg_1", 1, "{}"u8));

    [Fact]
    public async Task A_webhook_is_signed_over_the_bytes_that_arrive()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken, "it said \"nö\"\r\nX-Evil: 1 💥");
        await bench.StepAsync(Duration.Seconds(3));
        var got = Assert.Single(receiver.Got);
        Assert.Equal(Signature.Of(Bench.Key, got.Id, long.Parse(got.Headers["webhook-timestamp"]), Encoding.UTF8.GetBytes(got.Body)), got.Headers["webhook-signature"]);
        Assert.Equal("application/json", got.Headers["content-type"]);
        Assert.Equal(("1.0", "urn:kept:house:our-house", got.Id), (got.Json.GetProperty("specversion").GetString(), got.Json.GetProperty("source").GetString(), got.Json.GetProperty("id").GetString()));
        Assert.Equal("it said \"nö\"  X-Evil: 1 💥", got.Data.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Ntfy_gets_title_weight_and_link_and_its_token()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(new TellRoute("push", RouteKind.Ntfy, receiver.Url) { Secret = "${env:KEPT_TELL_TEST_TOKEN}", Canary = Duration.Zero });
        await bench.VerdictAsync("p1", Outcome.Broken, "status was 503\r\nX-Priority: 5");
        await bench.StepAsync(Duration.Seconds(3));
        var got = Assert.Single(receiver.Got);
        Assert.Equal("=?UTF-8?B?" + Convert.ToBase64String(Encoding.UTF8.GetBytes("✖ shop/p1@1 is broken")) + "?=", got.Headers["x-title"]);
        Assert.Equal(("high", "rotating_light", "https://kept.example/promises/shop/p1@1", "Bearer tk_0123456789"), (got.Headers["x-priority"], got.Headers["x-tags"], got.Headers["x-click"], got.Headers["authorization"]));
        Assert.Equal("✖ shop/p1@1 is broken\nstatus was 503  X-Priority: 5\nsince 2027-01-01T00:00:00Z\nhttps://kept.example/promises/shop/p1@1\n", got.Body);
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(("low", "white_check_mark"), (receiver.Got.Last().Headers["x-priority"], receiver.Got.Last().Headers["x-tags"]));
        receiver.Says(403);
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal("it answered 403", bench.Teller.View.Routes[0].LastError);
    }

    [Fact]
    public async Task A_digest_for_ntfy_stays_within_what_ntfy_takes()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(new TellRoute("push", RouteKind.Ntfy, receiver.Url) { Canary = Duration.Zero });
        for (var i = 1; i <= 60; i++) await bench.VerdictAsync($"p{i}", Outcome.Broken, new string('ö', 500) + i);
        await bench.StepAsync(Duration.Seconds(31));
        var got = Assert.Single(receiver.Got);
        Assert.InRange(Encoding.UTF8.GetByteCount(got.Body), 3000, 4096);
        Assert.EndsWith("…", got.Body, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', got.Body);
    }

    [Fact]
    public void Retry_after_is_bounded_and_only_heeded_where_it_means_something()
    {
        var now = new Instant(0);
        var long_ = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromDays(400));
        Assert.Equal(Duration.Hours(1), HttpWay.Read(503, long_, now).After);
        Assert.Equal(Duration.Zero, HttpWay.Read(429, new System.Net.Http.Headers.RetryConditionHeaderValue(DateTimeOffset.UnixEpoch.AddYears(-1)), now).After);
        Assert.Null(HttpWay.Read(500, long_, now).After);
    }
}
