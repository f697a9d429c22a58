using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Load;

/// <summary>
/// Reads how much load arrives from a page in the Prometheus text format or OpenMetrics. A gauge is taken as it is, per second; of a counter (<c>…_total</c>) the
/// growth since the last reading is, so the first reading tells nothing. All series of the name that bear the asked labels are added up.
/// </summary>
internal sealed class LoadMetric(Dialer dialer, TimeProvider time)
{
    private const int LargestPage = 4 * 1024 * 1024, MostSources = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<LoadSource, (decimal Value, long At)> _before = new();

    /// <summary>Null where it cannot be read: then a condition about load is unknown. Throws only when cancelled.</summary>
    public async ValueTask<Quantity?> ReadAsync(LoadSource source, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var leave = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
        string page;
        try
        {
            var used = new List<string>();
            if (!Uri.TryCreate(Secrets.Expand(source.Url, used, Uri.EscapeDataString), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return null;
            var ask = new HttpAsk
            {
                Url = url,
                Method = HttpMethod.Get,
                Trust = DocumentOrigin.Ours,
                BodyLimit = LargestPage,
                Headers = [new("Accept", "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5")],
            };
            var answer = await HttpExchange.AskAsync(dialer, ask, new DialTrail(time), deadline.Token);
            if (answer.Status != 200) return null;
            page = Encoding.UTF8.GetString(answer.Body.Span);
        }
        catch (Exception fault) when (fault is EgressException or OperationCanceledException or UriFormatException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        return Find(page, source.Metric) is { } value ? RateOf(source, value) : null;
    }

    private Quantity? RateOf(LoadSource source, decimal value)
    {
        var name = source.Metric.Split('{')[0];
        if (!name.EndsWith("_total", StringComparison.Ordinal)) return value >= 0 ? Quantity.Rate(value, Duration.Seconds(1)) : null;
        var now = time.GetTimestamp();
        var known = _before.TryGetValue(source, out var before);
        if (_before.Count >= MostSources && !known) _before.Clear();
        _before[source] = (value, now);
        var elapsed = known ? time.GetElapsedTime(before.At, now) : TimeSpan.Zero;
        // A smaller counter began anew.
        return elapsed > TimeSpan.Zero && value >= before.Value ? Quantity.Rate(value - before.Value, Duration.From(elapsed)) : null;
    }

    /// <summary>The sum of the samples with that name and (at least) those labels; null where there are none or one is not a finite number.</summary>
    internal static decimal? Find(string page, string metric)
    {
        var brace = metric.IndexOf('{', StringComparison.Ordinal);
        var name = (brace < 0 ? metric : metric[..brace]).Trim();
        var labels = brace < 0 ? [] : metric[(brace + 1)..].TrimEnd('}', ' ').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        decimal? sum = null;
        foreach (var line in page.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
            var rest = line[name.Length..];
            var bearing = ReadOnlySpan<char>.Empty;
            if (rest.StartsWith("{"))
            {
                var close = LabelsEnd(rest);
                if (close < 0) continue;
                bearing = rest[1..close];
                rest = rest[(close + 1)..];
            }
            if (rest.IsEmpty || !char.IsWhiteSpace(rest[0]) || !BearsAll(bearing, labels)) continue;
            rest = rest.Trim();
            var end = rest.IndexOfAny(' ', '\t');
            if (!decimal.TryParse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return null;
            if (Math.Abs(value) > 1e18m || Math.Abs(sum ?? 0) > 1e18m) return null;
            sum = (sum ?? 0) + value;
        }
        return sum;
    }

    /// <summary>Where the labels end: the first closing brace outside quotes.</summary>
    private static int LabelsEnd(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (text[i] == '}' && !quoted) return i;
        }
        return -1;
    }

    private static bool BearsAll(ReadOnlySpan<char> bearing, string[] labels)
    {
        foreach (var label in labels)
        {
            var at = bearing.IndexOf(label, StringComparison.Ordinal);
            if (at < 0 || (at > 0 && bearing[at - 1] is not (',' or ' '))) return false;
        }
        return true;
    }
}
