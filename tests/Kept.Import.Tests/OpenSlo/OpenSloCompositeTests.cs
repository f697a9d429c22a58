using Kept.Checks;
using Kept.Language;
using Xunit;

namespace Kept.Import.Tests.OpenSlo;

/// <summary>Parts of a composite are read and told as any other objective is, and what OpenSLO leaves open is told.</summary>
public sealed class OpenSloCompositeTests
{
    private static string Events(string name) => $"indicator: {{ metadata: {{ name: {name} }}, spec: {{ ratioMetric: {{ counter: true, good: {{ metricSource: {{ type: Prometheus, spec: {{ query: 'sum({name}_total{{ok=\"1\"}})' }} }} }}, total: {{ metricSource: {{ type: Prometheus, spec: {{ query: sum({name}_total) }} }} }} }} }} }}";

    private static string Value(string name) => $"indicator: {{ metadata: {{ name: {name} }}, spec: {{ thresholdMetric: {{ metricSource: {{ type: Prometheus, spec: {{ query: max({name}) }} }} }} }} }}";

    private static ImportReading Read(string method, params string[] objectives) =>
        Importing.Of("openslo", $"apiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: names }}\nspec:\n  service: bank\n  timeWindow: [ {{ duration: 28d, isRolling: true }} ]\n  budgetingMethod: {method}\n  objectives:\n{string.Concat(objectives.Select(objective => $"    - {{ {objective} }}\n"))}");

    [Theory]
    [InlineData("Occurrences", "", true, "bad events are added up by weight, so a part with many events weighs more")]
    [InlineData("RatioTimeslices", ", timeSliceWindow: 5m", true, "bad events are added up by weight, so a part with many events weighs more in each slice")]
    [InlineData("Timeslices", ", timeSliceWindow: 5m, timeSliceTarget: 0.9", true, "bad looks are added up by weight, so a part with fewer looks weighs less")]
    [InlineData("Occurrences", ", op: lte, value: 2", false, "bad looks are added up by weight, so a part with fewer looks weighs less")]
    public void The_meaning_of_weights_that_is_taken_is_told(string method, string keys, bool ofEvents, string told)
    {
        string Of(string name) => ofEvents ? Events(name) : Value(name);
        var reading = Read(method, $"target: 0.99, {Of("card")}{keys}", $"target: 0.99, compositeWeight: 3, {Of("pin")}{keys}");
        Assert.Equal(Fate.Whole, Assert.Single(reading.Checks).Fate);
        var finding = Assert.Single(reading.Findings, finding => finding.Message.StartsWith("OpenSLO does not say how weights count", StringComparison.Ordinal));
        Assert.Equal((ImportCodes.Different, FindingKind.Changed, "names", $"OpenSLO does not say how weights count: here {told}"), (finding.Code, finding.Kind, finding.Subject, finding.Message));
    }

    /// <summary>The same keys do the same nothing, whether an objective is alone or a part.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Keys_that_do_nothing_are_told_of_parts_too(int parts)
    {
        var reading = Read("Occurrences", [.. Enumerable.Range(1, parts).Select(n => $"target: 0.99, op: lte, value: 3, timeSliceWindow: 5m, timeSliceTarget: 0.9, {Events("card" + n)}")]);
        Assert.Equal(1, reading.Carried);
        foreach (var key in (string[])["op", "value", "timeSliceWindow", "timeSliceTarget"])
            Assert.Equal(parts, reading.Findings.Count(finding => finding.Kind == FindingKind.UnknownKey && finding.Message.StartsWith($"`{key}` is read only", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_two_targets_one_is_taken_and_told_and_the_parts_stay_together()
    {
        var reading = Read("Occurrences", $"displayName: card, target: 0.99, targetPercent: 99, {Events("card")}", $"target: 0.99, {Events("pin")}");
        Assert.Equal(("names", Fate.Partly), (Assert.Single(reading.Checks).Name, reading.Checks[0].Fate));
        var lost = Assert.Single(reading.Findings, finding => finding.Kind == FindingKind.Lost);
        Assert.Equal(("names/card", "either `target` or `targetPercent` is allowed: `target` is taken"), (lost.Subject, lost.Message));
    }

    [Fact]
    public void A_part_without_an_indicator_is_told_as_that()
    {
        var reading = Read("Occurrences", $"target: 0.99, {Events("card")}", "target: 0.99, displayName: nothing");
        Assert.Equal([("names/1", Fate.Partly), ("names/nothing", Fate.NotCarried)], reading.Checks.Select(check => (check.Name, check.Fate)));
        Assert.Contains(reading.Findings, finding => finding.Subject == "names/1" && finding.Message.Contains("a part has no indicator that could be read", StringComparison.Ordinal));
        Assert.Contains(reading.Findings, finding => finding.Subject == "names/nothing" && finding.Message.StartsWith("it has no indicator that could be read", StringComparison.Ordinal));
        Assert.DoesNotContain(reading.Findings, finding => finding.Message.Contains("another source", StringComparison.Ordinal));
    }

    /// <summary>Each part lost that it was one of a budget; what is told of its indicator is told of it.</summary>
    [Fact]
    public void Parts_that_fall_apart_are_not_whole()
    {
        var reading = Read("Occurrences", $"displayName: latency, target: 0.99, op: lte, value: 2, {Value("latency")}", $"target: 0.9, op: lte, value: 2, {Value("queue")}");
        Assert.Equal([("names/latency", Fate.Partly), ("names/2", Fate.Partly)], reading.Checks.Select(check => (check.Name, check.Fate)));
        Assert.Equal(["names/latency", "names/2"], reading.Findings.Where(finding => finding.Message.Contains("different targets", StringComparison.Ordinal)).Select(finding => finding.Subject));
        Assert.Equal(["names/latency", "names/2"], reading.Findings.Where(finding => finding.Message.StartsWith("nothing says where your Prometheus is", StringComparison.Ordinal)).Select(finding => finding.Subject));
    }

    [Theory]
    [InlineData("333.33", false)]
    [InlineData("3", true)]
    public void Weights_that_are_too_fine_for_an_exact_mean_make_no_document_that_is_refused(string weight, bool isOne)
    {
        string Part(string name, string weight) => $"displayName: {name}, compositeWeight: {weight}, target: 0.99, op: lte, value: 2, timeSliceWindow: 1m, {Value(name)}";
        var reading = Read("RatioTimeslices", Part("latency", weight), Part("queue", "1"));
        Assert.Equal(isOne ? 1 : 2, reading.Checks.Length);
        Assert.Equal(!isOne, reading.Findings.Any(finding => finding.Message.Contains("too fine for an exact mean", StringComparison.Ordinal)));
        var documents = HouseReader.Read([.. reading.Documents], "imported", CheckCatalog.Kinds);
        Assert.NotNull(documents.House);
    }

    /// <summary>A sum that only looks like one of ours is not exported as a composite.</summary>
    [Theory]
    [InlineData("2 * (sum(increase(a[30d])))", true)]
    [InlineData("3 * (sum(increase(a[30d])))", false)]
    [InlineData("2 * (sum(increase(a[7d])))", false)]
    [InlineData("2 * ((sum(increase(d[30d]))) - (sum(increase(a[30d]))))", false)]
    public void Only_weighted_sums_of_the_same_weights_and_stretches_go_back(string first, bool goes)
    {
        var export = Exporting.Of("openslo", $"kept: 1\nagent: watch\nkind: team\nuntil: 2099-12-31\nrelies-on:\n  bank:\n    wishes:\n      events:\n        check:\n          prometheus: '({first} + (sum(increase(b[30d])))) / (2 * (sum(increase(c[30d]))) + (sum(increase(d[30d])))) at http://localhost:9090'\n          every: 5m\n          confirm: 1 of 1\n          expect: [ value >= 0.99 ]\n");
        Assert.Equal(goes ? 1 : 0, export.Written);
        Assert.Equal(goes, Exporting.Text(export).Contains("compositeWeight: 2", StringComparison.Ordinal));
        Assert.Equal(!goes, export.Findings.Any(finding => finding.Message.StartsWith("it has no objective", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_hollow_in_one_indicator_of_several_objectives_is_hollow_in_each()
    {
        const string Text = "apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: names }\nspec:\n  service: bank\n  indicator: { metadata: { name: i }, spec: { ratioMetric: { counter: true, good: { metricSource: { type: Prometheus, spec: { query: sum(x_total) } } }, total: { metricSource: { type: Prometheus, spec: { query: sum(x_total) } } } } } }\n  timeWindow: [ { duration: 28d, isRolling: true } ]\n  budgetingMethod: Occurrences\n  objectives: [ { target: 0.9 }, { target: 0.99 } ]\n";
        Assert.Equal([Fate.Hollow, Fate.Hollow], Importing.Of("openslo", Text).Checks.Select(check => check.Fate));
    }
}
