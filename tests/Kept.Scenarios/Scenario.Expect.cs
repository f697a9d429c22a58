using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.Engine;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Scenarios;

/// <summary>What a scenario expects.</summary>
internal sealed partial class Scenario
{
    private const string Forms = """
        PROMISE OUTCOME [since TIME] [because WORDS]
        PROMISE line 'BEGIN OF LINE' OUTCOME [because WORDS]
        PROMISE in REGIME [line 'BEGIN OF LINE'] OUTCOME [because WORDS] | PROMISE now in REGIME
        PROMISE at risk because of PROMISE | PROMISE not at risk
        PROMISE told OUTCOME, OUTCOME, …
        PROMISE good|bad|not-in-force|gap CAUSE COUNT
        gaps CAUSE COUNT | entries KIND COUNT | checks COUNT | faults COUNT
        house refused [because WORDS] | house taken | storage fault | storage works
        """;

    private void Expect(string text)
    {
        if (HouseForm().Match(text) is { Success: true } house) ExpectHouse(house.Groups[1].Value == "refused", house.Groups[2].Value);
        else if (text is "storage fault" or "storage works") Holds((World.View.Figures.StorageFault is not null) == (text == "storage fault"), $"storage says: {World.View.Figures.StorageFault ?? "all is well"}");
        else if (FigureForm().Match(text) is { Success: true } figure) ExpectFigure(figure);
        else if (RegimeForm().Match(text) is { Success: true } regime) ExpectRegime(regime);
        else if (LineForm().Match(text) is { Success: true } line) ExpectLine(line);
        else if (RiskForm().Match(text) is { Success: true } risk) ExpectRisk(Find(risk.Groups[1].Value), risk.Groups[2].Value);
        else if (ToldForm().Match(text) is { Success: true } told) ExpectTold(told.Groups[1].Value, told.Groups[2].Value);
        else if (LooksForm().Match(text) is { Success: true } looks) ExpectLooks(looks);
        else if (OutcomeForm().Match(text) is { Success: true } outcome) ExpectOutcome(outcome);
        else throw Wrong("this is not something to expect. There are:\n" + Forms);
    }

    private void ExpectHouse(bool refused, string because)
    {
        var fault = World.View.Fault;
        Holds(fault is not null == refused, fault is null ? "the house was taken" : "it was refused: " + fault.Diagnostics[0].Message);
        if (because.Length > 0)
            Holds(fault!.Diagnostics.Any(one => $"{one.Code}: {one.Message}".Contains(because, StringComparison.Ordinal)), string.Join("; ", fault.Diagnostics.Select(one => $"{one.Code}: {one.Message}")));
    }

    private void ExpectRegime(Match match)
    {
        var view = Find(match.Groups[1].Value);
        var regimes = view.Verdict.Regimes;
        var there = string.Join(", ", regimes.Select(one => one.IsCurrent ? one.Name + " (now)" : one.Name));
        var regime = regimes.FirstOrDefault(one => one.Name == match.Groups[3].Value) ?? throw Wrong($"there is no regime `{match.Groups[3].Value}`; there are: {there}");
        if (match.Groups[2].Success)
        {
            Holds(regime.IsCurrent, $"the regimes are {there}");
            return;
        }
        if (!match.Groups[4].Success)
        {
            ExpectOutcome(match.Groups[5].Value, regime.Verdict.Outcome, view.Promise.IsWish, regime.Verdict.Reason);
            if (match.Groups[6].Success) Holds(regime.Verdict.Reason.Contains(match.Groups[6].Value, StringComparison.Ordinal), $"its reason is: {regime.Verdict.Reason}");
            return;
        }
        var line = regime.Verdict.Lines.FirstOrDefault(one => one.Text.StartsWith(match.Groups[4].Value, StringComparison.Ordinal)) ?? throw Wrong($"its lines are {string.Join(", ", regime.Verdict.Lines.Select(one => one.Text))}");
        ExpectOutcome(match.Groups[5].Value, line.Outcome, view.Promise.IsWish, line.Reason);
        if (match.Groups[6].Success) Holds(line.Reason.Contains(match.Groups[6].Value, StringComparison.Ordinal), $"its reason is: {line.Reason}");
    }

    private void ExpectFigure(Match match)
    {
        var (what, name, count) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var figures = World.View.Figures;
        HoldsCount(what switch
        {
            "gaps" => figures.Gaps.GetValueOrDefault(Words.Named<GapCause>(name) ?? throw Wrong($"`{name}` is no cause of a gap")),
            "entries" => World.Entries(name).Count,
            "checks" => figures.Checks,
            _ => figures.Faults,
        }, count);
    }

    private void ExpectOutcome(Match match)
    {
        var view = Find(match.Groups[1].Value);
        ExpectOutcome(match.Groups[2].Value, view.Verdict.Outcome, view.Promise.IsWish, view.Verdict.Reason);
        if (match.Groups[3].Success) Holds(Words.IsAt(view.Since, match.Groups[3].Value), $"it is {view.Verdict.Outcome.Word(view.Promise.IsWish)} since {view.Since}");
        if (match.Groups[4].Success) Holds(view.Verdict.Reason.Contains(match.Groups[4].Value, StringComparison.Ordinal) || LastReason(view, match.Groups[4].Value), $"the reason is: {view.Verdict.Reason}; last look: {view.Checks.FirstOrDefault()?.LastReason}");
    }

    private static bool LastReason(PromiseView view, string because) => view.Checks.Any(check => check.LastReason?.Contains(because, StringComparison.Ordinal) == true);

    private void ExpectLine(Match match)
    {
        var view = Find(match.Groups[1].Value);
        var line = view.Verdict.Lines.FirstOrDefault(one => one.Text.StartsWith(match.Groups[2].Value, StringComparison.Ordinal))
            ?? throw Wrong("it has no such line; it has: " + string.Join(" | ", view.Verdict.Lines.Select(one => one.Text)));
        ExpectOutcome(match.Groups[3].Value, line.Outcome, view.Promise.IsWish, $"{line.Reason} [{line}]");
        if (match.Groups[4].Success) Holds(line.Reason.Contains(match.Groups[4].Value, StringComparison.Ordinal), $"the reason is: {line.Reason}");
    }

    private void ExpectOutcome(string written, Outcome actual, bool isWish, string reason) => Holds(actual.Word(isWish) == written, $"it is {actual.Word(isWish)}: {reason}");

    private void ExpectRisk(PromiseView view, string because)
    {
        var told = string.Join("; ", view.Verdict.AtRisk);
        if (because.Length == 0) Holds(view.Verdict.AtRisk.IsEmpty, "it is at risk " + told);
        else Holds(view.Verdict.AtRisk.Any(one => one.Contains(because, StringComparison.Ordinal)), told.Length == 0 ? "it is not at risk" : "it is at risk " + told);
    }

    private void ExpectTold(string promise, string outcomes)
    {
        var view = Find(promise);
        var told = World.Entries(EntryKinds.VerdictChanged).Where(entry => entry.Subject == view.Promise.Name.ToString())
            .Select(entry => Outcomes.FromWire(Member(entry, "outcome")).Word(view.Promise.IsWish));
        var actual = string.Join(", ", told);
        Holds(actual == outcomes, "the ledger tells: " + actual);
    }

    private void ExpectLooks(Match match)
    {
        var (what, cause) = (match.Groups[2].Value, match.Groups[3].Value);
        var looks = Find(match.Groups[1].Value).Checks.SelectMany(check => World.Ledger.Looks(check.Series, default, new Instant(long.MaxValue / 2))).ToList();
        HoldsCount(looks.Count(look => what switch
        {
            "good" => look.Class == LookClass.Good,
            "bad" => look.Class == LookClass.Bad,
            "not-in-force" => look.Class == LookClass.NotInForce,
            "condition-unknown" => look.Class == LookClass.ConditionUnknown,
            _ => look.Class == LookClass.Gap && look.Gap == (Words.Named<GapCause>(cause) ?? throw Wrong($"`{cause}` is no cause of a gap")),
        }), match.Groups[4].Value);
    }

    private PromiseView Find(string name) =>
        (PromiseName.TryParse(name, Agent, out var parsed) ? World.View.Find(parsed) : null)
        ?? throw Wrong($"there is no promise `{name}`; there are: {string.Join(", ", World.View.Promises.Select(view => view.Promise.Name))}");

    private static string Member(Entry entry, string member)
    {
        using var document = JsonDocument.Parse(entry.Body!.Value);
        return document.RootElement.GetProperty(member).GetString()!;
    }

    private void HoldsCount(long actual, string written)
    {
        var (from, to) = Words.Count(written) ?? throw Wrong("write a count as 3, 3..5 or 3..");
        Holds(actual >= from && actual <= to, $"there are {actual}");
    }

    private void Holds(bool holds, string actual)
    {
        if (!holds) throw Wrong($"at {World.Clock.GetUtcNow():HH:mm:ss}, {actual}");
    }

    private const string OutcomeWords = "kept|broken|unknown|not in force|not a promise|met|unmet";

    [GeneratedRegex(@"^house (refused|taken)(?: because (.+))?$")]
    private static partial Regex HouseForm();

    [GeneratedRegex(@"^(gaps|entries|checks|faults)(?: (\S+))? (\S+)$")]
    private static partial Regex FigureForm();

    [GeneratedRegex(@"^(\S+) (now )?in ([a-z0-9.-]+)(?: line '([^']+)')?(?: (" + OutcomeWords + @")(?: because (.+))?)?$")]
    private static partial Regex RegimeForm();

    [GeneratedRegex(@"^(\S+) line '([^']+)' (" + OutcomeWords + @")(?: because (.+))?$")]
    private static partial Regex LineForm();

    [GeneratedRegex(@"^(\S+) (?:not at risk|at risk because of (.+))$")]
    private static partial Regex RiskForm();

    [GeneratedRegex(@"^(\S+) told (.*)$")]
    private static partial Regex ToldForm();

    [GeneratedRegex(@"^(\S+) (good|bad|not-in-force|condition-unknown|gap)(?: ([a-z-]+))? (\d\S*)$")]
    private static partial Regex LooksForm();

    [GeneratedRegex(@"^(\S+) (" + OutcomeWords + @")(?: since ((?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)?))?(?: because (.+))?$")]
    private static partial Regex OutcomeForm();
}
