using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>Looks over HTTP.</summary>
internal static class HttpLook
{
    private static readonly Value Version11 = Value.Of("1.1"), Version2 = Value.Of("2"), Version10 = Value.Of("1.0"), Status200 = Value.Of(200), NoRedirects = Value.Of(0);

    public static Look With(Dialer dialer, TimeProvider time)
    {
        var tokens = new AccessTokens(dialer, time);
        ValueTask<Observation> One(Attempt attempt, CancellationToken deadline) => LookAsync(dialer, tokens, attempt, deadline);
        ValueTask<Observation> Several(Attempt attempt, CancellationToken deadline) => HttpJourney.LookAsync(dialer, tokens, attempt, time, deadline);
        var (one, several) = ((Func<Attempt, CancellationToken, ValueTask<Observation>>)One, (Func<Attempt, CancellationToken, ValueTask<Observation>>)Several);
        return (request, cancellationToken) => Attempt.RunAsync(request, time, request.Check.First.IsEmpty ? one : several, cancellationToken);
    }

    private static async ValueTask<Observation> LookAsync(Dialer dialer, AccessTokens tokens, Attempt attempt, CancellationToken deadline)
    {
        var plan = HttpPlan.Of(attempt.Request.Check);
        if (!plan.NeedsToken) return Answered(plan, await HttpExchange.AskAsync(dialer, plan.AskFor(dialer, attempt), attempt.Trail, deadline), attempt);
        await tokens.GetAsync(plan.TokenRequestFor(attempt), attempt, null, deadline);
        attempt.Restart("getting a token"); // how long a token takes is nothing of the target
        return Answered(plan, await AskAsync(dialer, tokens, plan, plan.AskFor(dialer, attempt), attempt, deadline), attempt);
    }

    /// <summary>Asks with a token where the check needs one. A token that was held and is refused has been withdrawn before its end: another is tried, once.</summary>
    public static async ValueTask<HttpAnswer> AskAsync(Dialer dialer, AccessTokens tokens, HttpPlan plan, HttpAsk ask, Attempt attempt, CancellationToken deadline)
    {
        if (!plan.NeedsToken) return await HttpExchange.AskAsync(dialer, ask, attempt.Trail, deadline);
        var request = plan.TokenRequestFor(attempt);
        var (token, wasHeld) = await tokens.GetAsync(request, attempt, null, deadline);
        var answer = await HttpExchange.AskAsync(dialer, ask with { Headers = ask.Headers.Add(new("Authorization", "Bearer " + token)) }, attempt.Trail, deadline);
        if (answer.Status != 401 || !wasHeld) return answer;
        var (other, _) = await tokens.GetAsync(request, attempt, token, deadline);
        if (other == token) return answer;
        attempt.AskAnew("getting a token"); // neither that nor the refusal of the old one is the target's time
        return await HttpExchange.AskAsync(dialer, ask with { Headers = ask.Headers.Add(new("Authorization", "Bearer " + other)) }, attempt.Trail, deadline);
    }

    /// <summary>The answer that the check is about.</summary>
    public static Observation Answered(HttpPlan plan, HttpAnswer answer, Attempt attempt)
    {
        var phases = attempt.Phases;
        var (values, excerpt) = Read(plan, answer, attempt, phases);
        return attempt.Answered(values, answer.Status, answer.Body.Length, excerpt) with { Phases = phases };
    }

    /// <summary>What an answer shows by each name, secrets hidden, and its first words.</summary>
    /// <param name="isHidden">False for a step's own judgement alone: what it took would else be judged as hidden. Nothing of that is told.</param>
    public static (ImmutableArray<Value?> Values, string? Excerpt) Read(HttpPlan plan, HttpAnswer answer, Attempt attempt, Phases phases, bool isHidden = true)
    {
        var text = Excerpt.Decode(answer.Body.Span, CharSetOf(answer));
        if (isHidden) text = attempt.Redact(text);
        var values = new Value?[HttpKind.Kind.Sees.Length];
        values[HttpKind.Status] = answer.Status == 200 ? Status200 : Value.Of(answer.Status);
        values[HttpKind.Time] = Seen.Phase(phases.Total);
        values[HttpKind.Dns] = Seen.Phase(phases.Dns);
        values[HttpKind.Connect] = Seen.Phase(phases.Connect);
        values[HttpKind.Tls] = Seen.Phase(phases.Tls);
        values[HttpKind.FirstByte] = Seen.Phase(phases.FirstByte);
        values[HttpKind.Body] = new Value.Body(text);
        values[HttpKind.Header] = plan.ShowsHeaders ? HeadersOf(answer, attempt, isHidden) : null;
        values[HttpKind.Size] = Value.Of(Quantity.Bytes(answer.Body.Length));
        values[HttpKind.Ip] = attempt.Trail.Address is { } address ? Value.Of(address.ToString()) : null;
        values[HttpKind.Version] = answer.Version switch { { Major: 2 } => Version2, { Major: 1, Minor: 1 } => Version11, _ => Version10 };
        values[HttpKind.Redirects] = answer.Redirects == 0 ? NoRedirects : Value.Of(answer.Redirects);
        values[HttpKind.Url] = plan.UrlOf(answer, attempt);
        Seen.AddTls(attempt.Trail.Tls, attempt.StartedAt, values.AsSpan(HttpKind.OfTls, Seen.OfTls.Length));
        values[HttpKind.Cookie] = plan.ShowsCookies ? CookiesOf(answer, attempt, isHidden) : null;
        return (ImmutableCollectionsMarshal.AsImmutableArray(values), Excerpt.Of(text));
    }

    /// <summary>The type is read only where it names a charset.</summary>
    private static string? CharSetOf(HttpAnswer answer) =>
        answer.ContentHeaders.NonValidated.TryGetValues("Content-Type", out var type) && type.ToString().Contains("charset", StringComparison.OrdinalIgnoreCase)
            ? answer.ContentHeaders.ContentType?.CharSet : null;

    private static Value.Map? CookiesOf(HttpAnswer answer, Attempt attempt, bool isHidden) => Luggage.CookiesOf(answer) is { Count: > 0 } cookies
        ? new Value.Map(cookies.ToFrozenDictionary(pair => pair.Key, pair => isHidden ? attempt.Redact(pair.Value) : pair.Value, StringComparer.OrdinalIgnoreCase)) : null;

    private static Value.Map HeadersOf(HttpAnswer answer, Attempt attempt, bool isHidden)
    {
        var headers = new Dictionary<string, string>(16, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.ContentHeaders.NonValidated)) headers[Shown(name)] = Shown(values.ToString());
        return new Value.Map(headers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));

        string Shown(string text) => isHidden ? attempt.Redact(text) : text;
    }
}
