using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kept.Egress;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kept.Tell.Tests;

/// <summary>A teller over a ledger in memory, on a clock that the test moves: entries go in, messages come out at real sockets.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly Dictionary<string, Outcome> _outcomes = [];
    private readonly Dialer _dialer;

    private Bench(House house, FakeTimeProvider time, ILedger ledger)
    {
        (House, Time, Ledger) = (house, time, ledger);
        _dialer = new Dialer(EgressOptions.From(HouseSettings.Default, "."), time);
        Teller = Started();
    }

    public House House { get; set; }

    /// <summary>Runs in the middle of each turn: after it read the ledger, before it decides.</summary>
    public Action? InTurn { get; set; }

    /// <summary>Why the folder of the ledger would not be trusted.</summary>
    public string? Distrust { get; set; }

    public ILogger Log { get; set; } = NullLogger.Instance;

    public FakeTimeProvider Time { get; }
    public ILedger Ledger { get; }
    public Teller Teller { get; private set; }
    public Instant Now => Instant.From(Time.GetUtcNow());

    static Bench()
    {
        Environment.SetEnvironmentVariable("KEPT_TELL_TEST_KEY", Key);
        Environment.SetEnvironmentVariable("KEPT_TELL_TEST_TOKEN", "tk_0123456789");
    }

    public static Task<Bench> OfAsync(params TellRoute[] routes) => OfAsync(ledger => ledger, routes);

    /// <param name="seen">The ledger as the teller sees it.</param>
    /// <param name="routes">Of the house.</param>
    public static async Task<Bench> OfAsync(Func<ILedger, ILedger> seen, params TellRoute[] routes)
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2027-01-01T00:00:00Z"));
        var bench = new Bench(HouseOf(routes), time, seen(Ledgers.InMemory(time, new Random(1))));
        await bench.StepAsync();
        return bench;
    }

    public static House HouseOf(params TellRoute[] routes) => new()
    {
        Id = "our-house",
        Settings = HouseSettings.Default with { Routes = [.. routes], Pages = "https://kept.example/" },
        Agents = [new Agent { Id = "shop", At = Place.None, Promises = [.. Enumerable.Range(1, 60).Select(i => PromiseOf($"p{i}")), PromiseOf("quiet") with { Tell = [] }, PromiseOf("chosen") with { Tell = ["other"] }] }],
    };

    private static Promise PromiseOf(string name) => new()
    {
        Name = new PromiseName("shop", name, 1),
        Standing = Standing.Offered,
        Alerts = [new Alert("page", [], Place.None)],
        At = Place.None,
    };

    public static TellRoute Webhook(string url, string name = "oncall") => new(name, RouteKind.Webhook, url) { Secret = "${env:KEPT_TELL_TEST_KEY}", Canary = Duration.Zero };

    /// <summary>The house was read from documents, and every list that they look for has been given.</summary>
    public bool IsWhole { get; set; } = true;

    private Teller Started() => new(new TellParts(Ledger, Asked, () => _dialer, Time, Log, () => Distrust) { IsWhole = _ => IsWhole });

    private House Asked()
    {
        InTurn?.Invoke();
        return House;
    }

    /// <summary>As after the end of the process: only the ledger is left.</summary>
    public Task RestartAsync()
    {
        Teller = Started();
        return StepAsync();
    }

    /// <summary>The engine records a changed verdict.</summary>
    public async Task VerdictAsync(string promise, Outcome outcome, string reason = "status was 503")
    {
        var name = $"shop/{promise}@1";
        var before = _outcomes.GetValueOrDefault(name);
        _outcomes[name] = outcome;
        var body = new JsonObject { ["promise"] = name, ["outcome"] = outcome.Wire(), ["previous"] = before.Wire(), ["isWish"] = false, ["reason"] = reason };
        await Ledger.AppendAsync([Message.DraftOf(EntryKinds.VerdictChanged, Now, "", body) with { Subject = name }], default);
    }

    /// <summary>The engine takes a house without it.</summary>
    public async Task GoneAsync(string promise)
    {
        _outcomes.Remove($"shop/{promise}@1");
        var body = new JsonObject { ["promise"] = $"shop/{promise}@1", ["standing"] = "offered" };
        await Ledger.AppendAsync([Message.DraftOf(EntryKinds.PromiseGone, Now, "", body) with { Subject = $"shop/{promise}@1" }], default);
    }

    public Task AlertAsync(string promise, bool fires) => AlertAsync(promise, fires ? "firing" : "quiet");

    public async Task AlertAsync(string promise, string state)
    {
        var body = new JsonObject { ["alert"] = "page", ["state"] = state, ["reason"] = "over 1h the budget burns 20 times as fast as it may" };
        await Ledger.AppendAsync([Message.DraftOf(EntryKinds.AlertChanged, Now, "", body) with { Subject = $"shop/{promise}@1" }], default);
    }

    /// <summary>Time goes by, and everything that is due then happens.</summary>
    public async Task StepAsync(Duration by = default)
    {
        Time.Advance(by.ToTimeSpan());
        for (var turn = 0; turn < 3; turn++)
        {
            await Teller.TurnAsync(default);
            await Teller.QuietAsync();
        }
        await Teller.TurnAsync(default);
    }

    public ImmutableArray<Entry> Entries(string kind) => [.. Ledger.Entries(new EntryQuery(Kind: kind))];

    public async ValueTask DisposeAsync()
    {
        _dialer.Dispose();
        await Ledger.DisposeAsync();
    }
}
