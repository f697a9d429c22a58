using CsCheck;
using Kept.Import.Slo;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>Files of objectives are hostile: nothing throws, nothing unfolds, whatever is written loads, and no figure is taken for another.</summary>
public sealed class HostileObjectivesTests
{
    private static readonly string[] Tools = ["openslo", "sloth", "pyrra"];

    public static TheoryData<string> Names() => [.. Tools];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_none_of_its_files_is_told_and_nothing_is_written(string tool)
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(c => $"{c}: &{c} [{string.Join(',', Enumerable.Repeat("*" + (char)(c - 1), 9))}]\n"));
        foreach (var text in (string[])["", "\0", "- a\n- [b]\n", "5\n", new string('[', 5_000), bomb, "a: *nowhere\n", "version: prometheus/v2\n", "apiVersion: openslo/v1\nkind: [SLO]\n", "kind: ServiceLevelObjective\nspec: 5\n", "apiVersion: openslo/v1\nkind: SLO\nmetadata: x\nspec: { objectives: { a: b }, timeWindow: 3, indicator: [ 1 ] }\n",
            "version: prometheus/v1\nslos: [ 1, [ 2 ], { name: { a: b }, sli: [ x ], alerting: 4, objective: { } } ]\n", "kind: ServiceLevelObjective\nspec: { target: [ 1 ], window: { }, indicator: { ratio: 4, latency: [ ] } }\n", "x: " + new string('a', 10_000_000)])
        {
            var reading = Importing.Of(tool, text);
            Assert.NotEmpty(reading.Findings);
            Assert.Empty(reading.Documents);
        }
    }

    /// <summary>Targets that are none; each is refused in words, and none becomes a wish that anything meets.</summary>
    [Theory]
    [InlineData("NaN"), InlineData(".nan"), InlineData("Infinity"), InlineData("-.inf"), InlineData("1e999"), InlineData("0x1"), InlineData("-1"), InlineData("101"), InlineData("0"), InlineData("0.0"), InlineData("ninety"), InlineData("''"), InlineData("1_0"), InlineData("0.00000000000000000000000000000000000001")]
    public void A_target_that_promises_nothing_is_not_carried(string target)
    {
        var sloth = Importing.Of("sloth", $"version: prometheus/v1\nservice: s\nslos: [ {{ name: n, objective: {target}, sli: {{ events: {{ error_query: 'e[{{{{.window}}}}]', total_query: 't[{{{{.window}}}}]' }} }} }} ]\n");
        var pyrra = Importing.Of("pyrra", $"kind: ServiceLevelObjective\nmetadata: {{ name: n }}\nspec: {{ target: {target}, window: 4w, indicator: {{ bool_gauge: {{ metric: up }} }} }}\n");
        var openslo = Importing.Of("openslo", $"apiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: n }}\nspec: {{ service: s, budgetingMethod: Occurrences, indicator: {{ metadata: {{ name: i }}, spec: {{ thresholdMetric: {{ metricSource: {{ type: Prometheus, spec: {{ query: up }} }} }} }} }}, objectives: [ {{ op: gte, value: 1, target: {target} }} ] }}\n");
        foreach (var reading in (ImportReading[])[sloth, pyrra, openslo])
        {
            Assert.Empty(reading.Documents);
            Assert.Contains(reading.Findings, finding => finding.Kind is FindingKind.Lost or FindingKind.Hollow);
        }
    }

    [Theory]
    [InlineData("../../etc/passwd"), InlineData("a/../b"), InlineData("C:\\x"), InlineData("kept: 1"), InlineData("\"\\u0000\""), InlineData("名前"), InlineData("...")]
    public void A_name_is_only_a_name(string name)
    {
        var quoted = name.StartsWith('"') ? name : $"'{name}'";
        var slo = $"  - {{ name: {quoted}, objective: 99, sli: {{ events: {{ error_query: 'e[{{{{.window}}}}]', total_query: 't[{{{{.window}}}}]' }} }} }}\n";
        var reading = Importing.Of("sloth", $"version: prometheus/v1\nservice: {quoted}\nslos:\n{slo}{slo}");
        Assert.All(reading.Documents, document => Assert.Equal("watch.kept.yaml", document.Path));
        // two of one name are both carried, each under its own
        Assert.Equal(reading.Carried, reading.Checks.Where(check => check.Wish is not null).Select(check => check.Wish).Distinct().Count());
    }

    /// <summary>Pieces of real files in any order, cut anywhere: <see cref="Importing.Of(string, string, ValueTuple{string, string}[])"/> holds that what comes out loads.</summary>
    [Theory]
    [InlineData("openslo", "OpenSlo", "checkout.yaml"), InlineData("sloth", "Sloth", "service.yaml"), InlineData("pyrra", "Pyrra", "objectives.yaml")]
    public void Cut_and_mixed_files_never_throw(string tool, string folder, string file)
    {
        var lines = Importing.Case(folder, file).Split('\n');
        Gen.Select(Gen.Int[0, lines.Length - 1].Array[1, 60], Gen.Int[0, 100]).Sample((picked, cut) =>
        {
            var text = string.Join('\n', picked.Order().Select(index => lines[index]));
            Importing.Of(tool, text[..Math.Max(0, text.Length - cut)]);
            return true;
        }, iter: 100);
    }

    /// <summary>A secret of ours is never asked for because a query of theirs looks like one.</summary>
    [Fact]
    public void A_query_reads_no_secret_of_ours()
    {
        var reading = Importing.Of("pyrra", "kind: ServiceLevelObjective\nmetadata: { name: n }\nspec: { target: '99', window: 4w, indicator: { bool_gauge: { metric: 'up{a=\"${env:AWS_SECRET}\"}' } } }\n");
        Assert.Empty(reading.Documents);
        Assert.Contains(reading.Findings, finding => finding.Message.Contains("is plain text there", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sum(a) # c\n+ b", "sum(a) + b")]
    [InlineData("a{b=\"# no )comment\"}", "a{b=\"# no )comment\"}")]
    [InlineData("a{b='\\'('}\n", "a{b='\\'('}")]
    [InlineData("a[5m]) or (b", null)]
    [InlineData("a{b=\"x}", null)]
    [InlineData("(a]", null)]
    [InlineData("  ", null)]
    public void A_query_is_put_on_one_line_or_refused(string query, string? line) => Assert.Equal(line, PromQl.OneLine(query));

    /// <summary>What a count is made of is found again in its text.</summary>
    [Theory]
    [InlineData("sum(a{b=\"(\"})", "Counter", "sum(increase(a{b=\"(\"}[5m]))")]
    [InlineData("sum(a) + sum(b)", "Counter", "sum(increase((sum(a) + sum(b))[5m:1m]))")]
    [InlineData("a", "Gauge", "sum(sum_over_time(a[5m]))")]
    [InlineData("a / b", "Gauge", "sum(sum_over_time((a / b)[5m:1m]))")]
    public void A_count_is_read_back(string query, string form, string text)
    {
        var asked = new SloQuery(query, Enum.Parse<QueryForm>(form));
        Assert.Equal(text, asked.Over(Kept.Model.Duration.Minutes(5)));
        Assert.Equal((asked, "5m"), SloQuery.Read(text));
    }
}
