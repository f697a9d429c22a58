using CsCheck;
using Kept.Egress.Naming;
using Xunit;

namespace Kept.Egress.Tests;

/// <summary>Answers of name servers that were made to be read wrong.</summary>
public sealed class DnsMessageTests
{
    /// <summary>An answer to A of x.example with an alias and an address, a server of the zone, its address, and options.</summary>
    private static byte[] Sections(params byte[] end)
    {
        byte[] name = [1, (byte)'x', 7, .. "example"u8, 0], pointer = [0xc0, 12];
        byte[] Record(int type, params byte[] data) => [.. pointer, (byte)(type >> 8), (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data];
        return [0, 7, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 2, .. name, 0, 1, 0, 1, .. Record(5, pointer), .. Record(1, 192, 0, 2, 1), .. Record(2, pointer), .. Record(1, 192, 0, 2, 53), .. end];
    }

    [Fact]
    public void Every_section_is_counted_and_options_are_no_record()
    {
        var read = DnsMessage.Read(Sections(0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0), 7, 1)!;
        Assert.Equal((new DnsSections(2, 1, 1), "192.0.2.1"), (read.Sections, Assert.Single(read.Records).Text));
        // what stands behind the answers and cannot be read takes nothing from them
        foreach (var end in (byte[][])[[], [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 200], [0xc0, 255, 0, 1]])
        {
            var cut = DnsMessage.Read(Sections(end), 7, 1)!;
            Assert.Equal((new DnsSections(2, 1, null), "192.0.2.1"), (cut.Sections, Assert.Single(cut.Records).Text));
        }
    }

    private static readonly int[] Types = [1, 28, 5, 15, 16, 2, 6, 33, 257, 12];

    private static byte[] Answer(int type, params byte[] data) =>
        [0, 7, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, (byte)'x', 0, 0, (byte)type, 0, 1, 0xc0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, .. DnsMessage.Two(data.Length), .. data];

    [Fact]
    public void A_good_one_is_read()
    {
        var read = DnsMessage.Read(Answer(1, 192, 0, 2, 1), 7, 1)!;
        Assert.Equal((0, true, false, ("192.0.2.1", 60)), (read.Code, read.IsAuthoritative, read.IsCut, Assert.Single(read.Records)));
        Assert.Null(DnsMessage.Read(Answer(1, 192, 0, 2, 1), 8, 1)); // an answer to another question
        var echoed = Answer(1, 192, 0, 2, 1);
        echoed[2] = 0; // our own question, sent back
        Assert.Null(DnsMessage.Read(echoed, 7, 1));
    }

    [Fact]
    public void A_name_that_leads_in_a_circle_or_forwards_ends()
    {
        var start = Answer(5).Length;
        foreach (var to in new[] { start, start + 1, 0x3fff })
            Assert.Throws<InvalidDataException>(() => DnsMessage.Read(Answer(5, (byte)(0xc0 | to >> 8), (byte)(to & 255), 0), 7, 5));
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_and_nothing_else() =>
        Gen.Select(Gen.Int[0, 9].Select(i => Types[i]), Gen.Byte.Array[0, 80], Gen.Int[0, 200], Gen.Byte).Sample((type, data, at, flip) =>
        {
            var message = Answer(type & 255, data);
            if (type > 255) (message[15], message[20]) = (1, 1);
            message[2 + at % (message.Length - 2)] ^= flip;
            foreach (var length in new[] { message.Length, message.Length / 2, at % 12 })
                try
                {
                    var read = DnsMessage.Read(message.AsSpan(0, length), 7, type);
                    Assert.True(read is null || read.Records.Count <= 65535);
                }
                catch (InvalidDataException)
                {
                    // Refused in the one way that whoever asked knows.
                }
        }, iter: 20_000);
}
