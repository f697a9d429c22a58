using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>Keeping the fold costs telling nothing, whatever the storage does; and what lies there is believed only where it can be ours.</summary>
public sealed class KeepingTests
{
    private static readonly Instant Begin = Instant.TryParse("2027-01-01T00:00:00Z", out var at) ? at : default;

    [Fact]
    public async Task Where_what_is_known_cannot_be_kept_everything_is_told_and_it_is_logged_once_for_each_try()
    {
        await using var receiver = await Receiver.StartAsync();
        Full? full = null;
        await using var bench = await Bench.OfAsync(ledger => Full.Over(ledger, out full), Bench.Webhook(receiver.Url));
        var log = new Heard();
        bench.Log = log;
        await bench.RestartAsync();
        full!.IsFull = true;
        await ManyAsync(bench);
        await bench.VerdictAsync("p1", Outcome.Broken);
        for (var turn = 0; turn < 20; turn++) await bench.StepAsync(Duration.Milliseconds(500));
        Assert.Null(bench.Teller.View.Fault);
        Assert.Single(receiver.Got);
        Assert.Contains("could not be kept", Assert.Single(log.All), StringComparison.Ordinal);
        await bench.StepAsync(Duration.Minutes(11));
        Assert.Equal(2, log.All.Count);
        full.IsFull = false;
        await bench.StepAsync(Duration.Minutes(11));
        Assert.Equal(2, log.All.Count);
        Assert.NotNull(bench.Ledger.Cached("retelling"));
        Assert.Single(receiver.Got);
    }

    [Fact]
    public async Task However_fast_entries_come_all_that_is_known_is_written_once_in_ten_minutes()
    {
        Full? full = null;
        await using var bench = await Bench.OfAsync(ledger => Full.Over(ledger, out full), Bench.Webhook("http://127.0.0.1:9/"));
        for (var minute = 0; minute < 9; minute++)
        {
            await ManyAsync(bench);
            await bench.StepAsync(Duration.Minutes(1));
        }
        Assert.Equal(1, full!.Caches);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Equal(2, full.Caches);
    }

    [Fact]
    public async Task In_a_folder_where_others_write_what_was_kept_is_not_used()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        var log = new Heard();
        bench.Log = log;
        // of somebody who would have us silent: true in everything but that
        var forged = new Retelling();
        foreach (var entry in bench.Ledger.Entries(new EntryQuery(Limit: int.MaxValue))) forged.Take(entry);
        var kept = JsonNode.Parse(forged.Keep(bench.Now))!;
        kept["silences"] = new JsonArray(Silent(bench.Now, Duration.Days(1)));
        await bench.Ledger.CacheAsync("retelling", Encoding.UTF8.GetBytes(kept.ToJsonString()), default);
        await bench.RestartAsync();
        Assert.Single(bench.Teller.View.Silences); // nothing else could tell it from ours
        bench.Distrust = "others may write in /data";
        await bench.RestartAsync();
        Assert.Empty(bench.Teller.View.Silences);
        Assert.Contains("others may write in /data", Assert.Single(log.All), StringComparison.Ordinal);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Single(receiver.Got);
    }

    [Theory]
    [InlineData(0, 31, true)]
    [InlineData(0, 32, false)]
    [InlineData(-31, 31, true)]
    [InlineData(-100, 110, false)]
    [InlineData(10_000, 31, false)]
    public void A_silence_that_nobody_could_have_asked_for_is_damage(int beganInDays, int days, bool isTaken)
    {
        var kept = JsonNode.Parse(new Retelling().Keep(Begin))!;
        kept["silences"] = new JsonArray(Silent(Begin + Duration.Days(1) * beganInDays, Duration.Days(days)));
        Assert.Equal(isTaken, Retelling.OfKept(Encoding.UTF8.GetBytes(kept.ToJsonString()), Begin) is not null);
    }

    [Fact]
    public void Silences_that_ran_out_are_not_kept()
    {
        var kept = JsonNode.Parse(new Retelling().Keep(Begin))!;
        kept["silences"] = new JsonArray(Silent(Begin, Duration.Hours(1)), Silent(Begin, Duration.Hours(2), 6));
        var retelling = Retelling.OfKept(Encoding.UTF8.GetBytes(kept.ToJsonString()), Begin)!;
        Assert.Equal(2, retelling.Silences.Count());
        Assert.Equal(6, Retelling.OfKept(retelling.Keep(Begin + Duration.Hours(1)), Begin)!.Silences.Single().Id);
    }

    /// <summary>Each member in turn is missing, null, or of another type or size: it is damage, or it is harmless in all that follows.</summary>
    [Fact]
    public async Task Whatever_stands_in_what_was_kept_no_turn_fails_of_it()
    {
        var whole = Encoding.UTF8.GetString((await FullStateAsync()).Keep(Begin));
        var house = Bench.HouseOf(Bench.Webhook("http://127.0.0.1:9/"));
        var (tried, refused) = (0, 0);
        foreach (var path in Paths(JsonNode.Parse(whole)!, []).ToList())
            foreach (var value in (string?[])[null, "null", "0", "-1", "9223372036854775807", "1.5", "1e400", "true", "\"\"", "\"x\"", "\"9999-12-31\"", "\"0001-01-01\"", "[]", "[null]", "{}"])
            {
                var damaged = JsonNode.Parse(whole)!;
                Put(damaged, path, value);
                tried++;
                if (Retelling.OfKept(Encoding.UTF8.GetBytes(damaged.ToJsonString()), Begin) is not { } read)
                {
                    refused++;
                    continue;
                }
                try
                {
                    Use(read, house);
                }
                catch (Exception fault)
                {
                    Assert.Fail($"{string.Join('/', path)} = {value ?? "missing"}: {fault}");
                }
            }
        Assert.True(tried > 900 && refused > tried / 2, $"{refused} of {tried} were refused");
    }

    private static void Use(Retelling read, House house)
    {
        foreach (var now in (Instant[])[Begin, Begin + Duration.Hours(30)])
        {
            read.Keep(now);
            foreach (var silence in read.Silences) silence.Covers("shop/p1@1");
            foreach (var route in house.Settings.Routes.Where(route => read.Routes.ContainsKey(route.Name)))
            {
                Choice.For(route, house, read, now);
                var told = read.Routes[route.Name];
                foreach (var message in told.Waiting)
                {
                    Assert.Equal(route.Name, message.Route);
                    Envelope.Of(message, "house", house.Settings.Pages);
                    Words.Text(message, house.Settings.Pages);
                }
                told.Carried("msg", now, "it answered 200", isFormer: false);
                told.Drop("msg", now, "refused", gone: false);
                Choice.For(route, house, read, now);
            }
        }
    }

    /// <summary>A state in which every member that can be kept is there.</summary>
    private static async Task<Retelling> FullStateAsync()
    {
        await using var bench = await Bench.OfAsync(Bench.Webhook("http://127.0.0.1:9/"));
        for (var i = 1; i <= 4; i++) await bench.VerdictAsync($"p{i}", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        var waiting = bench.Teller.View.Routes[0].Letters;
        Assert.Equal(4, waiting.Length);
        await Tell(EntryKinds.TellTold, new JsonObject { ["id"] = waiting[0].Id, ["answer"] = "it answered 200" });
        await Tell(EntryKinds.TellDropped, new JsonObject { ["id"] = waiting[1].Id, ["why"] = "it answered 400" });
        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(2)); // a recovery waits, with how long it lasted and what it answers
        await bench.GoneAsync("p3");
        await bench.Teller.SilenceAsync("shop", Duration.Days(2), "ann", "a move", default);
        await bench.Ledger.AppendAsync([Message.Draft(bench.Now, "oncall", MessageKind.Canary, [], null)], default);
        var state = new Retelling();
        foreach (var entry in bench.Ledger.Entries(new EntryQuery(Limit: int.MaxValue))) state.Take(entry);
        return state;

        async Task Tell(string kind, JsonObject body)
        {
            body["route"] = "oncall";
            await bench.Ledger.AppendAsync([Message.DraftOf(kind, bench.Now, "oncall", body)], default);
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] at)
    {
        if (at.Length > 0) yield return at;
        var inner = node switch
        {
            JsonObject members => members.Select(member => (Step: (object)member.Key, member.Value)),
            JsonArray items => items.Take(2).Select((item, i) => (Step: (object)i, Value: item)),
            _ => [],
        };
        foreach (var (step, value) in inner)
            foreach (var path in Paths(value, [.. at, step]))
                yield return path;
    }

    private static void Put(JsonNode root, object[] path, string? value)
    {
        var holder = path[..^1].Aggregate(root, (node, step) => step is string name ? node[name]! : node[(int)step]!);
        if (path[^1] is int i)
        {
            if (value is null) holder.AsArray().RemoveAt(i);
            else holder[i] = JsonNode.Parse(value);
        }
        else if (value is null) holder.AsObject().Remove((string)path[^1]);
        else holder[(string)path[^1]] = JsonNode.Parse(value);
    }

    private static JsonObject Silent(Instant began, Duration length, long id = 5) => new()
    {
        ["id"] = id,
        ["scope"] = "all",
        ["until"] = (began + length).ToString(),
        ["by"] = "ann",
        ["because"] = "a move",
        ["began"] = began.ToString(),
    };

    private static async Task ManyAsync(Bench bench)
    {
        for (var i = 0; i < Teller.KeptEvery; i += 1000)
            await bench.Ledger.AppendAsync([.. Enumerable.Range(0, 1000).Select(_ => Message.DraftOf(EntryKinds.Gap, bench.Now, "", new JsonObject { ["cause"] = "late" }) with { Subject = "shop/p2@1" })], default);
    }

    /// <summary>A ledger that takes entries, and has no room for anything beside them while it is full.</summary>
    public class Full : DispatchProxy
    {
        private ILedger _of = null!;

        public bool IsFull { get; set; }
        public int Caches { get; private set; }

        public static ILedger Over(ILedger ledger, out Full full)
        {
            var proxy = Create<ILedger, Full>();
            full = (Full)(object)proxy;
            full._of = ledger;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(ILedger.CacheAsync))
            {
                if (IsFull) throw new LedgerException(StorageCodes.DiskFull, "no room");
                Caches++;
            }
            return targetMethod.Invoke(_of, args);
        }
    }

    private sealed class Heard : ILogger
    {
        private readonly ConcurrentQueue<string> _all = new();

        /// <summary>Of the ledger's keeping; a receiver that does not answer is another matter.</summary>
        public IReadOnlyList<string> All => [.. _all];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _all.Enqueue(formatter(state, exception));
    }
}
