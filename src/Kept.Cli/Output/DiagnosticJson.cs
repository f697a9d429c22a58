using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>Diagnostics as stable JSON: <c>{"diagnostics":[{code,severity,file,line,column,length,message,help,promise}]}</c>.</summary>
internal static class DiagnosticJson
{
    internal static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<Diagnostic> diagnostics) => Text(json =>
    {
        json.WriteStartObject();
        Write(json, diagnostics);
        json.WriteEndObject();
    });

    /// <summary>The member <c>diagnostics</c> of an object that is being written.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Diagnostic> diagnostics)
    {
        json.WriteStartArray("diagnostics");
        foreach (var diagnostic in diagnostics)
        {
            json.WriteStartObject();
            json.WriteString("code", diagnostic.Code);
            json.WriteString("severity", diagnostic.Severity.ToString().ToLowerInvariant());
            json.WriteString("file", diagnostic.At.File?.Path ?? "");
            json.WriteNumber("line", diagnostic.At.Line);
            json.WriteNumber("column", diagnostic.At.Column);
            json.WriteNumber("length", diagnostic.At.Length);
            json.WriteString("message", diagnostic.Message);
            if (diagnostic.Help is { } help) json.WriteString("help", help);
            if (diagnostic.Promise is { } promise) json.WriteString("promise", promise.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable)) write(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
