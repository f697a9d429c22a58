using System.Globalization;
using System.Text;
using System.Text.Json;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Writes a request as its message, from the JSON of a document. What does not fit is a <see cref="FormatException"/> that says what to write.</summary>
internal sealed class ProtoRequest(Schema schema, bool isHeld = false)
{
    /// <exception cref="FormatException">It does not fit, or the descriptors cannot be understood.</exception>
    public static byte[] Write(MessageShape shape, string json, Schema schema) => new ProtoRequest(schema).Whole(shape, json);

    /// <summary>Whether it fits as it stands in the document: a text that names a secret fits wherever a text may stand.</summary>
    /// <exception cref="FormatException">It does not fit, or the descriptors cannot be understood.</exception>
    public static void Hold(MessageShape shape, string json, Schema schema, ref long steps)
    {
        var request = new ProtoRequest(schema, isHeld: true) { _steps = steps };
        try
        {
            request.Whole(shape, json);
        }
        finally
        {
            steps = request._steps;
        }
    }

    private long _steps = 200_000;

    private byte[] Whole(MessageShape shape, string json)
    {
        using var document = Parsed(json);
        var writer = new ProtoWriter();
        try
        {
            Message(writer, shape, document.RootElement, "");
        }
        catch (InvalidOperationException fault)
        {
            throw new FormatException("a name in the request holds half a character", fault); // half a surrogate pair
        }
        return writer.Written.ToArray();
    }

    /// <exception cref="FormatException">It is no JSON.</exception>
    public static JsonDocument Parsed(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"the request is no JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1})", fault);
        }
    }

    private void Message(ProtoWriter writer, MessageShape shape, JsonElement json, string at)
    {
        if (shape.IsWellKnown && IsUnread(json)) return;
        if (shape.IsWellKnown) new OwnForms(schema, this).Write(writer, shape, json, at);
        else Fields(writer, shape, json, at, null);
    }

    /// <summary>A text whose secrets were not read: it may be of any form that is written as a text.</summary>
    private bool IsUnread(JsonElement value) => isHeld && value.ValueKind == JsonValueKind.String && Egress.Secrets.IsIn(Text(value, "", "a text"));

    private string Meant(MessageShape shape, string name) =>
        _steps > 0 && Nearest.To(name, shape.Fields.Take(2000).Select(field => field.JsonName), ref _steps) is { } near ? $"; did you mean `{near}`?" : "";

    /// <summary>The fields of an object; <paramref name="but"/> names a member that is none.</summary>
    public void Fields(ProtoWriter writer, MessageShape shape, JsonElement json, string at, string? but)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Wrong(at, $"is {Words(json)}; {shape.Name} is an object: {{ {string.Join(", ", shape.Fields.Take(3).Select(field => $"\"{field.JsonName}\": …"))} }}");
        var given = new SortedDictionary<int, (FieldShape Field, JsonElement Value)>();
        var chosen = new Dictionary<int, string>();
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name == but) continue;
            if (shape.Field(member.Name) is not { } field)
                throw Wrong(Join(at, member.Name), $"is no field of {shape.Name}; it has {(shape.Fields.IsEmpty ? "none" : string.Join(", ", shape.Fields.Take(12).Select(known => known.JsonName)) + (shape.Fields.Length > 12 ? ", …" : ""))}{Meant(shape, member.Name)}");
            if (!given.TryAdd(field.Number, (field, member.Value))) throw Wrong(Join(at, member.Name), "is written twice");
            if (field.Oneof < 0 || member.Value.ValueKind == JsonValueKind.Null) continue;
            if (!chosen.TryAdd(field.Oneof, member.Name)) throw Wrong(Join(at, member.Name), $"cannot be set together with {chosen[field.Oneof]}; write one of them");
        }
        foreach (var field in shape.Required)
            if (!given.TryGetValue(field.Number, out var one) || one.Value.ValueKind == JsonValueKind.Null)
                throw Wrong(Join(at, field.JsonName), $"is missing, and {shape.Name} requires it");
        foreach (var (field, value) in given.Values) Field(writer, field, value, Join(at, field.JsonName));
    }

    public void Field(ProtoWriter writer, FieldShape field, JsonElement value, string at)
    {
        // null means "not set", but where null is a value of its own
        if (value.ValueKind == JsonValueKind.Null && !(field is { IsRepeated: false, Kind: FieldKind.Message, TypeName: WellKnown.Item } or { IsRepeated: false, Kind: FieldKind.Enum, TypeName: WellKnown.Null })) return;
        if (field.IsMap) Map(writer, field, value, at);
        else if (field.IsRepeated)
        {
            if (value.ValueKind != JsonValueKind.Array) throw Wrong(at, $"is {Words(value)}; write a list: [ … ]");
            List(writer, field, value, at);
        }
        else One(writer, field, value, at, skipsDefault: !field.HasPresence);
    }

    private void List(ProtoWriter writer, FieldShape field, JsonElement list, string at)
    {
        var packed = new ProtoWriter();
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            var here = $"{at}[{i++}]";
            if (item.ValueKind == JsonValueKind.Null && field.TypeName is not (WellKnown.Item or WellKnown.Null)) throw Wrong(here, "is null, which a list cannot hold");
            if (field.IsPacked && !IsUnread(item)) Scalar(packed, field, item, here);
            else if (!field.IsPacked) One(writer, field, item, here, skipsDefault: false);
        }
        if (field.IsPacked && i > 0) writer.Counted(field.Number, packed.Written);
    }

    private void Map(ProtoWriter writer, FieldShape field, JsonElement map, string at)
    {
        if (map.ValueKind != JsonValueKind.Object) throw Wrong(at, $"is {Words(map)}; it is a map, so write an object: {{ \"KEY\": … }}");
        var (key, value) = (field.Message.Field(1)!, field.Message.Field(2)!);
        foreach (var member in map.EnumerateObject())
        {
            var here = Join(at, member.Name);
            if (member.Value.ValueKind == JsonValueKind.Null && value.TypeName is not (WellKnown.Item or WellKnown.Null)) throw Wrong(here, "is null, which a map cannot hold");
            var entry = new ProtoWriter();
            entry.Tag(1, key.Form);
            if (!isHeld || !Egress.Secrets.IsIn(member.Name)) Key(entry, key, member.Name, here);
            One(entry, value, member.Value, here, skipsDefault: false);
            writer.Counted(field.Number, entry.Written);
        }
    }

    private static void Key(ProtoWriter writer, FieldShape key, string name, string at)
    {
        if (key.Kind == FieldKind.Text) writer.Counted(Encoding.UTF8.GetBytes(name));
        else if (key.Kind == FieldKind.Bool) writer.Varint(name switch { "true" => 1u, "false" => 0u, _ => throw Wrong(at, "is a key that is true or false") });
        else Number(writer, key, ExactDecimal.Read(name), at, name);
    }

    private void One(ProtoWriter writer, FieldShape field, JsonElement value, string at, bool skipsDefault)
    {
        if (!field.IsMessage && IsUnread(value)) return;
        var content = new ProtoWriter();
        if (field.IsMessage) Message(content, field.Message, value, at);
        else
        {
            Scalar(content, field, value, at);
            if (skipsDefault && content.Written.IndexOfAnyExcept((byte)0) < 0) return; // nothing but zeros: a number of 0, false, an empty text
            writer.Tag(field.Number, field.Form);
            writer.Raw(content.Written);
            return;
        }
        writer.Tag(field.Number, field.Form);
        if (!field.IsDelimited) writer.Counted(content.Written);
        else
        {
            writer.Raw(content.Written);
            writer.Tag(field.Number, WireForm.GroupEnd);
        }
    }

    /// <summary>A value that is no message, without its tag.</summary>
    public static void Scalar(ProtoWriter writer, FieldShape field, JsonElement value, string at)
    {
        switch (field.Kind)
        {
            case FieldKind.Text:
                writer.Counted(Encoding.UTF8.GetBytes(Text(value, at, "a text")));
                break;
            case FieldKind.Bytes:
                writer.Counted(WellKnown.ReadBase64(Text(value, at, "bytes as a text in Base64")) ?? throw Wrong(at, "is no Base64; bytes are written in it"));
                break;
            case FieldKind.Bool:
                writer.Varint(value.ValueKind switch { JsonValueKind.True => 1u, JsonValueKind.False => 0u, _ => throw Wrong(at, $"is {Words(value)}; write true or false") });
                break;
            case FieldKind.Double or FieldKind.Float:
                Floating(writer, field, value, at);
                break;
            case FieldKind.Enum:
                writer.Varint(unchecked((ulong)Enum(field, value, at)));
                break;
            default:
                var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => Text(value, at, "a number"), _ => throw Wrong(at, $"is {Words(value)}; write a whole number") };
                Number(writer, field, ExactDecimal.Read(text), at, text);
                break;
        }
    }

    private static long Enum(FieldShape field, JsonElement value, string at)
    {
        if (field.TypeName == WellKnown.Null && value.ValueKind == JsonValueKind.Null) return 0;
        var known = field.Enum;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && (!known.IsClosed || known.NameOf(number) is not null)) return number;
        if (value.ValueKind == JsonValueKind.String && known.NumberOf(Text(value, at, "a name")) is { } named) return named;
        throw Wrong(at, $"is {(value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? "none of its values" : Words(value))}; {known.Name} is one of {string.Join(", ", known.Values.Take(12).Select(one => one.Name))}{(known.Values.Length > 12 ? ", …" : "")}");
    }

    private static void Floating(ProtoWriter writer, FieldShape field, JsonElement value, string at)
    {
        var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => Text(value, at, "a number"), _ => throw Wrong(at, $"is {Words(value)}; write a number") };
        double? unlimited = text switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => null };
        const NumberStyles plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (field.Kind == FieldKind.Double)
        {
            var number = unlimited ?? (double.TryParse(text, plain, CultureInfo.InvariantCulture, out var read) && double.IsFinite(read) ? read : throw Wrong(at, "is no number that a double holds"));
            writer.Fixed64(BitConverter.DoubleToUInt64Bits(number));
        }
        else
        {
            var number = (float?)unlimited ?? (float.TryParse(text, plain, CultureInfo.InvariantCulture, out var read) && float.IsFinite(read) ? read : throw Wrong(at, "is no number that a float holds"));
            writer.Fixed32(BitConverter.SingleToUInt32Bits(number));
        }
    }

    private static void Number(ProtoWriter writer, FieldShape field, decimal? number, string at, string text)
    {
        (decimal least, decimal most) = field.Kind switch
        {
            FieldKind.Int32 or FieldKind.SInt32 or FieldKind.SFixed32 => ((decimal)int.MinValue, (decimal)int.MaxValue),
            FieldKind.UInt32 or FieldKind.Fixed32 => (0m, (decimal)uint.MaxValue),
            FieldKind.UInt64 or FieldKind.Fixed64 => (0m, (decimal)ulong.MaxValue),
            _ => ((decimal)long.MinValue, (decimal)long.MaxValue),
        };
        if (number is not { } whole || decimal.Truncate(whole) != whole || whole < least || whole > most)
            throw Wrong(at, $"is {(text.Length > 40 ? "out of range" : text)}; write a whole number from {least} to {most}");
        var bits = whole < 0 ? unchecked((ulong)(long)whole) : (ulong)whole;
        switch (field.Kind)
        {
            case FieldKind.SInt32 or FieldKind.SInt64:
                writer.Varint(unchecked((ulong)((long)bits << 1 ^ (long)bits >> 63)));
                break;
            case FieldKind.Fixed32 or FieldKind.SFixed32:
                writer.Fixed32(unchecked((uint)bits));
                break;
            case FieldKind.Fixed64 or FieldKind.SFixed64:
                writer.Fixed64(bits);
                break;
            default:
                writer.Varint(bits);
                break;
        }
    }

    public static string Text(JsonElement value, string at, string what)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(at, $"is {Words(value)}; write {what}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw new FormatException($"{Shown(at)} holds half a character", fault);
        }
    }

    public static string Join(string at, string name) => at.Length == 0 ? name : at.Length > 200 ? "…" : $"{at}.{name}";

    public static FormatException Wrong(string at, string what) => new($"{Shown(at)} {what}");

    private static string Shown(string at) => at.Length == 0 ? "the request" : $"`{(at.Length <= 100 ? at : at[..100] + "…")}` of the request";

    public static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => value.ValueKind == JsonValueKind.True ? "true" : "false",
    };
}
