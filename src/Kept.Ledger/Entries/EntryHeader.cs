using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kept.Model;

namespace Kept.Ledger.Entries;

/// <summary>
/// An entry's header as bytes: a JSON object in the form of RFC 8785 (members in order, no space, integers), so that anybody can compute the chain again with
/// <c>sha256sum</c>. The bytes are written once and then only copied; docs/reference/ledger-format.md gives them member by member.
/// </summary>
internal static class EntryHeader
{
    /// <summary>What the first entry names as the hash before it.</summary>
    public static readonly string NoPrev = new('0', 64);

    /// <summary>Largest integer that every JSON reader keeps exact (RFC 8785, appendix D).</summary>
    public const long LargestExact = (1L << 53) - 1;

    /// <param name="sequence">Its number.</param>
    /// <param name="id">Its ULID.</param>
    /// <param name="prev">Hash of the entry before.</param>
    /// <param name="draft">What it says.</param>
    /// <param name="recorded">When it is written.</param>
    /// <param name="writer">The ledger.</param>
    /// <param name="epoch">Of the writer.</param>
    /// <param name="house">Whose it is; null leaves the member out, as entries of the first two schemas do.</param>
    /// <param name="bodyHash">SHA-256 of the body.</param>
    public static byte[] Write(
        long sequence, Ulid id, string prev, EntryDraft draft, Instant recorded, string writer, int epoch, string? house, string bodyHash)
    {
        var json = new StringBuilder(512);
        json.Append("{\"audience\":").Append(Text(draft.Audience));
        json.Append(",\"body\":\"").Append(bodyHash);
        json.Append("\",\"epoch\":").Append(epoch.ToString(CultureInfo.InvariantCulture));
        if (house is not null) json.Append(",\"house\":").Append(Text(house));
        json.Append(",\"id\":\"").Append(id);
        json.Append("\",\"kind\":").Append(Text(draft.Kind));
        json.Append(",\"occurred\":").Append(draft.Occurred.Microseconds.ToString(CultureInfo.InvariantCulture));
        json.Append(",\"prev\":\"").Append(prev);
        json.Append("\",\"recorded\":").Append(recorded.Microseconds.ToString(CultureInfo.InvariantCulture));
        json.Append(",\"schema\":").Append(draft.Schema.ToString(CultureInfo.InvariantCulture));
        json.Append(",\"seq\":").Append(sequence.ToString(CultureInfo.InvariantCulture));
        json.Append(",\"subject\":").Append(Text(draft.Subject));
        json.Append(",\"writer\":").Append(Text(writer));
        return Encoding.UTF8.GetBytes(json.Append('}').ToString());
    }

    /// <summary>Reads stored bytes back.</summary>
    /// <exception cref="FormatException">The bytes are no header, or not in the canonical form: they were changed after they were written.</exception>
    public static Entry Read(ReadOnlySpan<byte> header, ReadOnlyMemory<byte>? body)
    {
        try
        {
            using var document = JsonDocument.Parse(header.ToArray());
            var root = document.RootElement;
            var draft = new EntryDraft(root.GetProperty("kind").GetString()!, root.GetProperty("schema").GetInt32(),
                new Instant(root.GetProperty("occurred").GetInt64()), root.GetProperty("audience").GetString()!, root.GetProperty("subject").GetString()!, default);
            // the first two schemas wrote no house; their bytes are hashed as they are, so it stays left out
            var house = root.TryGetProperty("house", out var said) ? said.GetString()! : null;
            if (!Ulid.TryParse(root.GetProperty("id").GetString()!, out var id)) throw new FormatException("its id is no ULID");
            var entry = new Entry(root.GetProperty("seq").GetInt64(), id, root.GetProperty("prev").GetString()!, draft.Kind, draft.Schema, draft.Occurred,
                new Instant(root.GetProperty("recorded").GetInt64()), root.GetProperty("writer").GetString()!, root.GetProperty("epoch").GetInt32(),
                house ?? "", draft.Audience, draft.Subject, root.GetProperty("body").GetString()!, body, Convert.ToHexStringLower(LeafHash(header)));
            var again = Write(entry.Sequence, id, entry.Prev, draft, entry.Recorded, entry.Writer, entry.Epoch, house, entry.BodyHash);
            return header.SequenceEqual(again) ? entry : throw new FormatException("its header is not in canonical form");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("its header cannot be read", fault);
        }
    }

    /// <summary>RFC 6962 leaf hash: SHA-256(0x00 ‖ header).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(header);
        return hash.GetHashAndReset();
    }

    /// <exception cref="LedgerException"><c>S07</c>: the draft cannot become an entry.</exception>
    public static void Check(EntryDraft draft)
    {
        if (draft.Kind.Length is 0 or > 100) throw Refused("an entry's kind has 1 to 100 characters");
        if (draft.Subject.Length > 1000 || draft.Audience.Length is 0 or > 10_000) throw Refused($"subject or audience of `{draft.Kind}` is too long, or there is no audience");
        if (Math.Abs((decimal)draft.Occurred.Microseconds) > LargestExact) throw Refused($"`{draft.Kind}` occurred outside the years the ledger can tell");
        if (draft.Body.Length > MostBodyBytes) throw Refused($"the body of `{draft.Kind}` has more than {MostBodyBytes} bytes");
        if (draft.Body.Length > 0 && !IsJson(draft.Body.Span)) throw Refused($"the body of `{draft.Kind}` is not JSON");
    }

    private static LedgerException Refused(string why) => new(StorageCodes.NeverRecorded, $"This can never be an entry: {why}.");

    /// <exception cref="ArgumentException">It cannot be the id of a house.</exception>
    public static void CheckHouse(string house)
    {
        if (house.Length is 0 or > 200) throw new ArgumentException("a house's id has 1 to 200 characters");
    }

    private const int MostBodyBytes = 64 << 20;

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // RFC 8785 §3.2.2.2: only quotes, backslash and control characters are escaped, the short forms first
    private static string Text(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
            json.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        return json.Append('"').ToString();
    }
}
