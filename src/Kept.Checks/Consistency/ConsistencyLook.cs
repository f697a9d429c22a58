using System.Net.Sockets;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Consistency;

/// <summary>
/// One session: questions one after the other, so that an answer is later than all before it. It is over once enough answers came for the stated confidence; where they change meanwhile, once
/// the newest stood long enough that a replica of the old would have shown.
/// </summary>
internal static class ConsistencyLook
{
    public const int MostReplicas = 16;
    private const long UsualLimit = 64 * 1024;

    /// <summary>Answers that change all the time end a look too.</summary>
    private const int MostRounds = 4;

    /// <summary>The most questions of one look.</summary>
    public static long MostSent(Check check) => Confidence.Of(check.Settings) is (var confidence, null, _) ? (long)MostRounds * Math.Max(confidence.InARow, (2 * MostReplicas) + 1) : long.MaxValue / 1_000_000;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, time, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, TimeProvider time, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var (confidence, why) = Confidence.Of(check);
        var (compares, sequence) = (PartOf(check, ConsistencyKind.Compares) ?? AnswerPart.Whole, PartOf(check, ConsistencyKind.Sequence));
        var asks = await AsksAsync(dialer, attempt, deadline);
        // each of them more than twice, else one that comes back to its old answer could not be told from one that changes
        var needed = Math.Max(confidence.InARow, 2 * asks.Count + 1);
        var mustStand = Seen.IsExpected(check, name => name is "agree" or "answers") || sequence is null;
        var (questions, readings, trouble, isOfTimes) = (new Questions(dialer, attempt, time, deadline), new Readings(), "", false);
        for (var i = 0; !IsOver(i); i++)
        {
            var (ask, aim, where) = asks[i % asks.Count];
            var (asked, which) = (questions.Now, $"answer {i + 1}{where}");
            if (await questions.AskAsync(ask, aim, which) is not { } answer) break;
            var part = compares.Of(answer, which);
            var (number, isTime) = sequence is null ? default : sequence.NumberOf(answer, which);
            var (wasAgree, before) = (readings.Agree, readings.WentBack);
            readings.Add(new Reading(Reading.Digest(part), sequence is null ? null : number, isTime, asked, questions.Now));
            if (trouble.Length == 0 && readings.WentBack > before) trouble = $"; {which} went back to {sequence!.Text} {AnswerPart.Shown(sequence.Of(answer, which), attempt)}";
            else if (trouble.Length == 0 && wasAgree && !readings.Agree) trouble = $"; {which} was what another had replaced: {AnswerPart.Shown(part, attempt)}";
            isOfTimes = isTime;
        }
        var seen = new SeenValues(check.Kind)
        {
            ["agree"] = Value.Of(readings.Agree),
            ["answers"] = Value.Of(readings.Different),
            ["staleness"] = Value.Of(readings.Staleness),
            ["went-back"] = sequence is null ? null : Value.Of(readings.WentBack),
            ["behind"] = sequence is null || isOfTimes ? null : Value.Of(readings.Behind),
        };
        var phases = attempt.Trail.Phases;
        seen["time"] = Seen.Phase(phases.Total);
        var told = attempt.Answered(seen.All, -1, questions.Size, $"{questions.Answered} answers of {needed} needed {why}; {readings.Different} different{trouble}") with { Phases = phases };
        if (mustStand && readings.Agree && readings.Run < needed && questions.Answered >= needed)
            return questions.Unless(told, GapCause.TooFew, $"its answers changed while it was asked: of {questions.Answered} there were {readings.Different} different ones, and the last came {readings.Run} times in a row, of {needed} needed {why}; compare a part that stays (compares: body.version), or allow more time");
        return questions.Judged(told, needed, why);

        bool IsOver(int count) => count >= needed && (!mustStand || !readings.Agree || readings.Run >= needed || count >= MostRounds * needed);
    }

    private static AnswerPart? PartOf(Check check, string field) => check.Setting<FieldValue.Text>(field)?.Content is { Length: > 0 } text ? AnswerPart.Read(text) : null;

    /// <summary>Whom to ask in turn.</summary>
    private static async ValueTask<List<(HttpAsk Ask, Aim Aim, string Where)>> AsksAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var headers = (check.Setting<FieldValue.TextMap>(Fetch.Headers.Name)?.Items ?? []).Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value)));
        var first = new HttpAsk { Url = new Uri(attempt.ExpandInUrl(check.Target.Rest)), Method = HttpMethod.Get, Trust = attempt.Request.Trust, Headers = [.. headers], BodyLimit = check.Limit(UsualLimit), Speech = Asking.SpeechOf(check) }
            .With(check.Target.Method, attempt.Expanded(Asking.BodyField));
        var replicas = check.Setting<FieldValue.Texts>(ConsistencyKind.Replicas)?.Items ?? [];
        if (replicas.IsEmpty) return [(first, Aim.Any, "")];
        if (replicas is not [ConsistencyKind.EachAddress])
            return [(first, Aim.Any, $" (of {HostPort.Write(check.Target.Host, check.Target.Port)})"), .. replicas.Select(replica => Of(first, new Uri(attempt.ExpandInUrl(replica))))];
        var (known, unknown) = await dialer.AllAddressesAsync(check.Target.Host, attempt.Trail, deadline);
        if (unknown is [var (_, fault), ..]) throw fault;
        if (known.Length > MostReplicas) throw EgressException.OfUs(GapCause.Local, $"{check.Target.Host} has {known.Length} addresses, and one look asks {MostReplicas} of them");
        return [.. known.Select(address => (first, new Aim(AddressFamily.Unspecified, check.Target.Host, address), $" (of {address})"))];

        static (HttpAsk, Aim, string) Of(HttpAsk first, Uri url) => (first with { Url = url, Host = null }, Aim.Any, $" (of {HostPort.Write(HostText.Canonical(url) ?? "", url.Port)})");
    }
}
