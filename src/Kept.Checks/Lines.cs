using System.Buffers;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// One conversation in lines with a target, bounded in bytes and in the look's one deadline: what is read is valid text without control characters, and nothing
/// is read past what is asked for but what came in the same packet.
/// </summary>
internal sealed class Lines(Stream stream, Attempt attempt, CancellationToken deadline) : IAsyncDisposable
{
    /// <summary>Protocols of lines allow some hundred bytes; servers with a long list of what they can do write more.</summary>
    public const int LongestLine = 8 * 1024, MostBytes = 64 * 1024;

    /// <summary>Something else stands at that port: an HTTP server, a server of another protocol of lines.</summary>
    public static readonly Failure AnswerOther = StandardFailures.Failing("answer-other", "another protocol that answers", TargetFailure.Malformed);

    public static readonly Failure AnswerTruncated = StandardFailures.Failing("answer-truncated", "a connection that is cut in the middle of the answer", TargetFailure.Reset);

    private readonly byte[] _buffer = new byte[4096];
    private readonly StringBuilder _said = new();
    private Stream _stream = stream;
    private int _from, _to;
    private long _askedAt = attempt.Trail.Phases.Total;
    private bool _isWaiting = true;

    /// <summary>The other end, for messages.</summary>
    public string Where { get; } = HostPort.Write(attempt.Request.Check.Target.Host, attempt.Request.Check.Target.Port);

    /// <summary>Bytes of all lines read.</summary>
    public int Size { get; private set; }

    /// <summary>From the moment the first line was waited for to its first byte; −1 before.</summary>
    public long FirstByte { get; private set; } = -1;

    /// <summary>All that was read, with secrets hidden.</summary>
    public string Said => attempt.Redact(_said.ToString());

    /// <summary>The next line without its end.</summary>
    /// <exception cref="EgressException">The other end left, or says more than is taken.</exception>
    public async ValueTask<string> ReadAsync()
    {
        if (_isWaiting) attempt.Trail.Reading(answered: false);
        var line = new ArrayBufferWriter<byte>(256);
        while (true)
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            var taken = end < 0 ? _to - _from : end + 1;
            line.Write(_buffer.AsSpan(_from, taken));
            (_from, Size) = (_from + taken, Size + taken);
            if (line.WrittenCount > LongestLine) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{Where} sent a line of more than {Quantity.Bytes(LongestLine)}");
            if (Size > MostBytes) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{Where} sent more than {Quantity.Bytes(MostBytes)} before it came to an end");
            if (end >= 0) return Kept(line.WrittenSpan);
            var count = await _stream.ReadAsync(_buffer, deadline);
            if (count == 0) throw Left(line.WrittenCount > 0);
            (_from, _to) = (0, count);
            if (!_isWaiting) continue;
            _isWaiting = false;
            attempt.Trail.Reading(answered: true);
            if (FirstByte < 0) FirstByte = Math.Max(1000, attempt.Trail.Phases.Total - _askedAt);
        }
    }

    private string Kept(ReadOnlySpan<byte> line)
    {
        var text = string.Concat(Excerpt.Decode(line.TrimEnd("\r\n"u8)).Select(c => char.IsControl(c) && c != '\t' ? '\ufffd' : c));
        _said.Append(text).Append('\n');
        return text;
    }

    private EgressException Left(bool inLine) => Size == 0
        ? EgressException.OfTarget(TargetFailure.Reset, $"{Where} closed the connection without a word")
        : EgressException.OfTarget(TargetFailure.Reset, inLine ? $"{Where} closed the connection in the middle of a line" : $"{Where} closed the connection after it said: {Quoted(_said.ToString())}");

    /// <summary>Sends bytes as they are; what comes next is waited for.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        attempt.Trail.Reading(answered: false);
        (_isWaiting, _askedAt) = (true, FirstByte < 0 ? attempt.Trail.Phases.Total : _askedAt);
        await _stream.WriteAsync(bytes, deadline);
    }

    /// <summary>Sends one line.</summary>
    public ValueTask WriteAsync(string line) => WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));

    /// <summary>Goes over to TLS. What was sent ahead of the handshake in clear is refused: who sits between could have put it there (as in CVE-2011-0411).</summary>
    public async ValueTask UpgradeAsync(Dialer dialer, string? name)
    {
        if (_from < _to) throw EgressException.OfTarget(TargetFailure.Malformed, $"{Where} sent more in clear before the TLS handshake, which anybody in between could have added");
        var target = attempt.Request.Check.Target;
        _stream = await dialer.UpgradeAsync(_stream, target.Host, target.Port, name, acceptsAny: false, [], attempt.Trail, deadline);
    }

    /// <summary>The stream, and what was read ahead of it: for a protocol that goes on in something else than lines.</summary>
    public (Stream Stream, ReadOnlyMemory<byte> Ahead) Rest => (_stream, _buffer.AsMemory(_from, _to - _from));

    /// <summary>Says goodbye, where the other end still takes it. What was seen stands by then, so nothing is waited for and no fault is told.</summary>
    public async ValueTask LeaveAsync(string word)
    {
        try
        {
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(word + "\r\n"), deadline);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It left first.
        }
    }

    /// <summary>A text of the other end inside a message of ours: one line, not long, secrets hidden before it is cut.</summary>
    public string Quoted(string text)
    {
        var flat = attempt.Redact(text).Trim().ReplaceLineEndings(" / ").Replace('\t', ' ');
        return $"\"{(flat.Length <= 120 ? flat : flat[..(char.IsHighSurrogate(flat[119]) ? 119 : 120)] + "…")}\"";
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
