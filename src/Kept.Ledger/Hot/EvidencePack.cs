using System.IO.Compression;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>
/// Bodies of evidence that came one after the other, packed together once there are enough: each promise of a large house has one in the tail, they are read seldom, and
/// they are much alike. Filled by one writer at a time; read by anybody, also while it is filled.
/// </summary>
internal sealed class EvidencePack
{
    /// <summary>Bytes before it is packed: one body is read by unpacking all that lie with it.</summary>
    private const int Enough = 8 * 1024;

    // exactly one of both is set; what was written once stays where it is, or is copied to a larger array
    private volatile byte[]? _plain = new byte[Enough];
    private volatile byte[]? _packed;
    private int _length;

    public bool IsFull => _packed is not null;

    /// <returns>Where it lies.</returns>
    public int Add(ReadOnlySpan<byte> body)
    {
        var plain = _plain ?? throw new InvalidOperationException("it is packed already");
        if (plain.Length - _length < body.Length) Array.Resize(ref plain, _length + body.Length);
        var at = _length;
        body.CopyTo(plain.AsSpan(at));
        _length += body.Length;
        _plain = plain;
        if (_length >= Enough * 3 / 4) Pack(plain);
        return at;
    }

    private void Pack(byte[] plain)
    {
        var room = new byte[BrotliEncoder.GetMaxCompressedLength(_length)];
        if (!BrotliEncoder.TryCompress(plain.AsSpan(0, _length), room, out var written, quality: 2, window: 16)) throw new InvalidOperationException("Brotli gave more bytes than it says it can");
        _packed = room.AsSpan(0, written).ToArray();
        _plain = null;
    }

    /// <summary>A copy of the body that lies there.</summary>
    public byte[] Read(int at, int length)
    {
        if (_plain is { } plain) return plain.AsSpan(at, length).ToArray();
        var all = new byte[_length];
        if (!BrotliDecoder.TryDecompress(_packed, all, out var written) || written != _length) throw new InvalidOperationException("evidence in memory does not unpack");
        return all.AsSpan(at, length).ToArray();
    }
}

/// <summary>Evidence in the tail and the generation it came with; its body is unpacked each time it is asked for.</summary>
internal readonly record struct HeldEvidence(long Generation, Instant Slot, EvidencePack Pack, int At, int Length)
{
    public Evidence Of(int series) => new(series, Slot, Pack.Read(At, Length));
}
