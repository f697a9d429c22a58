using System.Text;
using Kept.Checks;
using Kept.Language.Found;
using Kept.Model;
using Kept.Rules;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Promises of one's own from templates: what a list of targets may make an agent promise, and what it may not.</summary>
public sealed class FoundPromisesTests
{
    private const string Usual = """
        from: { files: targets/*.json }
        name: '${site}'
        promise: { version: '${release}', benefit: 'The shop of ${site}', docs: docs/shop.md, to: anyone, fails: [ { code: 503 later, sees: an empty shelf, retry: after 30s, loses: nothing } ], notice: 30d, check: { http: 'GET https://${__address__}/', headers: { X-Site: '${site}' }, expect: [ status == 200 ] } }
        """;

    private static HouseReading Read(string found, string more, params (string Path, string Text)[] lists)
    {
        var document = "kept: 1\nagent: shop\ndomains: [shop.example]\nuntil: 1970-06-01\n" + more + "found:\n" + string.Join('\n', found.Split('\n').Select(line => "  " + line)) + "\n";
        return HouseReader.Read([new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(document)), .. lists.Select(list => new DocumentFile(list.Path, Encoding.UTF8.GetBytes(list.Text)) { IsTargets = true })], "h", CheckCatalog.Kinds);
    }

    private static string Text(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static string Group(string target, string site, string release = "1.0") => $$"""{ "targets": [ {{Text(target)}} ], "labels": { "site": {{Text(site)}}, "release": {{Text(release)}} } }""";

    private static (string, string) List(params string[] groups) => ("targets/a.json", $"[ {string.Join(", ", groups)} ]");

    private static List<Promise> Promises(HouseReading reading)
    {
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        return [.. reading.House.Promises];
    }

    [Fact]
    public void Each_target_gives_one_promise_as_if_it_had_been_written()
    {
        var reading = Read(Usual, "", List(Group("be.shop.example", "BE"), Group("nl.shop.example:8443", "nl", "2.10")));
        Assert.Empty(reading.Diagnostics);
        var promises = Promises(reading);
        Assert.Equal(["shop/be@1", "shop/nl@1"], promises.Select(promise => promise.Name.ToString()));
        Assert.Equal(["1.0", "2.10"], promises.Select(promise => promise.Version));
        Assert.Equal(["The shop of BE", "The shop of nl"], promises.Select(promise => promise.Benefit));
        Assert.All(promises, promise => Assert.Equal((Standing.Offered, DocumentOrigin.Ours, DocumentOrigin.Others, "targets/a.json", Duration.Days(30)), (promise.Standing, promise.Origin, promise.Trust, promise.FoundIn, promise.Notice!.Value)));
        Assert.Equal(2, promises.Select(promise => promise.TermsHash).Where(hash => hash.Length == 64).Distinct().Count());
        // the terms are those that would have been written
        var written = Read("from: { files: none.json }\npromise: { check: { tcp: '${__address__}', expect: [ connected ] } }", """
            promises:
              be: { version: '1.0', benefit: 'The shop of BE', docs: docs/shop.md, to: anyone, fails: [ { code: 503 later, sees: an empty shelf, retry: after 30s, loses: nothing } ], notice: 30d, check: { http: 'GET https://be.shop.example/', headers: { X-Site: BE }, expect: [ status == 200 ] } }

            """);
        Assert.Equal(Promises(written)[0].TermsHash, promises[0].TermsHash);
        // and survive the compiled form
        var compiled = CompiledHouse.Read(CompiledHouse.Write(reading.House!), reading.House!.ContentHash, CheckCatalog.Kinds)!;
        Assert.Equal(promises.Select(promise => (promise.Name, promise.Trust, promise.FoundIn, promise.TermsHash)), compiled.Promises.Select(promise => (promise.Name, promise.Trust, promise.FoundIn, promise.TermsHash)));
    }

    [Fact]
    public void A_host_outside_the_domains_of_the_agent_is_not_a_promise_in_words_and_the_others_are()
    {
        var reading = Read(Usual, "", List(Group("be.shop.example", "be"), Group("bank.example", "nl"), Group("shop.example.evil.example", "fr"), Group("user@bank.example", "de")));
        Assert.Equal(["shop/be@1", "shop/nl@1", "shop/fr@1"], Promises(reading).Select(promise => promise.Name.ToString())); // a name in a URL is no target at all
        var found = HouseRules.Check(reading.House!, new Instant(0)).Where(finding => finding.Severity == Severity.Error).ToList();
        Assert.All(found, finding => Assert.Equal("R01", finding.Code));
        Assert.Equal(["shop/nl@1", "shop/fr@1"], found.Select(finding => finding.Promise!.ToString()));
        Assert.StartsWith("the check looks at bank.example, which is not in the domains of shop", found[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_written_promise_keeps_its_name_and_a_target_of_that_name_is_left_out()
    {
        var reading = Read(Usual, "promises:\n  be: { version: 1.0, check: { tcp: 'shop.example:443', expect: [ connected ] } }\n", List(Group("be.shop.example", "be"), Group("nl.shop.example", "nl"), Group("nl2.shop.example", "NL")));
        Assert.Equal(["tcp", "http"], Promises(reading).Select(promise => promise.Checks[0].Kind.Name));
        var left = Assert.Single(reading.Diagnostics);
        Assert.Equal(("L134", Severity.Warning), (left.Code, left.Severity));
        Assert.Contains("`be.shop.example` has the name `be`, which another has already; `nl2.shop.example` has the name `nl`, which another has already", left.Message, StringComparison.Ordinal);
    }

    /// <summary>What changes without its version is R18, and with a label in the version it is another version.</summary>
    [Fact]
    public void A_target_that_changes_is_a_change_of_terms_and_says_so_unless_its_version_does()
    {
        var before = Promises(Read(Usual, "", List(Group("be.shop.example", "be"))))[0];
        var seen = new Dictionary<PromiseName, TermsSeen> { [before.Name] = new(before.Version, before.TermsHash) };
        string[] Codes(string group) => [.. HouseRules.Check(Read(Usual, "", List(group)).House!, new Instant(0), seen).Where(finding => finding.Code == "R18").Select(finding => finding.Code)];
        Assert.Empty(Codes(Group("be.shop.example", "be")));
        Assert.Equal(["R18"], Codes(Group("be2.shop.example", "be")));
        Assert.Empty(Codes(Group("be2.shop.example", "be", "1.1")));
    }

    [Theory]
    [InlineData("be.shop.example", "${env:HOME}", "1.0", "may not stand there")]
    [InlineData("be.shop.example", "be", "${file:/etc/passwd}", "may not stand there")]
    [InlineData("be.shop.example", "be\r\nX-Admin: yes", "1.0", "may not stand there")]
    [InlineData("be.shop.example", "be", "1.0\nuntil: 2999-01-01", "may not stand there")]
    [InlineData("be.shop.example/ HTTP/1.1", "be", "1.0", "may not stand there")]
    [InlineData("${env:HOME}.shop.example", "be", "1.0", "may not stand there")]
    [InlineData("[::a", "be", "1.0", "does not fit")]
    [InlineData("be.shop.example", "☃", "1.0", "gives no name")]
    public void A_hostile_target_is_left_out_and_takes_no_other_with_it(string target, string site, string release, string why)
    {
        var reading = Read(Usual, "", List(Group(target, site, release), Group("good.shop.example", "good")));
        Assert.Equal(["shop/good@1"], Promises(reading).Select(promise => promise.Name.ToString()));
        var left = Assert.Single(reading.Diagnostics);
        Assert.Equal(("L134", Severity.Warning), (left.Code, left.Severity));
        Assert.Contains(why, left.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(left.Message, char.IsControl);
    }

    [Fact]
    public void What_was_found_is_a_text_and_never_yaml_or_an_expectation()
    {
        const string label = "', expect: [ 'status >= 0' ], keeps: [ good >= 1% over 1d ], x: '";
        var promise = Assert.Single(Promises(Read(Usual.Replace("'${site}'\n", "'${release}'\n", StringComparison.Ordinal), "", List(Group("be.shop.example", label)))));
        Assert.Equal("The shop of " + label, promise.Benefit);
        Assert.Equal(label, promise.Checks[0].Setting<FieldValue.TextMap>("headers")!.Items[0].Value);
        Assert.Equal("status == 200", Assert.Single(promise.Checks[0].Expect).Text);
        Assert.Empty(promise.Keeps);
    }

    [Fact]
    public void A_list_has_bounds_and_one_that_is_none_gives_nothing()
    {
        string Many(int count) => "[ { \"targets\": [ " + string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"h{i}.shop.example\"")) + " ], \"labels\": { \"release\": \"1\" } } ]";
        const string template = "from: { files: targets/*.json }\npromise: { version: 1.0, check: { tcp: '${__address__}:443', expect: [ connected ] } }";
        Assert.Equal(TargetLists.MostTargets, Promises(Read(template, "", ("targets/a.json", Many(TargetLists.MostTargets)), ("targets/b.json", "[ { \"targets\": [ \"more.shop.example\" ] } ]"))).Count);
        foreach (var text in new[] { Many(TargetLists.MostTargets + 1), "{ }", "[[[[[[[[[[[[", "<html>" })
        {
            var reading = Read(template, "", ("targets/a.json", text));
            Assert.Empty(Promises(reading));
            Assert.Equal("L132", Assert.Single(reading.Diagnostics).Code);
        }
    }

    [Theory]
    [InlineData("from: { files: a.json }\npromise: { check: { http: 'GET http://${__address__}/', expect: [ \"body contains '${team}'\" ] } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { docs: '${docs}', check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { keeps: [ 'good >= ${share} over 1d' ], check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { to: '${who}', check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { given: '${when}', check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { check: { http: 'GET http://${__address__}/', headers: { Authorization: '${env:TOKEN}' } } }", "L133")]
    [InlineData("from: { files: a.json }\nname: web\npromise: { check: { http: 'GET http://${__address__}/' } }", "L133")]
    [InlineData("from: { files: a.json }\npromise: { was: old, check: { http: 'GET http://${__address__}/' } }", "L011")]
    [InlineData("from: { files: a.json }\npromise: { purpose: x, check: { http: 'GET http://${__address__}/' } }", "L011")]
    [InlineData("from: { files: a.json }\nwish: { check: { http: 'GET http://${__address__}/' } }", "L011")]
    [InlineData("from: { files: a.json }\npromise: { version: 1.0 }", "L012")]
    [InlineData("from: { files: a.json }\npromise: { keeps: [ god >= 1% over 1d ], check: { http: 'GET http://${__address__}/' } }", "L0")]
    [InlineData("from: { files: ../a.json }\npromise: { check: { http: 'GET http://${__address__}/' } }", "L131")]
    public void A_template_that_could_never_be_a_promise_is_told_of_the_document(string found, string code)
    {
        var reading = Read(found, "");
        Assert.Null(reading.House);
        Assert.Contains(reading.Diagnostics, problem => problem.Code.StartsWith(code, StringComparison.Ordinal) && problem.At.Line > 5);
    }

    /// <summary>The template names no secret, and what holds by default for every check would send one all the same.</summary>
    [Theory]
    [InlineData("shop.kept.yaml", "found:\n  from: { files: a.json }\n  promise: { check: { http: 'GET http://${__address__}/' } }\n")]
    [InlineData("watch.kept.yaml", "relies-on:\n  web:\n    found:\n      from: { files: a.json }\n      wish: { check: { http: 'GET http://${__address__}/' } }\n")]
    public void Defaults_send_no_secret_to_whatever_is_found(string name, string found)
    {
        var text = "kept: 1\nagent: shop\ndefaults:\n  check: { headers: { Authorization: 'Bearer ${env:TOKEN}' }, in-clear: yes }\n" + found;
        HouseReading Reading(string document) => HouseReader.Read([new DocumentFile(name, Encoding.UTF8.GetBytes(document)), new DocumentFile("a.json", "[ { \"targets\": [ \"evil.example\" ] } ]"u8.ToArray()) { IsTargets = true }], "h", CheckCatalog.Kinds);
        var reading = Reading(text);
        Assert.Null(reading.House);
        Assert.Equal("L133", Assert.Single(reading.Diagnostics).Code);
        Assert.Single(Promises(Reading(text.Replace("${env:TOKEN}", "public", StringComparison.Ordinal))));
    }

    /// <summary>Where no text that we could try makes a good target, the real one is asked too, and its steps.</summary>
    [Theory]
    [InlineData("http: 'GET https://${__address__}:${port}/'", "\"port\": \"8443\"")]
    [InlineData("http: 'GET ${kind}://${__address__}/'", "\"kind\": \"https\"")]
    [InlineData("http: 'GET https://${a}.${b}/'", "\"a\": \"evil\", \"b\": \"example\"")]
    [InlineData("http: 'GET ${kind}${__address__}/'", "\"kind\": \"https://\"")]
    [InlineData("first: [ { name: login, http: 'GET ${kind}${__address__}/' } ], http: 'GET ${kind}${__address__}/'", "\"kind\": \"https://\"")]
    public void Defaults_send_no_secret_whatever_the_target_is_made_of(string check, string labels)
    {
        const string defaults = "defaults:\n  check: { headers: { Authorization: 'Bearer ${env:TOKEN}' } }\n";
        foreach (var (name, found) in new[] { ("shop.kept.yaml", "found:\n  from: { files: a.json }\n  promise: { check: { " + check + " } }\n"), ("watch.kept.yaml", "relies-on:\n  web:\n    found:\n      from: { files: a.json }\n      wish: { check: { " + check + " } }\n") })
        {
            HouseReading Reading(string document, string list) => HouseReader.Read([new DocumentFile(name, Encoding.UTF8.GetBytes("kept: 1\nagent: shop\n" + document + found)), new DocumentFile("a.json", Encoding.UTF8.GetBytes(list)) { IsTargets = true }], "h", CheckCatalog.Kinds);
            var list = $"[ {{ \"targets\": [ \"evil.example\", \"evil2.example\" ], \"labels\": {{ {labels} }} }} ]";
            var reading = Reading(defaults, list);
            Assert.Null(reading.House);
            Assert.Equal("L133", Assert.Single(reading.Diagnostics).Code);
            Assert.NotEmpty(Promises(Reading(defaults.Replace("${env:TOKEN}", "public", StringComparison.Ordinal), list)));
        }
    }

    /// <summary>What is wrong with the template is told of the document before a list makes it true.</summary>
    [Theory]
    [InlineData("GET https://${__address__}:${port}/")]
    [InlineData("GET ${kind}://${__address__}/")]
    public void A_secret_of_defaults_is_told_before_anything_is_found(string target)
    {
        var text = "kept: 1\nagent: shop\ndefaults:\n  check: { headers: { Authorization: 'Bearer ${env:TOKEN}' } }\nfound:\n  from: { files: a.json }\n  promise: { check: { http: '" + target + "' } }\n";
        var reading = HouseReader.Read([new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(text))], "h", CheckCatalog.Kinds);
        Assert.Null(reading.House);
        Assert.Equal("L133", Assert.Single(reading.Diagnostics).Code);
    }

    [Fact]
    public void What_is_written_takes_no_room_from_what_is_found()
    {
        var written = "promises:\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"  w{i}: {{ version: 1.0, check: {{ tcp: 'shop.example:443', expect: [ connected ] }} }}\n"));
        var list = "[ { \"targets\": [ " + string.Join(", ", Enumerable.Range(0, TargetLists.MostTargets).Select(i => $"\"h{i}.shop.example\"")) + " ] } ]";
        var reading = Read("from: { files: targets/*.json }\npromise: { version: 1.0, check: { tcp: '${__address__}:443', expect: [ connected ] } }", written, ("targets/a.json", list));
        Assert.Equal(TargetLists.MostTargets + 30, Promises(reading).Count);
        Assert.Empty(reading.Diagnostics);
    }

    [Theory]
    [InlineData("http: 'https://sd.example/', bearer: '${env:SD_TOKEN}'", null)]
    [InlineData("http: 'https://sd.example/', user: kept, password: '${file:/run/sd}'", null)]
    [InlineData("http: 'http://127.0.0.1:8500/', bearer: '${env:SD_TOKEN}'", null)]
    [InlineData("http: 'http://sd.example/', bearer: '${env:SD_TOKEN}', in-clear: yes", null)]
    [InlineData("http: 'http://sd.example/', bearer: '${env:SD_TOKEN}'", "L147")]
    [InlineData("http: 'https://sd.example/', bearer: t0ken", "L147")]
    [InlineData("http: 'https://sd.example/', user: kept, password: t0ken", "L147")]
    [InlineData("http: 'https://sd.example/', user: kept", "L147")]
    [InlineData("http: 'https://sd.example/', password: '${env:SD_TOKEN}'", "L147")]
    [InlineData("http: 'https://sd.example/', user: 'a:b', password: '${env:SD_TOKEN}'", "L147")]
    [InlineData("http: 'https://sd.example/', bearer: '${env:SD_TOKEN}', user: kept, password: '${env:SD_TOKEN}'", "L147")]
    [InlineData("http: 'https://sd.example/', in-clear: yes", "L147")]
    [InlineData("files: a.json, bearer: '${env:SD_TOKEN}'", "L147")]
    public void A_source_is_logged_in_to_by_the_name_of_a_secret(string from, string? code)
    {
        var document = $"kept: 1\nagent: shop\nfound:\n  from: {{ {from} }}\n  promise: {{ check: {{ tcp: '${{__address__}}', expect: [ connected ] }} }}\n";
        var reading = HouseReader.Read([new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(document))], "h", CheckCatalog.Kinds);
        Assert.Equal(code, reading.Diagnostics.FirstOrDefault(problem => problem.Severity == Severity.Error)?.Code);
        Assert.All(reading.Diagnostics, problem => Assert.DoesNotContain("t0ken", problem.Message + problem.Help, StringComparison.Ordinal));
        if (code is null) Assert.NotNull(Assert.Single(FoundSource.Of([new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(document))])).Login);
    }
}
