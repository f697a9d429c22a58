using System.Text;
using Kept.Checks;
using Kept.Language.Found;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Wishes from templates: what lists of targets may make of a document, and what they may not.</summary>
public sealed class FoundTests
{
    private const string Usual = """
        from: { files: targets/*.json }
        wish: { purpose: 'The page of ${team}', check: { http: 'GET ${__scheme__}://${__address__}${__metrics_path__}', headers: { X-Team: '${team}' }, expect: [ status == 200 ] } }
        """;

    private static HouseReading Read(string found, params (string Path, string Text)[] lists)
    {
        var document = "kept: 1\nagent: watch\nrelies-on:\n  web:\n    found:\n" + string.Join('\n', found.Split('\n').Select(line => "      " + line)) + "\n";
        return HouseReader.Read([new DocumentFile("watch.kept.yaml", Encoding.UTF8.GetBytes(document)), .. lists.Select(list => new DocumentFile(list.Path, Encoding.UTF8.GetBytes(list.Text)) { IsTargets = true })], "h", CheckCatalog.Kinds);
    }

    private static string Group(string target, string label = "shop") => $$"""{ "targets": [ {{System.Text.Json.JsonSerializer.Serialize(target)}} ], "labels": { "team": {{System.Text.Json.JsonSerializer.Serialize(label)}} } }""";

    private static List<Promise> Wishes(HouseReading reading)
    {
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        return [.. reading.House.Promises];
    }

    [Fact]
    public void Each_target_gives_one_wish_whose_name_follows_it()
    {
        var reading = Read(Usual, ("targets/a.json", $"[ {Group("b.example:8080")}, {Group("A.example", "blog")} ]"), ("targets/b.json", $"[ {Group("b.example:8080")} ]"), ("elsewhere/c.json", $"[ {Group("c.example")} ]"));
        Assert.Empty(reading.Diagnostics);
        var wishes = Wishes(reading);
        Assert.Equal(["web/b.example-8080", "web/a.example"], wishes.Select(wish => wish.Name.ToString()));
        Assert.Equal(["GET http://b.example:8080/metrics", "GET http://A.example/metrics"], wishes.Select(wish => wish.Checks[0].Target.Text));
        Assert.Equal(["The page of shop", "The page of blog"], wishes.Select(wish => wish.Benefit));
        Assert.Equal("blog", wishes[1].Checks[0].Setting<FieldValue.TextMap>("headers")!.Items[0].Value);
        Assert.All(wishes, wish => Assert.Equal((DocumentOrigin.Ours, DocumentOrigin.Others), (wish.Origin, wish.Trust)));
        Assert.All(Wishes(Read(Usual + "\nreach: anywhere", ("targets/a.json", $"[ {Group("b.example")} ]"))), wish => Assert.Equal(DocumentOrigin.Ours, wish.Trust));
        // they survive the compiled form, with how far they reach
        var compiled = CompiledHouse.Read(CompiledHouse.Write(reading.House!), reading.House!.ContentHash, CheckCatalog.Kinds)!;
        Assert.Equal(wishes.Select(wish => (wish.Name, wish.Trust)), compiled.Promises.Select(wish => (wish.Name, wish.Trust)));
        Assert.NotEqual(reading.House.ContentHash, Read(Usual, ("targets/a.json", "[]")).House!.ContentHash);
    }

    [Fact]
    public void Lists_in_yaml_with_labels_of_prometheus_are_read_as_it_reads_them()
    {
        var reading = Read("""
            from: { files: [ hosts.yml ] }
            name: '${__meta_pod}-${instance}'
            wish: { check: { tcp: '${__address__}', expect: [ connected ] } }
            """, ("hosts.yml", "- targets: [ 'db.example:5432', 10.0.0.7:22 ]\n  labels: { __meta_pod: Blue_1, instance: '${env:HOME}' }\n"));
        Assert.DoesNotContain(Wishes(reading), wish => wish.Name.Promise.Contains('$'));
        Assert.Equal(["web/blue-1-env-home"], Wishes(reading).Select(wish => wish.Name.ToString()));
        var left = Assert.Single(reading.Diagnostics);
        Assert.Equal("L134", left.Code);
        Assert.Contains("`10.0.0.7:22` has the name `blue-1-env-home`, which another has already", left.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example", "${env:HOME}", "may not stand there")]
    [InlineData("a.example", "${file:/etc/passwd}", "may not stand there")]
    [InlineData("a.example", "x\r\nX-Admin: yes", "may not stand there")]
    [InlineData("a.example/ HTTP/1.1", "shop", "may not stand there")]
    [InlineData("POST a.example", "shop", "may not stand there")]
    [InlineData("a.example\u2028b", "shop", "may not stand there")]
    [InlineData("${env:HOME}.example", "shop", "may not stand there")]
    [InlineData("${team}", "shop", "may not stand there")]
    [InlineData("[::a", "shop", "does not fit")]
    [InlineData("☃", "shop", "gives no name")]
    public void A_hostile_target_is_left_out_and_takes_no_other_with_it(string target, string label, string why)
    {
        var reading = Read(Usual, ("targets/a.json", $"[ {Group(target, label)}, {Group("good.example")} ]"));
        Assert.Equal(["web/good.example"], Wishes(reading).Select(wish => wish.Name.ToString()));
        var left = Assert.Single(reading.Diagnostics);
        Assert.Equal(("L134", Severity.Warning), (left.Code, left.Severity));
        Assert.Contains(why, left.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(left.Message, char.IsControl);
    }

    /// <summary>No value holds a <c>${</c>, and what they give together does.</summary>
    [Theory]
    [InlineData("http://evil.example/${a}${b}", "$", "{env:HOME}")]
    [InlineData("http://evil.example/$${b}", "x", "{env:HOME}")]
    [InlineData("http://evil.example/${a}{env:HOME}", "$", "x")]
    [InlineData("http://evil.example/${login.token}${a}${b}", "$", "{file:/etc/passwd}")]
    public void Values_give_no_secret_together(string target, string a, string b)
    {
        var labels = $$"""[ { "targets": [ "a.example" ], "labels": { "a": "{{a}}", "b": "{{b}}" } }, { "targets": [ "b.example" ], "labels": { "a": "1", "b": "2" } } ]""";
        foreach (var (check, purpose) in new[] { ($"http: '{target}'", "x"), ($"http: 'http://a.example/', headers: {{ X-A: '{target}' }}", "x"), ("http: 'http://a.example/'", target) })
        {
            var reading = Read($"from: {{ files: targets/*.json }}\nreach: anywhere\nwish: {{ purpose: '{purpose}', check: {{ {check}, expect: [ status == 200 ] }} }}", ("targets/a.json", labels));
            Assert.DoesNotContain(reading.House?.Promises.Select(wish => wish.Name.ToString()) ?? [], name => name == "web/a.example");
            Assert.Contains(reading.Diagnostics, problem => problem.Message.Contains("gives together with what stands beside it", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_was_found_is_a_text_and_never_yaml_or_an_expectation()
    {
        var label = "', expect: [ 'status >= 0' ], x: '";
        var wish = Assert.Single(Wishes(Read(Usual, ("targets/a.json", $"[ {Group("a.example", label)} ]"))));
        Assert.Equal(label, wish.Checks[0].Setting<FieldValue.TextMap>("headers")!.Items[0].Value);
        Assert.Equal("status == 200", Assert.Single(wish.Checks[0].Expect).Text);
    }

    [Theory]
    [InlineData("{ }")]
    [InlineData("[ 7 ]")]
    [InlineData("""[ { "targets": "a.example" } ]""")]
    [InlineData("""[ { "targets": [ 7 ] } ]""")]
    [InlineData("""[ { "targets": [ "a.example" ], "labels": { "a": 1 } } ]""")]
    [InlineData("""[ { "targets": [ "a.example" ], "labels": { "a-b": "1" } } ]""")]
    [InlineData("""[ { "targets": [ "" ] } ]""")]
    [InlineData("""[ { "targets": [ "a.example" ], "more": 1 } ]""")]
    [InlineData("""[ { "targets": [ "a.example" ] } """)]
    [InlineData("""[ { "targets": [ "\ud800" ] } ]""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("")]
    [InlineData("<html>")]
    public void A_list_that_is_none_gives_nothing_and_says_so(string text)
    {
        var reading = Read(Usual, ("targets/a.json", text));
        Assert.Empty(Wishes(reading));
        Assert.Equal(("L132", Severity.Warning), (reading.Diagnostics[0].Code, reading.Diagnostics[0].Severity));
        Assert.Equal(5, reading.Diagnostics[0].At.Line - 1);
    }

    [Fact]
    public void A_list_has_bounds()
    {
        string Many(int count) => "[ { \"targets\": [ " + string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"h{i}.example\"")) + " ], \"labels\": { \"team\": \"shop\" } } ]";
        Assert.Equal(TargetLists.MostTargets, Wishes(Read(Usual, ("targets/a.json", Many(TargetLists.MostTargets)))).Count);
        foreach (var text in new[] { Many(TargetLists.MostTargets + 1), $"[ {Group(new string('a', 3_000))} ]", $"[ {Group("a.example", new string('a', 2_000))} ]", new string(' ', TargetLists.MostBytes + 1) })
            Assert.Equal("L132", Assert.Single(Read(Usual, ("targets/a.json", text)).Diagnostics).Code);
        // two lists together are bounded too
        Assert.Equal(TargetLists.MostTargets, Wishes(Read(Usual, ("targets/a.json", Many(TargetLists.MostTargets)), ("targets/b.json", $"[ {Group("more.example")} ]"))).Count);
    }

    [Theory]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/', expect: [ \"body contains '${team}'\" ] } }", "L133")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/', every: '${every}' } }", "L133")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/', headers: { Authorization: '${env:TOKEN}' } } }", "L133")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/${${a}:HOME}' } }", "L133")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/${login.${a}' } }", "L133")]
    [InlineData("from: { http: 'https://user:t0ken@sd.example/' }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    [InlineData("from: { files: a.json }\nname: web\nwish: { check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/', expect: [ stats == 200 ] } }", "L05")]
    [InlineData("from: { files: a.json }\nwish: { purpos: x, check: { http: 'GET http://${__address__}/' } }", "L011")]
    [InlineData("from: { files: /etc/a.json }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L131")]
    [InlineData("from: { files: ../a.json }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L131")]
    [InlineData("from: { files: a.txt }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    [InlineData("from: { files: '*/a.json' }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    [InlineData("from: { files: house.yaml }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    [InlineData("from: { files: a.json, http: 'http://sd.example/' }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    [InlineData("from: { http: 'http://sd.example/', every: 1s }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L132")]
    public void A_template_that_could_never_be_a_wish_is_told_of_the_document(string found, string code)
    {
        var reading = Read(found);
        Assert.Null(reading.House);
        Assert.Contains(reading.Diagnostics, problem => problem.Code.StartsWith(code, StringComparison.Ordinal) && problem.At.Line > 5);
    }

    [Fact]
    public void A_token_in_the_URL_of_a_source_is_told_nowhere()
    {
        const string url = "https://sd.example:8443/targets?token=t0ken#t0ken";
        Assert.Equal("https://sd.example:8443/targets", FoundSource.Shown(url));
        Assert.Equal("http://sd.example/", FoundSource.Shown("http://user:t0ken@sd.example"));
        Assert.Equal("targets/a.json", FoundSource.Shown("targets/a.json"));
        foreach (var list in new[] { "[ 7 ]", $"[ {Group("a b.example")} ]" })
        {
            var told = Assert.Single(Read(Usual.Replace("files: targets/*.json", $"http: '{url}'", StringComparison.Ordinal), (url, list)).Diagnostics);
            Assert.Contains("`https://sd.example:8443/targets`", told.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("t0ken", told.Message + told.Help, StringComparison.Ordinal); // the line of the document is shown to whom it is shown
        }
    }

    [Fact]
    public void Sources_are_known_without_reading_the_house_and_those_of_others_are_not_asked()
    {
        var text = Encoding.UTF8.GetBytes("kept: 1\nagent: watch\nrelies-on:\n  web:\n    found: [ { from: { http: 'https://sd.example/t', every: 30s }, wish: {} }, { from: { files: 'a/*.yml' } } ]\n");
        var sources = FoundSource.Of([new DocumentFile("a.kept.yaml", text)]);
        Assert.Equal(["https://sd.example/t", null], sources.Select(source => source.Url));
        Assert.Equal(Duration.Seconds(30), sources[0].Every);
        Assert.True(sources[1].Names("a/b.yml") && !sources[1].Names("a/b/c.yml") && !sources[1].Names("b.yml") && !sources[1].Names("a/b.yaml"));
        Assert.Empty(FoundSource.Of([new DocumentFile("a.kept.yaml", text, DocumentOrigin.Others)]));
    }
}
