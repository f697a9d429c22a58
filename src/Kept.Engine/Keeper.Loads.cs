using System.Collections.Frozen;
using Kept.Engine.Schedule;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Loads: read for the conditions that ask for them, spread over time and bounded as looks are.</summary>
internal sealed partial class Keeper
{
    /// <summary>A load is read this often while a condition asks for it.</summary>
    public static readonly Duration LoadEvery = Duration.Seconds(15);

    /// <summary>A load older than this is not known any more.</summary>
    public static readonly Duration LoadIsOldAfter = Duration.Seconds(40);

    /// <summary>Readings under way at once, and of one host.</summary>
    public const int LoadsAtOnce = 32, LoadsPerHost = 4;

    private readonly Dictionary<string, (Quantity? Value, Instant At)> _loads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _loadsOfHost = new(StringComparer.Ordinal);
    private List<LoadDue> _loadsDue = [];
    private object? _loadsOf; // the promises for which it was made
    private int _loadsUnderWay;
    private FrozenDictionary<string, LoadView>? _loadsShown;

    /// <summary>An agent whose load is asked for, and when it is read next.</summary>
    private sealed class LoadDue(string agent, LoadSource source, Instant at)
    {
        public string Agent => agent;
        public LoadSource Source => source;
        public string Host { get; } = Uri.TryCreate(source.Url, UriKind.Absolute, out var url) ? url.Authority : "";
        public Instant At { get; set; } = at;
        public bool IsUnderWay { get; set; }
    }

    private void ReadLoads()
    {
        if (_parts.ReadLoad is not { } read || _isStopping) return;
        if (!ReferenceEquals(_loadsOf, _order)) ArrangeLoads();
        // Who waits longest is first: where there is too little room, all have their turn.
        foreach (var due in _loadsDue.Where(due => !due.IsUnderWay && due.At <= _now).OrderBy(due => due.At).ToList())
        {
            if (_loadsUnderWay >= LoadsAtOnce) return;
            if (_loadsOfHost.GetValueOrDefault(due.Host) >= LoadsPerHost) continue;
            due.At = Phase.Next(Phase.Of(due.Agent, LoadEvery), LoadEvery.Nanoseconds / Duration.PerMicrosecond, _now);
            due.IsUnderWay = true;
            _loadsUnderWay++;
            _loadsOfHost[due.Host] = _loadsOfHost.GetValueOrDefault(due.Host) + 1;
            _ = ReadLoadAsync(read, due);
        }
    }

    /// <summary>Those that a condition asks for, each in its own place in time; after a change it is read soon, so that nothing is unknown for longer than it must be.</summary>
    private void ArrangeLoads()
    {
        var before = _loadsDue.ToDictionary(due => (due.Agent, due.Source));
        _loadsDue = [];
        foreach (var agent in _order.Where(promise => promise.Terms.Agent.Load is { IsLooks: false } && AsksForLoad(promise.Promise)).Select(promise => promise.Terms.Agent).DistinctBy(agent => agent.Id))
            _loadsDue.Add(before.TryGetValue((agent.Id, agent.Load!), out var there) ? there : new LoadDue(agent.Id, agent.Load!, _now + new Duration(Phase.Of(agent.Id, LoadSoon) * Duration.PerMicrosecond)));
        foreach (var gone in _loads.Keys.Except(_loadsDue.Select(due => due.Agent)).ToList()) _loads.Remove(gone);
        (_loadsOf, _loadsShown) = (_order, null);
    }

    private static bool AsksForLoad(Promise promise) => (promise.Given?.AsksFor("load") ?? false) || promise.Regimes.Any(regime => regime.When.AsksFor("load"));

    private static readonly Duration LoadSoon = Duration.Seconds(2);

    /// <summary>The clock jumped: all are read anew.</summary>
    private void ReadLoadsAnew()
    {
        foreach (var due in _loadsDue) due.At = _now;
    }

    private async Task ReadLoadAsync(Func<LoadSource, CancellationToken, ValueTask<Quantity?>> read, LoadDue due)
    {
        await Task.Yield();
        Quantity? value = null;
        Exception? failed = null;
        try
        {
            using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _looksEnd.Token);
            value = await read(due.Source, either.Token);
        }
        catch (OperationCanceledException)
        {
            value = null; // not readable in time: not known
        }
        catch (Exception fault)
        {
            failed = fault;
        }
        Post(() =>
        {
            due.IsUnderWay = false;
            _loadsUnderWay--;
            if (_loadsOfHost[due.Host] is var there and > 1) _loadsOfHost[due.Host] = there - 1;
            else _loadsOfHost.Remove(due.Host);
            if (failed is not null) Faulted(failed, $"the load of {due.Agent}");
            if (!_loadsDue.Contains(due)) return; // of a house before
            _loads[due.Agent] = (value, _now);
            _loadsShown = null;
        });
    }

    private FrozenDictionary<string, LoadView> ShownLoads() => _loadsShown ??= _loads.ToFrozenDictionary(pair => pair.Key, pair => new LoadView(pair.Value.Value, pair.Value.At), StringComparer.Ordinal);
}
