using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kept.Engine.Tests.World;

/// <summary>A running house in a world of one thread, one clock and one seed.</summary>
internal sealed class HouseWorld : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero); // a Monday

    private static readonly ImmutableArray<CheckKind> Kinds = CheckCatalog.Kinds;

    private readonly Random _random;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public HouseWorld(int seed = 1, bool shuffle = true, DateTimeOffset? start = null)
    {
        _random = new Random(seed);
        Clock = new WorldClock(start ?? Start);
        Thread = new OneThread(shuffle ? new Random(seed) : null);
        Looks = new ScriptedLooks(Clock, Kinds);
        Ledger = new FlakyLedger(Ledgers.InMemory(Clock, _random));
    }

    public WorldClock Clock { get; }
    public OneThread Thread { get; }
    public ScriptedLooks Looks { get; }
    public FlakyLedger Ledger { get; }
    public RunningHouse House { get; private set; } = null!;
    public ILogger Log { get; set; } = NullLogger.Instance;
    public Func<LoadSource, CancellationToken, ValueTask<Quantity?>>? ReadLoad { get; set; }

    public Instant Now => Instant.From(Clock.GetUtcNow());
    public HouseView View => House.View;

    public static HouseReading Read(string yaml) =>
        HouseReader.Read([new DocumentFile("test.kept.yaml", Encoding.UTF8.GetBytes(yaml))], "test", Kinds);

    /// <summary>Starts an engine on the ledger, as after a start of the process.</summary>
    public void Run(HouseReading? reading = null)
    {
        _stop = new CancellationTokenSource();
        On(() =>
        {
            House = new RunningHouse(new EngineParts(Ledger, Looks.All, Clock, _random, Log, ReadLoad));
            _running = House.RunAsync(_stop.Token);
            if (reading is not null) _ = House.TakeAsync(reading, CancellationToken.None).AsTask();
        });
    }

    public void Run(string yaml)
    {
        var reading = Read(yaml);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        Run(reading);
    }

    public void Take(HouseReading reading)
    {
        Task? taken = null;
        On(() => taken = House.TakeAsync(reading, CancellationToken.None).AsTask());
        Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(taken!.IsCompletedSuccessfully);
    }

    public void Take(string yaml) => Take(Read(yaml));

    public BeatAnswer? Beat(Beat beat)
    {
        Task<BeatAnswer>? heard = null;
        On(() => heard = House.BeatAsync(beat, CancellationToken.None).AsTask());
        return heard!.IsCompletedSuccessfully ? heard.Result : null;
    }

    public void Advance(TimeSpan by) => Clock.Advance(by, Thread.RunAll);

    public void AdvanceTo(DateTimeOffset at) => Advance(at - Clock.GetUtcNow());

    /// <summary>Asks it to stop and lets it.</summary>
    public TimeSpan Stop()
    {
        var began = Clock.GetTimestamp();
        On(_stop.Cancel);
        for (var waited = 0; !_running.IsCompleted && waited < 40; waited++) Advance(TimeSpan.FromMilliseconds(500));
        Assert.True(_running.IsCompletedSuccessfully, _running.Exception?.ToString() ?? "it did not stop");
        return Clock.GetElapsedTime(began);
    }

    /// <summary>The process dies: nothing of the engine runs any more. What was acknowledged is in the ledger.</summary>
    public void Kill()
    {
        House = null!;
        _killed.Add(_running);
        Clock.Forget();
        Thread.Forget();
    }

    private readonly List<Task> _killed = [];

    public PromiseView Promise(string name) =>
        View.Find(PromiseName.TryParse(name, "web", out var parsed) ? parsed : throw new ArgumentException(name)) ?? throw new ArgumentException($"no promise {name}");

    public Verdict Verdict(string name) => Promise(name).Verdict;

    public IReadOnlyList<Entry> Entries(string kind) => Ledger.Entries(new EntryQuery(Kind: kind));

    public IReadOnlyList<LookRecord> LooksOf(string name, int check = 0) =>
        Ledger.Looks(Promise(name).Checks[check].Series, new Instant(0), new Instant(long.MaxValue / 2));

    /// <summary>Everything that was recorded and looked at, as one hash: equal runs have equal hashes.</summary>
    public string Trace()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in Ledger.Entries(new EntryQuery(Limit: int.MaxValue))) hash.AppendData(Encoding.UTF8.GetBytes(entry.Hash));
        foreach (var promise in View.Promises)
            foreach (var check in promise.Checks)
                foreach (var look in Ledger.Looks(check.Series, new Instant(0), new Instant(long.MaxValue / 2)))
                    hash.AppendData(Encoding.UTF8.GetBytes($"{look.Series} {look.Slot} {look.Class} {look.Failure} {look.Gap} {look.Code} {look.LateMicroseconds}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Does something as if the server called it, and lets all that follows happen.</summary>
    public void On(Action act)
    {
        Thread.Post(_ => act(), null);
        Thread.RunAll();
    }

    public void Dispose()
    {
        Assert.Equal(0, Thread.ForeignPosts);
        _stop.Dispose();
    }
}
