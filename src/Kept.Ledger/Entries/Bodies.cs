using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kept.Model;

namespace Kept.Ledger.Entries;

/// <summary>Bodies of the entries that the ledger itself writes: canonical JSON, members in order.</summary>
internal static class Bodies
{
    public static EntryDraft Named(PromiseName name, PromiseId id, PromiseName? was, Instant at) => Draft(EntryKinds.PromiseNamed, name.ToString(), at, json =>
    {
        json.WriteString("id", id.ToString());
        json.WriteString("name", name.ToString());
        if (was is not null) json.WriteString("was", was.ToString());
    });

    public static EntryDraft Draft(string kind, string subject, Instant at, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return new EntryDraft(kind, 1, at, "team", subject, buffer.WrittenMemory);
    }
}
