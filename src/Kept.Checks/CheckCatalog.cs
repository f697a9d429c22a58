using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Checks.Http;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Every kind of check: its description for readers and judges, and its look for the engine.</summary>
public static class CheckCatalog
{
    /// <summary>All kinds, in the order of the reference.</summary>
    public static ImmutableArray<CheckKind> Kinds { get; } = [HttpKind.Kind];

    /// <summary>The look of each kind that dials, by name.</summary>
    public static FrozenDictionary<string, Look> Looks(Dialer dialer, TimeProvider time) => new Dictionary<string, Look>
    {
        [HttpKind.Kind.Name] = HttpLook.With(dialer, time),
    }.ToFrozenDictionary();
}
