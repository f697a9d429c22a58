using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Import.Slo;

/// <summary>Lengths of time as Prometheus writes them: whole numbers of y, w, d, h, m, s and ms, each once and in that order: <c>1h30m</c>.</summary>
internal static partial class PrometheusLength
{
    /// <summary>Null where it is none, or longer than 100 years.</summary>
    public static Duration? Read(string text)
    {
        if (text.Length is 0 or > 40 || Form().Match(text) is not { Success: true } match) return null;
        decimal sum = 0;
        foreach (var (group, size) in (ReadOnlySpan<(string, long)>)[("y", 365 * Duration.PerDay), ("w", Duration.PerWeek), ("d", Duration.PerDay), ("h", Duration.PerHour), ("m", Duration.PerMinute), ("s", Duration.PerSecond), ("ms", Duration.PerMillisecond)])
            if (match.Groups[group] is { Success: true } part)
            {
                if (part.Length > 12) return null;
                sum += decimal.Parse(part.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * size;
            }
        return sum is > 0 && sum <= 100m * 365 * Duration.PerDay ? new Duration((long)sum) : null;
    }

    [GeneratedRegex("^(?:(?<y>[0-9]+)y)?(?:(?<w>[0-9]+)w)?(?:(?<d>[0-9]+)d)?(?:(?<h>[0-9]+)h)?(?:(?<m>[0-9]+)m)?(?:(?<s>[0-9]+)s)?(?:(?<ms>[0-9]+)ms)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
