using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Model;

namespace Kept.Judging;

/// <summary>Judges one look: what it saw, what was expected, and whether the promise was in force. Pure.</summary>
public static class Judge
{
    /// <summary>
    /// Whether a promise is in force at an event time. Without a condition it is. False makes it not in force; unknown makes the look a gap.
    /// </summary>
    public static Judged Given(Expression? given, Instant at, Surroundings surroundings)
    {
        if (given is null) return new Judged(Truth.True, "no condition");
        var scene = new Scene { Around = surroundings, At = at };
        var truth = Evaluation.Of(given, ref scene);
        return new Judged(truth, SceneWords.Explain(given, truth, ref scene));
    }

    /// <summary>
    /// The class of a look with its reason. A condition that is false takes the slot out of force, whatever was or could not be seen; then comes what kept
    /// us from looking (a gap), then a condition that is unknown (counts as a gap). Otherwise a failure of the target is bad, and an answer is good when
    /// every expectation is true: one that is false, or whose evidence is missing, makes it bad. A check without expectations is content with any answer.
    /// </summary>
    public static JudgedLook Look(Check check, Observation seen, Judged inForce)
    {
        if (!seen.Each.IsDefaultOrEmpty && inForce.Truth == Truth.True) return EachAddress.Look(check, seen, inForce);
        if (inForce.Truth == Truth.False) return new JudgedLook(LookClass.NotInForce, "not in force: " + inForce.Reason, [], Nothing(check));
        if (seen.Reach == Reach.Gap) return new JudgedLook(LookClass.Gap, LookWords.OfGap(seen), [], Nothing(check));
        if (inForce.Truth == Truth.Unknown)
            return new JudgedLook(LookClass.ConditionUnknown, "whether it was in force is unknown: " + inForce.Reason, [], Nothing(check));
        if (seen.Reach == Reach.Failed) return new JudgedLook(LookClass.Bad, LookWords.OfFailure(check, seen), [], Nothing(check));
        return Answered(check, seen);
    }

    /// <summary>Of a look at each address, what the address showed that decides; any other look as it is. The same again, asked twice.</summary>
    public static Observation Deciding(Check check, Observation seen) => seen.Each.IsDefaultOrEmpty ? seen : EachAddress.Deciding(check, seen);

    private static JudgedLook Answered(Check check, Observation seen)
    {
        var measured = check.Measures.IsDefaultOrEmpty ? [] : Measured(check, seen);
        if (!Satisfies(check, seen))
        {
            var outcomes = Explained(check, seen);
            var bad = outcomes.Count(outcome => outcome.Truth != Truth.True);
            var reason = outcomes.First(outcome => outcome.Truth != Truth.True).Reason;
            return new JudgedLook(LookClass.Bad, bad > 1 ? $"{reason} (and {bad - 1} more)" : reason, outcomes, measured);
        }
        return new JudgedLook(LookClass.Good, new GoodLook(check, seen), measured);
    }

    private sealed class GoodLook(Check check, Observation seen) : LookAccount
    {
        public override string Reason => LookWords.OfAnswer(seen.Code, seen.Phases.Total);

        public override ImmutableArray<ExpectationOutcome> Expectations => Explained(check, seen);
    }

    /// <summary>The class of a look that was in force, without words: what the search for hollow checks asks a hundred thousand times. <see cref="Look"/> is made of the same.</summary>
    internal static LookClass ClassOf(Check check, Observation seen) => seen.Reach switch
    {
        Reach.Gap => LookClass.Gap,
        Reach.Answered when Satisfies(check, seen) => LookClass.Good,
        _ => LookClass.Bad,
    };

    /// <summary>What is wrong with the answer of a step that leads to a check, in words; null where every expectation is true of it.</summary>
    public static string? Objection(Check step, Observation seen) =>
        Satisfies(step, seen) ? null : Explained(step, seen).First(outcome => outcome.Truth != Truth.True).Reason;

    /// <summary>Whether every expectation is true of an answer.</summary>
    private static bool Satisfies(Check check, Observation seen)
    {
        if (check.Expect.IsDefault) return true;
        foreach (var expected in check.Expect)
        {
            var scene = new Scene { Observation = seen, At = seen.StartedAt };
            if (Evaluation.Of(expected.Test, ref scene) != Truth.True) return false;
        }
        return true;
    }

    private static ImmutableArray<ExpectationOutcome> Explained(Check check, Observation seen)
    {
        var expect = check.Expect.IsDefault ? [] : check.Expect;
        var outcomes = new ExpectationOutcome[expect.Length];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var scene = new Scene { Observation = seen, At = seen.StartedAt };
            var truth = Evaluation.Of(expect[i].Test, ref scene);
            outcomes[i] = new ExpectationOutcome(expect[i].Text, truth, SceneWords.Explain(expect[i].Test, truth, ref scene));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(outcomes);
    }

    private static ImmutableArray<long?> Nothing(Check check) =>
        check.Measures.IsDefaultOrEmpty ? [] : ImmutableCollectionsMarshal.AsImmutableArray(new long?[check.Measures.Length]);

    /// <summary>
    /// Figures in the units of <see cref="LookRecord.Measured"/>, rounded to the nearest whole unit (half to even); null where nothing was seen, where it is no
    /// number or of another dimension, and where it does not fit.
    /// </summary>
    internal static ImmutableArray<long?> Measured(Check check, Observation seen)
    {
        var figures = new long?[check.Measures.Length];
        for (var i = 0; i < figures.Length; i++)
        {
            var scene = new Scene { Observation = seen, At = seen.StartedAt };
            figures[i] = Figure(check.Measures[i], scene.Resolve(check.Measures[i].From));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(figures);
    }

    private static long? Figure(Measure measure, in Sight sight)
    {
        var amount = Evaluation.AsNumber(sight);
        // `as ms` says how to read the figure, so a header's text may be a number here; nowhere else is text read as one.
        if (amount is null && sight.Form == SightForm.Text && ExactNumber.TryRead(sight.Words, out var written)) amount = Quantity.Number(written);
        if (amount is not { } number) return null;
        try
        {
            if (number.Dimension == Dimension.Number && measure.Unit.Dimension != Dimension.Number)
                number = measure.Unit with { Amount = number.Amount * measure.Unit.Amount };
            else if (number.Dimension == Dimension.Number)
                number = number with { Amount = number.Amount * measure.Unit.Amount };
            if (number.Dimension != measure.Quantity.Dimension) return null;
            return RecordUnits.Of(number);
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
