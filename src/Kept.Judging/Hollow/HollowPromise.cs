using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>A failure that a check lets pass.</summary>
/// <param name="Check">The check.</param>
/// <param name="Failure">The failure.</param>
public sealed record MissedByCheck(Check Check, MissedFailure Failure);

/// <summary>A failure that a check lets pass, as it says itself.</summary>
/// <param name="Check">The check.</param>
/// <param name="Accepted">The failure, and where it is accepted.</param>
public sealed record AcceptedByCheck(Check Check, AcceptedMiss Accepted);

/// <summary>What all checks of one promise together would miss. A failure that one check lets pass is none of them where another check that asks the same notices it; of a name or a certificate, another of the same host and port.</summary>
/// <param name="Promise">The promise.</param>
/// <param name="Checks">Each check by itself.</param>
/// <param name="Score">Over all checks that could be analysed; what is accepted is neither caught nor tried.</param>
/// <param name="Missed">What nobody would notice and nobody accepted, each with its check.</param>
public sealed record HollowPromise(Promise Promise, ImmutableArray<HollowCheck> Checks, HollowScore Score, ImmutableArray<MissedByCheck> Missed)
{
    /// <summary>The worst of its checks; a promise without checks is not analysed.</summary>
    public HollowState State =>
        Checks.Any(check => check.State == HollowState.CannotPass) ? HollowState.CannotPass
        : Checks.IsEmpty || Checks.Any(check => check.State == HollowState.NotAnalysed) ? HollowState.NotAnalysed : HollowState.Analysed;

    /// <summary>What nobody would notice, and whose check says that it may be missed.</summary>
    public ImmutableArray<AcceptedByCheck> Accepted { get; private init; } = [];

    /// <summary>When the next acceptance ends, so that the same promise has another result; null where none will.</summary>
    public Instant? ChangesAt { get; private init; }

    /// <summary>Analyses all checks of a promise.</summary>
    /// <param name="promise">The promise.</param>
    /// <param name="now">Acceptances that end until then count no longer.</param>
    public static HollowPromise Of(Promise promise, Instant now)
    {
        var checks = promise.Checks.SelectMany(WithSteps).Select(check => HollowCheck.Of(check, promise.Keeps, now)).ToImmutableArray();
        var score = checks.Aggregate(default(HollowScore), (sum, check) => sum + check.Score);
        var missed = ImmutableArray.CreateBuilder<MissedByCheck>();
        var accepted = ImmutableArray.CreateBuilder<AcceptedByCheck>();
        foreach (var check in checks)
        {
            bool IsNoticed(MissedFailure failure) => checks.Any(other => other != check && MeetsToo(other.Check, check.Check, failure.Failure) && other.CaughtWhole.Contains(failure.Failure));
            foreach (var failure in check.Missed)
                if (IsNoticed(failure)) score = score with { Caught = score.Caught + 1 };
                else missed.Add(new(check.Check, failure));
            foreach (var one in check.Accepted)
                if (IsNoticed(one.Missed)) score += new HollowScore(1, 1);
                else accepted.Add(new(check.Check, one));
        }
        var ends = checks.SelectMany(check => check.Check.Misses).Where(miss => miss.Until > now).Select(miss => miss.Until).Min();
        return new(promise, checks, score, missed.ToImmutable()) { Accepted = accepted.ToImmutable(), ChangesAt = ends };
    }

    /// <summary>A check after the steps that lead to it: each of them may fail by itself. What a step takes must be there, so it is expected too.</summary>
    private static IEnumerable<Check> WithSteps(Check check) => check.First.Select(step => step.Takes.IsEmpty ? step : step with { Expect = [.. step.Expect, .. step.Takes.SelectMany(Expected)] }).Append(check);

    private static IEnumerable<Expectation> Expected(Taking taking)
    {
        var (from, at) = (taking.From, taking.From.At);
        yield return new($"has({from})", new Expression.Has(at, from));
        if (taking.Pattern is { } pattern) yield return new($"{from} matches /{pattern}/", new Expression.Matches(at, from, pattern));
        else if (from.Name == "body") yield return new($"{from} != null", new Expression.Compare(at, from, Comparison.NotEqual, new Operand.Literal(at, new Value.Nothing())));
    }

    /// <summary>Whether a failure that one check meets would be met by the other as well: what answers wrongly at one address may answer well at the next.</summary>
    private static bool MeetsToo(Check other, Check check, string failure)
    {
        if (other.Target.Host.Length == 0 || other.Target.Host != check.Target.Host) return false;
        if (failure == "name-not-found") return true;
        if (failure.StartsWith("certificate", StringComparison.Ordinal)) return other.Target.Port == check.Target.Port;
        return other.Kind.Name == check.Kind.Name && other.Target.Text == check.Target.Text;
    }

    /// <summary>Every promise and wish of a house that has a check, worst first.</summary>
    public static ImmutableArray<HollowPromise> Of(House house, Instant now) => WorstFirst(house.Promises.Where(promise => !promise.Checks.IsEmpty).Select(promise => Of(promise, now)));

    /// <summary>What cannot pass, what was not analysed, then by the share that is caught; alike ones stay in their order.</summary>
    public static ImmutableArray<HollowPromise> WorstFirst(IEnumerable<HollowPromise> promises) =>
    [
        .. promises.OrderBy(one => one.State switch { HollowState.CannotPass => 0, HollowState.NotAnalysed => 1, _ => 2 })
            .ThenBy(one => one.Score.Tried == 0 ? 1m : (decimal)one.Score.Caught / one.Score.Tried).ThenByDescending(one => one.Missed.Length),
    ];
}
