using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Found;

/// <summary>What is shown to a source of targets: the name of a secret, which is read when it is asked and kept nowhere.</summary>
/// <param name="User">Null: the secret is a bearer token.</param>
/// <param name="IsInClear">It may go without TLS to another machine.</param>
public sealed record TargetsLogin(string? User, string Secret, bool IsInClear);

/// <summary>Asks a URL for its list of targets as Prometheus does (http_sd): one GET, JSON, and nothing else is a list.</summary>
public static class TargetsAsk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The bytes of the answer, or why there are none, as the end of a sentence about the source. Throws only when cancelled.</summary>
    /// <param name="login">Null: none.</param>
    /// <param name="every">How often it is asked, which it is told.</param>
    /// <param name="most">Bytes of the answer, decompressed.</param>
    public static async ValueTask<(ReadOnlyMemory<byte>? Bytes, string? Why)> AskAsync(Dialer dialer, string url, TargetsLogin? login, Duration every, int most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        var used = new List<string>();
        using var leave = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
        try
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")) return (null, "its address cannot be read");
            if (login is { IsInClear: false } && parsed.Scheme == "http" && dialer.UsesProxy) return (null, "its secret would go in clear to the proxy, which reads it");
            var ask = new HttpAsk
            {
                Url = parsed,
                Method = HttpMethod.Get,
                Trust = DocumentOrigin.Ours, // only our own documents name sources
                Follows = true,
                BodyLimit = most,
                Headers = [new("Accept", "application/json"), new("X-Prometheus-Refresh-Interval-Seconds", (every.Nanoseconds / (decimal)Duration.PerSecond).ToString(System.Globalization.CultureInfo.InvariantCulture)), .. login is null ? [] : new[] { KeyValuePair.Create("Authorization", Shown(login, used)) }],
            };
            var answer = await HttpExchange.AskAsync(dialer, ask, new DialTrail(time), deadline.Token);
            if (answer.Status != 200) return (null, $"it answers {answer.Status}");
            if (answer.ContentHeaders.ContentType?.MediaType is not { } type || !type.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return (null, "what it answers is not called application/json");
            // a label that repeats it would be a name, a purpose or a header of ours
            return used.Count > 0 && Encoding.UTF8.GetString(answer.Body.Span) is var text && Secrets.Redact(text, used) != text ? (null, "what it answers repeats the secret it was shown") : (answer.Body, null);
        }
        catch (EgressException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, Secrets.Redact(fault.Message, used));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"it gave no whole answer within {Patience.TotalSeconds} seconds");
        }
    }

    /// <summary>The header, with the secret put in. What was put in is added to <paramref name="used"/>.</summary>
    private static string Shown(TargetsLogin login, List<string> used)
    {
        var secret = Secrets.Expand(login.Secret, used);
        return login.User is null ? "Bearer " + secret : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login.User + ":" + secret));
    }
}
