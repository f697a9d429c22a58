using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Language;
using Kept.Language.Found;
using Kept.Ledger;

namespace Kept.Server;

/// <summary>Asks a URL for its list: the bytes, or why there are none.</summary>
internal delegate ValueTask<(ReadOnlyMemory<byte>? Bytes, string? Why)> AskForTargets(FoundSource source, CancellationToken cancellationToken);

/// <summary>
/// The lists of targets at URLs, each asked in its rhythm. A list that cannot be read leaves the last good one, also over a restart; one that is empty after it was not, or much smaller, or
/// another one, is believed only when it is said again. From any thread.
/// </summary>
internal sealed partial class AskedLists(AskForTargets ask, ILedger ledger, TimeProvider time, ILogger log)
{
    /// <summary>How often in a row the same list is given before it counts, where most of the one before is gone from it.</summary>
    public const int SaidUntilBelieved = 3;

    /// <summary>From one new list to the next: each is a new house, and terms in the ledger.</summary>
    private static readonly TimeSpan LeastApart = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RememberedApart = TimeSpan.FromMinutes(10);

    private const int MostAtOnce = 16;
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);

    private sealed class Asked(FoundSource source)
    {
        public FoundSource Source { get; set; } = source;
        public ReadOnlyMemory<byte>? Good { get; set; }
        /// <summary>The labels that each of its templates needs.</summary>
        public IReadOnlyList<ImmutableArray<string>> Templates { get; set; } = [[]];
        /// <summary>How many the last list that was not empty had.</summary>
        public int Count { get; set; }
        /// <summary>The good list is what the source gave last.</summary>
        public bool IsNewest { get; set; }
        public string? Why { get; set; }
        public DateTimeOffset? Taken { get; set; }
        /// <summary>When the source gave the good list last.</summary>
        public DateTimeOffset? Confirmed { get; set; }
        /// <summary>What of that the ledger remembers.</summary>
        public DateTimeOffset? Remembered { get; set; }
        public DateTimeOffset Due { get; set; }
        /// <summary>Nobody is asked twice at a time.</summary>
        public bool IsBusy { get; set; }

        private byte[] _doubted = [];
        private int _said;

        public bool IsGood(ReadOnlyMemory<byte> bytes) => Good is { } good && good.Span.SequenceEqual(bytes.Span);

        /// <summary>Why a list does not count yet; null where it does.</summary>
        public string? Doubt(ReadOnlyMemory<byte> bytes, IReadOnlyList<FoundTarget> targets)
        {
            var why = Good is not { } good || IsGood(bytes) ? null : ListDoubt.Of(TargetLists.Read(new DocumentFile(Source.Url!, good)).Targets, targets, Templates);
            if (why is null)
            {
                (_doubted, _said) = ([], 0);
                return null;
            }
            var hash = SHA256.HashData(bytes.Span);
            (_doubted, _said) = (hash, _doubted.AsSpan().SequenceEqual(hash) ? _said + 1 : 1);
            return _said >= SaidUntilBelieved ? null : why;
        }
    }

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Asked> _asked = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Grows with every list and every problem that is another one.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>From here on these are asked; what the ledger remembers of a new one counts until it answers.</summary>
    public void Follow(IReadOnlyList<FoundSource> sources)
    {
        lock (_lock)
        {
            var wanted = sources.Where(source => source.Url is not null).GroupBy(source => source.List!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.MinBy(source => source.Every)!, StringComparer.Ordinal);
            var let = _asked.Where(one => !wanted.ContainsKey(one.Key)).ToList();
            foreach (var (gone, _) in let) _asked.Remove(gone);
            foreach (var (list, source) in wanted)
            {
                if (_asked.TryGetValue(list, out var there)) there.Source = source;
                else
                {
                    var isOnly = wanted.Values.Count(other => other.Url == source.Url) == 1;
                    _asked[list] = there = Remembered(list, source, isOnly);
                    // the same URL with another login: until that has answered, what the one before listed stands
                    if (there.Good is null && let.Where(one => one.Value.Source.Url == source.Url).ToList() is [var (_, before)] && isOnly)
                        (there.Good, there.Count, there.Confirmed) = (before.Good, before.Count, before.Confirmed);
                }
                there.Templates = [.. sources.Where(one => one.List == list).Select(one => one.Labels)];
            }
        }
    }

    /// <summary>A list (<see cref="FoundSource.List"/>) as a file of the house, null where none was ever good; what is wrong with it now, whether that list is the newest it gave, and when it gave it last.</summary>
    public (DocumentFile? File, string? Why, bool IsNewest, DateTimeOffset? Confirmed) Of(string list)
    {
        lock (_lock)
            return _asked.TryGetValue(list, out var asked) ? (asked.Good is { } good ? new DocumentFile(list, good) { IsTargets = true } : null, asked.Why, asked.IsNewest, asked.Confirmed) : (null, null, false, null);
    }

    /// <summary>Asks each when it is due, until cancelled. One that is slow, or fails, holds up no other.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var asking = new List<Task>();
        var rhythm = Task.CompletedTask;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var one in Due(MostAtOnce - asking.Count)) asking.Add(AskAsync(one, cancellationToken));
                if (rhythm.IsCompleted) rhythm = Task.Delay(Rhythm, time, cancellationToken);
                await Task.WhenAny([rhythm, .. asking]);
                asking.RemoveAll(one => one.IsCompleted);
            }
        }
        finally
        {
            await Task.WhenAll(asking);
        }
    }

    /// <summary>Asks those that are due now.</summary>
    public Task AskDueAsync(CancellationToken cancellationToken) => Task.WhenAll(Due(int.MaxValue).Select(one => AskAsync(one, cancellationToken)));

    /// <summary>Those that wait longest first, each to be asked at once.</summary>
    private List<Asked> Due(int most)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            List<Asked> due = [.. _asked.Values.Where(asked => asked.Due <= now && !asked.IsBusy).OrderBy(asked => asked.Due).Take(most)];
            foreach (var one in due) (one.IsBusy, one.Due) = (true, now + one.Source.Every.ToTimeSpan());
            return due;
        }
    }

    private async Task AskAsync(Asked asked, CancellationToken cancellationToken)
    {
        var (url, list) = (asked.Source.Url!, asked.Source.List!);
        try
        {
            var (bytes, why) = await ask(asked.Source, cancellationToken);
            var reading = bytes is { } given ? TargetLists.Read(new DocumentFile(url, given)) : default;
            if (why is null && reading.Why is { } wrong) why = "what it answers is no list: " + wrong;
            var isNew = Take(asked, bytes, why, why is null ? reading.Targets : []);
            if (isNew) await RememberAsync(KeyOf(list), bytes!.Value, cancellationToken);
            if (ToRemember(asked, isNew) is { } confirmed) await RememberAsync(TimeKeyOf(list), BitConverter.GetBytes(confirmed.UtcTicks), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // whoever cancels knows
        }
        catch (Exception fault)
        {
            // a fault of ours: its last good list counts, and it is asked again when it is due
            NotAsked(fault, FoundSource.Shown(url));
            Take(asked, null, "it could not be asked; the log says why", []);
        }
        finally
        {
            lock (_lock) asked.IsBusy = false;
        }
    }

    /// <summary>True where the list is another one than before.</summary>
    private bool Take(Asked asked, ReadOnlyMemory<byte>? bytes, string? why, IReadOnlyList<FoundTarget> targets)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            asked.Due = now + asked.Source.Every.ToTimeSpan();
            var isNew = false;
            if (why is null)
            {
                why = asked.Doubt(bytes!.Value, targets);
                asked.IsNewest = why is null && asked.IsGood(bytes.Value);
                if (why is null && !asked.IsNewest && !(asked.Taken is { } taken && now >= taken && now - taken < LeastApart))
                {
                    isNew = asked.IsNewest = true;
                    (asked.Good, asked.Taken) = (bytes, now);
                    if (targets.Count > 0) asked.Count = targets.Count;
                }
                if (asked.IsNewest) asked.Confirmed = now;
                if (asked.IsNewest && targets.Count == 0 && asked.Count > 0) why = $"it lists no target, and listed {asked.Count:N0} before: nothing of it is looked at";
            }
            else asked.IsNewest = false;
            if (asked.Why != why)
            {
                if (why is null) Again(FoundSource.Shown(asked.Source.Url!));
                else Lacks(FoundSource.Shown(asked.Source.Url!), why);
            }
            if (isNew || asked.Why != why) _version++;
            asked.Why = why;
            return isNew;
        }
    }

    /// <param name="isOnly">Nobody else asks the URL: then what is remembered of it from before lists went by who asks is its list too.</param>
    private Asked Remembered(string list, FoundSource source, bool isOnly)
    {
        var asked = new Asked(source);
        try
        {
            if ((ledger.Cached(KeyOf(list)) ?? (isOnly ? ledger.Cached(KeyOf(source.Url!)) : null)) is { } bytes && TargetLists.Read(new DocumentFile(source.Url!, bytes)) is { IsGood: true } reading) (asked.Good, asked.Count) = (bytes, reading.Targets.Length);
            if (asked.Good is not null && ledger.Cached(TimeKeyOf(list)) is { Length: sizeof(long) } ticks && BitConverter.ToInt64(ticks) is >= 0 and var at && at <= DateTimeOffset.MaxValue.UtcTicks)
                asked.Confirmed = asked.Remembered = new DateTimeOffset(at, TimeSpan.Zero);
        }
        catch (LedgerException)
        {
            // the engine, which cannot do without it, tells why; the list is asked for anew
        }
        return asked;
    }

    /// <summary>The time that the ledger is to remember; null where what it has is near enough. While a source is well that is not written each time.</summary>
    private DateTimeOffset? ToRemember(Asked asked, bool isNew)
    {
        lock (_lock)
        {
            if (asked.Confirmed is not { } confirmed || confirmed == asked.Remembered || !isNew && asked.IsNewest && confirmed - asked.Remembered < RememberedApart) return null;
            asked.Remembered = confirmed;
            return confirmed;
        }
    }

    private async ValueTask RememberAsync(string key, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.CacheAsync(key, bytes, cancellationToken);
        }
        catch (LedgerException)
        {
            // it only spares a restart from waiting for the first answer
        }
    }

    private static string TimeKeyOf(string list) => KeyOf(list) + ".at";

    private static string KeyOf(string list) => "found." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list)));

    [LoggerMessage(3040, LogLevel.Warning, "The source of targets {Url}: {Why}")]
    private partial void Lacks(string url, string why);

    [LoggerMessage(3042, LogLevel.Error, "The source of targets {Url} could not be asked; its last good list counts")]
    private partial void NotAsked(Exception fault, string url);

    [LoggerMessage(3041, LogLevel.Information, "The source of targets {Url} gives a list again")]
    private partial void Again(string url);
}
