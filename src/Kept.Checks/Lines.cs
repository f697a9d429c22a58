using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// A conversation in lines of text over a <see cref="Wire"/>: what is read is valid text without control characters, and is remembered, so that a message can say what the other
/// end said. Owns the wire.
/// </summary>
internal sealed class Lines(Stream stream, Attempt attempt, CancellationToken deadline) : IAsyncDisposable
{
    /// <summary>Protocols of lines allow some hundred bytes; servers with a long list of what they can do write more.</summary>
    public const int LongestLine = 8 * 1024, MostBytes = 64 * 1024;

    /// <summary>Something else stands at that port: an HTTP server, a server of another protocol of lines.</summary>
    public static readonly Failure AnswerOther = StandardFailures.Failing("answer-other", "another protocol that answers", TargetFailure.Malformed);

    public static readonly Failure AnswerTruncated = StandardFailures.Failing("answer-truncated", "a connection that is cut in the middle of the answer", TargetFailure.Reset);

    private readonly Wire _wire = new(stream, attempt, MostBytes, deadline, "that are read of a conversation in lines");
    private readonly StringBuilder _said = new();

    /// <summary>The other end, for messages.</summary>
    public string Where => _wire.Where;

    /// <summary>Bytes of all lines read.</summary>
    public int Size => (int)_wire.Taken;

    /// <inheritdoc cref="Wire.FirstByte"/>
    public long FirstByte => _wire.FirstByte;

    /// <summary>All that was read, with secrets hidden.</summary>
    public string Said => attempt.Redact(_said.ToString());

    /// <summary>The next line without its end.</summary>
    /// <exception cref="EgressException">The other end left, or says more than is taken.</exception>
    public async ValueTask<string> ReadAsync()
    {
        var (line, end) = await _wire.ReadLineAsync(LongestLine);
        if (end == LineEnd.TooLong) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{Where} sent a line of more than {Quantity.Bytes(LongestLine)}");
        if (end == LineEnd.Closed) throw Left(line.Length > 0);
        var text = string.Concat(Excerpt.Decode(line).Select(c => char.IsControl(c) && c != '\t' ? '\ufffd' : c));
        _said.Append(text).Append('\n');
        return text;
    }

    private EgressException Left(bool inLine) => EgressException.OfTarget(TargetFailure.Reset, _wire.Received == 0 ? $"{Where} closed the connection without a word"
        : inLine ? $"{Where} closed the connection in the middle of a line" : $"{Where} closed the connection after it said: {Quoted(_said.ToString())}");

    /// <inheritdoc cref="Wire.SendAsync(ReadOnlyMemory{byte})"/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _wire.SendAsync(bytes);

    /// <summary>Sends one line.</summary>
    public ValueTask WriteAsync(string line) => _wire.SendAsync(line + "\r\n");

    /// <inheritdoc cref="Wire.SecureAsync"/>
    public ValueTask UpgradeAsync(Dialer dialer, string? name) => _wire.SecureAsync(dialer, name);

    /// <inheritdoc cref="Wire.Rest"/>
    public (Stream Stream, ReadOnlyMemory<byte> Ahead) Rest => _wire.Rest;

    /// <inheritdoc cref="Wire.LeaveAsync"/>
    public ValueTask LeaveAsync(string word) => _wire.LeaveAsync(Encoding.ASCII.GetBytes(word + "\r\n"));

    /// <summary>A text of the other end inside a message of ours: one line, not long, secrets hidden before it is cut.</summary>
    public string Quoted(string text)
    {
        var flat = attempt.Redact(text).Trim().ReplaceLineEndings(" / ").Replace('\t', ' ');
        return $"\"{(flat.Length <= 120 ? flat : flat[..(char.IsHighSurrogate(flat[119]) ? 119 : 120)] + "…")}\"";
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();
}
