using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Kept.Language.Foreign;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.OpenSlo;

/// <summary>What comes in goes out equal; what goes out is what OpenSLO's own validation takes; what it cannot say is told.</summary>
public sealed partial class OpenSloRoundTripTests
{
    private const string Ratio = "ratioMetric:\n        counter: COUNTER\n        PART: { metricSource: { type: Prometheus, spec: { query: 'sum(http_requests_total{code=~\"2..\"})' } } }\n        total: { metricSource: { type: Prometheus, spec: { query: 'sum(http_requests_total)' } } }";
    private const string Threshold = "thresholdMetric: { metricSource: { type: Prometheus, spec: { query: 'max(queue_length) / 2' } } }";

    private static string Slo(string indicator, string method, string window, string objective) =>
        $"apiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: front }}\nspec:\n  description: What it is for.\n  service: shop\n  indicator:\n    metadata: {{ name: front }}\n    spec:\n      {indicator}\n  timeWindow: [ {window} ]\n  budgetingMethod: {method}\n  objectives: [ {objective} ]\n";

    /// <summary>Every form that is carried, with any target, slice, window.</summary>
    [Fact]
    public void An_objective_comes_back_equal()
    {
        var windows = Gen.OneOf(Gen.Int[1, 400].Select(days => $"{{ duration: {days}d, isRolling: true }}"), Gen.Int[1, 50].Select(weeks => $"{{ duration: {weeks}w, isRolling: true }}"), Gen.Int[2, 90].Select(hours => $"{{ duration: {hours}h, isRolling: true }}"));
        var calendars = Gen.OneOf("1d", "1w", "1M", "1Q", "1Y").Select(unit => $"{{ duration: {unit}, isRolling: false, calendar: {{ startTime: '2024-01-01 00:00:00', timeZone: Europe/Brussels }} }}");
        Gen.Select(Gen.Bool, Gen.OneOf("Occurrences", "Timeslices", "RatioTimeslices"), windows, calendars, Gen.Bool, Gen.Select(Gen.Bool, Gen.OneOf("good", "bad"), Gen.Bool), Gen.Select(Gen.Int[1, 99_999], Gen.Int[1, 1_000], Gen.Int[1, 60], Gen.OneOf("lt", "lte", "gt", "gte")))
            .Sample((isThreshold, method, rolling, calendar, wantsCalendar, form, figures) =>
            {
                var (isCounter, part, asPercent) = form;
                var (target, sliceTarget, slice, op) = figures;
                // Prometheus has no calendar: a ratio is counted by the calendar by slices alone
                var window = wantsCalendar && (isThreshold || method == "Timeslices") ? calendar : rolling;
                var indicator = isThreshold ? Threshold : Ratio.Replace("COUNTER", isCounter ? "true" : "false", StringComparison.Ordinal).Replace("PART", part, StringComparison.Ordinal);
                var share = target / 100_000m;
                var objective = "{ " + (asPercent ? $"targetPercent: {share * 100}" : $"target: {share}") + (isThreshold ? $", op: {op}, value: {sliceTarget / 8m}" : "")
                    + (method == "Timeslices" ? $", timeSliceTarget: {sliceTarget / 1000m}" : "") + (method == "Occurrences" ? "" : $", timeSliceWindow: {slice}m") + " }";
                var text = Slo(indicator, method, window, objective);
                var exported = Exported(text);
                Assert.Equal(Normal(text), Normal(exported));
                Valid(exported);
                return true;
            }, iter: 150);
    }

    /// <summary>Two or three parts with weights, of either sort of indicator.</summary>
    [Fact]
    public void A_composite_comes_back_equal()
    {
        Gen.Select(Gen.OneOf("values", "values-mean", "values-share", "slices", "events", "events-mean"), Gen.Int[1, 99_999], Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 999]).Array[2, 3], Gen.Int[1, 60], Gen.Int[1, 999])
            .Sample((form, target, figures, slice, share) =>
            {
                var method = form switch { "values" or "events" => "Occurrences", "values-mean" or "events-mean" => "RatioTimeslices", _ => "Timeslices" };
                var ofEvents = form is "slices" or "events" or "events-mean";
                // one question for all of them has no names of its parts
                string Name(int i) => form.StartsWith("events", StringComparison.Ordinal) ? $"part-{i + 1}" : $"part-{(char)('a' + i)}";
                var objectives = figures.Select((figure, i) => $"    - target: {target / 100_000m}\n      displayName: {Name(i)}\n      compositeWeight: {(form == "values-mean" ? (figure.Item1 % 9) + 1 : figure.Item1 / 100m)}\n"
                    + (ofEvents ? "" : $"      op: lte\n      value: {figure.Item2 / 8m}\n") + (method == "Timeslices" ? $"      timeSliceTarget: {(form == "slices" ? figure.Item2 : share) / 1000m}\n" : "") + (method == "Occurrences" ? "" : $"      timeSliceWindow: {slice}m\n")
                    + $"      indicator:\n        metadata: {{ name: front-{Name(i)} }}\n        spec:\n          "
                    + (ofEvents ? Ratio.Replace("\n  ", "\n      ", StringComparison.Ordinal).Replace("COUNTER", form != "slices" && figure.Item2 % 3 == 0 ? "false" : "true", StringComparison.Ordinal).Replace("PART", (i + figure.Item2) % 2 == 0 ? "good" : "bad", StringComparison.Ordinal).Replace("http_requests", $"http_{i}_requests", StringComparison.Ordinal) : Threshold.Replace("/ 2", $"/ {i + 2}", StringComparison.Ordinal)) + "\n");
                var text = $"apiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: front }}\nspec:\n  description: What it is for.\n  service: shop\n  timeWindow: [ {{ duration: 28d, isRolling: true }} ]\n  budgetingMethod: {method}\n  objectives:\n{string.Concat(objectives)}";
                var exported = Exported(text);
                Assert.Equal(Normal(text), Normal(exported));
                Valid(exported);
            }, iter: 150);
    }

    [Fact]
    public void Every_sort_of_promise_is_exported_or_told() => Snapshot.Matches(Exporting.Shown("openslo", Exporting.Case("house.kept.yaml")));

    [Fact]
    public void What_is_exported_of_a_house_is_valid() => Valid(Exporting.Text(Exporting.Of("openslo", Exporting.Case("house.kept.yaml"))));

    private static string Exported(string text)
    {
        var reading = Importing.Of("openslo", text);
        Assert.Equal(1, reading.Carried);
        return Exporting.Text(Exporting.Of("openslo", Encoding.UTF8.GetString(reading.Documents.Single().Bytes.Span)));
    }

    /// <summary>What an SLO says, in one order and one notation.</summary>
    private static string Normal(string text)
    {
        var slo = ForeignYaml.Read(new("x.yaml", Encoding.UTF8.GetBytes(text))).Roots.OfType<ForeignNode.Map>().Single(map => map["kind"] is ForeignNode.Text { Content: "SLO" });
        var words = new SortedSet<string>(StringComparer.Ordinal);
        Walk(slo, "", words);
        return string.Join('\n', words);
    }

    private static void Walk(ForeignNode node, string path, SortedSet<string> words)
    {
        switch (node)
        {
            case ForeignNode.Map map:
                foreach (var (key, value) in map.Entries) Walk(value, $"{path}/{key.Content}", words);
                break;
            case ForeignNode.List list:
                foreach (var item in list.Items) Walk(item, path, words);
                break;
            // how it is called for people, and by which name its source goes
            case ForeignNode.Text when path.EndsWith("/displayName", StringComparison.Ordinal) || path.EndsWith("/metricSourceRef", StringComparison.Ordinal):
                break;
            case ForeignNode.Text text when path.EndsWith("/targetPercent", StringComparison.Ordinal):
                words.Add($"{path.Replace("Percent", "", StringComparison.Ordinal)} {decimal.Parse(text.Content, System.Globalization.CultureInfo.InvariantCulture) / 100 + 0.0m:0.#######}");
                break;
            case ForeignNode.Text text when decimal.TryParse(text.Content, System.Globalization.CultureInfo.InvariantCulture, out var number):
                words.Add($"{path} {number:0.#######}");
                break;
            case ForeignNode.Text text:
                var length = Length().Match(text.Content);
                words.Add($"{path} {(length.Success ? $"{int.Parse(length.Groups["n"].Value, System.Globalization.CultureInfo.InvariantCulture) * (length.Groups["unit"].Value switch { "m" => 1, "h" => 60, "d" => 1440, _ => 10080 })} minutes" : text.Content)}");
                break;
        }
    }

    /// <summary>The rules of OpenSLO's go-sdk (pkg/openslo/v1), as far as what we write has the fields.</summary>
    private static void Valid(string text)
    {
        var read = ForeignYaml.Read(new("x.yaml", Encoding.UTF8.GetBytes(text)));
        Assert.Empty(read.Problems);
        var roots = read.Roots.Cast<ForeignNode.Map>().ToList();
        string[] fields = ["apiVersion", "kind", "metadata", "spec"];
        Assert.All(roots, root => Assert.Equal(fields, root.Entries.Select(entry => entry.Key.Content)));
        Assert.All(roots, root => Assert.Equal("openslo/v1", Of(root, "apiVersion")));
        var names = roots.Select(root => (Of(root, "kind"), Of((ForeignNode.Map)root["metadata"]!, "name"))).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.Matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name.Item2));
        foreach (var spec in roots.Where(root => Of(root, "kind") == "SLO").Select(root => (ForeignNode.Map)root["spec"]!))
        {
            Assert.Contains(("Service", Of(spec, "service")), names);
            Assert.Contains(Of(spec, "budgetingMethod"), (string[])["Occurrences", "Timeslices", "RatioTimeslices"]);
            var window = Assert.IsType<ForeignNode.Map>(Assert.Single(((ForeignNode.List)spec["timeWindow"]!).Items));
            Assert.Matches("^[1-9][0-9]*[mhdwMQY]$", Of(window, "duration"));
            Assert.Equal(Of(window, "isRolling") == "false", window["calendar"] is not null);
            foreach (var objective in ((ForeignNode.List)spec["objectives"]!).Items.Cast<ForeignNode.Map>())
            {
                Assert.InRange(decimal.Parse(Of(objective, "target"), System.Globalization.CultureInfo.InvariantCulture), 0, 0.9999999m);
                if (Of(spec, "budgetingMethod") == "Timeslices") Assert.InRange(decimal.Parse(Of(objective, "timeSliceTarget"), System.Globalization.CultureInfo.InvariantCulture), 0.0000001m, 1);
                if (Of(spec, "budgetingMethod") != "Occurrences") Assert.Matches("^[1-9][0-9]*[mhdwMQY]$", Of(objective, "timeSliceWindow"));
            }
            foreach (var policy in (spec["alertPolicies"] as ForeignNode.List)?.Items.Cast<ForeignNode.Map>() ?? [])
            {
                Assert.Equal("AlertPolicy", Of(policy, "kind"));
                Assert.Single(((ForeignNode.List)((ForeignNode.Map)policy["spec"]!)["conditions"]!).Items);
                Assert.NotEmpty(((ForeignNode.List)((ForeignNode.Map)policy["spec"]!)["notificationTargets"]!).Items);
            }
        }
        // and our own reader finds nothing that OpenSLO refuses
        Assert.DoesNotContain(Importing.Of("openslo", text).Findings, finding => finding.Kind is FindingKind.Unread or FindingKind.UnknownKey);
    }

    private static string Of(ForeignNode.Map map, string key) => Assert.IsType<ForeignNode.Text>(map[key]).Content;

    [GeneratedRegex("^(?<n>[0-9]+)(?<unit>[mhdw])$")]
    private static partial Regex Length();
}
