using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Kept.Egress;

namespace Kept.Checks.Grpc;

/// <summary>
/// The end of one call of <c>grpc.health.v1.Health/Check</c>, framed as gRPC over HTTP/2 does (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): five bytes before each message, and
/// how it ended in the trailers.
/// </summary>
/// <param name="Code">How the call ended; 0 is well.</param>
/// <param name="Message">What the server says about it; null: nothing.</param>
/// <param name="Status">Whether it serves; null where the call did not end well.</param>
internal sealed record GrpcAnswer(int Code, string? Message, string? Status)
{
    public const string Serving = "SERVING";

    /// <summary>Five bytes: whether the message is compressed, and its length.</summary>
    private const int Head = 5;

    private static readonly string[] Statuses = ["UNKNOWN", Serving, "NOT_SERVING", "SERVICE_UNKNOWN"];

    private static readonly string[] Codes =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
        "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>The code by its name.</summary>
    public string CodeName => Codes[Code];

    /// <summary>The question after one service; after the server as a whole where it is empty.</summary>
    public static byte[] Question(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        if (name.Length == 0) return new byte[Head];
        List<byte> message = [0x0a]; // field 1, a text
        for (var length = name.Length; ; length >>= 7)
        {
            message.Add((byte)(length > 0x7f ? length & 0x7f | 0x80 : length));
            if (length <= 0x7f) break;
        }
        message.AddRange(name);
        var head = new byte[Head];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), message.Count);
        return [.. head, .. message];
    }

    /// <exception cref="FormatException">It is no end of such a call; the message says why.</exception>
    public static GrpcAnswer Read(HttpAnswer answer)
    {
        // A call that ends without a message may say so in its headers alone.
        var ending = answer.Body.Length == 0 && One(answer.Trailers, "grpc-status") is null ? answer.Headers : answer.Trailers;
        var text = One(ending, "grpc-status") ?? throw new FormatException("it ended without saying how (grpc-status)");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code >= Codes.Length) throw new FormatException("it ended with a status that is none of gRPC");
        var message = One(ending, "grpc-message") is { Length: > 0 } told ? Uri.UnescapeDataString(told) : null;
        return new(code, message, code == 0 ? StatusOf(MessageOf(answer.Body.Span)) : null);
    }

    private static string? One(HttpResponseHeaders headers, string name) =>
        !headers.NonValidated.TryGetValues(name, out var values) ? null : values.Count == 1 ? values.ToString() : throw new FormatException($"it sent {name} more than once");

    private static ReadOnlySpan<byte> MessageOf(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0) throw new FormatException("it says that all is well, and sent no answer");
        if (body.Length < Head) throw new FormatException("its answer is cut");
        if (body[0] == 1) throw new FormatException("its answer is compressed, which nobody asked for");
        if (body[0] != 0) throw new FormatException("its answer does not begin as a message of gRPC");
        var length = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
        if (length > body.Length - Head) throw new FormatException("its answer is shorter than it announced");
        return length == body.Length - Head ? body[Head..] : throw new FormatException("it sent more than one answer");
    }

    /// <summary>Field 1 as a number; fields that are not known are passed over, as protocol buffers want it. Missing: 0.</summary>
    private static string StatusOf(ReadOnlySpan<byte> message)
    {
        var status = 0ul;
        while (message.Length > 0)
        {
            var tag = Number(ref message);
            var (field, form) = (tag >> 3, tag & 7);
            if (field == 0 || field == 1 && form != 0) throw Malformed();
            switch (form)
            {
                case 0:
                    var value = Number(ref message);
                    if (field == 1) status = value;
                    break;
                case 1:
                    Skip(ref message, 8);
                    break;
                case 2:
                    Skip(ref message, Number(ref message));
                    break;
                case 5:
                    Skip(ref message, 4);
                    break;
                default:
                    throw Malformed();
            }
        }
        return status < (ulong)Statuses.Length ? Statuses[status] : throw new FormatException("it tells a health that grpc.health.v1 does not know");
    }

    private static void Skip(ref ReadOnlySpan<byte> message, ulong count) => message = count <= (ulong)message.Length ? message[(int)count..] : throw Malformed();

    /// <summary>Seven bits a byte, the lowest first, in at most ten bytes.</summary>
    private static ulong Number(ref ReadOnlySpan<byte> message)
    {
        var number = 0ul;
        for (var i = 0; i < 10 && i < message.Length; i++)
        {
            number |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] > 0x7f) continue;
            message = message[(i + 1)..];
            return number;
        }
        throw Malformed();
    }

    private static FormatException Malformed() => new("its answer is no HealthCheckResponse");
}
