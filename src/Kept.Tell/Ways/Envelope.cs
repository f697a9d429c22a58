using System.Globalization;
using System.Text.Json;
using Kept.Model;

namespace Kept.Tell;

/// <summary>A message as JSON: a CloudEvents 1.0 envelope, which is the payload of Standard Webhooks too (<c>type</c>, <c>data</c>). The bytes are the same at every try.</summary>
internal static class Envelope
{
    private const int LongestReason = 600;

    public static byte[] Of(Message message, string house, string? pages)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", message.Id);
            json.WriteString("source", "urn:kept:house:" + house);
            json.WriteString("type", Type(message));
            if (message.Items is [var only]) json.WriteString("subject", only.Key);
            json.WriteString("time", message.At.ToString());
            json.WriteString("timestamp", message.At.ToString());
            json.WriteString("sequence", message.Sequence.ToString("D14", CultureInfo.InvariantCulture));
            json.WriteString("datacontenttype", "application/json");
            json.WriteStartObject("data");
            json.WriteString("route", message.Route);
            json.WriteString("title", Words.Title(message));
            if (message.Answers is { } answers) json.WriteString("answers", answers);
            if (message.Items is [var one]) Write(json, one, pages);
            else
            {
                json.WriteNumber("count", message.Items.Length);
                json.WriteStartArray("items");
                foreach (var item in message.Items)
                {
                    json.WriteStartObject();
                    Write(json, item, pages);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Item item, string? pages)
    {
        var (promise, alert) = MatterKey.Parts(item.Key);
        if (MatterKey.RouteOf(item.Key) is { } route) json.WriteString("failing", route);
        else json.WriteString("promise", promise);
        if (alert is not null) json.WriteString("alert", alert);
        if (item.Formerly is { } former) json.WriteString("formerly", MatterKey.Parts(former).Promise);
        json.WriteString("event", TypeOf(item));
        json.WriteString("outcome", item.Outcome.Wire());
        json.WriteString("previous", item.Before.Wire());
        json.WriteBoolean("isWish", item.IsWish);
        json.WriteString("since", item.Since.ToString());
        json.WriteString("reason", Words.Plain(item.Reason, LongestReason));
        if (item.Lasted is { } lasted) json.WriteNumber("lastedSeconds", lasted.Nanoseconds / Duration.PerSecond);
        json.WriteString("entry", item.Sequence.ToString("D14", CultureInfo.InvariantCulture));
        if (Words.Link(item.Key, pages) is { } link) json.WriteString("url", link);
    }

    /// <summary>What it tells, for machines.</summary>
    public static string Type(Message message) => message switch
    {
        { Kind: MessageKind.Canary } => "kept.canary",
        { Items: [var one] } => TypeOf(one),
        _ => "kept.digest",
    };

    private static string TypeOf(Item item) => (MatterKey.RouteOf(item.Key), MatterKey.Parts(item.Key).Alert, item.Outcome) switch
    {
        (not null, _, Outcome.Kept) => "kept.route.works",
        (not null, _, _) => "kept.route.fails",
        (_, not null, Outcome.Broken) => "kept.alert.fires",
        (_, not null, _) => "kept.alert.ceased",
        (_, _, Outcome.Broken) => "kept.promise.broken",
        (_, _, Outcome.Unknown) => "kept.promise.unknown",
        (_, _, Outcome.NotAPromise) => "kept.promise.not-a-promise",
        _ => item.IsWithdrawn ? "kept.promise.withdrawn" : "kept.promise.recovered",
    };
}
