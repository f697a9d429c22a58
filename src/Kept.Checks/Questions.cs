using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// Many questions in one look, one after the other, each over a connection of its own: whoever shares the work behind a name then chooses anew. A single question that is not answered
/// within a fifth of the time-out has failed; where all are answered and there is no time for the rest, the look has too few, which says nothing of the target.
/// </summary>
internal sealed class Questions(Dialer dialer, Attempt attempt, TimeProvider time, CancellationToken deadline)
{
    private readonly Duration _patience = attempt.Request.Check.Timeout / 5;
    private readonly long _began = time.GetTimestamp();

    /// <summary>How many were answered.</summary>
    public int Answered { get; private set; }

    /// <summary>Bytes of all answers.</summary>
    public long Size { get; private set; }

    /// <summary>Since the first was asked.</summary>
    public Duration Now => new(time.GetElapsedTime(_began).Ticks * 100);

    /// <summary>Asks one over a connection of its own, and counts it; null where the time of the look is over.</summary>
    /// <param name="which">For messages: <c>answer 3</c>.</param>
    /// <exception cref="EgressException">It was not answered as it must be.</exception>
    public async ValueTask<HttpAnswer?> AskAsync(HttpAsk ask, Aim aim, string which)
    {
        if (await SendAsync(ask with { Fresh = true }, aim, which) is not { } reply) return null;
        var answer = Sound(reply.Answer, which);
        Count(answer);
        return answer;
    }

    /// <summary>One answer, whatever its status.</summary>
    /// <param name="IsNew">A connection was opened for it.</param>
    public readonly record struct Reply(HttpAnswer Answer, bool IsNew);

    /// <summary>Asks one, and counts nothing; null where the time of the look is over.</summary>
    /// <exception cref="EgressException">There was no whole answer.</exception>
    public async ValueTask<Reply?> SendAsync(HttpAsk ask, Aim aim, string which)
    {
        if (deadline.IsCancellationRequested) return null;
        using var patience = new CancellationTokenSource(_patience.ToTimeSpan(), time);
        using var leave = deadline.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience);
        var trail = new DialTrail(time) { Aim = aim };
        try
        {
            return new Reply(await HttpExchange.AskAsync(dialer, ask, trail, patience.Token), trail.IsNew);
        }
        catch (Exception fault) when (patience.IsCancellationRequested && fault is not EgressException { IsOurs: true })
        {
            if (deadline.IsCancellationRequested) return null;
            throw trail.Stage switch
            {
                DialStage.Naming => EgressException.OfUs(GapCause.Resolver, $"our name server did not answer within {_patience.ToWords()}"),
                DialStage.Proxy => EgressException.OfUs(GapCause.Route, $"the proxy did not open a tunnel within {_patience.ToWords()}"),
                _ => EgressException.OfTarget(TargetFailure.TimedOut, $"{which} did not come within {_patience.ToWords()}, a fifth of the time-out: still {trail.Waited}"),
            };
        }
        finally
        {
            attempt.AlsoSent(trail);
        }
    }

    /// <summary>The answer, if its status is one of success.</summary>
    /// <exception cref="EgressException">It is another.</exception>
    public static HttpAnswer Sound(HttpAnswer answer, string which) =>
        answer.Status is >= 200 and <= 299 ? answer : throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{which} had the status {answer.Status}");

    /// <summary>It is one of those that are enough in the end.</summary>
    public void Count(HttpAnswer answer)
    {
        Answered++;
        Size += answer.Body.Length;
    }

    /// <summary>What a look of so many questions says: what contradicts the check says so whatever their number; else there must be enough, for silence about what was not asked is no evidence.</summary>
    /// <param name="needed">How many are enough.</param>
    /// <param name="why">What they are enough for, in words.</param>
    public Observation Judged(Observation answered, int needed, string why) => Answered >= needed ? answered : Unless(answered, GapCause.TooFew,
        $"{Answered} answers came within {attempt.Request.Check.Timeout.ToWords()}, and {needed} are needed {why}: allow more time, or look for a larger share");

    /// <summary>A gap, unless what was seen contradicts the check already.</summary>
    public Observation Unless(Observation answered, GapCause cause, string words) =>
        attempt.Request.Objects is not { } objects ? Observation.OfGap(attempt.StartedAt, GapCause.Fault, "nobody judges the answers of this look")
        : Answered > 0 && objects(attempt.Request.Check, answered) is not null ? answered
        : Observation.OfGap(attempt.StartedAt, cause, words) with { Phases = answered.Phases, Excerpt = answered.Excerpt, Requests = answered.Requests, Elsewhere = answered.Elsewhere };
}
