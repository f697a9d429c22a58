using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kept.Model;

namespace Kept.Ledger.Entries;

/// <summary>Leaf hashes of what entries commit to: SHA-256(0x00 ‖ fields in order, integers as 8 bytes little-endian, texts as their length and UTF-8).</summary>
internal static class Leaves
{
    public static byte[] OfSeries(int number, SeriesKey key) => Of([number], key.Promise.Value.ToByteArray(), Encoding.UTF8.GetBytes(key.Check), Encoding.UTF8.GetBytes(key.Place));

    /// <param name="id">The block's number.</param>
    /// <param name="series">The series' leaf: number, promise, check and place, so that a block cannot be given to another series.</param>
    /// <param name="first">Slot of the oldest look.</param>
    /// <param name="last">Slot of the newest.</param>
    /// <param name="looks">How many.</param>
    /// <param name="dataHash">SHA-256 of the packed looks: it stays when retention removes them.</param>
    public static byte[] OfBlock(long id, byte[] series, Instant first, Instant last, long looks, byte[] dataHash) =>
        Of([id, first.Microseconds, last.Microseconds, looks], series, dataHash);

    public static byte[] OfDay(int series, Instant day, in DayCounts counts) =>
        Of([series, day.Microseconds, counts.Good, counts.Bad, counts.Gap, counts.NotInForce]);

    public static byte[] OfEvidence(int series, Instant slot, byte[] body) => Of([series, slot.Microseconds], body);

    private static byte[] Of(ReadOnlySpan<long> figures, params ReadOnlySpan<byte[]> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        Span<byte> bytes = stackalloc byte[8];
        foreach (var figure in figures)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, figure);
            hash.AppendData(bytes);
        }
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
            hash.AppendData(bytes);
            hash.AppendData(text);
        }
        return hash.GetHashAndReset();
    }
}
