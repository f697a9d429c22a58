using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kept.TestKit.Peers;

/// <summary>A private certificate authority for tests: signs server certificates of any kind, also bad ones.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public CertificateAuthority(string name = "Test Root", CertificateAuthority? issuedBy = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var (from, to) = (DateTimeOffset.Parse("2020-01-01T00:00:00Z"), DateTimeOffset.Parse("2099-01-01T00:00:00Z"));
        Certificate = issuedBy is null
            ? request.CreateSelfSigned(from, to)
            : request.Create(issuedBy.Certificate, from, to.AddYears(-1), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(_key);
    }

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>As a PEM file holds it.</summary>
    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>A server's certificate with its key. Names that are addresses become address names.</summary>
    /// <param name="names">What it is for.</param>
    /// <param name="from">Valid from; a day ago by default.</param>
    /// <param name="to">Valid until; in 90 days by default.</param>
    /// <param name="fetchFrom">Puts URLs for issuer, revocation list and OCSP into it: whoever calls them was made to by the server.</param>
    /// <param name="serial">Its number, highest byte first; drawn where it is not given.</param>
    public X509Certificate2 Issue(string[] names, DateTimeOffset? from = null, DateTimeOffset? to = null, string? fetchFrom = null, bool forServers = true, byte[]? serial = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(names, key, forServers);
        if (fetchFrom is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([fetchFrom + "/ocsp"], [fetchFrom + "/issuer"]));
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([fetchFrom + "/crl"]));
        }
        using var signed = request.Create(Certificate, from ?? TimeProvider.System.GetUtcNow().AddDays(-1), to ?? TimeProvider.System.GetUtcNow().AddDays(90), serial ?? RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    /// <summary>A certificate that signed itself.</summary>
    public static X509Certificate2 SelfSigned(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var whole = RequestOf(names, key, true).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    private static CertificateRequest RequestOf(string[] names, ECDsa key, bool forServers)
    {
        var request = new CertificateRequest($"CN={names.FirstOrDefault() ?? "nobody"}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(forServers ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        if (names.Length == 0) return request;
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            if (IPAddress.TryParse(name, out var address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        request.CertificateExtensions.Add(builder.Build());
        return request;
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
