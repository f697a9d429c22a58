using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Fields that several kinds share: the same words, the same bounds.</summary>
internal static class Settings
{
    private const long LargestAnswer = 16 * 1024 * 1024;

    public static readonly CheckField Addresses = new("addresses", FieldForm.OneOf, "which addresses of the host: any, whichever connects first; those of one family alone; or each, all of which must be as expected", "any", ["any", "IPv4", "IPv6", "each"]);
    public static readonly CheckField OverTls = new("over-tls", FieldForm.YesNo, "speaks TLS from the start; an untrusted certificate is a failure", "no");
    public static readonly CheckField User = new("user", FieldForm.Text, "whom to log in as", MayHoldSecret: true);
    public static readonly CheckField Password = new("password", FieldForm.Text, "its password, best from ${env:NAME} or ${file:PATH}", MayHoldSecret: true);

    public static readonly CheckField ClientCertificate = new("client-certificate", FieldForm.Text, "who we are over TLS: a certificate as PEM, best from ${file:PATH}; those that lead to its authority may follow it", MayHoldSecret: true);
    public static readonly CheckField ClientKey = new("client-key", FieldForm.Text, "the key of the client certificate as PEM, best from ${file:PATH}; where it is not given, it stands with the certificate", MayHoldSecret: true, Needs: "client-certificate");

    /// <summary>Whom the check shows itself as; null: nobody. Its files are read at each look, so that renewed ones are taken up.</summary>
    /// <exception cref="EgressException">Ours, a gap.</exception>
    public static ClientIdentity? IdentityOf(this Dialer dialer, Check check, Attempt attempt)
    {
        if (check.Setting<FieldValue.Text>(ClientCertificate.Name)?.Content is not { Length: > 0 } text) return null;
        var certificate = attempt.ExpandUnsent(text);
        return dialer.IdentityOf(certificate, check.Setting<FieldValue.Text>(ClientKey.Name)?.Content is { Length: > 0 } key ? attempt.ExpandUnsent(key) : certificate);
    }

    public static CheckField BodyLimit(string usual) => new("body-limit", FieldForm.Size, "most bytes of the answer; more is a failure", usual);

    public static bool IsOverTls(this Check check) => check.Setting<FieldValue.YesNo>(OverTls.Name) is { IsYes: true };

    public static long Limit(this Check check, long usual) => Math.Clamp(check.Setting<FieldValue.Bytes>("body-limit")?.Count ?? usual, 1, LargestAnswer);

    /// <summary>The text of a field with its secrets put in; null where it is not given or empty.</summary>
    public static string? Expanded(this Attempt attempt, string field) =>
        attempt.Request.Check.Setting<FieldValue.Text>(field)?.Content is { Length: > 0 } text ? attempt.Expand(text) : null;

    /// <summary>Words that the other end chose, for a message: one line, bounded, without secrets.</summary>
    public static string Quoted(this Attempt attempt, string theirs)
    {
        var text = (Excerpt.Of(attempt.Redact(theirs)) ?? "").ReplaceLineEndings(" ").Replace('\t', ' ').Trim();
        return text.Length <= 200 ? text : text[..(char.IsHighSurrogate(text[199]) ? 199 : 200)] + "…";
    }
}
