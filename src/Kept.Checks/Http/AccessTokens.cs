using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>Whom to ask for a token, and as whom; secrets already put in.</summary>
/// <param name="TokenUrl">The token endpoint.</param>
/// <param name="InBody">Id and secret are sent in the body, for servers that read them only there.</param>
/// <param name="Trust">Who wrote the document, hence which addresses may be dialled.</param>
internal sealed record TokenRequest(Uri TokenUrl, string ClientId, string ClientSecret, string? Scope, string? Audience, bool InBody, DocumentOrigin Trust)
{
    public string Where { get; } = HostPort.Write(HostText.Canonical(TokenUrl) ?? TokenUrl.Host, TokenUrl.Port);
}

/// <summary>
/// Access tokens by client credentials (RFC 6749 §4.4): fetched over the same dialer as looks, held until shortly before they end, and asked for once however many
/// looks want the same. Safe for use by many looks at once.
/// </summary>
internal sealed class AccessTokens(Dialer dialer, TimeProvider time)
{
    private const int Most = 1024, LargestAnswer = 64 * 1024, LongestToken = 16 * 1024;
    private static readonly Duration Patience = Duration.Seconds(10), Leeway = Duration.Seconds(30), Unsaid = Duration.Minutes(1);

    /// <summary>What a server says of us, not of itself (RFC 6749 §5.2).</summary>
    private static readonly string[] OurFaults = ["invalid_client", "unauthorized_client", "invalid_scope", "invalid_request", "unsupported_grant_type", "invalid_target"];

    private readonly Lock _gate = new();
    private readonly Dictionary<TokenRequest, Task<Issued>> _held = [];

    private sealed record Issued(string Token, long Until);

    /// <summary>A token, and whether it was held already.</summary>
    /// <param name="refused">A token that was refused: it is not given again.</param>
    /// <exception cref="EgressException">There is none, and whose fault that is.</exception>
    public async ValueTask<(string Token, bool WasHeld)> GetAsync(TokenRequest request, Attempt attempt, string? refused, CancellationToken deadline)
    {
        Task<Issued> task;
        bool held;
        lock (_gate)
        {
            if (_held.TryGetValue(request, out var known) && IsGood(known, refused)) (task, held) = (known, known.IsCompleted);
            else
            {
                if (_held.Count >= Most) _held.Clear();
                // Under a deadline of its own: others may wait for it too, and the first of them may give up.
                (_held[request], held) = (task = Task.Run(() => FetchAsync(request), CancellationToken.None), false);
            }
        }
        attempt.OnTimeOut = timeout => Told(EgressException.OfTarget(TargetFailure.TimedOut, $"none came within {timeout.ToWords()}"), request, attempt);
        try
        {
            var token = (await task.WaitAsync(deadline)).Token;
            attempt.OnTimeOut = null;
            attempt.Hide(token);
            attempt.GotToken |= !held;
            return (token, held && !attempt.GotToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !deadline.IsCancellationRequested)
        {
            attempt.OnTimeOut = null;
            throw Told(EgressException.From(fault, request.Where), request, attempt);
        }
    }

    private bool IsGood(Task<Issued> known, string? refused) =>
        !known.IsCompleted || known.IsCompletedSuccessfully && known.Result.Token != refused && time.GetTimestamp() < known.Result.Until;

    /// <summary>The target is not at fault where another host gives the tokens: then nothing is known of it.</summary>
    private static EgressException Told(EgressException fault, TokenRequest request, Attempt attempt)
    {
        var words = $"no token from {request.Where}: {fault.Message}";
        return fault.IsOurs ? EgressException.OfUs(fault.Gap, words, fault)
            : HostText.Canonical(request.TokenUrl) == attempt.Request.Check.Target.Host ? EgressException.OfTarget(fault.Failure, words, fault)
            : EgressException.OfUs(GapCause.Witness, words, fault);
    }

    private async Task<Issued> FetchAsync(TokenRequest request)
    {
        using var patience = new CancellationTokenSource(Patience.ToTimeSpan(), time);
        HttpAnswer answer;
        try
        {
            answer = await HttpExchange.AskAsync(dialer, AskFor(request), new DialTrail(time), patience.Token);
        }
        catch (OperationCanceledException fault) when (patience.IsCancellationRequested)
        {
            throw EgressException.OfTarget(TargetFailure.TimedOut, $"none came within {Patience.ToWords()}", fault);
        }
        return Read(answer);
    }

    private static HttpAsk AskFor(TokenRequest request)
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (request.Scope is { } scope) form.Add(new("scope", scope));
        if (request.Audience is { } audience) form.Add(new("audience", audience));
        if (request.InBody) form.AddRange([new("client_id", request.ClientId), new("client_secret", request.ClientSecret)]);
        var headers = new List<KeyValuePair<string, string>> { new("Content-Type", "application/x-www-form-urlencoded"), new("Accept", "application/json") };
        if (!request.InBody) headers.Add(new("Authorization", Basic(Uri.EscapeDataString(request.ClientId), Uri.EscapeDataString(request.ClientSecret)))); // RFC 6749 §2.3.1: encoded as in a form first
        return new HttpAsk
        {
            Url = request.TokenUrl,
            Method = HttpMethod.Post,
            Trust = request.Trust,
            Headers = [.. headers],
            Body = Encoding.UTF8.GetBytes(string.Join('&', form.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))),
            BodyLimit = LargestAnswer,
        };
    }

    /// <summary>The value of <c>Authorization</c> for a user and a password.</summary>
    public static string Basic(string user, string password) => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))).ToString();

    private Issued Read(HttpAnswer answer)
    {
        var json = new Value.Body(Excerpt.Decode(answer.Body.Span, answer.ContentHeaders.ContentType?.CharSet)).Json is { ValueKind: JsonValueKind.Object } root ? root : default;
        string? Text(string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        if (answer.Status != 200)
        {
            var error = Text("error");
            if (answer.Status is 400 or 401 && OurFaults.Contains(error)) throw EgressException.OfUs(GapCause.Fault, $"it refuses our credentials or what we ask for ({error})");
            throw EgressException.OfTarget(TargetFailure.Malformed, $"it answered {answer.Status}");
        }
        if (Text("access_token") is not { Length: > 0 } token) throw EgressException.OfTarget(TargetFailure.Malformed, "its answer has no `access_token`");
        if (token.Length > LongestToken || token.Any(c => c is < '!' or > '~')) throw EgressException.OfTarget(TargetFailure.Malformed, "its `access_token` cannot be sent in a header");
        if (Text("token_type") is { } type && !type.Equals("bearer", StringComparison.OrdinalIgnoreCase)) throw EgressException.OfTarget(TargetFailure.Malformed, "its token is none of the type Bearer");
        return new Issued(token, time.GetTimestamp() + (long)((decimal)time.TimestampFrequency * HeldFor(json).Nanoseconds / Duration.PerSecond));
    }

    /// <summary>Until shortly before it ends, so that none ends on its way; a short-lived one for most of its life.</summary>
    private static Duration HeldFor(JsonElement json)
    {
        var written = json.TryGetProperty("expires_in", out var member) ? member.ValueKind == JsonValueKind.String ? member.GetString() : member.ValueKind == JsonValueKind.Number ? member.GetRawText() : null : null;
        if (!decimal.TryParse(written, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var seconds)) return Unsaid;
        var life = Duration.Seconds((long)Math.Clamp(seconds, 0, 24 * 3600));
        return life > Leeway * 4 ? life - Leeway : life / 4 * 3;
    }
}
