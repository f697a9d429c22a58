using System.Collections.Immutable;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>A promise that is no more while somebody knows that it is not well, and one that comes back.</summary>
public sealed class WithdrawnTests
{
    [Fact]
    public async Task What_is_back_within_a_moment_is_the_same_trouble_and_its_end_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await BreakAsync(bench);
        await bench.GoneAsync("p1");
        await bench.StepAsync(Duration.Seconds(2));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Minutes(10));
        Assert.Equal(2, receiver.Got.Count);
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.AlertAsync("p1", fires: false);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["kept.alert.ceased", "kept.alert.fires", "kept.promise.broken", "kept.promise.recovered"], Types(receiver));
        Assert.Equal((10 * 60) + 5, receiver.Got.Single(got => got.Type == "kept.promise.recovered").Data.GetProperty("lastedSeconds").GetInt64());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_heard_that_it_is_broken_hears_that_it_is_withdrawn_and_of_its_next_break(bool isStillInTheHouse)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url), Bench.Webhook(other.Url, "other") with { IsUsual = false });
        var house = bench.House;
        await BreakAsync(bench);
        await bench.GoneAsync("p1");
        if (!isStillInTheHouse) bench.House = Without(house, "p1");
        await bench.StepAsync(Duration.Seconds(30));
        await bench.RestartAsync();
        Assert.Equal(2, receiver.Got.Count);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["kept.alert.ceased", "kept.alert.fires", "kept.promise.broken", "kept.promise.withdrawn"], Types(receiver));
        var broken = receiver.Got.Single(got => got.Type == "kept.promise.broken");
        var withdrawn = receiver.Got.Single(got => got.Type == "kept.promise.withdrawn").Data;
        Assert.Equal("○ shop/p1@1 is withdrawn after 3 s", withdrawn.GetProperty("title").GetString());
        Assert.Equal("no document makes it any more", withdrawn.GetProperty("reason").GetString());
        Assert.Equal(broken.Id, withdrawn.GetProperty("answers").GetString());
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal(4, receiver.Got.Count);

        bench.House = house;
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal("kept.promise.broken", receiver.Got.Last().Type);
        Assert.Equal(5, receiver.Got.Count);
        Assert.Empty(other.Got);
    }

    [Fact]
    public async Task Of_what_nobody_heard_the_withdrawal_is_not_told_and_many_that_go_are_one_message()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(1));
        await bench.GoneAsync("p1");
        await bench.GoneAsync("p2");
        await bench.StepAsync(Duration.Minutes(5));
        Assert.Empty(receiver.Got);

        for (var i = 11; i <= 30; i++) await bench.VerdictAsync($"p{i}", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(31));
        for (var i = 11; i <= 30; i++) await bench.GoneAsync($"p{i}");
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["✖ 20 broken, all of shop", "○ 20 withdrawn, all of shop"], receiver.Got.Select(got => got.Data.GetProperty("title").GetString()));
    }

    [Fact]
    public async Task What_no_route_wants_to_hear_of_is_forgotten_in_time()
    {
        var retelling = new Retelling();
        await using var bench = await Bench.OfAsync(Bench.Webhook("http://127.0.0.1:9/") with { When = Tidings.Broken });
        for (var day = 0; day < 40; day++)
        {
            await bench.VerdictAsync($"p{day + 1}", Outcome.Broken);
            await bench.StepAsync(Duration.Seconds(4));
            await bench.GoneAsync($"p{day + 1}");
            await bench.StepAsync(Duration.Days(1));
        }
        foreach (var entry in bench.Ledger.Entries(new Kept.Ledger.EntryQuery(Limit: int.MaxValue))) retelling.Take(entry);
        Assert.Null(retelling.Find("shop/p1@1"));
        Assert.Null(retelling.Find("shop/p8@1"));
        Assert.True(retelling.Find("shop/p40@1") is { IsWithdrawn: true });
        Assert.DoesNotContain("shop/p1@1", retelling.Routes["oncall"].Told.Keys);
    }

    private static async Task BreakAsync(Bench bench)
    {
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
    }

    private static House Without(House house, string promise) => house with { Agents = [.. house.Agents.Select(agent => agent with { Promises = [.. agent.Promises.Where(one => one.Name.Short != promise + "@1" && one.Name.Promise != promise)] })] };

    private static ImmutableArray<string> Types(Receiver receiver) => [.. receiver.Got.Select(got => got.Type).Order(StringComparer.Ordinal)];
}
