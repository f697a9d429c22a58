using Kept.Egress;
using Kept.Model;

namespace Kept.Tell;

/// <summary>One try of one message over its route, whatever the way; every fault of it is told in words.</summary>
internal static class Sending
{
    /// <summary>A receiver has so long for everything.</summary>
    public static readonly Duration Deadline = Duration.Seconds(20);

    /// <exception cref="OperationCanceledException">Of <paramref name="stopping"/>: we end.</exception>
    public static async Task<Receipt> TryAsync(Dialer dialer, TellRoute route, Message message, string house, string? pages, TimeProvider time, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), deadline, Deadline.ToTimeSpan(), Timeout.InfiniteTimeSpan);
        var used = new List<string>();
        try
        {
            return route.Kind switch
            {
                RouteKind.Webhook => await HttpWay.WebhookAsync(dialer, route, message, house, pages, time, used, deadline.Token),
                RouteKind.Ntfy => await HttpWay.NtfyAsync(dialer, route, message, pages, time, used, deadline.Token),
                _ => await MailWay.SendAsync(dialer, route, message, house, pages, time, used, deadline.Token),
            };
        }
        catch (EgressException fault)
        {
            return new Receipt(TryOutcome.Failed, Words.Plain(Secrets.Redact(fault.Message, used), 300));
        }
        catch (Exception) when (deadline.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return new Receipt(TryOutcome.Failed, $"no answer within {Deadline.ToWords()}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new Receipt(TryOutcome.Failed, $"a fault of ours: {fault.GetType().Name}");
        }
    }
}
