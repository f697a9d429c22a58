using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>What sort of thing a placeholder is in our words.</summary>
internal enum GatusForm { Time, Number, Flag, Text, WholeBody, Found, Has, Answers, Implied }

/// <summary>A placeholder as a name of a kind of check.</summary>
/// <param name="Text">As an expectation writes it.</param>
/// <param name="Form">What it compares with.</param>
/// <param name="Lost">Why the kind has no such name.</param>
/// <param name="Wildcard">The list that it is an element of.</param>
/// <param name="IsCertificate">A bare number is a mistake here.</param>
/// <param name="Difference">What is not quite the same.</param>
internal sealed record GatusName(string Text, GatusForm Form, string? Lost = null, string? Wildcard = null, bool IsCertificate = false, string? Difference = null)
{
    /// <summary>Which name stands for which placeholder, by kind; a new kind is a line here.</summary>
    private static readonly Dictionary<(string Kind, string Placeholder), (string Name, GatusForm Form)> Table = new()
    {
        [("http", "[STATUS]")] = ("status", GatusForm.Number),
        [("http", "[RESPONSE_TIME]")] = ("time", GatusForm.Time),
        [("http", "[IP]")] = ("ip", GatusForm.Text),
        [("http", "[CONNECTED]")] = ("", GatusForm.Implied),
        [("http", GatusOperand.Certificate)] = ("certificate.expires-in", GatusForm.Time),
        [("http", GatusOperand.Body)] = ("body", GatusForm.WholeBody),
        [("http", GatusOperand.Header)] = ("header", GatusForm.Text),
        [("tcp", "[CONNECTED]")] = ("connected", GatusForm.Flag),
        [("tcp", "[RESPONSE_TIME]")] = ("time", GatusForm.Time),
        [("tcp", "[IP]")] = ("ip", GatusForm.Text),
        [("tcp", GatusOperand.Body)] = ("answer", GatusForm.WholeBody),
        [("tls", "[CONNECTED]")] = ("trusted", GatusForm.Flag),
        [("tls", "[RESPONSE_TIME]")] = ("time", GatusForm.Time),
        [("tls", "[IP]")] = ("ip", GatusForm.Text),
        [("tls", GatusOperand.Certificate)] = ("certificate.expires-in", GatusForm.Time),
        [("dns", "[DNS_RCODE]")] = ("rcode", GatusForm.Text),
        [("dns", "[RESPONSE_TIME]")] = ("time", GatusForm.Time),
        [("dns", "[IP]")] = ("ip", GatusForm.Text),
        [("dns", "[CONNECTED]")] = ("", GatusForm.Implied),
        [("dns", GatusOperand.Body)] = ("answers", GatusForm.Answers),
        [("icmp", "[RESPONSE_TIME]")] = ("round-trip.median", GatusForm.Time), // `time` is the whole look, with its pauses
        [("icmp", "[IP]")] = ("ip", GatusForm.Text),
        [("domain", GatusOperand.Domain)] = ("expires-in", GatusForm.Time),
    };

    /// <summary>Null where the operand is no placeholder that Gatus knows.</summary>
    public static GatusName? Of(string operand, CheckKind kind)
    {
        var (wrapper, inner) = GatusOperand.Unwrapped(operand);
        var upper = inner.ToUpperInvariant();
        if (GatusOperand.Placeholders.FirstOrDefault(known => upper.StartsWith(known, StringComparison.Ordinal)) is not { } placeholder) return null;
        var rest = inner[placeholder.Length..];
        if (wrapper == GatusOperand.Wrapper.Age) return Missing("age() has no counterpart: measure the age with `measures:` and an objective about it");
        if (placeholder == GatusOperand.Context) return Missing("values carried from step to step are not carried yet");
        if (placeholder == GatusOperand.Domain && kind.Name != "domain") return Missing("when a domain's registration ends is seen by the kind `domain` alone");
        if (!Table.TryGetValue((kind.Name, placeholder), out var found) && !Seen(kind, placeholder, out found)) return Missing($"a check of the kind `{kind.Name}` sees no {placeholder}");
        if (placeholder == GatusOperand.Header)
            return rest.Length < 2 || rest[0] != '.' ? null : Wrapped(new GatusName(found.Name + Step(rest[1..]), GatusForm.Text), wrapper);
        if (placeholder != GatusOperand.Body) return rest.Length > 0 ? null : Wrapped(new GatusName(found.Name, found.Form, IsCertificate: placeholder is GatusOperand.Certificate or GatusOperand.Domain), wrapper);
        if (rest.Length == 0) return Wrapped(new GatusName(found.Name, found.Form), wrapper);
        if (found.Form == GatusForm.Answers) return Missing("records have no members");
        return Path(rest.StartsWith('.') ? rest[1..] : rest) is { } path ? InBody(found.Name, path, wrapper) : Missing($"the path `{rest}` has no form here");
    }

    /// <summary>Of kinds that the table does not list: what they see under the usual names.</summary>
    private static bool Seen(CheckKind kind, string placeholder, out (string Name, GatusForm Form) found)
    {
        (string Name, GatusForm Form)[] usual = placeholder switch
        {
            "[STATUS]" => [("status", GatusForm.Number)],
            "[RESPONSE_TIME]" => [("time", GatusForm.Time)],
            "[IP]" => [("ip", GatusForm.Text)],
            GatusOperand.Certificate => [("certificate.expires-in", GatusForm.Time)],
            GatusOperand.Body => [("body", GatusForm.WholeBody), ("answer", GatusForm.WholeBody), ("message", GatusForm.WholeBody)],
            "[CONNECTED]" => [("connected", GatusForm.Flag)],
            _ => [],
        };
        // a look that cannot connect is bad whatever its kind
        found = usual.Where(one => kind.IndexOf(one.Name) >= 0).Append(placeholder == "[CONNECTED]" ? ("", GatusForm.Implied) : default).First();
        return found.Name is not null;
    }

    private static GatusName Missing(string why) => new("", GatusForm.Text, why);

    private static GatusName Wrapped(GatusName name, GatusOperand.Wrapper wrapper) => (wrapper, name.Form) switch
    {
        (GatusOperand.Wrapper.None, _) => name,
        (GatusOperand.Wrapper.Has, GatusForm.WholeBody) => new($"({name.Text} != '')", GatusForm.Has),
        (GatusOperand.Wrapper.Has, _) => new($"has({name.Text})", GatusForm.Has),
        (_, GatusForm.WholeBody or GatusForm.Answers) => new($"count({name.Text})", GatusForm.Number, Difference: "count() counts items of a list; Gatus also counts the letters of a text"),
        _ => Missing("the length of a text has no counterpart; compare with `matches /^.{8}$/`"),
    };

    private static GatusName InBody(string root, string path, GatusOperand.Wrapper wrapper)
    {
        var wildcard = path.IndexOf("[*]", StringComparison.Ordinal);
        if (wildcard < 0) return OfPath(root + path, wrapper, null);
        var rest = path[(wildcard + 3)..];
        return rest.Contains("[*]", StringComparison.Ordinal) ? Missing("a list within a list has no form here") : OfPath("it" + rest, wrapper, root + path[..wildcard]);
    }

    private static GatusName OfPath(string path, GatusOperand.Wrapper wrapper, string? wildcard) => wrapper switch
    {
        GatusOperand.Wrapper.Has => new($"has({path})", GatusForm.Has, Wildcard: wildcard),
        GatusOperand.Wrapper.Len => new($"count({path})", GatusForm.Number, Wildcard: wildcard, Difference: "count() counts items of a list; Gatus also counts the letters of a text"),
        _ => new(path, GatusForm.Found, Wildcard: wildcard),
    };

    /// <summary><c>a.b[0]['the name']</c>, with its leading dot; null where a step is none.</summary>
    private static string? Path(string path)
    {
        var text = new StringBuilder();
        foreach (var key in path.Split('.'))
        {
            var open = key.IndexOf('[', StringComparison.Ordinal);
            var name = open < 0 ? key : key[..open];
            if (name.Length > 0) text.Append(Step(name));
            else if (open < 0) return null;
            for (var rest = open < 0 ? "" : key[open..]; rest.Length > 0;)
            {
                var close = rest.IndexOf(']', StringComparison.Ordinal);
                if (rest[0] != '[' || close < 2) return null;
                var index = rest[1..close];
                if (index != "*" && !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return null;
                text.Append('[').Append(index).Append(']');
                rest = rest[(close + 1)..];
            }
        }
        return text.ToString();
    }

    private static string Step(string member) => char.IsAsciiLetter(member[0]) && member.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && member[^1] != '-'
        ? "." + member : $"['{member.Replace("'", "''", StringComparison.Ordinal)}']";
}
