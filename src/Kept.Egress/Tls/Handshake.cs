using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kept.Model;

namespace Kept.Egress.Tls;

/// <summary>One full TLS handshake as a client, measured and judged.</summary>
internal static class Handshake
{
    /// <summary>Shakes hands and says what was seen. Owns <paramref name="inner"/>: it is disposed with the result, or here on failure.</summary>
    /// <param name="name">Whom we ask for (SNI) and whose name the certificate must bear.</param>
    /// <param name="acceptsAny">True where a bad certificate is an answer, not a failure.</param>
    public static async ValueTask<SslStream> ShakeAsync(
        Stream inner, string name, string where, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, ClientIdentity? identity, ChainJudge judge, DialTrail trail, CancellationToken cancellationToken)
    {
        CertificateSeen? certificate = null;
        ImmutableArray<string> problems = [];
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = protocols.Count > 0 ? [.. protocols] : null,
            ClientCertificateContext = identity?.Context,
            CertificateChainPolicy = ChainJudge.Blank(),
            AllowTlsResume = false, // a resumed session shows no certificate and measures half a handshake
            RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
            {
                if (shown is not X509Certificate2 leaf) return false;
                (certificate, problems) = Judged(judge, leaf, chain, errors, name);
                return acceptsAny || problems.IsEmpty;
            },
        };
        var tls = new SslStream(inner);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            trail.Tls = new TlsSeen(VersionOf(tls.SslProtocol), tls.NegotiatedCipherSuite.ToString(), certificate!, problems);
            return tls;
        }
        catch (Exception fault)
        {
            await tls.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (certificate is { } seen && !problems.IsEmpty)
            {
                trail.Tls = new TlsSeen("", "", seen, problems);
                throw EgressException.OfTarget(TargetFailure.CertificateInvalid, $"the certificate of {where} does not hold: {string.Join("; ", problems)}", fault);
            }
            throw fault switch
            {
                AuthenticationException => EgressException.OfTarget(TargetFailure.TlsFailed, $"the TLS handshake with {where} failed: {Why(fault)}", fault),
                IOException when fault.InnerException is null => EgressException.OfTarget(TargetFailure.TlsFailed, $"{where} closed the connection during the TLS handshake", fault),
                _ => EgressException.From(fault, where),
            };
        }
    }

    /// <summary>What is wrong with a certificate that was shown, by our own chain: nothing that it names is ever fetched.</summary>
    public static (CertificateSeen Certificate, ImmutableArray<string> Problems) Judged(ChainJudge judge, X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors, string name)
    {
        var judged = judge.Judge(leaf, chain?.ChainPolicy.ExtraStore ?? []);
        // .NET takes the common name where there is no list of names; no browser has since 2017 (RFC 9110 §4.3.4, RFC 9525 §2).
        var isForIt = (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && !judged.Certificate.Names.IsEmpty;
        return (judged.Certificate, isForIt ? judged.Problems : judged.Problems.Add(OtherName(judged.Certificate, name)));
    }

    /// <summary>
    /// Under TLS 1.3 a server looks at our certificate when we have long sent our question: then its refusal is read where its answer is due. Null where nothing
    /// says that it refused us.
    /// </summary>
    public static string? Refusal(Exception fault)
    {
        for (var at = fault; at is not null; at = at.InnerException)
            foreach (var (sign, words) in Refusals)
                if (at.Message.Contains("alert", StringComparison.OrdinalIgnoreCase) && at.Message.Contains(sign, StringComparison.OrdinalIgnoreCase))
                    return words;
        return null;
    }

    private static string OtherName(CertificateSeen certificate, string name) =>
        certificate.Names.IsEmpty ? $"it names no host, so it is not for {name}"
        : $"it is for {string.Join(", ", certificate.Names.Take(5))}{(certificate.Names.Length > 5 ? " …" : "")}, not for {name}";

    /// <summary>The alert or library reason, from texts that OpenSSL makes of fixed words; nothing in them is chosen freely by the other end.</summary>
    private static string Why(Exception fault)
    {
        for (var at = fault; at is not null; at = at.InnerException)
            foreach (var (sign, words) in Reasons)
                if (at.Message.Contains(sign, StringComparison.OrdinalIgnoreCase))
                    return words;
        if (Refusal(fault) is { } refusal) return refusal;
        return "the two sides found no common ground";
    }

    private static readonly (string Sign, string Words)[] Refusals =
    [
        ("certificate required", "it wants a client certificate"), ("unknown ca", "it does not trust the authority of our client certificate"),
        ("certificate expired", "it says that our client certificate has expired"), ("certificate revoked", "it says that our client certificate was revoked"),
        ("bad certificate", "it refuses our client certificate"), ("unsupported certificate", "it refuses our client certificate"), ("certificate unknown", "it refuses our client certificate"),
        ("access denied", "it refuses who our client certificate says we are"),
    ];

    private static readonly (string Sign, string Words)[] Reasons =
    [
        ("wrong version number", "the other end does not speak TLS there"), ("unsupported protocol", "it speaks only versions of TLS that are not safe any more"),
        ("legacy sigalg", "it speaks only versions of TLS that are not safe any more"), ("unsupported signature type", "it speaks only versions of TLS that are not safe any more"),
        ("protocol version", "it speaks no version of TLS that we do"), ("unrecognized name", "it does not serve that name"),
        ("handshake failure", "it shares no version or cipher of TLS with us, or wants a client certificate"), ("certificate required", "it wants a client certificate"),
        ("excessive message size", "its certificate chain is too long"), ("record too large", "the other end does not speak TLS there"),
        ("packet length too long", "the other end does not speak TLS there"), ("bad record type", "the other end does not speak TLS there"),
        ("dh key too small", "its key is too weak"), ("ee key too small", "its key is too weak"), ("internal error", "it reports an internal error"),
        ("frame size or unknown record type", "the other end does not speak TLS there"), ("Cannot determine the frame size", "the other end does not speak TLS there"),
        ("no application protocol", "it speaks no protocol that we asked for"),
    ];

#pragma warning disable CA5397, SYSLIB0039 // old versions are named, not used
    private static string VersionOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "1.3",
        SslProtocols.Tls12 => "1.2",
        SslProtocols.Tls11 => "1.1",
        SslProtocols.Tls => "1.0",
        _ => protocol.ToString(),
    };
#pragma warning restore CA5397, SYSLIB0039
}
