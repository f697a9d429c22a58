using System.Security.Cryptography;

namespace Kept.Model;

/// <summary>The name of a promise inside a house: <c>agent/promise@line</c>. A reference may leave the line out (0), meaning the only or newest one.</summary>
public sealed record PromiseName(string Agent, string Promise, int Line)
{
    /// <summary><c>agent/promise@2</c>, without the line where it is left out.</summary>
    public override string ToString() => Line > 0 ? $"{Agent}/{Promise}@{Line}" : $"{Agent}/{Promise}";

    /// <summary>Without the agent: <c>promise@2</c>.</summary>
    public string Short => Line > 0 ? $"{Promise}@{Line}" : Promise;

    /// <summary>Reads <c>agent/promise</c> or <c>agent/promise@2</c>; a name without a slash belongs to <paramref name="ownAgent"/>.</summary>
    public static bool TryParse(string text, string? ownAgent, out PromiseName name)
    {
        name = null!;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var agent = slash >= 0 ? text[..slash] : ownAgent;
        var rest = slash >= 0 ? text[(slash + 1)..] : text;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var line = 0;
        if (at >= 0 && (!int.TryParse(rest[(at + 1)..], System.Globalization.NumberStyles.None, null, out line) || line < 1 || line > 9999)) return false;
        var promise = at >= 0 ? rest[..at] : rest;
        if (agent is null || !IsName(agent) || !IsName(promise)) return false;
        name = new PromiseName(agent, promise, line);
        return true;
    }

    /// <summary>Names are lower-case letters, digits, hyphens and dots, begin with a letter or digit, and have at most 100 characters.</summary>
    public static bool IsName(string text)
    {
        if (text.Length is 0 or > 100 || !char.IsAsciiLetterLower(text[0]) && !char.IsAsciiDigit(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.'))
                return false;
        return true;
    }
}

/// <summary>A ULID: 48 bits of milliseconds, 80 of randomness. Minted by the ledger from an injected source; a promise keeps its id across renames.</summary>
public readonly record struct Ulid : IComparable<Ulid>
{
    private readonly Bits128 _bits;

    public Ulid(UInt128 bits) => _bits = bits;

    public UInt128 Bits => _bits;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <param name="at">Its moment, to the millisecond.</param>
    /// <param name="randomness">Ten bytes.</param>
    public static Ulid Mint(Instant at, ReadOnlySpan<byte> randomness)
    {
        UInt128 bits = (ulong)(at.Microseconds / 1000) & 0xFFFF_FFFF_FFFFUL;
        foreach (var b in randomness[..10]) bits = (bits << 8) | b;
        return new Ulid(bits);
    }

    public int CompareTo(Ulid other) => Bits.CompareTo(other.Bits);

    /// <summary>26 characters of Crockford's base 32; sorts like the bits.</summary>
    public override string ToString() => string.Create(26, Bits, static (chars, bits) =>
    {
        for (var i = 25; i >= 0; i--, bits >>= 5) chars[i] = Alphabet[(int)(bits & 31)];
    });

    public static bool TryParse(string text, out Ulid id)
    {
        id = default;
        if (text.Length != 26) return false;
        UInt128 bits = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0) return false;
            bits = (bits << 5) | (uint)digit;
        }
        id = new Ulid(bits);
        return true;
    }

    public byte[] ToByteArray()
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return bytes;
    }

    public static Ulid FromBytes(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
}

/// <summary>The ledger's id of a promise.</summary>
public readonly record struct PromiseId(Ulid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Content addresses: SHA-256 in lower-case hexadecimal.</summary>
public static class ContentHash
{
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }
}
