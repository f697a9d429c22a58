using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>A promise that is called otherwise while it is not well, and one that left the documents while nobody ran.</summary>
public sealed class RenamedTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_end_is_told_once_under_the_new_name_which_says_the_old(bool isRestarted)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.AlertAsync("p1", fires: true);
        await bench.StepAsync(Duration.Seconds(3));
        await RenameAsync(bench, "p1", "front");
        if (isRestarted) await KeptAndRestartedAsync(bench);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal(2, receiver.Got.Count); // the same trouble goes on

        await bench.VerdictAsync("front", Outcome.Kept, "3 of 3 looks were good");
        await bench.AlertAsync("front", fires: false);
        if (isRestarted) await KeptAndRestartedAsync(bench);
        await bench.StepAsync(Duration.Minutes(2));
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal(["kept.alert.ceased", "kept.alert.fires", "kept.promise.broken", "kept.promise.recovered"], receiver.Got.Select(got => got.Type).Order(StringComparer.Ordinal));
        var broken = receiver.Got.Single(got => got.Type == "kept.promise.broken");
        var recovered = receiver.Got.Single(got => got.Type == "kept.promise.recovered").Data;
        Assert.Equal(("shop/front@1", "shop/p1@1", broken.Id), (recovered.GetProperty("promise").GetString(), recovered.GetProperty("formerly").GetString(), recovered.GetProperty("answers").GetString()));
        Assert.StartsWith("✔ shop/front@1 (formerly shop/p1@1) is kept again after 1 h", recovered.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal("✔ shop/front@1: page (formerly shop/p1@1) ceased after 1 h", receiver.Got.Single(got => got.Type == "kept.alert.ceased").Data.GetProperty("title").GetString());

        // what comes after that is of the new name alone
        await bench.VerdictAsync("front", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Equal("✖ shop/front@1 is broken", receiver.Got.Last().Data.GetProperty("title").GetString());
        Assert.False(receiver.Got.Last().Data.TryGetProperty("formerly", out _));
    }

    [Fact]
    public async Task What_was_told_of_by_nobody_stays_so_under_its_new_name()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync();
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.House = Bench.HouseOf(Bench.Webhook(receiver.Url));
        await bench.StepAsync(Duration.Seconds(5));
        await RenameAsync(bench, "p1", "front");
        await bench.VerdictAsync("front", Outcome.Kept);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Empty(receiver.Got);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_left_the_documents_while_nobody_ran_is_told_withdrawn_once(bool isKept)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        var house = bench.House;
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.VerdictAsync("p2", Outcome.Kept);
        await bench.StepAsync(Duration.Seconds(3));
        bench.House = Only(house, "p3");
        await (isKept ? KeptAndRestartedAsync(bench) : bench.RestartAsync());
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["kept.promise.broken", "kept.promise.withdrawn"], receiver.Got.Select(got => got.Type));
        Assert.Equal("no document makes it any more", receiver.Got.Last().Data.GetProperty("reason").GetString());
        Assert.Equal("shop/p1@1", Assert.Single(bench.Entries(EntryKinds.PromiseGone)).Subject); // of what was well nobody has to hear
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal(2, receiver.Got.Count);
        Assert.Single(bench.Entries(EntryKinds.PromiseGone));
    }

    [Fact]
    public async Task What_is_called_otherwise_at_the_start_is_not_gone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        bench.House = Renamed(bench.House, "p1", "front"); // the entry of its name comes a moment later
        await bench.RestartAsync();
        await RenameAsync(bench, "p1", "front");
        await bench.StepAsync(Duration.Hours(1));
        Assert.Empty(bench.Entries(EntryKinds.PromiseGone));
        Assert.Single(receiver.Got);
    }

    [Fact]
    public async Task Who_says_that_it_was_another_and_has_a_name_of_its_own_hides_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        var named = new JsonObject { ["id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAW", ["name"] = "shop/p2@1" };
        await bench.Ledger.AppendAsync([Message.DraftOf(EntryKinds.PromiseNamed, bench.Now, "", named) with { Subject = "shop/p2@1" }], default);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        bench.House = With(bench.House, promises => [.. promises.Where(promise => promise.Name.Promise != "p1").Select(promise => promise.Name.Promise == "p2" ? promise with { Was = new PromiseName("shop", "p1", 1) } : promise)]);
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal("shop/p1@1", Assert.Single(bench.Entries(EntryKinds.PromiseGone)).Subject);
        Assert.Equal(["kept.promise.broken", "kept.promise.withdrawn"], receiver.Got.Select(got => got.Type));
    }

    [Fact]
    public async Task A_silence_follows_its_promise_to_the_new_name()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Seconds(3));
        await bench.Teller.SilenceAsync("shop/p1@1", Duration.Hours(1), "ann", "moving", TestContext.Current.CancellationToken);
        await RenameAsync(bench, "p1", "front");
        await bench.VerdictAsync("front", Outcome.Broken);
        await bench.StepAsync(Duration.Minutes(10));
        Assert.Empty(receiver.Got);
        await bench.StepAsync(Duration.Hours(1));
        Assert.Equal("✖ shop/front@1 is broken", Assert.Single(receiver.Got).Data.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Nothing_is_withdrawn_until_the_documents_and_their_lists_were_read()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        var house = bench.House;
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        bench.IsWhole = false; // refused documents: a house of the server's own runs instead
        bench.House = Only(house, "none");
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Minutes(5));
        Assert.Empty(bench.Entries(EntryKinds.PromiseGone));
        bench.House = Only(house, "p2");
        bench.IsWhole = true;
        await bench.StepAsync(Duration.Seconds(1)); // compared
        await bench.StepAsync(Duration.Minutes(2)); // and no more the same trouble going on
        Assert.Equal("shop/p1@1", Assert.Single(bench.Entries(EntryKinds.PromiseGone)).Subject);
        Assert.Single(receiver.Got, got => got.Type == "kept.promise.withdrawn");
    }

    [Theory]
    [InlineData("targets/*.json", "targets/a.json lists its target no more")]
    [InlineData("https://sd.example/list", "the documents look for targets in targets/a.json no more")]
    public async Task What_a_list_dropped_while_nobody_ran_is_told_as_while_somebody_does(string source, string reason)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        foreach (var list in new[] { "targets/before.json", "targets/a.json" }) // it moved
            await bench.Ledger.AppendAsync([Message.DraftOf(EntryKinds.PromiseTerms, bench.Now, "", new JsonObject { ["promise"] = "shop/p1@1", ["foundIn"] = list }) with { Subject = "shop/p1@1" }], default);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        var house = Only(bench.House, "p3");
        bench.House = new() { Id = house.Id, Settings = house.Settings, Agents = [.. house.Agents.Select(agent => agent with { Found = [source] })] };
        await bench.RestartAsync();
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(["kept.promise.broken", "kept.promise.withdrawn"], receiver.Got.Select(got => got.Type));
        Assert.Equal(reason, receiver.Got.Last().Data.GetProperty("reason").GetString());
    }

    private static async Task RenameAsync(Bench bench, string was, string now)
    {
        bench.House = Renamed(bench.House, was, now);
        var body = new JsonObject { ["id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV", ["name"] = $"shop/{now}@1", ["was"] = $"shop/{was}@1" };
        await bench.Ledger.AppendAsync([Message.DraftOf(EntryKinds.PromiseNamed, bench.Now, "", body) with { Subject = $"shop/{now}@1" }], default);
    }

    /// <summary>An orderly end: what is known was kept.</summary>
    private static async Task KeptAndRestartedAsync(Bench bench)
    {
        using var stop = new CancellationTokenSource();
        var running = bench.Teller.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;
        Assert.NotNull(bench.Ledger.Cached("retelling"));
        await bench.RestartAsync();
    }

    private static House Renamed(House house, string was, string now) =>
        With(house, promises => [.. promises.Select(promise => promise.Name.Promise == was ? promise with { Name = new PromiseName("shop", now, 1), Was = promise.Name } : promise)]);

    private static House Only(House house, string promise) => With(house, promises => [.. promises.Where(one => one.Name.Promise == promise)]);

    private static House With(House house, Func<ImmutableArray<Promise>, ImmutableArray<Promise>> promises) =>
        new() { Id = house.Id, Settings = house.Settings, Agents = [.. house.Agents.Select(agent => agent with { Promises = promises(agent.Promises) })] };
}
