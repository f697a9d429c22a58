using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Smtp;

/// <summary>One reply of a mail server: a code and its lines (RFC 5321 §4.2).</summary>
internal sealed record SmtpReply(int Code, ImmutableArray<string> Texts)
{
    private const int MostLines = 200;

    /// <summary>Reads one, over as many lines as it says.</summary>
    /// <exception cref="EgressException">It is none, or does not end.</exception>
    public static async ValueTask<SmtpReply> ReadAsync(Lines lines)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var code = 0;
        while (true)
        {
            var line = await lines.ReadAsync();
            if (Part(line) is not { } part || texts.Count > 0 && part.Code != code)
                throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} does not speak SMTP: it said {lines.Quoted(line)}");
            if (texts.Count == MostLines) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{lines.Where} sent a reply of more than {MostLines} lines");
            code = part.Code;
            texts.Add(part.Text);
            if (part.IsLast) return new(code, texts.ToImmutable());
        }
    }

    /// <summary><c>250-SIZE 1000</c> has more after it, <c>250 SIZE 1000</c> and <c>250</c> end a reply; null: neither.</summary>
    private static (int Code, bool IsLast, string Text)? Part(string line) =>
        line is [>= '2' and <= '5', >= '0' and <= '9', >= '0' and <= '9', ..] && (line.Length == 3 || line[3] is ' ' or '-')
            ? ((line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0', line.Length == 3 || line[3] == ' ', line.Length > 4 ? line[4..].TrimEnd() : "")
            : null;

    /// <summary>As in a message: the code and the first line.</summary>
    public string Words(Lines lines) => lines.Quoted($"{Code} {Texts[0]}");
}
