using Kept.Engine.Schedule;
using Kept.Model;

namespace Kept.Engine;

/// <summary>The load that our own looks make: counted for the hosts of promises that are decided by it, and nowhere else.</summary>
internal sealed partial class Keeper
{
    private readonly OwnLoads _ownLoads = new();
    private object? _ownLoadsOf; // the promises for which it was arranged

    /// <summary>A look begins at the host of its check; null where nobody asks about that.</summary>
    private SentRequests? Counted(ScheduledCheck check)
    {
        if (!ReferenceEquals(_ownLoadsOf, _order)) ArrangeOwnLoads();
        return _ownLoads.Count == 0 ? null : _ownLoads.Began(check.Check.Target.Lane, _now);
    }

    private void ArrangeOwnLoads()
    {
        _ownLoads.Arrange(_order.Where(promise => OwnLoad.Decides(promise.Terms.Agent.Load, promise.Promise)).SelectMany(promise => promise.Promise.Checks).Where(check => !check.Kind.IsPassive).Select(check => check.Target.Lane).ToHashSet(StringComparer.Ordinal), _now);
        _ownLoadsOf = _order;
    }

    private void CountEnded(LookRun run, Observation seen)
    {
        if (run.Sent is { } sent) OwnLoads.Ended(sent, seen.Requests);
        if (_ownLoads.Count == 0) return;
        foreach (var (host, requests) in seen.Elsewhere) _ownLoads.Also(host, run.LaunchedAt, requests, _now);
    }

    private Quantity? OwnLoadOf(ScheduledCheck? check) => check is not null && _ownLoads.At(check.Check.Target.Lane, _now) is { } requests ? OwnLoad.Of(requests) : null;
}
