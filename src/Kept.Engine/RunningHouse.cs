using System.Collections.Frozen;
using System.Runtime.CompilerServices;
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
/// <param name="ReadLoad">Reads the load of an agent that declares a source; null where it cannot be read. Without it, loads are unknown.</param>
public sealed record EngineParts(
    ILedger Ledger, FrozenDictionary<string, Look> Looks, TimeProvider Time, Random Random, ILogger Log,
    Func<LoadSource, CancellationToken, ValueTask<Quantity?>>? ReadLoad = null);

/// <summary>
/// The running house: schedules looks, judges them, records them, and says how it stands. Safe to use from any thread. No fault of a look, of a judgement or of
/// the ledger ends it; <see cref="HouseView.Figures"/> tells of each.
/// </summary>
public sealed class RunningHouse(EngineParts parts) : IAsyncDisposable
{
    private const int EntriesAtOnce = 500;

    private readonly Keeper _keeper = new(parts);
    private readonly CancellationTokenSource _disposing = new();

    /// <summary>How everything stands now. Cheap: a reference to what the loop published after its newest turn.</summary>
    public HouseView View => _keeper.View;

    /// <summary>
    /// Takes a newly read house, or notes that it was refused (then the old one stays). Completes when the view shows it; while nothing runs yet, at once: the
    /// start takes it. While storage fails, it completes and the house is taken as soon as the ledger gives it ids.
    /// </summary>
    public async ValueTask TakeAsync(HouseReading reading, CancellationToken cancellationToken)
    {
        if (!_keeper.IsRunning)
        {
            _keeper.Post(() => _keeper.Take(reading, new TaskCompletionSource<bool>()));
            return;
        }
        await _keeper.AskAsync<bool>(done => _keeper.Take(reading, done), ifEnded: false, cancellationToken);
    }

    /// <summary>Runs until cancelled, then finishes what is under way within five seconds, records it, and returns; at most nine seconds in all.</summary>
    /// <exception cref="InvalidOperationException">It runs already, or ran before: a house runs once.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await _keeper.RunAsync(either.Token);
    }

    /// <summary>A watched thing called. The answer comes once it is on disk, or at once where it can only be noted in memory.</summary>
    public async ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken cancellationToken)
    {
        return _keeper.IsRunning ? await _keeper.AskAsync<BeatAnswer>(heard => _keeper.Hear(beat, heard), BeatAnswer.NotRunning, cancellationToken) : BeatAnswer.NotRunning;
    }

    /// <summary>
    /// A call of a heartbeat was refused by a bound of ours, so what it said is not known. The silence that would follow is then a gap, and breaks nothing. Cheap, from any
    /// thread; a key that is none of this house's does nothing.
    /// </summary>
    /// <param name="key">Whose call it was; null where it was refused before that could be read, so that it may have been anybody's.</param>
    public void SentAway(string? key) => _keeper.SentAway(key);

    /// <summary>
    /// Entries after a sequence, then every new one as it is written: in order, none twice, none left out. Any number of readers; a slow one reads on from the
    /// ledger at its own pace and holds nobody up. Ends when the house has ended.
    /// </summary>
    public async IAsyncEnumerable<Entry> FollowAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await _keeper.MovedAsync(after, cancellationToken))
        {
            var entries = parts.Ledger.Entries(new EntryQuery(after, EntriesAtOnce));
            if (entries.Count == 0)
            {
                // The newest sequence may be of an entry that a crash took back; nothing to read is no reason to spin.
                await Task.Delay(TimeSpan.FromMilliseconds(100), parts.Time, cancellationToken);
                continue;
            }
            foreach (var entry in entries)
            {
                after = entry.Sequence;
                yield return entry;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested) return;
        _disposing.Cancel();
        if (_keeper.IsRunning) await _keeper.Ended;
        _keeper.Dispose();
        _disposing.Dispose();
    }
}
