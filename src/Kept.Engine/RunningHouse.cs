using System.Collections.Frozen;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;

namespace Kept.Engine;

/// <summary>What a running house stands on.</summary>
/// <param name="Ledger">Where everything is recorded.</param>
/// <param name="Looks">The look of each kind, by name.</param>
/// <param name="Time">The only clock.</param>
/// <param name="Random">Seeded; only for ids.</param>
/// <param name="Log">For operators.</param>
public sealed record EngineParts(ILedger Ledger, FrozenDictionary<string, Look> Looks, TimeProvider Time, Random Random, ILogger Log);

/// <summary>The running house: schedules looks, judges them, records them, and says how it stands. Safe to read from any thread.</summary>
public sealed class RunningHouse(EngineParts parts) : IAsyncDisposable
{
    /// <summary>How everything stands now. Cheap: rebuilt only when something changed.</summary>
    public HouseView View => throw new NotImplementedException(parts.ToString());

    /// <summary>Takes a newly read house, or notes that it was refused (then the old one stays).</summary>
    public ValueTask TakeAsync(HouseReading reading, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Runs until cancelled, then finishes what is under way and records it.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A watched thing called. False when no heartbeat has that key.</summary>
    public ValueTask<bool> BeatAsync(Beat beat, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Entries after a sequence, then every new one as it is written.</summary>
    public IAsyncEnumerable<Entry> FollowAsync(long after, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
