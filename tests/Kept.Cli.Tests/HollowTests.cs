using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>What `kept check` says of hollow checks: the section, the score, the codes with their examples and pages.</summary>
public partial class HollowTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Broken = Repository.PathOf("examples", "broken"), Good = Repository.PathOf("examples", "good", "hollow");

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Broken, "H*.kept.yaml").Select(path => Path.GetFileName(path)![..^".kept.yaml".Length]).Order(StringComparer.Ordinal)];
    public static TheoryData<string> Codes => [.. Judging.HollowCodes.All.Select(code => code.Code)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_broken_example_is_told_and_one_that_nearly_breaks_is_not(string name)
    {
        var (broken, near) = (Path.Combine(Broken, name + ".kept.yaml"), Path.Combine(Good, name + ".kept.yaml"));
        var code = name.Split('.')[0];
        var run = await CommandLine.RunAtAsync(Then, "check", broken);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(1, (await CommandLine.RunAtAsync(Then, "check", broken, "--strict")).ExitCode);
        Assert.Equal([code], (await CodesOfAsync(broken)).Distinct());
        var expected = Path.Combine(Broken, name + ".expected");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) await File.WriteAllTextAsync(expected, run.Result, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(expected), $"no {expected}; run with UPDATE_SNAPSHOTS=1 and read it. It would be:\n{run.Result}");
        Assert.Equal(await File.ReadAllTextAsync(expected, TestContext.Current.CancellationToken), run.Result);

        Assert.Empty(await CodesOfAsync(near));
        var lines = (await File.ReadAllLinesAsync(near, TestContext.Current.CancellationToken)).Where(line => !line.StartsWith("agent:", StringComparison.Ordinal)).ToList();
        var others = lines.Except(await File.ReadAllLinesAsync(broken, TestContext.Current.CancellationToken)).Count();
        Assert.InRange(others, 1, 2);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_page_of_a_code_shows_a_check_that_has_it_and_one_that_has_not(string code)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "errors", code + ".md"), TestContext.Current.CancellationToken);
        Assert.StartsWith($"# {code}: {Judging.HollowCodes.All.Single(known => known.Code == code).Title}\n", text, StringComparison.Ordinal);
        var blocks = YamlBlocks().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, blocks.Count);
        using var house = new TestHouse().With("wrong.kept.yaml", Whole(blocks[0])).With("right.kept.yaml", Whole(blocks[1]));
        if (code == Judging.HollowCodes.WouldMiss)
        {
            // no diagnostic: a note in SARIF, and less of it in the second
            var (wrong, right) = (await SarifNotesAsync(house.PathOf("wrong.kept.yaml")), await SarifNotesAsync(house.PathOf("right.kept.yaml")));
            Assert.Contains("a login page that answers 200", Assert.Single(wrong), StringComparison.Ordinal);
            Assert.Empty(right);
            return;
        }
        Assert.Contains(code, await CodesOfAsync(house.PathOf("wrong.kept.yaml")));
        Assert.DoesNotContain(await CodesOfAsync(house.PathOf("right.kept.yaml")), told => told.StartsWith('H'));
        Assert.Contains(Examples, row => row.Data.StartsWith(code + ".", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_worked_example_comes_out_as_the_page_says()
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "concepts", "hollow.md"), TestContext.Current.CancellationToken);
        using var house = new TestHouse().With("page.kept.yaml", Whole(YamlBlocks().Match(text).Groups[1].Value));
        var run = await CommandLine.RunAtAsync(Then, "check", house.Folder);
        Assert.Contains(PlainBlock().Match(text).Groups[1].Value, run.Result, StringComparison.Ordinal);
        // "adding these leaves nothing"
        var mended = Whole(YamlBlocks().Match(text).Groups[1].Value).TrimEnd() + "\n        - certificate.expires-in > 14d\n        - time < 2s\n        - count(body.items) >= 1\n";
        using var whole = new TestHouse().With("page.kept.yaml", mended);
        var nothing = await CommandLine.RunAtAsync(Then, "check", whole.Folder);
        Assert.Equal(0, nothing.ExitCode);
        Assert.DoesNotContain("would miss", nothing.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_that_is_meant_comes_out_as_the_page_says_and_is_counted_nowhere()
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "concepts", "hollow.md"), TestContext.Current.CancellationToken);
        var fragment = YamlBlocks().Matches(text)[1].Groups[1].Value;
        using var house = new TestHouse().With("page.kept.yaml", Whole(fragment));
        var run = await CommandLine.RunAtAsync(Then, "check", house.Folder, "--fail-under", "100%");
        Assert.DoesNotContain(await CodesOfAsync(house.Folder), code => code.StartsWith('H'));
        Assert.Contains(PlainBlock().Matches(text)[1].Groups[1].Value, run.Result, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        var json = JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "check", house.Folder, "--json")).Result).RootElement.GetProperty("hollow")[0];
        Assert.Equal(0, json.GetProperty("missed").GetArrayLength());
        var accepted = Assert.Single(json.GetProperty("accepted").EnumerateArray());
        Assert.Equal(("http", "certificate-expiring", "the proxy before it has its own check", "2027-01-01T00:00:00Z"),
            (accepted.GetProperty("check").GetString(), accepted.GetProperty("failure").GetString(), accepted.GetProperty("because").GetString(), accepted.GetProperty("until").GetString()));
        Assert.Empty(await SarifNotesAsync(house.Folder));
        // from the day on it counts again, and is said
        var after = await CommandLine.RunAtAsync(new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), "check", house.Folder, "--fail-under", "100%");
        Assert.Equal(1, after.ExitCode);
        Assert.Contains("H09", after.Result, StringComparison.Ordinal);
        Assert.Contains("20 of 21 failures noticed\n     would pass: a certificate with an hour left\n", after.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("accepted: ", after.Result, StringComparison.Ordinal);
    }

    public static TheoryData<string> Kinds => [.. Directory.EnumerateFiles(Repository.PathOf("docs", "checks"), "*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>What a page shows is analysed whole: a good look is made up for it, failures are tried on it, and some of them are noticed.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_example_of_every_kind_is_analysed(string kind)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("docs", "checks", kind + ".md"), TestContext.Current.CancellationToken);
        var examples = YamlBlocks().Matches(text).Select(match => match.Groups[1].Value).Where(block => block.StartsWith("check:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            using var house = new TestHouse().With("page.kept.yaml", Whole(example));
            var run = await CommandLine.RunAtAsync(Then, "check", house.Folder, "--json");
            var hollow = Assert.Single(JsonDocument.Parse(run.Result).RootElement.GetProperty("hollow").EnumerateArray());
            Assert.True(hollow.GetProperty("state").GetString() == "analysed", $"{kind}: {hollow}");
            var (caught, tried) = (hollow.GetProperty("caught").GetInt32(), hollow.GetProperty("tried").GetInt32());
            Assert.True(tried >= 4 && 2 * caught >= tried, $"{kind}: {caught} of {tried}");
            Assert.All(hollow.GetProperty("missed").EnumerateArray(), missed => Assert.NotEqual(missed.GetProperty("failure").GetString(), missed.GetProperty("words").GetString()));
        }
    }

    [Fact]
    public async Task The_repositorys_own_good_documents_have_no_hollow_finding()
    {
        foreach (var house in Directory.EnumerateDirectories(Repository.PathOf("examples", "good")).Where(folder => Path.GetFileName(folder) is not ("rules" or "hollow")))
            Assert.DoesNotContain(await CodesOfAsync(house), code => code.StartsWith('H'));
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("examples", "good", "rules"), "*.kept.yaml"))
            Assert.DoesNotContain(await CodesOfAsync(file), code => code.StartsWith('H'));
    }

    [Fact]
    public async Task The_worst_stand_first_alike_ones_together_and_the_rest_is_counted()
    {
        using var house = Many();
        var run = await CommandLine.RunAtAsync(Then, "check", house.Folder);
        Assert.Contains("a/p0, a/p1, a/p2 and 17 more: ", run.Result.Replace("@1", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\n  and 2 more promises\n", run.Result, StringComparison.Ordinal);
        var all = await CommandLine.RunAtAsync(Then, "check", house.Folder, "--hollow");
        Assert.DoesNotContain("more", all.Result, StringComparison.Ordinal);
        Assert.Contains("a/p19@1", all.Result, StringComparison.Ordinal);
        var none = await CommandLine.RunAtAsync(Then, "check", house.Folder, "--no-hollow");
        Assert.DoesNotContain("would miss", none.Result, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAtAsync(Then, "check", house.Folder, "--no-hollow", "--fail-under", "5%")).ExitCode);
    }

    [Theory]
    [InlineData("1%", 0)]
    [InlineData("66.66%", 0)]
    [InlineData("66.67%", 1)]
    [InlineData("100%", 1)]
    [InlineData("80", 2)]
    [InlineData("101%", 2)]
    [InlineData("-5%", 2)]
    [InlineData("most", 2)]
    public async Task Fail_under_holds_each_promise_to_the_share(string share, int exit)
    {
        // 12 of 18 are noticed
        using var house = new TestHouse().With("a.kept.yaml", Whole("check: { http: GET https://shop.example/, every: 30s, expect: [ status == 200 ] }"));
        var run = await CommandLine.RunAtAsync(Then, "check", house.Folder, "--fail-under", share);
        Assert.Equal(exit, run.ExitCode);
        if (exit == 1) Assert.Contains("shown/shown@1 (12 of 18)", run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_analysed_or_never_passes_reaches_no_share()
    {
        foreach (var (line, state) in new[] { (@"'body.name matches /^\p{Lu}+$/'", "not-analysed"), ("status == 200, 'body.a == 1', 'body.a == true'", "cannot-pass") })
        {
            using var house = new TestHouse().With("a.kept.yaml", Whole($"check: {{ http: GET https://shop.example/, every: 30s, expect: [ {line} ] }}"));
            Assert.Equal(1, (await CommandLine.RunAtAsync(Then, "check", house.Folder, "--fail-under", "0%")).ExitCode);
            var json = JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "check", house.Folder, "--json")).Result).RootElement.GetProperty("hollow")[0];
            Assert.Equal((state, 0), (json.GetProperty("state").GetString(), json.GetProperty("tried").GetInt32()));
            Assert.NotEqual("", json.GetProperty("checks")[0].GetProperty("why").GetString());
        }
    }

    [Fact]
    public async Task JSON_tells_every_missed_failure()
    {
        using var house = Many();
        var json = JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "check", house.Folder, "--json")).Result).RootElement;
        Assert.Equal(25, json.GetProperty("hollow").GetArrayLength());
        foreach (var promise in json.GetProperty("hollow").EnumerateArray())
            Assert.Equal(promise.GetProperty("tried").GetInt32(), promise.GetProperty("caught").GetInt32() + promise.GetProperty("missed").GetArrayLength());
        Assert.False(JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "check", house.Folder, "--json", "--no-hollow")).Result).RootElement.TryGetProperty("hollow", out _));
    }

    /// <summary>Twenty alike, and five that each ask something else.</summary>
    private static TestHouse Many()
    {
        var text = "kept: 1\nagent: a\ndomains: [shop.example]\nuntil: 2099-01-01\ndefaults: { version: 1.0, to: anyone, docs: 'https://shop.example/', notice: 7d, uses: not disclosed, fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ], keeps: [ availability >= 99% over 30d ] }\npromises:\n";
        string[] expected = ["status == 200, time < 2s", "'body.a == 1'", "status == 200, 'certificate.expires-in > 14d'", "'body.b == 1', time < 1s", "status < 500"];
        for (var i = 0; i < 25; i++)
            text += $"  p{i}@1: {{ benefit: You get the page {i}., check: {{ http: 'GET https://shop.example/{i}', every: 30s, expect: [ {(i < 20 ? "status == 200" : expected[i - 20])} ] }} }}\n";
        return new TestHouse().With("a.kept.yaml", text);
    }

    private static async Task<List<string>> CodesOfAsync(string path)
    {
        var run = await CommandLine.RunAtAsync(Then, "check", path, "--json");
        Assert.True(run.Result.Length > 0, run.Talk);
        return [.. JsonDocument.Parse(run.Result).RootElement.GetProperty("diagnostics").EnumerateArray().Select(one => one.GetProperty("code").GetString()!)];
    }

    /// <summary>What is not accepted.</summary>
    private static async Task<List<string>> SarifNotesAsync(string path) =>
        [.. JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "check", path, "--sarif")).Result).RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Where(one => one.GetProperty("ruleId").GetString() == "H08" && !one.TryGetProperty("suppressions", out _)).Select(one => one.GetProperty("message").GetProperty("text").GetString()!)];

    /// <summary>A page shows a check or an objective; this makes a document of it that says no more than it must.</summary>
    private static string Whole(string fragment)
    {
        var keeps = fragment.StartsWith("keeps:", StringComparison.Ordinal);
        var rest = keeps ? fragment.TrimEnd() + "\ncheck: { http: GET https://shop.example/, every: 60s, expect: [ status == 200 ] }" : "keeps: [ availability >= 99% over 30d ]\n" + fragment.TrimEnd();
        return """
            kept: 1
            agent: shown
            domains: [ shop.example ]
            until: 2027-12-31
            promises:
              shown@1:
                version: 1.0
                benefit: You get what is shown.
                to: anyone
                docs: https://shop.example/terms
                notice: 7d
                fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ]
                uses: not disclosed

            """ + string.Join('\n', rest.Split('\n').Select(line => "    " + line)) + "\n";
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlocks();

    [GeneratedRegex("```\n(What these.*?)```", RegexOptions.Singleline)]
    private static partial Regex PlainBlock();
}
