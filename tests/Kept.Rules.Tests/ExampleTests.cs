using System.Text.RegularExpressions;
using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Every rule has a page, a document that keeps it, and for each clause a document that breaks it, with the words a person reads.</summary>
public partial class ExampleTests
{
    private static readonly string Broken = Repository.PathOf("examples", "broken"), Good = Repository.PathOf("examples", "good", "rules");

    public static TheoryData<string> Clauses => [.. RuleCatalog.Rules.SelectMany(rule => rule.Clauses).Select(clause => $"{clause.Rule}.{clause.Slug}")];
    public static TheoryData<string> Rules => [.. RuleCatalog.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Clauses))]
    public void Every_clause_has_a_document_that_breaks_it(string clause)
    {
        var path = Path.Combine(Broken, clause + ".kept.yaml");
        Assert.True(File.Exists(path), $"write {path}: a document that breaks {clause} and no more");
        var name = Path.GetFileName(path);
        var findings = Documents.Findings(File.ReadAllText(path), Before(path), name, Broken);
        Assert.Contains(findings, finding => $"{finding.Clause.Rule}.{finding.Clause.Slug}" == clause);
        Assert.All(findings, finding => Assert.True(finding.Diagnostic.At.IsKnown, finding.Diagnostic.Message));
        Assert.All(findings, finding => Assert.False(finding.Diagnostic.Message.EndsWith('.'), finding.Diagnostic.Message));

        var file = new DocumentFile(name, File.ReadAllBytes(path));
        var diagnostics = DiagnosticText.WithLines(findings.Select(finding => finding.Diagnostic), [file]);
        Approved(Path.ChangeExtension(path, null)[..^".kept".Length] + ".expected", string.Join('\n', diagnostics.Select(DiagnosticText.Render)));
    }

    [Theory]
    [MemberData(nameof(Clauses))]
    public void No_broken_document_breaks_a_rule_by_the_way(string clause)
    {
        var path = Path.Combine(Broken, clause + ".kept.yaml");
        var others = Documents.Findings(File.ReadAllText(path), Before(path), folder: Broken).Where(finding => finding.Diagnostic.Severity == Severity.Error && $"{finding.Clause.Rule}.{finding.Clause.Slug}" != clause);
        // these come in pairs by their nature: a wrong acceptance leaves the dependence unbound, an ended promise has ended, nothing at all lacks a check too
        Assert.DoesNotContain(others, finding => !(clause is "R03.promisee" || clause.StartsWith("R04.", StringComparison.Ordinal) || clause is "R20.unbound" or "R11.empty" or "R20.ended"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_document_that_keeps_it_and_all_others(string rule)
    {
        var path = Path.Combine(Good, rule + ".kept.yaml");
        Assert.True(File.Exists(path), $"write {path}: a document that keeps {rule}");
        Assert.Empty(Documents.Findings(File.ReadAllText(path), Before(path), folder: Good).Select(finding => DiagnosticText.Render(finding.Diagnostic)));
    }

    /// <summary>
    /// A clause that spoke always, or never, would pass with a good and a broken document that have nothing in common. So beside each broken document stands one
    /// that nearly breaks the same clause: at most four of its lines are others, or it has one promise more. Where the rule's own document is as near, that one serves.
    /// </summary>
    [Theory]
    [MemberData(nameof(Clauses))]
    public void Every_clause_has_a_document_that_nearly_breaks_it(string clause)
    {
        var path = Path.Combine(Good, clause + ".kept.yaml");
        if (!File.Exists(path)) path = Path.Combine(Good, clause.Split('.')[0] + ".kept.yaml");
        Assert.Empty(Documents.Findings(File.ReadAllText(path), Before(path), folder: Good).Select(finding => DiagnosticText.Render(finding.Diagnostic)));
        var (near, broken) = (Lines(path), Lines(Path.Combine(Broken, clause + ".kept.yaml")));
        var (gone, added) = (Without(broken, near), Without(near, broken));
        Assert.True(gone <= 4 && added <= 18, $"{path} is no near miss of {clause}: {gone} lines of the broken document are others, and {added} are added");
        Assert.True(gone + added > 0, $"{path} is the broken document itself");
    }

    /// <summary>Lines of a document; agents of good documents are named after their clause, so that all can be one house.</summary>
    private static List<string> Lines(string path) =>
        [.. File.ReadAllLines(path).Select(line => AgentOfRule().Replace(line, "").Trim()).Where(line => line.Length > 0)];

    /// <summary>How many lines are not in the other, each counted as often as it stands there.</summary>
    private static int Without(List<string> lines, List<string> other)
    {
        var left = other.CountBy(line => line).ToDictionary();
        return lines.Count(line => left.GetValueOrDefault(line) is 0 || left[line]-- == 0);
    }

    [GeneratedRegex(@"\br[0-9]{2}-(?:[a-z-]+-)?(?=shop|storage|render|aws|printer|app|stock)")]
    private static partial Regex AgentOfRule();

    public static TheoryData<string, string> ReaderClauses
    {
        get
        {
            var clauses = new TheoryData<string, string>();
            foreach (var rule in RuleCatalog.Rules)
                foreach (var clause in rule.DecidedByReader)
                    clauses.Add(rule.Id, clause.Code);
            return clauses;
        }
    }

    /// <summary>A part of a rule that the reader decides is broken by the documents of its code.</summary>
    [Theory]
    [MemberData(nameof(ReaderClauses))]
    public void What_the_reader_decides_of_a_rule_has_a_document_that_breaks_it(string rule, string code)
    {
        var examples = Directory.EnumerateFileSystemEntries(Broken, code + ".*").Where(path => !path.EndsWith(".expected", StringComparison.Ordinal)).ToList();
        Assert.True(examples.Count > 0, $"write {code}.<what>.kept.yaml under {Broken}: it shows {rule}");
        foreach (var example in examples)
        {
            var (files, problems) = HouseFolder.ReadFiles(example);
            Assert.Contains(HouseReader.Read(files, "broken", Documents.Kinds).Diagnostics.Concat(problems), diagnostic => diagnostic.Code == code);
        }
    }

    /// <summary>R06 is the law by which verdicts are computed, R17 says that nothing happens: no document can break them, and property tests hold them.</summary>
    [Fact]
    public void Only_rules_that_no_document_can_break_have_no_broken_document() =>
        Assert.Equal(["R06", "R17"], RuleCatalog.Rules.Where(rule => rule.Clauses.IsEmpty && rule.DecidedByReader.IsEmpty).Select(rule => rule.Id));

    [Fact]
    public void Nobody_accepts_his_own_promises() // R02
    {
        var (files, _) = HouseFolder.ReadFiles(Path.Combine(Broken, "L044.itself.kept.yaml"));
        var told = Assert.Single(HouseReader.Read(files, "broken", Documents.Kinds).Diagnostics);
        Assert.Equal(("L044", "an agent does not rely on itself"), (told.Code, told.Message));
    }

    [Fact]
    public void Every_example_belongs_to_a_clause_that_exists()
    {
        var known = Clauses.Select(row => (string)row.Data).ToHashSet();
        var files = Directory.EnumerateFiles(Broken, "R*").Select(file => Path.GetFileName(file)!).Select(name => string.Join('.', name.Split('.').Take(2)));
        Assert.DoesNotContain(files, name => !known.Contains(name));
        Assert.DoesNotContain(Directory.EnumerateFiles(Good).Select(file => Path.GetFileName(file)!.Split('.')),
            name => name.Length == 3 ? RuleCatalog.Find(name[0]) is null : !known.Contains($"{name[0]}.{name[1]}"));
    }

    private static string? Before(string path)
    {
        var before = path.Replace(".kept.yaml", ".before.yaml", StringComparison.Ordinal);
        return File.Exists(before) ? File.ReadAllText(before) : null;
    }

    private static void Approved(string path, string actual)
    {
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"no approved text {path}; run with UPDATE_SNAPSHOTS=1, read the file, and commit it. It would be:\n{actual}");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
