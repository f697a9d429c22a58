using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kept.Egress.Tls;

/// <summary>A distinguished name as RFC 2253 writes it, the last part first and nothing between the parts but a comma: other tools compare it as a text.</summary>
internal static class DistinguishedName
{
    private const int Longest = 512;

    public static string Of(X500DistinguishedName name)
    {
        var parts = new List<string>();
        try
        {
            foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: true))
                parts.Add(part.HasMultipleElements ? "#" + Convert.ToHexStringLower(part.RawData.Span) : $"{Word(part.GetSingleElementType())}={Escaped(part.GetSingleElementValue() ?? "")}");
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException or InvalidOperationException)
        {
            return "(a name that cannot be read)";
        }
        var text = string.Join(',', parts);
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    /// <summary>The types that have a word of their own; others are told by their number.</summary>
    private static string Word(Oid type) => type.Value switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.17" => "POSTALCODE",
        var other => other ?? "?",
    };

    private static string Escaped(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsControl(c) || char.IsSurrogate(c)) c = '?'; // what somebody else wrote into a certificate
            if (c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || c == ' ' && (i == 0 || i == value.Length - 1) || c == '#' && i == 0) text.Append('\\');
            text.Append(c);
        }
        return text.ToString();
    }
}
