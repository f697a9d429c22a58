using System.Globalization;
using System.Net;
using System.Text.Json;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>
/// The whole product, killed at any moment again and again: whatever it had acknowledged is there after the next start, the chain holds, the time nobody looked is
/// a gap, and who called in time is not called silent.
/// </summary>
public sealed class CrashLoopTests
{
    private static readonly int Cycles = Environment.GetEnvironmentVariable("KEPT_TEST_ALL") == "1" ? 40 : 5;

    [Fact]
    public async Task Whatever_was_acknowledged_survives_kill_9_at_any_moment()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var shop = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var kept = new KeptProcess();
        kept.Write(KeptProcess.Shop(shop.Port));
        var events = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var good = new Dictionary<string, SortedSet<DateTimeOffset>> { ["web"] = [], ["again"] = [] };
        var beats = new List<DateTimeOffset>();
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            var where = $"cycle {cycle}, seed {seed}";
            var before = Now;
            await kept.StartAsync();
            var beating = BeatAsync(kept, beats);
            if (cycle > 0) await SurvivedAsync(kept, events, good, before, where);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 4_000)), TimeProvider.System);

            // What the API tells now is on record by its own word.
            foreach (var fact in await kept.EventsAsync()) events[fact.GetProperty("sequence").GetString()!] = Fact(fact);
            foreach (var (promise, slots) in good)
                foreach (var look in (await LooksAsync(kept, promise, Now.AddMinutes(-2))).GetProperty("points").EnumerateArray())
                    if (look.GetProperty("class").GetString() == "good") slots.Add(look.GetProperty("at").GetDateTimeOffset());
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 400)), TimeProvider.System);
            await kept.KillAsync();
            await beating;
            (await kept.LedgerVerifyAsync()).Told(0, "The ledger holds");
        }

        var last = Now;
        await kept.StartAsync();
        var final = BeatAsync(kept, beats);
        await SurvivedAsync(kept, events, good, last, $"the end, seed {seed}");
        Assert.True(good["web"].Count >= Cycles, $"only {good["web"].Count} looks were seen in {Cycles} cycles");

        // A call is a look, or shares one with a call of the second before: whatever was answered with yes is on record, and no silence is.
        var told = beats.ToList();
        var heard = (await LooksAsync(kept, "backup", told[0].AddSeconds(-1))).GetProperty("points").EnumerateArray().Select(look => (At: look.GetProperty("at").GetDateTimeOffset(), Class: look.GetProperty("class").GetString())).ToList();
        Assert.All(heard, look => Assert.Equal("good", look.Class));
        Assert.True(told.Count >= Cycles * 2, $"only {told.Count} calls were answered");
        foreach (var beat in told.SkipWhile(beat => told[^1] - beat > TimeSpan.FromMinutes(30)))
            Assert.True(heard.Exists(look => look.At <= beat && beat - look.At < TimeSpan.FromSeconds(1.6)), $"the call of {beat:O} was answered with yes and is not on record; seed {seed}");
        Assert.DoesNotContain(await kept.EventsAsync(), fact => Fact(fact).Contains("\"outcome\":\"broken\"", StringComparison.Ordinal) && Fact(fact).Contains("shop/", StringComparison.Ordinal)); // we fell, not they

        kept.Signal("TERM");
        Assert.Equal(0, await kept.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        await final;
        (await kept.LedgerVerifyAsync()).Told(0, "The ledger holds");
    }

    /// <summary>Everything from before is there, and the stretch in which nobody looked is a gap.</summary>
    private static async Task SurvivedAsync(KeptProcess kept, SortedDictionary<string, string> events, Dictionary<string, SortedSet<DateTimeOffset>> good, DateTimeOffset startedAt, string where)
    {
        var now = (await kept.EventsAsync()).ToDictionary(fact => fact.GetProperty("sequence").GetString()!, Fact);
        foreach (var (sequence, fact) in events)
            Assert.True(now.TryGetValue(sequence, out var found) && found == fact, $"{where}: entry {sequence} was told as\n{fact}\nand is now\n{found ?? "gone"}");
        foreach (var (promise, slots) in good)
        {
            if (slots.Count == 0) continue;
            await kept.UntilAsync(async () => (await LooksAsync(kept, promise, startedAt)).GetProperty("points").EnumerateArray().Any(), $"{promise} is looked at again ({where})");
            var from = slots.Max.AddSeconds(-60);
            var looks = await LooksAsync(kept, promise, from);
            var points = looks.GetProperty("points").EnumerateArray().Select(look => look.GetProperty("at").GetDateTimeOffset()).ToHashSet();
            foreach (var slot in slots.Where(slot => slot >= from && !points.Contains(slot)))
                Assert.True(await IsRecordedAsync(kept, promise, slot), $"{where}: the look of {promise} at {slot:O} was told as recorded and is gone; {looks}");
            // Every period since is looked at or a gap. (After a start the first look of a check stands a part of a period beside its slots.)
            var period = TimeSpan.FromSeconds(1);
            var told = looks.GetProperty("gaps").EnumerateArray().Select(gap => (From: gap.GetProperty("from").GetDateTimeOffset(), To: gap.GetProperty("to").GetDateTimeOffset()))
                .Concat(points.Select(at => (From: at, To: at + period))).OrderBy(stretch => stretch.From).ToList();
            var end = points.Max();
            for (var covered = slots.Max + period; covered < end;)
            {
                var next = told.Where(stretch => stretch.From <= covered + period && stretch.To > covered).Select(stretch => stretch.To).DefaultIfEmpty(covered).Max();
                Assert.True(next > covered, $"{where}: {promise} at {covered:O} is neither looked at nor a gap; it was started at {startedAt:O}; {looks}\n{kept.Output}");
                covered = next;
            }
            // and nothing is good that nobody can have looked at
            Assert.DoesNotContain(points, at => at > slots.Max + TimeSpan.FromSeconds(3) && at < startedAt);
        }
        var restart = (await kept.EventsAsync()).Last(fact => fact.GetProperty("type").GetString()!.EndsWith("kept.gap", StringComparison.Ordinal));
        Assert.Contains("restarted", Fact(restart), StringComparison.Ordinal);
    }

    /// <summary>Calls until nobody answers; notes when it was told yes.</summary>
    private static async Task BeatAsync(KeptProcess kept, List<DateTimeOffset> acknowledged)
    {
        while (kept.IsRunning)
        {
            var (status, _) = await kept.TryAsync("beat/nightly-backup", HttpMethod.Post);
            if (status == HttpStatusCode.OK) acknowledged.Add(Now);
            else Assert.True(status is null or HttpStatusCode.ServiceUnavailable, $"a call was answered with {status}");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static Task<JsonElement> LooksAsync(KeptProcess kept, string promise, DateTimeOffset from, DateTimeOffset? to = null) => kept.JsonAsync(string.Create(CultureInfo.InvariantCulture,
        $"api/v1/promises/shop/{promise}@1/looks?points=2000&from={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}{(to is { } until ? $"&to={until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}" : "")}"));

    /// <summary>Two looks of one second are drawn as one point; asked for alone, each is told.</summary>
    private static async Task<bool> IsRecordedAsync(KeptProcess kept, string promise, DateTimeOffset slot) =>
        (await LooksAsync(kept, promise, slot, slot.AddMilliseconds(1))).GetProperty("points").EnumerateArray().Any(look => look.GetProperty("at").GetDateTimeOffset() == slot && look.GetProperty("class").GetString() == "good");

    private static string Fact(JsonElement fact) => JsonSerializer.Serialize(fact);
}
