using System.Net.Sockets;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// A conversation by lines or frames over an open connection. Everything that comes is counted against one limit and waited for until one deadline, whatever its pieces; an end
/// in the middle is the target's doing. Owns the stream.
/// </summary>
internal sealed class Wire(Stream stream, Attempt attempt, long limit, CancellationToken deadline) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[8192];
    private Stream _stream = stream;
    private int _from, _to;
    private bool _isWaiting = true;

    /// <summary>Who is at the other end, for messages.</summary>
    public string Where { get; } = HostPort.Write(attempt.Request.Check.Target.Host, attempt.Request.Check.Target.Port);

    /// <summary>Bytes that have come.</summary>
    public long Received { get; private set; }

    /// <summary>From the first time something was waited for to its first byte, in nanoseconds; −1 until it came.</summary>
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

    /// <summary>Speaks TLS from here on. What came in clear and was not asked for yet could have been put there by anybody: then the other end is not believed.</summary>
    public async ValueTask SecureAsync(Dialer dialer, string? serverName = null)
    {
        if (_from < _to) throw Malformed("it said more in clear after it had agreed to speak TLS");
        var target = attempt.Request.Check.Target;
        _stream = await dialer.UpgradeAsync(_stream, target.Host, target.Port, serverName, acceptsAny: false, [], attempt.Trail, deadline);
        _isWaiting = true;
    }

    /// <summary>Sends bytes as they are; what comes next is waited for.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _isWaiting = true;
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

    public async ValueTask<byte> ByteAsync()
    {
        if (_from == _to) await FillAsync();
        return _buffer[_from++];
    }

    /// <summary>Exactly so many bytes. What the other end announces is held against the limit before any of it is waited for, and takes memory only as it comes.</summary>
    public async ValueTask<byte[]> BytesAsync(long count)
    {
        if (count > limit - (Received - (_to - _from))) throw TooLarge();
        var bytes = new byte[Growth.First(count)];
        for (var done = 0; done < count;)
        {
            if (_from == _to) await FillAsync();
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
        var line = new List<byte>(64);
        while (true)
        {
            if (_from == _to) await FillAsync();
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            var some = end < 0 ? _to - _from : end;
            if (line.Count + some > longest) throw Malformed($"it sent a line longer than {Quantity.Bytes(longest)}");
            line.AddRange(_buffer.AsSpan(_from, some));
            _from += some + (end < 0 ? 0 : 1);
            if (end < 0) continue;
            if (line is [.., (byte)'\r']) line.RemoveAt(line.Count - 1);
            return [.. line];
        }
    }

    private async ValueTask FillAsync()
    {
        if (_isWaiting) attempt.Trail.Reading(answered: false);
        var before = attempt.Trail.Phases.Total;
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
        if (count == 0)
            throw EgressException.OfTarget(TargetFailure.Reset, Received == 0 ? $"{Where} closed the connection without a word" : $"{Where} closed the connection before its answer was whole");
        if (FirstByte < 0) FirstByte = Math.Max(1000, attempt.Trail.Phases.Total - before);
        if (_isWaiting) attempt.Trail.Reading(answered: true);
        _isWaiting = false;
        (_from, _to) = (0, count);
        Received += count;
        if (Received > limit) throw TooLarge();
    }

    /// <summary>The answer breaks its protocol.</summary>
    public EgressException Malformed(string how) => EgressException.OfTarget(TargetFailure.Malformed, $"{Where} broke its protocol: {how}");

    /// <summary>The target says itself that it fails, or that it does not serve us.</summary>
    public EgressException Refuses(string how) => EgressException.OfTarget(TargetFailure.ReportedFailure, $"{Where} {how}");

    public EgressException TooLarge() =>
        EgressException.OfTarget(TargetFailure.TooLarge, $"{Where} sent more than the {Quantity.Bytes(limit)} that the check allows (body-limit)");

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
