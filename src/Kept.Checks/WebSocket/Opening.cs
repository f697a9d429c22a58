using System.Security.Cryptography;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.WebSocket;

/// <summary>The opening handshake over HTTP/1.1, by hand and through our own dialer (RFC 6455 §4). No redirect is followed and no extension is offered.</summary>
internal static class Opening
{
    private const string Key = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Headers that make the handshake: only we set them.</summary>
    private static readonly HashSet<string> NotYours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
    };

    /// <summary>What is sent, and the accept that must come back.</summary>
    public sealed record Ask(string Text, string Accept, IReadOnlyList<string> Offered);

    /// <exception cref="EgressException">What the check says cannot stand in a handshake: ours, a gap.</exception>
    public static Ask AskFor(Attempt attempt)
    {
        var check = attempt.Request.Check;
        var url = new Uri(attempt.ExpandInUrl(check.Target.Rest));
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var offered = check.Setting<FieldValue.Texts>("subprotocol")?.Items ?? [];
        var text = new StringBuilder($"GET {url.PathAndQuery} HTTP/1.1\r\n");
        void Add(string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
        var host = check.Target.Host.Contains(':') ? $"[{check.Target.Host}]" : check.Target.Host;
        Add("Host", url.IsDefaultPort ? host : $"{host}:{check.Target.Port}");
        Add("Upgrade", "websocket");
        Add("Connection", "Upgrade");
        Add("Sec-WebSocket-Version", "13");
        Add("Sec-WebSocket-Key", key);
        foreach (var one in offered)
            if (!IsToken(one)) throw EgressException.OfUs(GapCause.Fault, "a subprotocol of the check is no name; write letters, digits and - . _ such as graphql-transport-ws");
        if (offered.Length > 0) Add("Sec-WebSocket-Protocol", string.Join(", ", offered));
        var headers = check.Setting<FieldValue.TextMap>("headers")?.Items ?? [];
        if (!headers.Any(header => header.Key.Equals("User-Agent", StringComparison.OrdinalIgnoreCase))) Add("User-Agent", "Kept/1");
        foreach (var (name, value) in headers)
        {
            if (!IsToken(name)) throw EgressException.OfUs(GapCause.Fault, "a header of the check has a name that is none");
            if (NotYours.Contains(name)) throw EgressException.OfUs(GapCause.Fault, $"the header {name} makes the handshake and is ours{(name.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase) ? "; write subprotocol:" : "")}");
            var said = attempt.Expand(value);
            if (said.Any(c => char.IsControl(c) && c != '\t')) throw EgressException.OfUs(GapCause.Fault, $"the header {name} holds a line break or another control character");
            Add(name, said);
        }
        return new(text.Append("\r\n").ToString(), AcceptOf(key), offered);
    }

    /// <summary>Reads the server's answer; what follows it are frames. The subprotocol it chose, or null.</summary>
    /// <exception cref="EgressException">It opens no WebSocket.</exception>
    public static async ValueTask<string?> ReadAsync(Lines lines, Ask ask)
    {
        var status = await lines.ReadAsync();
        if (StatusOf(status) is not { } code) throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} does not speak HTTP/1.1: it said {lines.Quoted(status)}");
        if (code is >= 300 and < 400) throw EgressException.OfTarget(TargetFailure.RedirectRefused, $"{lines.Where} redirects the handshake ({code}), which a WebSocket does not follow: look at where it leads");
        if (code != 101) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{lines.Where} opens no WebSocket there: it answered {code}");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await lines.ReadAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(line[..colon])) throw Malformed(lines, $"a line that is no header: {lines.Quoted(line)}");
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }
        if (!Holds(headers, "Upgrade", "websocket") || !Holds(headers, "Connection", "upgrade")) throw Malformed(lines, "101 that switches to no WebSocket (Upgrade and Connection)");
        if (headers.GetValueOrDefault("Sec-WebSocket-Accept") != ask.Accept) throw Malformed(lines, "another Sec-WebSocket-Accept than our key asks for: something else than a WebSocket answered");
        if (headers.GetValueOrDefault("Sec-WebSocket-Extensions") is { Length: > 0 }) throw Malformed(lines, "extensions that we did not offer");
        var chosen = headers.GetValueOrDefault("Sec-WebSocket-Protocol");
        return chosen is null || ask.Offered.Contains(chosen, StringComparer.Ordinal) ? chosen : throw Malformed(lines, $"a subprotocol that we did not offer: {lines.Quoted(chosen)}");
    }

    /// <summary>RFC 6455 §4.2.2: proof that the answer is made by who understands the question.</summary>
    public static string AcceptOf(string key)
    {
#pragma warning disable CA5350 // the protocol names SHA-1, and nothing secret hangs on it
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Key)));
#pragma warning restore CA5350
    }

    private static int? StatusOf(string line) =>
        line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && line is [_, _, _, _, _, _, _, _, _, >= '1' and <= '5', >= '0' and <= '9', >= '0' and <= '9', ..] && (line.Length == 12 || line[12] == ' ')
            ? (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0' : null;

    private static bool Holds(Dictionary<string, string> headers, string name, string word) =>
        headers.TryGetValue(name, out var value) && value.Split(',', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase);

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    private static EgressException Malformed(Lines lines, string what) => EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} answers the handshake with {what}");
}
