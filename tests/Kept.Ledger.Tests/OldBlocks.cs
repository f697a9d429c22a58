using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using Kept.Ledger.Blocks;
using Kept.Ledger.Coding;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Blocks of form 1, as ledgers have them that were written before form 2.</summary>
public sealed class OldBlocks
{
    // 40 looks of two epochs, good, bad and gaps, every third with two measured figures, and two pieces of evidence: as the last program that wrote form 1 left it
    private const string Block =
        "ASi1L/1gegEVCgCyDzo3MLEaA8Eu+VjOEC2uYHvb+qVcmxEZXS94twpcX0vQYJoahE6Idk23p+f3H2sK/ab9+UtMwJYppRYsLgkNmYkWy5SA4/GyGbB3UEJ7" +
        "QbhkMTk1AbG1sGq4bqxiFKrdyQotRlKg8olAgRHRYYycXhBuDysUKKpptcPQsFBSOM307d167kmkP8Xlttz/EfJzzLzLrrrx/fqpjNT4ypnbrwS2lV4oMEMD" +
        "75uVKLCVoxmC0msbYJOdw9UOvW27YjuK4iiOt+vxGADUdn6Xf+jzO0VuJ+j3/NqGPPLrj3ur0eR0OnQXuwoY7AQBKSBgAtJs21sW5bcr80P6lwQwqC5AphDk" +
        "IHEMRCUD1A8Mm67UGBYRngI0HgtkNWwZ8EE3IBphA2FNdAx7AEe0EW3ga4AC8UDQlFGGmUDMyOJjIti1WUIJ";

    [Fact]
    public void A_block_of_form_1_is_read_as_it_was_written()
    {
        using var coder = new LookBlock();
        var content = coder.Decode(Convert.FromBase64String(Block), 3);
        Assert.Equal(Looks(), content.Looks);
        Assert.Equal([(Some.Start, Hex(1)), (Some.Start + Duration.Seconds(60), Hex(2))], content.Evidence.Select(one => (one.Slot, Convert.ToHexString(one.Hash))));
    }

    [Fact]
    public void Nor_are_bytes_that_are_no_block_of_form_1_read() => Gen.Select(Gen.Int[1, 300], Gen.Byte, Gen.Int[0, 333]).Sample(t =>
    {
        var broken = Convert.FromBase64String(Block);
        broken[t.Item1] ^= t.Item2;
        using var coder = new LookBlock();
        try
        {
            coder.Decode(broken.AsSpan(0, Math.Min(t.Item3, broken.Length)), 1);
        }
        catch (FormatException)
        {
            // the only exception that a reader of blocks must expect
        }
    }, iter: 2000);

    [Fact]
    public void A_column_of_form_1_is_read_as_it_was_written() => Gen.Frequency((5, Gen.Long[-2000, 2_000_000]), (1, Gen.Long)).Array[0, 100].Sample(figures =>
    {
        var bytes = new ByteWriter();
        Write(bytes, figures);
        var reader = new ByteReader(bytes.Span);
        Assert.Equal(figures, FigureColumn.Read(ref reader, figures.Length));
        Assert.True(reader.AtEnd);
    }, iter: 5000);

    private static string Hex(byte of) => Convert.ToHexString(SHA256.HashData([of]));

    private static List<LookRecord> Looks() => [.. Enumerable.Range(0, 40).Select(i =>
    {
        bool isBad = i % 9 == 0, isGap = !isBad && i % 7 == 0;
        return new LookRecord(3, Some.Start + (Duration.Seconds(30) * i), i < 20 ? 5 : 6, isBad ? LookClass.Bad : isGap ? LookClass.Gap : LookClass.Good,
            isBad ? TargetFailure.TimedOut : TargetFailure.None, isGap ? GapCause.Late : GapCause.None, isBad || isGap ? -1 : 200, i * 37 % 100,
            isGap ? Phases.None : new Phases(-1, i % 5 == 0 ? 210_000 : -1, -1, isBad ? -1 : 3_400_000 + (i * 1000), 3_900_000 + (i * 2000)), i % 5 == 0, i % 3 == 0 ? [i * 1000L, null] : []);
    })];

    // how form 1 was written
    private const byte Plain = 0, Differences = 1, SecondDifferences = 2;

    private static void Write(ByteWriter to, ReadOnlySpan<long> figures)
    {
        var best = Plain;
        var rest = Rest(figures, Plain);
        foreach (var way in (ReadOnlySpan<byte>)[Differences, SecondDifferences])
            if (Rest(figures, way) is var other && Cost(other) < Cost(rest)) (best, rest) = (way, other);
        to.Byte(best);
        // the first figure, and the first difference, are large: by themselves, or they would widen every plane
        var heads = Math.Min(best, rest.Length);
        for (var i = 0; i < heads; i++) to.Varint(rest[i]);
        rest = rest[heads..];
        var all = 0UL;
        foreach (var figure in rest) all |= figure;
        var width = (71 - BitOperations.LeadingZeroCount(all)) / 8;
        to.Byte((byte)width);
        for (var plane = 0; plane < width; plane++)
        {
            var bytes = to.Take(rest.Length);
            for (var i = 0; i < rest.Length; i++) bytes[i] = unchecked((byte)(rest[i] >> (8 * plane)));
        }
    }

    private static ulong[] Rest(ReadOnlySpan<long> figures, byte way)
    {
        var rest = new ulong[figures.Length];
        long before = 0, step = 0;
        for (var i = 0; i < figures.Length; i++)
            unchecked
            {
                var difference = figures[i] - before;
                rest[i] = Bits.Zigzag(way switch { Plain => figures[i], Differences => difference, _ => difference - step });
                (before, step) = (figures[i], difference);
            }
        return rest;
    }

    private static long Cost(ulong[] rest)
    {
        var bits = 0L;
        foreach (var figure in rest) bits += 64 - BitOperations.LeadingZeroCount(figure);
        return bits;
    }
}
