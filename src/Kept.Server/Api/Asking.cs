using Kept.Model;

namespace Kept.Server.Api;

/// <summary>Reads what a request asks for; what cannot be read is told with what to write instead.</summary>
internal static class Asking
{
    private const int MostDays = 400;

    public static Instant? Time(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
            : Instant.TryParse(text, out var at) ? at
            : throw new WrongRequestException($"{name} is not a time; write it like 2027-01-31T20:30:00Z");

    /// <summary>From when to when, <c>to</c> excluded: six hours up to <paramref name="end"/> where nothing is asked. Bounded, because every look in it is read.</summary>
    public static (Instant From, Instant To) Stretch(string? from, string? to, Instant end)
    {
        var until = Time(to, nameof(to)) ?? end;
        var earliest = until.Microseconds - (MostDays * (Duration.PerDay / 1000));
        var since = Time(from, nameof(from)) ?? new Instant(until.Microseconds - (Duration.PerHour / 1000 * 6));
        if (since >= until) throw new WrongRequestException("from is not before to");
        if (since.Microseconds < 0 || until.Microseconds > end.Microseconds + (MostDays * (Duration.PerDay / 1000))) throw new WrongRequestException("nothing was looked at so long ago, or will be so soon; ask for a time near now");
        return since.Microseconds >= earliest ? (since, until) : throw new WrongRequestException($"from and to lie more than {MostDays} days apart; ask for a shorter time");
    }

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
        return per > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, null, out var count) && count > 0 && count <= MostDays * Duration.PerDay / per
            ? new Duration(count * per)
            : throw new WrongRequestException($"{name} is not a length of time; write it like 15m, 6h or 30d");
    }

    /// <summary>The promise a path means: <c>image@2</c>, or <c>image</c> for its newest line.</summary>
    public static Engine.PromiseView? Promise(Sight sight, Engine.HouseView view, string agent, string name) =>
        PromiseName.TryParse(agent + "/" + name, null, out var parsed) && view.Find(parsed) is { } found ? sight.Shown(found) : null;
}
