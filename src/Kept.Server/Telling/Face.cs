using Kept.Engine;
using Kept.Model;

namespace Kept.Server;

// Public, like everything else that a Razor component takes: components are public classes.
/// <summary>How a promise is shown: its outcome, where a kept promise in danger has a face of its own. Ordered by what needs eyes first.</summary>
public enum Face { Broken, AtRisk, Unknown, NotAPromise, Kept, NotInForce }

internal static class Faces
{
    /// <summary>Less than this share of an error budget left puts a kept promise at risk.</summary>
    public const decimal LowBudget = 0.25m;

    public static Face Of(PromiseView view) => view.Verdict.Outcome switch
    {
        Outcome.Broken => Face.Broken,
        Outcome.NotInForce => Face.NotInForce,
        Outcome.NotAPromise => Face.NotAPromise,
        Outcome.Kept => RisksOf(view).Any() ? Face.AtRisk : Face.Kept,
        _ => Face.Unknown,
    };

    public static Face Of(Outcome outcome) => outcome switch
    {
        Outcome.Kept => Face.Kept,
        Outcome.Broken => Face.Broken,
        Outcome.NotInForce => Face.NotInForce,
        Outcome.NotAPromise => Face.NotAPromise,
        _ => Face.Unknown,
    };

    /// <summary>What endangers a promise that is kept: the verdict's own notes (R43), and budgets that run out.</summary>
    public static IEnumerable<string> RisksOf(PromiseView view) => view.Verdict.AtRisk.Concat(
        view.Verdict.Lines.Where(line => line.BudgetLeft < LowBudget && line.Outcome != Outcome.Broken)
            .Select(line => $"{Say.Percent(line.BudgetLeft!.Value)} of the budget of {line.Text} is left"));

    public static string Word(Face face, bool isWish) => (face, isWish) switch
    {
        (Face.Kept, true) => "met",
        (Face.Broken, true) => "unmet",
        (Face.Kept, _) => "kept",
        (Face.Broken, _) => "broken",
        (Face.AtRisk, _) => "at risk",
        (Face.NotInForce, _) => "not in force",
        (Face.NotAPromise, _) => "not a promise",
        _ => "unknown",
    };

    /// <summary>The name of its colour in the style sheet.</summary>
    public static string Class(Face face) => face switch
    {
        Face.Kept => "kept",
        Face.Broken => "broken",
        Face.AtRisk => "risk",
        Face.NotInForce => "notinforce",
        Face.NotAPromise => "notapromise",
        _ => "unknown",
    };
}
