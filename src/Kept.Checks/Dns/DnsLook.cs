using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Dns;

/// <summary>Asks a name server.</summary>
internal static class DnsLook
{
    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var target = attempt.Request.Check.Target;
        var space = target.Rest.IndexOf(' ', StringComparison.Ordinal);
        var (name, server) = space < 0 ? (target.Rest, null) : (target.Rest[..space], target.Rest[(space + 1)..]);
        var answer = await NameServerAsk.AskAsync(dialer, server, target.Port, name, target.Method, attempt.Request.Trust, attempt.Trail, deadline);
        var values = new Value?[DnsKind.Kind.Sees.Length];
        values[DnsKind.Answers] = new Value.List([.. answer.Records.Select(Value.Of)]);
        values[DnsKind.Rcode] = Value.Of(answer.Rcode);
        values[DnsKind.Count] = Value.Of(answer.Count);
        values[DnsKind.Ttl] = answer.Ttl is { } ttl ? Value.Of(ttl) : null;
        values[DnsKind.Authoritative] = Value.Of(answer.IsAuthoritative);
        var phases = attempt.Trail.Phases;
        values[DnsKind.Time] = Seen.Phase(phases.Total);
        values[DnsKind.Ip] = attempt.Trail.Address is { } address ? Value.Of(address.ToString()) : null;
        return attempt.Answered([.. values], answer.Code, answer.Size, Excerpt.Of(string.Join('\n', answer.Records))) with { Phases = phases, Beside = new SeenBeside { Answers = answer.Sections.Answers, Authority = answer.Sections.Authority, Additional = answer.Sections.Additional } };
    }
}
