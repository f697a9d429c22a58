using System.Net;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// What a check over HTTP tells of us by which others could log in: a password, a token, a header that names a secret. In clear it may go to this very machine; anywhere
/// else whoever stands between reads it, so a document has to say that it may.
/// </summary>
internal static class InClear
{
    public static readonly CheckField Field = new("in-clear", FieldForm.YesNo, "yes: passwords, tokens and secrets may go without TLS to another machine, where whoever stands between reads them", "no");

    /// <summary>Headers by which one logs in, whatever they hold.</summary>
    private static readonly string[] Login = ["Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"];

    /// <summary>Fields whose headers are sent.</summary>
    private static readonly string[] HeaderFields = ["headers", "after-headers"];

    /// <summary>Of a target that is a URL.</summary>
    public static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings) =>
        Settled(target, settings, !target.Rest.StartsWith("https://", StringComparison.Ordinal) && !target.Rest.StartsWith("wss://", StringComparison.Ordinal), "write https:// (wss:// of a websocket)");

    /// <param name="isClear">The check speaks without TLS.</param>
    /// <param name="instead">What to write for TLS.</param>
    public static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings, bool isClear, string instead)
    {
        if (settings.GetValueOrDefault(Field.Name) is FieldValue.YesNo { IsYes: true }) return TargetReading.Of(target);
        if (isClear && !IsHere(target.Host) && Told(target, settings) is { } what)
            return TargetReading.Wrong($"{what} goes to {HostPort.Write(target.Host, target.Port)} in clear, where whoever stands between reads it", $"{instead}, or in-clear: yes where nobody can");
        if ((settings.GetValueOrDefault("oauth2") as FieldValue.TextMap)?.Items.FirstOrDefault(pair => pair.Key == "token-url").Value is { } url
            && url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(url, UriKind.Absolute, out var tokens) && HostText.Canonical(tokens) is { } host && !IsHere(host))
            return TargetReading.Wrong($"the client secret goes to {HostPort.Write(host, tokens.Port)} in clear, where whoever stands between reads it", "write https:// in token-url, or in-clear: yes where nobody can");
        return TargetReading.Of(target);
    }

    private static bool IsHere(string host) =>
        IPAddress.TryParse(host, out var address) ? AddressPolicy.IsThisMachine(address) : host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>What it tells, in words; null where it is nothing.</summary>
    private static string? Told(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings)
    {
        if (Secrecy.IsAsked(settings)) return "a password";
        if (settings.ContainsKey("oauth2")) return "a token";
        foreach (var field in HeaderFields)
            foreach (var (name, value) in (settings.GetValueOrDefault(field) as FieldValue.TextMap)?.Items ?? [])
                if (Login.Contains(name, StringComparer.OrdinalIgnoreCase) || Secrets.IsIn(value))
                    return $"the header {name}";
        if (Secrets.IsIn(target.Rest)) return "the secret in the URL";
        // a key is never sent
        foreach (var (name, value) in settings)
            if (value is FieldValue.Text { Content: var text } && name is not ("client-certificate" or "client-key") && Secrets.IsIn(text))
                return $"the secret in `{name}`";
        return null;
    }
}
