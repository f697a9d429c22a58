using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>The looks that wait for one host, first come first served. A host that swallows everything fills only its own lane.</summary>
internal sealed class HostLane(string host)
{
    public string Host { get; } = host;
    public Queue<(ScheduledCheck Check, Instant Slot)> Waiting { get; } = new();
    public int UnderWay { get; set; }
    /// <summary>It stands in the ring of lanes that may launch.</summary>
    public bool IsReady { get; set; }
}
