using System.Text;
using Kept.Ledger;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>Receivers that are down, slow, or mean harm.</summary>
public sealed class HostileReceiverTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_receiver_that_never_answers_holds_up_neither_the_loop_nor_another_route()
    {
        var met = new TaskCompletionSource();
        await using var silent = ScriptedPeer.Tcp(async (_, stop) =>
        {
            met.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        await using var well = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(silent.Url, "dead"), Bench.Webhook(well.Url, "well"));
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await bench.Teller.TurnAsync(default);
        await met.Task.WaitAsync(Enough, TestContext.Current.CancellationToken);
        // the try is under way and stays so: turns and the other route go on
        for (var turn = 0; turn < 1000 && (well.Got.IsEmpty || bench.Teller.View.Routes[1].ToldCount == 0); turn++)
        {
            await bench.Teller.TurnAsync(default);
            await Task.Yield();
            if (turn > 100) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        Assert.Equal((0L, 1), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].Waiting));
        Assert.Equal((1L, 0), (bench.Teller.View.Routes[1].ToldCount, bench.Teller.View.Routes[1].Waiting));

        bench.Time.Advance(Sending.Deadline.ToTimeSpan() + TimeSpan.FromSeconds(1));
        await bench.Teller.QuietAsync().WaitAsync(Enough, TestContext.Current.CancellationToken);
        await bench.Teller.TurnAsync(default);
        Assert.Equal("no answer within 20 s", bench.Teller.View.Routes[0].LastError);
        Assert.Equal(1, bench.Teller.View.Routes[0].Waiting);
    }

    [Fact]
    public async Task One_that_fails_and_heals_gets_what_waited_in_order_with_growing_pauses()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Says(500);
        await bench.VerdictAsync("p1", Outcome.Broken);
        for (var minute = 0; minute < 24 * 60; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.InRange(receiver.Got.Count, 8, 14);
        Assert.Single(receiver.Got.Select(got => (got.Id, got.Body)).Distinct());
        Assert.Equal(receiver.Got.Count, receiver.Got.Select(got => got.Headers["webhook-timestamp"]).Distinct().Count());
        var route = bench.Teller.View.Routes[0];
        Assert.Equal(("it answered 500", 1), (route.LastError, route.Waiting));
        Assert.NotNull(route.FailingSince);
        Assert.Single(bench.Entries(EntryKinds.TellFailing));

        receiver.Says(200);
        await bench.VerdictAsync("p1", Outcome.Kept);
        for (var minute = 0; minute < 5 * 60; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Equal("kept.promise.recovered", receiver.Got.Last().Type);
        Assert.Equal((2L, 0), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].Waiting));
        Assert.Null(bench.Teller.View.Routes[0].FailingSince);
    }

    [Fact]
    public async Task After_three_days_a_message_is_given_up_for_all_to_see()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Says(500);
        await bench.VerdictAsync("p1", Outcome.Broken);
        for (var hour = 0; hour < 80; hour++) await bench.StepAsync(Duration.Hours(1));
        var route = bench.Teller.View.Routes[0];
        Assert.Equal((0, 1L), (route.Waiting, route.DeadCount));
        Assert.Equal(("✖ shop/p1@1 is broken", "it answered 500"), (Assert.Single(route.Dead).Title, route.Dead[0].Why));
        await bench.RestartAsync();
        Assert.Equal(1, bench.Teller.View.Routes[0].DeadCount);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_no_message_reaches_the_metadata_of_a_cloud()
    {
        await using var trap = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Says(307, context => context.Response.Headers.Location = trap.Url);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        receiver.Says(302, context => context.Response.Headers.Location = "http://169.254.169.254/latest/meta-data/");
        await bench.StepAsync(Duration.Seconds(10));
        Assert.Empty(trap.Got);
        Assert.Equal(2, receiver.Got.Count);
        Assert.StartsWith("it answered 302: a redirect", bench.Teller.View.Routes[0].LastError);
    }

    [Fact]
    public async Task Of_a_huge_answer_little_is_read_and_it_is_no_proof()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Answer = async context =>
        {
            context.Response.StatusCode = 200;
            var piece = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        };
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal((0L, 1), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].Waiting));
        Assert.NotNull(bench.Teller.View.Routes[0].LastError);
    }

    [Fact]
    public async Task A_receiver_that_drips_has_one_deadline_for_all_of_it()
    {
        var begun = new TaskCompletionSource();
        await using var drip = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"), stop);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        await using var bench = await Bench.OfAsync(Bench.Webhook(drip.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await bench.Teller.TurnAsync(default);
        await begun.Task.WaitAsync(Enough, TestContext.Current.CancellationToken);
        bench.Time.Advance(TimeSpan.FromSeconds(21));
        await bench.Teller.QuietAsync().WaitAsync(Enough, TestContext.Current.CancellationToken);
        await bench.Teller.TurnAsync(default);
        Assert.Equal("no answer within 20 s", bench.Teller.View.Routes[0].LastError);
    }

    [Fact]
    public async Task Who_asks_us_to_wait_is_waited_for_but_not_for_ever()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Says(429, context => context.Response.Headers.RetryAfter = "600");
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.StepAsync(Duration.Minutes(9));
        Assert.Single(receiver.Got);
        receiver.Says(503, context => context.Response.Headers.RetryAfter = "99999999");
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(2, receiver.Got.Count);
        receiver.Says(204);
        await bench.StepAsync(Duration.Minutes(61));
        Assert.Equal(1, bench.Teller.View.Routes[0].ToldCount);
    }

    [Fact]
    public async Task One_that_is_gone_is_left_alone_until_the_route_leads_elsewhere_and_the_others_are_told()
    {
        await using var gone = await Receiver.StartAsync();
        await using var well = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(gone.Url), Bench.Webhook(well.Url, "well"));
        gone.Says(410);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.VerdictAsync("p2", Outcome.Broken);
        for (var minute = 0; minute < 20; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Single(gone.Got);
        Assert.True(bench.Teller.View.Routes[0].IsGone);
        Assert.Equal("oncall", Assert.Single(well.Got, got => got.Type == "kept.route.fails").Data.GetProperty("failing").GetString());

        await using var moved = await Receiver.StartAsync();
        bench.House = Bench.HouseOf(Bench.Webhook(moved.Url), Bench.Webhook(well.Url, "well"));
        await bench.StepAsync(Duration.Seconds(4));
        await bench.StepAsync(Duration.Seconds(4));
        Assert.Equal("shop/p2@1", Assert.Single(moved.Got).Json.GetProperty("subject").GetString());
        await bench.StepAsync(Duration.Seconds(4));
        Assert.Contains(well.Got, got => got.Type == "kept.route.works");
    }

    [Fact]
    public async Task A_message_that_a_receiver_refuses_makes_way_for_the_next()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        receiver.Answer = context =>
        {
            context.Response.StatusCode = receiver.Got.Last().Body.Contains("shop/p1@1", StringComparison.Ordinal) ? 400 : 200;
            return Task.CompletedTask;
        };
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.VerdictAsync("p2", Outcome.Broken);
        for (var minute = 0; minute < 30; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Equal((1L, 1L, 0), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].DeadCount, bench.Teller.View.Routes[0].Waiting));
    }

    [Fact]
    public async Task A_secret_that_is_not_set_is_told_by_its_name_and_never_shown()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says(500);
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url) with { Secret = "${env:KEPT_NOT_SET}" }, Bench.Webhook(receiver.Url + "?key=${env:KEPT_TELL_TEST_TOKEN}", "keyed"));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal("the environment variable KEPT_NOT_SET is not set", bench.Teller.View.Routes[0].LastError);
        foreach (var entry in bench.Ledger.Entries(new EntryQuery()))
        {
            var body = Encoding.UTF8.GetString((entry.Body ?? default).Span);
            Assert.DoesNotContain("tk_0123456789", body, StringComparison.Ordinal);
            Assert.DoesNotContain(Bench.Key, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_route_that_carried_nothing_for_a_day_is_proven_and_so_is_one_that_is_asked()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url) with { Canary = Duration.Days(1) });
        await bench.StepAsync(Duration.Hours(23));
        Assert.Empty(receiver.Got);
        Assert.Null(bench.Teller.View.Routes[0].ProvenAt);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal("kept.canary", Assert.Single(receiver.Got).Type);
        Assert.NotNull(bench.Teller.View.Routes[0].ProvenAt);
        await bench.StepAsync(Duration.Hours(12));
        Assert.Equal(new TestAnswer("oncall", "webhook", true, "it answered 204"), Assert.Single(await bench.Teller.TestAsync(null, default)));
        await bench.StepAsync(Duration.Hours(13));
        Assert.Equal(2, receiver.Got.Count);
        receiver.Says(404);
        Assert.Equal(new TestAnswer("oncall", "webhook", false, "it answered 404"), Assert.Single(await bench.Teller.TestAsync("oncall", default)));
    }
}
