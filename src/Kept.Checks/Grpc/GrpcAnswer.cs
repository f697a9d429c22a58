using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using Kept.Egress;

namespace Kept.Checks.Grpc;

/// <summary>
/// The end of one call, framed as gRPC over HTTP/2 does (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): five bytes before each message, and how it
/// ended in the trailers.
/// </summary>
/// <param name="Code">How the call ended; 0 is well.</param>
/// <param name="Message">What the server says about it; null: nothing.</param>
/// <param name="Ending">What came at its end; of a call that says nothing else, its headers.</param>
/// <param name="Body">Its messages, framed.</param>
internal sealed record GrpcAnswer(int Code, string? Message, HttpResponseHeaders Ending, ReadOnlyMemory<byte> Body)
{
    /// <summary>The codes that say whose fault it is, where a look goes by them.</summary>
    public const int NotFound = 5, Unimplemented = 12;

    /// <summary>Five bytes: whether the message is compressed, and its length.</summary>
    private const int Head = 5;

    private static readonly string[] Codes =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
        "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>The code by its name.</summary>
    public string CodeName => NameOf(Code);

    public static string NameOf(int code) => code >= 0 && code < Codes.Length ? Codes[code] : $"code {code}";

    /// <summary>A message with its head.</summary>
    public static byte[] Framed(ReadOnlySpan<byte> message)
    {
        var framed = new byte[Head + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed.AsSpan(Head));
        return framed;
    }

    /// <exception cref="FormatException">It is no end of such a call; the message says why.</exception>
    public static GrpcAnswer Read(HttpAnswer answer)
    {
        // A call that ends without a message may say so in its headers alone.
        var ending = answer.Body.Length == 0 && One(answer.Trailers, "grpc-status") is null ? answer.Headers : answer.Trailers;
        var text = One(ending, "grpc-status") ?? throw new FormatException("it ended without saying how (grpc-status)");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code >= Codes.Length) throw new FormatException("it ended with a status that is none of gRPC");
        var message = One(ending, "grpc-message") is { Length: > 0 } told ? Uri.UnescapeDataString(told) : null;
        return new(code, message, ending, answer.Body);
    }

    /// <summary>The one message of a call that ended well.</summary>
    /// <exception cref="FormatException">There is none, or there are several.</exception>
    public ReadOnlyMemory<byte> Single()
    {
        var messages = Messages(2);
        return messages.Length == 1 ? messages[0] : throw new FormatException(messages.Length == 0 ? "it says that all is well, and sent no answer" : "it sent more than one answer");
    }

    /// <summary>All its messages.</summary>
    /// <exception cref="FormatException">They are more than <paramref name="most"/>, or not framed as they must be.</exception>
    public ImmutableArray<ReadOnlyMemory<byte>> Messages(int most)
    {
        var messages = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (var rest = Body; rest.Length > 0;)
        {
            if (messages.Count == most) throw new FormatException($"it sent more than {most} answers");
            if (messages.Count == 1 && most == 2) throw new FormatException("it sent more than one answer");
            var head = rest.Span;
            if (head.Length < Head) throw new FormatException("its answer is cut");
            if (head[0] == 1) throw new FormatException("its answer is compressed, which nobody asked for");
            if (head[0] != 0) throw new FormatException("its answer does not begin as a message of gRPC");
            var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
            if (length > rest.Length - Head) throw new FormatException("its answer is shorter than it announced");
            messages.Add(rest.Slice(Head, (int)length));
            rest = rest[(Head + (int)length)..];
        }
        return messages.ToImmutable();
    }

    private static string? One(HttpResponseHeaders headers, string name) =>
        !headers.NonValidated.TryGetValues(name, out var values) ? null : values.Count == 1 ? values.ToString() : throw new FormatException($"it sent {name} more than once");
}
