using System.Net.Sockets;
using System.Security.Authentication;
using Kept.Egress.Tls;
using Kept.Model;

namespace Kept.Egress;

/// <summary>
/// Why something could not be reached or read, with whose fault it is: exactly one of <see cref="Failure"/> (the target's) and <see cref="Gap"/> (ours)
/// is set. The message is made for people and never holds a secret.
/// </summary>
public sealed class EgressException : Exception
{
    private EgressException(TargetFailure failure, GapCause gap, string message, Exception? inner) : base(message, inner) => (Failure, Gap) = (failure, gap);

    public TargetFailure Failure { get; }
    public GapCause Gap { get; }
    public bool IsOurs => Gap != GapCause.None;

    public static EgressException OfTarget(TargetFailure failure, string message, Exception? inner = null) => new(failure, GapCause.None, message, inner);
    public static EgressException OfUs(GapCause gap, string message, Exception? inner = null) => new(TargetFailure.None, gap, message, inner);

    /// <summary>The fault that any exception of a dial or an exchange stands for. <paramref name="where"/> names the other end.</summary>
    public static EgressException From(Exception exception, string where)
    {
        if (exception is not EgressException && Handshake.Refusal(exception) is { } refusal) return OfTarget(TargetFailure.TlsFailed, $"{where} ended TLS: {refusal}", exception);
        // The outermost exception is often only a wrapper ("an error occurred while sending the request"): the first known one inside decides.
        for (var at = exception; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case EgressException known:
                    return known;
                case SocketException socket:
                    return OfSocket(socket.SocketErrorCode, where, exception);
                case AuthenticationException:
                    return OfTarget(TargetFailure.TlsFailed, $"the TLS handshake with {where} failed", exception);
                case InvalidDataException:
                    return OfTarget(TargetFailure.Malformed, $"{where} sent compressed content that does not decompress", exception);
                case OutOfMemoryException:
                    return OfUs(GapCause.Local, "out of memory", exception);
            }
        }
        for (var at = exception; at is not null; at = at.InnerException)
        {
            var kind = at is HttpRequestException request ? request.HttpRequestError : at is HttpIOException io ? io.HttpRequestError : HttpRequestError.Unknown;
            if (OfHttp(kind, where, exception) is { } fault) return fault;
        }
        // The handler of HTTP/2 does not name every end: a server that leaves before its first frame is told without a kind, sometimes without anything inside.
        return exception is IOException or HttpRequestException
            ? OfTarget(TargetFailure.Reset, $"{where} cut the connection", exception)
            : OfUs(GapCause.Fault, $"the look itself failed ({exception.GetType().Name})", exception);
    }

    private static EgressException? OfHttp(HttpRequestError error, string where, Exception inner) => error switch
    {
        HttpRequestError.ResponseEnded => OfTarget(TargetFailure.Reset, $"{where} closed the connection before its answer was complete", inner),
        HttpRequestError.InvalidResponse => OfTarget(TargetFailure.Malformed, $"{where} did not answer in valid HTTP", inner),
        HttpRequestError.HttpProtocolError => OfTarget(TargetFailure.Malformed, $"{where} broke the HTTP/2 protocol or cancelled the exchange", inner),
        HttpRequestError.VersionNegotiationError => OfTarget(TargetFailure.Malformed, $"{where} does not speak the asked version of HTTP", inner),
        HttpRequestError.ConfigurationLimitExceeded => OfTarget(TargetFailure.TooLarge, $"{where} sent more than 32 KiB of headers", inner),
        HttpRequestError.SecureConnectionError => OfTarget(TargetFailure.TlsFailed, $"the TLS handshake with {where} failed", inner),
        HttpRequestError.ConnectionError => OfTarget(TargetFailure.Reset, $"the connection to {where} was cut", inner),
        _ => null,
    };

    /// <summary>What an error of a socket means, and whose it is.</summary>
    public static EgressException OfSocket(SocketError error, string where, Exception? inner = null) => error switch
    {
        SocketError.ConnectionRefused => OfTarget(TargetFailure.Refused, $"{where} refused the connection", inner),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.Disconnecting or SocketError.NotConnected =>
            OfTarget(TargetFailure.Reset, $"{where} cut the connection", inner),
        SocketError.TimedOut => OfTarget(TargetFailure.TimedOut, $"{where} did not answer", inner),
        SocketError.HostUnreachable or SocketError.HostDown => OfTarget(TargetFailure.Unreachable, $"{where} is unreachable: its network says no host", inner),
        SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported =>
            OfUs(GapCause.Route, $"no route from here to {where}", inner),
        SocketError.TooManyOpenSockets or SocketError.ProcessLimit => OfUs(GapCause.Local, "too many open files: raise the limit (ulimit -n) or look less often", inner),
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => OfUs(GapCause.Local, $"no free local port or address to reach {where}", inner),
        SocketError.NoBufferSpaceAvailable => OfUs(GapCause.Local, "the system has no buffer space for a connection", inner),
        SocketError.AccessDenied => OfUs(GapCause.EgressDenied, $"the system forbids to connect to {where} (firewall or permission)", inner),
        SocketError.InvalidArgument or SocketError.DestinationAddressRequired => OfUs(GapCause.Route, $"{where} cannot be connected to from here", inner),
        _ => OfUs(GapCause.Fault, $"the connection to {where} failed with socket error {error}", inner),
    };
}
