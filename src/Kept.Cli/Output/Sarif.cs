using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>Diagnostics as SARIF 2.1.0 (OASIS), the form that editors and code hosts read.</summary>
internal static class Sarif
{
    /// <summary>A failure that a check lets pass knowingly, as a result that is suppressed: a code host shows it as closed, with the reason.</summary>
    /// <param name="Because">The justification.</param>
    public readonly record struct Accepted(Diagnostic Miss, string Because);

    /// <param name="diagnostics">What was found.</param>
    /// <param name="accepted">What was found, and is accepted in the documents (SARIF 3.35: a suppression, <c>inSource</c>).</param>
    public static string Write(IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<Accepted>? accepted = null) => DiagnosticJson.Text(json =>
    {
        accepted ??= [];
        var codes = diagnostics.Concat(accepted.Select(one => one.Miss)).Select(d => d.Code).Distinct().Order(StringComparer.Ordinal).ToList();
        json.WriteStartObject();
        json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "kept");
        json.WriteStartArray("rules");
        foreach (var code in codes)
        {
            json.WriteStartObject();
            json.WriteString("id", code);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (var (diagnostic, because) in diagnostics.Select(one => (one, (string?)null)).Concat(accepted.Select(one => (one.Miss, (string?)one.Because))))
        {
            json.WriteStartObject();
            json.WriteString("ruleId", diagnostic.Code);
            json.WriteNumber("ruleIndex", codes.IndexOf(diagnostic.Code));
            json.WriteString("level", diagnostic.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "note" });
            json.WriteStartObject("message");
            json.WriteString("text", diagnostic.Help is { } help ? $"{diagnostic.Message}. {help}" : diagnostic.Message);
            json.WriteEndObject();
            if (diagnostic.At.File is { Path.Length: > 0 } file)
            {
                json.WriteStartArray("locations");
                json.WriteStartObject();
                json.WriteStartObject("physicalLocation");
                json.WriteStartObject("artifactLocation");
                json.WriteString("uri", Uri.EscapeDataString(file.Path).Replace("%2F", "/", StringComparison.Ordinal));
                json.WriteEndObject();
                if (diagnostic.At.IsKnown)
                {
                    json.WriteStartObject("region");
                    json.WriteNumber("startLine", diagnostic.At.Line);
                    json.WriteNumber("startColumn", diagnostic.At.Column);
                    json.WriteNumber("endColumn", diagnostic.At.Column + Math.Max(1, diagnostic.At.Length));
                    json.WriteEndObject();
                }
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndArray();
            }
            if (because is not null)
            {
                json.WriteStartArray("suppressions");
                json.WriteStartObject();
                json.WriteString("kind", "inSource");
                json.WriteString("status", "accepted");
                json.WriteString("justification", because);
                json.WriteEndObject();
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
