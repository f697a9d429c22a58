using System.Text;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary><c>kept.alert.changed</c> over every way: an alert that fires, ceases, or of which nobody knows.</summary>
public sealed class AlertMessagesTests
{
    private const string Fires = "▲ shop/p1@1: page burns its error budget", Reason = "over 1h the budget burns 20 times as fast as it may", Page = "https://kept.example/promises/shop/p1@1";

    [Fact]
    public async Task Over_a_webhook_both_messages_are_signed_and_the_end_answers_the_beginning()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.StepAsync(Duration.Minutes(30));
        var fires = Assert.Single(receiver.Got);
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        var ceased = receiver.Got.Last();
        Assert.Equal(2, receiver.Got.Count);
        foreach (var got in receiver.Got)
            Assert.Equal(Signature.Of(Bench.Key, got.Id, long.Parse(got.Headers["webhook-timestamp"]), Encoding.UTF8.GetBytes(got.Body)), got.Headers["webhook-signature"]);
        string? Text(Got got, string member) => got.Data.TryGetProperty(member, out var value) ? value.ToString() : null;
        Assert.Equal(("kept.alert.fires", Fires, "shop/p1@1", "page", "broken", "kept", Reason, Page, null, null),
            (fires.Type, Text(fires, "title"), Text(fires, "promise"), Text(fires, "alert"), Text(fires, "outcome"), Text(fires, "previous"), Text(fires, "reason"), Text(fires, "url"), Text(fires, "answers"), Text(fires, "lastedSeconds")));
        Assert.Equal(("kept.alert.ceased", "✔ shop/p1@1: page ceased after 30 min 3 s", "page", "kept", "broken", fires.Id, "1803"),
            (ceased.Type, Text(ceased, "title"), Text(ceased, "alert"), Text(ceased, "outcome"), Text(ceased, "previous"), Text(ceased, "answers"), Text(ceased, "lastedSeconds")));
    }

    [Fact]
    public async Task Over_mail_the_end_answers_the_mail_of_the_beginning()
    {
        await using var post = new MailTests.Post();
        await using var bench = await Bench.OfAsync(post.Route);
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        var mails = await Task.WhenAll(post.Mails.Select(text => MimeKit.MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken)));
        Assert.Equal([Fires, "✔ shop/p1@1: page ceased after 3 s"], mails.Select(mail => mail.Subject));
        Assert.Equal(mails[0].MessageId, mails[1].InReplyTo);
        var body = mails[0].TextBody!.ReplaceLineEndings("\n");
        Assert.StartsWith($"{Fires}\n{Reason}\nsince 2027-01-01T00:00:00Z\n{Page}\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_ntfy_it_weighs_as_much_as_what_is_broken_and_its_end_little()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(new TellRoute("push", RouteKind.Ntfy, receiver.Url) { Canary = Duration.Zero });
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(2, receiver.Got.Count);
        var (fires, ceased) = (receiver.Got.First(), receiver.Got.Last());
        Assert.Equal((HttpWay.Encoded(Fires), "high", "rotating_light", Page), (fires.Headers["x-title"], fires.Headers["x-priority"], fires.Headers["x-tags"], fires.Headers["x-click"]));
        Assert.Equal($"{Fires}\n{Reason}\nsince 2027-01-01T00:00:00Z\n{Page}\n", fires.Body);
        Assert.Equal((HttpWay.Encoded("✔ shop/p1@1: page ceased after 3 s"), "low", "white_check_mark"), (ceased.Headers["x-title"], ceased.Headers["x-priority"], ceased.Headers["x-tags"]));
    }

    [Fact]
    public async Task While_nobody_knows_an_alert_goes_on_as_it_was_and_is_not_told_as_ceased()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.AlertAsync("p1", "unknown");
        await bench.AlertAsync("p2", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal("kept.alert.fires", Assert.Single(receiver.Got).Type);
        await bench.AlertAsync("p2", "unknown");
        await bench.VerdictAsync("p2", Outcome.Unknown, "we were not running");
        await bench.StepAsync(Duration.Hours(1));
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal(["kept.alert.fires", "kept.promise.unknown"], receiver.Got.Select(got => got.Type));
        await bench.AlertAsync("p2", fires: true); // known again, and as it was: no news
        await bench.StepAsync(Duration.Minutes(10));
        Assert.Equal(2, receiver.Got.Count);
        await bench.AlertAsync("p2", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal("kept.alert.ceased", receiver.Got.Last().Type);
        Assert.Equal(2 * 3600 + 3 + 600, receiver.Got.Last().Data.GetProperty("lastedSeconds").GetInt64());
    }

    [Fact]
    public async Task A_route_that_leaves_alerts_out_is_told_of_none_and_a_silence_covers_them()
    {
        await using var all = await Receiver.StartAsync();
        await using var some = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(all.Url), Bench.Webhook(some.Url, "some") with { When = Tidings.All & ~Tidings.Alerts });
        await bench.AlertAsync("p1", fires: true);
        await bench.Teller.SilenceAsync("shop/p2@1", Duration.Hours(1), "ann", "a move", default);
        await bench.AlertAsync("p2", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal([("kept.alert.fires", "shop/p1@1#page"), ("kept.alert.ceased", "shop/p1@1#page")], all.Got.Select(got => (got.Type, got.Json.GetProperty("subject").GetString()!)));
        Assert.Empty(some.Got); // and of what it was not told the end is no news
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal("shop/p2@1#page", all.Got.Last().Json.GetProperty("subject").GetString());
    }
}
