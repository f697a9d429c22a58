using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Engine.Tests.World;
using Kept.Model;

namespace Kept.Scenarios;

/// <summary>How times, durations, behaviours and counts are written in scenarios.</summary>
internal static partial class Words
{
    public static TimeSpan? Duration(string text)
    {
        var match = DurationForm().Match(text);
        if (!match.Success) return null;
        var total = TimeSpan.Zero;
        for (var i = 0; i < match.Groups[2].Captures.Count; i++)
        {
            var count = double.Parse(match.Groups[2].Captures[i].Value, CultureInfo.InvariantCulture);
            total += match.Groups[3].Captures[i].Value switch
            {
                "ms" => TimeSpan.FromMilliseconds(count),
                "s" => TimeSpan.FromSeconds(count),
                "m" => TimeSpan.FromMinutes(count),
                "h" => TimeSpan.FromHours(count),
                _ => TimeSpan.FromDays(count),
            };
        }
        return match.Groups[1].Value == "-" ? -total : total;
    }

    /// <summary><c>10:05</c>, <c>10:05:30</c> (the next such moment), or <c>2026-03-02 10:05</c>; UTC.</summary>
    public static DateTimeOffset? Moment(string text, DateTimeOffset after)
    {
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var whole)) return whole;
        if (!TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return null;
        var today = new DateTimeOffset(after.UtcDateTime.Date + time.ToTimeSpan(), TimeSpan.Zero);
        return today >= after ? today : today.AddDays(1);
    }

    /// <summary>A moment as precise as it was written: <c>10:05</c> is any moment of that minute.</summary>
    public static bool IsAt(Instant actual, string written)
    {
        var at = actual.ToDateTimeOffset();
        return written.Length switch
        {
            5 => at.ToString("HH:mm", CultureInfo.InvariantCulture) == written,
            8 => at.ToString("HH:mm:ss", CultureInfo.InvariantCulture) == written,
            16 => at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) == written,
            _ => at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) == written,
        };
    }

    /// <summary><c>500</c>, <c>200 in 300ms</c>, <c>200 body {…}</c>, <c>refused</c>, <c>timed-out</c>, <c>gap resolver</c>, <c>no end</c>, <c>fault</c>.</summary>
    public static Script? Behaviour(string text)
    {
        var body = "";
        if (text.IndexOf(" body ", StringComparison.Ordinal) is > 0 and var at) (text, body) = (text[..at], text[(at + 6)..]);
        var took = TimeSpan.Zero;
        if (text.IndexOf(" in ", StringComparison.Ordinal) is > 0 and var within)
        {
            if (Duration(text[(within + 4)..]) is not { } time) return null;
            (took, text) = (time, text[..within]);
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return new Script.Answers(status, body, took);
        if (text == "timed-out") return new Script.Swallows();
        if (text == "no end") return new Script.NeverEnds();
        if (text == "fault") return new Script.Throws();
        if (text.StartsWith("gap ", StringComparison.Ordinal)) return Named<GapCause>(text[4..]) is { } cause ? new Script.Misses(cause) : null;
        return Named<TargetFailure>(text) is { } failure ? new Script.Fails(failure, took) : null;
    }

    /// <summary><c>rcode = 'NXDOMAIN'; answers = []; ttl = 5s; trusted = no; tls.version missing</c>: what is seen, by the names that the kind of the check declares.</summary>
    public static Script? Shown(string text, Func<string, bool> isName)
    {
        var values = new Dictionary<string, Value?>(StringComparer.Ordinal);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries))
        {
            var match = ShownForm().Match(part);
            if (!match.Success || !isName(match.Groups[1].Value)) return null;
            var value = match.Groups[2].Success ? Shown(match.Groups[2].Value) : null;
            if (match.Groups[2].Success && value is null) return null;
            values[match.Groups[1].Value] = value;
        }
        return new Script.Shows(values);
    }

    private static Value? Shown(string text) => text switch
    {
        ['\'', .. var content, '\''] => Value.Of(content),
        ['[', .. var items, ']'] => new Value.List([.. items.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(item => Value.Of(item.Trim('\'')))]),
        "yes" => Value.Of(true),
        "no" => Value.Of(false),
        _ when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => Value.Of(number),
        _ => Duration(text) is { } time ? Value.Of(Model.Duration.From(time)) : null,
    };

    /// <summary>An enum member by its kebab-case name.</summary>
    public static T? Named<T>(string text) where T : struct, Enum =>
        Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary><c>3</c>, <c>3..5</c>, <c>3..</c>.</summary>
    public static (long From, long To)? Count(string text)
    {
        var match = CountForm().Match(text);
        if (!match.Success) return null;
        var from = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return !match.Groups[2].Success ? (from, from)
            : match.Groups[3].Length == 0 ? (from, long.MaxValue)
            : (from, long.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
    }

    /// <summary><c>500/s</c>.</summary>
    public static Quantity? Rate(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && decimal.TryParse(text[..slash], NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) && Duration("1" + text[(slash + 1)..]) is { } per
            ? Quantity.Rate(amount, Model.Duration.From(per)) : null;
    }

    [GeneratedRegex(@"^(-?)(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))+$")]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"^([a-z][a-z.-]*) *(?:= *(.+)|missing)$")]
    private static partial Regex ShownForm();

    [GeneratedRegex(@"^(\d+)(\.\.(\d*))?$")]
    private static partial Regex CountForm();
}
