using System.Net.Security;
using Kept.Egress.Tls;

namespace Kept.Egress;

public sealed partial class Dialer
{
    /// <summary>
    /// Speaks TLS from here on over a connection that was opened in clear (STARTTLS and its kin), with a full handshake. Owns <paramref name="open"/>: it is disposed with the
    /// result, or here on failure. Whoever calls has made sure that nothing the other end said in clear is still unread: it would be taken for something said under TLS.
    /// </summary>
    /// <param name="host">Canonical; whom the connection was opened to.</param>
    /// <param name="serverName">The name to ask for, which the certificate must bear; the host when null.</param>
    /// <param name="acceptsAny">True where a bad certificate is something to see, not a failure.</param>
    /// <exception cref="EgressException">The handshake failed.</exception>
    /// <exception cref="OperationCanceledException">Of <paramref name="deadline"/>.</exception>
    public async ValueTask<Stream> UpgradeAsync(
        Stream open, string host, int port, string? serverName, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, DialTrail trail, CancellationToken deadline)
    {
        trail.Stage = DialStage.Handshaking;
        var mark = trail.Mark();
        try
        {
            return await Handshake.ShakeAsync(open, serverName ?? host, HostPort.Write(host, port), acceptsAny, protocols, _chains, trail, deadline);
        }
        finally
        {
            trail.Handshake = DialTrail.Sum(trail.Handshake, trail.Since(mark));
        }
    }
}
