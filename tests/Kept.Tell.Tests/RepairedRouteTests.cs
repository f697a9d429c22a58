using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>A route that failed and whose settings were changed: what is known of the way before says nothing of the way now.</summary>
public sealed class RepairedRouteTests
{
    private static TellRoute Other(string url) => Bench.Webhook(url, "other") with { When = Tidings.Broken | Tidings.Recovered };

    [Fact]
    public async Task A_failure_of_where_it_led_before_is_not_told_once_it_leads_elsewhere()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url), Other(other.Url));
        receiver.Says(503);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.NotNull(bench.Teller.View.Routes[0].FailingSince);
        receiver.Says(200);
        bench.House = Bench.HouseOf(Bench.Webhook(receiver.Url + "?mended"), Other(other.Url));
        await bench.StepAsync(Duration.Seconds(1));
        Assert.Null(bench.Teller.View.Routes[0].FailingSince);
        Assert.NotNull(bench.Teller.View.Routes[0].ProvenAt); // what waited went at once, whatever pause it waited for
        await bench.StepAsync(Duration.Minutes(10));
        Assert.DoesNotContain(other.Got, got => got.Type.StartsWith("kept.route", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_nothing_went_where_it_leads_now_it_is_unproven_and_nobody_is_told_that_it_fails()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url), Other(other.Url));
        receiver.Says(410);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3)); // gone: nothing waits any more
        Assert.True(bench.Teller.View.Routes[0].IsGone);
        bench.House = Bench.HouseOf(Bench.Webhook(receiver.Url + "?mended"), Other(other.Url));
        await bench.StepAsync(Duration.Seconds(1));
        for (var restart = 0; restart < 2; restart++)
        {
            await bench.StepAsync(Duration.Minutes(10));
            var route = bench.Teller.View.Routes[0];
            Assert.Equal((false, null, null, null, null), (route.IsGone, route.FailingSince, route.LastError, route.ProvenAt, route.LastAnswer));
            Assert.DoesNotContain(other.Got, got => got.Type.StartsWith("kept.route", StringComparison.Ordinal));
            await bench.RestartAsync();
        }
    }

    [Fact]
    public async Task What_was_told_as_failing_is_told_as_working_once_it_carries_something_where_it_leads_now_and_not_before()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url), Other(other.Url));
        receiver.Says(410);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.StepAsync(Duration.Minutes(6));
        Assert.Single(other.Got, got => got.Type == "kept.route.fails");
        receiver.Says(503);
        bench.House = Bench.HouseOf(Bench.Webhook(receiver.Url + "?mended"), Other(other.Url));
        await bench.StepAsync(Duration.Hours(1));
        await bench.VerdictAsync("p2", Outcome.Broken); // and where it leads now fails too: the same trouble to whoever was told
        await bench.StepAsync(Duration.Seconds(3));
        await bench.StepAsync(Duration.Minutes(10));
        Assert.Single(other.Got, got => got.Type.StartsWith("kept.route", StringComparison.Ordinal));
        receiver.Says(200);
        await bench.StepAsync(Duration.Minutes(10));
        await bench.StepAsync(Duration.Seconds(5));
        Assert.Equal(["kept.route.fails", "kept.route.works"], other.Got.Select(got => got.Type).Where(type => type.StartsWith("kept.route", StringComparison.Ordinal)));
    }

    [Theory, InlineData(503), InlineData(400), InlineData(410)]
    public async Task A_try_that_was_on_its_way_when_the_settings_changed_says_nothing_of_where_it_leads_now(int status)
    {
        await using var slow = await Receiver.StartAsync();
        await using var mended = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(slow.Url));
        var (arrived, go) = slow.Holds(status);
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await bench.Teller.TurnAsync(default);
        await arrived.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        bench.House = Bench.HouseOf(Bench.Webhook(mended.Url));
        await bench.Teller.TurnAsync(default); // the route leads elsewhere, and the old try is still out
        go();
        await bench.Teller.QuietAsync();
        await bench.StepAsync();
        var route = bench.Teller.View.Routes[0];
        Assert.Equal((null, null, false, 1L, 0L), (route.FailingSince, route.LastError, route.IsGone, route.ToldCount, route.DeadCount));
        Assert.Equal(slow.Got.Single().Id, Assert.Single(mended.Got).Id); // the same message, at once
        Assert.Empty(bench.Entries(EntryKinds.TellFailing));
    }

    [Fact]
    public async Task What_still_arrived_where_it_led_before_was_told_and_proves_nothing_of_where_it_leads_now()
    {
        await using var slow = await Receiver.StartAsync();
        await using var mended = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(slow.Url));
        var (arrived, go) = slow.Holds(200);
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await bench.Teller.TurnAsync(default);
        await arrived.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        bench.House = Bench.HouseOf(Bench.Webhook(mended.Url));
        await bench.Teller.TurnAsync(default);
        go();
        await bench.Teller.QuietAsync();
        await bench.StepAsync();
        for (var restart = 0; restart < 2; restart++)
        {
            var route = bench.Teller.View.Routes[0];
            Assert.Equal((null, 1L, 0), (route.ProvenAt, route.ToldCount, route.Waiting));
            await bench.RestartAsync();
        }
        Assert.Empty(mended.Got);
    }
}
