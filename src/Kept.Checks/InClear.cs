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

    /// <summary>Fields whose headers are sent.</summary>
    private static readonly string[] HeaderFields = ["headers", "after-headers"];

    /// <summary>Of a target that is a URL.</summary>
    public static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings) =>
        Settled(target, settings, IsClear(target.Rest), "write https:// (wss:// of a websocket)");

    /// <param name="isClear">The check speaks without TLS.</param>
    /// <param name="instead">What to write for TLS.</param>
    public static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings, bool isClear, string instead)
    {
        if (settings.GetValueOrDefault(Field.Name) is FieldValue.YesNo { IsYes: true }) return TargetReading.Of(target);
        if (isClear && !IsHere(target.Host) && Told(target, settings) is { } what)
            return TargetReading.Wrong($"{what} goes to {HostPort.Write(target.Host, target.Port)} in clear, where whoever stands between reads it", $"{instead}, or in-clear: yes where nobody can");
        if (TokensAt(settings) is { Scheme: "http" } tokens && HostText.Canonical(tokens) is { } host && !IsHere(host))
            return TargetReading.Wrong($"the client secret goes to {HostPort.Write(host, tokens.Port)} in clear, where whoever stands between reads it", "write https:// in token-url, or in-clear: yes where nobody can");
        return TargetReading.Of(target);
    }

    /// <summary>The look of a kind that may send in clear. Behind a proxy nothing goes to this machine, whatever a target is called: what would is not sent.</summary>
    public static Look Over(Look look, Dialer dialer, TimeProvider time) => !dialer.UsesProxy ? look : (request, cancellationToken) =>
        request.Check.First.Append(request.Check).Select(ToldToProxy).FirstOrDefault(told => told is not null) is { } told
            ? ValueTask.FromResult(Observation.OfGap(Instant.From(time.GetUtcNow()), GapCause.Fault, $"{told} goes in clear to the proxy, which reads it, as does whoever stands behind it; write https:// (over-tls: yes of grpc), or in-clear: yes where nobody can"))
            : look(request, cancellationToken);

    private static string? ToldToProxy(Check check)
    {
        if (check.Setting<FieldValue.YesNo>(Field.Name) is { IsYes: true }) return null;
        if (TokensAt(check.Settings) is { Scheme: "http" }) return "the client secret";
        var isClear = check.Kind.Field(Settings.OverTls.Name) is not null ? !check.IsOverTls()
            : IsClear(check.Target.Rest) || (check.Setting<FieldValue.Texts>("replicas")?.Items.Any(replica => replica.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) ?? false);
        return isClear ? Told(check.Target, check.Settings) : null;
    }

    private static bool IsClear(string url) => !url.StartsWith("https://", StringComparison.Ordinal) && !url.StartsWith("wss://", StringComparison.Ordinal);

    private static Uri? TokensAt(IReadOnlyDictionary<string, FieldValue> settings) =>
        (settings.GetValueOrDefault("oauth2") as FieldValue.TextMap)?.Items.FirstOrDefault(pair => pair.Key == "token-url").Value is { } url && Uri.TryCreate(url, UriKind.Absolute, out var tokens) ? tokens : null;

    private static bool IsHere(string host) =>
        IPAddress.TryParse(host, out var address) ? AddressPolicy.IsThisMachine(address) : host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>What it tells, in words; null where it is nothing.</summary>
    private static string? Told(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings)
    {
        if (Secrecy.IsAsked(settings)) return "a password";
        if (settings.ContainsKey("oauth2")) return "a token";
        foreach (var field in HeaderFields)
            foreach (var (name, value) in (settings.GetValueOrDefault(field) as FieldValue.TextMap)?.Items ?? [])
                if (LoginHeaders.Has(name) || Secret(value) is not null)
                    return $"the header {name}";
        if (Secret(target.Rest) is { } inUrl) return $"{inUrl} in the URL";
        // a key is never sent
        foreach (var (name, value) in settings)
            if (value is FieldValue.Text { Content: var text } && name is not ("client-certificate" or "client-key") && Secret(text) is { } secret)
                return $"{secret} in `{name}`";
        return null;
    }

    /// <summary>What a step took is a secret too: the token that it logged in for.</summary>
    private static string? Secret(string text) => Secrets.IsIn(text) ? "the secret" : TakenName.In(text).Any() ? "what a step took" : null;
}
