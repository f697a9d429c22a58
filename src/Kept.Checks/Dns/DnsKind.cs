using System.Globalization;
using System.Net;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Dns;

/// <summary>The kind <c>dns</c>.</summary>
internal static class DnsKind
{
    public const int Answers = 0, Rcode = 1, Count = 2, Ttl = 3, Authoritative = 4, Time = 5, Ip = 6;

    public static readonly CheckKind Kind = new(
        "dns", "Asks a name server one question. Any answer is an answer, also that the name does not exist.", "[TYPE] NAME at SERVER[:PORT]", ReadTarget,
        Fields: [],
        Sees:
        [
            new("answers", ObservedForm.List, Dimension.Number, "the records of the asked type, sorted; at most 256", Typical: new Value.List([Value.Of("192.0.2.10")])),
            new("rcode", ObservedForm.Text, Dimension.Number, "the response code: 'NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED' …", Typical: Value.Of("NOERROR")),
            new("count", ObservedForm.Quantity, Dimension.Number, "how many records of the asked type", Typical: Value.Of(1m), AtLeast: 0),
            new("ttl", ObservedForm.Quantity, Dimension.Time, "the smallest time to live among them; missing where there are none", Optional: true, Typical: Value.Of(Duration.Minutes(5)), AtLeast: 0),
            new("authoritative", ObservedForm.Flag, Dimension.Number, "the server speaks for the zone itself"),
            Seen.Time,
            Seen.Ip,
        ],
        Failures:
        [
            "timeout", "refused", DnsFailures.NameNotFound, DnsFailures.ServerFailure, DnsFailures.AnswersEmpty, DnsFailures.AnswersOther, DnsFailures.TtlZero, DnsFailures.NotAuthoritative,
            "ten-times-slower", "malformed",
        ],
        Typical: DnsFailures.Healthy);

    private static TargetReading ReadTarget(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return TargetReading.Wrong("the target is empty", "write: A service.example at ns1.service.example");
        var at = Array.IndexOf(words, "at");
        var question = at < 0 ? words : words[..at];
        if (at >= 0 && words.Length != at + 2) return TargetReading.Wrong("after 'at' stands one name server", "write: A service.example at 192.0.2.53 (or at ns1.service.example:53)");
        if (question.Length is 0 or > 2) return TargetReading.Wrong("a question is a type and a name", "write: A service.example at ns1.service.example");
        var (type, name) = question.Length == 1 ? ("A", question[0]) : (question[0].ToUpperInvariant(), question[1]);
        if (!NameServerAsk.Types.Contains(type)) return TargetReading.Wrong($"'{question[0]}' is not a type of record this check can ask for", "use one of " + string.Join(", ", NameServerAsk.Types));
        if (question.Length == 1 && NameServerAsk.Types.Contains(name.ToUpperInvariant())) return TargetReading.Wrong($"the name after {name} is missing", $"write: {name.ToUpperInvariant()} service.example at ns1.service.example");
        if (AskedName(name, type) is not { } asked)
            return IPAddress.TryParse(name, out _) && type != "PTR"
                ? TargetReading.Wrong($"{name} is an address, not a name", $"ask for its name: PTR {name}")
                : TargetReading.Wrong($"'{name}' is not a name", "labels of letters, digits, - and _ joined by dots, at most 63 characters each");
        var server = "";
        var port = 53;
        if (at >= 0)
        {
            var (host, given) = HostPort.Read(words[at + 1]);
            var hasPort = !IPAddress.TryParse(words[at + 1], out _) && words[at + 1].LastIndexOf(':') > words[at + 1].LastIndexOf(']');
            if (host is null || (hasPort && given == 0)) return TargetReading.Wrong($"'{words[at + 1]}' is not a name server", "write its name or address, and :PORT where it is not 53");
            server = host;
            if (given > 0) port = given;
        }
        var about = IPAddress.TryParse(name, out var address) ? address.ToString() : asked.TrimEnd('.');
        return TargetReading.Of(new CheckTarget(text, about, port, type, server.Length == 0 ? asked : asked + " " + server, server.Length == 0 ? null : server));
    }

    /// <summary>The name as it is asked for; an address asked for its name is turned round (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
    private static string? AskedName(string name, string type)
    {
        if (IPAddress.TryParse(name, out var address)) return type == "PTR" ? Reversed(address) : null;
        if (name == ".") return ".";
        string ascii;
        try
        {
            ascii = name.All(char.IsAscii) ? name.ToLowerInvariant() : new IdnMapping().GetAscii(name.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
        var labels = ascii.TrimEnd('.').Split('.');
        return ascii.Length <= 253 && labels.All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) ? string.Join('.', labels) + "." : null;
    }

    private static string Reversed(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? string.Join('.', bytes.Reverse()) + ".in-addr.arpa."
            : string.Join('.', Convert.ToHexStringLower(bytes).Reverse()) + ".ip6.arpa.";
    }
}
