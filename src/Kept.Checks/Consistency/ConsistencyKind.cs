using Kept.Model;

namespace Kept.Checks.Consistency;

/// <summary>The kind <c>consistency</c>.</summary>
internal static class ConsistencyKind
{
    public const string Compares = "compares", Sequence = "sequence", Replicas = "replicas";

    /// <summary>The word that stands for every address behind the name.</summary>
    public const string EachAddress = "addresses";

    private static readonly Failure Disagreeing = StandardFailures.Answering("replica-disagrees", "a replica that keeps answering what another had replaced", Stale(0));
    private static readonly Failure OldReplica = StandardFailures.Answering("replica-stale", "a replica that is an hour behind", Stale(Duration.PerHour));

    /// <summary>One client reads something new, and then the old again; by what it compares alone, nobody would see it.</summary>
    private static readonly Failure GoneBack = StandardFailures.Answering("went-back", "an answer older than one before it",
        look => look["went-back"] is null ? [] : [("went-back", Value.Of(1m)), ("behind", Value.Of(1m)), ("staleness", Value.Of(Duration.Seconds(1))), ("answers", Value.Of(2m)), ("agree", Value.Of(false))]);

    public static readonly CheckKind Kind = new(
        "consistency", "Asks the same question again and again, of one name or of replicas, and compares the answers.", Asking.Form, text => Asking.Read(text, "https://shop.example/api/order/7"),
        Fields:
        [
            Fetch.Headers,
            Asking.Body,
            Asking.Version,
            new(Replicas, FieldForm.Texts, "further URLs where the same question is asked, in turn; or the word addresses: every address behind the name"),
            new(Compares, FieldForm.Text, "the part of an answer that has to agree, such as body.version or header.etag; the whole content where it is not given"),
            new(Sequence, FieldForm.Text, "the part that is a number or a time and never goes back, such as body.sequence"),
            Confidence.SureField,
            Confidence.ShareField,
            Settings.BodyLimit("64KiB"),
            InClear.Field,
        ],
        Sees:
        [
            new("agree", ObservedForm.Flag, Dimension.Number, "no answer came back that another had replaced; one change to something new is none", Typical: Value.Of(true)),
            new("answers", ObservedForm.Quantity, Dimension.Number, "how many different answers there were", Typical: Value.Of(1m), AtLeast: 1),
            new("staleness", ObservedForm.Quantity, Dimension.Time, "how old the oldest answer was against the newest before it: by its own time, else at least so much by when the newer one was first there", Typical: Value.Of(Duration.Zero), AtLeast: 0),
            new("went-back", ObservedForm.Quantity, Dimension.Number, "how many answers were older than one before them; only with a sequence", Optional: true, Typical: Value.Of(0m), AtLeast: 0),
            new("behind", ObservedForm.Quantity, Dimension.Number, "how far the furthest of them was behind, in numbers of the sequence; only where it is one of numbers", Optional: true, Typical: Value.Of(0m), AtLeast: 0),
            Seen.Time with { Means = "all questions together" },
        ],
        Failures: ["refused", "timeout", "reset", "name-not-found", "reported-failure", "malformed", "too-large", Disagreeing, OldReplica, GoneBack, "ten-times-slower"],
        Typical: Healthy,
        Settles: Settled,
        Every: Duration.Minutes(5),
        Sends: ConsistencyLook.MostSent,
        AlsoAsks: fields => ReplicasOf(fields).Select(replica => ReadReplica(replica).Target?.Host).OfType<string>());

    private static Func<HealthyLook, System.Collections.Immutable.ImmutableArray<(string, Value?)>> Stale(long by) => look =>
    [
        ("agree", Value.Of(false)), ("answers", Value.Of(2m)), ("staleness", Value.Of(new Duration(Math.Max(by, Duration.PerSecond)))),
        ("went-back", look["went-back"] is null ? null : Value.Of(3m)), ("behind", look["behind"] is null ? null : Value.Of(Math.Max(1m, by / Duration.PerSecond))),
    ];

    private static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        var hasSequence = check.Setting<FieldValue.Text>(Sequence)?.Content is { Length: > 0 };
        yield return new("went-back", hasSequence ? Value.Of(0m) : null);
        yield return new("behind", hasSequence ? Value.Of(0m) : null);
    }

    private static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> fields)
    {
        if (Confidence.Of(fields) is (_, { } error, { } help)) return TargetReading.Wrong(error, help);
        if (Asking.Unsent(fields, Asking.BodyField, target.Method == "POST", $"write consistency: POST {target.Rest}") is { } unsent) return unsent;
        foreach (var field in new[] { Compares, Sequence })
            if ((fields.GetValueOrDefault(field) as FieldValue.Text)?.Content is { Length: > 0 } part && AnswerPart.Read(part) is null)
                return TargetReading.Wrong($"`{part}` is no part of an answer", $"write {field}: body.version, body.items[0].id, header.etag");
        if (InClear.Settled(target, fields) is { Error: not null } told) return told;
        var replicas = ReplicasOf(fields);
        if (replicas.Length >= ConsistencyLook.MostReplicas) return TargetReading.Wrong($"{replicas.Length} replicas are more than one look asks", $"write at most {ConsistencyLook.MostReplicas - 1}, or several checks");
        foreach (var replica in replicas)
        {
            var read = ReadReplica(replica);
            if (read.Target is { } other) read = InClear.Settled(other, fields); // the headers go there too
            if (read is { Error: { } wrong, Help: { } instead }) return TargetReading.Wrong($"replica: {wrong}", instead);
        }
        return TargetReading.Of(target);
    }

    /// <summary>The further URLs; none where every address of the name is asked instead.</summary>
    private static System.Collections.Immutable.ImmutableArray<string> ReplicasOf(IReadOnlyDictionary<string, FieldValue> fields) =>
        (fields.GetValueOrDefault(Replicas) as FieldValue.Texts)?.Items is { } replicas and not [EachAddress] ? replicas : [];

    private static TargetReading ReadReplica(string replica) =>
        Targets.Url(replica, "GET", replica, ("http", "https"), "use http:// or https://", "https://replica-2.shop.example/api/order/7");
}
