using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>One value as it came: a number by its bits, a text or bytes, or a message.</summary>
internal readonly record struct ProtoValue(ulong Bits, byte[]? Bytes, ProtoNode? Message)
{
    /// <summary>As a whole number of 64 bits, or of the lower 32.</summary>
    public long Large => unchecked((long)Bits);
    public int Small => unchecked((int)Bits);
    public uint Natural => unchecked((uint)Bits);

    public static ProtoValue Of(ulong bits) => new(bits, null, null);
    public static ProtoValue Of(byte[] bytes) => new(0, bytes, null);
    public static ProtoValue Of(ProtoNode message) => new(0, null, message);

    /// <summary>What a field holds that was never set: nothing in it.</summary>
    public static ProtoValue DefaultOf(FieldShape field) =>
        field.IsMessage ? Of(new ProtoNode(field.Message)) : field.Kind == FieldKind.Enum ? Of(unchecked((ulong)field.Enum.Values[0].Number)) : field.Kind is FieldKind.Text or FieldKind.Bytes ? Of(Array.Empty<byte>()) : Of(0);
}

/// <summary>A message as it came: of each field its values, of a single one the last.</summary>
internal sealed class ProtoNode(MessageShape shape)
{
    private readonly Dictionary<int, List<ProtoValue>> _values = [];
    private readonly Dictionary<int, int> _chosen = [];

    public MessageShape Shape => shape;

    public IReadOnlyList<ProtoValue> Values(FieldShape field) => _values.TryGetValue(field.Number, out var values) ? values : [];

    public bool Has(FieldShape field) => _values.ContainsKey(field.Number);

    /// <summary>The value of a single field, or its default.</summary>
    public ProtoValue Single(int number) => shape.Field(number) is not { } field ? throw new BrokenDescriptorsException($"{shape.Name} has no field {number}") : _values.TryGetValue(number, out var values) ? values[^1] : ProtoValue.DefaultOf(field);

    /// <summary>Reads one message.</summary>
    /// <param name="most">How many values are read at most; counted down.</param>
    /// <exception cref="FormatException">It is no such message.</exception>
    public static ProtoNode Read(MessageShape shape, ReadOnlySpan<byte> bytes, ref int most)
    {
        var node = new ProtoNode(shape);
        node.Merge(bytes, ref most, 0);
        node.DemandRequired();
        return node;
    }

    /// <summary>Messages within messages.</summary>
    private const int Deepest = 100;

    private void Merge(ReadOnlySpan<byte> bytes, ref int most, int depth)
    {
        if (depth > Deepest) throw new FormatException($"it nests deeper than {Deepest} messages");
        most -= shape.Required.Length;
        for (var reader = new ProtoReader(bytes); !reader.IsAtEnd;)
        {
            var (number, form) = reader.Tag();
            if (shape.Field(number) is not { } field || form == WireForm.GroupEnd)
            {
                reader.Skip(number, form);
                continue;
            }
            if (form == WireForm.Counted && field.IsRepeated && field.Form is WireForm.Varint or WireForm.Fixed32 or WireForm.Fixed64)
            {
                for (var packed = new ProtoReader(reader.Counted()); !packed.IsAtEnd;) Put(field, Scalar(field, ref packed), ref most);
                continue;
            }
            if (form != field.Form) throw new FormatException($"its field {field.Name} ({number}) is of another type than the descriptors say");
            if (!field.IsMessage)
            {
                Put(field, Scalar(field, ref reader), ref most);
                continue;
            }
            var content = form == WireForm.Counted ? reader.Counted() : reader.Group(number);
            // a single message that comes in parts is one
            var inner = !field.IsRepeated && _values.TryGetValue(number, out var before) ? before[^1].Message! : new ProtoNode(field.Message);
            inner.Merge(content, ref most, depth + 1);
            Put(field, ProtoValue.Of(inner), ref most);
        }
    }

    private static ProtoValue Scalar(FieldShape field, ref ProtoReader reader)
    {
        switch (field.Form)
        {
            case WireForm.Varint:
                return ProtoValue.Of(reader.Varint());
            case WireForm.Fixed32:
                return ProtoValue.Of(reader.Fixed32());
            case WireForm.Fixed64:
                return ProtoValue.Of(reader.Fixed64());
        }
        var bytes = reader.Counted();
        if (field.Kind != FieldKind.Text || System.Text.Unicode.Utf8.IsValid(bytes)) return ProtoValue.Of(bytes.ToArray());
        return field.DemandsUtf8 ? throw new FormatException($"its field {field.Name} ({field.Number}) is no text in UTF-8") : ProtoValue.Of(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes)));
    }

    private void Put(FieldShape field, ProtoValue value, ref int most)
    {
        if (--most < 0) throw new FormatException("it holds more values than a look reads");
        if (field is { Kind: FieldKind.Enum, Enum: { IsClosed: true } values } && values.NameOf(value.Small) is null) return; // as a field that is not known
        if (field.Oneof >= 0)
        {
            if (_chosen.TryGetValue(field.Oneof, out var other) && other != field.Number) _values.Remove(other);
            _chosen[field.Oneof] = field.Number;
        }
        if (!_values.TryGetValue(field.Number, out var list)) _values[field.Number] = list = new(1);
        if (!field.IsRepeated) list.Clear();
        list.Add(value);
    }

    private void DemandRequired()
    {
        foreach (var field in shape.Required)
            if (!Has(field))
                throw new FormatException($"it lacks {field.Name}, which {shape.Name} requires");
        foreach (var values in _values.Values)
            foreach (var value in values)
                value.Message?.DemandRequired();
    }
}
