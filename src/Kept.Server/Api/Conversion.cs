using System.Globalization;
using System.Text.Json;
using Kept.Engine;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server.Api;

/// <summary>From the model to the wire: the one place where both shapes meet.</summary>
internal static class Conversion
{
    public static WireHouse Wire(this HouseView view) => new(
        view.House.Id, view.House.Name, view.House.Place, view.AsOf.ToString(), view.Sequence, Counts(view.Promises.Where(promise => !promise.Promise.IsWish)),
        Counts(view.Promises.Where(promise => promise.Promise.IsWish)), [.. view.House.Agents.Select(agent => agent.Id)], view.Fault?.Wire(), view.Figures.StorageFault);

    public static WireFault Wire(this HouseFault fault) => new(fault.At.ToString(), [.. fault.Diagnostics.Select(Wire)]);

    public static WireDiagnostic Wire(this Diagnostic problem) => new(
        problem.Code, problem.Severity.ToString().ToLowerInvariant(), problem.At.File?.Path ?? "", problem.At.Line, problem.At.Column, problem.At.Length, problem.Message, problem.Help, problem.Promise?.ToString());

    public static WireAgent Wire(this Agent agent) => new(
        agent.Id, agent.Name, agent.Kind == AgentKind.SuperAgent ? "super-agent" : agent.Kind.ToString().ToLowerInvariant(), agent.Domains, agent.Until?.ToString(), agent.MemberOf, agent.Members,
        [.. agent.Promises.Select(promise => promise.Name.ToString())], [.. agent.ReliesOn.Select(reliance => reliance.Agent)]);

    public static WirePromise Wire(this PromiseView view, HouseView house) => new(
        view.Promise.Name.ToString(), view.Id.ToString(), view.Promise.Name.Agent, Say.Wire(view.Promise.Standing), view.Promise.Version, view.Promise.Benefit, view.Promise.To,
        [.. view.Promise.Keeps.Select(keep => keep.Text)], view.Promise.Given is { } given ? ExpressionText.Of(given) : null,
        view.Promise.UsesNotDisclosed ? "not disclosed" : view.Promise.Uses is { } uses ? ExpressionText.Of(uses) : null, view.Promise.Until?.ToString(), view.Promise.TermsHash,
        view.WireVerdict(house), [.. view.Checks.Select(Wire)], [.. view.Problems.Select(Wire)]);

    public static WireVerdict WireVerdict(this PromiseView view, HouseView house) => new(
        view.Verdict.Outcome.Wire(), view.Verdict.Outcome.Word(view.Promise.IsWish), view.Verdict.Reason, house.AsOf.ToString(), view.Since.ToString(), view.Verdict.SeenAt?.ToString(),
        AgeSeconds(view.Verdict.SeenAt, house.AsOf), view.Verdict.ValidUntil?.ToString(), WireAssessor(view), view.Verdict.Regime, [.. view.Verdict.Lines.Select(Wire)], [.. Faces.RisksOf(view)],
        [.. view.Verdict.Alerts.Select(Wire)], view.Promise.Accounting.ToString(), view.Verdict.Notes,
        view.Verdict.Regimes.IsEmpty ? null : [.. view.Verdict.Regimes.Select(regime => Wire(regime, view.Promise))]);

    private static WireAlert Wire(AlertLine alert) => new(alert.Name, Say.Wire(alert.State), alert.Reason);

    private static WireRegime Wire(RegimeVerdict regime, Promise promise) => new(
        regime.Name, promise.Regimes.FirstOrDefault(one => one.Name == regime.Name)?.Text, regime.IsCurrent, regime.Looks, regime.Verdict.Outcome.Wire(), regime.Verdict.Outcome.Word(promise.IsWish),
        regime.Verdict.Reason, regime.Verdict.SeenAt?.ToString(), [.. regime.Verdict.Lines.Select(Wire)], [.. regime.Verdict.Alerts.Select(Wire)]);

    public static WireAssessor WireAssessor(PromiseView view) => new(view.Verdict.Assessor.House, view.Verdict.Assessor.Place, view.IsSelf);

    private static WireLine Wire(VerdictLine line) => new(
        line.Text, line.Outcome.Wire(), line.Reason, line.Good, line.Counted, line.Due, line.Expected, line.WindowFrom.ToString(), line.WindowTo.ToString(), line.BudgetLeft is { } left ? Share(left) : null,
        line.Budget is { } budget ? new WireBudget(budget.Allowed.ToString(), budget.Spent.ToString(), budget.Left.ToString(), budget.AllowedTime.Nanoseconds, budget.SpentTime.Nanoseconds, budget.LeftTime.Nanoseconds) : null,
        line.Assumed, line.Sum?.ToString(), line.Parts.IsEmpty ? null : [.. line.Parts.Select(part => new WirePart(part.Check, part.Points, part.Good, part.Counted, part.Assumed, part.Due, part.IsCovered, line.OutcomeOf(part)?.Wire(), PartRow.SpentOf(line, part) is { } spent ? Share(spent) : null))]);

    private static WireCheck Wire(CheckView view) => new(
        view.Check.Name, view.Check.Kind.Name, view.Check.Target.Text, view.Check.Every.ToString(), view.Check.Timeout.ToString(), view.Check.Confirm.ToString(),
        [.. view.Check.Expect.Select(expect => expect.Text)], view.Last?.Slot.ToString(), view.Last is { } last ? Say.Wire(last.Class) : null, view.LastReason,
        view.Last is { Phases.Total: >= 0 } look ? look.Phases.Total : null, view.NextDue?.ToString(), view.BeatPath);

    public static WireLook Wire(this Point point) => new(
        point.At.ToString(), Say.Wire(point.Look.Class), point.Look.Failure == TargetFailure.None ? null : Say.Wire(point.Look.Failure), point.Look.Code < 0 ? null : point.Look.Code,
        Seen(point.Look.Phases.Dns), Seen(point.Look.Phases.Connect), Seen(point.Look.Phases.Tls), Seen(point.Look.Phases.FirstByte), Seen(point.Look.Phases.Total), point.Good, point.Bad, point.NotInForce);

    public static WireExplanation Wire(this Explanation why, PromiseView view) => new(
        why.Promise.ToString(), why.AsOf.ToString(), why.Outcome.Wire(), why.Rule, why.Therefore, WireAssessor(view),
        [.. why.Inputs.Select(input => new WireInput(input.What, input.Value, input.Reason, input.At?.ToString(), AgeSeconds(input.At, why.AsOf), input.Figures))]);

    public static WireEvent Wire(this Entry entry, string house) => new(
        "1.0", entry.Id.ToString(), "urn:kept:" + Uri.EscapeDataString(entry.House.Length > 0 ? entry.House : house), entry.Kind, entry.Subject.Length > 0 ? entry.Subject : null, entry.Occurred.ToString(), entry.Recorded.ToString(),
        Cursor(entry.Sequence), "application/json", Json(entry.Body));

    public static WireFigures Wire(this EngineFigures figures, Instant asOf, AnchorsView? anchors) => new(
        asOf.ToString(), figures.StartedAt.ToString(), figures.Checks, figures.UnderWay, figures.Queue, figures.Looks,
        figures.Gaps.OrderBy(pair => pair.Key).ToDictionary(pair => Say.Wire(pair.Key), pair => pair.Value), figures.Faults, figures.LatenessP50.Nanoseconds, figures.LatenessP99.Nanoseconds,
        figures.LatenessMax.Nanoseconds, figures.UnrecordedLooks, figures.RefusedRecords, figures.LastRecordedAt?.ToString(), figures.StorageFault,
        anchors is null ? null : new WireAnchors(anchors.AskedAt?.ToString(), anchors.Blind, anchors.Since?.ToString(),
            [.. anchors.Seen.Select(one => new WireAnchor(one.Anchor.Name, one.Anchor.Kind.Name, one.Anchor.Target.Text, one.IsGood, one.Words))]));

    /// <summary>A sequence as text that compares like the number.</summary>
    public static string Cursor(long sequence) => sequence.ToString("D14", CultureInfo.InvariantCulture);

    /// <summary>A stored body as JSON, null where it was removed by retention or is damaged.</summary>
    public static JsonElement? Json(ReadOnlyMemory<byte>? body)
    {
        using var document = EntryWords.Parse(body);
        return document?.RootElement.Clone();
    }

    private static WireCounts Counts(IEnumerable<PromiseView> views)
    {
        var counts = views.CountBy(view => view.Verdict.Outcome).ToDictionary();
        int Of(Outcome outcome) => counts.GetValueOrDefault(outcome);
        return new WireCounts(Of(Outcome.Kept), Of(Outcome.Broken), Of(Outcome.NotInForce), Of(Outcome.Unknown), Of(Outcome.NotAPromise));
    }

    private static long? Seen(long nanoseconds) => nanoseconds < 0 ? null : nanoseconds;

    private static long? AgeSeconds(Instant? at, Instant now) => at is { } then ? (now - then).Nanoseconds / Duration.PerSecond : null;

    private static string Share(decimal share) => share.ToString("0.############################", CultureInfo.InvariantCulture);
}
