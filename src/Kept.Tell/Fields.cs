using System.Text.Json;
using Kept.Model;

namespace Kept.Tell;

/// <summary>Members of what was written as JSON and may have been written by anybody. What is not of its type is a <see cref="FormatException"/>, and never a null that fails later.</summary>
internal static class Fields
{
    /// <summary>What reading throws where the text is damaged or of another form.</summary>
    public static bool IsDamage(Exception fault) =>
        fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException;

    public static string Text(JsonElement from, string member) => TextOf(from.GetProperty(member));

    /// <summary>Null only where it is not written at all.</summary>
    public static string? TextOrNone(JsonElement from, string member) => from.TryGetProperty(member, out var text) ? TextOf(text) : null;

    public static Instant Time(JsonElement from, string member) => TimeOf(from.GetProperty(member));

    /// <summary>Null only where it is not written at all.</summary>
    public static Instant? TimeOrNone(JsonElement from, string member) => from.TryGetProperty(member, out var text) ? TimeOf(text) : null;

    public static Instant TimeOf(JsonElement text) => Instant.TryParse(TextOf(text), out var at) ? at : throw new FormatException("a time");

    private static string TextOf(JsonElement text) => text.GetString() ?? throw new FormatException("a text");
}
