using System.Globalization;

namespace Kept.Import.Gatus;

/// <summary><c>age(placeholder)</c>: milliseconds since the time that stands there. A layout of Go's as second argument is not followed here; such a condition is told as not carried.</summary>
internal static class GatusAge
{
    private static readonly string[] HttpDates =
        ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>Null where there is no time.</summary>
    public static string? Resolve(string arguments, GatusSeen seen)
    {
        var comma = arguments.IndexOf(',');
        var placeholder = (comma < 0 ? arguments : arguments[..comma]).Trim();
        var upper = placeholder.ToUpperInvariant();
        if (!upper.StartsWith(GatusOperand.Body, StringComparison.Ordinal) && !upper.StartsWith(GatusOperand.Header + ".", StringComparison.Ordinal) && !upper.StartsWith(GatusOperand.Context + ".", StringComparison.Ordinal))
            return null;
        var value = GatusOperand.Resolve(placeholder, seen);
        if (value.EndsWith(GatusOperand.Invalid, StringComparison.Ordinal) || comma >= 0 && arguments[(comma + 1)..].Trim().Length > 0) return null;
        return Time(value.Trim().Trim('"')) is { } time ? WrittenJson.Number((long)((seen.At - time).TotalMilliseconds)) : null;
    }

    private static DateTimeOffset? Time(string text)
    {
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, HttpDates, CultureInfo.InvariantCulture, Styles, out var http)) return http;
        if (text.Length >= 20 && text[4] == '-' && text[10] is 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out var rfc)) return rfc;
        if (GoNumber.Floating(text) is not { } epoch || !(epoch > 0) || !double.IsFinite(epoch) || epoch > 2.5e14) return null;
        return epoch >= 1e12 ? DateTimeOffset.FromUnixTimeMilliseconds((long)epoch) : epoch < 2.5e11 ? DateTimeOffset.UnixEpoch.AddTicks((long)(epoch * 1e6) * 10) : null;
    }
}
