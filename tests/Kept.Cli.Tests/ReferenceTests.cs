using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>The reference pages of the command line and of the API, held against the grammar, the approved description of the API and the approved metrics.</summary>
public partial class ReferenceTests
{
    private static readonly string Api = File.ReadAllText(Repository.PathOf("docs", "reference", "api.md")), Cli = File.ReadAllText(Repository.PathOf("docs", "reference", "cli.md"));

    private static readonly string[] Server = ["tests", "Kept.Server.Tests"];

    private static string Approved(params string[] path) => File.ReadAllText(Repository.PathOf([.. Server, .. path]));

    /// <summary>Every route with its methods, as the running server lists them.</summary>
    internal static IReadOnlyDictionary<string, string[]> Routes { get; } = Approved("Api", "Expectations", "ApiTests.There_are_these_endpoints_and_no_others.txt")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(words => words[1], words => words[0].Split(','));

    [Fact]
    public void The_table_of_verbs_is_the_grammar_of_the_program()
    {
        var rows = Rows(Cli, "| verb | does |").ToDictionary(cells => Backticked().Match(cells[0]).Groups["text"].Value, cells => cells[1]);
        var verbs = MessagesTests.Grammar.Subcommands.SelectMany(verb => (verb.Subcommands.Count == 0 || verb.Arguments.Count > 0 ? [(Name: verb.Name, Command: verb)] : Array.Empty<(string Name, System.CommandLine.Command Command)>()).Concat(verb.Subcommands.Select(sub => (Name: $"{verb.Name} {sub.Name}", Command: sub)))).ToList();
        Assert.Equal(verbs.Select(verb => verb.Name).Order(StringComparer.Ordinal), rows.Keys.Select(key => string.Join(' ', key.Split(' ').Skip(1).TakeWhile(word => char.IsAsciiLetterLower(word[0])))).Distinct().Order(StringComparer.Ordinal));
        foreach (var (name, command) in verbs)
        {
            // a verb may have two rows, where it does two things
            var its = rows.Where(row => row.Key == "kept " + name || row.Key.StartsWith($"kept {name} ", StringComparison.Ordinal)).ToList();
            Assert.Equal(command.Options.Select(option => option.Name).Where(option => option is not "--help").Order(StringComparer.Ordinal),
                its.SelectMany(row => Flag().Matches(row.Key + row.Value)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));
            // an argument is shown, and in brackets only where it may be left out
            foreach (var argument in command.Arguments)
            {
                var word = argument.Name.Replace("|", " or ", StringComparison.Ordinal);
                Assert.Contains(its, row => row.Key.Contains(word, StringComparison.Ordinal) && (argument.Arity.MinimumNumberOfValues == 0 || !row.Key.Contains("[" + word, StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void The_table_of_exit_codes_has_every_code_and_no_other()
    {
        var codes = typeof(ExitCodes).GetFields().Where(field => field.IsLiteral).Select(field => (int)field.GetValue(null)!).Order();
        Assert.Equal(codes, Rows(Cli, "| code | `check`").Select(cells => int.Parse(cells[0])).Order());
        foreach (var exit in typeof(Server.ServerExit).GetFields().Where(field => field.IsLiteral))
            Assert.NotEmpty(Rows(Cli, "| code | `check`").Single(cells => int.Parse(cells[0]) == (int)exit.GetValue(null)!)[4].Trim());
    }

    [Fact]
    public void The_table_of_addresses_is_what_the_server_answers()
    {
        var last = "";
        var shown = new Dictionary<string, string>();
        foreach (var cells in Rows(Api, "| address | answers |"))
            foreach (Match address in Backticked().Matches(cells[0]))
            {
                var text = address.Groups["text"].Value;
                var path = text.StartsWith('…') ? last + text[1..] : text;
                if (!text.StartsWith('…')) last = path;
                shown[BeatWord().Replace(path, "/beat/{key}/{what}")] = cells[1];
            }
        var machine = Routes.Keys.Where(route => route.StartsWith("/api/", StringComparison.Ordinal) || route.StartsWith("/beat/", StringComparison.Ordinal) || route is "/metrics" or "/healthz").ToList();
        Assert.Equal(machine.Order(StringComparer.Ordinal), shown.Keys.Append("/api/v1/openapi.json").Order(StringComparer.Ordinal));

        // every parameter of the description stands beside its address
        using var openapi = JsonDocument.Parse(Approved("Api", "Expectations", "ApiTests.openapi.txt"));
        foreach (var path in openapi.RootElement.GetProperty("paths").EnumerateObject())
            foreach (var method in path.Value.EnumerateObject().Where(method => method.Value.TryGetProperty("parameters", out _)))
                foreach (var parameter in method.Value.GetProperty("parameters").EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query"))
                    Assert.True(shown[path.Name].Contains($"`{parameter.GetProperty("name").GetString()}`", StringComparison.Ordinal), $"{path.Name} takes {parameter.GetProperty("name").GetString()}, and api.md does not say so");
        foreach (var (route, methods) in Routes.Where(route => route.Key.StartsWith("/api/", StringComparison.Ordinal) && route.Key is not ("/api/push/{token}" or "/api/v1/endpoints/{endpoint}/external")))
            Assert.All(methods, method => Assert.True(method is "GET" or "HEAD", $"api.md says that nothing changes anything: {method} {route}"));
    }

    [Fact]
    public void The_sample_of_an_error_is_one_and_every_code_is_named()
    {
        var sample = Fence().Matches(Api).Single(block => block.Groups["form"].Value == "json").Groups["text"].Value;
        using var json = JsonDocument.Parse(sample);
        using var openapi = JsonDocument.Parse(Approved("Api", "Expectations", "ApiTests.openapi.txt"));
        var form = openapi.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("WireProblem").GetProperty("properties").EnumerateObject().Select(member => member.Name);
        Assert.Equal(form.Order(StringComparer.Ordinal), json.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var code = json.RootElement.GetProperty("code").GetString();
        Assert.Equal("urn:kept:error:" + code, json.RootElement.GetProperty("type").GetString());
        Assert.Contains($"new(\"{code}\", StatusCodes.Status{json.RootElement.GetProperty("status").GetInt32()}", File.ReadAllText(Repository.PathOf("src", "Kept.Server", "Api", "ApiError.cs")), StringComparison.Ordinal);
        Assert.Contains($"\"{json.RootElement.GetProperty("title").GetString()}\"", File.ReadAllText(Repository.PathOf("src", "Kept.Server", "Api", "ApiError.cs")), StringComparison.Ordinal);
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "errors"), "A*.md").Select(file => Path.GetFileNameWithoutExtension(file)!);
        Assert.Equal(pages.Order(StringComparer.Ordinal), ErrorLink().Matches(Api).Select(match => match.Groups["code"].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_metrics_has_every_family_and_no_other()
    {
        var families = TypeLine().Matches(Approved("Metrics", "Expectations", "MetricsTests.Metrics_keep_their_form.txt")).Select(match => match.Groups["name"].Value)
            .Concat(["kept_regime_outcome", "kept_regime_current"]).ToList(); // only of promises that name regimes: RegimeServerTests
        var shown = Rows(Api, "| family | says |").SelectMany(cells => Backticked().Matches(cells[0])).Select(match => match.Groups["text"].Value).ToList();
        Assert.NotEmpty(families);
        Assert.All(shown, name => Assert.Contains(families, family => Fits(name, family)));
        Assert.All(families, family => Assert.Contains(shown, name => Fits(name, family)));

        static bool Fits(string shown, string family) => shown.EndsWith('…') ? family.StartsWith(shown[..^1], StringComparison.Ordinal) : shown == family || shown == family + "_total"; // a counter is sampled under that name
    }

    /// <summary>Requests that pages tell to write: what stands under "Write:" and every curl reaches something, by a method it takes.</summary>
    [Fact]
    public void Requests_on_pages_reach_something()
    {
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.PathOf("README.md")).Append(Repository.PathOf("src", "Kept.Server", "Pages", "AddPage.razor"));
        var asked = 0;
        foreach (var page in pages)
        {
            var text = File.ReadAllText(page);
            var write = text.Contains("\nWrite:\n", StringComparison.Ordinal) ? text.Split("\nWrite:\n")[1] : text.Contains("\nWrong:\n", StringComparison.Ordinal) ? "" : text;
            foreach (var (method, path) in Requested().Matches(write).Select(match => (match.Groups["method"].Value, match.Groups["path"].Value))
                         .Concat(Curled().Matches(write).Select(match => (match.Value.Contains("--data", StringComparison.Ordinal) ? "POST" : "GET", match.Groups["path"].Value))))
            {
                Assert.True(Routes.Any(route => Leads(route.Key, path.Split('?')[0]) && route.Value.Contains(method)), $"{Path.GetFileName(page)}: {method} {path} reaches nothing");
                asked++;
            }
        }
        Assert.True(asked > 12, $"only {asked} found");
    }

    private static bool Leads(string route, string path)
    {
        var (parts, words) = (route.Split('/'), path.TrimEnd(',', '.').Split('/'));
        return parts.Length == words.Length && parts.Zip(words).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);
    }

    /// <summary>The cells of the rows of the table under this heading line.</summary>
    private static IEnumerable<string[]> Rows(string page, string heading) =>
        page[page.IndexOf(heading, StringComparison.Ordinal)..].Split('\n').TakeWhile(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries));

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"^/beat/\{key\}/.+$")]
    private static partial Regex BeatWord();

    [GeneratedRegex(@"^```(?<form>\w*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\[(?<code>A\d\d)\]\(")]
    private static partial Regex ErrorLink();

    [GeneratedRegex("^# TYPE (?<name>[a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<method>GET|POST|HEAD|PUT|DELETE) (?<path>/\S*)", RegexOptions.Multiline)]
    private static partial Regex Requested();

    [GeneratedRegex(@"curl [^\n]*?http://[A-Za-z0-9.]+:\w+(?<path>/[^\s<`'""]*)")]
    private static partial Regex Curled();
}
