using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>Messages of google.protobuf that have a form of their own in JSON (https://protobuf.dev/programming-guides/json/), and how their texts are written and read.</summary>
internal static class WellKnown
{
    public const string Any = "google.protobuf.Any", Timestamp = "google.protobuf.Timestamp", Duration = "google.protobuf.Duration", FieldMask = "google.protobuf.FieldMask", Struct = "google.protobuf.Struct",
        Item = "google.protobuf.Value", Items = "google.protobuf.ListValue", Empty = "google.protobuf.Empty", Null = "google.protobuf.NullValue";

    private const long FirstSecond = -62_135_596_800, LastSecond = 253_402_300_799, LongestSeconds = 315_576_000_000;

    /// <summary>Hold one value, and are written as it.</summary>
    private static readonly FrozenSet<string> Wrappers = new[] { "Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes" }.Select(name => $"google.protobuf.{name}Value").ToFrozenSet();

    public static bool Is(string message) => IsWrapper(message) || message is Any or Timestamp or Duration or FieldMask or Struct or Item or Items;

    public static bool IsWrapper(string message) => Wrappers.Contains(message);

    /// <exception cref="FormatException">It is out of range.</exception>
    public static string TimestampText(long seconds, int nanos) => seconds is < FirstSecond or > LastSecond || nanos is < 0 or > 999_999_999
        ? throw new FormatException("a Timestamp in it is out of range")
        : DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(nanos) + "Z";

    /// <exception cref="FormatException">It is out of range.</exception>
    public static string DurationText(long seconds, int nanos) => seconds is < -LongestSeconds or > LongestSeconds || nanos is < -999_999_999 or > 999_999_999 || Math.Sign(seconds) * Math.Sign(nanos) < 0
        ? throw new FormatException("a Duration in it is out of range")
        : $"{(seconds < 0 || nanos < 0 ? "-" : "")}{Math.Abs(seconds).ToString(CultureInfo.InvariantCulture)}{Fraction(Math.Abs(nanos))}s";

    /// <summary>Null where it is none.</summary>
    public static (long Seconds, int Nanos)? ReadTimestamp(string text)
    {
        // exactly RFC 3339, with at most nine digits of a second
        var zone = text.EndsWith('Z') || text.EndsWith('z') ? text.Length - 1 : text.Length - 6;
        if (text.Length < 20 || zone < 19 || text[10] is not ('T' or 't')) return null;
        if (!DateTime.TryParseExact(text[..10] + "T" + text[11..19], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) || ReadFraction(text.AsSpan(19, zone - 19)) is not { } nanos) return null;
        var offset = 0;
        if (zone == text.Length - 6)
        {
            if (text[zone] is not ('+' or '-') || !TimeSpan.TryParseExact(text[(zone + 1)..], "hh':'mm", CultureInfo.InvariantCulture, out var away)) return null;
            offset = (int)away.TotalSeconds * (text[zone] == '-' ? -1 : 1);
        }
        var seconds = (at.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond - offset;
        return seconds is < FirstSecond or > LastSecond ? null : (seconds, nanos);
    }

    /// <summary>Null where it is none.</summary>
    public static (long Seconds, int Nanos)? ReadDuration(string text)
    {
        if (!text.EndsWith('s')) return null;
        var isNegative = text.StartsWith('-');
        var figure = text.AsSpan()[(isNegative ? 1 : 0)..^1];
        var point = figure.IndexOf('.');
        if (!long.TryParse(point < 0 ? figure : figure[..point], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > LongestSeconds) return null;
        if (ReadFraction(point < 0 ? [] : figure[point..]) is not { } nanos) return null;
        return isNegative ? (-seconds, -nanos) : (seconds, nanos);
    }

    /// <summary><c>created_at</c> is written <c>createdAt</c>; a path that could not be read back is refused.</summary>
    public static string MaskText(IEnumerable<string> paths) => string.Join(',', paths.Select(path =>
        path.Any(char.IsUpper) || ReadMask(MessageReader.Camel(path)) is not [var back] || back != path ? throw new FormatException("a FieldMask in it has no form in JSON") : MessageReader.Camel(path)));

    public static IReadOnlyList<string> ReadMask(string text) => text.Length == 0 ? [] :
        [.. text.Split(',').Select(path => string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString())))];

    /// <summary>Bytes as the standard Base64, read with any of both alphabets, padded or not; null where it is none.</summary>
    public static byte[]? ReadBase64(string text)
    {
        var plain = new StringBuilder(text.TrimEnd('=')).Replace('-', '+').Replace('_', '/');
        if (text.Length - plain.Length > 2 || plain.Length % 4 == 1) return null;
        plain.Append('=', (4 - plain.Length % 4) % 4);
        var bytes = new byte[plain.Length / 4 * 3];
        return text.Any(char.IsWhiteSpace) || !Convert.TryFromBase64String(plain.ToString(), bytes, out var length) ? null : bytes[..length];
    }

    private static string Fraction(int nanos) => nanos == 0 ? ""
        : nanos % 1_000_000 == 0 ? "." + (nanos / 1_000_000).ToString("000", CultureInfo.InvariantCulture)
        : nanos % 1000 == 0 ? "." + (nanos / 1000).ToString("000000", CultureInfo.InvariantCulture)
        : "." + nanos.ToString("000000000", CultureInfo.InvariantCulture);

    private static int? ReadFraction(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return 0;
        if (text[0] != '.' || text.Length is < 2 or > 10 || !int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var digits)) return null;
        for (var i = text.Length; i < 10; i++) digits *= 10;
        return digits;
    }
}
