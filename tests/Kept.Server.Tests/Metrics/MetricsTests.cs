using System.IO.Pipelines;
using System.Text.RegularExpressions;
using Kept.Model;
using Kept.Server.Metrics;
using Kept.TestKit;
using Xunit;

namespace Kept.Server.Tests;

public partial class MetricsTests
{
    [Fact]
    public async Task Metrics_keep_their_form()
    {
        await using var web = await RunningWeb.StartAsync();
        using var answer = await web.Client.GetAsync("/metrics");
        Assert.Equal(OpenMetrics.ContentType, answer.Content.Headers.ContentType?.ToString());
        Snapshot.Matches(BuildVersion().Replace(await answer.Content.ReadAsStringAsync(), "version=\"V\""));
    }

    [Fact]
    public async Task Metrics_are_open_metrics_whatever_stands_in_a_label()
    {
        var house = new MadeHouse();
        var poisoned = house.View.Promises[0];
        house.Replace(house.View with { Promises = [.. house.View.Promises, poisoned with { Promise = poisoned.Promise with { Name = new PromiseName("a\"b\\c\nd", "é", 1) } }] });
        await using var web = await RunningWeb.StartAsync(house);
        var samples = Parse(await web.GetAsync("/metrics"));
        Assert.Contains(samples, sample => sample.Labels.GetValueOrDefault("agent") == "a\"b\\c\nd");
        var states = samples.Where(sample => sample.Name == "kept_promise_outcome").GroupBy(sample => (sample.Labels["agent"], sample.Labels["promise"]));
        Assert.All(states, set => Assert.Equal(1, set.Sum(sample => sample.Value)));
        Assert.Equal(house.View.Promises.Length, states.Count());
    }

    /// <summary>Each window once, however many alerts look at it; good, bad and missing add up to what rules compare with.</summary>
    [Fact]
    public async Task Burns_of_alerts_are_told_once_for_each_window()
    {
        var house = new MadeHouse();
        var (hour, minutes) = (new BurnFigures("availability >= 99% over 7d", Duration.Hours(1), Fraction.Of(6), 360, 4), new BurnFigures("availability >= 99% over 7d", Duration.Minutes(5), new Fraction(1, 3), 30, 0));
        house.Replace(house.View with
        {
            Promises = [.. house.View.Promises.Select((view, index) => index > 0 ? view : view with
            {
                Verdict = view.Verdict with { Alerts = [new AlertLine("page", AlertState.Firing, "") { Burns = [hour, minutes] }, new AlertLine("ticket", AlertState.Quiet, "") { Burns = [hour] }] },
            })],
        });
        await using var web = await RunningWeb.StartAsync(house);
        var samples = Parse(await web.GetAsync("/metrics")).Where(sample => sample.Name.StartsWith("kept_burn_", StringComparison.Ordinal)).ToDictionary(sample => $"{sample.Name} {sample.Labels["window"]} {sample.Labels["objective"]}", sample => sample.Value);
        Assert.Equal(6, samples.Count);
        Assert.Equal((354, 6, 4), (samples["kept_burn_good 1h availability >= 99% over 7d"], samples["kept_burn_bad 1h availability >= 99% over 7d"], samples["kept_burn_gap 1h availability >= 99% over 7d"]));
        Assert.Equal(0.333333333, samples["kept_burn_bad 5m availability >= 99% over 7d"], 9);
        Assert.Equal(29.666666667, samples["kept_burn_good 5m availability >= 99% over 7d"], 9);
    }

    [Fact]
    public async Task Ten_thousand_promises_are_written_as_they_go()
    {
        var house = new MadeHouse();
        var one = house.View.Promises[0];
        var view = house.View with { Promises = [.. Enumerable.Range(1, 10_000).Select(i => one with { Promise = one.Promise with { Name = new PromiseName("live-show", "p" + i, 1) } })] };
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024));
        var writing = MetricsPage.WriteAsync(pipe.Writer, view, TestContext.Current.CancellationToken);
        long bytes = 0;
        while (true)
        {
            var read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            bytes += read.Buffer.Length;
            pipe.Reader.AdvanceTo(read.Buffer.End);
            if (writing.IsCompleted && read.Buffer.IsEmpty) break;
            if (writing.IsCompleted) await pipe.Writer.CompleteAsync();
            if (read.IsCompleted) break;
        }
        await writing;
        Assert.True(bytes > 5_000_000, bytes.ToString());
    }

    internal sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);

    /// <summary>A strict reader of the parts of OpenMetrics 1.0 that are written here: order of descriptors, families together, names, escapes, no duplicate, EOF.</summary>
    internal static List<Sample> Parse(string text)
    {
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        var samples = new List<Sample>();
        var families = new HashSet<string>();
        var seen = new HashSet<string>();
        string family = "", type = "", unit = "";
        var stage = 0;
        foreach (var line in text.Split('\n')[..^2])
        {
            Assert.NotEmpty(line);
            if (line.StartsWith('#'))
            {
                var words = line.Split(' ', 4);
                if (words[1] == "TYPE")
                {
                    Assert.True(families.Add(words[2]), "a family twice: " + words[2]);
                    (family, type, unit, stage) = (words[2], words[3], "", 1);
                    Assert.Contains(type, new[] { "gauge", "counter", "stateset", "info" });
                }
                else if (words[1] == "UNIT")
                {
                    Assert.Equal((1, family), (stage, words[2]));
                    unit = words[3];
                    Assert.EndsWith("_" + unit, family, StringComparison.Ordinal);
                }
                else
                {
                    Assert.Equal("HELP", words[1]);
                    Assert.Equal(family, words[2]);
                }
                continue;
            }
            stage = 2;
            var match = SampleLine().Match(line);
            Assert.True(match.Success, line);
            var name = match.Groups["name"].Value;
            Assert.Equal(type switch { "counter" => family + "_total", "info" => family + "_info", _ => family }, name);
            var labels = LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(pair => pair.Groups[1].Value,
                pair => pair.Groups[2].Value.Replace("\\n", "\n").Replace("\\\"", "\"").Replace("\\\\", "\\"));
            Assert.True(seen.Add(name + "{" + match.Groups["labels"].Value + "}"), "a sample twice: " + line);
            samples.Add(new Sample(name, labels, double.Parse(match.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        }
        return samples;
    }

    [GeneratedRegex("version=\"[^\"]*\"")]
    private static partial Regex BuildVersion();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="(\\[\\"n]|[^\\"\n])*",?)+)\})? (?<value>-?[0-9]+(\.[0-9]+)?)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\[\\"n]|[^\\"\n])*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LabelPair();
}
