using System.Buffers;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Tcp;

/// <summary>Connects, may send, may read, and leaves.</summary>
internal static class TcpLook
{
    private const long LargestAnswer = 16 * 1024 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail) = (attempt.Request.Check, attempt.Trail);
        var send = check.Setting<FieldValue.Text>("send")?.Content is { Length: > 0 } said ? attempt.Expand(said) : null;
        var until = check.Setting<FieldValue.Text>("reads")?.Content is { Length: > 0 } wanted ? attempt.Expand(wanted) : send is null ? null : "\n";
        var isStrict = check.Setting<FieldValue.Text>("reads")?.Content is { Length: > 0 };
        var limit = Math.Clamp(check.Setting<FieldValue.Bytes>("body-limit")?.Count ?? 64 * 1024, 1, LargestAnswer);
        Stream stream = check.Setting<FieldValue.YesNo>("over-tls") is { IsYes: true }
            ? await dialer.ConnectTlsAsync(check.Target.Host, check.Target.Port, null, acceptsAny: false, [], attempt.Request.Trust, trail, deadline)
            : await dialer.ConnectAsync(check.Target.Host, check.Target.Port, attempt.Request.Trust, trail, deadline);
        await using (stream)
        {
            var (bytes, firstByte) = (ReadOnlyMemory<byte>.Empty, -1L);
            try
            {
                if (send is not null) await stream.WriteAsync(Encoding.UTF8.GetBytes(send), deadline);
                if (until is not null) (bytes, firstByte) = await ReadAsync(stream, Encoding.UTF8.GetBytes(until), isStrict, limit, attempt, deadline);
            }
            catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
            {
                deadline.ThrowIfCancellationRequested();
                throw EgressException.From(fault, check.Target.Rest);
            }
            var phases = trail.Phases with { FirstByte = firstByte };
            var text = attempt.Redact(Excerpt.Decode(bytes.Span));
            var values = new Value?[TcpKind.Kind.Sees.Length];
            values[TcpKind.Connected] = Value.Of(true);
            values[TcpKind.Answer] = new Value.Body(text);
            values[TcpKind.Size] = Value.Of(Quantity.Bytes(bytes.Length));
            values[TcpKind.Time] = Seen.Phase(phases.Total);
            values[TcpKind.Dns] = Seen.Phase(phases.Dns);
            values[TcpKind.Connect] = Seen.Phase(phases.Connect);
            values[TcpKind.Tls] = Seen.Phase(phases.Tls);
            values[TcpKind.FirstByte] = Seen.Phase(phases.FirstByte);
            values[TcpKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
            Seen.AddTls(trail.Tls, attempt.StartedAt, values.AsSpan(TcpKind.OfTls));
            return attempt.Answered([.. values], -1, bytes.Length, Excerpt.Of(text)) with { Phases = phases };
        }
    }

    /// <summary>Reads until a text has come. When the other end closes first, that is a failure where the check named the text (<paramref name="isStrict"/>), else the answer.</summary>
    private static async ValueTask<(ReadOnlyMemory<byte> Bytes, long FirstByte)> ReadAsync(
        Stream stream, byte[] until, bool isStrict, long limit, Attempt attempt, CancellationToken deadline)
    {
        var where = attempt.Request.Check.Target.Rest;
        attempt.Trail.Reading(answered: false);
        var before = attempt.Trail.Phases.Total;
        var got = new ArrayBufferWriter<byte>(1024);
        var firstByte = -1L;
        while (true)
        {
            var count = await stream.ReadAsync(got.GetMemory(1024), deadline);
            if (count == 0)
            {
                if (got.WrittenCount == 0) throw EgressException.OfTarget(TargetFailure.Reset, $"{where} closed the connection without a word");
                if (isStrict) throw EgressException.OfTarget(TargetFailure.Malformed, $"{where} closed the connection before it sent the text that 'reads' names");
                return (got.WrittenMemory, firstByte);
            }
            if (firstByte < 0)
            {
                firstByte = attempt.Trail.Phases.Total - before;
                attempt.Trail.Reading(answered: true);
            }
            // The text may begin in what came before.
            var from = Math.Max(0, got.WrittenCount - until.Length + 1);
            got.Advance(count);
            if (got.WrittenCount > limit) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{where} sent more than the {Quantity.Bytes(limit)} that the check allows (body-limit)");
            // The answer ends there: what else came with it depends on how packets fell, and may be the beginning of something that is secret as a whole.
            if (got.WrittenSpan[from..].IndexOf(until) is var at and >= 0) return (got.WrittenMemory[..(from + at + until.Length)], firstByte);
        }
    }
}
