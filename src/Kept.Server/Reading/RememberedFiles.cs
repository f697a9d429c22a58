using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kept.Language;
using Kept.Language.Found;
using Kept.Ledger;

namespace Kept.Server;

/// <summary>The last good list of each file of targets, over a restart: in the ledger, for what only spares a file that breaks while nobody runs from taking promises back.</summary>
internal sealed class RememberedFiles(ILedger ledger)
{
    private const string Index = "found.files";

    /// <summary>What is remembered, by its path; empty where nothing is, or what is there is damaged.</summary>
    public Dictionary<string, (DocumentFile File, int Count, DateTimeOffset Read)> All()
    {
        var all = new Dictionary<string, (DocumentFile, int, DateTimeOffset)>(StringComparer.Ordinal);
        try
        {
            foreach (var line in Encoding.UTF8.GetString(ledger.Cached(Index) ?? []).Split('\n').Take(TargetFiles.MostFiles))
            {
                if (line.Split(' ', 2) is not [var ticks, var path] || !long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at > DateTimeOffset.MaxValue.UtcTicks) continue;
                if (ledger.Cached(KeyOf(path)) is not { Length: > 0 } bytes) continue;
                var file = new DocumentFile(path, bytes) { IsTargets = true };
                if (TargetLists.Read(file) is { IsGood: true } reading) all[path] = (file, reading.Targets.Length, new DateTimeOffset(at, TimeSpan.Zero));
            }
        }
        catch (LedgerException)
        {
            // the engine, which cannot do without it, tells why; the files are read all the same
        }
        return all;
    }

    /// <summary>Remembers these and no others.</summary>
    /// <param name="changed">The paths whose list is another one than before, or that are let go.</param>
    public async ValueTask SetAsync(IReadOnlyDictionary<string, (DocumentFile File, int Count, DateTimeOffset Read)> good, IEnumerable<string> changed, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var path in changed)
                await ledger.CacheAsync(KeyOf(path), good.TryGetValue(path, out var one) ? one.File.Bytes : ReadOnlyMemory<byte>.Empty, cancellationToken);
            // last: what it names is there
            var lines = good.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value.Read.UtcTicks} {one.Key}"));
            await ledger.CacheAsync(Index, Encoding.UTF8.GetBytes(string.Join('\n', lines)), cancellationToken);
        }
        catch (LedgerException)
        {
            // it is only for the next start; that storage fails is told by the engine
        }
    }

    private static string KeyOf(string path) => "found.file." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
}
