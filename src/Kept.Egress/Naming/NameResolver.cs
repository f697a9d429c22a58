using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Kept.Model;

namespace Kept.Egress.Naming;

/// <summary>
/// Names to addresses, without the system's resolver: that one ignores cancellation and holds a thread per lookup, so one black-holed name server would
/// make every look of the process late. Bounded, cached by TTL within limits (failures shortly), and one lookup at a time per name however many ask.
/// </summary>
internal sealed class NameResolver : IDisposable
{
    private const int MostCached = 16_384, MostAtOnce = 256, MostAddresses = 16, MostOfFamily = 64;
    private static readonly TimeSpan WitnessAge = TimeSpan.FromSeconds(60), SilenceLives = TimeSpan.FromSeconds(60), PatienceForIPv6 = TimeSpan.FromMilliseconds(50);
    private static readonly IPAddress[] Loopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    private readonly EgressOptions _options;
    private readonly TimeProvider _time;
    private readonly HostsFile _hosts;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Question, Entry> _cache = new();
    private readonly ConcurrentDictionary<Question, Task<Entry>> _underWay = new();
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly CancellationTokenSource _stopping = new();
    private (ResolverSettings Settings, LookupClient Client, long ReadAt)? _upstream;
    private long _answeredAt = long.MinValue;

    /// <param name="Host">Canonical.</param>
    /// <param name="Family">IPv4 or IPv6 where only those are asked for: then what they are is waited for whole. Else the first that are known will do.</param>
    private readonly record struct Question(string Host, AddressFamily Family);

    /// <summary>Exactly one of both: addresses, or the fault that looking up this name means.</summary>
    private sealed record Entry(IPAddress[] Addresses, TargetFailure Failure, GapCause Gap, string? Words, long At, TimeSpan Lives);

    public NameResolver(EgressOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _hosts = new HostsFile(options.HostsFile, time);
    }

    /// <summary>The name servers that are asked.</summary>
    public IPEndPoint[] Servers => [.. Upstream().Item1.Servers];

    /// <summary>The addresses of a canonical host that is a name, at least one.</summary>
    /// <param name="family">IPv4 or IPv6 where only those are asked for, else <see cref="AddressFamily.Unspecified"/>.</param>
    /// <exception cref="EgressException">It has none, or our resolver could not say.</exception>
    public ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        var question = new Question(host, family);
        // RFC 6761: localhost is this machine, whatever a hosts file or a name server says.
        if (host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)) return new(Of(question, Loopback));
        if (_hosts.Find(host) is { } written) return new(Of(question, written));
        if (_cache.TryGetValue(question, out var entry) && _time.GetElapsedTime(entry.At) < entry.Lives) return new(Unwrap(entry));
        return new(AskAsync(question, cancellationToken));
    }

    /// <summary>Those of an own list that are asked for.</summary>
    private static IPAddress[] Of(Question question, IPAddress[] known)
    {
        if (question.Family == AddressFamily.Unspecified) return known;
        var some = Array.FindAll(known, address => Aim.FamilyOf(address) == question.Family);
        return some.Length > 0 ? some : throw EgressException.OfTarget(TargetFailure.NameNotFound, $"the name {question.Host} has no {Aim.Name(question.Family)} address");
    }

    private async Task<IPAddress[]> AskAsync(Question question, CancellationToken cancellationToken)
    {
        // Single flight: the shared lookup has its own bound; whoever waits leaves at its own deadline without ending it for the others.
        if (!_underWay.TryGetValue(question, out var lookup))
        {
            var mine = new TaskCompletionSource<Entry>(TaskCreationOptions.RunContinuationsAsynchronously);
            lookup = _underWay.GetOrAdd(question, mine.Task);
            if (ReferenceEquals(lookup, mine.Task)) _ = LookUpAsync(question, mine);
        }
        return Unwrap(await lookup.WaitAsync(cancellationToken));
    }

    private async Task LookUpAsync(Question question, TaskCompletionSource<Entry> result)
    {
        Entry entry;
        try
        {
            await _places.WaitAsync(_stopping.Token);
            try
            {
                entry = await QueryAsync(question);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception fault)
        {
            // Whatever happens, those who wait get an answer: a fault of ours.
            entry = OfUs(GapCause.Resolver, $"looking up {question.Host} failed here ({fault.GetType().Name})");
        }
        Remember(question, entry);
        _underWay.TryRemove(question, out _);
        result.SetResult(entry);
    }

    private async Task<Entry> QueryAsync(Question question)
    {
        var (settings, client) = Upstream();
        Entry? last = null;
        foreach (var name in settings.Candidates(question.Host))
        {
            last = await QueryNameAsync(client, name, question);
            if (last.Failure != TargetFailure.NameNotFound) return last;
        }
        return last!;
    }

    private async Task<Entry> QueryNameAsync(LookupClient client, string name, Question question)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var timer = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), bound, (_options.ResolverTimeout * 2).ToTimeSpan(), Timeout.InfiniteTimeSpan);
        if (question.Family != AddressFamily.Unspecified)
        {
            var only = await AskOneAsync(client, name, question.Family == AddressFamily.InterNetwork ? QueryType.A : QueryType.AAAA, bound.Token);
            return only.Addresses.Count > 0 ? OfAddresses(only.Addresses, only.Ttl, MostOfFamily) : await FailureAsync(client, only.Code, only.HasAlias, question);
        }
        var six = AskOneAsync(client, name, QueryType.AAAA, bound.Token);
        var four = await AskOneAsync(client, name, QueryType.A, bound.Token);
        if (four.Addresses.Count > 0 && !six.IsCompleted)
        {
            // Some name servers never answer AAAA: that must not delay what IPv4 already told (RFC 8305, resolution delay).
            await Task.WhenAny(six, Task.Delay(PatienceForIPv6, _time, bound.Token));
        }
        var extra = six.IsCompleted || four.Addresses.Count == 0 ? await six : default;
        await bound.CancelAsync();
        var addresses = four.Addresses.Concat(extra.Addresses ?? []).ToList();
        return addresses.Count > 0
            ? OfAddresses(addresses, Math.Min(four.Addresses.Count > 0 ? four.Ttl : int.MaxValue, extra.Addresses is { Count: > 0 } ? extra.Ttl : int.MaxValue), MostAddresses)
            : await FailureAsync(client, four.Code ?? extra.Code, four.HasAlias || extra.HasAlias, question);
    }

    private Entry OfAddresses(IEnumerable<IPAddress> addresses, int ttl, int most)
    {
        var lives = TimeSpan.FromSeconds(Math.Clamp(ttl, _options.CacheAtLeast.ToTimeSpan().TotalSeconds, _options.CacheAtMost.ToTimeSpan().TotalSeconds));
        return new([.. addresses.Distinct().Take(most)], TargetFailure.None, GapCause.None, null, _time.GetTimestamp(), lives);
    }

    /// <summary>Whose fault it is that there is no address.</summary>
    private async Task<Entry> FailureAsync(LookupClient client, DnsHeaderResponseCode? code, bool hasAlias, Question question)
    {
        var (host, what) = (question.Host, question.Family == AddressFamily.Unspecified ? "address" : Aim.Name(question.Family) + " address");
        switch (code)
        {
            case DnsHeaderResponseCode.NotExistentDomain:
                return OfTarget(TargetFailure.NameNotFound, $"the name {host} does not exist (NXDOMAIN)");
            case DnsHeaderResponseCode.NoError:
                return OfTarget(TargetFailure.NameNotFound, hasAlias ? $"the name {host} is an alias (CNAME) that leads to no {what}" : $"the name {host} has no {what}");
            case null when await AnswersNowAsync(client):
                // It waits for servers that never answer it. Longer than the look that asked first could wait, so the next ones are told (RFC 9520 §3.2: at most 5 minutes).
                return OfTarget(TargetFailure.NameServerFailed, $"the name servers of {host} do not answer, while other names resolve") with { Lives = SilenceLives };
            case null:
                return OfUs(GapCause.Resolver, $"our name server did not answer for {host}");
            case DnsHeaderResponseCode.ServerFailure when await OthersResolveAsync(client):
                return OfTarget(TargetFailure.NameServerFailed, $"the name servers of {host} fail (SERVFAIL), while other names resolve");
            default:
                return OfUs(GapCause.Resolver, $"our name server failed for {host} ({code})");
        }
    }

    /// <summary>SERVFAIL says "I could not find out": the target's fault only where our name server finds out other things.</summary>
    private async Task<bool> OthersResolveAsync(LookupClient client)
    {
        var answered = Interlocked.Read(ref _answeredAt);
        return answered != long.MinValue && _time.GetElapsedTime(answered) < WitnessAge || await AnswersNowAsync(client);
    }

    /// <summary>Silence may be of our name server itself, since a moment ago: only an answer of now clears it.</summary>
    private async Task<bool> AnswersNowAsync(LookupClient client)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var timer = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), bound, _options.ResolverTimeout.ToTimeSpan(), Timeout.InfiniteTimeSpan);
        return (await AskOneAsync(client, ".", QueryType.NS, bound.Token)).Code is DnsHeaderResponseCode.NoError;
    }

    private async Task<(DnsHeaderResponseCode? Code, List<IPAddress> Addresses, int Ttl, bool HasAlias)> AskOneAsync(
        LookupClient client, string name, QueryType type, CancellationToken cancellationToken)
    {
        var addresses = new List<IPAddress>();
        try
        {
            var response = await client.QueryAsync(name, type, QueryClass.IN, cancellationToken);
            var code = response.Header.ResponseCode;
            if (code is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain) Interlocked.Exchange(ref _answeredAt, _time.GetTimestamp());
            var ttl = int.MaxValue;
            var alias = false;
            foreach (var record in response.Answers)
            {
                alias |= record is CNameRecord;
                if (record is not AddressRecord address) continue;
                addresses.Add(address.Address);
                ttl = Math.Min(ttl, record.InitialTimeToLive);
            }
            return (code, addresses, ttl, alias);
        }
        catch (Exception fault) when (fault is DnsResponseException or OperationCanceledException or IOException or System.Net.Sockets.SocketException
            or ArgumentException or IndexOutOfRangeException or InvalidOperationException or OverflowException)
        {
            // No answer, or one that is none: DnsClient tells a damaged packet by several exceptions.
            return (null, addresses, 0, false);
        }
    }

    private (ResolverSettings, LookupClient) Upstream()
    {
        lock (_gate)
        {
            // Read again now and then: a laptop changes networks, DHCP changes servers.
            if (_upstream is { } known && (_options.Resolver is not null || _time.GetElapsedTime(known.ReadAt) < WitnessAge)) return (known.Settings, known.Client);
            var settings = _options.Resolver is { } own ? new ResolverSettings([own], [], 1) : ResolverSettings.Read(_options.ResolverFile);
            if (_upstream is { } same && same.Settings.Servers.SequenceEqual(settings.Servers) && same.Settings.Search.SequenceEqual(settings.Search) && same.Settings.Dots == settings.Dots)
            {
                _upstream = (same.Settings, same.Client, _time.GetTimestamp());
                return (same.Settings, same.Client);
            }
            var client = new LookupClient(DnsAsk.Options([.. settings.Servers], _options.ResolverTimeout));
            _upstream = (settings, client, _time.GetTimestamp());
            return (settings, client);
        }
    }

    private void Remember(Question question, Entry entry)
    {
        if (_cache.Count >= MostCached)
        {
            foreach (var (asked, old) in _cache)
                if (_time.GetElapsedTime(old.At) >= old.Lives)
                    _cache.TryRemove(asked, out _);
            // All of them fresh: a cache is only a cache.
            if (_cache.Count >= MostCached) _cache.Clear();
        }
        _cache[question] = entry;
    }

    private Entry OfTarget(TargetFailure failure, string words) => new([], failure, GapCause.None, words, _time.GetTimestamp(), _options.CacheAtLeast.ToTimeSpan());

    // Our own trouble is forgotten sooner: the next look should find out when it is over.
    private Entry OfUs(GapCause gap, string words) => new([], TargetFailure.None, gap, words, _time.GetTimestamp(), TimeSpan.FromSeconds(1));

    private static IPAddress[] Unwrap(Entry entry) => entry switch
    {
        { Gap: not GapCause.None } => throw EgressException.OfUs(entry.Gap, entry.Words!),
        { Failure: not TargetFailure.None } => throw EgressException.OfTarget(entry.Failure, entry.Words!),
        _ => entry.Addresses,
    };

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _places.Dispose();
    }
}
