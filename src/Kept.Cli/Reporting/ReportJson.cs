using System.Collections.Immutable;
using System.Text.Json;
using Kept.Judging;
using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>Reports as stable JSON. Counts are integers, fractions text (<c>5/2</c>), times whole nanoseconds.</summary>
internal static class ReportJson
{
    public static void Write(Utf8JsonWriter json, PromiseReport report)
    {
        json.WriteString("promise", report.Promise.Name.ToString());
        json.WriteString("version", report.Promise.Version);
        json.WriteString("from", report.From.ToString());
        json.WriteString("to", report.To.ToString());
        if (report.TermsSince is { } since) json.WriteString("termsSince", since.ToString());
        json.WriteString("promised", report.Promise.Accounting.ToString());
        json.WriteStartArray("checks");
        for (var i = 0; i < report.Checks.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("check", report.Promise.Checks[i].Name);
            json.WriteNumber("good", report.Checks[i].Good);
            json.WriteNumber("bad", report.Checks[i].Bad);
            json.WriteNumber("notInForce", report.Checks[i].NotInForce);
            json.WriteNumber("conditionUnknown", report.Checks[i].ConditionUnknown);
            json.WriteStartObject("gaps");
            foreach (var (cause, count) in report.Checks[i].Gaps) json.WriteNumber(cause.ToString().ToLowerInvariant(), count);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (report.ByRegime.Count > 0)
        {
            json.WriteStartObject("looksByRegime");
            foreach (var (regime, looks) in report.ByRegime) json.WriteNumber(regime, looks);
            json.WriteEndObject();
        }
        json.WriteStartArray("accountings");
        foreach (var counted in report.Others.Prepend(report.Asked))
        {
            json.WriteStartObject();
            json.WriteString("accounting", counted.Accounting.ToString());
            json.WriteStartArray("objectives");
            foreach (var (regime, lines) in counted.Groups)
                foreach (var line in lines) Write(json, line, regime);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, VerdictLine line, string? regime)
    {
        json.WriteStartObject();
        json.WriteString("text", line.Text);
        if (regime is not null) json.WriteString("regime", regime);
        json.WriteString("outcome", line.Outcome.Wire());
        json.WriteString("reason", line.Reason);
        json.WriteNumber("good", line.Good);
        if (line.Sum is { } sum) json.WriteString("sum", sum.ToString());
        json.WriteNumber("counted", line.Counted);
        json.WriteNumber("assumed", line.Assumed);
        json.WriteNumber("due", line.Due);
        json.WriteNumber("notInForce", line.NotInForce);
        json.WriteNumber("open", line.Open);
        if (!line.Parts.IsEmpty)
        {
            json.WriteStartArray("parts");
            foreach (var part in line.Parts)
            {
                json.WriteStartObject();
                json.WriteString("check", part.Check);
                json.WriteNumber("points", part.Points);
                json.WriteNumber("good", part.Good);
                json.WriteNumber("counted", part.Counted);
                json.WriteNumber("assumed", part.Assumed);
                json.WriteNumber("due", part.Due);
                json.WriteBoolean("covered", part.IsCovered);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (line.Budget is { } budget)
        {
            json.WriteStartObject("budget");
            json.WriteString("allowed", budget.Allowed.ToString());
            json.WriteString("spent", budget.Spent.ToString());
            json.WriteString("left", budget.Left.ToString());
            json.WriteNumber("allowedNanoseconds", budget.AllowedTime.Nanoseconds);
            json.WriteNumber("spentNanoseconds", budget.SpentTime.Nanoseconds);
            json.WriteNumber("leftNanoseconds", budget.LeftTime.Nanoseconds);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The member <c>feasibility</c> of an object that is being written.</summary>
    public static void Write(Utf8JsonWriter json, Agent agent, Promise promise, ImmutableArray<BurnFeasibility> alerts, Instant now)
    {
        json.WriteStartObject("feasibility");
        json.WriteStartArray("objectives");
        foreach (var objective in Feasibility.OfObjectives(promise))
        {
            json.WriteStartObject();
            json.WriteString("text", objective.Objective.Text);
            json.WriteString("unit", objective.Unit);
            json.WriteNumber("holds", objective.Holds);
            json.WriteNumber("eachNanoseconds", objective.Each.Nanoseconds);
            if (objective.Bears is { } bears) json.WriteNumber("bears", bears);
            json.WriteNumber("neededForKept", objective.NeededForKept);
            json.WriteNumber("holdsAtMost", objective.HoldsAtMost);
            if (objective.NeededForConfidence is { } needed) json.WriteNumber("neededForConfidence", needed);
            json.WriteBoolean("breaksByOne", objective.BreaksByOne);
            json.WriteNumber("untilBrokenNanoseconds", objective.UntilBroken.Nanoseconds);
            if (!promise.Regimes.IsEmpty) WriteExpected(json, RegimeFeasibility.OfWindow(agent, promise, objective.Objective, now));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("alerts");
        foreach (var line in alerts)
        {
            json.WriteStartObject();
            json.WriteString("alert", line.Alert);
            json.WriteString("line", line.Line.Text);
            json.WriteBoolean("canFire", line.CanFire);
            if (!promise.Regimes.IsEmpty && RegimeFeasibility.TooFew(agent, promise, line.Line, now) is { IsEmpty: false } few)
            {
                json.WriteStartArray("neverInRegimes");
                foreach (var regime in few) json.WriteStringValue(regime.Regime);
                json.WriteEndArray();
            }
            if (line.CanFire)
            {
                json.WriteNumber("needed", line.Needed);
                json.WriteBoolean("firesOnOne", line.FiresOnOne);
                json.WriteNumber("soonestNanoseconds", line.Soonest.Nanoseconds);
                json.WriteNumber("latestNanoseconds", line.Latest.Nanoseconds);
                if (line.Confirmations > 1) json.WriteNumber("confirmations", line.Confirmations);
                if (line.Noise is { } noise) json.WriteString("noise", noise.ToString()); // where looks must be confirmed: before that, and the chance is a bound
                // a tail is a number of 160 bits over a power of two: as "one moment of so many" it can be read
                if (line.FalsePage is { Numerator.IsZero: false } chance) json.WriteString("oneMomentOf", (Fraction.Of(1) / chance).ToWords(3));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteExpected(Utf8JsonWriter json, ImmutableArray<RegimeLooks> regimes)
    {
        json.WriteStartArray("regimes");
        foreach (var regime in regimes)
        {
            json.WriteStartObject();
            json.WriteString("regime", regime.Regime);
            json.WriteNumber("looksAtLeast", regime.Least);
            json.WriteNumber("looksAtMost", regime.Most);
            json.WriteBoolean("byCalendar", regime.IsByTime);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
