using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.Model;
using Kept.TestKit;
using Xunit;
using YamlDotNet.Serialization;

namespace Kept.Rules.Tests;

/// <summary>
/// The few lines that a page of a rule shows under "Broken" and "Mended" are judged: completed to a house by what every promise needs and by what the page takes as
/// known (<see cref="Known"/>), the first breaks the rule and the second does not.
/// </summary>
public partial class PageExampleTests
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What each page takes as known besides a shop with one promise: more of the document, and documents of others (after <c>---</c>).</summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["R01"] = "relies-on: { fast: { document: 'https://fast.example/.well-known/kept', accepts: { delivery: { line: 1, purpose: pictures, needs: [ availability >= 99% over 30d ] } } } }",
        ["R03"] = "domains: [shop.example]\n---\nkept: 1\nagent: shop\nrelies-on: { storage: { document: 'https://storage.example/.well-known/kept', accepts: { upload: { line: 1, purpose: pictures, needs: [ availability >= 99% over 30d ] } } } }\n---\nkept: 1\nagent: printer",
        ["R04"] = "until: 2027-12-31\n---\n" + Storage,
        ["R08"] = "promises: { payment@1: {} }",
        ["R16"] = "capacities: { encoder-slots: 4 }",
        ["R20"] = "until: 2027-12-31\n---\n" + Storage,
        ["R23"] = "until: 2027-12-31\n---\n" + App + "\n---\n" + Studio,
        ["R25"] = "relies-on: { storage: { document: 'https://storage.example/.well-known/kept', accepts: { upload: { line: 1, purpose: pictures, needs: [ latency p99 <= 1500ms over 1h ] } } }, render: { document: 'https://render.example/.well-known/kept', accepts: { draw: { line: 1, purpose: pictures, needs: [ latency p99 <= 1s over 1h ] } } } }",
        ["R26"] = "promises: { basket@1: { version: 1.4 }, basket@2: { version: 2.0 } }",
        ["R28"] = "promises: { basket@1: { keeps: [ availability >= 99.5% over 30d ] }, basket@2: { version: 2.0 } }",
        ["R38"] = "relies-on: { storage: { document: 'https://storage.example/.well-known/kept', accepts: { upload: { line: 1, purpose: pictures, needs: [ availability >= 99% over 30d ] } } } }",
    };

    private const string Storage = "kept: 1\nagent: storage\ndomains: [storage.example]\nuntil: 2027-12-31\npromises: { upload@1: { version: 1.0, benefit: You can store a picture., to: anyone, docs: docs/upload.md, notice: 30d, "
        + "keeps: [ availability >= 99.9% over 30d ], fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ], check: { http: 'GET https://storage.example/', every: 30s, expect: [ status == 200 ] } } }";

    private const string App = "kept: 1\nagent: app\nMEMBER\ndomains: [app.example]\nuntil: 2027-12-31\npromises: { page@1: { version: 1.0, benefit: You have a page to show., to: anyone, docs: docs/page.md, notice: 30d, "
        + "keeps: [ availability >= 99.9% over 30d ], fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ], check: { http: 'GET https://app.example/', every: 30s, expect: [ status == 200 ] } } }";

    private static string Studio => App.Replace("app", "studio", StringComparison.Ordinal).Replace("page", "picture", StringComparison.Ordinal);

    private const string Always = "kept: 1\nagent: shop\ndomains: [shop.example]\nuntil: 2027-12-31\n"
        + "calendars: { show: { open: 'Fr 20:30-22:00 Europe/Brussels' }, morning: { open: 'Mo-Su 06:00-09:00 Europe/Brussels' }, quiet: { open: 'Mo-Su 00:00-06:00 Europe/Brussels' } }";

    private const string Promise = "version: 1.0\nbenefit: As a shopper you find what you look for.\nto: anyone\ndocs: docs/page.md\nnotice: 30d\nkeeps: [ availability >= 99.5% over 30d ]\n"
        + "fails: [ { code: 503 later, sees: the plain page, retry: after 30s, loses: nothing } ]\ncheck: { http: 'GET https://shop.example/page', every: 30s, expect: [ status == 200 ], measures: { freshness: body.age as s } }";

    private static readonly string[] OfDocument =
    [
        "agent", "name", "kind", "domains", "contact", "attention", "load", "region", "types", "calendars", "capacities", "members", "member-of", "promises", "relies-on", "until",
    ];

    public static TheoryData<string> Pages =>
        [.. RuleCatalog.Rules.Select(rule => rule.Id).Where(id => YamlBlocks().Count(File.ReadAllText(Repository.PathOf("docs", "errors", id + ".md"))) > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_broken_lines_break_the_rule_and_the_mended_do_not(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "errors", id + ".md"));
        var broken = House(id, Block(page, "## Broken"));
        // where the rule is about a change, the comment says what was; the mended lines are judged against the same past
        var before = Was().Match(page) is { Success: true } was ? Documents.Seen(House(id, Block(page, "## Broken").Replace(was.Groups["now"].Value, was.Groups["before"].Value, StringComparison.Ordinal))) : null;
        Assert.Contains(Findings(broken, before), finding => finding == id);
        Assert.DoesNotContain(Findings(House(id, Block(page, "## Mended")), before), finding => finding == id);
    }

    [Fact]
    public void Every_rule_with_clauses_shows_both()
    {
        Assert.Equal(RuleCatalog.Rules.Where(rule => !rule.Clauses.IsEmpty).Select(rule => rule.Id), Pages.Select(row => (string)row.Data));
        Assert.All(Pages.Select(row => (string)row.Data), id => Assert.Equal(2, YamlBlocks().Count(File.ReadAllText(Repository.PathOf("docs", "errors", id + ".md")))));
    }

    private static IEnumerable<string> Findings(string yaml, IReadOnlyDictionary<PromiseName, TermsSeen>? before) =>
        HouseRules.Findings(Documents.House(yaml), Documents.Now, before, Kept.Checks.CheckCatalog.FilesIn(Repository.PathOf("examples", "good", "rules", "descriptors"))).Select(finding => finding.Clause.Rule);

    private static string Block(string page, string heading) => YamlBlocks().Match(page[page.IndexOf(heading, StringComparison.Ordinal)..]).Groups["text"].Value;

    /// <summary>A house of the lines: fields of a document stay, <c>name@1:</c> is a promise, <c>accepts:</c> is what is accepted of storage, anything else belongs to one promise.</summary>
    private static string House(string id, string fragment)
    {
        var known = Known.GetValueOrDefault(id, "until: 2027-12-31").Split("\n---\n");
        Dictionary<object, object> lines = Read(fragment), document = [], promises = [], one = [];
        // the page of super agents shows a line of the members' documents below the whole's
        var member = id == "R23" && lines.Remove("member-of", out var whole) ? $"member-of: {whole}" : "";
        foreach (var (key, value) in lines)
            if (OfDocument.Contains(key)) document[key] = value;
            else if (((string)key).Contains('@')) promises[key] = value;
            else if ((string)key == "accepts") document["relies-on"] = new Dictionary<object, object> { ["storage"] = new Dictionary<object, object> { ["document"] = "https://storage.example/.well-known/kept", [key] = value } };
            else one[key] = value;
        if (promises.Count > 0) document["promises"] = promises;
        document = Merged(Merged(Read(Always), Read(known[0])), document);
        var all = document.TryGetValue("promises", out var some) ? (Dictionary<object, object>)some : [];
        if (one.Count > 0 || all.Count == 0) all["basket@1"] = Merged(all.TryGetValue("basket@1", out var basket) ? (Dictionary<object, object>)basket : [], one);
        var needed = Read(Promise);
        document["promises"] = all.ToDictionary(pair => pair.Key, object (pair) => WithNeeded((string)pair.Key == "basket@1" ? id : "", needed, (Dictionary<object, object>)pair.Value));
        return string.Join("\n---\n", known.Skip(1).Select(other => other.Replace("MEMBER\n", member.Length > 0 ? member + "\n" : "", StringComparison.Ordinal)).Append(JsonSerializer.Serialize(document, Json)));
    }

    /// <summary>What the rule misses is not filled in.</summary>
    private static Dictionary<object, object> WithNeeded(string id, Dictionary<object, object> needed, Dictionary<object, object> promise)
    {
        var whole = Merged(needed.Where(pair => !(id == "R08" && !promise.ContainsKey(pair.Key) && pair.Key is not ("check" or "fails")) && !(id == "R09" && pair.Key is "check")).ToDictionary(), []);
        if (promise.ContainsKey("check")) whole.Remove("check"); // a check is replaced whole
        return Merged(whole, promise);
    }

    private static Dictionary<object, object> Merged(Dictionary<object, object> under, Dictionary<object, object> over)
    {
        var merged = new Dictionary<object, object>(under);
        foreach (var (key, value) in over)
            merged[key] = merged.TryGetValue(key, out var below) && below is Dictionary<object, object> a && value is Dictionary<object, object> b ? Merged(a, b) : value;
        return merged;
    }

    private static Dictionary<object, object> Read(string yaml) => new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(yaml) ?? [];

    [GeneratedRegex("```yaml\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlocks();

    [GeneratedRegex(@"(?<now>[\d.]+%) over 30d' \] +# was (?<before>[\d.]+%)")]
    private static partial Regex Was();
}
