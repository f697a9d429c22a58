using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Checks.Dns;
using Kept.Checks.Heartbeat;
using Kept.Checks.Http;
using Kept.Checks.Load;
using Kept.Checks.Tcp;
using Kept.Checks.Tls;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Every kind of check: its description for readers and judges, and its look for the engine.</summary>
public static class CheckCatalog
{
    /// <summary>All kinds, in the order of the reference.</summary>
    public static ImmutableArray<CheckKind> Kinds { get; } = [HttpKind.Kind, TcpKind.Kind, DnsKind.Kind, TlsKind.Kind, HeartbeatKind.Kind];

    /// <summary>The look of each kind that dials, by name. A heartbeat has none: it is we who are called.</summary>
    public static FrozenDictionary<string, Look> Looks(Dialer dialer, TimeProvider time) => new Dictionary<string, Look>
    {
        [HttpKind.Kind.Name] = HttpLook.With(dialer, time),
        [TcpKind.Kind.Name] = TcpLook.With(dialer, time),
        [DnsKind.Kind.Name] = DnsLook.With(dialer, time),
        [TlsKind.Kind.Name] = TlsLook.With(dialer, time),
    }.ToFrozenDictionary();

    /// <summary>Reads <c>metric NAME at URL</c>; null where it cannot be read, so that a condition about load is unknown.</summary>
    public static Func<LoadSource, CancellationToken, ValueTask<Quantity?>> LoadReader(Dialer dialer, TimeProvider time) => new LoadMetric(dialer, time).ReadAsync;
}
