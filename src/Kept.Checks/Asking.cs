using System.Collections.Immutable;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// A question over HTTP that is asked many times in one look: with GET, or with POST and content, as GraphQL and searches are asked. Other methods change something, and what is asked again and
/// again may not.
/// </summary>
internal static class Asking
{
    public const string Form = "[METHOD] URL", BodyField = "body";

    private static readonly string[] Methods = ["GET", "POST"];

    public static readonly CheckField Body = new(BodyField, FieldForm.Text, "content to send with POST; JSON where it begins with { or [, else plain text", MayHoldSecret: true);
    public static readonly CheckField Version = new("version", FieldForm.OneOf, "of HTTP; auto speaks 2 where TLS agrees on it", "auto", ["auto", "1.1", "2"]);

    /// <summary><c>[METHOD] URL</c>: the method in front, GET where none is written.</summary>
    public static (string Method, string Url) Parted(string text)
    {
        var trimmed = text.Trim();
        var space = trimmed.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? ("GET", trimmed) : (trimmed[..space], trimmed[(space + 1)..].Trim());
    }

    /// <summary>Reads such a target.</summary>
    public static TargetReading Read(string text, string example)
    {
        var (method, url) = Parted(text);
        return Refused(method, url) ?? Targets.Url(text, method, url, ("http", "https"), "use http:// or https://", example);
    }

    /// <summary>What is wrong with a method; null where nothing is.</summary>
    public static TargetReading? Refused(string method, string url) => Methods.Contains(method, StringComparer.Ordinal) ? null
        : Array.Find(Methods, known => known.Equals(method, StringComparison.OrdinalIgnoreCase)) is { } upper
            ? TargetReading.Wrong($"methods are written in capitals: {method}", $"write {upper} {url}")
        : TargetReading.Wrong($"the question is asked again and again, and '{method}' is no method for that", $"write GET {url}, or POST where it takes content and changes nothing");

    /// <summary>Content that is never sent is a mistake of whoever wrote it.</summary>
    /// <param name="field">Where it stands.</param>
    /// <param name="isSent">Some question is a POST.</param>
    public static TargetReading? Unsent(IReadOnlyDictionary<string, FieldValue> fields, string field, bool isSent, string example) =>
        !isSent && (fields.GetValueOrDefault(field) as FieldValue.Text)?.Content is { Length: > 0 } ? TargetReading.Wrong($"`{field}` is sent with POST, and nothing is asked with POST", example) : null;

    /// <summary>The version of HTTP that a check speaks.</summary>
    public static HttpSpeech SpeechOf(Check check) => check.Setting<FieldValue.Text>(Version.Name)?.Content switch { "1.1" => HttpSpeech.One, "2" => HttpSpeech.Two, _ => HttpSpeech.Auto };

    /// <summary>The question with a method, and with content where that sends some.</summary>
    /// <param name="body">As it is sent; null: none.</param>
    public static HttpAsk With(this HttpAsk ask, string method, string? body) => method != "POST" ? ask with { Method = HttpMethod.Get, Body = null } : ask with
    {
        Method = HttpMethod.Post,
        Body = Encoding.UTF8.GetBytes(body ?? ""),
        Headers = body is null ? ask.Headers : Typed(ask.Headers, body),
    };

    /// <summary>Headers with the type of the content, where they do not have it.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Typed(ImmutableArray<KeyValuePair<string, string>> headers, string body) =>
        headers.Any(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) ? headers
            : headers.Add(new("Content-Type", body.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain; charset=utf-8"));
}
