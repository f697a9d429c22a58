using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kept.Model;

namespace Kept.Checks.Consistency;

/// <summary>One answer of a session.</summary>
/// <param name="Part">What is compared: a whole answer by its <see cref="Digest"/>, for a session has thousands of them.</param>
/// <param name="Sequence">The number or time that must never go back; null where none is taken.</param>
/// <param name="IsTime"><paramref name="Sequence"/> is a time, in nanoseconds.</param>
/// <param name="Asked">When it was asked, since the session began.</param>
/// <param name="Came">When it was there.</param>
internal readonly record struct Reading(string Part, decimal? Sequence, bool IsTime, Duration Asked, Duration Came)
{
    /// <summary>What stands for a part of any length: its SHA-256.</summary>
    public static string Digest(string part) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(part.AsSpan())));
}

/// <summary>
/// What a session of answers, one after the other, shows. A value may be replaced by another once: that is a change. One that comes back after another had taken its place is of a replica that does
/// not agree; which of both is older is not known then, and staleness is counted from when the later one was first there, so it is never overstated. A sequence says itself what is newer: one that goes on proves a change back.
/// </summary>
internal sealed class Readings
{
    private readonly Dictionary<string, int> _parts = new(StringComparer.Ordinal);
    private readonly List<Duration> _first = [];
    private readonly List<(decimal Sequence, Duration First)> _newest = [];

    /// <summary>No value came back that another had replaced.</summary>
    public bool Agree { get; private set; } = true;

    /// <summary>How many different ones there were.</summary>
    public int Different => _parts.Count;

    /// <summary>How many times in a row the last one came.</summary>
    public int Run { get; private set; }

    /// <summary>Answers older than one before them.</summary>
    public int WentBack { get; private set; }

    /// <summary>How far the furthest of them was behind, in the sequence's own numbers.</summary>
    public decimal Behind { get; private set; }

    /// <summary>How old the oldest answer was against the newest before it.</summary>
    public Duration Staleness { get; private set; }

    private string? _last;

    public void Add(Reading reading)
    {
        var at = _parts.TryGetValue(reading.Part, out var known) ? known : -1;
        Run = at >= 0 && _last == reading.Part ? Run + 1 : 1;
        if (at >= 0 && _last != reading.Part && !IsNewest(reading)) Agree = false;
        if (at < 0)
        {
            _parts.Add(reading.Part, _first.Count);
            _first.Add(reading.Came);
        }
        else if (at < _first.Count - 1 && reading.Sequence is null) Stale(reading.Asked - _first[at + 1]);
        _last = reading.Part;
        if (reading.Sequence is not { } sequence) return;
        if (_newest.Count > 0 && sequence < _newest[^1].Sequence)
        {
            WentBack++;
            var behind = _newest[^1].Sequence - sequence;
            Behind = Math.Max(Behind, behind);
            Stale(reading.IsTime ? new Duration((long)Math.Min(behind, long.MaxValue / 2)) : reading.Asked - _newest.Find(newer => newer.Sequence > sequence).First);
        }
        else if (_newest.Count == 0 || sequence > _newest[^1].Sequence) _newest.Add((sequence, reading.Came));
    }

    private bool IsNewest(Reading reading) => reading.Sequence is { } sequence && _newest.Count > 0 && sequence > _newest[^1].Sequence;

    private void Stale(Duration age)
    {
        if (age > Staleness) Staleness = age;
    }
}
