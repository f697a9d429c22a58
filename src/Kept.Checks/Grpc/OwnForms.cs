using System.Text.Json;

namespace Kept.Checks.Grpc;

/// <summary>Reads the forms that messages of google.protobuf have in JSON (<see cref="WellKnown"/>).</summary>
internal sealed class OwnForms(Schema schema, ProtoRequest request)
{
    /// <exception cref="FormatException">It does not fit; the message says what to write.</exception>
    public void Write(ProtoWriter writer, MessageShape shape, JsonElement json, string at)
    {
        switch (shape.Name)
        {
            case WellKnown.Timestamp:
                var (seconds, nanos) = WellKnown.ReadTimestamp(ProtoRequest.Text(json, at, "a time as 2027-01-31T18:00:00Z")) ?? throw ProtoRequest.Wrong(at, "is no time; write it as 2027-01-31T18:00:00Z");
                writer.NonZero(1, seconds);
                writer.NonZero(2, nanos);
                break;
            case WellKnown.Duration:
                var (whole, part) = WellKnown.ReadDuration(ProtoRequest.Text(json, at, "a duration in seconds as 1.5s")) ?? throw ProtoRequest.Wrong(at, "is no duration; write it in seconds, as 1.5s");
                writer.NonZero(1, whole);
                writer.NonZero(2, part);
                break;
            case WellKnown.FieldMask:
                foreach (var path in WellKnown.ReadMask(ProtoRequest.Text(json, at, "names of fields as a.b,cD"))) writer.Text(1, path);
                break;
            case WellKnown.Struct:
                Struct(writer, json, at);
                break;
            case WellKnown.Items:
                Items(writer, json, at);
                break;
            case WellKnown.Item:
                Item(writer, json, at);
                break;
            case WellKnown.Any:
                Any(writer, json, at);
                break;
            default:
                if (shape.Field(1) is not { IsMessage: false } field) throw new BrokenDescriptorsException($"{shape.Name} is not as google.protobuf declares it");
                request.Field(writer, field, json, at);
                break;
        }
    }

    private static void Struct(ProtoWriter writer, JsonElement json, string at)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ProtoRequest.Wrong(at, $"is {ProtoRequest.Words(json)}; write an object");
        foreach (var member in json.EnumerateObject())
        {
            var (entry, value) = (new ProtoWriter(), new ProtoWriter());
            Item(value, member.Value, ProtoRequest.Join(at, member.Name));
            entry.Text(1, member.Name);
            entry.Counted(2, value.Written);
            writer.Counted(1, entry.Written);
        }
    }

    private static void Items(ProtoWriter writer, JsonElement json, string at)
    {
        if (json.ValueKind != JsonValueKind.Array) throw ProtoRequest.Wrong(at, $"is {ProtoRequest.Words(json)}; write a list");
        foreach (var item in json.EnumerateArray())
        {
            var value = new ProtoWriter();
            Item(value, item, at);
            writer.Counted(1, value.Written);
        }
    }

    private static void Item(ProtoWriter writer, JsonElement json, string at)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Number:
                writer.Tag(2, WireForm.Fixed64);
                writer.Fixed64(BitConverter.DoubleToUInt64Bits(json.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw ProtoRequest.Wrong(at, "is no number that a double holds")));
                break;
            case JsonValueKind.String:
                writer.Text(3, ProtoRequest.Text(json, at, "a text"));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Tag(4, WireForm.Varint);
                writer.Varint(json.ValueKind == JsonValueKind.True ? 1u : 0);
                break;
            case JsonValueKind.Object or JsonValueKind.Array:
                var inner = new ProtoWriter();
                if (json.ValueKind == JsonValueKind.Object) Struct(inner, json, at);
                else Items(inner, json, at);
                writer.Counted(json.ValueKind == JsonValueKind.Object ? 5 : 6, inner.Written);
                break;
            default:
                writer.Tag(1, WireForm.Varint);
                writer.Varint(0);
                break;
        }
    }

    private void Any(ProtoWriter writer, JsonElement json, string at)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ProtoRequest.Wrong(at, $"is {ProtoRequest.Words(json)}; an Any is an object with its type: {{ \"@type\": \"type.googleapis.com/…\", … }}");
        if (!json.EnumerateObject().Any()) return;
        if (!json.TryGetProperty("@type", out var type)) throw ProtoRequest.Wrong(at, "does not say what it holds; write \"@type\": \"type.googleapis.com/PACKAGE.MESSAGE\" in it");
        var url = ProtoRequest.Text(type, ProtoRequest.Join(at, "@type"), "the type as a text");
        if (url.LastIndexOf('/') is not (>= 0 and var slash) || slash == url.Length - 1) throw ProtoRequest.Wrong(at, "does not name its type with a host before it; write type.googleapis.com/PACKAGE.MESSAGE");
        var shape = schema.Message(url[(slash + 1)..]);
        var content = new ProtoWriter();
        if (!shape.IsWellKnown) request.Fields(content, shape, json, at, "@type");
        else if (json.TryGetProperty("value", out var value)) Write(content, shape, value, ProtoRequest.Join(at, "value"));
        else throw ProtoRequest.Wrong(at, $"holds a {shape.Name}; write it as \"value\" beside \"@type\"");
        writer.Text(1, url);
        if (content.Written.Length > 0) writer.Counted(2, content.Written);
    }
}
