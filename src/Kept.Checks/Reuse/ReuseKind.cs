using Kept.Model;

namespace Kept.Checks.Reuse;

/// <summary>The kind <c>reuse</c>.</summary>
internal static class ReuseKind
{
    public const string After = "after", AfterHeaders = "after-headers", AfterBody = "after-body", Compares = "compares", Connection = "connection";

    private const string Example = "write after: [ '/search?q={marker}' ]";

    /// <summary>A marker that stands in for one where a document is read.</summary>
    private const string SomeMarker = "kept0123456789abcdef0123456789abcdef";

    private static readonly Failure AsTheLast = new("depends-on-predecessor", "an answer that depends on what was asked before it", look => [Differs(look, "an answer that depends on what was asked before it")], IsGrave: true);

    /// <summary>Who asks on new connections alone never meets what a connection remembers.</summary>
    private static readonly Failure OfTheConnection = new("depends-on-connection", "an answer that depends on what was asked before it on its connection",
        look => [Text(look.Check.Settings, Connection) == "new" ? look.Answers("an answer that depends on what was asked before it on its connection: `connection: new` asks on none") : Differs(look, "an answer that depends on what was asked before it on its connection")]);

    /// <summary>Seen by markers; without any, only where the part that is compared holds it.</summary>
    private static readonly Failure OfOthers = new("leftover", "an answer that holds what another had sent", look =>
        [look["leftovers"] is null ? Text(look.Check.Settings, Compares) is "" or "body" ? Differs(look, "an answer that holds what another had sent") : look.Answers("an answer that holds what another had sent, beside the part that is compared: no `{marker}` is sent")
            : Seen.IsExpected(look.Check, name => name == "leftovers") ? look.Answers("an answer that holds what another had sent", ("leftovers", Value.Of(1m)), ("same", Value.Of(false)), ("answers", Value.Of(1m)))
            : look.Fails(TargetFailure.Leftover, "an answer that holds what another had sent")], IsGrave: true);

    public static readonly CheckKind Kind = new(
        "reuse", "Asks the same question after different ones, on one connection and on new ones: its answer must stay the same, and hold nothing of theirs.", Asking.Form, text => Asking.Read(text, "https://shop.example/api/order/7"),
        Fields:
        [
            new(After, FieldForm.Texts, "predecessors: paths or URLs of the same server, with POST in front where it is asked so, each asked before the target in turn; {marker} in one is replaced by random letters, fresh each time, that must not come back", MayHoldSecret: true),
            new(AfterHeaders, FieldForm.TextMap, "headers to send with predecessors, in place of those of the same name in headers; values may hold {marker} and name secrets", MayHoldSecret: true),
            new(AfterBody, FieldForm.Text, "content to send with predecessors that are asked with POST, in place of body; it may hold {marker} and name secrets", MayHoldSecret: true),
            Fetch.Headers,
            Asking.Body,
            Asking.Version,
            new(Connection, FieldForm.OneOf, "which one the target is asked on after a predecessor: kept, its own; new, another; or both in turn", "both", ["both", "kept", "new"]),
            new(Compares, FieldForm.Text, "the part of an answer that has to stay the same, such as body.version or header.etag; the whole content where it is not given"),
            Confidence.SureField,
            Confidence.ShareField,
            Settings.BodyLimit("64KiB") with { Means = "most bytes of one answer, of a predecessor too; more is a failure; at most 1MiB", Most = "1MiB" },
            InClear.Field,
        ],
        Sees:
        [
            new("same", ObservedForm.Flag, Dimension.Number, "no answer depended on its predecessor: each was as the one with none", Typical: Value.Of(true)),
            new("answers", ObservedForm.Quantity, Dimension.Number, "how many answers were not as the one with no predecessor, or held what a predecessor had sent", Typical: Value.Of(0m), AtLeast: 0),
            new("leftovers", ObservedForm.Quantity, Dimension.Number, "how many answers held what a predecessor had sent; only where a marker is sent", Optional: true, Typical: Value.Of(0m), AtLeast: 0),
            Seen.Time with { Means = "all questions together" },
        ],
        Failures: ["refused", "timeout", "reset", "name-not-found", "reported-failure", "malformed", "too-large", AsTheLast, OfTheConnection, OfOthers, "ten-times-slower"],
        Typical: check => [new("leftovers", SendsMarkers(check.Settings) ? Value.Of(0m) : null)],
        Settles: Settled,
        Sends: ReuseLook.MostSent,
        Every: Duration.Minutes(5));

    private static FailedLook Differs(HealthyLook look, string words) => look.Answers(words, ("same", Value.Of(false)), ("answers", Value.Of(1m)));

    private static string Text(IReadOnlyDictionary<string, FieldValue> fields, string name) => (fields.GetValueOrDefault(name) as FieldValue.Text)?.Content ?? "";

    private static bool SendsMarkers(IReadOnlyDictionary<string, FieldValue> fields) =>
        Has(Text(fields, AfterBody)) || (fields.GetValueOrDefault(After) as FieldValue.Texts)?.Items.Any(Has) == true || (fields.GetValueOrDefault(AfterHeaders) as FieldValue.TextMap)?.Items.Any(header => Has(header.Value)) == true;

    private static bool Has(string text) => text.Contains(Markers.Word, StringComparison.Ordinal);

    /// <summary>A predecessor as it is asked: its method, and its URL as written, or the target's server with a path as written.</summary>
    public static (string Method, string Url) QuestionOf(CheckTarget target, string predecessor)
    {
        var (method, written) = Asking.Parted(predecessor);
        if (!written.StartsWith('/')) return (method, written);
        var rest = target.Rest;
        var end = rest.IndexOfAny(['/', '?'], rest.IndexOf("://", StringComparison.Ordinal) + 3);
        return (method, (end < 0 ? rest : rest[..end]) + written);
    }

    private static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> fields)
    {
        if (Confidence.Of(fields) is (_, { } error, { } help)) return TargetReading.Wrong(error, help);
        if (Text(fields, Compares) is { Length: > 0 } part && AnswerPart.Read(part) is null) return TargetReading.Wrong($"`{part}` is no part of an answer", $"write {Compares}: body.version, body.items[0].id, header.etag");
        if (Has(target.Rest) || Has(Text(fields, Asking.BodyField)) || (fields.GetValueOrDefault(Fetch.Headers.Name) as FieldValue.TextMap)?.Items.Any(header => Has(header.Value)) == true)
            return TargetReading.Wrong("a marker is sent by predecessors alone: the target is asked the same each time", $"{Example}, or in `{AfterHeaders}` or `{AfterBody}`");
        var predecessors = (fields.GetValueOrDefault(After) as FieldValue.Texts)?.Items ?? [];
        if (predecessors.IsEmpty) return TargetReading.Wrong("nothing is asked before the target, so nothing could be left behind", Example);
        if (predecessors.Length > ReuseLook.MostPredecessors) return TargetReading.Wrong($"{predecessors.Length} predecessors are more than one look asks", $"write at most {ReuseLook.MostPredecessors}, or several checks");
        foreach (var predecessor in predecessors)
        {
            var (method, written) = QuestionOf(target, predecessor);
            var url = written.Replace(Markers.Word, SomeMarker, StringComparison.Ordinal);
            if (Asking.Refused(method, written) is { Error: { } unfit, Help: { } fit }) return TargetReading.Wrong($"predecessor: {unfit}", fit);
            var read = Targets.Url(url, method, url, ("http", "https"), "use http:// or https://", "https://shop.example/search?q={marker}");
            if (read is { Error: { } wrong, Help: { } instead }) return TargetReading.Wrong($"predecessor: {wrong}", instead);
            if (read.Target!.Host != target.Host || read.Target.Port != target.Port || url.StartsWith("https:", StringComparison.Ordinal) != target.Rest.StartsWith("https:", StringComparison.Ordinal))
                return TargetReading.Wrong($"the predecessor `{predecessor}` is of another server than the target", $"{Example}: what is left behind is looked for where it was sent");
            if (InClear.Settled(read.Target, fields) is { Error: not null } told) return told;
        }
        var posts = predecessors.Any(predecessor => QuestionOf(target, predecessor).Method == "POST");
        return Asking.Unsent(fields, AfterBody, posts, "write after: [ 'POST /search' ]") ?? Asking.Unsent(fields, Asking.BodyField, posts || target.Method == "POST", $"write reuse: POST {target.Rest}") ?? InClear.Settled(target, fields);
    }
}
