using Kept.Model;

namespace Kept.Checks.Tls;

/// <summary>The kind <c>tls</c>.</summary>
internal static class TlsKind
{
    public const int Trusted = 0, Problems = 1, Time = 2, Dns = 3, Connect = 4, Handshake = 5, Ip = 6, OfTls = 7;

    public static readonly CheckKind Kind = new(
        "tls", "Shakes hands with TLS and shows the certificate, also one that does not hold.", "HOST[:PORT]", ReadTarget,
        Fields: [Encryption.ServerName],
        Sees:
        [
            new("trusted", ObservedForm.Flag, Dimension.Number, "the certificate leads to a trusted root, is for this name, and is valid now"),
            new("problems", ObservedForm.List, Dimension.Number, "why it is not trusted, in words; empty where it is"),
            .. Seen.TimeAndPhases,
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "certificate-expired", "certificate-expiring", "certificate-other-name", "certificate-self-signed",
            "certificate-incomplete-chain", "tls-old-version", "ten-times-slower",
        ]);

    private static TargetReading ReadTarget(string text) => Targets.HostAndPort(text, "tls", defaultPort: 443, example: "service.example:443");
}
