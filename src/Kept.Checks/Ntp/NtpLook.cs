using System.Buffers.Binary;
using System.Security.Cryptography;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Ntp;

/// <summary>Asks as a client (RFC 5905 §8): the offset is the middle of both ways, so it is known to half the delay.</summary>
internal static class NtpLook
{
    /// <summary>A lost packet is asked for again once, no sooner than servers that count questions allow.</summary>
    private static readonly Duration AskAgainAfter = Duration.Seconds(2);

    /// <summary>How far two clocks that tell lengths of time may differ within one look.</summary>
    private static readonly Duration Jitter = Duration.Milliseconds(20);

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, time, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, TimeProvider time, Attempt attempt, CancellationToken deadline)
    {
        var (target, trail) = (attempt.Request.Check.Target, attempt.Trail);
        using var line = await DatagramLine.OverUdpAsync(dialer, target.Host, target.Port, attempt.Request.Trust, trail, deadline);
        var (answer, ours, phases) = await AskAsync(line, time, target.Rest, trail, deadline);
        if (answer.Stratum == 0) throw Kissed(answer, target.Rest);
        var (there, back) = (answer.Received - ours.Asked, answer.Sent - ours.Answered);
        var delay = ours.Answered - ours.Asked - (answer.Sent - answer.Received);
        if (delay < Duration.Zero - Jitter) throw EgressException.OfTarget(TargetFailure.Malformed, $"{target.Rest} says it held the question longer than the whole look took");
        var values = new Value?[NtpKind.Kind.Sees.Length];
        values[NtpKind.Offset] = Value.Of((there + back) / 2);
        values[NtpKind.Delay] = Value.Of(delay < Duration.Zero ? Duration.Zero : delay);
        values[NtpKind.Stratum] = Value.Of(answer.Stratum);
        values[NtpKind.Leap] = Value.Of(answer.Leap switch { 0 => "none", 1 => "added", 2 => "removed", _ => "unknown" });
        values[NtpKind.Synchronized] = Value.Of(answer.Leap != 3 && answer.Stratum < 16);
        values[NtpKind.Reference] = Value.Of(answer.Reference);
        values[NtpKind.RootDelay] = Value.Of(answer.RootDelay);
        values[NtpKind.RootDispersion] = Value.Of(answer.RootDispersion);
        values[NtpKind.Time] = Seen.Phase(phases.Total);
        values[NtpKind.Dns] = Seen.Phase(phases.Dns);
        values[NtpKind.Ip] = Value.Of(line.Address.ToString());
        return attempt.Answered([.. values], answer.Stratum, NtpMessage.Length, $"stratum {answer.Stratum}, set by {answer.Reference}, its time {answer.Sent}") with { Phases = phases };
    }

    /// <summary>Asks until an answer to one of our questions comes. By our clock: when that was asked, and when its answer was there.</summary>
    private static async ValueTask<(NtpMessage Answer, (Instant Asked, Instant Answered) Ours, Phases Phases)> AskAsync(
        DatagramLine line, TimeProvider time, string where, DialTrail trail, CancellationToken deadline)
    {
        var asked = new List<(ulong Nonce, Instant At, long Mark)>(2);
        while (true)
        {
            var nonce = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));
            asked.Add((nonce, Instant.From(time.GetUtcNow()), time.GetTimestamp()));
            await line.SendAsync(NtpMessage.Question(nonce), deadline);
            using var patience = asked.Count == 1 ? new CancellationTokenSource(AskAgainAfter.ToTimeSpan(), time) : new CancellationTokenSource();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, deadline);
            try
            {
                while (true)
                {
                    var message = await line.ReceiveAsync(either.Token);
                    var (now, mark) = (Instant.From(time.GetUtcNow()), time.GetTimestamp());
                    // What answers no question of ours was made by somebody who did not see it.
                    var question = asked.FindIndex(one => one.Nonce == NtpMessage.NonceOf(message.Span));
                    if (question < 0 && message.Length >= NtpMessage.Length) continue;
                    var phases = trail.Phases;
                    var answer = Read(message.Span, now, where);
                    var took = Duration.From(time.GetElapsedTime(asked[question].Mark, mark));
                    var jump = now - asked[question].At - took;
                    jump = Duration.Milliseconds((long)Math.Round(jump.Nanoseconds / (decimal)Duration.PerMillisecond));
                    if (jump > Jitter || jump < Duration.Zero - Jitter) throw EgressException.OfUs(GapCause.Clock, $"our own clock was set by {jump.ToWords()} during the look");
                    return (answer, (asked[question].At, now), phases with { FirstByte = Math.Max(1000, took.Nanoseconds) });
                }
            }
            catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
            {
                // Nothing came: asked again, and an answer to the first question still counts.
            }
        }
    }

    private static NtpMessage Read(ReadOnlySpan<byte> message, Instant now, string where)
    {
        try
        {
            return NtpMessage.Read(message, now);
        }
        catch (InvalidDataException fault)
        {
            throw EgressException.OfTarget(TargetFailure.Malformed, $"{where} sent an answer that cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Stratum 0 tells no time but why there is none (RFC 5905 §7.4).</summary>
    private static EgressException Kissed(NtpMessage answer, string where) => answer.Reference == "RATE"
        ? EgressException.OfUs(GapCause.Budget, $"{where} tells no time: kiss of death RATE (it is asked too often: look less often)")
        : EgressException.OfTarget(TargetFailure.ReportedFailure, $"{where} refuses to tell the time: kiss of death {answer.Reference} ({answer.Reference switch
        {
            "DENY" or "RSTR" => "it does not serve this address",
            "INIT" or "STEP" => "its own clock is not set yet",
            _ => "a word of its own",
        }})");
}
