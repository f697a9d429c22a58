using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Kept.Import;
using Kept.Import.Gatus;
using Kept.Judging;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Cli.Trying;

/// <summary>What became of one expectation and one observation.</summary>
/// <param name="Outcome"><c>pass</c>, <c>fail</c>, <c>unknown</c> or <c>refused</c>.</param>
/// <param name="Text">Why, in words; in the dialect of another tool, its own words.</param>
/// <param name="Diagnostics">What is wrong or hollow about the expression, or wrong with the file.</param>
internal sealed record Trial(string Outcome, string Text, ImmutableArray<Diagnostic> Diagnostics)
{
    private const string Expression = "expression";

    public int ExitCode => Outcome switch { "pass" => ExitCodes.Kept, "fail" => ExitCodes.Broken, "unknown" => ExitCodes.Unknown, _ => ExitCodes.Usage };

    /// <summary>In our own language.</summary>
    public static Trial OfOurs(string text, string file, string content, CheckKind kind, Instant at)
    {
        var (expectation, problems) = ExpectationText.Read(text, kind);
        if (expectation is null) return new("refused", problems.First(problem => problem.Severity == Severity.Error).Message, problems);
        if (Parsed(content) is not { } json) return NotJson(file);
        var (seen, wrong, help) = SeenFile.Read(json, kind, at);
        if (seen is null) return Wrong(file, wrong!, help);
        var check = new Check(kind.Name, kind, new CheckTarget("", "", 0, "", ""), FrozenDictionary<string, FieldValue>.Empty, Duration.Seconds(60), Duration.Seconds(10), Confirmation.AtOnce, [expectation], [], Place.None);
        var outcome = Judge.Look(check, seen, new Judged(Truth.True, "no condition")).Expectations[0];
        return new(outcome.Truth switch { Truth.True => "pass", Truth.False => "fail", _ => "unknown" }, outcome.Reason, problems);
    }

    /// <summary>As Gatus reads it: its verdict, its text, and what is hollow about it.</summary>
    public static Trial OfGatus(string condition, string file, string content, DateTimeOffset at)
    {
        if (Parsed(content) is not { } json) return NotJson(file);
        var (seen, wrong) = GatusSeen.Read(json, at);
        if (seen is null) return Wrong(file, wrong!, "write the fields of a result of Gatus: {\"status\": 200, \"durationMs\": 120, \"body\": \"{}\"}");
        var verdict = GatusCondition.Evaluate(condition, seen);
        var place = new Place(new SourceFile(Expression), 1, 1, Math.Max(1, condition.Length));
        if (verdict.IsUnjudged) return new("unknown", verdict.Text, []);
        if (verdict.Passes is not { } passes)
            return new("refused", verdict.Text, [new Diagnostic(ImportCodes.Unread, Severity.Error, place, "Gatus refuses it: it is no `VALUE OPERATOR VALUE`", "write one of == != < <= > >= between two values, with a space on both sides", null, condition)]);
        return new(passes ? "pass" : "fail", verdict.Text,
            [.. GatusHollow.Find(condition, seen).Select(one => new Diagnostic(one.Code, Severity.Warning, place with { Column = one.Start + 1, Length = Math.Max(1, one.Length) },
                one.Shows is null ? one.Message : $"{one.Message}: {one.Shows}", Finding.Both(one.Instead, one.Here), null, condition))]);
    }

    private static JsonElement? Parsed(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Trial NotJson(string file) => Wrong(file, "it is not JSON", "write one JSON object");

    private static Trial Wrong(string file, string message, string? help) =>
        new("refused", $"{file}: {message}", [new Diagnostic(ImportCodes.Unread, Severity.Error, new Place(new SourceFile(file), 0, 0, 0), message, help)]);
}
