namespace Kept.Ledger.Coding;

/// <summary>
/// How likely the next bit of one sort is to be 0, learned from those before: each counts the less, the more there were, down to a 256th. Whole numbers only, so
/// every machine learns the same.
/// </summary>
internal struct Chance
{
    public const int Bits = 12;
    private const int Half = 1 << 15, MostSeen = 254;

    // told against a half, so that an array of zeros is an array of chances that know nothing
    private short _leaning;
    private byte _seen;

    /// <summary>Of 4096, at least 1 and at most 4095.</summary>
    public readonly uint OfZero => (uint)Math.Clamp((_leaning + Half) >> (16 - Bits), 1, (1 << Bits) - 1);

    public void Learn(int bit)
    {
        var seen = bit == 0 ? Half - 1 : -Half;
        _leaning += (short)(2 * (seen - _leaning) / ((2 * _seen) + 3));
        if (_seen < MostSeen) _seen++;
    }
}

/// <summary>
/// Writes bits, each in as little room as its chance allows: the range coder of LZMA (I. Pavlov; after G. N. N. Martin, 1979), with chances of 12 bits.
/// </summary>
internal sealed class RangeEncoder(ByteWriter to)
{
    private const uint Least = 1 << 24;

    private ulong _low;
    private uint _range;
    private byte _held;
    private long _waiting;

    public void Begin() => (_low, _range, _held, _waiting) = (0, uint.MaxValue, 0, 1);

    public void Bit(ref Chance chance, int bit)
    {
        var bound = (_range >> Chance.Bits) * chance.OfZero;
        if (bit == 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }
        chance.Learn(bit);
        Shift();
    }

    /// <summary>The lowest bits of a figure, each as likely 0 as 1: the highest of them first, <see cref="Chance.Bits"/> at a time.</summary>
    public void Even(ulong figure, int bits)
    {
        while (bits > 0)
        {
            var some = Math.Min(bits, Chance.Bits);
            bits -= some;
            _range >>= some;
            _low += ((figure >> bits) & ((1UL << some) - 1)) * _range;
            Shift();
        }
    }

    public void End()
    {
        for (var i = 0; i < 5; i++) ShiftByte();
    }

    private void Shift()
    {
        while (_range < Least)
        {
            _range <<= 8;
            ShiftByte();
        }
    }

    // a byte is held back, with all bytes of 255 behind it, until it is known that nothing is carried into it
    private void ShiftByte()
    {
        if (_low < 0xFF00_0000 || _low > uint.MaxValue)
        {
            var carry = (byte)(_low >> 32);
            for (; _waiting > 0; _waiting--)
            {
                to.Byte(unchecked((byte)(_held + carry)));
                _held = 0xFF;
            }
            _held = unchecked((byte)(_low >> 24));
        }
        _waiting++;
        _low = (_low & 0x00FF_FFFF) << 8;
    }
}

/// <summary>Reads what <see cref="RangeEncoder"/> wrote. Never reads past the end: then a <see cref="FormatException"/>.</summary>
internal ref struct RangeDecoder
{
    private const uint Least = 1 << 24;

    private ReadOnlySpan<byte> _rest;
    private uint _range, _code;

    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] != 0) throw new FormatException("it does not begin as it should");
        _rest = bytes[1..];
        _range = uint.MaxValue;
        for (var i = 0; i < 4; i++) _code = (_code << 8) | Next();
    }

    public int Bit(ref Chance chance)
    {
        Shift();
        var bound = (_range >> Chance.Bits) * chance.OfZero;
        var bit = _code < bound ? 0 : 1;
        if (bit == 0)
        {
            _range = bound;
        }
        else
        {
            _code -= bound;
            _range -= bound;
        }
        chance.Learn(bit);
        return bit;
    }

    public ulong Even(int bits)
    {
        var figure = 0UL;
        while (bits > 0)
        {
            var some = Math.Min(bits, Chance.Bits);
            bits -= some;
            Shift();
            _range >>= some;
            var part = _code / _range;
            if (part >> some != 0) throw new FormatException("it holds what nobody writes");
            _code -= _range * part;
            figure = (figure << some) | part;
        }
        return figure;
    }

    /// <summary>Everything was read, and nothing but what was written.</summary>
    public void End()
    {
        Shift();
        if (!_rest.IsEmpty || _code != 0) throw new FormatException("it does not end as it should");
    }

    private void Shift()
    {
        while (_range < Least)
        {
            _range <<= 8;
            _code = (_code << 8) | Next();
        }
    }

    private byte Next()
    {
        if (_rest.IsEmpty) throw new FormatException("ends too early");
        var next = _rest[0];
        _rest = _rest[1..];
        return next;
    }
}
