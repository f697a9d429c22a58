using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Tls;

/// <summary>Shakes hands, shows what was seen, and leaves.</summary>
internal static class TlsLook
{
    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail) = (attempt.Request.Check, attempt.Trail);
        await using var stream = await dialer.ConnectTlsAsync(check.Target.Host, check.Target.Port, Encryption.NameOf(check), acceptsAny: true, [], attempt.Request.Trust, trail, deadline);
        var phases = trail.Phases;
        var tls = trail.Tls!;
        var values = new Value?[TlsKind.Kind.Sees.Length];
        values[TlsKind.Trusted] = Value.Of(tls.IsTrusted);
        values[TlsKind.Problems] = new Value.List([.. tls.Problems.Select(Value.Of)]);
        values[TlsKind.Time] = Seen.Phase(phases.Total);
        values[TlsKind.Dns] = Seen.Phase(phases.Dns);
        values[TlsKind.Connect] = Seen.Phase(phases.Connect);
        values[TlsKind.Handshake] = Seen.Phase(phases.Tls);
        values[TlsKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
        Seen.AddTls(tls, attempt.StartedAt, values.AsSpan(TlsKind.OfTls));
        return attempt.Answered([.. values], -1, 0, Excerpt.Of(string.Join('\n', tls.Problems))) with { Phases = phases };
    }
}
