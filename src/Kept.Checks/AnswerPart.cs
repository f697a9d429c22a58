using System.Globalization;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>A part of an answer that is compared: <c>body.order.version</c>, <c>body.items[0].id</c>, <c>header.x-version</c>; or the content whole, <c>body</c>.</summary>
internal sealed class AnswerPart
{
    private const int MostSteps = 32, LongestShown = 200;

    /// <summary>Two of these are as far apart as can still be told.</summary>
    private const decimal Largest = 1_000_000_000_000_000_000_000_000_000m;

    private readonly bool _isHeader;
    private readonly string[] _steps;

    private AnswerPart(string text, bool isHeader, string[] steps) => (Text, _isHeader, _steps) = (text, isHeader, steps);

    /// <summary>As written.</summary>
    public string Text { get; }

    public static readonly AnswerPart Whole = new("body", false, []);

    /// <summary>Reads it; null where it is none.</summary>
    public static AnswerPart? Read(string text)
    {
        if (text == "body") return Whole;
        if (text.StartsWith("header.", StringComparison.Ordinal)) return text.Length > 7 && text[7..].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? new(text, true, [text[7..]]) : null;
        if (!text.StartsWith("body.", StringComparison.Ordinal) && !text.StartsWith("body[", StringComparison.Ordinal)) return null;
        var steps = text[4..].Replace("[", ".[", StringComparison.Ordinal).Split('.')[1..];
        return steps.Length is > 0 and <= MostSteps && steps.All(IsStep) ? new(text, false, steps) : null;
    }

    private static bool IsStep(string step) => step.Length is > 0 and <= 100 && (step[0] == '['
        ? step[^1] == ']' && int.TryParse(step.AsSpan(1, step.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        : step.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '$' or '@'));

    /// <summary>The part of an answer as text: of JSON as it is written there, a text without its quotes.</summary>
    /// <exception cref="EgressException">The answer does not have it.</exception>
    public string Of(HttpAnswer answer, string which)
    {
        if (_isHeader)
            return answer.Headers.NonValidated.TryGetValues(_steps[0], out var values) || answer.ContentHeaders.NonValidated.TryGetValues(_steps[0], out values)
                ? values.ToString() : throw Missing(which);
        var content = Excerpt.Decode(answer.Body.Span, answer.ContentHeaders.ContentType?.CharSet);
        if (_steps.Length == 0) return content;
        if (new Value.Body(content).Json is not { } at) throw EgressException.OfTarget(TargetFailure.Malformed, $"{which} is not JSON, and `{Text}` is asked of it");
        foreach (var step in _steps)
        {
            if (step[0] == '[')
            {
                var index = int.Parse(step.AsSpan(1, step.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture);
                if (at.ValueKind != JsonValueKind.Array || index >= at.GetArrayLength()) throw Missing(which);
                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) throw Missing(which);
        }
        return at.ValueKind == JsonValueKind.String ? at.GetString()! : at.GetRawText();
    }

    private EgressException Missing(string which) => EgressException.OfTarget(TargetFailure.Malformed, $"{which} has no `{Text}`");

    /// <summary>A number, or a time with its zone (RFC 3339) in nanoseconds.</summary>
    /// <exception cref="EgressException">It is neither.</exception>
    public (decimal Number, bool IsTime) NumberOf(HttpAnswer answer, string which)
    {
        var text = Of(answer, which);
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
            return Math.Abs(number) <= Largest ? (number, false) : throw EgressException.OfTarget(TargetFailure.Malformed, $"{which} has a number in `{Text}` that is none of a sequence: beyond 10^27");
        if (Instant.TryParse(text, out var at)) return (at.Microseconds * 1000m, true);
        throw EgressException.OfTarget(TargetFailure.Malformed, $"{which} has no number and no time in `{Text}`");
    }

    /// <summary>A part for a message: one short line.</summary>
    public static string Shown(string part, Attempt attempt) => attempt.Quoted(part) is var text && text.Length <= LongestShown / 4 ? text : text[..(LongestShown / 4)] + "…";
}
