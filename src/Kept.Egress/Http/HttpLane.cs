using System.Net.Security;
using System.Runtime.CompilerServices;
using Kept.Model;

namespace Kept.Egress.Http;

/// <summary>Looks may share a kept connection only where all of this is equal.</summary>
/// <param name="IsTls">Over TLS.</param>
/// <param name="Host">Canonical.</param>
/// <param name="Port">Of TCP.</param>
/// <param name="CertificateName">Whom to ask for and who the certificate must be for, where that is not the host: a connection shows one certificate, and was judged for one name.</param>
/// <param name="Speech">Version of HTTP.</param>
/// <param name="Trust">Who wrote the document, hence which addresses may be dialled.</param>
/// <param name="Identity">Whom we show ourselves as.</param>
/// <param name="Aim">Which addresses were dialled: a connection to one family says nothing of the other.</param>
internal readonly record struct LaneKey(bool IsTls, string Host, int Port, string? CertificateName, HttpSpeech Speech, DocumentOrigin Trust, ClientIdentity? Identity, Aim Aim);

/// <summary>
/// One handler that serves one look at a time, so that it is known which connection a look used and what that connection cost. A handler shared by many
/// looks gives a connection opened for one of them to whichever waits first, and the phases would be told of the wrong look.
/// </summary>
internal sealed class HttpLane : IDisposable
{
    private static readonly SslApplicationProtocol[] One = [SslApplicationProtocol.Http11], TwoOrOne = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly Dialer _dialer;
    private readonly HttpMessageInvoker _invoker;
    private (DialTrail Trail, LaneKey To, CancellationToken Deadline)? _look;

    private Stream? _connection;

    public HttpLane(Dialer dialer, bool keepsConnection)
    {
        _dialer = dialer;
        OpenedAt = dialer.Time.GetTimestamp();
        var lifetime = dialer.Options.ConnectionLifetime.ToTimeSpan();
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, // never the environment's; ours is dialled below
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            MaxResponseHeadersLength = 32,
            MaxConnectionsPerServer = 1,
            PooledConnectionLifetime = keepsConnection ? lifetime : TimeSpan.Zero,
            PooledConnectionIdleTimeout = lifetime,
            ConnectTimeout = Timeout.InfiniteTimeSpan, // the look's own deadline bounds it
            MaxResponseDrainSize = 0,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, _) => ConnectAsync(context),
        });
    }

    public long OpenedAt { get; private set; }
    public int Served { get; private set; }
    /// <summary>It spoke HTTP/2. The handler hands such a connection out again as long as its coarse clock did not move on (some milliseconds), whatever lifetime was asked for.</summary>
    public bool SpokeTwo { get; private set; }
    /// <summary>What the connection it keeps showed.</summary>
    public TlsSeen? Tls { get; private set; }
    private System.Net.IPAddress? Address { get; set; }

    /// <summary>Sends one request; <paramref name="trail"/> tells what was opened for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, LaneKey to, DialTrail trail, CancellationToken deadline)
    {
        _look = (trail, to, deadline);
        Served++;
        var mark = trail.Mark();
        var opening = OpeningTime(trail);
        trail.Stage = DialStage.Waiting;
        try
        {
            var response = await _invoker.SendAsync(request, deadline);
            SpokeTwo |= response.Version.Major == 2;
            // The handler tells when the head is read; what it spent on opening a connection has its own phases.
            trail.FirstByte = DialTrail.Sum(trail.FirstByte, Math.Max(1000, trail.Since(mark) - (OpeningTime(trail) - opening)));
            trail.IsBehindProxy = _dialer.UsesProxy;
            trail.Address ??= Address;
            trail.Tls ??= Tls;
            return response;
        }
        finally
        {
            _look = null;
        }
    }

    private static long OpeningTime(DialTrail trail) => Math.Max(0, trail.Dns) + Math.Max(0, trail.Connect) + Math.Max(0, trail.Handshake);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context)
    {
        // The handler may dial for a look that is over (it gave up on a kept connection meanwhile): nobody is there to answer for it.
        var (trail, to, deadline) = _look ?? throw new OperationCanceledException("the look is over");
        Stream stream;
        if (to.IsTls)
        {
            var protocols = context.InitialRequestMessage.Version.Major == 2 ? TwoOrOne : One;
            stream = await _dialer.ConnectTlsAsync(to.Host, to.Port, to.CertificateName, acceptsAny: false, protocols, to.Identity, to.Trust, trail, deadline);
        }
        else
        {
            stream = await _dialer.ConnectAsync(to.Host, to.Port, to.Trust, trail, deadline);
        }
        (_connection, Tls, Address) = (stream, trail.Tls, trail.Address);
        trail.Stage = DialStage.Waiting;
        return stream;
    }

    /// <summary>
    /// Closes the connection and keeps the handler, which costs far more to make than to hold: the next look connects anew. What is closed cannot carry a look,
    /// whatever the handler still holds of it.
    /// </summary>
    /// <returns>False where it spoke HTTP/2, of whose connections the handler keeps a count of its own: such a lane is to be disposed of.</returns>
    public bool Renew()
    {
        if (SpokeTwo) return false;
        _connection?.Dispose();
        (_connection, Tls, Address) = (null, null, null);
        (Served, OpenedAt) = (0, _dialer.Time.GetTimestamp());
        return true;
    }

    public void Dispose() => _invoker.Dispose();
}
