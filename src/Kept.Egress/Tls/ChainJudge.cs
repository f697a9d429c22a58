using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kept.Model;

namespace Kept.Egress.Tls;

/// <summary>
/// Judges certificate chains with the system's roots (loaded once) and the house's own. Never fetches anything: what a certificate says about where its issuer
/// or its revocation list may be had was chosen by the server that is looked at. Verdicts are cached by the hash of the chain, because building one over
/// the system's store costs more than the rest of the handshake.
/// </summary>
internal sealed class ChainJudge(ImmutableArray<X509Certificate2> privateRoots, TimeProvider time)
{
    private const int MostCached = 4096, LongestChain = 12;
    private static readonly Duration GoodFor = Duration.Hours(1), BadFor = Duration.Minutes(1);

    private readonly ConcurrentDictionary<string, Judgement> _cache = new(StringComparer.Ordinal);
    private readonly Lazy<X509Certificate2Collection> _roots = new(() => LoadRoots(privateRoots));

    /// <summary>Problems here are those of the chain; whether it is for the right name is asked of every handshake.</summary>
    public sealed record Judgement(CertificateSeen Certificate, ImmutableArray<string> Problems, Instant From, Instant Until);

    /// <summary>A policy that makes SslStream's own verdict cheap and harmless: it trusts nobody and fetches nothing; ours decides.</summary>
    public static X509ChainPolicy Blank() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };

    public Judgement Judge(X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        var now = Instant.From(time.GetUtcNow());
        var key = KeyOf(leaf, sent);
        if (_cache.TryGetValue(key, out var known) && now >= known.From && now < known.Until) return known;
        var judged = Build(leaf, sent, now);
        if (_cache.Count >= MostCached) _cache.Clear();
        return _cache[key] = judged;
    }

    private static string KeyOf(X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(leaf.RawDataMemory.Span);
        foreach (var certificate in sent)
            hash.AppendData(certificate.RawDataMemory.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private Judgement Build(X509Certificate2 leaf, X509Certificate2Collection sent, Instant now)
    {
        var facts = FactsOf(leaf, sent);
        if (sent.Count > LongestChain) return new(facts, [$"the chain has more than {LongestChain} certificates"], now, now + BadFor);
        using var chain = new X509Chain { ChainPolicy = Blank() };
        var policy = chain.ChainPolicy;
        policy.CustomTrustStore.AddRange(_roots.Value);
        policy.ExtraStore.AddRange(sent);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // for servers
        policy.VerificationTime = now.ToDateTimeOffset().UtcDateTime;
        policy.VerificationTimeIgnored = false;
        try
        {
            var holds = chain.Build(leaf);
            var problems = holds ? [] : Words(chain, leaf, now);
            // A good verdict ends with the first certificate of the chain that expires.
            var until = now + (problems.IsEmpty ? GoodFor : BadFor);
            foreach (var element in chain.ChainElements)
                if (Instant.From(element.Certificate.NotAfter) is var end && end > now && end < until)
                    until = end;
            if (holds) facts = facts with { Chain = facts.Chain with { ChainEnd = chain.ChainElements.Min(element => Instant.From(element.Certificate.NotAfter)) } };
            return new(facts, problems, now, until);
        }
        catch (CryptographicException)
        {
            return new(facts, ["it cannot be checked: its bytes are damaged"], now, now + BadFor);
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    private static ImmutableArray<string> Words(X509Chain chain, X509Certificate2 leaf, Instant now)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            var whose = i == 0 ? "it" : $"the certificate of its issuer {NameOf(certificate.SubjectName)}";
            foreach (var status in chain.ChainElements[i].ChainElementStatus)
                Add(status.Status switch
                {
                    X509ChainStatusFlags.NotTimeValid when Instant.From(certificate.NotAfter) < now => $"{whose} expired on {Instant.From(certificate.NotAfter)}",
                    X509ChainStatusFlags.NotTimeValid => $"{whose} is not valid before {Instant.From(certificate.NotBefore)}",
                    X509ChainStatusFlags.UntrustedRoot when leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData) => "it is self-signed and not trusted here",
                    X509ChainStatusFlags.UntrustedRoot => $"it is issued under {NameOf(certificate.SubjectName)}, which is not trusted here",
                    X509ChainStatusFlags.PartialChain => $"its issuer {NameOf(chain.ChainElements[^1].Certificate.IssuerName)} is not trusted here, or the server did not send the certificates in between",
                    X509ChainStatusFlags.NotSignatureValid => $"the signature of {whose} does not hold",
                    X509ChainStatusFlags.NotValidForUsage => $"{whose} is not meant for servers",
                    X509ChainStatusFlags.InvalidBasicConstraints => $"{whose} may not issue certificates",
                    X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation => null,
                    var other => $"{whose} has the problem {other}",
                });
        }
        foreach (var status in chain.ChainStatus)
            if (status.Status == X509ChainStatusFlags.PartialChain)
                Add($"its issuer {NameOf((chain.ChainElements.Count > 0 ? chain.ChainElements[^1].Certificate : leaf).IssuerName)} is not trusted here, or the server did not send the certificates in between");
        if (words.Count == 0) Add("it does not lead to a trusted root");
        return words.ToImmutable();

        void Add(string? text)
        {
            if (text is not null && !words.Contains(text)) words.Add(text);
        }
    }

    private static CertificateSeen FactsOf(X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        var (names, fingerprint, end) = (NamesOf(leaf, addresses: true), Convert.ToHexStringLower(leaf.GetCertHash(HashAlgorithmName.SHA256)), Instant.From(leaf.NotAfter));
        var sentEnd = sent.Take(LongestChain).Select(certificate => Instant.From(certificate.NotAfter)).Append(end).Min();
        return new(Cut(leaf.Subject), NameOf(leaf.IssuerName), names, Instant.From(leaf.NotBefore), end, fingerprint)
        {
            Chain = new ChainSeen(DistinguishedName.Of(leaf.SubjectName), DistinguishedName.Of(leaf.IssuerName), Convert.ToHexStringLower(leaf.SerialNumberBytes.Span.TrimStart((byte)0)), NamesOf(leaf, addresses: false), fingerprint, sentEnd, null),
        };
    }

    private static ImmutableArray<string> NamesOf(X509Certificate2 leaf, bool addresses)
    {
        try
        {
            foreach (var extension in leaf.Extensions)
                if (extension is X509SubjectAlternativeNameExtension names)
                    return [.. names.EnumerateDnsNames().Concat(addresses ? names.EnumerateIPAddresses().Select(address => address.ToString()) : []).Take(100).Select(Cut)];
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            // A damaged list of names is an empty one: nothing can match it.
        }
        return [];
    }

    private static string NameOf(X500DistinguishedName name)
    {
        try
        {
            foreach (var part in name.EnumerateRelativeDistinguishedNames())
                if (!part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3" && part.GetSingleElementValue() is { Length: > 0 } common)
                    return Cut(common);
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            // The whole name below is what is left to say.
        }
        return Cut(name.Name);
    }

    private static string Cut(string text)
    {
        var clean = string.Concat(text.Take(256).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return clean.Length == 0 ? "(no name)" : clean;
    }

    private static X509Certificate2Collection LoadRoots(ImmutableArray<X509Certificate2> privateRoots)
    {
        var roots = new X509Certificate2Collection();
        foreach (var location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
        {
            try
            {
                using var store = new X509Store(StoreName.Root, location);
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                roots.AddRange(store.Certificates);
            }
            catch (CryptographicException)
            {
                // No such store on this machine: then it holds no roots. A certificate that needed one is told as not trusted, by name.
            }
        }
        roots.AddRange(privateRoots.ToArray());
        return roots;
    }
}
