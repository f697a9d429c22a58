using Kept.Model;

namespace Kept.Server.Api;

/// <summary>Reads what a request asks for; what cannot be read is told with what to write instead.</summary>
internal static class Asking
{
    public static Instant? Time(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
            : Instant.TryParse(text, out var at) ? at
            : throw new WrongRequestException($"{name} is not a time; write it like 2027-01-31T20:30:00Z");

    public static int Whole(string? text, string name, int otherwise, int most) =>
        string.IsNullOrEmpty(text) ? otherwise
            : int.TryParse(text, System.Globalization.NumberStyles.None, null, out var number) && number >= 1 ? Math.Min(number, most)
            : throw new WrongRequestException($"{name} is not a whole number from 1 to {most}");

    /// <summary>A cursor: a sequence, with or without its leading zeros.</summary>
    public static long Cursor(string? text, string name) =>
        string.IsNullOrEmpty(text) ? 0
            : long.TryParse(text, System.Globalization.NumberStyles.None, null, out var sequence) ? sequence
            : throw new WrongRequestException($"{name} is not a sequence; take it from the last answer");

    /// <summary>A length of time as documents write it: <c>15m</c>, <c>6h</c>, <c>30d</c>.</summary>
    public static Duration? Length(string? text, string name)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var per = text[^1] switch { 'm' => Duration.PerMinute, 'h' => Duration.PerHour, 'd' => Duration.PerDay, _ => 0 };
        return per > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, null, out var count) && count > 0 && count <= 400 * Duration.PerDay / per
            ? new Duration(count * per)
            : throw new WrongRequestException($"{name} is not a length of time; write it like 15m, 6h or 30d");
    }

    /// <summary>The promise a path means: <c>image@2</c>, or <c>image</c> for its newest line.</summary>
    public static Engine.PromiseView? Promise(Engine.HouseView view, string agent, string name) =>
        PromiseName.TryParse(agent + "/" + name, null, out var parsed) ? view.Find(parsed) : null;
}
