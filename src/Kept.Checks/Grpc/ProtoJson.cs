using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kept.Checks.Grpc;

/// <summary>
/// Writes a message as JSON as protocol buffers map it (https://protobuf.dev/programming-guides/json/). Fields that cannot tell "not set" from their default are always
/// written, so that an expectation about them has something to look at; the others only where they are set.
/// </summary>
internal sealed class ProtoJson : IDisposable
{
    /// <summary>Bytes of JSON that are written at most: a few bytes of a message may stand for many names.</summary>
    private const int Most = 4 * 1024 * 1024;
    /// <summary>What is read as JSON nests no deeper.</summary>
    private const int Deepest = 60;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;
    private readonly Schema _schema;
    private readonly bool _numbers;
    private int _values, _steps = 5_000_000;

    private ProtoJson(Schema schema, bool numbers, int values)
    {
        (_schema, _numbers, _values) = (schema, numbers, values);
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The text of a message.</summary>
    /// <param name="bytes">As it came.</param>
    /// <param name="numbers">Whole numbers of 64 bits are written as numbers, not as texts.</param>
    /// <param name="most">How many values are read at most.</param>
    /// <exception cref="FormatException">It is no such message, or has no form in JSON.</exception>
    public static string Write(MessageShape shape, ReadOnlySpan<byte> bytes, Schema schema, bool numbers = false, int most = 200_000)
    {
        var node = ProtoNode.Read(shape, bytes, ref most);
        using var writer = new ProtoJson(schema, numbers, most);
        writer.Message(node);
        writer._json.Flush();
        return Encoding.UTF8.GetString(writer._bytes.WrittenSpan);
    }

    private void Message(ProtoNode node)
    {
        if (_json.CurrentDepth > Deepest) throw new FormatException($"as JSON it nests deeper than {Deepest}");
        if (node.Shape.IsWellKnown)
        {
            OwnForm(node);
            return;
        }
        _json.WriteStartObject();
        Fields(node);
        _json.WriteEndObject();
    }

    private void Fields(ProtoNode node)
    {
        if ((_steps -= node.Shape.Fields.Length) < 0) throw TooLong();
        foreach (var field in node.Shape.Fields)
        {
            if (field is { IsRepeated: false, HasPresence: true } && !node.Has(field)) continue;
            Bound();
            _json.WritePropertyName(field.JsonName);
            if (field.IsMap) Map(field, node.Values(field));
            else if (field.IsRepeated)
            {
                _json.WriteStartArray();
                foreach (var value in node.Values(field)) Value(field, value);
                _json.WriteEndArray();
            }
            else Value(field, node.Single(field.Number));
        }
    }

    private void Bound()
    {
        if (_json.BytesCommitted + _json.BytesPending > Most) throw TooLong();
    }

    private static FormatException TooLong() => new($"as JSON it is longer than {Most >> 20} MiB");

    private void Map(FieldShape field, IReadOnlyList<ProtoValue> entries)
    {
        var (key, value) = (field.Message.Field(1)!, field.Message.Field(2)!);
        // of two entries with one key the last holds
        var last = new Dictionary<string, ProtoValue>(StringComparer.Ordinal);
        foreach (var entry in entries) last[KeyText(key, entry.Message!.Single(1))] = entry.Message!.Single(2);
        _json.WriteStartObject();
        foreach (var (name, inner) in last)
        {
            _json.WritePropertyName(name);
            Value(value, inner);
        }
        _json.WriteEndObject();
    }

    private static string KeyText(FieldShape key, ProtoValue value) => key.Kind switch
    {
        FieldKind.Text => Encoding.UTF8.GetString(value.Bytes!),
        FieldKind.Bool => value.Bits != 0 ? "true" : "false",
        FieldKind.UInt32 or FieldKind.Fixed32 or FieldKind.UInt64 or FieldKind.Fixed64 => (key.Kind is FieldKind.UInt32 or FieldKind.Fixed32 ? value.Natural : value.Bits).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => Signed(key, value).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static long Signed(FieldShape field, ProtoValue value) => field.Kind switch
    {
        FieldKind.SInt32 => (int)(value.Natural >> 1) ^ -(int)(value.Bits & 1),
        FieldKind.SInt64 => (long)(value.Bits >> 1) ^ -(long)(value.Bits & 1),
        FieldKind.Int64 or FieldKind.SFixed64 => value.Large,
        _ => value.Small,
    };

    private void Value(FieldShape field, ProtoValue value)
    {
        Bound();
        switch (field.Kind)
        {
            case FieldKind.Message or FieldKind.Group:
                Message(value.Message!);
                break;
            case FieldKind.Text:
                _json.WriteStringValue(value.Bytes);
                break;
            case FieldKind.Bytes:
                _json.WriteBase64StringValue(value.Bytes);
                break;
            case FieldKind.Bool:
                _json.WriteBooleanValue(value.Bits != 0);
                break;
            case FieldKind.Double:
                Number(BitConverter.UInt64BitsToDouble(value.Bits));
                break;
            case FieldKind.Float:
                Number(BitConverter.UInt32BitsToSingle(value.Natural));
                break;
            case FieldKind.Enum when field.TypeName == WellKnown.Null:
                _json.WriteNullValue();
                break;
            case FieldKind.Enum:
                if (field.Enum.NameOf(value.Small) is { } name) _json.WriteStringValue(name);
                else _json.WriteNumberValue(value.Small);
                break;
            case FieldKind.UInt32 or FieldKind.Fixed32:
                _json.WriteNumberValue(value.Natural);
                break;
            case FieldKind.UInt64 or FieldKind.Fixed64 when !_numbers:
                _json.WriteStringValue(value.Bits.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case FieldKind.UInt64 or FieldKind.Fixed64:
                _json.WriteNumberValue(value.Bits);
                break;
            case FieldKind.Int64 or FieldKind.SInt64 or FieldKind.SFixed64 when !_numbers:
                _json.WriteStringValue(Signed(field, value).ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                _json.WriteNumberValue(Signed(field, value));
                break;
        }
    }

    private void Number(double number)
    {
        if (double.IsFinite(number)) _json.WriteNumberValue(number);
        else _json.WriteStringValue(Unlimited(number));
    }

    private void Number(float number)
    {
        if (float.IsFinite(number)) _json.WriteNumberValue(number);
        else _json.WriteStringValue(Unlimited(number));
    }

    private static string Unlimited(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private void OwnForm(ProtoNode node)
    {
        switch (node.Shape.Name)
        {
            case WellKnown.Timestamp:
                _json.WriteStringValue(WellKnown.TimestampText(node.Single(1).Large, node.Single(2).Small));
                break;
            case WellKnown.Duration:
                _json.WriteStringValue(WellKnown.DurationText(node.Single(1).Large, node.Single(2).Small));
                break;
            case WellKnown.FieldMask:
                _json.WriteStringValue(WellKnown.MaskText(node.Shape.Field(1) is { } paths ? node.Values(paths).Select(path => Encoding.UTF8.GetString(path.Bytes ?? [])) : []));
                break;
            case WellKnown.Struct when node.Shape.Field(1) is { IsMap: true } fields:
                Map(fields, node.Values(fields));
                break;
            case WellKnown.Items when node.Shape.Field(1) is { } items:
                _json.WriteStartArray();
                foreach (var item in node.Values(items)) Value(items, item);
                _json.WriteEndArray();
                break;
            case WellKnown.Item:
                if (node.Shape.Fields.FirstOrDefault(node.Has) is { } kind) Value(kind, node.Single(kind.Number));
                else throw new FormatException("a Value in it holds nothing, not even null");
                break;
            case WellKnown.Any:
                AnyForm(node);
                break;
            case var name when WellKnown.IsWrapper(name) && node.Shape.Field(1) is { IsMessage: false, IsRepeated: false } field:
                Value(field, node.Single(1));
                break;
            default:
                throw new BrokenDescriptorsException($"{node.Shape.Name} is not as google.protobuf declares it");
        }
    }

    /// <summary>With the fields of what it holds, or with its bytes where the descriptors do not know that.</summary>
    private void AnyForm(ProtoNode node)
    {
        _json.WriteStartObject();
        var url = Encoding.UTF8.GetString(node.Single(1).Bytes ?? []);
        if (url.Length > 0)
        {
            _json.WriteString("@type", url);
            var name = url[(url.LastIndexOf('/') + 1)..];
            var bytes = node.Single(2).Bytes ?? [];
            if (!_schema.Knows(name)) _json.WriteBase64String("value", bytes);
            else
            {
                var inner = ProtoNode.Read(_schema.Message(name), bytes, ref _values);
                if (_json.CurrentDepth > Deepest) throw new FormatException($"as JSON it nests deeper than {Deepest}");
                if (!inner.Shape.IsWellKnown) Fields(inner);
                else
                {
                    _json.WritePropertyName("value");
                    Message(inner);
                }
            }
        }
        _json.WriteEndObject();
    }
}
