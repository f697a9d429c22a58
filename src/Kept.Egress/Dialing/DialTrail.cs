using System.Net;
using Kept.Model;

namespace Kept.Egress;

/// <summary>How far a dial or an exchange came; says what a time-out waited for.</summary>
public enum DialStage { Starting, Naming, Connecting, Proxy, Handshaking, Waiting, Reading }

/// <summary>
/// What is noted along the way of one look, so that a failure can still tell its phases and whom it dialled. Times are nanoseconds in whole microseconds,
/// rounded up; −1 where there was no such phase. One look at a time.
/// </summary>
public sealed class DialTrail(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    /// <summary>Which addresses are dialled.</summary>
    public Aim Aim { get; init; }

    /// <summary>How long looking up the name took before this trail began, in nanoseconds of whole microseconds: a part of it, and of the whole; −1 where nothing was looked up.</summary>
    public long NamedBefore
    {
        get;
        init => (field, Dns) = (value, value);
    } = -1;

    public DialStage Stage { get; internal set; }
    public long Dns { get; internal set; } = -1;
    public long Connect { get; internal set; } = -1;
    public long Handshake { get; internal set; } = -1;
    public long FirstByte { get; internal set; } = -1;
    /// <summary>Of the target; null where it is not known, as behind a proxy that looks names up by itself.</summary>
    public IPAddress? Address { get; internal set; }
    /// <summary>A proxy dialled the target for us.</summary>
    public bool IsBehindProxy { get; internal set; }
    public TlsSeen? Tls { get; internal set; }
    /// <summary>How many requests were sent over HTTP to which host, redirects that were followed among them.</summary>
    public ref readonly RequestCounts Sent => ref _sent;

    private RequestCounts _sent;

    internal void SentTo(string host) => _sent.Add(host);

    /// <summary>True once a connection was opened for this look.</summary>
    public bool IsNew { get; internal set; }

    public Phases Phases => new(Dns, Connect, Handshake, FirstByte, Since(_began) + Math.Max(0, NamedBefore));

    /// <summary>What a time-out waited for, in words.</summary>
    public string Waited => Stage switch
    {
        DialStage.Naming => "looking up the name",
        DialStage.Connecting => "connecting",
        DialStage.Proxy => "waiting for the proxy",
        DialStage.Handshaking => "in the TLS handshake",
        DialStage.Waiting => "waiting for the answer",
        DialStage.Reading => "reading the answer",
        _ => "starting",
    };

    /// <summary>Notes that the connection is there and what is waited for now: the first word, or the rest.</summary>
    public void Reading(bool answered) => Stage = answered ? DialStage.Reading : DialStage.Waiting;

    internal long Mark() => time.GetTimestamp();

    /// <summary>Time since a mark: at least one microsecond, because a phase that was there took time.</summary>
    internal long Since(long mark) => Math.Max(1, (time.GetElapsedTime(mark).Ticks + 9) / 10) * 1000;

    internal static long Sum(long before, long more) => before < 0 ? more : before + more;
}
