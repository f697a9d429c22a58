using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Judging;
using Kept.Language;
using Kept.Model;

namespace Kept.Import.Exporting.Prometheus;

/// <summary>
/// The alerts of every promise as rules for Prometheus, over what Kept's /metrics says of their windows. A rule compares whole numbers, as Kept does: a burn of 14.4 over a
/// target of 99.9 % is 9 bad of 625, and so it fires in the same look. What can never fire is not written.
/// </summary>
internal static class PrometheusRulesExport
{
    public static readonly ExportTool Tool = new("prometheus-rules", "Prometheus", "recording and alerting rules over Kept's /metrics, one group for each promise with alerts", Write);

    private static ImmutableArray<DocumentFile> Write(House house, Losses losses, ExportTally tally)
    {
        var groups = new YamlLines();
        foreach (var promise in house.Promises)
        {
            var subject = promise.Name.ToString();
            if (promise.Alerts.IsDefaultOrEmpty)
            {
                tally.All++;
                losses.NotExported(promise.At, subject, promise.IsWish ? "a wish has no alerts" : "it has no alerts", promise.IsWish ? "alert on kept_promise_outcome{kept_promise_outcome=\"kept\"} == 0" : "alerts: { page: burn >= 14.4 over 1h and burn >= 14.4 over 5m }");
                continue;
            }
            tally.All += promise.Alerts.Length;
            var able = Feasibility.OfAlerts(promise);
            var alerts = promise.Alerts.Select(alert => (Alert: alert, Lines: Able(promise, alert, able, losses))).Where(one => one.Lines.Count > 0).ToList();
            if (alerts.Count == 0) continue;
            tally.Written += alerts.Count;
            Group(groups, promise, alerts);
        }
        if (tally.Written == 0) return [];
        var head = new YamlLines().Comment("Written by `kept export prometheus-rules`. Prometheus has to read /metrics of Kept. Kept itself says the same on its page and in its API.")
            .Line(0, "groups:").Line(1, "- name: kept").Line(2, "rules:").Line(3, "- alert: KeptSaysNothing").Line(4, "expr: absent(kept_start_timestamp_seconds)").Line(4, "for: 5m").Line(4, "labels:").Line(5, "severity: page").Line(4, "annotations:")
            .Text(5, "summary", "Nobody reads what Kept says, so none of its alerts can fire.");
        return [new DocumentFile("kept.rules.yml", Encoding.UTF8.GetBytes(head.ToString() + groups))];
    }

    /// <summary>The lines of an alert that a failure can reach; the others are told.</summary>
    private static List<BurnLine> Able(Promise promise, Alert alert, ImmutableArray<BurnFeasibility> able, Losses losses)
    {
        var (subject, lines) = (promise.Name.ToString(), new List<BurnLine>());
        foreach (var line in alert.Lines)
        {
            if (able.FirstOrDefault(one => ReferenceEquals(one.Line, line)) is not { } one)
                losses.NotExported(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}` is about an objective that no look decides");
            else if (!one.CanFire)
                losses.CannotFire(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}` can never fire, so it is not written", "a lower burn: `kept check` tells how low (B01)");
            else
            {
                if (one.FiresOnOne) losses.Differs(line.At, subject, $"one failed {(one.Unit == "point" ? "look" : one.Unit)} fires `{line.Text}` of the alert `{alert.Name}`, there as here", "more looks, a longer window, or a higher burn (B02)");
                lines.Add(line);
            }
        }
        return lines;
    }

    private static void Group(YamlLines groups, Promise promise, List<(Alert Alert, List<BurnLine> Lines)> alerts)
    {
        groups.Line(1, "- name: " + YamlLines.Quoted($"kept {promise.Name}")).Line(2, "rules:");
        foreach (var test in alerts.SelectMany(alert => alert.Lines).SelectMany(line => line.Tests).DistinctBy(test => (test.Objective, test.Window)))
        {
            var allowed = AllowedBy(promise, test);
            groups.Line(3, "- record: kept:burn:ratio").Text(4, "expr", $"({Figure("bad", promise, test)} / ({Figure("good", promise, test)} + {Figure("bad", promise, test)})) * {Whole(allowed.Denominator)} / {Whole(allowed.Numerator)}");
        }
        foreach (var (alert, lines) in alerts)
            groups.Line(3, "- alert: KeptErrorBudgetBurns").Text(4, "expr", Expression(promise, lines)).Line(4, "labels:").Text(5, "severity", alert.Name).Text(5, "alert", alert.Name).Line(4, "annotations:")
                .Text(5, "summary", $"{promise.Name}: the error budget burns too fast").Text(5, "description", string.Join(" or ", lines.Select(line => line.Text)));
    }

    /// <summary>One line suffices; of a line every window must burn. What the windows differ in is left out before anything is joined.</summary>
    private static string Expression(Promise promise, List<BurnLine> lines)
    {
        var each = lines.Select(line => string.Join(" and ignoring (window, objective) ", line.Tests.Select(test => $"({Burns(promise, test)})"))).ToList();
        return $"max by (agent, promise, standing) ({(each.Count == 1 ? each[0] : string.Join(" or ", each.Select(one => $"({one})")))})";
    }

    /// <summary>So many bad of so many are at least factor times what may be, also if all that is missing were good: in whole numbers.</summary>
    private static string Burns(Promise promise, BurnTest test)
    {
        var level = Fraction.Of(test.Factor) * AllowedBy(promise, test);
        var all = $"({Figure("good", promise, test)} + {Figure("bad", promise, test)} + {Figure("gap", promise, test)})";
        // of a window without a look none of none are bad: that reaches no burn
        var some = test.IsStrict ? "" : $" and {Figure("bad", promise, test)} > 0";
        return $"{Figure("bad", promise, test)} * {Whole(level.Denominator)} {(test.IsStrict ? ">" : ">=")} {all} * {Whole(level.Numerator)}{some}";
    }

    private static string Figure(string what, Promise promise, BurnTest test) =>
        $"kept_burn_{what}{{agent=\"{promise.Name.Agent}\",promise=\"{promise.Name.Short}\",objective=\"{Escaped(promise.Keeps[test.Objective].Text)}\",window=\"{test.Window}\"}}";

    private static Fraction AllowedBy(Promise promise, BurnTest test) => Fraction.Of(1 - ObjectiveTarget.Of(promise.Keeps[test.Objective])!.Value);

    private static string Whole(System.Numerics.BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
