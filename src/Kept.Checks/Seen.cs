using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Names that several kinds see, with the same words and the same values.</summary>
internal static class Seen
{
    public static readonly ObservedName Time = new("time", ObservedForm.Quantity, Dimension.Time, "from the start of the look to the end of the answer");

    public static readonly ImmutableArray<ObservedName> TimeAndPhases =
    [
        Time,
        new("time.dns", ObservedForm.Quantity, Dimension.Time, "looking up the name; missing where the target is an address", Optional: true),
        new("time.connect", ObservedForm.Quantity, Dimension.Time, "opening the TCP connection"),
        new("time.tls", ObservedForm.Quantity, Dimension.Time, "the TLS handshake"),
    ];

    public static readonly ObservedName Ip = new("ip", ObservedForm.Text, Dimension.Number, "the address that answered", Typical: Value.Of("192.0.2.10"));

    public static readonly ImmutableArray<ObservedName> OfTls =
    [
        new("certificate.expires-in", ObservedForm.Quantity, Dimension.Time, "until the certificate expires; negative once it has", Typical: Value.Of(Duration.Days(60))),
        new("certificate.names", ObservedForm.List, Dimension.Number, "the names and addresses the certificate is for"),
        new("certificate.issuer", ObservedForm.Text, Dimension.Number, "who signed the certificate (its common name)"),
        new("certificate.subject", ObservedForm.Text, Dimension.Number, "whom the certificate speaks of, as a distinguished name"),
        new("certificate.fingerprint", ObservedForm.Text, Dimension.Number, "SHA-256 of the certificate, in lower-case hex"),
        new("tls.version", ObservedForm.Text, Dimension.Number, "the version of TLS: '1.3'", Typical: Value.Of("1.3")),
        new("tls.cipher", ObservedForm.Text, Dimension.Number, "the cipher suite by its IANA name"),
    ];

    /// <summary>What a healthy look without TLS never sees.</summary>
    public static readonly ImmutableArray<KeyValuePair<string, Value?>> NothingOfTls = [.. OfTls.Select(seen => seen.Name).Append("time.tls").Select(name => new KeyValuePair<string, Value?>(name, null))];

    private static readonly ConditionalWeakTable<CertificateSeen, Value> Names = [];

    public static Value? Phase(long nanoseconds) => nanoseconds < 0 ? null : Value.Of(new Duration(nanoseconds));

    /// <summary>Puts the values of <see cref="OfTls"/> in their order.</summary>
    public static void AddTls(TlsSeen? tls, Instant now, Span<Value?> into)
    {
        if (tls is null) return;
        into[0] = Value.Of(tls.Certificate.NotAfter - now);
        into[1] = Names.GetValue(tls.Certificate, static certificate => new Value.List([.. certificate.Names.Select(name => Value.Of(name))]));
        into[2] = Value.Of(tls.Certificate.Issuer);
        into[3] = Value.Of(tls.Certificate.Subject);
        into[4] = Value.Of(tls.Certificate.Fingerprint);
        into[5] = Value.Of(tls.Version);
        into[6] = Value.Of(tls.Cipher);
    }

    /// <summary>Whether an expectation or a measure of the check asks for a name.</summary>
    public static bool IsAsked(Check check, Func<string, bool> name)
    {
        foreach (var measure in check.Measures)
            if (name(measure.From.Name))
                return true;
        return IsExpected(check, name);
    }

    /// <summary>Whether an expectation of the check asks for a name: it decides then, where else the look would. A measure alone decides nothing.</summary>
    public static bool IsExpected(Check check, Func<string, bool> name)
    {
        foreach (var expectation in check.Expect)
            foreach (var node in expectation.Test.SelfAndDescendants())
                if (Operands(node).Any(operand => name((operand as Operand.Seen ?? (operand as Operand.Count)?.Of)?.Name ?? "")))
                    return true;
        return false;
    }

    private static Operand[] Operands(Expression node) => node switch
    {
        Expression.Compare compare => [compare.Left, compare.Right],
        Expression.InList list => [list.Left],
        Expression.InRange range => [range.Left],
        Expression.Contains contains => [contains.Left, contains.Right],
        Expression.Matches matches => [matches.Left],
        Expression.Has has => [has.What],
        Expression.OverItems over => [over.List],
        Expression.IsTrue isTrue => [isTrue.What],
        _ => [],
    };
}
