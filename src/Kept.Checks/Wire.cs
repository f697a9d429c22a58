using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// A conversation by lines or frames over an open connection. Everything that comes is counted against one limit and waited for until one deadline, whatever its pieces; an end
/// in the middle is the target's doing. Owns the stream.
/// </summary>
/// <param name="limit">The most bytes that are taken in all.</param>
/// <param name="whose">Whose limit it is, for messages, after the figure.</param>
internal sealed class Wire(Stream stream, Attempt attempt, long limit, CancellationToken deadline, string whose = "that the check allows (body-limit)") : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[8192];
    private Stream _stream = stream;
    private int _from, _to;
    private long _askedAt = attempt.Trail.Phases.Total;
    private bool _isWaiting = true;

    /// <summary>Who is at the other end, for messages.</summary>
    public string Where { get; } = HostPort.Write(attempt.Request.Check.Target.Host, attempt.Request.Check.Target.Port);

    /// <summary>Bytes that have come.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes of <see cref="Received"/> that were taken out of it.</summary>
    public long Taken => Received - (_to - _from);

    /// <summary>From the moment the first answer was waited for to its first byte, in nanoseconds; −1 until it came.</summary>
    public long FirstByte { get; private set; } = -1;

    /// <summary>Opens the connection of a check.</summary>
    /// <param name="overTls">Speaks TLS from the start.</param>
    /// <param name="tellsLogin">The login of the check, where it has one, goes over it as it is: by <c>over-tls</c> from the start or after a greeting, else to this machine alone.</param>
    public static async ValueTask<Wire> OpenAsync(Dialer dialer, Attempt attempt, bool overTls, bool tellsLogin, long limit, CancellationToken deadline)
    {
        var (check, target, trail) = (attempt.Request.Check, attempt.Request.Check.Target, attempt.Trail);
        var inClear = tellsLogin && !check.IsOverTls() && Secrecy.IsAsked(check.Settings);
        if (inClear) Secrecy.DemandBefore(dialer, target);
        Stream stream = overTls
            ? await dialer.ConnectTlsAsync(target.Host, target.Port, null, acceptsAny: false, [], attempt.Request.Trust, trail, deadline)
            : await dialer.ConnectAsync(target.Host, target.Port, attempt.Request.Trust, trail, deadline);
        var wire = new Wire(stream, attempt, limit, deadline);
        try
        {
            if (inClear) Secrecy.Demand(dialer, attempt);
            return wire;
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }
    }

    /// <summary>Speaks TLS from here on. What came in clear and was not asked for yet could have been put there by anybody (as in CVE-2011-0411): then the other end is not believed.</summary>
    public async ValueTask SecureAsync(Dialer dialer, string? serverName = null)
    {
        if (_from < _to) throw Malformed("it said more in clear before the TLS handshake, which anybody in between could have added");
        var target = attempt.Request.Check.Target;
        _stream = await dialer.UpgradeAsync(_stream, target.Host, target.Port, serverName, acceptsAny: false, [], attempt.Trail, deadline);
        _isWaiting = true;
    }

    /// <summary>Sends bytes as they are; what comes next is waited for.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        (_isWaiting, _askedAt) = (true, FirstByte < 0 ? attempt.Trail.Phases.Total : _askedAt);
        attempt.Trail.Reading(answered: false);
        try
        {
            await _stream.WriteAsync(bytes, deadline);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            deadline.ThrowIfCancellationRequested();
            throw EgressException.From(fault, Where);
        }
    }

    public ValueTask SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Says goodbye, where the other end still takes it. What was seen stands by then, so nothing is waited for and no fault is told.</summary>
    public async ValueTask LeaveAsync(ReadOnlyMemory<byte> word)
    {
        try
        {
            await _stream.WriteAsync(word, deadline);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It left first, or the time is over.
        }
    }

    /// <summary>The stream, and what was read ahead of it: for a protocol that goes on in something else than lines.</summary>
    public (Stream Stream, ReadOnlyMemory<byte> Ahead) Rest => (_stream, _buffer.AsMemory(_from, _to - _from));

    public async ValueTask<byte> ByteAsync()
    {
        if (_from == _to) await DemandAsync();
        return _buffer[_from++];
    }

    /// <summary>Exactly so many bytes. What the other end announces is held against the limit before any of it is waited for, and takes memory only as it comes.</summary>
    public async ValueTask<byte[]> BytesAsync(long count)
    {
        if (count > limit - Taken) throw TooLarge();
        var bytes = new byte[Growth.First(count)];
        for (var done = 0; done < count;)
        {
            if (_from == _to) await DemandAsync();
            if (done == bytes.Length) Array.Resize(ref bytes, Growth.Next(done, count));
            var some = Math.Min(_to - _from, bytes.Length - done);
            _buffer.AsSpan(_from, some).CopyTo(bytes.AsSpan(done));
            (_from, done) = (_from + some, done + some);
        }
        return bytes;
    }

    /// <summary>A line without its end (CR LF, or LF alone).</summary>
    public async ValueTask<byte[]> LineAsync(int longest = 32 * 1024)
    {
        var (line, end) = await ReadLineAsync(longest);
        return end switch
        {
            LineEnd.Whole => line,
            LineEnd.TooLong => throw Malformed($"it sent a line longer than {Quantity.Bytes(longest)}"),
            _ => throw Ended(),
        };
    }

    /// <summary>A line without its end, or what came of it.</summary>
    public async ValueTask<(byte[] Line, LineEnd End)> ReadLineAsync(int longest)
    {
        var line = new ArrayBufferWriter<byte>(64);
        while (true)
        {
            if (_from == _to && !await FillAsync()) return (line.WrittenSpan.ToArray(), LineEnd.Closed);
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            var some = end < 0 ? _to - _from : end;
            if (line.WrittenCount + some > longest) return (line.WrittenSpan.ToArray(), LineEnd.TooLong);
            line.Write(_buffer.AsSpan(_from, some));
            _from += some + (end < 0 ? 0 : 1);
            if (end < 0) continue;
            return (line.WrittenSpan is [.. var text, (byte)'\r'] ? text.ToArray() : line.WrittenSpan.ToArray(), LineEnd.Whole);
        }
    }

    private async ValueTask DemandAsync()
    {
        if (!await FillAsync()) throw Ended();
    }

    /// <summary>Waits for what comes next; false where the other end has closed the connection.</summary>
    private async ValueTask<bool> FillAsync()
    {
        if (_isWaiting) attempt.Trail.Reading(answered: false);
        int count;
        try
        {
            count = await _stream.ReadAsync(_buffer, deadline);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            deadline.ThrowIfCancellationRequested();
            throw EgressException.From(fault, Where);
        }
        if (count == 0) return false;
        if (FirstByte < 0) FirstByte = Math.Max(1000, attempt.Trail.Phases.Total - _askedAt);
        if (_isWaiting) attempt.Trail.Reading(answered: true);
        _isWaiting = false;
        (_from, _to) = (0, count);
        Received += count;
        return Received <= limit ? true : throw TooLarge();
    }

    private EgressException Ended() =>
        EgressException.OfTarget(TargetFailure.Reset, Received == 0 ? $"{Where} closed the connection without a word" : $"{Where} closed the connection before its answer was whole");

    /// <summary>The answer breaks its protocol.</summary>
    public EgressException Malformed(string how) => EgressException.OfTarget(TargetFailure.Malformed, $"{Where} broke its protocol: {how}");

    /// <summary>The target says itself that it fails, or that it does not serve us.</summary>
    public EgressException Refuses(string how) => EgressException.OfTarget(TargetFailure.ReportedFailure, $"{Where} {how}");

    public EgressException TooLarge() =>
        EgressException.OfTarget(TargetFailure.TooLarge, $"{Where} sent more than the {Quantity.Bytes(limit)} {whose}");

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}

/// <summary>How a line ended.</summary>
internal enum LineEnd
{
    Whole,

    /// <summary>The other end closed the connection in it, or before it.</summary>
    Closed,

    /// <summary>It is longer than is taken.</summary>
    TooLong,
}
