using System.Collections.Immutable;
using Kept.Engine;
using Kept.Model;

namespace Kept.Server;

/// <summary>Why a promise is in its state: the rule that decided, what it was given, and how old each input is. The same answer for page, API and terminal.</summary>
/// <param name="Promise">Which promise.</param>
/// <param name="AsOf">The moment of the view it explains.</param>
/// <param name="Outcome">The headline it explains.</param>
/// <param name="Rule">The rule, in words.</param>
/// <param name="Therefore">What follows, in words.</param>
/// <param name="Inputs">Everything the rule was given.</param>
public sealed record Explanation(PromiseName Promise, Instant AsOf, Outcome Outcome, string Rule, string Therefore, ImmutableArray<Input> Inputs)
{
    /// <summary>Explains one promise of a view.</summary>
    public static Explanation Of(HouseView house, PromiseView view)
    {
        var inputs = ImmutableArray.CreateBuilder<Input>();
        foreach (var problem in view.Problems)
            inputs.Add(new Input("rule " + problem.Code, problem.Severity == Severity.Error ? "error" : "warning", problem.Message, null, null));
        if (view.Verdict.Regimes.IsEmpty) AddLines(view.Verdict, "");
        foreach (var regime in view.Verdict.Regimes)
        {
            inputs.Add(new Input("regime " + regime.Name, regime.Verdict.Outcome.Word(view.Promise.IsWish), regime.Verdict.Reason, regime.Verdict.SeenAt, RegimeWords.Of(regime, view.Promise)));
            if (regime.Looks > 0 || regime.IsCurrent) AddLines(regime.Verdict, $" in {regime.Name}");
        }
        foreach (var alert in view.Verdict.Alerts)
            inputs.Add(new Input("alert " + alert.Name, Say.Wire(alert.State), alert.Reason, null, string.Join(" or ", view.Promise.Alerts.Where(one => one.Name == alert.Name).SelectMany(one => one.Lines).Select(line => line.Text))));
        if (view.Promise.Accounting != Accounting.Usual)
            inputs.Add(new Input("accounting", view.Promise.Accounting.ToString(), "what nobody saw, and what nothing confirms, counts by this", null, null));
        foreach (var note in view.Verdict.Notes) inputs.Add(new Input("note", "", note, null, null));
        foreach (var check in view.Checks)
        {
            inputs.Add(OfCheck(check));
            inputs.AddRange(StepsTold.Of(check));
        }
        if (view.Promise.Given is { } given) inputs.AddRange(Conditions.Of(house, view, given));
        foreach (var name in References(view.Promise.Uses)) inputs.Add(OfOther(house, name, "stands on"));
        return new Explanation(view.Promise.Name, house.AsOf, view.Verdict.Outcome, RuleOf(view), ThereforeOf(view), inputs.ToImmutable());

        void AddLines(Verdict verdict, string where)
        {
            foreach (var line in verdict.Lines)
                inputs.Add(new Input($"line {line.Text}{where}", line.Outcome.Word(view.Promise.IsWish), line.Reason, line.Text == VerdictLine.Now ? verdict.SeenAt : null, Counted(line)));
        }
    }

    /// <summary>The promises an expression names, each once.</summary>
    internal static IEnumerable<PromiseName> References(Expression? expression) =>
        expression is null ? [] : expression.SelfAndDescendants().OfType<Expression.PromiseHolds>().Select(node => node.Name).Distinct();

    private static string RuleOf(PromiseView view) => view switch
    {
        { Problems: var problems } when problems.Any(problem => problem.Severity == Severity.Error) =>
            "a promise that breaks a rule of promising is not a promise, whatever is seen",
        { Verdict.Regimes.Length: > 0 } => "broken if it is in any regime; else as it is in the regime of now; looks of one regime never count in another",
        { Verdict.Outcome: Outcome.NotInForce } => "a promise whose condition is false is not in force: what is seen then does not count",
        { Checks.Length: 0, Promise.Uses: not null } => "a promise without a check of its own is as good as what it stands on",
        { Checks.Length: 0 } => "a promise without a check that stands on nothing is unknown: nothing assesses it, nor its objectives",
        _ => "broken if any line is broken; else the outcome of now; unknown after two missed looks",
    };

    private static string ThereforeOf(PromiseView view) => $"{view.Verdict.Outcome.Word(view.Promise.IsWish)}: {view.Verdict.Reason}";

    private static string? Counted(VerdictLine line) =>
        line.Expected == 0 && line.Counted == 0 ? null
            : $"{Say.Count(line.Good)} good of {Say.Count(line.Counted)} counted; {Say.Count(line.Due)} were due, the window holds {Say.Count(line.Expected)}"
                + (Say.Budget(line) is { } budget ? "; budget: " + budget : "");

    private static Input OfCheck(CheckView check) => check.Last is { } last
        ? new Input("check " + check.Check.Name, Say.Wire(last.Class), check.LastReason ?? "", last.Slot, $"{check.Check.Target.Text}, every {check.Check.Every}, confirmed by {check.Check.Confirm}")
        : new Input("check " + check.Check.Name, "unknown", "it has not looked yet", null, $"{check.Check.Target.Text}, every {check.Check.Every}, confirmed by {check.Check.Confirm}");

    internal static Input OfOther(HouseView house, PromiseName name, string role) => house.Find(name) is { } other
        ? new Input($"{role} {name}", other.Verdict.Outcome.Word(other.Promise.IsWish), other.Verdict.Reason, other.Verdict.SeenAt, null)
        : new Input($"{role} {name}", "unknown", "nothing known: nobody in this house looks at it", null, null);
}

/// <summary>One input of an explanation.</summary>
/// <param name="What">What it is: a line, a check, a condition, another promise, a rule.</param>
/// <param name="Value">What it says.</param>
/// <param name="Reason">Why it says so.</param>
/// <param name="At">When it was seen; null where it has no time of its own.</param>
/// <param name="Figures">Its counts, or how it looks; null where there is nothing to add.</param>
public sealed record Input(string What, string Value, string Reason, Instant? At, string? Figures);
