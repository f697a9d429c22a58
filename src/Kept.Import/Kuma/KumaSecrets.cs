using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>
/// Secrets of one monitor: a document names a variable in place of each, and the report says what to put into it. No secret of Kuma's is ever written or shown.
/// </summary>
internal sealed partial class KumaSecrets(string prefix, string subject, Place at, Losses losses)
{
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    private readonly List<string> _used = [];

    /// <summary>Every reference that was made, once for each place, is one that the check may hold.</summary>
    public void Into(CheckDraft check)
    {
        check.Secrets.AddRange(_used);
        check.AreSecretsTold = true;
    }

    /// <summary>The reference for the token of a push address. Nothing is sent with it: it is what callers show to us.</summary>
    public string PushToken()
    {
        var name = $"KUMA_{prefix}_PUSH_TOKEN";
        losses.Tell(new Finding(ImportCodes.SecretLeftOut, FindingKind.Changed, at, subject, $"the token of its push address stands in Uptime Kuma as it is, and is not written into a document: it is read from `{name}` where Kept runs, and what reports goes on calling /api/push/TOKEN, of this server", null, $"export {name}='the last part of its push address'"));
        var reference = $"${{env:{name}}}";
        _used.Add(reference);
        return reference;
    }

    /// <summary>The reference that a document writes for it, and a finding that names the variable.</summary>
    /// <param name="what">The last part of its name: <c>PASSWORD</c>.</param>
    /// <param name="instead">How to set it.</param>
    public string Reference(string what, string message, string instead)
    {
        var name = $"KUMA_{prefix}_{what}";
        for (var n = 2; !_named.Add(name); n++) name = $"KUMA_{prefix}_{what}_{n.ToString(CultureInfo.InvariantCulture)}";
        losses.Tell(new Finding(ImportCodes.SecretLeftOut, FindingKind.Changed, at, subject, $"{message} stands in Uptime Kuma as it is, and is not written into a document: every look reads `{name}` where Kept runs, and sends it to the target", null, instead.Replace("NAME", name, StringComparison.Ordinal)));
        var reference = $"${{env:{name}}}";
        _used.Add(reference);
        return reference;
    }

    /// <summary>A URL whose parameters with the name of a secret are references.</summary>
    public string Url(string url) => Parameter().Replace(url, match => match.Groups["name"].Value + Reference(Upper(match.Groups["word"].Value), $"the value of `{match.Groups["word"].Value}` in the URL", "export NAME='the value'"));

    /// <summary>A header that holds a secret by its name or by its value.</summary>
    public string Header(string name, string value) => SecretHeader().IsMatch(name) || Bearer().IsMatch(value)
        ? Reference(Upper(name), $"the header `{Losses.Short(name)}`", "export NAME='the value of the header'") : value;

    /// <summary>A text to send: as a whole a reference where something in it looks like a credential.</summary>
    public string Body(string body) => Credentials.Masked(body) != body || SecretInBody().IsMatch(body) ? Reference("BODY", "a body in which something looks like a credential", "export NAME='the whole body'") : body;

    /// <summary>A reference in an instruction to a shell would be one more secret to look for, so a variable has letters, digits and underscores alone.</summary>
    public static string Upper(string text) => Names.Of(text) is { Length: > 0 } name ? name.Replace('-', '_').ToUpperInvariant() : "SECRET";

    public static bool IsSecretField(string field) => KumaFields.Plain(field) is "basicauthpass" or "basicauthuser" or "headers" or "body" or "url" or "pushtoken" or "databaseconnectionstring" or "mqttpassword" or "mqttusername"
        or "radiuspassword" or "radiussecret" or "rabbitmqpassword" or "oauthclientsecret" or "tlskey" or "tlscert" or "config" or "grpcmetadata" or "grpcbody" or "kafkaproducersasloptions" or "bearertoken";

    [GeneratedRegex(@"(?<name>[?&](?<word>[A-Za-z0-9_.-]*(?:token|key|secret|passw(?:or)?d|pwd|auth|sig|signature|credential|pass|passphrase|passcode|code|session|sid|jwt|otp|pin)s?)=)(?<value>[^&#\s]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    /// <summary>A form or XML tells by an equals sign or a bracket what JSON tells by a colon: whatever in it could be called a credential makes it one.</summary>
    [GeneratedRegex(@"(?:auth|token|secret|passw|passphrase|pwd|key|credential|signature|session|cookie|\bpass|\bpin\b|\bcode\b)[^\n]{0,60}?[=<>]|[=<>][^\n]{0,60}?(?:token|secret|passw|credential)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecretInBody();

    [GeneratedRegex("auth|cookie|token|secret|key|password|credential|signature", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretHeader();

    [GeneratedRegex(@"^\s*(?:bearer|basic|digest|token|apikey)\s+\S", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bearer();
}
