using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using CsCheck;
using Kept.Judging;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Exports;

/// <summary>Rules that fire exactly when Kept says firing, and none that cannot.</summary>
public sealed partial class PrometheusRulesTests
{
    [Fact]
    public void Alerts_become_rules_and_those_that_cannot_fire_do_not() => Snapshot.Matches(Exporting.Shown("prometheus-rules", Exporting.Case("house.kept.yaml")));

    /// <summary>The comparison in the rule, worked out on whole numbers, is Kept's own rule for the burn.</summary>
    [Fact]
    public void A_rule_compares_as_Kept_does()
    {
        Gen.Select(Gen.Int[1, 99_999], Gen.Int[1, 2_000], Gen.Bool).Sample((target, factor, isStrict) =>
        {
            var (share, burn) = (target / 100_000m, factor / 100m);
            var house = House($"availability >= {(share * 100).ToString(CultureInfo.InvariantCulture)}% over 30d", $"burn {(isStrict ? ">" : ">=")} {burn.ToString(CultureInfo.InvariantCulture)} over 1h");
            var text = Exporting.Text(Exporting.Of("prometheus-rules", house));
            var able = Assert.Single(Feasibility.OfAlerts(Assert.Single(Exporting.Read(house).Promises)));
            Assert.Equal(able.CanFire, text.Length > 0);
            if (!able.CanFire) return true;
            var rule = Comparison().Match(text);
            Assert.True(rule.Success, text);
            var (times, of) = (BigInteger.Parse(rule.Groups["times"].Value, CultureInfo.InvariantCulture), BigInteger.Parse(rule.Groups["of"].Value, CultureInfo.InvariantCulture));
            var window = Assert.Single(able.Windows);
            // of all that the window holds, exactly from the least number on that Kept itself says is needed
            for (var bad = Math.Max(1, window.Needed - 2); bad <= Math.Min(window.Holds, window.Needed + 2); bad++)
                Assert.Equal(bad >= window.Needed, isStrict ? bad * times > window.Holds * of : bad * times >= window.Holds * of);
            Assert.Equal(isStrict ? ">" : ">=", rule.Groups["sign"].Value);
            return true;
        }, iter: 200);
    }

    [Fact]
    public async Task Promtool_takes_the_rules_and_they_fire_and_stay_quiet()
    {
        var promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Repository.Require(promtool is not null, "promtool (prometheus)");
        var folder = Directory.CreateTempSubdirectory("kept-rules");
        try
        {
            var rules = Path.Combine(folder.FullName, "kept.rules.yml");
            await File.WriteAllTextAsync(rules, Exporting.Text(Exporting.Of("prometheus-rules", Exporting.Case("house.kept.yaml"))), TestContext.Current.CancellationToken);
            await RunAsync(promtool!, "check", "rules", rules);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "test.yml"), Samples, TestContext.Current.CancellationToken);
            await RunAsync(promtool!, "test", "rules", Path.Combine(folder.FullName, "test.yml"));
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>6 of 360 looks of an hour and 3 of 30 of five minutes burn 99.9 % faster than 14.4 times; the same looks against 1,000 that are missing might still be mended.</summary>
    private const string Samples = """
        rule_files: [ kept.rules.yml ]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - { series: 'kept_start_timestamp_seconds', values: '1x10' }
              - { series: 'kept_burn_good{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="1h"}', values: '354x10' }
              - { series: 'kept_burn_bad{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="1h"}', values: '6x10' }
              - { series: 'kept_burn_gap{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="1h"}', values: '0 0 0 0 0 0 1000x4' }
              - { series: 'kept_burn_good{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="5m"}', values: '27x10' }
              - { series: 'kept_burn_bad{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="5m"}', values: '3x10' }
              - { series: 'kept_burn_gap{agent="till",promise="pay@1",standing="draft",objective="availability >= 99.9% over 30d",window="5m"}', values: '0x10' }
            alert_rule_test:
              - eval_time: 5m
                alertname: KeptErrorBudgetBurns
                exp_alerts:
                  - exp_labels: { severity: page, alert: page, agent: till, promise: pay@1, standing: draft }
                    exp_annotations:
                      summary: 'till/pay@1: the error budget burns too fast'
                      description: burn of availability >= 14.4 over 1h and burn of availability >= 14.4 over 5m or burn of latency >= 6 over 6h
              - { eval_time: 7m, alertname: KeptErrorBudgetBurns, exp_alerts: [] }
              - { eval_time: 7m, alertname: KeptSaysNothing, exp_alerts: [] }
          - interval: 1m
            input_series:
              - { series: 'kept_start_timestamp_seconds', values: '1x10' }
              - { series: 'kept_burn_good{agent="till",promise="page@2",standing="draft",objective="availability >= 90% over 30d",window="1d"}', values: '0x10' }
              - { series: 'kept_burn_bad{agent="till",promise="page@2",standing="draft",objective="availability >= 90% over 30d",window="1d"}', values: '0x10' }
              - { series: 'kept_burn_gap{agent="till",promise="page@2",standing="draft",objective="availability >= 90% over 30d",window="1d"}', values: '0x10' }
            alert_rule_test: [ { eval_time: 5m, alertname: KeptErrorBudgetBurns, exp_alerts: [] } ]
          - interval: 1m
            input_series: []
            alert_rule_test:
              - eval_time: 6m
                alertname: KeptSaysNothing
                exp_alerts:
                  - exp_labels: { severity: page }
                    exp_annotations: { summary: 'Nobody reads what Kept says, so none of its alerts can fire.' }
        """;

    private static string House(string keeps, string burn) => $$"""
        kept: 1
        agent: a
        until: 2099-12-31
        domains: [a.example]
        promises:
          p@1:
            version: 1.0
            benefit: It is there.
            to: anyone
            docs: https://a.example/terms
            notice: 7d
            fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ]
            uses: not disclosed
            keeps: [ {{keeps}} ]
            alerts: { page: '{{burn}}' }
            check: { tcp: 'a.example:1', every: 10s, expect: [ connected ] }
        """;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, await said + await complained);
    }

    [GeneratedRegex(@"kept_burn_bad\{[^}]*\} \* (?<times>[0-9]+) (?<sign>>=?) \(kept_burn_good[^)]*\) \* (?<of>[0-9]+)")]
    private static partial Regex Comparison();
}
