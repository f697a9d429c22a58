using System.Text.Json;
using Kept.Egress;
using Kept.Engine;
using Kept.Server.Api;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.DropIn;

/// <summary>External endpoints of Gatus, in its words: <c>POST /api/v1/endpoints/GROUP_NAME/external?success=true&amp;error=…&amp;duration=…</c> with a bearer token.</summary>
internal static class GatusPush
{
    public static void Map(IEndpointRouteBuilder routes, Listener listener, OldAddresses old) =>
        routes.MapPost("/api/v1/endpoints/{endpoint}/external", (HttpContext context, string endpoint) => PushAsync(context, listener, old, endpoint)).ExcludeFromDescription();

    private static async Task<IResult> PushAsync(HttpContext context, Listener listener, OldAddresses old, string endpoint)
    {
        var token = Doorbell.TokenOf(context.Request);
        var keys = string.IsNullOrEmpty(token) ? [] : old.OfEndpoint(endpoint, token);
        if (listener.Refuses(context, keys ?? []) is { } wait) return TooOften(context, wait);
        var query = context.Request.Query;
        var success = query["success"].ToString();
        if (success is not ("true" or "false")) return Say(StatusCodes.Status400BadRequest, "missing or invalid success query parameter");
        if (token is null) return Say(StatusCodes.Status401Unauthorized, "invalid Authorization header");
        if (token.Length == 0) return Say(StatusCodes.Status401Unauthorized, "bearer token must not be empty");
        if (keys is not { Count: > 0 })
            return listener.RefusesWrong(context) is { } away ? TooOften(context, away) : keys is null ? Say(StatusCodes.Status404NotFound, "not found") : Say(StatusCodes.Status401Unauthorized, "invalid token");
        Model.Duration? took = null;
        if (query["duration"].ToString() is { Length: > 0 } length)
        {
            took = GoDuration.Read(length);
            if (took is null) return Say(StatusCodes.Status400BadRequest, $"invalid duration: time: invalid duration \"{SaidWhy.Line(length, 60)}\"");
        }
        if (await Listener.ReadAsync(context, BeatApi.MostBody) is not { } body)
        {
            listener.Bell.SentAway(context.Request);
            return Say(StatusCodes.Status413PayloadTooLarge, $"an external endpoint sends at most {BeatApi.MostBody} bytes");
        }
        var isBad = success == "false";
        var why = isBad ? SaidWhy.Of([query["error"].ToString(), ErrorOf(body.Span)], token) : null;
        var heard = await listener.HearAsync(context, keys, key => new Beat(key, isBad ? BeatKind.Fail : BeatKind.Success, 0, why, null) { Why = why, Took = took });
        switch (heard.Answer)
        {
            case BeatAnswer.Heard or BeatAnswer.Noted:
                return Say(StatusCodes.Status200OK, "");
            case BeatAnswer.TooOften:
                return TooOften(context, TimeSpan.FromSeconds(1));
            case BeatAnswer.NotRunning:
                ApiError.WaitFor(context, TimeSpan.FromSeconds(5));
                return Say(StatusCodes.Status503ServiceUnavailable, "not heard: Kept is about to stop, or stopped");
            default:
                return Say(StatusCodes.Status404NotFound, "not found");
        }
    }

    /// <summary>Newer ones take <c>{"error": "…"}</c> too; what is no such thing says nothing.</summary>
    private static string ErrorOf(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return "";
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString()! : "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return ""; // as there: it is no JSON, or a text that is none, and the result counts without it
        }
    }

    private static ContentHttpResult TooOften(HttpContext context, TimeSpan wait)
    {
        ApiError.WaitFor(context, wait);
        return Say(StatusCodes.Status429TooManyRequests, "too many requests");
    }

    private static ContentHttpResult Say(int status, string words) => TypedResults.Text(words, "text/plain", statusCode: status);
}

/// <summary>Why something failed, as its caller said: one line without what terminals and pages would obey, bounded, and without the token it was sent with.</summary>
internal static class SaidWhy
{
    private const int Longest = 200;

    public static string? Of(IEnumerable<string> said, string token)
    {
        var words = string.Join("; ", said.Where(one => !string.IsNullOrWhiteSpace(one)).Distinct(StringComparer.Ordinal));
        return words.Length == 0 ? null : Line(Secrets.Redact(words, [token]), Longest);
    }

    /// <summary>A line of at most so many characters, whole ones.</summary>
    public static string Line(string text, int longest)
    {
        var line = string.Concat(text.EnumerateRunes().Take(longest + 1).Select(rune => System.Text.Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator ? " " : rune.ToString())).Trim();
        return line.Length > longest ? line[..(char.IsHighSurrogate(line[longest - 1]) ? longest - 1 : longest)] + "…" : line;
    }
}
