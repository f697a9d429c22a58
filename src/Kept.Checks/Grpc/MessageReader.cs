using System.Collections.Immutable;
using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>Understands one message or enum of descriptors.</summary>
internal static class MessageReader
{
    private const int LastNumber = (1 << 29) - 1, MostFields = 10_000;

    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static MessageShape Read(string name, ReadOnlyMemory<byte> message, Features features, bool isProto2, Schema schema)
    {
        var (isMapEntry, fields) = (false, ImmutableArray.CreateBuilder<FieldShape>());
        var parts = Schema.Parts(message);
        var oneofs = parts.Where(part => part.Field == 8).ToList();
        foreach (var (field, content) in parts)
            if (field == 7)
                Schema.Parts(content, (option, number) => isMapEntry |= option == 7 && number != 0);
            else if (field == 2)
            {
                if (fields.Count == MostFields) throw Wrong(name, $"declares more than {MostFields:N0} fields");
                fields.Add(Field(name, content.Span, features, isProto2, oneofs.Count, schema));
            }
        if (fields.GroupBy(field => field.Number).FirstOrDefault(group => group.Count() > 1) is { } twice) throw Wrong(name, $"declares the number {twice.Key} twice");
        if (isMapEntry && (fields.Count != 2 || fields.Any(field => field.IsRepeated) || !fields.Any(field => field.Number == 1 && IsKey(field.Kind)) || !fields.Any(field => field.Number == 2))) throw Wrong(name, "is an entry of a map without key and value");
        return new MessageShape(name, [.. fields.OrderBy(field => field.Number)], isMapEntry);
    }

    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static EnumShape ReadEnum(string name, ReadOnlyMemory<byte> bytes, Features features)
    {
        var values = ImmutableArray.CreateBuilder<(int, string)>();
        foreach (var (field, content) in Schema.Parts(bytes))
            if (field == 3) features = features.WithOptions(content.Span, 7);
            else if (field == 2)
            {
                var number = 0;
                var names = Schema.Parts(content, (place, value) => number = place == 2 ? unchecked((int)value) : number);
                values.Add((number, Schema.Text(names.Find(part => part.Field == 1).Content.Span)));
            }
        return values.Count > 0 ? new EnumShape(name, values.ToImmutable(), features.IsClosed) : throw Wrong(name, "has no values");
    }

    private static FieldShape Field(string message, ReadOnlySpan<byte> bytes, Features features, bool isProto2, int oneofs, Schema schema)
    {
        var (name, json, number, label, kind, typeName, oneof, isOptional) = ("", "", 0ul, 0ul, 0ul, "", -1, false);
        bool? packed = null;
        for (var reader = new ProtoReader(bytes); !reader.IsAtEnd;)
            switch (reader.Tag())
            {
                case (1, WireForm.Counted):
                    name = Schema.Text(reader.Counted());
                    break;
                case (3, WireForm.Varint):
                    number = reader.Varint();
                    break;
                case (4, WireForm.Varint):
                    label = reader.Varint();
                    break;
                case (5, WireForm.Varint):
                    kind = reader.Varint();
                    break;
                case (6, WireForm.Counted):
                    typeName = Schema.TypeName(reader.Counted());
                    break;
                case (8, WireForm.Counted):
                    var options = reader.Counted();
                    features = features.WithOptions(options, 21);
                    packed = Packed(options) ?? packed;
                    break;
                case (9, WireForm.Varint):
                    oneof = (int)Math.Min(reader.Varint(), int.MaxValue);
                    break;
                case (10, WireForm.Counted):
                    json = Schema.Text(reader.Counted());
                    break;
                case (17, WireForm.Varint):
                    isOptional = reader.Varint() != 0;
                    break;
                case var (other, form):
                    reader.Skip(other, form);
                    break;
            }
        if (name.Length == 0 || number is 0 or > LastNumber || kind is 0 or > 18 || label > 3 || oneof >= oneofs) throw Wrong(message, $"declares a field that is none (number {number}, type {kind})");
        var type = (FieldKind)kind;
        if (type is FieldKind.Message or FieldKind.Group or FieldKind.Enum && typeName.Length == 0) throw Wrong(message, $"does not say the type of {name}");
        var (isRepeated, isMessage) = (label == 3, type is FieldKind.Message or FieldKind.Group);
        return new FieldShape(
            name, json.Length > 0 ? json : Camel(name), (int)number, type, isRepeated, IsRequired: label == 2 || !isRepeated && !isProto2 && features.IsRequired,
            HasPresence: !isRepeated && (isMessage || oneof >= 0 || isOptional || !features.IsImplicit),
            IsPacked: isRepeated && !isMessage && type is not (FieldKind.Text or FieldKind.Bytes) && (packed ?? features.IsPacked),
            IsDelimited: type == FieldKind.Group || isMessage && features.IsDelimited, features.DemandsUtf8, isOptional ? -1 : oneof, typeName, schema);
    }

    private static bool? Packed(ReadOnlySpan<byte> options)
    {
        bool? packed = null;
        for (var reader = new ProtoReader(options); !reader.IsAtEnd;)
            if (reader.Tag() is var (field, form) && field == 2 && form == WireForm.Varint) packed = reader.Varint() != 0;
            else reader.Skip(field, form);
        return packed;
    }

    private static bool IsKey(FieldKind kind) => kind is not (FieldKind.Double or FieldKind.Float or FieldKind.Bytes or FieldKind.Message or FieldKind.Group or FieldKind.Enum);

    /// <summary>As protoc makes the name in JSON of one that it does not write down.</summary>
    internal static string Camel(string name)
    {
        var (result, isNext) = (new StringBuilder(name.Length), false);
        foreach (var c in name)
            if (c == '_') isNext = true;
            else
            {
                result.Append(isNext ? char.ToUpperInvariant(c) : c);
                isNext = false;
            }
        return result.ToString();
    }

    private static BrokenDescriptorsException Wrong(string name, string what) => new($"{name} {what}");
}
