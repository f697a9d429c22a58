using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kept.Import.Writing;

namespace Kept.Import.Statuspage;

/// <summary>What a page said of its own incidents and maintenances, one line for each component: the assessment of who promises, never evidence of ours.</summary>
internal static class StatuspageHistory
{
    private static readonly JsonWriterOptions OneLine = new() { Indented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static PastOfOthers Write(ImportRequest request, ImportReading reading, Stream into)
    {
        // what is wrong with the files was told when they were read, and then nothing is written
        var house = StatuspageHouse.Read(request, new HouseDraft(), new Losses());
        long statements = 0, leftOut = 0;
        Line(into, json =>
        {
            json.WriteNumber("history", 1);
            json.WriteString("assessor", house.Owner);
            json.WriteString("source", string.Join(", ", request.Files.Select(file => file.Path)));
            json.WriteString("note", "what the owner of a status page said of itself; it is not evidence of Kept");
        });
        foreach (var one in house.Events.OrderBy(one => one.From).ThenBy(one => one.Id, StringComparer.Ordinal))
            foreach (var (component, said) in one.Said.IsEmpty ? [("", null)] : one.Said)
            {
                if (!house.Promises.TryGetValue(component, out var promise) && component.Length > 0)
                {
                    leftOut++;
                    continue;
                }
                statements++;
                Line(into, json =>
                {
                    // of an incident that names no component it is not known whom it met
                    if (promise is not null) json.WriteString("promise", promise);
                    json.WriteString(one.IsMaintenance ? "maintenance" : "incident", one.Name);
                    json.WriteString("from", Text(one.From));
                    if (one.To is { } to) json.WriteString("to", Text(to));
                    if (said is not null) json.WriteString("said", said);
                    if (one.Impact is { } impact) json.WriteString("impact", impact);
                });
            }
        return new PastOfOthers(house.Owner, 0, 0, 0, 0, leftOut, [], null) { Statements = statements };
    }

    private static void Line(Stream into, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(into, OneLine))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        into.Write("\n"u8);
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
