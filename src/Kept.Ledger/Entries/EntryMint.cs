using Kept.Model;

namespace Kept.Ledger.Entries;

/// <summary>One more link of the chain, with its stored bytes.</summary>
internal sealed record MintedEntry(Entry Entry, byte[] Header, byte[] Body);

/// <summary>
/// Where the chain ends, and the source of ids. A mint is a working copy: it is thrown away when the transaction it worked for fails, and takes the place of the
/// one before when it committed. So nothing in memory ever runs ahead of the disk.
/// </summary>
internal sealed class EntryMint(TimeProvider time, Random random, string writer, int epoch, string house, long sequence, string hash, Ulid newest)
{
    public long Sequence { get; private set; } = sequence;
    public string Hash { get; private set; } = hash;
    public Ulid Newest { get; private set; } = newest;
    public string Writer => writer;
    /// <summary>Whose entries these are; empty until the ledger is told.</summary>
    public string House { get; set; } = house;

    public EntryMint Copy() => new(time, random, writer, epoch, House, Sequence, Hash, Newest);

    /// <summary>A new id, larger than every id before it even when the clock went back.</summary>
    public Ulid NextId()
    {
        Span<byte> bytes = stackalloc byte[10];
        random.NextBytes(bytes);
        var id = Ulid.Mint(Instant.From(time.GetUtcNow()), bytes);
        return Newest = id.CompareTo(Newest) > 0 ? id : new Ulid(Newest.Bits + 1);
    }

    public MintedEntry Next(EntryDraft draft)
    {
        EntryHeader.Check(draft);
        var id = NextId();
        var body = draft.Body.ToArray();
        var header = EntryHeader.Write(Sequence + 1, id, Hash, draft, Instant.From(time.GetUtcNow()), writer, epoch, House, ContentHash.Of(body));
        var entry = EntryHeader.Read(header, body);
        Sequence = entry.Sequence;
        Hash = entry.Hash;
        return new MintedEntry(entry, header, body);
    }
}
