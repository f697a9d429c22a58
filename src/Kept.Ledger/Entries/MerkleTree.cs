using System.Security.Cryptography;

namespace Kept.Ledger.Entries;

/// <summary>The Merkle tree hash of RFC 6962 §2.1 over leaf hashes.</summary>
internal static class MerkleTree
{
    /// <param name="leaves">Leaf hashes in order: already SHA-256(0x00 ‖ leaf).</param>
    public static byte[] Root(IReadOnlyList<byte[]> leaves) => leaves.Count == 0 ? SHA256.HashData([]) : Root(leaves, 0, leaves.Count);

    private static byte[] Root(IReadOnlyList<byte[]> leaves, int from, int count)
    {
        if (count == 1) return leaves[from];
        var split = (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count) / 2);
        Span<byte> node = stackalloc byte[65];
        node[0] = 1;
        Root(leaves, from, split).CopyTo(node[1..]);
        Root(leaves, from + split, count - split).CopyTo(node[33..]);
        return SHA256.HashData(node);
    }
}
