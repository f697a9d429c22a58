namespace Kept.Model;

/// <summary>How many requests went to one host.</summary>
/// <param name="Host">Lower case, without port or brackets, as <see cref="CheckTarget.Host"/>.</param>
/// <param name="Count">At least one.</param>
public readonly record struct HostRequests(string Host, int Count);

/// <summary>Requests counted by host. Nearly all go to one, which costs no table. To be added to another, never to be assigned: a copy would share the table.</summary>
public struct RequestCounts
{
    private string? _first;
    private int _count;
    private Dictionary<string, int>? _others;

    /// <summary>All of them.</summary>
    public int Total { get; private set; }

    /// <summary>So many more went there.</summary>
    public void Add(string host, int count = 1)
    {
        Total += count;
        _first ??= host;
        if (_first == host) _count += count;
        else (_others ??= new(StringComparer.Ordinal))[host] = _others.GetValueOrDefault(host) + count;
    }

    /// <summary>And those of another count.</summary>
    public void Add(in RequestCounts counts)
    {
        if (counts._first is null) return;
        Add(counts._first, counts._count);
        foreach (var (host, count) in counts._others ?? []) Add(host, count);
    }

    /// <summary>Those that went to one host.</summary>
    public readonly int To(string host) => host == _first ? _count : _others?.GetValueOrDefault(host) ?? 0;

    /// <summary>Those that went to any other host than one.</summary>
    public readonly IEnumerable<HostRequests> Besides(string host)
    {
        if (Total == To(host)) return [];
        List<HostRequests> besides = [.. (_others ?? []).Where(one => one.Key != host).Select(one => new HostRequests(one.Key, one.Value))];
        if (_first is { } first && first != host) besides.Add(new HostRequests(first, _count));
        return besides;
    }
}
