using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Model;

namespace Kept.Checks;

/// <summary>What one look saw, filled in by name. A name that the kind does not declare is a fault of ours and throws.</summary>
internal sealed class SeenValues(CheckKind kind)
{
    private readonly Value?[] _values = new Value?[kind.Sees.Length];

    public Value? this[string name]
    {
        set => _values[kind.IndexOf(name)] = value;
    }

    /// <summary>The whole look and its phases, the address, and what TLS showed: each where the kind declares it.</summary>
    public void AddConnection(Attempt attempt, Phases phases)
    {
        foreach (var (name, nanoseconds) in new[] { ("time", phases.Total), ("time.dns", phases.Dns), ("time.connect", phases.Connect), ("time.tls", phases.Tls), ("time.first-byte", phases.FirstByte) })
            if (kind.IndexOf(name) is >= 0 and var at)
                _values[at] = Seen.Phase(nanoseconds);
        if (kind.IndexOf("ip") is >= 0 and var ip) _values[ip] = attempt.Trail.Address is { } address ? Value.Of(address.ToString()) : null;
        if (kind.IndexOf(Seen.OfTls[0].Name) is >= 0 and var tls) Seen.AddTls(attempt.Trail.Tls, attempt.StartedAt, _values.AsSpan(tls));
    }

    /// <summary>In the order of the kind. Nothing is filled in afterwards.</summary>
    public ImmutableArray<Value?> All => ImmutableCollectionsMarshal.AsImmutableArray(_values);
}
