using Kept.Model;

namespace Kept.Judging;

/// <summary>What a name can show at all: the kind says so, and a look ends with its time-out.</summary>
internal static class Domains
{
    public static bool IsTimeOfLook(ObservedName name) => name.Name == "time" || name.Name.StartsWith("time.", StringComparison.Ordinal);

    public static void Add(Bounds bounds, ObservedName name, Check check)
    {
        var isTime = IsTimeOfLook(name);
        if (isTime || name.Dimension is Dimension.Size or Dimension.Rate) bounds.Add(name.Name == "time" ? Comparison.Greater : Comparison.GreaterOrEqual, 0);
        if (isTime && !check.Kind.IsPassive) bounds.Add(Comparison.LessOrEqual, check.Timeout.Nanoseconds);
        if (name.AtLeast is { } least) bounds.Add(Comparison.GreaterOrEqual, least);
        if (name.AtMost is { } most) bounds.Add(Comparison.LessOrEqual, most);
    }
}
