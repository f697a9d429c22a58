using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>The looks that wait for one host, first come first served. A host that swallows everything fills only its own lane.</summary>
internal sealed class HostLane
{
    /// <summary>A lane that nobody needs is given to the next host, with the room that its queue has.</summary>
    public string Host { get; set; } = "";
    public Queue<(ScheduledCheck Check, Instant Slot)> Waiting { get; } = new();
    public int UnderWay { get; set; }
    /// <summary>It stands in the ring of lanes that may launch.</summary>
    public bool IsReady { get; set; }
}
