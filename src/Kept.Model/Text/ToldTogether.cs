using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>Diagnostics as people read them: what a template of what is found has wrong, or leads to, is told once for all promises that it makes, and not ten thousand times.</summary>
public static class ToldTogether
{
    /// <summary>So many of one template are still told one by one.</summary>
    public const int Few = 3;

    /// <param name="all">In order; each keeps its place, and those that are told together stand where the first of them stood.</param>
    /// <param name="house">Knows which promises were found; null: none were.</param>
    public static ImmutableArray<Diagnostic> Of(IEnumerable<Diagnostic> all, House? house)
    {
        var diagnostics = all.ToList();
        if (house is null) return [.. diagnostics];
        var groups = new Dictionary<(string, Severity, Place), List<PromiseName>>();
        foreach (var one in diagnostics)
            if (KeyOf(one) is { } key)
            {
                if (!groups.TryGetValue(key, out var names)) groups[key] = names = [];
                if (names.Count == 0 || names[^1] != one.Promise) names.Add(one.Promise!);
            }
        var told = ImmutableArray.CreateBuilder<Diagnostic>();
        var done = new HashSet<(string, Severity, Place)>();
        foreach (var one in diagnostics)
        {
            var key = KeyOf(one);
            if (key is null || groups[key.Value] is { Count: <= Few }) told.Add(one);
            else if (done.Add(key.Value))
            {
                var names = groups[key.Value];
                told.Add(one with { Message = $"{names.Count:N0} promises of what is found here have this ({string.Join(", ", names.Take(Few).Select(name => $"`{name.Short}`"))} and {names.Count - Few:N0} more), the first so: {one.Message}" });
            }
        }
        return told.ToImmutable();

        (string, Severity, Place)? KeyOf(Diagnostic one) =>
            one.Promise is { } name && one.At.IsKnown && house.ByName.TryGetValue(name, out var promise) && promise.FoundIn is not null ? (one.Code, one.Severity, one.At) : null;
    }
}
