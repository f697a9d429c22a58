using System.Globalization;
using System.Text;
using System.Text.Json;
using Kept.Cli.Output;
using Kept.Import;

namespace Kept.Cli.Importing;

/// <summary>What an import did, as stable JSON.</summary>
internal static class ImportJson
{
    public static string Write(Carrying import, IReadOnlyList<string> written) => DiagnosticJson.Text(json =>
    {
        var reading = import.Reading;
        json.WriteStartObject();
        json.WriteString("tool", reading.Tool.Name);
        json.WriteString("source", import.Source);
        json.WriteBoolean("broken", reading.IsBroken);
        if (reading.Score is { } score) json.WriteNumber("score", score);
        json.WriteStartObject("checks");
        json.WriteNumber("all", reading.Checks.Length);
        json.WriteNumber("carried", reading.Carried);
        json.WriteNumber("whole", reading.Count(Fate.Whole));
        json.WriteNumber("partly", reading.Count(Fate.Partly));
        json.WriteNumber("hollow", reading.Hollow);
        json.WriteNumber("not-carried", reading.Count(Fate.NotCarried));
        json.WriteEndObject();
        json.WriteStartObject("findings");
        foreach (var kind in Enum.GetValues<FindingKind>()) json.WriteNumber(Word(kind), reading.Count(kind));
        json.WriteNumber("unlisted", reading.Left);
        json.WriteEndObject();
        if (import.Past is { } past) Past(json, past);
        json.WriteStartArray("fates");
        foreach (var check in reading.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("file", check.At.File?.Path ?? "");
            json.WriteNumber("line", check.At.Line);
            if (check.Wish is { } wish) json.WriteString("wish", wish);
            json.WriteString("fate", check.Fate switch { Fate.Whole => "whole", Fate.Partly => "partly", Fate.Hollow => "hollow", _ => "not-carried" });
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Report(json, import);
        json.WriteStartArray("documents");
        foreach (var document in reading.Documents)
        {
            json.WriteStartObject();
            json.WriteString("path", document.Path);
            json.WriteString("text", Encoding.UTF8.GetString(document.Bytes.Span));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("written");
        foreach (var file in written) json.WriteStringValue(file);
        json.WriteEndArray();
        DiagnosticJson.Write(json, import.Diagnostics);
        json.WriteEndObject();
    });

    /// <summary>What there is to do, as the text has it: the same order, the same words.</summary>
    private static void Report(Utf8JsonWriter json, Carrying import)
    {
        var became = Duties.Became(import.Reading);
        json.WriteStartArray("report");
        foreach (var (finding, diagnostic) in import.Reading.Findings.Zip(import.Diagnostics).OrderBy(pair => Duties.Of(pair.First)))
        {
            json.WriteStartObject();
            json.WriteString("do", Duties.Wire(Duties.Of(finding)));
            json.WriteString("code", finding.Code);
            if (finding.Subject.Length > 0) json.WriteString("check", finding.Subject);
            if (became.TryGetValue(finding.Subject, out var wish)) json.WriteString("wish", wish);
            json.WriteString("file", finding.At.File?.Path ?? "");
            json.WriteNumber("line", finding.At.Line);
            json.WriteNumber("column", finding.At.Column);
            if (diagnostic.LineText is { } line) json.WriteString("written", Credentials.Masked(line.Trim()));
            json.WriteString("means", finding.Message);
            if (finding.Shows is { } shows) json.WriteString("shows", shows);
            if (finding.Instead is { } instead) json.WriteString("write", instead);
            if (finding.Here is { } here) json.WriteString("here", here);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Past(Utf8JsonWriter json, PastOfOthers past)
    {
        json.WriteStartObject("history");
        json.WriteString("assessor", past.Assessor);
        if (past.Broken is { } broken) json.WriteString("broken", broken.Message);
        json.WriteNumber("good", past.Good);
        json.WriteNumber("bad", past.Bad);
        json.WriteNumber("gaps", past.Gaps);
        json.WriteNumber("counts-per-day", past.Days);
        if (past.Statements > 0) json.WriteNumber("statements", past.Statements);
        json.WriteNumber("left-out", past.LeftOut);
        json.WriteStartArray("days");
        foreach (var day in past.PerDay)
        {
            json.WriteStartObject();
            json.WriteString("day", day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("good", day.Good);
            json.WriteNumber("bad", day.Bad);
            json.WriteNumber("gaps", day.Gaps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(FindingKind kind) => kind switch { FindingKind.Unread => "unread", FindingKind.Hollow => "hollow", FindingKind.UnknownKey => "unknown-key", FindingKind.Lost => "lost", _ => "changed" };
}
