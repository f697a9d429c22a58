using System.Security.Cryptography;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.WebSocket;

/// <summary>Opens, may ping, send and read, and closes.</summary>
internal static class WebSocketLook
{
    private const long LargestMessage = 16 * 1024 * 1024;

    /// <summary>How long the server's own close is waited for, where the check asks for its code: the rest of a look is not spent on a goodbye.</summary>
    private static readonly TimeSpan PatienceToClose = TimeSpan.FromSeconds(1);

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, time, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, TimeProvider time, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail, target) = (attempt.Request.Check, attempt.Trail, attempt.Request.Check.Target);
        var ask = Opening.AskFor(attempt);
        var plan = new Plan(
            check.Setting<FieldValue.Text>("send")?.Content is { Length: > 0 } said ? attempt.Expand(said) : null,
            check.Setting<FieldValue.Text>("reads")?.Content is { Length: > 0 } wanted ? attempt.Expand(wanted) : null,
            check.Setting<FieldValue.YesNo>("ping") is { IsYes: true });
        var limit = Math.Clamp(check.Setting<FieldValue.Bytes>("body-limit")?.Count ?? 64 * 1024, 1, LargestMessage);
        Stream stream = target.Rest.StartsWith("wss:", StringComparison.Ordinal)
            ? await dialer.ConnectTlsAsync(target.Host, target.Port, null, acceptsAny: false, [], attempt.Request.Trust, trail, deadline)
            : await dialer.ConnectAsync(target.Host, target.Port, attempt.Request.Trust, trail, deadline);
        await using var lines = new Lines(stream, attempt, deadline);
        await lines.WriteAsync(Encoding.UTF8.GetBytes(ask.Text));
        var chosen = await Opening.ReadAsync(lines, ask);
        var talk = new Talk(new Frames(lines.Rest.Stream, lines.Rest.Ahead, limit, lines.Where), limit);
        var (answer, answeredAfter, pongAfter) = await TalkAsync(talk, plan, lines, trail, Seen.IsExpected(check, name => name is "close-code" or "close-reason" or "answer"), deadline);
        var phases = trail.Phases with { FirstByte = lines.FirstByte };
        await LeaveAsync(talk, check.Expect.IsEmpty || Seen.IsAsked(check, name => name is "close-code" or "close-reason"), time, deadline);
        var text = attempt.Redact(answer is null ? "" : Excerpt.Decode(answer.Content.Span));
        var values = new Value?[WebSocketKind.Kind.Sees.Length];
        values[WebSocketKind.Opened] = Value.Of(true);
        values[WebSocketKind.Answer] = new Value.Body(text);
        values[WebSocketKind.Frame] = answer is null ? null : Value.Of(answer.IsText ? "text" : "binary");
        values[WebSocketKind.Size] = Value.Of(Quantity.Bytes(answer?.Content.Length ?? 0));
        values[WebSocketKind.Subprotocol] = chosen is null ? null : Value.Of(chosen);
        values[WebSocketKind.CloseCode] = talk.Closed is { } closed ? Value.Of(closed.Code) : null;
        values[WebSocketKind.CloseReason] = talk.Closed is { Reason.Length: > 0 } told ? Value.Of(attempt.Redact(told.Reason)) : null;
        values[WebSocketKind.Time] = Seen.Phase(phases.Total);
        values[WebSocketKind.Dns] = Seen.Phase(phases.Dns);
        values[WebSocketKind.Connect] = Seen.Phase(phases.Connect);
        values[WebSocketKind.Tls] = Seen.Phase(phases.Tls);
        values[WebSocketKind.FirstByte] = Seen.Phase(phases.FirstByte);
        values[WebSocketKind.TimeAnswer] = Seen.Phase(answeredAfter);
        values[WebSocketKind.TimePong] = Seen.Phase(pongAfter);
        values[WebSocketKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
        Seen.AddTls(trail.Tls, attempt.StartedAt, values.AsSpan(WebSocketKind.OfTls));
        return attempt.Answered([.. values], 101, answer?.Content.Length ?? 0, Excerpt.Of(text)) with { Phases = phases };
    }

    /// <param name="Send">A text to send.</param>
    /// <param name="Reads">Read until a message holds this.</param>
    /// <param name="Pings">Send a ping and wait for its pong.</param>
    private readonly record struct Plan(string? Send, string? Reads, bool Pings);

    /// <summary>The message that was waited for, and after how long it and the pong came; −1 for what was not waited for.</summary>
    private static async ValueTask<(Message? Answer, long AnsweredAfter, long PongAfter)> TalkAsync(
        Talk talk, Plan plan, Lines lines, DialTrail trail, bool mayClose, CancellationToken deadline)
    {
        var (answered, pong) = (-1L, -1L);
        Message? answer = null;
        var began = trail.Phases.Total;
        if (plan.Pings) await talk.PingAsync(RandomNumberGenerator.GetBytes(8), deadline);
        if (plan.Send is not null) await talk.SendAsync(plan.Send, deadline);
        trail.Reading(answered: false);
        var isDue = plan.Send is not null || plan.Reads is not null;
        while (isDue && answer is null || talk.AwaitsPong)
        {
            var message = await talk.NextAsync(deadline);
            if (plan.Pings && pong < 0 && !talk.AwaitsPong) pong = Math.Max(1000, trail.Phases.Total - began);
            if (message is not null && isDue && answer is null && (plan.Reads is null || Excerpt.Decode(message.Content.Span).Contains(plan.Reads, StringComparison.Ordinal)))
                (answer, answered) = (message, Math.Max(1000, trail.Phases.Total - began));
            if (message is not null) trail.Reading(answered: true);
            if (talk.Closed is not { } closed) continue;
            if (plan.Reads is not null && answer is null) throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} {closed.Words} before it sent the text that 'reads' names");
            if (talk.AwaitsPong) throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} {closed.Words} before it answered our ping");
            if (closed == Closing.Cut && isDue && answer is null) throw EgressException.OfTarget(TargetFailure.Reset, $"{lines.Where} cut the connection before it answered");
            if (isDue && answer is null && !mayClose) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{lines.Where} {closed.Words} instead of answering");
            break; // it closed instead of answering: that, and with which code, is what was seen
        }
        return (answer, answered, pong);
    }

    /// <summary>Closes in order; what was seen stands by then, so a server that cuts the connection instead fails nothing.</summary>
    private static async ValueTask LeaveAsync(Talk talk, bool waits, TimeProvider time, CancellationToken deadline)
    {
        using var patience = new CancellationTokenSource(PatienceToClose, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, deadline);
        try
        {
            await talk.CloseAsync(either.Token);
            while (waits && talk.Closed is null) await talk.NextAsync(either.Token);
        }
        catch (Exception fault) when (fault is EgressException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // No close, or none that can be read: it has no code.
        }
    }
}
