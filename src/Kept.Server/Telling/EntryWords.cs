using System.Globalization;
using System.Text.Json;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>A ledger entry in words. Reads only the members it knows; a body that it cannot read is told by its kind alone.</summary>
/// <param name="Promise">The promise it is about, where it is about one.</param>
/// <param name="Outcome">What the verdict became, for a change of a verdict.</param>
/// <param name="Text">The rest, in words.</param>
internal sealed record EntryWords(PromiseName? Promise, Outcome? Outcome, string Text)
{
    public static EntryWords Of(Entry entry)
    {
        var promise = PromiseName.TryParse(entry.Subject, null, out var name) ? name : null;
        using var body = Parse(entry.Body);
        var root = body?.RootElement ?? default;
        return entry.Kind switch
        {
            EntryKinds.VerdictChanged => Verdict(promise, root),
            EntryKinds.Started => new(null, null, "Kept started"),
            EntryKinds.Stopped => new(null, null, "Kept stopped"),
            EntryKinds.HouseTaken => new(null, null, "the documents were taken up"),
            EntryKinds.HouseRefused => new(null, null, "the documents were refused; the house from before stayed"),
            EntryKinds.PromiseNamed => new(promise, null, "was seen for the first time"),
            EntryKinds.PromiseTerms => new(promise, null, "has terms" + (Member(root, "version") is { Length: > 0 } version ? $" of version {version}" : "") + " from here on"),
            EntryKinds.CheckRhythm => new(promise, null, $"is looked at every {Span(root, "everyMicroseconds")} from here on by its check {Member(root, "check")}; before, every {Span(root, "beforeMicroseconds")}"),
            EntryKinds.PromiseGone => new(promise, null, Gone(root)),
            EntryKinds.BeatLogged => new(promise, null, $"told something to its check {Member(root, "check")}" + (Member(root, "said") is { Length: > 0 } said ? ": " + (said.Length > 200 ? said[..200] + "…" : said) : "")),
            EntryKinds.Gap => new(promise, null, Gap(promise, root)),
            EntryKinds.AlertChanged => new(promise, null, Member(root, "state") == "firing" ? $"burns its error budget ({Member(root, "alert")}): {Member(root, "reason")}" : $"its alert {Member(root, "alert")} ceased"),
            EntryKinds.RouteBegan => new(null, null, $"the route {Member(root, "route")} is used from here on"),
            EntryKinds.TellQueued => new(null, null, $"a message for the route {Member(root, "route")} was made"),
            EntryKinds.TellTold => new(null, null, $"the route {Member(root, "route")} carried a message: {Member(root, "answer")}"),
            EntryKinds.TellFailing => new(null, null, $"the route {Member(root, "route")} carries nothing: {Member(root, "why")}"),
            EntryKinds.TellDropped => new(null, null, $"a message for the route {Member(root, "route")} was given up: {Member(root, "why")}"),
            EntryKinds.SilenceBegan => new(promise, null, $"{(Member(root, "scope") is "all" ? "everything" : Member(root, "scope"))} is silent until {Member(root, "until")}: {Member(root, "because")}"),
            EntryKinds.SilenceEnded => new(promise, null, $"{(Member(root, "scope") is "all" ? "everything" : Member(root, "scope"))} is not silent any more"),
            EntryKinds.BlockSealed => new(null, null, "a block of looks was sealed"),
            EntryKinds.LooksExpired => new(null, null, "old looks were removed, as their retention says"),
            _ => new(promise, null, entry.Kind),
        };
    }

    private static string Gone(JsonElement body) =>
        (Member(body, "standing") == "wished" ? "is not wished any more" : Member(body, "foundIn") is null ? "is not promised any more" : "is withdrawn")
        + (Member(body, "foundIn") is { } list ? Member(body, "listNamed") == "no" ? $": the documents look for targets in {list} no more" : $": {list} lists its target no more" : "")
        + (Member(body, "noticeMicroseconds") is null ? "" : $"; it promised to say so {Span(body, "noticeMicroseconds")} before");

    private static string Gap(PromiseName? promise, JsonElement body)
    {
        var length = Instant.TryParse(Member(body, "from") ?? "", out var from) && Instant.TryParse(Member(body, "to") ?? "", out var to) && to > from ? " for " + Say.Length(to - from) : "";
        var cause = Member(body, "cause");
        var known = Enum.GetValues<GapCause>().Where(one => Say.Wire(one) == cause).Select(one => (GapCause?)one).FirstOrDefault();
        var why = known is { } found ? Say.Gap(found) : Member(body, "reason") ?? cause;
        return (promise is null ? "nothing was looked at" : "was not looked at") + length + (why is null ? "" : ": " + why);
    }

    private static EntryWords Verdict(PromiseName? promise, JsonElement body)
    {
        var to = Member(body, "to") ?? Member(body, "outcome");
        var reason = Member(body, "reason") ?? "";
        return new(promise, to is null ? null : Outcomes.FromWire(to), reason);
    }

    private static string Span(JsonElement body, string member) =>
        long.TryParse(Member(body, member), NumberStyles.None, CultureInfo.InvariantCulture, out var figure) && figure < long.MaxValue / Duration.PerMicrosecond
            ? new Duration(figure * Duration.PerMicrosecond).ToWords() : "so often as nobody can say";

    internal static JsonDocument? Parse(ReadOnlyMemory<byte>? body)
    {
        if (body is not { Length: > 0 } bytes) return null;
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null; // a damaged body is named by `kept ledger verify`; here its kind is still worth telling
        }
    }

    internal static string? Member(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => null,
            }
            : null;
}
