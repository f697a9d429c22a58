using System.Runtime.InteropServices;
using Kept.Engine;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Ledger;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Kept.Tell;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Kept.Simulation.Tests.World;

/// <summary>
/// The whole core in one thread from one seed: the real engine, ledger (SQLite and hot log on a folder) and outbox; clock, network, receivers and the moments of crashes are the
/// world's. A crash is the folder as it stands at that moment: what the program does afterwards nobody sees.
/// </summary>
internal sealed partial class SimWorld : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    // in memory where there is such a place: what is simulated is the process, and a sync to a real disk would only take time
    private static readonly string Root = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"kept-simulation-{Environment.ProcessId}")).FullName;
    private static int _folders;

    private readonly Random _random;
    private readonly List<Task> _lost = [];
    private string _folder;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask, _telling = Task.CompletedTask;
    private int _crashIn = -1;
    private string? _snapshot;
    private HouseView? _oldView;
    private Instant _oldUntil;

    public SimWorld(int seed, Planted planted, int promises, string every)
    {
        (_random, Planted) = (new Random(seed), planted);
        (Clock, Thread) = (new WorldClock(Start), new OneThread(new Random(seed)));
        Targets = new SimTargets(Clock, Draw);
        Documents = new SimHouse(Draw, promises, every);
        _folder = NewFolder();
    }

    public Planted Planted { get; }
    public WorldClock Clock { get; }
    public OneThread Thread { get; }
    public SimTargets Targets { get; }
    public SimHouse Documents { get; }
    public Dictionary<string, SimReceiver> Receivers { get; } = new() { ["oncall"] = new(), ["others"] = new() };

    /// <summary>What the ledger said it has, whatever became of it.</summary>
    public Dictionary<(int Series, Instant Slot), LookRecord> Acknowledged { get; } = [];

    public SimLedger Ledger { get; private set; } = null!;
    public RunningHouse House { get; private set; } = null!;
    public Teller Teller { get; private set; } = null!;

    /// <summary>The house that was taken last, by its content.</summary>
    public string Taken { get; private set; } = "";

    public int Crashes { get; private set; }
    public Instant Now => Instant.From(Clock.GetUtcNow());
    public bool IsTroubled => Ledger.IsFull || Ledger.IsUnreadable || Ledger.Slow is not null || Receivers.Values.Any(receiver => receiver.IsDown || receiver.LosesAnswers);
    public bool IsDead => _snapshot is not null;

    /// <summary>Drawn from the seed: 0 to <paramref name="below"/> − 1.</summary>
    public int Draw(int below) => _random.Next(below);

    public HouseView View
    {
        get
        {
            if (Planted != Planted.ShowsWhatIsOld) return House.View;
            if (_oldView is null || Now > _oldUntil) (_oldView, _oldUntil) = (House.View, Now + Duration.Minutes(20));
            return _oldView;
        }
    }

    /// <summary>Starts on what lies in the folder, as a process does.</summary>
    public void Run()
    {
        _stop = new CancellationTokenSource();
        for (var tries = 0; ; tries++)
        {
            On(Open);
            if (!IsDead) return;
            if (tries > 100) throw new InvalidOperationException("it crashes at every start");
            Bury();
        }
    }

    private void Open()
    {
        try
        {
            Ledger = new SimLedger(SqliteLedger.Open(_folder, Clock, _random, Small with { AtPoint = Reached }), Planted, Draw, Acknowledged);
        }
        catch (Exception) when (IsDead)
        {
            return; // it crashed while it opened
        }
        catch (LedgerException damaged) when (damaged.Code == StorageCodes.Damaged)
        {
            Refused = damaged.Message;
            return;
        }
        House = new RunningHouse(new EngineParts(Ledger, Targets.All, Clock, _random, NullLogger.Instance));
        _running = House.RunAsync(_stop.Token);
        var (reading, house) = (Documents.Read(), House);
        Taken = reading.House!.ContentHash;
        _lost.Add(house.TakeAsync(reading, CancellationToken.None).AsTask());
        Teller = new Teller(new TellParts(Ledger, () => house.View.House is { ContentHash.Length: > 0 } read ? read : null, () => throw new InvalidOperationException("there is no network"), Clock, NullLogger.Instance, () => null) { Carry = CarryAsync });
        _telling = Teller.RunAsync(_stop.Token);
    }

    /// <summary>So small that a day seals, cuts and expires many times.</summary>
    private static readonly LedgerOptions Small = new() { SegmentBytes = 32 << 10, SegmentAge = Duration.Hours(1), SealBytesLeast = 64 << 10, SealBytesPerSeries = 100, SealAge = Duration.Hours(3), BlockLooks = 200 };

    private Task<Receipt> CarryAsync(TellRoute route, Message message, CancellationToken stopping)
    {
        var receiver = Receivers[route.Name];
        if (IsDead) return Task.FromResult(new Receipt(TryOutcome.Failed, "nobody sends any more"));
        var receipt = Planted == Planted.BelievesItWasCarried && Draw(4) == 0 ? new Receipt(TryOutcome.Carried, "204") : receiver.Take(message, Now);
        if (Planted == Planted.TellsTwice && receipt.Outcome == TryOutcome.Failed)
        {
            _lost.Add(Ledger.AppendAsync([Message.Draft(Now, message.Route, message.Kind, message.Items, message.Answers)], CancellationToken.None).AsTask());
            receipt = new Receipt(TryOutcome.Carried, "204");
        }
        return Task.FromResult(receipt);
    }

    /// <summary>Takes documents while it runs; completes when the view shows them, as far as the storage works.</summary>
    public void Take(HouseReading reading)
    {
        if (reading.House is { } house) Taken = house.ContentHash;
        else if (Planted == Planted.TakesWhatIsBroken)
        {
            Documents.Change();
            reading = Documents.Read();
        }
        On(() => _lost.Add(House.TakeAsync(reading, CancellationToken.None).AsTask()));
    }

    public void Upkeep() => On(() => _lost.Add(TryUpkeepAsync()));

    private async Task TryUpkeepAsync()
    {
        try
        {
            await Ledger.UpkeepAsync(Now, Duration.Days(400), CancellationToken.None);
        }
        catch (LedgerException)
        {
            // the disk: the next one does it
        }
    }

    public void Advance(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero && Refused is null; left -= Slice)
        {
            Clock.Advance(left < Slice ? left : Slice, Thread.RunAll);
            if (!IsDead) continue;
            Bury();
            Clock.Advance(TimeSpan.FromSeconds(Draw(90)), Thread.RunAll); // until somebody starts it again
            Run();
        }
    }

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(30);

    /// <summary>Why the ledger is not opened any more; null while it is.</summary>
    public string? Refused { get; private set; }

    /// <summary>No crash comes any more.</summary>
    public void Calm() => _crashIn = -1;

    /// <summary>The process ends here and now.</summary>
    public void Kill()
    {
        Snapshot();
        Bury();
    }

    /// <summary>It ends at one of the next points between two steps of the storage.</summary>
    public void CrashSoon() => _crashIn = 1 + Draw(60);

    /// <summary>As asked, in order: everything seen is on record.</summary>
    public void StopInOrder()
    {
        _crashIn = -1;
        On(_stop.Cancel);
        for (var waited = 0; !(_running.IsCompleted && _telling.IsCompleted) && waited < 60; waited++) Clock.Advance(TimeSpan.FromMilliseconds(500), Thread.RunAll);
        if (!_running.IsCompletedSuccessfully || !_telling.IsCompletedSuccessfully) throw new InvalidOperationException($"it did not stop: {_running.Exception} {_telling.Exception}");
        Task? closed = null;
        On(() => closed = Ledger.DisposeAsync().AsTask());
        if (closed is not { IsCompletedSuccessfully: true }) throw new InvalidOperationException("the ledger did not close");
    }

    /// <summary>Does something as if a caller did it, and lets all that follows happen.</summary>
    public void On(Action act)
    {
        Thread.Post(_ => act(), null);
        Thread.RunAll();
    }

    private void Reached(string point)
    {
        if (IsDead || _crashIn < 0 || --_crashIn > 0) return;
        _crashIn = -1;
        Snapshot();
        throw new IOException($"the process ended at {point}");
    }

    private void Snapshot()
    {
        if (_snapshot is not null) return;
        var copy = NewFolder();
        Copy(_folder, copy);
        _snapshot = copy;
        if (Ledger is not null) Ledger.IsDead = true;
    }

    private void Bury()
    {
        Crashes++;
        Thread.Forget();
        Clock.Forget();
        if (Ledger is not null) (Ledger.IsFull, Ledger.IsUnreadable) = (true, true);
        Remove(_folder);
        _folder = _snapshot!;
        _snapshot = null;
        if (Planted == Planted.LosesTheEndAtACrash) CutTheEnd();
        if (Planted == Planted.TurnsABit && Crashes % 2 == 0) TurnABit();
    }

    private void CutTheEnd()
    {
        if (Directory.GetFiles(Path.Combine(_folder, SqliteLedger.HotFolder)).Order(StringComparer.Ordinal).LastOrDefault() is not { } newest) return;
        using var file = new FileStream(newest, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(Math.Max(64, file.Length - 400));
    }

    private void TurnABit()
    {
        using var file = new FileStream(Path.Combine(_folder, Database.FileName), FileMode.Open, FileAccess.ReadWrite);
        if (file.Length < 20_000) return;
        for (var tries = 0; tries < 40; tries++)
        {
            file.Position = 8192 + Draw((int)file.Length - 8192);
            var at = file.Position;
            var there = file.ReadByte();
            if (there is 0 or < 32 or > 126) continue; // in the text of some entry
            file.Position = at;
            file.WriteByte((byte)(there ^ 4));
        }
    }

    private static string NewFolder() => Path.Combine(Root, Interlocked.Increment(ref _folders).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from)) return;
        foreach (var folder in Directory.EnumerateDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (file.EndsWith("-shm", StringComparison.Ordinal)) continue; // an index over the log, made anew by whoever opens
            using var source = new FileStream(new SafeFileHandle(OpenFile(file, 0), ownsHandle: true), FileAccess.Read); // whoever holds a lock on it: nobody asks a dead process
            using var target = new FileStream(Path.Combine(to, Path.GetFileName(file)), FileMode.Create, FileAccess.Write);
            source.CopyTo(target);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    public void Dispose()
    {
        _stop.Dispose();
        Remove(_folder);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
