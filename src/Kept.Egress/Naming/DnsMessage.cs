using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Kept.Egress.Naming;

/// <summary>
/// The answer of a name server that we look at, read strictly (RFC 1035 §4). Not by DnsClient, which our own resolver uses: over TCP that reads on as long as
/// anything comes, so a server that never stops would fill the memory.
/// </summary>
/// <param name="Code">Response code.</param>
/// <param name="IsAuthoritative">The server speaks for the zone itself.</param>
/// <param name="IsCut">It did not fit: to be asked for again over TCP. Nothing else of it counts.</param>
/// <param name="Records">Those of the asked type, as text.</param>
/// <param name="Size">Bytes.</param>
internal sealed record DnsMessage(int Code, bool IsAuthoritative, bool IsCut, List<(string Text, int Ttl)> Records, int Size)
{
    /// <summary>How many records stand in each section.</summary>
    public DnsSections Sections { get; private init; }

    private const int Options = 41;

    /// <summary>A name as we write it: small letters, no final dot.</summary>
    public static string Plain(string name) => name.TrimEnd('.').ToLowerInvariant();

    /// <param name="extended">Say that an answer of 1,232 bytes may come over UDP (RFC 6891); old servers know nothing of that.</param>
    public static byte[] Question(ushort id, string name, int type, bool extended)
    {
        var labels = name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => new[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label)));
        byte[] question = [.. Two(id), 1, 0, .. Two(1), 0, 0, 0, 0, .. Two(extended ? 1 : 0), .. labels, 0, .. Two(type), .. Two(1)];
        return extended ? [.. question, 0, .. Two(41), .. Two(1232), 0, 0, 0, 0, 0, 0] : question;
    }

    /// <summary>Reads an answer; null where it answers another question.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static DnsMessage? Read(ReadOnlySpan<byte> message, ushort id, int type)
    {
        try
        {
            if (Number(message, 0) != id || (message[2] & 0x80) == 0) return null;
            if ((message[2] & 2) != 0) return new(message[3] & 15, false, true, [], message.Length);
            var at = 12;
            for (var questions = Number(message, 4); questions > 0; questions--)
            {
                _ = Name(message, ref at);
                at += 4;
            }
            var records = new List<(string, int)>();
            for (var answers = Number(message, 6); answers > 0; answers--)
            {
                _ = Name(message, ref at);
                var (asked, ttl, size) = (Number(message, at), BinaryPrimitives.ReadInt32BigEndian(message[(at + 4)..]), Number(message, at + 8));
                at += 10;
                if (at + size > message.Length) throw new InvalidDataException("a record is longer than the message");
                if (asked == type) records.Add((TextOf(message, at, size, type), ttl));
                at += size;
            }
            return new(message[3] & 15, (message[2] & 4) != 0, false, records, message.Length)
            {
                Sections = new(Number(message, 6), Counted(message, ref at, Number(message, 8)), Counted(message, ref at, Number(message, 10))),
            };
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("the message ends in the middle", fault);
        }
    }

    /// <summary>The records of a section behind the answers; null where they cannot be read, which takes nothing from the answers.</summary>
    private static int? Counted(ReadOnlySpan<byte> message, ref int at, int records)
    {
        if (at < 0) return null;
        var count = 0;
        try
        {
            for (; records > 0; records--)
            {
                _ = Name(message, ref at);
                if (Number(message, at) != Options) count++;
                at += 10 + Number(message, at + 8);
                if (at > message.Length) throw new InvalidDataException("a record is longer than the message");
            }
            return count;
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidDataException)
        {
            at = -1; // nor what stands behind it
            return null;
        }
    }

    private static string TextOf(ReadOnlySpan<byte> message, int at, int size, int type)
    {
        var end = at + size;
        switch (type)
        {
            case 1 when size == 4:
            case 28 when size == 16:
                return new IPAddress(message.Slice(at, size)).ToString();
            case 2 or 5 or 12:
                return Name(message, ref at);
            case 6:
                var (server, mailbox) = (Name(message, ref at), Name(message, ref at));
                return $"{server} {mailbox} {Long(message, at)} {Long(message, at + 4)} {Long(message, at + 8)} {Long(message, at + 12)} {Long(message, at + 16)}";
            case 15:
                var preference = Number(message, at);
                at += 2;
                return $"{preference} {Name(message, ref at)}";
            case 16:
                var text = new StringBuilder();
                while (at < end)
                {
                    text.Append(Encoding.UTF8.GetString(message.Slice(at + 1, message[at])));
                    at += message[at] + 1;
                }
                return text.ToString();
            case 33:
                var (priority, weight, port) = (Number(message, at), Number(message, at + 2), Number(message, at + 4));
                at += 6;
                return $"{priority} {weight} {port} {Name(message, ref at)}";
            case 257:
                var tag = message[at + 1];
                return $"{message[at]} {Encoding.ASCII.GetString(message.Slice(at + 2, tag))} {Encoding.ASCII.GetString(message[(at + 2 + tag)..end])}";
            default:
                throw new InvalidDataException("a record has another length than its type");
        }
    }

    /// <summary>Reads a name, compressed or not. A pointer may only lead back, so that none leads in a circle.</summary>
    private static string Name(ReadOnlySpan<byte> message, ref int at)
    {
        var name = new StringBuilder();
        var (from, after, jumps) = (at, -1, 0);
        while (message[from] is not 0 and var length)
        {
            if (length >= 0xc0)
            {
                var to = Number(message, from) & 0x3fff;
                if (to >= from || ++jumps > 64) throw new InvalidDataException("a name leads in a circle");
                if (after < 0) after = from + 2;
                from = to;
                continue;
            }
            if (length > 63 || name.Length + length > 255) throw new InvalidDataException("a name is too long");
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(message.Slice(from + 1, length)));
            from += length + 1;
        }
        at = after < 0 ? from + 1 : after;
        return Plain(name.ToString());
    }

    /// <summary>A number as two bytes of the wire.</summary>
    public static byte[] Two(int number) => [(byte)(number >> 8 & 255), (byte)(number & 255)];

    private static int Number(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);

    private static uint Long(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt32BigEndian(message[at..]);
}
