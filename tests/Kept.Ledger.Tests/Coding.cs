using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Kept.Ledger.Blocks;
using Kept.Ledger.Coding;
using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests;

public sealed class CodingOfLooks
{
    private static readonly Gen<long> Figure = Gen.Frequency((5, Gen.Long[-2000, 2_000_000]), (1, Gen.Long));
    private static readonly Gen<long> Phase = Gen.Frequency((2, Gen.Const(-1L)), (5, Gen.Long[0, 10_000_000].Select(n => n * 1000)), (1, Gen.Long));

    private static readonly Gen<LookRecord> Looks = Gen.Select(Gen.Long[0, 4_000_000_000_000_000], Gen.Int[0, 4], Gen.Byte[0, 13], Gen.Int, Figure,
        Gen.Select(Phase, Phase, Phase, Phase, Phase), Gen.Bool, Figure.Nullable().Array[0, 3]).Select(t => new LookRecord(
            3, new Instant(t.Item1), 5, (LookClass)t.Item2, (TargetFailure)t.Item3, (GapCause)(t.Item3 % 3), t.Item4, t.Item5,
            new Phases(t.Item6.Item1, t.Item6.Item2, t.Item6.Item3, t.Item6.Item4, t.Item6.Item5), t.Item7, [.. t.Item8]));

    [Fact]
    public void A_frame_gives_back_every_look_and_piece_of_evidence_exactly() => Looks.Array[0, 30].Sample(looks =>
    {
        var bytes = new ByteWriter();
        var evidence = looks.Take(3).Select(look => Some.Evidence(look.Series, look.Slot)).ToList();
        HotFrame.Write(bytes, 5, looks, evidence);
        var reader = new ByteReader(bytes.Span[1..]);
        List<LookRecord> read = [];
        List<Evidence> found = [];
        HotFrame.Read(ref reader, 5, read.Add, found.Add);
        Assert.Equal(looks, read);
        Assert.Equal(evidence.Select(one => (one.Series, one.Slot, Encoding.UTF8.GetString(one.Body.Span))), found.Select(one => (one.Series, one.Slot, Encoding.UTF8.GetString(one.Body.Span))));
    }, iter: 2000);

    [Fact]
    public void A_block_gives_back_every_look_exactly() => Looks.Array[0, 60].Sample(looks =>
    {
        using var coder = new LookBlock();
        var evidence = looks.Take(2).Select(look => (look.Slot, SHA256.HashData(BitConverter.GetBytes(look.Code)))).ToList();
        var content = coder.Decode(coder.Encode(looks, evidence), 3);
        Assert.Equal(looks, content.Looks);
        Assert.Equal(evidence.Select(one => (one.Slot, Convert.ToHexString(one.Item2))), content.Evidence.Select(one => (one.Slot, Convert.ToHexString(one.Hash))));
    }, iter: 1000);

    [Fact]
    public void Bytes_that_are_no_block_are_refused_whatever_they_are()
    {
        using var coder = new LookBlock();
        var whole = coder.Encode([.. Some.Routine(1, 1, 50, Some.Start, Duration.Seconds(30), new Random(1))], []);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample(t =>
        {
            var broken = (byte[])whole.Clone();
            broken[t.Item1] ^= t.Item2;
            using var fresh = new LookBlock();
            try
            {
                fresh.Decode(broken.AsSpan(0, t.Item3), 1);
            }
            catch (FormatException)
            {
                // the only exception that a reader of blocks must expect
            }
        }, iter: 5000);
    }

    [Fact]
    public void Figures_of_every_size_come_back_from_a_column() => Gen.OneOf(Figure.Array[0, 100], Gen.Long[-3, 3].Array[0, 100], Figure.Select(figure => Enumerable.Repeat(figure, 50).ToArray())).Sample(figures =>
    {
        var bytes = new ByteWriter();
        var encoder = new RangeEncoder(bytes);
        encoder.Begin();
        PackedColumn.Write(encoder, figures);
        PackedColumn.Whole(encoder, figures.Length);
        encoder.End();
        var decoder = new RangeDecoder(bytes.Span);
        Assert.Equal(figures, PackedColumn.Read(ref decoder, figures.Length));
        Assert.Equal(figures.Length, PackedColumn.Whole(ref decoder));
        decoder.End();
    }, iter: 5000);

    [Fact]
    public void Bits_come_back_whatever_their_chances_and_carries() => Gen.Select(Gen.Int[0, 3], Gen.Int[1, 16]).Array[0, 2000].Sample(runs =>
    {
        // long runs of the unlikely bit let bytes of 255 wait for a carry
        var bytes = new ByteWriter();
        var encoder = new RangeEncoder(bytes);
        encoder.Begin();
        var chances = new Chance[2];
        foreach (var (kind, length) in runs)
            for (var i = 0; i < length; i++)
                if (kind < 2) encoder.Bit(ref chances[kind], i == 0 ? 1 - kind : kind);
                else encoder.Even(kind == 2 ? ulong.MaxValue : 1, length);
        encoder.End();
        var decoder = new RangeDecoder(bytes.Span);
        var learned = new Chance[2];
        foreach (var (kind, length) in runs)
            for (var i = 0; i < length; i++)
                if (kind < 2) Assert.Equal(i == 0 ? 1 - kind : kind, decoder.Bit(ref learned[kind]));
                else Assert.Equal(kind == 2 ? (1UL << length) - 1 : 1, decoder.Even(length));
        decoder.End();
    }, iter: 500);

    [Fact]
    public void Blocks_made_one_after_the_other_by_one_coder_are_each_whole()
    {
        using var coder = new LookBlock();
        for (var i = 1; i < 20; i++)
        {
            var looks = Some.Routine(1, 1, i * i, Some.Start, Duration.Seconds(30), new Random(i));
            Assert.Equal(looks, coder.Decode(coder.Encode(looks.ToArray(), []), 1).Looks);
        }
    }

    [Fact]
    public void A_routine_look_takes_few_bytes()
    {
        var looks = Some.Routine(1, 1, 2880, Some.Start, Duration.Seconds(30), new Random(1));
        using var coder = new LookBlock();
        var atRest = (double)coder.Encode(looks.ToArray(), []).Length / looks.Count;
        var bytes = new ByteWriter();
        HotFrame.Write(bytes, 1, looks, []);
        var hot = (double)bytes.Length / looks.Count;
        Assert.True(atRest < 4, $"{atRest} bytes per look at rest");
        Assert.True(hot < 20, $"{hot} bytes per look written");
    }

    [Fact]
    public void The_checksum_is_CRC_32C() => Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8)); // RFC 3720 B.4's check value

    // leaves and roots of RFC 6962 as its reference implementations test them (certificate-transparency-go, merkle/testonly)
    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void A_root_is_that_of_RFC_6962(int leaves, string root)
    {
        string[] inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var hashes = inputs.Take(leaves).Select(input => EntryHeader.LeafHash(Convert.FromHexString(input))).ToList();
        Assert.Equal(root, Convert.ToHexStringLower(MerkleTree.Root(hashes)));
    }
}
