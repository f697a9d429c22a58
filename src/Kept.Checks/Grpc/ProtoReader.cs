using System.Buffers.Binary;

namespace Kept.Checks.Grpc;

/// <summary>How a field is laid on the wire (https://protobuf.dev/programming-guides/encoding/).</summary>
internal enum WireForm { Varint = 0, Fixed64 = 1, Counted = 2, GroupBegin = 3, GroupEnd = 4, Fixed32 = 5 }

/// <summary>Reads protocol buffers from bytes that somebody else wrote: never beyond their end, never deeper than a bound. What breaks the format is a <see cref="FormatException"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Groups within groups that are passed over.</summary>
    private const int Deepest = 64;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    public (int Field, WireForm Form) Tag()
    {
        var tag = Varint();
        if (tag > uint.MaxValue || tag >> 3 == 0 || (tag & 7) > 5) throw Broken();
        return ((int)(tag >> 3), (WireForm)(tag & 7));
    }

    /// <summary>Seven bits a byte, the lowest first, in at most ten bytes.</summary>
    public ulong Varint()
    {
        var number = 0ul;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            number |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] > 0x7f) continue;
            _rest = _rest[(i + 1)..];
            return number;
        }
        throw Broken();
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Taken(4));

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Taken(8));

    /// <summary>Bytes with their count before them.</summary>
    public ReadOnlySpan<byte> Counted() => Varint() is var count && count <= (ulong)_rest.Length ? Taken((int)count) : throw Broken();

    /// <summary>What stands between the beginning of a group, whose tag was just read, and its end.</summary>
    public ReadOnlySpan<byte> Group(int field)
    {
        var whole = _rest;
        Span<int> open = stackalloc int[Deepest];
        open[0] = field;
        for (var depth = 1; ;)
        {
            var before = _rest.Length;
            var (inner, form) = Tag();
            if (form == WireForm.GroupBegin)
            {
                if (depth == Deepest) throw new FormatException($"it nests deeper than {Deepest}");
                open[depth++] = inner;
            }
            else if (form != WireForm.GroupEnd) Skip(inner, form);
            else if (open[--depth] != inner) throw Broken();
            else if (depth == 0) return whole[..^before];
        }
    }

    /// <summary>Passes over a field whose tag was just read.</summary>
    public void Skip(int field, WireForm form)
    {
        switch (form)
        {
            case WireForm.Varint:
                Varint();
                break;
            case WireForm.Fixed64:
                Taken(8);
                break;
            case WireForm.Counted:
                Counted();
                break;
            case WireForm.GroupBegin:
                Group(field);
                break;
            case WireForm.Fixed32:
                Taken(4);
                break;
            default:
                throw Broken();
        }
    }

    private ReadOnlySpan<byte> Taken(int count)
    {
        if (count > _rest.Length) throw Broken();
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static FormatException Broken() => new("it breaks the encoding of protocol buffers");
}
