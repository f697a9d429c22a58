using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>What people ask while a turn is under way: neither loses what the other did.</summary>
public sealed class AskedTests
{
    [Fact]
    public async Task A_silence_asked_for_in_the_middle_of_a_turn_is_listed_when_it_is_answered_and_no_message_is_made_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        Task<Silence>? asked = null;
        bench.InTurn = () => asked ??= bench.Teller.SilenceAsync(Silence.All, Duration.Hours(1), "ann", "a move", default);
        await bench.Teller.TurnAsync(default);
        bench.InTurn = null;
        var silence = await asked!;
        Assert.Equal(silence, Assert.Single(bench.Teller.View.Silences));
        Assert.All(bench.Entries(EntryKinds.TellQueued), queued => Assert.True(queued.Sequence < silence.Id, "what is silent is not told from then on"));
        await bench.VerdictAsync("p2", Outcome.Broken);
        await bench.StepAsync(Duration.Minutes(5));
        Assert.DoesNotContain(receiver.Got, got => got.Json.GetProperty("subject").GetString() == "shop/p2@1");
        Assert.Equal(silence, Assert.Single(bench.Teller.View.Silences));
    }

    [Fact]
    public async Task The_end_of_a_silence_asked_for_in_the_middle_of_a_turn_stays_ended()
    {
        await using var bench = await Bench.OfAsync();
        var silence = await bench.Teller.SilenceAsync(Silence.All, Duration.Hours(1), "ann", "a move", default);
        await bench.StepAsync();
        Task<bool>? asked = null;
        bench.InTurn = () => asked ??= bench.Teller.EndSilenceAsync(silence.Id, "ann", default);
        await bench.Teller.TurnAsync(default);
        bench.InTurn = null;
        Assert.True(await asked!);
        Assert.Empty(bench.Teller.View.Silences);
        Assert.False(await bench.Teller.EndSilenceAsync(silence.Id, "ann", default));
        Assert.Single(bench.Entries(EntryKinds.SilenceEnded));
    }

    [Fact]
    public async Task Of_many_silences_asked_for_at_once_none_is_lost_and_each_ends_once()
    {
        await using var bench = await Bench.OfAsync();
        using var together = new Barrier(8);
        var silences = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            together.SignalAndWait();
            var silence = await bench.Teller.SilenceAsync("shop", Duration.Hours(1), "ann", $"move {i}", default);
            Assert.Contains(silence, bench.Teller.View.Silences); // whoever was answered finds it
            return silence;
        })));
        Assert.Equal(silences.Select(one => one.Id).Order(), bench.Teller.View.Silences.Select(one => one.Id));
        var ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            together.SignalAndWait();
            return bench.Teller.EndSilenceAsync(silences[0].Id, "ann", default);
        })));
        Assert.Single(ended, true);
        Assert.Equal(7, bench.Teller.View.Silences.Length);
    }
}
