using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Language.Found;

/// <summary>One target of a list, with its labels: what stood in the list, and what Prometheus adds. All of it is a stranger's text.</summary>
/// <param name="Address">The target as listed.</param>
/// <param name="Labels">By name; <c>__address__</c>, <c>__scheme__</c>, <c>__metrics_path__</c> and <c>instance</c> are always there.</param>
public sealed record FoundTarget(string Address, FrozenDictionary<string, string> Labels);

/// <summary>A list of targets, or why it is none.</summary>
public readonly record struct TargetReading(ImmutableArray<FoundTarget> Targets, string? Why)
{
    public bool IsGood => Why is null;
}
