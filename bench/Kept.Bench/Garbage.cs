using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Kept.Bench;

/// <summary>Which types the garbage of a stretch is made of, by sampled allocations (one event each 100 KB): where to look first.</summary>
internal sealed class Garbage : EventListener
{
    private readonly ConcurrentDictionary<string, long> _bytes = new();

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(source, EventLevel.Verbose, (EventKeywords)1);
    }

    protected override void OnEventWritten(EventWrittenEventArgs written)
    {
        if (written.EventName is not { } name || !name.StartsWith("GCAllocationTick", StringComparison.Ordinal) || written.Payload is not { } payload) return;
        _bytes.AddOrUpdate((string)payload[written.PayloadNames!.IndexOf("TypeName")]!, 1, static (_, count) => count + 1);
    }

    /// <summary>Forgets what was counted so far.</summary>
    public void Begin() => _bytes.Clear();

    /// <summary>The largest shares, in words.</summary>
    public string Told(int most)
    {
        var all = Math.Max(1, _bytes.Values.Sum());
        return string.Join('\n', _bytes.OrderByDescending(pair => pair.Value).Take(most).Select(pair => $"{(double)pair.Value / all,6:P1} {pair.Key}"));
    }
}
