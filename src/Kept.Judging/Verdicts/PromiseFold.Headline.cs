using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Model;

namespace Kept.Judging;

/// <summary>The verdict: its lines, and the headline they make.</summary>
public sealed partial class PromiseFold
{
    /// <summary>The verdict at a moment, over the looks due up to it.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="others">How other promises stand: for a promise that has no check of its own, and for what puts this one at risk.</param>
    /// <param name="inForce">Whether the condition holds now. Asked only where there is no check: else the looks themselves say when it held.</param>
    /// <param name="wordsOf">What the look of a check at a slot met, in words, where the caller still knows; only for the reason, never for the outcome.</param>
    public Verdict VerdictAt(Instant now, Func<PromiseName, Outcome> others, Judged? inForce = null, Func<int, Instant, string?>? wordsOf = null)
    {
        _wordsOf = wordsOf;
        _asked = Math.Max(_asked, now.Microseconds);
        if (_parts is { } parts) return VerdictOfRegimes(parts, now, others, wordsOf);
        var objectives = _plan.Objectives;
        var lines = new VerdictLine[objectives.Length + 1];
        var head = Checks.Length > 0 ? JudgeNow(now.Microseconds) : JudgeWithoutCheck(now, others, inForce);
        lines[0] = head.Line;
        VerdictLine? broken = head.Line.Outcome == Outcome.Broken ? head.Line : null;
        var decided = 0;
        for (var i = 0; i < objectives.Length; i++)
        {
            var line = lines[i + 1] = JudgeObjective(objectives[i], now.Microseconds);
            if (line.Outcome is Outcome.Kept or Outcome.Broken) decided++;
            if (line.Outcome == Outcome.Broken) broken ??= line;
        }
        var outcome = broken is not null ? Outcome.Broken : head.Line.Outcome;
        var reason = broken is null || ReferenceEquals(broken, head.Line) ? head.Line.Reason : $"{broken.Text}: {broken.Reason}";
        if (objectives.Length > 0) reason = Headline(reason, decided);
        return new Verdict(outcome, reason, head.SeenAt, head.ValidUntil, _assessor, _regime, ImmutableCollectionsMarshal.AsImmutableArray(lines), Risks(others)) { Alerts = JudgeAlerts(now.Microseconds), Notes = Notes(now.Microseconds) };
    }

    // Mostly the same words again: they are kept, not made anew at each look.
    private (string Reason, int Decided, string Whole) _headline = ("", -1, "");

    private string Headline(string reason, int decided)
    {
        if (_headline.Decided == decided && ReferenceEquals(_headline.Reason, reason)) return _headline.Whole;
        var (all, isUsual) = (_plan.Objectives.Length, ReferenceEquals(reason, AllGood) && _plan.Objectives.Length < Usual.GetLength(1));
        var whole = isUsual ? Usual[decided, all] ??= Whole() : Whole();
        _headline = (reason, decided, whole);
        return whole;

        string Whole() => $"{reason}; {decided} of {VerdictWords.Plural(all, "objective")} decided";
    }

    // Most promises of a large house say the same: one text for all of them. Made twice by two threads it is the same text.
    private const string AllGood = "looks are good";
    private static readonly string?[,] Usual = new string?[6, 6];

    /// <summary>Without a check of its own a promise is worth what it stands on; without that too, nothing assesses it.</summary>
    private NowLine JudgeWithoutCheck(Instant now, Func<PromiseName, Outcome> others, Judged? inForce)
    {
        if (inForce is { Truth: Truth.False } out1)
            return Plain(Outcome.NotInForce, "not in force: " + out1.Reason);
        if (inForce is { Truth: Truth.Unknown } unclear)
            return Plain(Outcome.Unknown, "whether it is in force is unknown: " + unclear.Reason);
        if (Promise.Uses is null)
            return Plain(Outcome.Unknown, "no check looks at it, and it names nothing it stands on");
        var scene = new Scene { At = now, Around = new Surroundings(others, null, null, null, static _ => null) };
        var truth = Evaluation.Of(Promise.Uses, ref scene);
        var outcome = truth switch { Truth.True => Outcome.Kept, Truth.False => Outcome.Broken, _ => Outcome.Unknown };
        return Plain(outcome, "by what it stands on: " + SceneWords.Explain(Promise.Uses, ref scene));

        NowLine Plain(Outcome said, string why) => new(Line(said, why, 0, 0, 0, 0, now.Microseconds, now.Microseconds), null, null);
    }

    /// <summary>Broken dependences are named, and change nothing: the responsibility for the promise stays (R43).</summary>
    private ImmutableArray<string> Risks(Func<PromiseName, Outcome> others)
    {
        if (Promise.Uses is null) return [];
        ImmutableArray<string>.Builder? risks = null;
        Collect(Promise.Uses);
        return risks?.ToImmutable() ?? [];

        void Collect(Expression expression)
        {
            if (expression is Expression.PromiseHolds holds)
            {
                if (others(holds.Name) != Outcome.Broken) return;
                var words = $"because of {holds.Name}, which is broken";
                risks ??= ImmutableArray.CreateBuilder<string>();
                if (!risks.Contains(words)) risks.Add(words);
                return;
            }
            foreach (var child in expression.Children) Collect(child);
        }
    }
}
