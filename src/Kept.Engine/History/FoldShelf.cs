using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Engine.History;

/// <summary>One fold as it stood: everything recorded before <paramref name="TakenAt"/> is in it.</summary>
internal sealed record FoldSnapshot(PromiseId Promise, Bits128 FoldKey, Instant Since, Instant TakenAt, byte[] Bytes);

/// <summary>
/// Snapshots of folds in the ledger's cache, so that a start need not read months of looks. A fixed number of shelves, each one cache value, because one
/// value per promise would be a transaction each. Anything wrong with a shelf means that it is not used: the ledger can always tell the story again.
/// </summary>
internal static class FoldShelf
{
    public const int Count = 64;
    private const int Version = 2, MostBytes = 64 * 1024 * 1024;

    public static int Of(PromiseId id) => (int)(Schedule.Phase.Hash(id, "") % Count);

    public static string Key(int shelf) => "folds/" + shelf.ToString(CultureInfo.InvariantCulture);

    public static byte[] Write(IEnumerable<FoldSnapshot> snapshots)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        foreach (var one in snapshots)
        {
            writer.Write(one.Promise.Value.ToByteArray());
            writer.Write(one.FoldKey.High);
            writer.Write(one.FoldKey.Low);
            writer.Write(one.Since.Microseconds);
            writer.Write(one.TakenAt.Microseconds);
            writer.Write(one.Bytes.Length);
            writer.Write(one.Bytes);
            if (stream.Length > MostBytes) break;
        }
        writer.Flush();
        return stream.ToArray();
    }

    public static Dictionary<PromiseId, FoldSnapshot> Read(byte[]? bytes)
    {
        var found = new Dictionary<PromiseId, FoldSnapshot>();
        if (bytes is null) return found;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            if (reader.ReadInt32() != Version) return found;
            while (reader.BaseStream.Position < bytes.Length)
            {
                var id = new PromiseId(Ulid.FromBytes(reader.ReadBytes(16)));
                var key = new Bits128(reader.ReadUInt64(), reader.ReadUInt64());
                var since = new Instant(reader.ReadInt64());
                var taken = new Instant(reader.ReadInt64());
                var length = reader.ReadInt32();
                if (length < 0 || length > bytes.Length - reader.BaseStream.Position) return [];
                found[id] = new FoldSnapshot(id, key, since, taken, reader.ReadBytes(length));
            }
            return found;
        }
        catch (Exception damaged) when (damaged is IOException or FormatException or ArgumentException)
        {
            return []; // a damaged cache is no cache
        }
    }
}
