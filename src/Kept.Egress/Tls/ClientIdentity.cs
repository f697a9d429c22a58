using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Model;

namespace Kept.Egress;

/// <summary>Whom we show ourselves as in a TLS handshake: a certificate with its key and what leads to its authority. Equal texts are one object, so that connections are shared by who asks as the same.</summary>
public sealed class ClientIdentity
{
    private readonly Instant _from, _until;

    private ClientIdentity(X509Certificate2 leaf, X509Certificate2Collection between)
    {
        (_from, _until) = (Instant.From(leaf.NotBefore.ToUniversalTime()), Instant.From(leaf.NotAfter.ToUniversalTime()));
        Context = SslStreamCertificateContext.Create(leaf, between, offline: true); // nothing that a certificate names is ever fetched
    }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Refuses where the certificate does not hold at this time: the server would be right to refuse it, and nothing could be said of it.</summary>
    /// <exception cref="EgressException">Ours, a gap.</exception>
    internal void RequireValid(Instant now)
    {
        if (now > _until) throw Ours($"our client certificate expired on {_until.ToString()[..10]}; renew it");
        if (now < _from) throw Ours($"our client certificate holds only from {_from.ToString()[..10]} on");
    }

    /// <summary>Reads PEM: the certificate, perhaps with those that lead to its authority after it, and its key.</summary>
    /// <exception cref="EgressException">Ours, a gap; the message says what to write instead, and nothing of the key.</exception>
    internal static ClientIdentity Read(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificate);
        }
        catch (CryptographicException fault)
        {
            throw Ours("our client certificate cannot be read: what stands between its PEM lines is no certificate", fault);
        }
        if (chain.Count == 0) throw Ours("our client certificate cannot be read: it holds no -----BEGIN CERTIFICATE-----");
        if (key.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw Ours("the key of our client certificate is encrypted; write it without a password into a file that only Kept may read: openssl pkey -in KEY -out PLAIN");
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) throw Ours("the key of our client certificate cannot be read: it holds no -----BEGIN PRIVATE KEY-----");
        try
        {
            // The first is ours: so every server and tool writes such files.
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            using var plain = chain[0];
            chain.RemoveAt(0);
            return new ClientIdentity(leaf, chain);
        }
        catch (ArgumentException fault)
        {
            throw Ours("the key is not that of our client certificate", fault);
        }
        catch (CryptographicException fault)
        {
            throw Ours(fault.Message.Contains("match", StringComparison.OrdinalIgnoreCase) ? "the key is not that of our client certificate" : "the key of our client certificate cannot be read", fault);
        }
    }

    private static EgressException Ours(string words, Exception? inner = null) => EgressException.OfUs(GapCause.Fault, words, inner);
}

/// <summary>Identities by their text, so that files are parsed again only when they changed.</summary>
internal sealed class ClientIdentities
{
    private const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientIdentity> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public ClientIdentity Of(string certificate, string key)
    {
        var print = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(certificate + "\0" + key)));
        lock (_gate)
        {
            if (_known.TryGetValue(print, out var known)) return known;
            var read = ClientIdentity.Read(certificate, key);
            if (_known.Count == Most) _known.Remove(_order.Dequeue()); // looks under way hold theirs; it is not disposed under them
            _order.Enqueue(print);
            return _known[print] = read;
        }
    }
}
