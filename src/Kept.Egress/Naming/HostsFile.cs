using System.Collections.Frozen;
using System.Net;

namespace Kept.Egress.Naming;

/// <summary>The system's <c>hosts</c> file, read again when it changes (looked at no more than every few seconds). A missing file is an empty one.</summary>
internal sealed class HostsFile(string path, TimeProvider time)
{
    private const long LargestBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);

    private Content _content = new(FrozenDictionary<string, IPAddress[]>.Empty, default, long.MinValue);

    private sealed record Content(FrozenDictionary<string, IPAddress[]> Names, DateTime WrittenAt, long ReadAt);

    public IPAddress[]? Find(string host)
    {
        var content = _content;
        var now = time.GetTimestamp();
        if (content.ReadAt == long.MinValue || time.GetElapsedTime(content.ReadAt, now) > Recheck) content = _content = Read(content, now);
        return content.Names.GetValueOrDefault(host);
    }

    private Content Read(Content before, long now)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > LargestBytes) return new(FrozenDictionary<string, IPAddress[]>.Empty, default, now);
            if (file.LastWriteTimeUtc == before.WrittenAt) return before with { ReadAt = now };
            return new(Parse(File.ReadLines(path)), file.LastWriteTimeUtc, now);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Being rewritten this very moment: what was read before still stands.
            return before with { ReadAt = now };
        }
    }

    internal static FrozenDictionary<string, IPAddress[]> Parse(IEnumerable<string> lines)
    {
        var names = new Dictionary<string, List<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address)) continue;
            foreach (var name in words[1..])
            {
                if (!names.TryGetValue(name.TrimEnd('.'), out var addresses)) names[name.TrimEnd('.')] = addresses = [];
                if (!addresses.Contains(address)) addresses.Add(address);
            }
        }
        return names.ToFrozenDictionary(name => name.Key, name => name.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
    }
}
