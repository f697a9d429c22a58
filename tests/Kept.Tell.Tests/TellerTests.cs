using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

public sealed class TellerTests
{
    [Fact]
    public async Task A_break_is_told_once_and_its_end_with_how_long_it_lasted()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Empty(receiver.Got);

        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        var broken = Assert.Single(receiver.Got);
        Assert.Equal("kept.promise.broken", broken.Type);
        Assert.Equal("shop/p1@1", broken.Json.GetProperty("subject").GetString());
        Assert.Equal("kept", broken.Data.GetProperty("previous").GetString());
        Assert.Equal("status was 503", broken.Data.GetProperty("reason").GetString());
        Assert.Equal("https://kept.example/promises/shop/p1@1", broken.Data.GetProperty("url").GetString());
        Assert.Equal("2027-01-01T01:00:00Z", broken.Data.GetProperty("since").GetString());
        Assert.Equal(14, broken.Json.GetProperty("sequence").GetString()!.Length);

        await bench.StepAsync(Duration.Minutes(42));
        Assert.Single(receiver.Got);
        await bench.VerdictAsync("p1", Outcome.Kept, "all is well");
        await bench.StepAsync(Duration.Seconds(59));
        Assert.Single(receiver.Got);
        await bench.StepAsync(Duration.Seconds(4));
        var recovered = receiver.Got.Last();
        Assert.Equal("kept.promise.recovered", recovered.Type);
        Assert.Equal((42 * 60) + 3, recovered.Data.GetProperty("lastedSeconds").GetInt64());
        Assert.Equal("✔ shop/p1@1 is kept again after 42 min 3 s", recovered.Data.GetProperty("title").GetString());
        Assert.Equal(broken.Id, recovered.Data.GetProperty("answers").GetString());
        var route = Assert.Single(bench.Teller.View.Routes);
        Assert.Equal((2L, 0, 0L), (route.ToldCount, route.Waiting, route.DeadCount));
    }

    [Fact]
    public async Task What_was_before_the_first_start_is_no_news_and_neither_is_its_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync();
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.House = Bench.HouseOf(Bench.Webhook(receiver.Url));
        await bench.StepAsync(Duration.Hours(1));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Empty(receiver.Got);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Single(receiver.Got);
    }

    [Fact]
    public async Task Unknown_is_told_only_when_it_lasts()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.VerdictAsync("p1", Outcome.Unknown, "we were not running");
        await bench.StepAsync(Duration.Minutes(9));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(30));
        Assert.Empty(receiver.Got);
        await bench.VerdictAsync("p1", Outcome.Unknown, "its evidence is too old");
        await bench.StepAsync(Duration.Minutes(11));
        Assert.Equal("kept.promise.unknown", Assert.Single(receiver.Got).Type);
        await bench.VerdictAsync("p1", Outcome.NotAPromise, "R03");
        await bench.StepAsync(Duration.Seconds(4));
        Assert.Equal("kept.promise.not-a-promise", receiver.Got.Last().Type);
    }

    [Fact]
    public async Task What_was_carried_just_before_the_end_is_not_told_again()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        using var stop = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var running = bench.Teller.RunAsync(stop.Token);
        while (receiver.Got.IsEmpty)
        {
            patience.Token.ThrowIfCancellationRequested();
            if (!bench.Entries(EntryKinds.TellQueued).Any()) bench.Time.Advance(TimeSpan.FromMilliseconds(100)); // a clock that runs on would end the try itself
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
        while (!bench.Teller.HasReceipt && !bench.Entries(EntryKinds.TellTold).Any()) // the receipt is here, and the turn that would write it is not
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;
        Assert.Single(bench.Entries(EntryKinds.TellTold));
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Minutes(1));
        Assert.Single(receiver.Got);
    }

    [Fact]
    public async Task Of_what_was_given_up_the_end_is_not_told_either()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        };
        await bench.VerdictAsync("p1", Outcome.Broken);
        for (var minute = 0; minute < 14; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Equal(0, bench.Teller.View.Routes[0].DeadCount); // whoever runs it has time to set it right
        for (var minute = 0; minute < 16; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Equal(1, bench.Teller.View.Routes[0].DeadCount);
        receiver.Answer = _ => Task.CompletedTask;
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(5));
        Assert.DoesNotContain(receiver.Got, got => got.Type == "kept.promise.recovered");
    }

    [Fact]
    public async Task What_flaps_is_one_trouble()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        for (var i = 0; i < 20; i++)
        {
            await bench.VerdictAsync("p1", Outcome.Broken);
            await bench.StepAsync(Duration.Seconds(20));
            await bench.VerdictAsync("p1", Outcome.Kept);
            await bench.StepAsync(Duration.Seconds(20));
        }
        Assert.Equal("kept.promise.broken", Assert.Single(receiver.Got).Type);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal("kept.promise.recovered", receiver.Got.Last().Type);
        Assert.Equal(2, receiver.Got.Count);
    }

    [Fact]
    public async Task Many_that_break_at_once_are_one_message_and_few_are_not()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        for (var i = 1; i <= 5; i++) await bench.VerdictAsync($"p{i}", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.StepAsync();
        Assert.Equal(5, receiver.Got.Count(got => got.Type == "kept.promise.broken"));
        await bench.StepAsync(Duration.Minutes(5));
        for (var i = 6; i <= 45; i++)
        {
            await bench.VerdictAsync($"p{i}", Outcome.Broken, "the name was not found");
            await bench.StepAsync(Duration.Milliseconds(600));
        }
        await bench.StepAsync(Duration.Seconds(30));
        // five at once are told at once; so are the first five of the many, and the rest is one
        Assert.Equal(11, receiver.Got.Count);
        var digest = receiver.Got.Last();
        Assert.Equal("kept.digest", digest.Type);
        Assert.Equal(35, digest.Data.GetProperty("count").GetInt32());
        Assert.Equal("✖ 35 broken, all of shop", digest.Data.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Alerts_tell_their_beginning_and_their_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["kept.alert.fires", "kept.alert.ceased"], receiver.Got.Select(got => got.Type));
        Assert.Equal("page", receiver.Got.First().Data.GetProperty("alert").GetString());
    }

    [Fact]
    public async Task Who_is_told_is_said_by_the_promise_and_what_by_the_route()
    {
        await using var usual = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(usual.Url), Bench.Webhook(other.Url, "other") with { IsUsual = false, When = Tidings.Broken });
        foreach (var name in (string[])["quiet", "chosen", "p1"]) await bench.VerdictAsync(name, Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        foreach (var name in (string[])["quiet", "chosen", "p1"]) await bench.VerdictAsync(name, Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(2));
        await bench.VerdictAsync("chosen", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal(["shop/p1@1", "shop/p1@1"], usual.Got.Select(got => got.Json.GetProperty("subject").GetString()));
        Assert.Equal(["kept.promise.broken", "kept.promise.broken"], other.Got.Select(got => got.Type));
    }

    [Fact]
    public async Task Silence_mutes_telling_and_what_is_still_broken_then_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        var silence = await bench.Teller.SilenceAsync("shop", Duration.Hours(2), "ann", "we move the rack", default);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Hours(1));
        await bench.VerdictAsync("p2", Outcome.Kept);
        await bench.RestartAsync();
        Assert.Equal(silence, Assert.Single(bench.Teller.View.Silences));
        Assert.Empty(receiver.Got);
        await bench.StepAsync(Duration.Minutes(61));
        Assert.Equal("shop/p1@1", Assert.Single(receiver.Got).Json.GetProperty("subject").GetString());
        Assert.Empty(bench.Teller.View.Silences);

        var second = await bench.Teller.SilenceAsync(Silence.All, Duration.Hours(2), "ann", "again", default);
        await bench.VerdictAsync("p3", Outcome.Broken);
        await bench.StepAsync(Duration.Minutes(1));
        Assert.Single(receiver.Got);
        Assert.True(await bench.Teller.EndSilenceAsync(second.Id, "ann", default));
        Assert.False(await bench.Teller.EndSilenceAsync(second.Id, "ann", default));
        await bench.StepAsync(Duration.Seconds(1));
        Assert.Equal(2, receiver.Got.Count);
    }

    [Fact]
    public async Task A_restart_repeats_nothing_and_loses_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        receiver.Says(503);
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        var waiting = receiver.Got.Last();
        await bench.RestartAsync();
        Assert.Equal(1, bench.Teller.View.Routes[0].Waiting);
        receiver.Says(200);
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Hours(1));
        Assert.Single(receiver.Got, got => got.Json.GetProperty("subject").GetString() == "shop/p1@1");
        var last = receiver.Got.Last();
        Assert.Equal((waiting.Id, waiting.Body), (last.Id, last.Body));
        Assert.Equal(2, bench.Entries(EntryKinds.TellTold).Length);
        Assert.Equal((2L, 0), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].Waiting));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_holds_nothing_up_and_repeats_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.StepAsync(Duration.Hours(5));
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.AdjustTime(bench.Time.GetUtcNow().AddHours(-3));
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Single(receiver.Got);
        bench.Time.AdjustTime(bench.Time.GetUtcNow().AddDays(2));
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Single(receiver.Got);
    }
}
