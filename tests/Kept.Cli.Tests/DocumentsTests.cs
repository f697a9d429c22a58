using System.Text.RegularExpressions;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>
/// What the documents show is run. Promise documents are checked, whole or completed; command lines are given to the program. Pages of L codes are run in the tests of
/// the language, those of rules in the tests of the rules, expressions in the tests of expressions: here it is held that no other block is left over.
/// </summary>
public partial class DocumentsTests
{
    /// <summary>The pages' own time: what they show ends one day, and the pages stay true.</summary>
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Pages() =>
        [.. Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)).Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_document_on_a_page_is_read_and_promises(string page)
    {
        var code = Path.GetFileNameWithoutExtension(page);
        foreach (var (form, text) in Blocks(page))
        {
            if (form != "yaml" || RunElsewhere().IsMatch(code)) continue;
            if (text.StartsWith("# in the document", StringComparison.Ordinal))
            {
                await IsPartOfTheHouseAsync(page, text);
                continue;
            }
            if (text.StartsWith("house: ", StringComparison.Ordinal))
            {
                // what holds for a house, with a document beside it that any house may hold
                using var whole = new TestHouse().With("house.yaml", text).With("page.kept.yaml", Completed((text.Contains("tell:", StringComparison.Ordinal) ? "tell: push\n" : "") + "check: { http: 'GET https://shop.example/', expect: [ status == 200 ] }\n"));
                var checking = await CommandLine.RunAtAsync(Then, "check", whole.Folder);
                Assert.True(checking.ExitCode == 0, $"{page}: {checking.Result}{checking.Talk}");
                continue;
            }
            using var house = new TestHouse().With("page.kept.yaml", text.StartsWith("kept: 1", StringComparison.Ordinal) ? text : Completed(text));
            var run = await CommandLine.RunAtAsync(Then, "check", house.Folder);
            Assert.True(run.ExitCode == 0, $"{page}: {run.Result}{run.Talk}");
            Assert.Contains(" 1 promise", run.Talk, StringComparison.Ordinal);
        }
    }

    /// <summary>A page may show parts of documents whose whole house it names at its end: they stand there word for word, in this order, and that house has no error.</summary>
    private static async Task IsPartOfTheHouseAsync(string page, string part)
    {
        var named = WholeHouse().Match(await File.ReadAllTextAsync(Repository.PathOf(page.Split('/')), TestContext.Current.CancellationToken));
        Assert.True(named.Success, $"{page} shows a part and does not say: A whole house: `examples/…`");
        var folder = Repository.PathOf(named.Groups["folder"].Value.Split('/'));
        var run = await CommandLine.RunAtAsync(Then, "check", folder);
        Assert.True(run.ExitCode == 0, run.Result);
        var wanted = Lines(part);
        Assert.Contains(Directory.EnumerateFiles(folder, "*.yaml").SelectMany(file => File.ReadAllText(file).Split("\n---\n")), document =>
        {
            var at = 0;
            foreach (var line in Lines(document))
                if (at < wanted.Count && line == wanted[at]) at++;
            return at == wanted.Count;
        });

        static List<string> Lines(string text) => [.. text.Split('\n').Select(line => line.Split(" #")[0].Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'))];
    }

    /// <summary>A block without a language is a console, a request or a program's words; any other language is one that some test runs.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_is_of_a_form_that_some_test_runs(string page)
    {
        var known = new Dictionary<string, string>
        {
            ["yaml"] = "",
            ["console"] = "README.md",
            [""] = "",
            ["json"] = "docs/reference/api.md",
            ["scenario"] = "docs/reference/scenarios.md",
            ["sh"] = "docs/reference/ledger-format.md",
        };
        foreach (var form in new[] { "expect", "value", "given", "uses", "keeps", "use", "measure", "alerts", "ebnf" }) known[form] = "docs/reference/expressions.md";
        foreach (var form in new[] { "gatus", "report", "document", "seen", "gatus-seen" }) known[form] = "docs/reference/import.md";
        // the page of one tool: ImportPagesTests
        if (page.StartsWith("docs/reference/import-", StringComparison.Ordinal))
            foreach (var form in new[] { page["docs/reference/import-".Length..^".md".Length], "report", "document", "history" }) known[form] = page;
        foreach (var form in new[] { "openslo", "openslo-document", "sloth", "sloth-report", "sloth-document", "pyrra", "pyrra-document" }) known[form] = "docs/reference/import-slo.md";
        foreach (var form in new[] { "slo", "told", "rules", "modules", "entities" }) known[form] = "docs/reference/export.md";
        // pages with tests of their own: DiscoveryPageTests, DropInPageTests, ScenarioTests
        foreach (var form in page switch
        {
            "docs/concepts/discovery.md" => ["document", "targets", "wishes", "own-document", "own-targets", "own-promises"],
            "docs/reference/drop-in.md" => ["document", "calls", "house", "blackbox"],
            "docs/reference/expressions.md" => ["regime"],
            "docs/concepts/regimes.md" or "docs/concepts/calendars.md" => ["scenario"],
            _ => Array.Empty<string>(),
        }) known[form] = page;
        // bytes, links and folders, which a page cannot hold: their examples are files under examples/broken
        if (RunElsewhere().IsMatch(Path.GetFileNameWithoutExtension(page))) known["text"] = page;
        foreach (var (form, _) in Blocks(page)) Assert.True(known.TryGetValue(form, out var only) && (only!.Length == 0 || only == page), $"{page}: a block of {form}, which no test runs there");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_in_a_block_is_one_the_program_takes(string page)
    {
        foreach (var line in Blocks(page).Where(block => block.Form is "" or "console").SelectMany(block => block.Text.Split('\n')))
            if (Command().Match(line) is { Success: true } command)
                Assert.True(Takes(Words(command.Groups["words"].Value)), $"{page}: {line}");
    }

    [Fact]
    public async Task The_commands_of_the_README_do_what_it_says()
    {
        var lines = Blocks("README.md").Where(block => block.Form == "console").SelectMany(block => block.Text.Split('\n')).Select(line => Command().Match(line)).Where(match => match.Success)
            .Select(match => Words(match.Groups["words"].Value)).ToList();
        Assert.Equal(["up", "add", "up", "check", "verify", "status", "explain"], lines.Select(words => words[0]));
        using var place = new TestHouse();
        var data = place.PathOf("data");
        // a house of its own data folder, a port that is free, the repository's files; nothing answers where the examples look
        string[] Here(string[] words) => [.. words.Select(word => word.StartsWith("examples/", StringComparison.Ordinal) ? Repository.PathOf(word.Split('/')) : word), .. words[0] switch
        {
            "up" => new[] { "--data", data, "--port", "0" },
            "add" => ["--house", place.PathOf("house"), "--yes"],
            "status" or "explain" => ["--data", data],
            _ => [],
        }];
        foreach (var words in lines.Where(words => words[0] is "check" or "verify" or "add"))
        {
            var run = words[0] == "check" ? await CommandLine.RunAtAsync(Then, Here(words)) : await CommandLine.RunAsync(Here([.. words.Select(word => word.Replace(":8443", $":{ScriptedPeer.ClosedPort()}", StringComparison.Ordinal))]));
            Assert.True(words[0] == "check" ? run.ExitCode == 0 : run.ExitCode is 0 or 1 or 3, $"{words[0]} ended with {run.ExitCode}: {run.Result}{run.Talk}");
        }
        foreach (var words in lines.Where(words => words[0] == "up"))
        {
            using var stop = new CancellationTokenSource();
            var up = CommandLine.RunAsync(Stream.Null, TimeProvider.System, stop.Token, Here(words));
            try
            {
                foreach (var asking in lines.Where(asking => asking[0] is "status" or "explain" && (words.Length > 1 || asking.Length == 1)))
                {
                    var run = await UntilAsync(Here(asking), up);
                    Assert.True(run.ExitCode is 0 or 1 or 3, $"{asking[0]} ended with {run.ExitCode}: {run.Result}{run.Talk}");
                    Assert.NotEqual("", run.Result);
                }
            }
            finally
            {
                await stop.CancelAsync();
            }
            Assert.Equal(0, (await up).ExitCode);
        }
    }

    /// <summary>What the pages of the server show to be copied.</summary>
    [Theory]
    [InlineData("AddWords.razor")]
    [InlineData("AddPage.razor")]
    public async Task A_document_that_a_page_of_the_server_shows_is_one(string page)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("src", "Kept.Server", "Pages", page), TestContext.Current.CancellationToken);
        var shown = RawText().Matches(text).Select(match => Dedented(match.Groups["text"].Value)).Concat(InlineSample().Matches(text).Select(match => match.Groups["text"].Value).Where(sample => sample.StartsWith("check:", StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(shown);
        foreach (var sample in shown)
        {
            using var house = new TestHouse().With("page.kept.yaml", sample.StartsWith("kept: 1", StringComparison.Ordinal) ? sample : Completed(sample));
            var run = await CommandLine.RunAtAsync(Then, "check", house.Folder);
            Assert.True(run.ExitCode == 0, $"{sample}\n{run.Result}{run.Talk}");
        }
    }

    /// <summary>Blocks of a page, with their language.</summary>
    private static IEnumerable<(string Form, string Text)> Blocks(string page) =>
        Fence().Matches(File.ReadAllText(Repository.PathOf(page.Split('/')))).Select(block => (block.Groups["form"].Value, block.Groups["text"].Value));

    /// <summary>A page of a check shows a check, the page for wishes what is relied on; this makes a document of it that says no more than it must.</summary>
    private static string Completed(string fragment)
    {
        const string Head = "kept: 1\nagent: shown\ndomains: [shop.example, live-show.example, cache.example, mail.example]\nuntil: 2027-12-31\n";
        if (fragment.StartsWith("relies-on:", StringComparison.Ordinal)) return Head + fragment;
        return Head + """
            promises:
              shown@1:
                version: 1.0
                benefit: You get what is shown.
                to: anyone
                docs: https://shop.example/terms
                notice: 7d
                keeps: [ availability >= 99% over 30d ]
                fails: [ { code: 503 later, sees: an error, retry: after 30s, loses: nothing } ]
                uses: not disclosed

            """ + string.Join('\n', fragment.TrimEnd().Split('\n').Select(line => "    " + line)) + "\n";
    }

    private static bool Takes(string[] words) => MessagesTests.Grammar.Parse(words).Errors.Count == 0;

    private static string[] Words(string line) => [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line.Split('#')[0])];

    private static string Dedented(string text)
    {
        var lines = text.Trim('\n').Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : "")).TrimEnd() + "\n";
    }

    private static async Task<CommandLine> UntilAsync(string[] args, Task up)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System))
        {
            var run = await CommandLine.RunAsync(args);
            if (run.Result.Length > 0 && !run.Talk.Contains("No server runs", StringComparison.Ordinal) || up.IsCompleted || clock.Elapsed > TimeSpan.FromSeconds(40)) return run;
        }
    }

    [GeneratedRegex(@"^```(?<form>[\w-]*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("A whole house: `(?<folder>examples/[^`]+)`")]
    private static partial Regex WholeHouse();

    /// <summary>Pages of codes of the language, of rules, budgets and hollow checks, whose blocks are parts.</summary>
    [GeneratedRegex(@"^(L\d{3}|[RBH]\d{2})$")]
    private static partial Regex RunElsewhere();

    [GeneratedRegex(@"^(?:\$ )?(?:\./)?kept (?<words>[a-z].*)$")]
    private static partial Regex Command();

    [GeneratedRegex("\"\"\"\n(?<text>.*?)\n *\"\"\"", RegexOptions.Singleline)]
    private static partial Regex RawText();

    [GeneratedRegex("<pre class=\"sample\"><code>(?<text>[^@<]+)</code>")]
    private static partial Regex InlineSample();
}
