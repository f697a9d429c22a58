using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Alerts: how fast the budget of an objective is used up over short windows. As pure a fold as the lines: same looks and moment, same state. A burn is reached when it is
/// even if all that is missing from its window were good; it is not reached when what was seen does not reach it and enough was seen; otherwise nobody knows.
/// </summary>
public sealed partial class PromiseFold
{
    private ImmutableArray<AlertLine> JudgeAlerts(long now)
    {
        if (Promise.Alerts.IsDefaultOrEmpty) return [];
        var alerts = ImmutableArray.CreateBuilder<AlertLine>(Promise.Alerts.Length);
        foreach (var alert in Promise.Alerts)
        {
            var fires = Truth.False;
            var (firing, unknown, quiet) = ((string?)null, (string?)null, (string?)null);
            var burns = new List<BurnFigures>(2);
            foreach (var line in alert.Lines)
            {
                var truth = Truth.True;
                string? reached = null, unclear = null, not = null;
                foreach (var test in line.Tests)
                {
                    var one = JudgeBurn(test, now, burns);
                    truth = truth.And(one.Truth);
                    if (one.Truth == Truth.True) reached = reached is null ? one.Reason : $"{reached}; {one.Reason}";
                    else if (one.Truth == Truth.Unknown) unclear ??= one.Reason;
                    else not ??= one.Reason;
                }
                fires = fires.Or(truth);
                if (truth == Truth.True) firing ??= reached;
                else if (truth == Truth.Unknown) unknown ??= unclear;
                else quiet ??= not;
            }
            var told = fires switch
            {
                Truth.True => new AlertLine(alert.Name, AlertState.Firing, firing!),
                Truth.False => new AlertLine(alert.Name, AlertState.Quiet, quiet ?? ""),
                _ => new AlertLine(alert.Name, AlertState.Unknown, unknown!),
            };
            alerts.Add(told with { Burns = [.. burns] });
        }
        return alerts.MoveToImmutable();
    }

    private (Truth Truth, string Reason) JudgeBurn(BurnTest test, long now, List<BurnFigures> burns)
    {
        var plan = _plan.Objectives[test.Objective];
        if (plan.Undecidable is { } why || plan.Share.Allowed is not { } allowed) return (Truth.Unknown, plan.Undecidable ?? $"{plan.Objective.Text} has no budget");
        var end = EndOfBurn(plan, now);
        var begin = end - Math.Max(test.Window.Nanoseconds / 1000, plan.Slice);
        var figures = FiguresOf(plan, new Reach(Math.Max(_since, begin), Math.Min(end, now + 1), begin, end), now);
        var rule = BurnRule.Of(test, allowed);
        var bad = figures.Sum is { } sum ? Fraction.Of(figures.Counted) - sum : Fraction.Of(figures.Counted - figures.Satisfying);
        if (!burns.Exists(known => known.Objective == plan.Objective.Text && known.Window == test.Window)) burns.Add(new BurnFigures(plan.Objective.Text, test.Window, bad, figures.Counted, figures.Open));
        var word = plan.Objective.Unit;
        string Burn() => $"over {test.Window} the budget burns {(bad / (allowed * Fraction.Of(figures.Counted))).ToWords(1)} times as fast as it may ({bad.ToWords(1)} of {VerdictWords.Plural(figures.Counted, word)} bad)";
        if (figures.Counted == 0)
            return figures.NotInForce > 0 && figures.Due == 0 ? (Truth.False, $"over {test.Window} it was not in force") : (Truth.Unknown, $"over {test.Window} no {word} saw anything");
        var isReached = rule.IsReached(bad, figures.Counted + figures.Open);
        // A regime may just have begun: of a window that holds a look or two of it, one bad look is a large share.
        if (isReached && plan.SliceTrack < 0 && _regime != Regime.Any && figures.BadLooks < Checks.Max(check => check.Confirm.Count)) return (Truth.Unknown, $"{Burn()}, which are too few looks of this regime");
        if (isReached) return (Truth.True, Burn());
        if (rule.IsReached(bad, figures.Counted)) return (Truth.Unknown, $"{Burn()}, but {VerdictWords.Plural(figures.Open, word)} missing may still mend it");
        if (!figures.IsCovered) return (Truth.Unknown, $"over {test.Window} only {VerdictWords.Figure(figures.Counted - figures.Assumed)} of {VerdictWords.Plural(figures.Due, word)} due saw anything");
        return (Truth.False, Burn());
    }

    /// <summary>
    /// Where the windows of an alert end. Of slices they hold whole ones: up to the last that is over, for one as long as a slice would else hold only the one that runs, which is never good
    /// yet; and the one that runs too as soon as it is bad.
    /// </summary>
    private long EndOfBurn(ObjectivePlan plan, long now)
    {
        if (plan.SliceTrack < 0) return now + 1;
        if (plan.IsRecounted) return LastFinished(plan, now);
        var running = now - FloorMod(now, plan.Slice);
        return _tracks[plan.SliceTrack].Count(Math.Max(_since, running), now + 1, 0).Bad > 0 ? running + plan.Slice : running;
    }
}
