using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Checks.Grpc;

/// <summary>The types of fields, by the numbers of <c>FieldDescriptorProto.Type</c>.</summary>
internal enum FieldKind
{
    Double = 1, Float = 2, Int64 = 3, UInt64 = 4, Int32 = 5, Fixed64 = 6, Fixed32 = 7, Bool = 8, Text = 9, Group = 10, Message = 11, Bytes = 12, UInt32 = 13, Enum = 14, SFixed32 = 15, SFixed64 = 16, SInt32 = 17, SInt64 = 18,
}

/// <summary>What messages of a type hold.</summary>
/// <param name="Name">Its full name: <c>orders.v1.Order</c>.</param>
/// <param name="Fields">In the order of their numbers.</param>
/// <param name="IsMapEntry">It stands for one entry of a map, and is never written by itself.</param>
internal sealed record MessageShape(string Name, ImmutableArray<FieldShape> Fields, bool IsMapEntry)
{
    private readonly FrozenDictionary<int, FieldShape> _byNumber = Fields.ToFrozenDictionary(field => field.Number);
    private readonly FrozenDictionary<string, FieldShape> _byName = Named(Fields);

    public ImmutableArray<FieldShape> Required { get; } = [.. Fields.Where(field => field.IsRequired)];

    /// <summary>It has a form of its own in JSON.</summary>
    public bool IsWellKnown { get; } = WellKnown.Is(Name);

    public FieldShape? Field(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>By its name in JSON, or as it is declared.</summary>
    public FieldShape? Field(string name) => _byName.GetValueOrDefault(name);

    public bool Equals(MessageShape? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    private static FrozenDictionary<string, FieldShape> Named(ImmutableArray<FieldShape> fields)
    {
        var named = new Dictionary<string, FieldShape>(StringComparer.Ordinal);
        foreach (var field in fields) named.TryAdd(field.JsonName, field);
        foreach (var field in fields) named.TryAdd(field.Name, field);
        return named.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>One field of a message.</summary>
/// <param name="Name">As declared: <c>created_at</c>.</param>
/// <param name="JsonName">In JSON: <c>createdAt</c>.</param>
/// <param name="IsRepeated">A list, or a map.</param>
/// <param name="HasPresence">Not being set is told apart from the default.</param>
/// <param name="IsPacked">Numbers of a list are written in one piece; both forms are read.</param>
/// <param name="IsDelimited">A message that is written as a group.</param>
/// <param name="DemandsUtf8">A text that is no UTF-8 breaks the message.</param>
/// <param name="Oneof">Which of several fields that exclude each other it belongs to; −1 for none.</param>
internal sealed record FieldShape(
    string Name, string JsonName, int Number, FieldKind Kind, bool IsRepeated, bool IsRequired, bool HasPresence, bool IsPacked, bool IsDelimited, bool DemandsUtf8, int Oneof, string TypeName, Schema Schema)
{
    private MessageShape? _message;
    private EnumShape? _enum;

    /// <summary>Of a message: its type.</summary>
    public MessageShape Message => _message ??= Schema.Message(TypeName);
    /// <summary>Of an enum: its type.</summary>
    public EnumShape Enum => _enum ??= Schema.Enum(TypeName);

    public bool IsMessage => Kind is FieldKind.Message or FieldKind.Group;
    public bool IsMap => IsRepeated && Kind == FieldKind.Message && Message.IsMapEntry;

    /// <summary>How one value of it is written.</summary>
    public WireForm Form => Kind switch
    {
        FieldKind.Double or FieldKind.Fixed64 or FieldKind.SFixed64 => WireForm.Fixed64,
        FieldKind.Float or FieldKind.Fixed32 or FieldKind.SFixed32 => WireForm.Fixed32,
        FieldKind.Text or FieldKind.Bytes => WireForm.Counted,
        FieldKind.Message or FieldKind.Group => IsDelimited ? WireForm.GroupBegin : WireForm.Counted,
        _ => WireForm.Varint,
    };

    public bool Equals(FieldShape? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => Number;
}

/// <summary>The values of an enum.</summary>
/// <param name="Values">Number and name, as declared; the first is the default.</param>
/// <param name="IsClosed">A number that is none of them counts as a field that is not known.</param>
internal sealed record EnumShape(string Name, ImmutableArray<(int Number, string Name)> Values, bool IsClosed)
{
    private readonly FrozenDictionary<int, string> _names = Values.GroupBy(value => value.Number).ToFrozenDictionary(group => group.Key, group => group.First().Name);
    private readonly FrozenDictionary<string, int> _numbers = Values.GroupBy(value => value.Name).ToFrozenDictionary(group => group.Key, group => group.First().Number);

    public string? NameOf(int number) => _names.GetValueOrDefault(number);
    public int? NumberOf(string name) => _numbers.TryGetValue(name, out var number) ? number : null;
}

/// <summary>One method of a service.</summary>
internal sealed record MethodShape(string Input, string Output, bool IsStreaming);
