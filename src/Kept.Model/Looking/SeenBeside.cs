using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>
/// Facts of a look that no name of its kind holds: nothing is expected of them and nothing is recorded. They are there for those who read the metrics of another tool before
/// (blackbox_exporter). Null where the look does not know.
/// </summary>
public sealed record SeenBeside
{
    /// <summary>Records of an answer of a name server by its sections, whatever their type; those that only carry options (EDNS) are none.</summary>
    public int? Answers { get; init; }

    /// <inheritdoc cref="Answers"/>
    public int? Authority { get; init; }

    /// <inheritdoc cref="Answers"/>
    public int? Additional { get; init; }

    /// <summary>How many further hops the answer to an echo request could have made, as it came.</summary>
    public int? HopLimit { get; init; }

    /// <summary>The certificates of a TLS handshake.</summary>
    public ChainSeen? Chain { get; init; }
}

/// <summary>Certificates as a server showed them and as they were judged.</summary>
/// <param name="Subject">The distinguished name of its own, as RFC 2253 writes it.</param>
/// <param name="Issuer">That of who signed it.</param>
/// <param name="Serial">Its serial number, in hex.</param>
/// <param name="Names">The DNS names that it is for, at most 100.</param>
/// <param name="Fingerprint">SHA-256 of its bytes, in hex.</param>
/// <param name="SentEnd">When the first of those that were sent expires.</param>
/// <param name="ChainEnd">When the first of the chain to a trusted root expires, the root among them; null where there is no such chain.</param>
public sealed record ChainSeen(string Subject, string Issuer, string Serial, ImmutableArray<string> Names, string Fingerprint, Instant SentEnd, Instant? ChainEnd);
