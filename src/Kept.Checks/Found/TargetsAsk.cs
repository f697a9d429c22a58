using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Found;

/// <summary>Asks a URL for its list of targets as Prometheus does (http_sd): one GET, JSON, and nothing else is a list.</summary>
public static class TargetsAsk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The bytes of the answer, or why there are none, as the end of a sentence about the source. Throws only when cancelled.</summary>
    /// <param name="every">How often it is asked, which it is told.</param>
    /// <param name="most">Bytes of the answer, decompressed.</param>
    public static async ValueTask<(ReadOnlyMemory<byte>? Bytes, string? Why)> AskAsync(Dialer dialer, string url, Duration every, int most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var leave = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
        try
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")) return (null, "its address cannot be read");
            var ask = new HttpAsk
            {
                Url = parsed,
                Method = HttpMethod.Get,
                Trust = DocumentOrigin.Ours, // only our own documents name sources
                Follows = true,
                BodyLimit = most,
                Headers = [new("Accept", "application/json"), new("X-Prometheus-Refresh-Interval-Seconds", (every.Nanoseconds / (decimal)Duration.PerSecond).ToString(System.Globalization.CultureInfo.InvariantCulture))],
            };
            var answer = await HttpExchange.AskAsync(dialer, ask, new DialTrail(time), deadline.Token);
            if (answer.Status != 200) return (null, $"it answers {answer.Status}");
            return answer.ContentHeaders.ContentType?.MediaType is { } type && type.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? (answer.Body, null) : (null, "what it answers is not called application/json");
        }
        catch (EgressException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, fault.Message);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"it gave no whole answer within {Patience.TotalSeconds} seconds");
        }
    }
}
