using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Domain;

/// <summary>Asks a registry.</summary>
internal static class DomainLook
{
    private const long UsualLimit = 256 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, name) = (attempt.Request.Check, attempt.Request.Check.Target.Host);
        var isGiven = check.Target.Rest.Length > 0;
        var server = isGiven ? attempt.ExpandInUrl(check.Target.Rest) : Registries.For(name, dialer.Options.Registries)
            ?? throw EgressException.OfUs(GapCause.Fault, $"no registry is known for {name}: write `registries: {{ {name[(name.LastIndexOf('.') + 1)..]}: 'https://…' }}` in house.yaml, or {name} at https://…");
        var url = new Uri($"{server}/domain/{name}");
        attempt.Witness = $"the registry at {HostText.Canonical(url)}";
        // A server that the house or the program names is ours to trust; one that a document names has the document's own reach.
        var answer = await Fetch.GetAsync(dialer, attempt, url, "application/rdap+json", check.Limit(UsualLimit), follows: true, deadline, isGiven ? null : DocumentOrigin.Ours);
        var phases = attempt.Trail.Phases;
        var registration = Registration.Read(answer.Body);
        // Any server says 404, also a wrong address and a portal in between.
        var isRdap = Registration.IsRefusal(answer.Body) || "application/rdap+json".Equals(answer.ContentHeaders.ContentType?.MediaType, StringComparison.OrdinalIgnoreCase);
        if (answer.Status == 404 && isRdap)
        {
            attempt.Witness = null; // it knows the answer, and that is bad
            throw EgressException.OfTarget(TargetFailure.NameNotFound, $"{name} is not registered{(name.Count(c => c == '.') > 1 ? $" (a registry knows names as they were registered, such as {string.Join('.', name.Split('.')[^2..])})" : "")}");
        }
        if (answer.Status != 200) throw EgressException.OfUs(GapCause.Witness, $"{attempt.Witness} did not say how {name} stands (status {answer.Status}{answer.Status switch { 429 => ": asked too often", 404 => ": not in the way of RDAP", _ => "" }})");
        if (registration is null || registration.Name != name) throw EgressException.OfUs(GapCause.Witness, $"{attempt.Witness} answered, but not about {name}");
        var seen = new SeenValues(check.Kind)
        {
            ["expires-in"] = registration.Expires is { } end ? Value.Of(end - attempt.StartedAt) : null,
            ["registered-for"] = registration.Registered is { } start ? Value.Of(attempt.StartedAt - start) : null,
            ["status"] = new Value.List([.. registration.Status.Select(Value.Of)]),
            ["registrar"] = registration.Registrar is { } registrar ? Value.Of(registrar) : null,
            ["name-servers"] = new Value.List([.. registration.NameServers.Select(Value.Of)]),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, answer.Status, answer.Body.Length, Excerpt.Of(attempt.Redact(Excerpt.Decode(answer.Body.Span)))) with { Phases = phases };
    }
}
