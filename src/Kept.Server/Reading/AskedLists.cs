using System.Security.Cryptography;
using System.Text;
using Kept.Language;
using Kept.Language.Found;
using Kept.Ledger;

namespace Kept.Server;

/// <summary>Asks a URL for its list: the bytes, or why there are none.</summary>
internal delegate ValueTask<(ReadOnlyMemory<byte>? Bytes, string? Why)> AskForTargets(FoundSource source, CancellationToken cancellationToken);

/// <summary>
/// The lists of targets at URLs, each asked in its rhythm. A list that cannot be read leaves the last good one, also over a restart; one that is empty after it was not is believed
/// only when it is said again. From any thread.
/// </summary>
internal sealed partial class AskedLists(AskForTargets ask, ILedger ledger, TimeProvider time, ILogger log)
{
    /// <summary>How often in a row an empty list is given before it counts, where the one before was not empty.</summary>
    public const int EmptyUntilBelieved = 3;

    private const int MostAtOnce = 4;
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);

    private sealed class Asked(FoundSource source)
    {
        public FoundSource Source { get; set; } = source;
        public ReadOnlyMemory<byte>? Good { get; set; }
        public int Count { get; set; }
        public string? Why { get; set; }
        public int Empty { get; set; }
        public DateTimeOffset Due { get; set; }
    }

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Asked> _asked = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Grows with every list and every problem that is another one.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>From here on these are asked; what the ledger remembers of a new one counts until it answers.</summary>
    public void Follow(IEnumerable<FoundSource> sources)
    {
        lock (_lock)
        {
            var wanted = sources.Where(source => source.Url is not null).GroupBy(source => source.Url!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.MinBy(source => source.Every)!, StringComparer.Ordinal);
            foreach (var gone in _asked.Keys.Where(url => !wanted.ContainsKey(url)).ToList()) _asked.Remove(gone);
            foreach (var (url, source) in wanted)
                if (_asked.TryGetValue(url, out var there)) there.Source = source;
                else _asked[url] = Remembered(url, source);
        }
    }

    /// <summary>The list of a URL as a file of the house, null where none was ever good; and what is wrong with it now.</summary>
    public (DocumentFile? File, string? Why) Of(string url)
    {
        lock (_lock)
            return _asked.TryGetValue(url, out var asked) ? (asked.Good is { } good ? new DocumentFile(url, good) { IsTargets = true } : null, asked.Why) : (null, null);
    }

    /// <summary>Asks each when it is due, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await AskDueAsync(cancellationToken);
            await Task.Delay(Rhythm, time, cancellationToken);
        }
    }

    /// <summary>Asks those that are due now.</summary>
    public async Task AskDueAsync(CancellationToken cancellationToken)
    {
        List<Asked> due;
        var now = time.GetUtcNow();
        lock (_lock) due = [.. _asked.Values.Where(asked => asked.Due <= now)];
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken }, async (asked, stop) =>
        {
            var (bytes, why) = await ask(asked.Source, stop);
            var reading = bytes is { } given ? TargetLists.Read(new DocumentFile(asked.Source.Url!, given)) : default;
            if (why is null && reading.Why is { } wrong) why = "what it answers is no list: " + wrong;
            var isNew = Take(asked, bytes, why, why is null ? reading.Targets.Length : 0);
            if (isNew) await RememberAsync(asked.Source.Url!, bytes!.Value, stop);
        });
    }

    /// <summary>True where the list is another one than before.</summary>
    private bool Take(Asked asked, ReadOnlyMemory<byte>? bytes, string? why, int count)
    {
        lock (_lock)
        {
            asked.Due = time.GetUtcNow() + asked.Source.Every.ToTimeSpan();
            var isNew = false;
            if (why is null)
            {
                asked.Empty = count > 0 ? 0 : asked.Empty + 1;
                if (count == 0 && asked.Count > 0)
                    why = asked.Empty < EmptyUntilBelieved ? $"it lists no target any more, and {asked.Count:N0} before" : $"it lists no target, and listed {asked.Count:N0} before: nothing of it is looked at";
                if (count > 0 || asked.Count == 0 || asked.Empty >= EmptyUntilBelieved)
                {
                    isNew = asked.Good is not { } before || !before.Span.SequenceEqual(bytes!.Value.Span);
                    asked.Good = bytes;
                }
                if (count > 0) asked.Count = count;
            }
            if (asked.Why != why)
            {
                if (why is null) Again(asked.Source.Url!);
                else Lacks(asked.Source.Url!, why);
            }
            if (isNew || asked.Why != why) _version++;
            asked.Why = why;
            return isNew;
        }
    }

    private Asked Remembered(string url, FoundSource source)
    {
        var asked = new Asked(source);
        try
        {
            if (ledger.Cached(KeyOf(url)) is { } bytes && TargetLists.Read(new DocumentFile(url, bytes)) is { IsGood: true } reading) (asked.Good, asked.Count) = (bytes, reading.Targets.Length);
        }
        catch (LedgerException)
        {
            // the engine, which cannot do without it, tells why; the list is asked for anew
        }
        return asked;
    }

    private async ValueTask RememberAsync(string url, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.CacheAsync(KeyOf(url), bytes, cancellationToken);
        }
        catch (LedgerException)
        {
            // it only spares a restart from waiting for the first answer
        }
    }

    private static string KeyOf(string url) => "found." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)));

    [LoggerMessage(3040, LogLevel.Warning, "The source of targets {Url}: {Why}")]
    private partial void Lacks(string url, string why);

    [LoggerMessage(3041, LogLevel.Information, "The source of targets {Url} gives a list again")]
    private partial void Again(string url);
}
