using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Kept.Import.Gatus;

/// <summary>A condition as Gatus takes it apart, with observations that try it: every value that matters to it, the failures of the real world among them.</summary>
internal sealed class GatusComparison(string text, string symbol, string[] sides)
{
    private static readonly string[] BrokenBodies = ["<html>502 Bad Gateway</html>", "", "{}", "null", "{\"error\":\"unavailable\"}", "[]"];
    private static readonly GatusSeen Nothing = new();

    public string Text { get; } = text;
    public string Symbol { get; } = symbol;
    public string[] Sides { get; } = sides;

    public bool IsOrdered => Symbol is not ("==" or "!=");

    /// <summary>Every value that could decide it is among the observations.</summary>
    public bool IsCovered => Sides.Count(IsSeen) < 2 && !Sides.Any(side => side.StartsWith("age(", StringComparison.Ordinal) || side.ToUpperInvariant().Contains(GatusOperand.Context, StringComparison.Ordinal)
        || side.StartsWith("len(", StringComparison.Ordinal) && Sides.Any(other => GoNumber.Whole(other) is > 1_000) || side.StartsWith("pat(", StringComparison.Ordinal) && side.AsSpan().IndexOfAny('[', '\\') >= 0 || side.Contains("[*]", StringComparison.Ordinal));

    /// <summary>The observations really put a value where each side looks; a path that is none of Gatus' proves nothing.</summary>
    public bool CanBeSeen => Sides.Where(IsInBody).All(side => WithValue(side, "text") is { } seen && GatusOperand.Resolve(side, seen) == "text");

    public string SeenName => Sides.FirstOrDefault(IsSeen) is { } side ? Name(side) : "what was seen";

    /// <summary>The side that looks into a body for a number; null where none or both do.</summary>
    public string? BodySide => Sides.Where(side => IsInBody(side) || Placeholder(side) == GatusOperand.Body && !side.StartsWith("len(", StringComparison.Ordinal)).ToList() is [var one] ? one : null;

    /// <summary>It stands for something that was seen.</summary>
    public static bool IsSeen(string side) => Placeholder(side) is not null;

    public int At(string part) => Math.Max(0, Text.IndexOf(part, StringComparison.Ordinal));

    public static bool IsTime(string side) => Placeholder(side) is "[RESPONSE_TIME]" || IsExpiry(side);

    public static bool IsExpiry(string side) => Placeholder(side) is GatusOperand.Certificate or GatusOperand.Domain;

    /// <summary>A value inside a JSON body, not its length.</summary>
    public static bool IsInBody(string side) => Placeholder(side) == GatusOperand.Body && GatusOperand.Unwrapped(side) is (GatusOperand.Wrapper.None, { Length: > 6 });

    public static string Name(string side) => GatusOperand.Unwrapped(side).Inner;

    public static GatusSeen Expiring() => Nothing with { CertificateExpirationMs = 3_600_000, DomainExpirationMs = 3_600_000 };

    /// <summary>What the comparison would say of exact numbers.</summary>
    public bool Exactly(string seenSide, decimal value, decimal limit)
    {
        var (a, b) = Sides[0] == seenSide ? (value, limit) : (limit, value);
        return Symbol switch { "<=" => a <= b, ">=" => a >= b, ">" => a > b, "<" => a < b, "==" => a == b, _ => a != b };
    }

    /// <summary>Observations in which what is asked for is not there: its name, the observation, and the observation in words.</summary>
    public IEnumerable<(string Name, GatusSeen Seen, string What)> WithoutIt()
    {
        foreach (var side in Sides)
            switch (Placeholder(side))
            {
                case GatusOperand.Body when Name(side).Length > GatusOperand.Body.Length:
                case GatusOperand.Body when IsOrdered && !side.StartsWith("len(", StringComparison.Ordinal):
                    foreach (var body in BrokenBodies.Take(3)) yield return (Name(side), Nothing with { Status = 502, Body = body }, body.Length == 0 ? "an empty body" : $"the body {body}");
                    break;
                case GatusOperand.Header:
                    yield return (Name(side), Nothing with { Status = 502 }, "an answer without the header");
                    break;
                case GatusOperand.Certificate or GatusOperand.Domain:
                    yield return (Name(side), Nothing, "an answer without a certificate");
                    break;
            }
    }

    /// <summary>An observation in which a placeholder has a value; null where it cannot have it.</summary>
    public static GatusSeen? WithValue(string side, string value)
    {
        var name = Name(side);
        switch (Placeholder(side))
        {
            case "[STATUS]": return int.TryParse(value, CultureInfo.InvariantCulture, out var status) ? Nothing with { Status = status } : null;
            case "[RESPONSE_TIME]": return long.TryParse(value, CultureInfo.InvariantCulture, out var took) ? Nothing with { DurationMs = took } : null;
            case GatusOperand.Certificate or GatusOperand.Domain: return long.TryParse(value, CultureInfo.InvariantCulture, out var left) ? Nothing with { CertificateExpirationMs = left, DomainExpirationMs = left } : null;
            case "[IP]": return Nothing with { Ip = value };
            case "[DNS_RCODE]": return Nothing with { DnsRcode = value };
            case "[CONNECTED]": return value is "true" or "false" ? Nothing with { Connected = value == "true" } : null;
            case GatusOperand.Header: return name.Length > 9 ? Nothing with { Headers = new Dictionary<string, string> { [name[9..]] = value }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase) } : null;
            case GatusOperand.Body: return Nothing with { Status = 200, Body = BodyWith(name[GatusOperand.Body.Length..], value) };
            default: return null;
        }
    }

    /// <summary>Both sides get every value that matters; the last tells whether the observation is of something broken.</summary>
    public IEnumerable<(GatusSeen Seen, string What, bool IsBad)> Observations()
    {
        var asked = Sides.Take(2).Where(IsSeen).Distinct().ToList();
        if (asked.Count == 0)
        {
            yield return (Nothing, "every observation", true);
            yield break;
        }
        foreach (var (first, what, isBad) in Values(asked[0]))
        {
            if (asked.Count == 1) yield return (first, what, isBad);
            else
                foreach (var (second, also, isAlsoBad) in Values(asked[1]))
                    yield return (Both(first, second), $"{what} with {also}", isBad && isAlsoBad);
        }
    }

    private static GatusSeen Both(GatusSeen a, GatusSeen b) => a with
    {
        Status = Math.Max(a.Status, b.Status),
        Ip = a.Ip.Length > 0 ? a.Ip : b.Ip,
        DurationMs = Math.Max(a.DurationMs, b.DurationMs),
        DnsRcode = a.DnsRcode.Length > 0 ? a.DnsRcode : b.DnsRcode,
        Connected = a.Connected || b.Connected,
        CertificateExpirationMs = a.CertificateExpirationMs != 0 ? a.CertificateExpirationMs : b.CertificateExpirationMs,
        Body = a.Body.Length == 0 ? b.Body : b.Body.Length > 0 && a.Body[0] == '{' && b.Body[0] == '{' && a.Body.Length > 2 && b.Body.Length > 2 ? a.Body[..^1] + "," + b.Body[1..] : a.Body,
        Headers = a.Headers.Count > 0 ? a.Headers : b.Headers,
    };

    private IEnumerable<(GatusSeen, string, bool)> Values(string side)
    {
        var name = Name(side);
        var (values, bad) = Candidates(side);
        foreach (var value in values)
            if (WithValue(side, value) is { } seen)
                yield return (seen, $"{(Placeholder(side) == GatusOperand.Body && name.Length > 6 ? name : Placeholder(side) ?? name)} {value}", bad(value));
        if (Placeholder(side) == GatusOperand.Header) yield return (Nothing with { Status = 502 }, "an answer without the header", true);
        if (Placeholder(side) != GatusOperand.Body) yield break;
        foreach (var body in BrokenBodies) yield return (Nothing with { Status = 502, Body = body }, body.Length == 0 ? "an empty body" : $"the body {body}", true);
    }

    private (IEnumerable<string> Values, Func<string, bool> IsBad) Candidates(string side)
    {
        var written = (side.StartsWith("len(", StringComparison.Ordinal) ? Written().Select(OfLength) : Written()).ToList();
        return Placeholder(side) switch
        {
            "[STATUS]" => (written.Concat(["500", "502", "503", "404", "429", "401", "302", "200", "201", "204", "0"]), value => value.Length != 3 || value[0] is '4' or '5'),
            "[RESPONSE_TIME]" => (written.Concat(["60000", "0", "1", "50", "500", "1000", "5000", "9223372036"]), value => value.Length > 4),
            GatusOperand.Certificate or GatusOperand.Domain => (written.Concat(["3600000", "0", "-3600000", "86400000", "2592000000", "31536000000", "94608000000"]), value => value.Length < 8),
            "[IP]" => (written.Concat(["127.0.0.1", "10.0.0.1", "192.0.2.1", "2001:db8::1", ""]), value => value.Length == 0),
            "[DNS_RCODE]" => (written.Concat(["SERVFAIL", "NXDOMAIN", "REFUSED", "NOERROR", ""]), value => value != "NOERROR"),
            "[CONNECTED]" => (["false", "true"], value => value == "false"),
            _ => (written.Concat(["0", "1", "-1", "5", "100", "1000000000", "true", "false", "text", "longer text that nobody expects"]), _ => false),
        };
    }

    /// <summary>A text as long as a number says, for <c>len()</c>.</summary>
    private static string OfLength(string number) => GoNumber.Whole(number) is >= 0 and <= 1_000 and { } length ? new string('x', (int)length) : number;

    /// <summary>What is written on the other side, one more and one less, and a text that a pattern fits.</summary>
    private IEnumerable<string> Written()
    {
        foreach (var side in Sides.Take(2).Where(side => !IsSeen(side)))
        {
            var options = GatusTranslation.Function("any", side) is { } list ? list.Split(',').Select(option => option.Trim()) : [side];
            foreach (var option in options)
            {
                var plain = GatusTranslation.Function("pat", option)?.Replace("*", "", StringComparison.Ordinal).Replace('?', '1') ?? option;
                yield return plain;
                yield return plain + "00";
                if (GoNumber.Whole(plain) is null && GoDuration.Read(plain) is null) continue;
                var number = GatusCondition.Number(plain);
                var inner = Math.Clamp(number, long.MinValue + 1, long.MaxValue - 1);
                yield return WrittenJson.Number(number);
                yield return WrittenJson.Number(inner + 1);
                yield return WrittenJson.Number(inner - 1);
            }
        }
    }

    /// <summary>The placeholder of a side, in capitals and without its path; null where the side is a text.</summary>
    private static string? Placeholder(string side)
    {
        var (_, inner) = GatusOperand.Unwrapped(side);
        var upper = inner.ToUpperInvariant();
        foreach (var known in GatusOperand.Placeholders)
        {
            if (!upper.StartsWith(known, StringComparison.Ordinal) || known == GatusOperand.Context) continue;
            var rest = upper[known.Length..];
            if (rest.Length == 0 ? known != GatusOperand.Header : known == GatusOperand.Body && rest[0] is '.' or '[' || known == GatusOperand.Header && rest[0] == '.') return known;
        }
        return null;
    }

    /// <summary>A JSON body that holds a value where a path leads: bare where the value is a number, true or false, else as text. Without a path, the value itself.</summary>
    private static string BodyWith(string path, string value)
    {
        if (path.Length == 0) return value;
        var json = value is "true" or "false" || GoNumber.Floating(value) is { } number && double.IsFinite(number) && char.IsAsciiDigit(value[^1]) && value[0] is '-' or (>= '0' and <= '9') && !(value.Length > 1 && value[0] == '0' && value[1] != '.')
            ? value : GoJson.Written(value);
        var steps = new List<string>();
        foreach (var key in (path.StartsWith('.') ? path[1..] : path).Split('.'))
        {
            var open = key.IndexOf('[', StringComparison.Ordinal);
            if (open != 0) steps.Add(open < 0 ? key : key[..open]);
            if (open >= 0) steps.AddRange(key[open..].Split(']', StringSplitOptions.RemoveEmptyEntries).Select(index => index + "]"));
        }
        var text = new StringBuilder(json);
        for (var i = steps.Count - 1; i >= 0; i--)
            if (steps[i].StartsWith('['))
            {
                var before = int.TryParse(steps[i].AsSpan(1, Math.Max(0, steps[i].Length - 2)), CultureInfo.InvariantCulture, out var index) ? Math.Clamp(index, 0, 100) : 0;
                text.Insert(0, "[" + string.Concat(Enumerable.Repeat("null,", before))).Append(']');
            }
            else text.Insert(0, "{" + GoJson.Written(steps[i]) + ":").Append('}');
        return text.ToString();
    }
}
