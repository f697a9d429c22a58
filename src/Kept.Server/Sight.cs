using Kept.Engine;
using Kept.Ledger;
using Kept.Model;
using Kept.Tell;

namespace Kept.Server;

/// <summary>
/// What pages, API and metrics answer from: the view of the running house and its ledger. They never ask where a view comes from, so a view made by hand
/// serves a test as well as the engine serves the product.
/// </summary>
internal sealed record Sight
{
    /// <summary>How everything stands now. Each answer takes one view and works on it to its end.</summary>
    public required Func<HouseView> View { get; init; }
    public required ILedger Ledger { get; init; }
    public required TimeProvider Time { get; init; }
    /// <summary>Entries after a sequence, then every new one.</summary>
    public required Func<long, CancellationToken, IAsyncEnumerable<Entry>> Follow { get; init; }
    /// <summary>Hands a call of a heartbeat to the engine.</summary>
    public required Func<Beat, CancellationToken, ValueTask<BeatAnswer>> Beat { get; init; }
    /// <summary>Tells the engine of a call of a heartbeat that was refused by a bound of ours; null where its key was not read.</summary>
    public required Action<string?> SentAway { get; init; }
    /// <summary>Where documents are read from, for the words on how to add the next promise; null where the house has no folder.</summary>
    public string? HousePath { get; init; }

    /// <summary>A promise as it may be shown: strangers see less than who sits at this machine.</summary>
    public Func<PromiseView, PromiseView> Shown { get; init; } = view => view;

    /// <summary>What this machine lacks for what it is asked to do, as found at the start.</summary>
    public Func<IReadOnlyList<string>> Findings { get; init; } = static () => [];

    /// <summary>What checks of a house would miss, as far as it is searched; null where nobody searches.</summary>
    public Func<House, HollowFound?> Hollow { get; init; } = static _ => null;

    /// <summary>Whoever tells people; null where nobody does.</summary>
    public Teller? Teller { get; init; }

    /// <summary>How telling stands now.</summary>
    public Func<TellView> Telling { get => field ?? (() => Teller?.View ?? TellView.None); init; }

    /// <summary>Strangers may reach this server, so nothing is asked of it that changes anything.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Tells this run of the server from every other, for who found its address in the data folder; null where none wrote it there.</summary>
    public string? Mark { get; init; }

    public Instant Now => Instant.From(Time.GetUtcNow());
}
