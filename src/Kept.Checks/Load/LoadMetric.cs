using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Load;

/// <summary>
/// Reads how much load arrives from a page in the Prometheus text format or OpenMetrics, as a mean over the last minute: of a gauge, per second, the mean of the
/// readings; of a counter (<c>…_total</c>) its growth, so one reading tells nothing. Before a minute of readings is there, the mean is over what there is. All series of
/// the name that bear the asked labels are added up.
/// </summary>
internal sealed class LoadMetric(Dialer dialer, TimeProvider time)
{
    private const int LargestPage = 4 * 1024 * 1024, MostSources = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What a mean is over; a counter's may begin with the newest reading before it, no more than <see cref="Longest"/> ago.</summary>
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromSeconds(90);

    /// <summary>However often somebody asks, no more readings of one source are kept.</summary>
    private const int MostReadings = 128;

    private readonly ConcurrentDictionary<LoadSource, List<(decimal Value, long At)>> _readings = new();

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
        return Find(page, source.Metric) is >= 0 and { } value ? MeanOf(source, value) : null;
    }

    private Quantity? MeanOf(LoadSource source, decimal value)
    {
        if (_readings.Count >= MostSources && !_readings.ContainsKey(source)) _readings.Clear();
        var readings = _readings.GetOrAdd(source, static _ => []);
        lock (readings)
        {
            var now = time.GetTimestamp();
            // A smaller counter began anew: what it was before says nothing.
            var isCounter = source.IsCounter;
            if (isCounter && readings.Count > 0 && value < readings[^1].Value) readings.Clear();
            readings.Add((value, now));
            TimeSpan Age(int i) => time.GetElapsedTime(readings[i].At, now);
            while (readings.Count > MostReadings || Age(0) > Longest || readings.Count > 1 && (isCounter ? Age(1) >= Minute : Age(0) >= Minute)) readings.RemoveAt(0);
            if (!isCounter) return Quantity.Rate(readings.Sum(one => one.Value) / readings.Count, Duration.Seconds(1));
            return Age(0) > TimeSpan.Zero ? Quantity.Rate(value - readings[0].Value, Duration.From(Age(0))) : null;
        }
    }

    /// <summary>The sum of the samples with that name and (at least) those labels; null where there are none or one is not a finite number.</summary>
    internal static decimal? Find(string page, string metric)
    {
        var brace = metric.IndexOf('{', StringComparison.Ordinal);
        var name = (brace < 0 ? metric : metric[..brace]).Trim();
        var labels = brace < 0 ? [] : LabelsOf(metric.AsSpan(brace));
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
            if (rest.IsEmpty || !char.IsWhiteSpace(rest[0]) || !BearsAll(labels, bearing)) continue;
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

    private static bool BearsAll(List<string> asked, ReadOnlySpan<char> bearing)
    {
        if (asked.Count == 0) return true;
        var borne = LabelsOf(bearing);
        return asked.TrueForAll(borne.Contains);
    }

    /// <summary>Each <c>name="value"</c> by itself, as it is written; a comma in quotes divides nothing. With or without the braces around them.</summary>
    private static List<string> LabelsOf(ReadOnlySpan<char> text)
    {
        var labels = new List<string>();
        text = text.Trim().TrimStart('{');
        if (text.EndsWith("}")) text = text[..^1];
        var (from, quoted) = (0, false);
        for (var i = 0; i <= text.Length; i++)
            if (i == text.Length || text[i] == ',' && !quoted)
            {
                if (text[from..i].Trim() is { IsEmpty: false } label) labels.Add(label.ToString());
                from = i + 1;
            }
            else if (quoted && text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
        return labels;
    }
}
