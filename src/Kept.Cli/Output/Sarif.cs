using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>Diagnostics as SARIF 2.1.0 (OASIS), the form that editors and code hosts read.</summary>
internal static class Sarif
{
    public static string Write(IReadOnlyList<Diagnostic> diagnostics) => DiagnosticJson.Text(json =>
    {
        var codes = diagnostics.Select(d => d.Code).Distinct().Order(StringComparer.Ordinal).ToList();
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
        foreach (var diagnostic in diagnostics)
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
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
