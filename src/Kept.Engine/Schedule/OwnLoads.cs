using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>What one look sent, while it is counted.</summary>
internal sealed class SentRequests(object of, Instant at)
{
    /// <summary>The count that it is in: a host that is counted anew has another one.</summary>
    public object Of { get; } = of;

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
        /// <summary>By when they began.</summary>
        public PriorityQueue<SentRequests, long> Sent { get; } = new();
        public long Sum { get; set; }

        public SentRequests Add(Instant at, int count)
        {
            var sent = new SentRequests(this, at) { Count = count };
            Sent.Enqueue(sent, at.Microseconds);
            Sum += count;
            return sent;
        }

        /// <summary>What is too old to count goes.</summary>
        public void Drop(Instant now)
        {
            while (Sent.TryPeek(out var oldest, out _) && oldest.At <= now - OwnLoad.Over)
            {
                Sum -= oldest.Count;
                oldest.IsOver = true;
                Sent.Dequeue();
            }
        }
    }

    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Hosts that are counted.</summary>
    public int Count => _lanes.Count;

    /// <summary>Looks that are held, of all hosts.</summary>
    public int Held => _lanes.Values.Sum(lane => lane.Sent.Count);

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
        counted.Drop(now);
        return counted.Add(now, 1);
    }

    /// <summary>A look ended, and says how many it sent.</summary>
    public static void Ended(SentRequests sent, int requests)
    {
        // one of a count that was begun anew is in it still, and nobody asks that one
        if (sent.IsOver) return;
        ((Lane)sent.Of).Sum += requests - sent.Count;
        sent.Count = requests;
    }

    /// <summary>A look that began then sent so many to a host that is not its own.</summary>
    public void Also(string lane, Instant began, int requests, Instant now)
    {
        if (_lanes.TryGetValue(lane, out var counted) && began >= counted.Since && began > now - OwnLoad.Over && began <= now) counted.Add(began, requests);
    }

    /// <summary>How many requests the looks sent that began after <paramref name="now"/> − <see cref="OwnLoad.Over"/>; null where that is not known.</summary>
    public long? At(string lane, Instant now)
    {
        if (!_lanes.TryGetValue(lane, out var counted)) return null;
        counted.Drop(now);
        return now - counted.Since >= OwnLoad.Over ? counted.Sum : null;
    }
}
