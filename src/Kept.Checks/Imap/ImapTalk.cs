using System.Collections.Immutable;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Imap;

/// <summary>Commands and answers, tagged in turn.</summary>
internal sealed class ImapTalk(Lines lines)
{
    private const int MostCapabilities = 200;
    private int _tag;

    /// <summary>The words of the last tagged answer.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>How an answer ends: taken or not, and in which words; with what was said before the end.</summary>
    public readonly record struct Answer(bool IsOk, string Text, ImmutableArray<string> Untagged);

    /// <summary>What stands after OK or PREAUTH.</summary>
    public async ValueTask<string> GreetingAsync()
    {
        var line = await lines.ReadAsync();
        if (After(line, "* BYE") is not null) throw Refused(line);
        return After(line, "* OK") ?? After(line, "* PREAUTH") ?? throw Malformed(line);
    }

    public async ValueTask<ImmutableArray<string>> CapabilitiesAsync()
    {
        var answer = await AskAsync("CAPABILITY"u8.ToArray());
        var said = answer.Untagged.Select(line => After(line, "* CAPABILITY")).FirstOrDefault(text => text is not null);
        if (!answer.IsOk || said is null) throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} does not say what it can do: {lines.Quoted(answer.Text)}");
        return [.. said.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MostCapabilities)];
    }

    public async ValueTask<bool> LoginAsync(string user, string password)
    {
        var (first, second) = (Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(password));
        if (IsQuotable(first) && IsQuotable(second)) return (await AskAsync([.. "LOGIN "u8, .. QuotedString(first), .. " "u8, .. QuotedString(second)])).IsOk;
        // Anything else goes as a literal, after the server's word that it takes it (RFC 9051 §4.3).
        return (await AskAsync([.. "LOGIN "u8, .. Length(first)], [.. first, .. " "u8, .. Length(second)], second)).IsOk;
    }

    /// <summary>Sends a command and reads to its tagged answer. Of several parts each but the first is sent when the server says go on.</summary>
    public async ValueTask<Answer> AskAsync(params byte[][] parts)
    {
        var tag = $"k{++_tag}";
        var untagged = ImmutableArray.CreateBuilder<string>();
        await lines.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(tag + " "), .. parts[0], .. "\r\n"u8]);
        for (var next = 1; ;)
        {
            var line = await lines.ReadAsync();
            if (After(line, tag + " OK") is { } ok) return new(true, LastAnswer = ok, untagged.ToImmutable());
            if ((After(line, tag + " NO") ?? After(line, tag + " BAD")) is { } no) return new(false, LastAnswer = no, untagged.ToImmutable());
            if (After(line, "* BYE") is not null) throw Refused(line);
            if (line.StartsWith("* ", StringComparison.Ordinal)) untagged.Add(line);
            else if (line.StartsWith('+') && next < parts.Length) await lines.WriteAsync((byte[])[.. parts[next++], .. "\r\n"u8]);
            else throw Malformed(line);
        }
    }

    private static bool IsQuotable(byte[] text) => Array.TrueForAll(text, c => c is >= 0x20 and < 0x7f);

    private static byte[] QuotedString(byte[] text) => [(byte)'"', .. text.SelectMany(c => c is (byte)'"' or (byte)'\\' ? new[] { (byte)'\\', c } : [c]), (byte)'"'];

    private static byte[] Length(byte[] text) => Encoding.ASCII.GetBytes($"{{{text.Length}}}");

    /// <summary>What follows a word; null where the line does not begin with it. Words of the protocol compare without case.</summary>
    private static string? After(string line, string word) =>
        line.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (line.Length == word.Length || line[word.Length] == ' ') ? line[word.Length..].Trim() : null;

    private EgressException Refused(string line) => EgressException.OfTarget(TargetFailure.ReportedFailure, $"{lines.Where} refuses service: it said {lines.Quoted(line)}");

    private EgressException Malformed(string line) => EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} does not speak IMAP: it said {lines.Quoted(line)}");
}
