using Kept.Model;

namespace Kept.Checks.Tls;

/// <summary>The kind <c>tls</c>.</summary>
internal static class TlsKind
{
    public const int Trusted = 0, Problems = 1, Time = 2, Dns = 3, Connect = 4, Handshake = 5, Ip = 6, OfTls = 7;

    // not grave: whoever asks for a version says so, and others do not care
    private static readonly Failure OldVersion = StandardFailures.Answering("tls-old-version", "TLS 1.0", _ => [("tls.version", Value.Of("1.0"))], isGrave: false);

    public static readonly CheckKind Kind = new(
        "tls", "Shakes hands with TLS and shows the certificate, also one that does not hold.", "HOST[:PORT]", ReadTarget,
        Fields: [Encryption.ServerName, Settings.Addresses],
        Sees:
        [
            new("trusted", ObservedForm.Flag, Dimension.Number, "the certificate leads to a trusted root, is for this name, and is valid now"),
            new("problems", ObservedForm.List, Dimension.Number, "why it is not trusted, in words; empty where it is", Typical: new Value.List([])),
            .. Seen.TimeAndPhases,
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", Distrusted("certificate-expired", "an expired certificate", "it has expired", -Duration.PerDay), "certificate-expiring",
            Distrusted("certificate-other-name", "a certificate of another name", "it is for another name"),
            Distrusted("certificate-self-signed", "a self-signed certificate", "it is signed by itself"), Distrusted("certificate-incomplete-chain", "a chain that leads to no root", "its chain is incomplete"),
            OldVersion, "ten-times-slower",
        ]);

    /// <summary>A certificate that does not hold is an answer for this kind: it shows what there is.</summary>
    private static Failure Distrusted(string name, string means, string problem, long? expiresIn = null) => StandardFailures.Answering(name, means, look =>
    [
        ("trusted", Value.Of(false)), ("problems", new Value.List([Value.Of(problem)])),
        ("certificate.expires-in", expiresIn is { } left ? Value.Of(new Duration(left)) : look["certificate.expires-in"]),
        ("certificate.names", name == "certificate-other-name" ? new Value.List([Value.Of("elsewhere.example")]) : look["certificate.names"]),
    ]);

    private static TargetReading ReadTarget(string text) => Targets.HostAndPort(text, "tls", defaultPort: 443, example: "service.example:443");
}
