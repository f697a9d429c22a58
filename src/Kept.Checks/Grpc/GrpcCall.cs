using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Calls of one look: all go to its target, with its metadata.</summary>
internal sealed class GrpcCall(Dialer dialer, Attempt attempt)
{
    /// <summary>Metadata that makes the call: only we set it.</summary>
    private static readonly string[] NotYours = ["Content-Type", "Host"];

    private readonly ImmutableArray<KeyValuePair<string, string>> _metadata = MetadataOf(attempt);

    /// <summary>As messages name the target.</summary>
    public string Where { get; } = HostPort.Write(attempt.Request.Check.Target.Host, attempt.Request.Check.Target.Port);

    /// <summary>Calls a method, and reads to the end of the call.</summary>
    /// <param name="method"><c>package.Service/Method</c>.</param>
    /// <param name="messages">All that is said, before anything is read.</param>
    /// <param name="limit">Most bytes of the answer.</param>
    /// <exception cref="EgressException">No such end, and whose fault it is.</exception>
    public async ValueTask<(GrpcAnswer End, HttpAnswer Answer)> AskAsync(string method, ImmutableArray<ReadOnlyMemory<byte>> messages, long limit, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var answer = await HttpExchange.AskAsync(dialer, new HttpAsk
        {
            Url = new Uri($"{(check.IsOverTls() ? "https" : "http")}://{Where}/{method}"),
            Host = check.Target.Host,
            Method = HttpMethod.Post,
            Trust = attempt.Request.Trust,
            Headers = [new("Content-Type", "application/grpc"), .. _metadata],
            Body = messages is [var one] ? GrpcAnswer.Framed(one.Span) : (byte[])[.. messages.SelectMany(message => GrpcAnswer.Framed(message.Span))],
            BodyLimit = limit,
            Speech = HttpSpeech.Two,
            TakesTrailers = true,
            Fresh = Seen.IsAsked(check, name => name is "time.dns" or "time.connect" or "time.tls"),
        }, attempt.Trail, deadline);
        if (answer.Status != 200) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{Where} answered with HTTP status {answer.Status}, which is no answer of gRPC");
        if (!IsGrpc(answer)) throw EgressException.OfTarget(TargetFailure.Malformed, $"{Where} does not speak gRPC: its answer is of another type (Content-Type)");
        return (Read(() => GrpcAnswer.Read(answer)), answer);
    }

    /// <summary>Reads something of an answer; what breaks its format is the target's failure.</summary>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException fault)
        {
            throw EgressException.OfTarget(TargetFailure.Malformed, $"{Where} does not speak gRPC as it should: {fault.Message}", fault);
        }
    }

    private static ImmutableArray<KeyValuePair<string, string>> MetadataOf(Attempt attempt)
    {
        var metadata = attempt.Request.Check.Setting<FieldValue.TextMap>(Fetch.Headers.Name)?.Items ?? [];
        foreach (var (name, _) in metadata)
            if (NotYours.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
                throw EgressException.OfUs(GapCause.Fault, $"the header {name} makes the call and is ours; remove it");
        return [.. metadata.Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value)))];
    }

    /// <summary><c>application/grpc</c>, also with what the message is written in (<c>+proto</c>); <c>application/grpc-web</c> is another protocol.</summary>
    private static bool IsGrpc(HttpAnswer answer) =>
        answer.ContentHeaders.ContentType?.MediaType is { } type && (type.Equals("application/grpc", StringComparison.OrdinalIgnoreCase) || type.Equals("application/grpc+proto", StringComparison.OrdinalIgnoreCase));
}
