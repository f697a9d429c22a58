using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>What one look sent, while it is counted.</summary>
internal sealed class SentRequests(Instant at)
{
    /// <summary>When the look began: all that it sends counts from there on.</summary>
    public Instant At { get; } = at;
    /// <summary>One while it is under way.</summary>
    public int Count { get; set; } = 1;
    /// <summary>It is older than what is counted.</summary>
    public bool IsOver { get; set; }
}

/// <summary>
/// How many requests our own looks sent to each host within <see cref="OwnLoad.Over"/>, exactly, for the hosts that somebody asks about. A host is counted by no more than its looks of that
/// time. Before a whole such time was counted nothing is known. Owned by the loop; nothing else may touch it.
/// </summary>
internal sealed class OwnLoads
{
    private sealed class Lane(Instant since)
    {
        public Instant Since { get; } = since;
        public Queue<SentRequests> Sent { get; } = new();
        public long Sum { get; set; }
    }

    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Hosts that are counted.</summary>
    public int Count => _lanes.Count;

    /// <summary>These hosts are asked about from now on; those among them that are counted already go on.</summary>
    public void Arrange(IReadOnlySet<string> lanes, Instant now)
    {
        foreach (var gone in _lanes.Keys.Where(lane => !lanes.Contains(lane)).ToList()) _lanes.Remove(gone);
        foreach (var lane in lanes) _lanes.TryAdd(lane, new Lane(now));
    }

    /// <summary>The clock jumped: what was counted lies at other times than those it happened at.</summary>
    public void Restart(Instant now)
    {
        foreach (var lane in _lanes.Keys.ToList()) _lanes[lane] = new Lane(now);
    }

    /// <summary>A look begins; null where nobody asks about its host.</summary>
    public SentRequests? Began(string lane, Instant now)
    {
        if (!_lanes.TryGetValue(lane, out var counted)) return null;
        var sent = new SentRequests(now);
        counted.Sent.Enqueue(sent);
        counted.Sum++;
        return sent;
    }

    /// <summary>A look ended, and says how many it sent.</summary>
    public void Ended(string lane, SentRequests sent, int requests)
    {
        if (sent.IsOver || !_lanes.TryGetValue(lane, out var counted) || sent.At < counted.Since) return;
        counted.Sum += requests - sent.Count;
        sent.Count = requests;
    }

    /// <summary>How many requests the looks sent that began after <paramref name="now"/> − <see cref="OwnLoad.Over"/>; null where that is not known.</summary>
    public long? At(string lane, Instant now)
    {
        if (!_lanes.TryGetValue(lane, out var counted)) return null;
        while (counted.Sent.TryPeek(out var oldest) && oldest.At <= now - OwnLoad.Over)
        {
            counted.Sum -= oldest.Count;
            oldest.IsOver = true;
            counted.Sent.Dequeue();
        }
        return now - counted.Since >= OwnLoad.Over ? counted.Sum : null;
    }
}
