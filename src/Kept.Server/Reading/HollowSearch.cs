using System.Collections.Immutable;
using System.Threading.Channels;
using Kept.Judging;
using Kept.Model;

namespace Kept.Server;

/// <summary>What the search for hollow checks has found in a house.</summary>
/// <param name="IsWhole">False while it goes on: that nothing is found then says nothing.</param>
/// <param name="Findings">By file and place.</param>
/// <param name="More">Findings beyond those that are kept.</param>
public sealed record HollowFound(bool IsWhole, ImmutableArray<Diagnostic> Findings, int More)
{
    /// <summary>Nobody has looked yet.</summary>
    public static readonly HollowFound Searching = new(false, [], 0);
}

/// <summary>
/// Searches the running house for hollow checks, beside the engine and after the start: nothing waits for it. Few promises at a time, with a rest between them, so that looks come first; a house whose
/// documents are the same is not searched again, unless an acceptance in it ends.
/// </summary>
/// <param name="analyse">What a promise would miss; <see cref="HollowPromise.Of(Promise, Instant)"/>.</param>
/// <param name="discreet">Findings as those may read them who can reach the server.</param>
internal sealed partial class HollowSearch(Func<Promise, Instant, HollowPromise> analyse, Func<ImmutableArray<Diagnostic>, ImmutableArray<Diagnostic>> discreet, TimeProvider time, ILogger log)
{
    /// <summary>Most findings that are kept: a template of what is found may make thousands of the same.</summary>
    public const int Most = 1_000;

    private const int AtATime = 16;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10), LongestWait = TimeSpan.FromDays(1);

    private readonly Channel<House> _taken = Channel.CreateBounded<House>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private volatile Searched? _searched;

    /// <summary>One search of a house, by the hash of its documents: the house itself may go.</summary>
    /// <param name="All">What was found, told elsewhere or not.</param>
    /// <param name="ChangesAt">When an acceptance ends.</param>
    /// <param name="Found">What is told.</param>
    private sealed record Searched(string ContentHash, ImmutableArray<Diagnostic> All, int More, Instant? ChangesAt, HollowFound Found);

    /// <summary>Another house runs now. Returns at once.</summary>
    public void Take(House house) => _taken.Writer.TryWrite(house);

    /// <summary>What is known of a house.</summary>
    public HollowFound Of(House house) => _searched is { } searched && searched.ContentHash == house.ContentHash ? searched.Found : HollowFound.Searching;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        House? house = null;
        while (true)
        {
            house = await NextAsync(house, cancellationToken);
            if (_searched is { } same && same.ContentHash == house.ContentHash && !(same.ChangesAt <= Now)) _searched = same with { Found = Told(same.All, same.More, house) };
            else if (await SearchAsync(house, cancellationToken) is { } searched) _searched = searched;
        }
    }

    /// <summary>The next house; the same again when what is known of it ends.</summary>
    private async Task<House> NextAsync(House? running, CancellationToken cancellationToken)
    {
        if (running is null || _searched?.ChangesAt is not { } at) return await _taken.Reader.ReadAsync(cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var until = at.ToDateTimeOffset() - time.GetUtcNow();
        await Task.WhenAny(_taken.Reader.WaitToReadAsync(waiting.Token).AsTask(), Task.Delay(until < TimeSpan.Zero ? TimeSpan.Zero : until > LongestWait ? LongestWait : until, time, waiting.Token));
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return _taken.Reader.TryRead(out var taken) ? taken : running;
    }

    /// <summary>Null where a newer house came meanwhile.</summary>
    private async Task<Searched?> SearchAsync(House house, CancellationToken cancellationToken)
    {
        var (all, more, now, tried) = (new List<Diagnostic>(), 0, Now, 0);
        Instant? changes = null;
        foreach (var promise in house.Promises)
        {
            if (promise.Checks.IsEmpty) continue;
            if (++tried % AtATime == 0)
            {
                await Task.Delay(Rest, time, cancellationToken);
                if (_taken.Reader.TryPeek(out _)) return null;
            }
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var hollow = analyse(promise, now);
                if (hollow.ChangesAt is { } at && !(changes <= at)) changes = at;
                foreach (var finding in HollowFindings.Of(hollow))
                    if (all.Count < Most) all.Add(finding);
                    else more++;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                NotSearched(fault, promise.Name.ToString()); // a fault of ours; the others are searched all the same
            }
        }
        try
        {
            foreach (var finding in HollowFindings.OfRegimes(house, () => cancellationToken.IsCancellationRequested || _taken.Reader.TryPeek(out _)))
                if (all.Count < Most) all.Add(finding);
                else more++;
        }
        catch (Exception fault)
        {
            NotSearched(fault, "the regimes of the house");
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (_taken.Reader.TryPeek(out _)) return null;
        var kept = ImmutableArray.CreateRange(all.OrderBy(one => one.At.File?.Path, StringComparer.Ordinal).ThenBy(one => one.At.Line).ThenBy(one => one.At.Column).ThenBy(one => one.Code, StringComparer.Ordinal));
        return new Searched(house.ContentHash, kept, more, changes, Told(kept, more, house));
    }

    private HollowFound Told(ImmutableArray<Diagnostic> all, int more, House house) => new(true, discreet(HollowFindings.Untold(all, house.Diagnostics)), more);

    private Instant Now => Instant.From(time.GetUtcNow());

    [LoggerMessage(3050, LogLevel.Error, "What {Promise} would miss could not be searched")]
    private partial void NotSearched(Exception fault, string promise);
}
