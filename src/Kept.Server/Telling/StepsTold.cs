using Kept.Engine;
using Kept.Model;

namespace Kept.Server;

/// <summary>The steps that lead to what a check is about, in words: what each asks, and how far the last look came. Secrets stand there by their names alone.</summary>
internal static class StepsTold
{
    public static IEnumerable<Input> Of(CheckView view) => Of(view.Check, view.Last?.Class, view.LastReason, view.Last?.Slot);

    /// <param name="last">What the last look was; null: there was none yet.</param>
    /// <param name="reason">Why, in the words of the look, which name the step that ended it; null: not known any more.</param>
    public static IEnumerable<Input> Of(Check check, LookClass? last, string? reason, Instant? at)
    {
        var ended = Enumerable.Range(0, check.First.Length).Where(i => reason?.Contains(Words(i, check.First[i]), StringComparison.Ordinal) == true).Append(check.First.Length).First();
        // bad, and no step is named: the steps were gone through, and the answer at their end is what is wrong
        var isKnown = last == LookClass.Good || last == LookClass.Bad && reason is not null || ended < check.First.Length || reason?.Contains($"after {check.First.Length} step", StringComparison.Ordinal) == true;
        for (var i = 0; i < check.First.Length; i++)
            yield return new Input(
                $"step {i + 1} {check.First[i].Name}", !isKnown ? "unknown" : i < ended ? "answered" : i > ended ? "not reached" : last == LookClass.Bad ? "failed" : "unknown", Asked(check.First[i]), isKnown && i <= ended ? at : null, null);
    }

    /// <summary>What a step asks, expects and takes.</summary>
    public static string Asked(Check step) => step.Target.Text
        + (step.Expect.IsEmpty ? "" : ", expects " + string.Join(", ", step.Expect.Select(expectation => expectation.Text)))
        + (step.Takes.IsEmpty ? "" : ", takes " + string.Join(", ", step.Takes.Select(taking => taking.Name)));

    /// <summary>As the look begins what it tells of a step.</summary>
    private static string Words(int index, Check step) => $"step {index + 1} `{step.Name}`: ";
}
