using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>What goes along from step to step of one look: cookies, and values that steps took.</summary>
internal sealed class Luggage(CookieJar cookies)
{
    /// <summary>A longer value is no token but a page; and servers refuse headers of this length.</summary>
    private const int Longest = 16 * 1024;

    /// <summary>Shorter cookies are words such as <c>dark</c> or <c>en-US</c>: hiding them would shred the answers they occur in.</summary>
    private const int ShortestHiddenCookie = 16, ShortestHiddenText = 12, ShortestHiddenNumber = 10;

    private readonly Dictionary<(string Step, string Value), string> _taken = [];

    public CookieJar Cookies => cookies;

    /// <summary>Takes what a step shall take; null, or what could not be taken, in words.</summary>
    public string? Take(Check step, HttpAnswer answer, Attempt attempt)
    {
        foreach (var cookie in cookies.Values)
            if (cookie.Length >= ShortestHiddenCookie)
                attempt.Hide(cookie);
        string? missing = null;
        foreach (var taking in step.Takes)
        {
            var (value, isText, why) = Value(taking, answer);
            if (value is { Length: > Longest }) (value, why) = (null, $"`{taking.From}` is longer than {Longest / 1024} KiB");
            if (value is not null && value.AsSpan().ContainsAnyInRange('\0', '\x1f')) (value, why) = (null, $"`{taking.From}` holds a line break or another control character");
            if (value is not null && isText && value.Length >= (value.All(char.IsAsciiDigit) ? ShortestHiddenNumber : ShortestHiddenText)) attempt.Hide(value);
            if (value is null) missing ??= $"`{taking.Name}` cannot be taken: {why}";
            else _taken[(step.Name, taking.Name)] = value;
        }
        return missing;
    }

    /// <summary>A text with everything in it that was taken. What was taken is never read as naming a secret: a target could have it sent to itself.</summary>
    /// <param name="expand">Puts in the secrets that the document names.</param>
    /// <param name="fit">Writes a value so that it stays one where it stands.</param>
    public string Fill(string text, Func<string, string> expand, Func<string, string>? fit)
    {
        var result = new StringBuilder();
        var from = 0;
        foreach (var name in TakenName.In(text))
        {
            // the language has seen to it that a step before takes it; a document of an older language, or a fault of ours, must not send a hole
            var value = _taken.TryGetValue((name.Step, name.Value), out var known) ? known : throw EgressException.OfUs(GapCause.Fault, $"no step took what {name} sends");
            result.Append(expand(text[from..name.Start])).Append(fit is null ? value : fit(value));
            from = name.Start + name.Length;
        }
        return result.Append(expand(text[from..])).ToString();
    }

    private static (string? Value, bool IsText, string Why) Value(Taking taking, HttpAnswer answer)
    {
        var (value, isText, why) = Whole(taking.From, answer);
        if (value is null || taking.Pattern is not { } pattern) return (value is { Length: 0 } ? null : value, isText, value is null ? why : $"`{taking.From}` is empty");
        var match = pattern.Match(value);
        if (!match.Success) return (null, true, $"`{taking.From}` does not match /{pattern}/");
        var found = match.Groups.Count > 1 ? match.Groups[1] : match.Groups[0];
        return found is { Success: true, Length: > 0 } ? (found.Value, true, "") : (null, true, $"what /{pattern}/ finds in `{taking.From}` is empty");
    }

    /// <summary>The answer as it came: what is told has its secrets hidden already.</summary>
    private static (string? Value, bool IsText, string Why) Whole(Operand.Seen from, HttpAnswer answer)
    {
        switch (from.Name)
        {
            case "body":
                var content = new Value.Body(Excerpt.Decode(answer.Body.Span, answer.ContentHeaders.ContentType?.CharSet));
                if (from.Path.IsEmpty) return (content.Content, true, "");
                return content.Json is { } json ? InJson(json, from) : (null, true, answer.Body.Length == 0 ? "the answer has no content" : "the content is not JSON");
            case "header" when from.Path is [{ Member: { } header }]:
                var values = answer.Headers.NonValidated.TryGetValues(header, out var own) ? own : answer.ContentHeaders.NonValidated.TryGetValues(header, out own) ? own : default;
                return values.Count > 0 ? (values.ToString(), true, "") : (null, true, $"the answer has no header {header}");
            case "cookie" when from.Path is [{ Member: { } cookie }]:
                return CookiesOf(answer).TryGetValue(cookie, out var set) ? (set, true, "") : (null, true, $"the answer sets no cookie {cookie}");
            case "url":
                return (answer.Url.GetLeftPart(UriPartial.Path), true, "");
            case "status":
                return (answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), false, "");
            default:
                return (null, true, $"`{from}` is nothing that can be sent");
        }
    }

    /// <summary>The cookies that an answer sets, by name.</summary>
    public static FrozenDictionary<string, string> CookiesOf(HttpAnswer answer)
    {
        if (!answer.Headers.NonValidated.TryGetValues("Set-Cookie", out var all)) return FrozenDictionary<string, string>.Empty;
        var cookies = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var one in all)
            if (CookieJar.Read(one) is var (name, value))
                cookies[name] = value;
        return cookies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static (string? Value, bool IsText, string Why) InJson(JsonElement at, Operand.Seen from)
    {
        foreach (var step in from.Path)
        {
            var found = step.Member is { } member
                ? at.ValueKind == JsonValueKind.Object && at.TryGetProperty(member, out var inner) ? inner : (JsonElement?)null
                : at.ValueKind == JsonValueKind.Array && (step.Item < 0 ? at.GetArrayLength() + step.Item : step.Item) is var item and >= 0 && item < at.GetArrayLength() ? at[item] : null;
            if (found is not { } next) return (null, true, $"the answer has no `{from}`");
            at = next;
        }
        try
        {
            return at.ValueKind switch
            {
                JsonValueKind.String => (at.GetString(), true, ""),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => (at.GetRawText(), false, ""),
                JsonValueKind.Null => (null, true, $"`{from}` is null"),
                _ => (null, true, $"`{from}` is {(at.ValueKind == JsonValueKind.Array ? "a list" : "an object")}, no single value"),
            };
        }
        catch (InvalidOperationException)
        {
            return (null, true, $"`{from}` is no valid text"); // half a surrogate pair
        }
    }
}
