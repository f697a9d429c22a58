using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Egress;

/// <summary>What a TLS handshake showed, also where the certificate does not hold.</summary>
/// <param name="Version">The protocol: <c>1.3</c>.</param>
/// <param name="Cipher">The suite by its IANA name.</param>
/// <param name="Certificate">The server's own certificate.</param>
/// <param name="Problems">Why it does not hold, each in words; empty: trusted, for this name, at this time.</param>
public sealed record TlsSeen(string Version, string Cipher, CertificateSeen Certificate, ImmutableArray<string> Problems)
{
    public bool IsTrusted => Problems.IsEmpty;
}

/// <summary>Facts of a certificate.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Issuer">The common name of who signed it, or the whole name where there is none.</param>
/// <param name="Names">The DNS names and addresses it is for, at most 100.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid until.</param>
/// <param name="Fingerprint">SHA-256 of its bytes, in hex.</param>
public sealed record CertificateSeen(string Subject, string Issuer, ImmutableArray<string> Names, Instant NotBefore, Instant NotAfter, string Fingerprint)
{
    /// <summary>The same with those sent beside it and the chain that was built.</summary>
    public required ChainSeen Chain { get; init; }
}
