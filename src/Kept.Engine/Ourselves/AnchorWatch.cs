using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Engine.Ourselves;

/// <summary>What one anchor showed in a sweep.</summary>
/// <param name="Anchor">Which.</param>
/// <param name="Class">What its look means, as of any check.</param>
/// <param name="Answered">It answered, whatever it said.</param>
/// <param name="Words">What was seen, in words.</param>
internal sealed record AnchorSeen(Check Anchor, LookClass Class, bool Answered, string Words)
{
    public bool IsGood => Class == LookClass.Good;
}

/// <summary>
/// Whether we ourselves can see, by the anchors of the house: all of them are asked at once, in sweeps. A look that met a failure is not held against its target before a sweep
/// that began after it: if no anchor is good either, the failure may be ours. Decides and holds; dials nobody and reads no clock.
/// </summary>
/// <param name="before">The anchors of the house before: what was lost stays lost until the first sweep.</param>
internal sealed class AnchorWatch(Anchors anchors, AnchorWatch? before = null)
{
    /// <summary>When no anchor of the clock has answered for so long, nobody says any more that it is wrong.</summary>
    public static readonly Duration ClockWordHolds = Duration.Minutes(5);

    private Lost _connection = anchors.Connection.IsEmpty ? Lost.Nothing : before?._connection ?? Lost.Nothing;
    private Lost _resolver = anchors.Resolver.IsEmpty ? Lost.Nothing : before?._resolver ?? Lost.Nothing;
    private Lost _clock = anchors.Clock.IsEmpty ? Lost.Nothing : before?._clock ?? Lost.Nothing;
    private Instant? _clockHeard = before?._clockHeard;

    /// <summary>Some of them say whether we are connected.</summary>
    public bool WatchesConnection => !anchors.Connection.IsEmpty;

    /// <summary>The clock jumped: what is lost is lost since now, and stretches that are over are forgotten.</summary>
    public void Rebase(Instant now)
    {
        (_connection, _resolver, _clock) = (_connection.Rebased(now), _resolver.Rebased(now), _clock.Rebased(now));
        (SweptAt, _clockHeard) = (null, _clockHeard is null ? null : now);
    }

    public bool IsEmpty { get; } = anchors == Anchors.None;

    /// <summary>Every so often a sweep begins.</summary>
    public Duration Every { get; } = anchors == Anchors.None ? Duration.Zero : anchors.All.Min(anchor => anchor.Every);

    /// <summary>So long a sweep may take: then what did not end is not good.</summary>
    public Duration Patience { get; } = anchors == Anchors.None ? Duration.Zero : anchors.All.Max(anchor => anchor.Timeout) + Duration.Seconds(2);

    /// <summary>What the last sweep showed, in the order of the document; empty before the first.</summary>
    public ImmutableArray<AnchorSeen> Seen { get; private set; } = [];

    /// <summary>When the last sweep began.</summary>
    public Instant? SweptAt { get; private set; }

    /// <summary>We are offline since then; null while we are not.</summary>
    public Instant? OfflineSince => _connection.Since;

    /// <summary>Why nothing that we see can be trusted, or no failure; null while it can.</summary>
    public string? Blind => _clock.Why ?? _connection.Why ?? _resolver.Why;

    /// <summary>Which gap that makes of others' looks.</summary>
    public GapCause BlindCause => _clock.Since is not null ? GapCause.Clock : _connection.Since is not null ? GapCause.Route : _resolver.Since is not null ? GapCause.Resolver : GapCause.None;

    /// <summary>Since when it is so.</summary>
    public Instant? BlindSince => _clock.Since ?? _connection.Since ?? _resolver.Since;

    /// <summary>A sweep ended: what each anchor showed, those that did not end as not good.</summary>
    /// <param name="from">When it began.</param>
    public void Swept(Instant from, ImmutableArray<AnchorSeen> seen)
    {
        (Seen, SweptAt) = (seen, from);
        var (connection, resolver, clock) = (Of(seen, anchors.Connection), Of(seen, anchors.Resolver), Of(seen, anchors.Clock));
        var isOffline = connection.Length > 0 && !connection.Any(one => one.IsGood);
        _connection = _connection.Now(isOffline, from, () => $"we are offline ourselves: none of {Said(connection)}");
        // offline, nobody can answer for the resolver
        if (!isOffline) _resolver = _resolver.Now(resolver.Length > 0 && !resolver.Any(one => one.IsGood), from, () => $"our resolver fails: none of {Said(resolver)}");
        // who does not answer says nothing about our clock
        clock = clock.RemoveAll(one => !one.Answered);
        if (clock.Length > 0) (_clock, _clockHeard) = (_clock.Now(!clock.Any(one => one.IsGood), from, () => $"our own clock is wrong: none of {Said(clock)}"), from);
        else if (_clockHeard is { } heard && from - heard > ClockWordHolds) _clock = _clock.Now(false, from, () => "");
    }

    /// <summary>Whether nothing is held against the target before a further sweep, for anchors of the house can say whether the failure is ours.</summary>
    public bool CanExcuse(Observation seen, CheckTarget target) =>
        seen.Reach == Reach.Failed && !IsThisMachine(target.Host) && (!anchors.Connection.IsEmpty || (!anchors.Resolver.IsEmpty && IsOfNames(seen)));

    /// <summary>What takes the place of what was seen, because we could not see; null where it stands. The last sweep is the first that began after the look.</summary>
    /// <param name="from">When the look began.</param>
    /// <param name="to">When it ended.</param>
    public Observation? Instead(Observation seen, CheckTarget target, Instant from, Instant to)
    {
        if (seen.Reach == Reach.Gap) return null;
        if (_clock.Covers(from, to) is { } clock) return Observation.OfGap(seen.StartedAt, GapCause.Clock, clock);
        if (!CanExcuse(seen, target)) return null;
        if (_connection.Covers(from, to) is { } offline) return Observation.OfGap(seen.StartedAt, GapCause.Route, offline);
        return IsOfNames(seen) && _resolver.Covers(from, to) is { } deaf ? Observation.OfGap(seen.StartedAt, GapCause.Resolver, deaf) : null;
    }

    private static bool IsOfNames(Observation seen) => seen.Failure is TargetFailure.NameNotFound or TargetFailure.NameServerFailed;

    // what never leaves this machine needs no connection; an address of it can be written in many ways, and these are the ones that people write
    private static bool IsThisMachine(string host) =>
        host is "localhost" or "::1" or "[::1]" || host.EndsWith(".localhost", StringComparison.Ordinal) || (host.StartsWith("127.", StringComparison.Ordinal) && host.All(c => c is '.' or (>= '0' and <= '9')));

    private static ImmutableArray<AnchorSeen> Of(ImmutableArray<AnchorSeen> seen, ImmutableArray<Check> some) => seen.RemoveAll(one => !some.Contains(one.Anchor));

    private static string Said(ImmutableArray<AnchorSeen> seen) =>
        $"our {(seen.Length == 1 ? "anchors is" : $"{seen.Length} anchors is")} good ({string.Join("; ", seen.Take(3).Select(one => $"{one.Anchor.Name}: {one.Words}"))}{(seen.Length > 3 ? "; …" : "")})";

    /// <summary>One faculty of ours, and when it was lost.</summary>
    /// <param name="Since">It is lost since then.</param>
    /// <param name="From">The newest loss that is over, and <paramref name="To"/> when it was over.</param>
    private sealed record Lost(Instant? Since, string? Why, Instant From, Instant To, string? Before)
    {
        public static readonly Lost Nothing = new(null, null, Instant.Max, Instant.Min, null);

        /// <summary>After a sweep that began then.</summary>
        public Lost Now(bool isLost, Instant sweep, Func<string> why) =>
            isLost ? this with { Since = Since ?? sweep, Why = why() } : Since is { } since ? new Lost(null, null, since, sweep, Why) : this;

        public Lost Rebased(Instant now) => Since is null ? Nothing : Nothing with { Since = now, Why = Why };

        /// <summary>Why, where it was lost in any part of that time, or is lost at the sweep that followed it.</summary>
        public string? Covers(Instant from, Instant to) => Since is not null ? Why : to >= From && from <= To ? Before : null;
    }
}
