using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Reuse;

/// <summary>
/// A metamorphic look: nobody says what the right answer is, but the same question must have the same one whatever was asked before it, and must hold nothing of what others sent. What differs
/// is told of the predecessor only once as many questions without one as the stated confidence takes were answered alike.
/// </summary>
internal static class ReuseLook
{
    /// <summary>More are a second check.</summary>
    public const int MostPredecessors = 8;

    private const long UsualLimit = 64 * 1024, MostRead = 1024 * 1024;

    /// <summary>A server that closed so many connections, and kept none, keeps none.</summary>
    private const int EnoughClosed = 3;

    /// <summary>The most questions of one look: to each that is needed two in turn, twice where connections are closed, one without a predecessor beside each, and as many again at the end.</summary>
    public static long MostSent(Check check) => Confidence.Of(check.Settings) is (var confidence, null, _) ? (8L * (confidence.Needed + (2 * MostPredecessors))) + 2 : long.MaxValue / 1_000_000;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, time, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, TimeProvider time, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var (confidence, why) = Confidence.Of(check);
        var compares = check.Setting<FieldValue.Text>(ReuseKind.Compares)?.Content is { Length: > 0 } text ? AnswerPart.Read(text) ?? AnswerPart.Whole : AnswerPart.Whole;
        var (target, predecessors) = Asks(attempt);
        if (predecessors.Count == 0) throw EgressException.OfUs(GapCause.Fault, "the check names no predecessor");
        var connection = check.Setting<FieldValue.Text>(ReuseKind.Connection)?.Content ?? "both";
        bool[] ways = connection switch { "kept" => [true], "new" => [false], _ => [true, false] };
        var turns = predecessors.SelectMany(predecessor => ways.Select(way => (predecessor, way))).ToList();
        var needed = (confidence.Needed + turns.Count - 1) / turns.Count * turns.Count; // each as often as each other
        var (markers, questions) = (new Markers(), new Questions(dialer, attempt, time, deadline));
        var session = new ReuseSession(questions, target, compares, markers);

        var goesOn = await session.AskAloneAsync();
        for (var i = 0; goesOn && questions.Answered < needed && i < 2 * needed; i++) // on connections that are closed now and then it takes more
        {
            var (predecessor, way) = turns[i % turns.Count];
            goesOn = await session.AskAfterAsync(predecessor, way, counts: connection != "kept");
            if (connection == "kept" && session.OnSame == 0 && session.Unkept >= EnoughClosed || session.Moved && !markers.Any) break; // no more can be learnt
        }
        var alone = session.Different > 0 ? confidence.Needed : session.Alone + 1;
        while (goesOn && !session.Moved && session.Leftovers == 0 && session.Alone < alone) goesOn = await session.AskAloneAsync();
        return Judged(attempt, questions, session, confidence, why, needed, isEnough: session.Alone >= alone, markers.Any);
    }

    /// <param name="isEnough">As many were asked without a predecessor as it takes.</param>
    /// <param name="hasMarkers">Leftovers could be seen.</param>
    private static Observation Judged(Attempt attempt, Questions questions, ReuseSession session, Confidence confidence, string why, int needed, bool isEnough, bool hasMarkers)
    {
        var check = attempt.Request.Check;
        var phases = attempt.Trail.Phases;
        var isKnown = session.Leftovers > 0 || !session.Moved && isEnough;
        var wrong = session.Leftovers + (session.Moved ? 0 : session.Different);
        var trouble = session.Leftover ?? (session.Moved ? "without a predecessor it did not answer as at first" : session.Difference);
        var words = $"{session.Asked} answers after a predecessor ({session.OnSame} on its connection), {questions.Answered} of {needed} needed {why}; {session.Alone} without one{(trouble is null ? "" : $"; {trouble}")}";
        var told = Told(isKnown ? wrong : null);
        if (session.Leftover is { } leftover && !(Seen.IsExpected(check, name => name == "leftovers") && attempt.Request.Objects is { } objects && objects(check, told) is null))
            return attempt.Failed(EgressException.OfTarget(TargetFailure.Leftover, $"{leftover}; so did {session.Leftovers} of {session.Asked + session.Alone} answers")) with { Phases = phases, Size = questions.Size, Excerpt = told.Excerpt };
        if (session.OnSame == 0 && session.Unkept >= EnoughClosed && questions.Answered == 0)
            return questions.Unless(Told(0), GapCause.TooFew, "the server closed its connections after one answer, so nothing could be asked on the connection of a predecessor; write connection: new");
        if (isKnown || hasMarkers && !Seen.IsExpected(check, name => name is "same" or "answers")) return questions.Judged(told, needed, why);
        if (session.Moved)
            return questions.Unless(Told(0), GapCause.TooFew, "its answers change by themselves: asked without a predecessor it did not answer as at first; compare a part that stays (compares: body.version)");
        return session.Different > 0
            ? questions.Unless(Told(0), GapCause.TooFew, $"{session.Difference}, but only {session.Alone} answers without a predecessor came within {check.Timeout.ToWords()}, and {confidence.Needed} are needed to say that it does not change by itself: allow more time")
            : questions.Judged(Told(0), Math.Max(needed, questions.Answered + 1), why);

        Observation Told(int? wrong)
        {
            var seen = new SeenValues(check.Kind)
            {
                ["same"] = wrong is { } number ? Value.Of(number == 0) : null,
                ["answers"] = wrong is { } different ? Value.Of(different) : null,
                ["leftovers"] = hasMarkers ? Value.Of(session.Leftovers) : null,
                ["time"] = Seen.Phase(phases.Total),
            };
            return attempt.Answered(seen.All, -1, questions.Size, words) with { Phases = phases };
        }
    }

    private static (HttpAsk Target, List<Predecessor> Predecessors) Asks(Attempt attempt)
    {
        var check = attempt.Request.Check;
        var headers = Map(Fetch.Headers.Name).Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value))).ToList();
        var body = check.Setting<FieldValue.Text>(Asking.BodyField)?.Content is { Length: > 0 } content ? content : null;
        var before = check.Setting<FieldValue.Text>(ReuseKind.AfterBody)?.Content is { Length: > 0 } other ? other : body;
        var plain = new HttpAsk { Url = new Uri(attempt.ExpandInUrl(check.Target.Rest)), Method = HttpMethod.Get, Trust = attempt.Request.Trust, Headers = [.. headers], BodyLimit = Math.Min(check.Limit(UsualLimit), MostRead), Speech = Asking.SpeechOf(check) };
        var target = plain.With(check.Target.Method, body is null ? null : attempt.Expand(body));
        var others = Map(ReuseKind.AfterHeaders);
        var kept = headers.Where(header => !others.Any(other => other.Key.Equals(header.Key, StringComparison.OrdinalIgnoreCase))).ToList();
        return (target, [.. (check.Setting<FieldValue.Texts>(ReuseKind.After)?.Items ?? []).Select(Of)]);

        Predecessor Of(string written)
        {
            var (method, url) = ReuseKind.QuestionOf(check.Target, written);
            var content = method == "POST" ? before : null;
            return new Predecessor(written, url.Contains(Markers.Word, StringComparison.Ordinal) || (content?.Contains(Markers.Word, StringComparison.Ordinal) ?? false) || others.Any(header => header.Value.Contains(Markers.Word, StringComparison.Ordinal)), marker =>
            {
                if (marker.Length > 0) attempt.Hide(marker);
                string With(string text) => text.Replace(Markers.Word, marker, StringComparison.Ordinal);
                return (plain with { Url = new Uri(attempt.ExpandInUrl(With(url))), Headers = [.. kept, .. others.Select(header => KeyValuePair.Create(header.Key, attempt.Expand(With(header.Value))))] })
                    .With(method, content is null ? null : attempt.Expand(With(content)));
            });
        }

        System.Collections.Immutable.ImmutableArray<KeyValuePair<string, string>> Map(string field) => check.Setting<FieldValue.TextMap>(field)?.Items ?? [];
    }
}
