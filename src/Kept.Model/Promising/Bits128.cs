namespace Kept.Model;

/// <summary>
/// 128 bits as they are kept in a field. A field of <see cref="UInt128"/> would do, but no code that touches a type with such a field is compiled
/// ahead (the runtime does not promise its layout): every rule and reader of a promise was compiled at each start, a third of a short command.
/// </summary>
public readonly record struct Bits128(ulong High, ulong Low)
{
    public static implicit operator UInt128(Bits128 bits) => new(bits.High, bits.Low);

    public static implicit operator Bits128(UInt128 bits) => new((ulong)(bits >> 64), unchecked((ulong)bits));
}
