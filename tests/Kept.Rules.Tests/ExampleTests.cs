using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Every rule has a page, a document that keeps it, and for each clause a document that breaks it, with the words a person reads.</summary>
public class ExampleTests
{
    private static readonly string Broken = Repository.PathOf("examples", "broken"), Good = Repository.PathOf("examples", "good", "rules");

    /// <summary>All but the one whose example would be hundreds of promises long; it has a test of its own (<see cref="ConflictTests"/>).</summary>
    public static TheoryData<string> Clauses =>
        [.. RuleCatalog.Rules.SelectMany(rule => rule.Clauses).Select(clause => $"{clause.Rule}.{clause.Slug}").Where(clause => clause != "R15.too-many")];
    public static TheoryData<string> Rules => [.. RuleCatalog.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Clauses))]
    public void Every_clause_has_a_document_that_breaks_it(string clause)
    {
        var path = Path.Combine(Broken, clause + ".kept.yaml");
        Assert.True(File.Exists(path), $"write {path}: a document that breaks {clause} and no more");
        var name = Path.GetFileName(path);
        var findings = Documents.Findings(File.ReadAllText(path), Before(path), name);
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
        var others = Documents.Findings(File.ReadAllText(path), Before(path)).Where(finding => finding.Diagnostic.Severity == Severity.Error && $"{finding.Clause.Rule}.{finding.Clause.Slug}" != clause);
        // these come in pairs by their nature: a wrong acceptance leaves the dependence unbound, an ended promise has ended, nothing at all lacks a check too
        Assert.DoesNotContain(others, finding => !(clause is "R03.promisee" || clause.StartsWith("R04.", StringComparison.Ordinal) || clause is "R20.unbound" or "R11.empty" or "R20.ended"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_document_that_keeps_it_and_all_others(string rule)
    {
        var path = Path.Combine(Good, rule + ".kept.yaml");
        Assert.True(File.Exists(path), $"write {path}: a document that keeps {rule}");
        Assert.Empty(Documents.Findings(File.ReadAllText(path), Before(path)).Select(finding => DiagnosticText.Render(finding.Diagnostic)));
    }

    [Fact]
    public void Every_example_belongs_to_a_clause_that_exists()
    {
        var known = Clauses.Select(row => (string)row.Data).ToHashSet();
        var files = Directory.EnumerateFiles(Broken, "R*").Select(file => Path.GetFileName(file)!).Select(name => string.Join('.', name.Split('.').Take(2)));
        Assert.DoesNotContain(files, name => !known.Contains(name));
        Assert.DoesNotContain(Directory.EnumerateFiles(Good).Select(file => Path.GetFileName(file)!.Split('.')[0]), id => RuleCatalog.Find(id) is null);
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
