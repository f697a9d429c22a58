using System.Net.Sockets;
using System.Security.Cryptography;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Icmp;

/// <summary>Sends its requests in their rhythm, takes answers meanwhile, and waits for the last ones.</summary>
internal static class IcmpLook
{
    private const int MostPackets = 50, MostDrained = 4096;
    private static readonly Duration ShortestInterval = Duration.Milliseconds(10), MostSpare = Duration.Milliseconds(250), UsualInterval = Duration.Milliseconds(200), UsualWait = Duration.Seconds(1);

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, time, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, TimeProvider time, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail) = (attempt.Request.Check, attempt.Trail);
        var plan = PlanOf(check);
        using var line = await DatagramLine.OverIcmpAsync(dialer, check.Target.Host, attempt.Request.Trust, trail, deadline);
        var (trips, hops) = await EchoAsync(line, time, plan, trail, deadline);
        var phases = trail.Phases;
        if (trips.Count == 0) throw EgressException.OfTarget(TargetFailure.TimedOut, $"{check.Target.Host} ({line.Address}) answered none of {plan.Packets} echo requests");
        trips.Sort();
        var (lost, median) = (plan.Packets - trips.Count, trips[trips.Count / 2]);
        var values = new Value?[IcmpKind.Kind.Sees.Length];
        values[IcmpKind.Sent] = Value.Of(plan.Packets);
        values[IcmpKind.Received] = Value.Of(trips.Count);
        values[IcmpKind.Lost] = Value.Of(lost);
        values[IcmpKind.Loss] = Value.Of(Quantity.Ratio((decimal)lost / plan.Packets));
        values[IcmpKind.RoundTripMin] = Value.Of(trips[0]);
        values[IcmpKind.RoundTripMedian] = Value.Of(median);
        values[IcmpKind.RoundTripMax] = Value.Of(trips[^1]);
        values[IcmpKind.Time] = Seen.Phase(phases.Total);
        values[IcmpKind.Dns] = Seen.Phase(phases.Dns);
        values[IcmpKind.Ip] = Value.Of(line.Address.ToString());
        return attempt.Answered([.. values], -1, 0, $"{trips.Count} of {plan.Packets} answered, the one in the middle after {median.ToWords()}") with { Phases = phases with { FirstByte = median.Nanoseconds }, Beside = hops is null ? null : new SeenBeside { HopLimit = hops } };
    }

    private readonly record struct Plan(int Packets, Duration Interval, Duration Wait, Duration Timeout)
    {
        /// <summary>What is not waited through of a time-out, for a part of the answers is an answer too.</summary>
        private static Duration SpareOf(Duration timeout) => Shorter(timeout / 5, MostSpare);

        /// <summary>What the last answer is planned to be waited for at least: less than half of it, and silence would say nothing of the host.</summary>
        public Duration LeastWait => Shorter(Wait, Timeout / 5);

        /// <summary>How long all requests together may take to be sent.</summary>
        public Duration MostSending => Timeout - SpareOf(Timeout) - LeastWait;

        /// <summary>How long to wait at the end of a look that took so long: within its own time-out, with some time to spare.</summary>
        public Duration WaitAfter(Duration took)
        {
            var left = Timeout - took - SpareOf(Timeout);
            return left < Duration.Zero ? Duration.Zero : Shorter(left, Wait);
        }

        private static Duration Shorter(Duration a, Duration b) => a < b ? a : b;
    }

    /// <summary>What cannot be is told before anything is sent.</summary>
    private static Plan PlanOf(Check check)
    {
        var packets = check.Setting<FieldValue.Whole>("packets")?.Number ?? 3;
        var interval = check.Setting<FieldValue.Length>("interval")?.Duration;
        if (packets is < 1 or > MostPackets) throw EgressException.OfUs(GapCause.Fault, $"the check sends {packets} packets; write packets: 1 to {MostPackets}");
        if (interval < ShortestInterval) throw EgressException.OfUs(GapCause.Fault, $"the check sends every {interval.Value.ToWords()}; write interval: {ShortestInterval} or more");
        var plan = new Plan((int)packets, interval ?? UsualInterval, check.Setting<FieldValue.Length>("wait")?.Duration ?? UsualWait, check.Timeout);
        // What nobody wrote is made to go in where it can.
        if (interval is null && packets > 1 && plan.MostSending / (packets - 1) is var fitting && fitting < plan.Interval) plan = plan with { Interval = fitting < ShortestInterval ? ShortestInterval : fitting };
        if (plan.Interval >= check.Timeout || plan.Interval * (packets - 1) > plan.MostSending)
            throw EgressException.OfUs(GapCause.Fault, $"{packets} packets, one every {plan.Interval.ToWords()}, and {plan.LeastWait.ToWords()} for the last answer do not go into the time-out of {check.Timeout.ToWords()}; write fewer packets, a shorter interval or a longer timeout");
        return plan;
    }

    /// <summary>The time of each answer that came, in no order; and how many further hops the last of them could have made, where that is shown.</summary>
    private static async ValueTask<(List<Duration> Trips, int? Hops)> EchoAsync(DatagramLine line, TimeProvider time, Plan plan, DialTrail trail, CancellationToken deadline)
    {
        var isSix = line.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var nonce = RandomNumberGenerator.GetBytes(EchoMessage.NonceLength);
        var id = (ushort)RandomNumberGenerator.GetInt32(65536);
        var sentAt = new List<long>(plan.Packets);
        var trips = new Duration?[plan.Packets];
        int? hops = null;
        while (true)
        {
            sentAt.Add(time.GetTimestamp());
            await line.SendAsync(EchoMessage.Request(isSix, id, (ushort)(sentAt.Count - 1), nonce), deadline);
            var isLast = sentAt.Count == plan.Packets;
            var pause = isLast ? plan.WaitAfter(new Duration(trail.Phases.Total)) : plan.Interval;
            if (isLast && pause < plan.LeastWait / 2) throw TooLate(trail, plan);
            var pausedAt = time.GetTimestamp();
            using var over = new CancellationTokenSource(pause.ToTimeSpan(), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, deadline);
            try
            {
                while (!isLast || Array.Exists(trips, trip => trip is null))
                {
                    Take(await line.ReceiveAsync(either.Token));
                }
            }
            catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
            {
                // The pause is over: the next request, or the end.
                if (Duration.From(time.GetElapsedTime(pausedAt)) is var took && took - pause > Attempt.Stalled)
                    throw EgressException.OfUs(GapCause.Late, $"we were held up ourselves: a pause of {pause.ToWords()} took {took.ToWords()}");
                // What came before it was over has come in time, also where we had no turn to read it.
                for (var i = 0; isLast && i < MostDrained && line.Waiting() is { } message; i++) Take(message);
            }
            if (isLast) return ([.. trips.OfType<Duration>()], hops);
        }

        void Take(ReadOnlyMemory<byte> message)
        {
            var now = time.GetTimestamp();
            if (EchoMessage.SequenceOf(message.Span, isSix, nonce) is not { } sequence || sequence >= sentAt.Count) return;
            trips[sequence] ??= new Duration(Math.Max(1000, Duration.From(time.GetElapsedTime(sentAt[sequence], now)).Nanoseconds)); // a second answer to one request is no answer
            hops = line.HopLimit;
            trail.Reading(answered: true);
        }
    }

    /// <summary>The requests are out and the last answer has no time left to come: that says nothing of the host.</summary>
    private static EgressException TooLate(DialTrail trail, Plan plan)
    {
        var (took, naming) = (new Duration(trail.Phases.Total), new Duration(Math.Max(0, trail.Phases.Dns)));
        return naming > took / 2
            ? EgressException.OfUs(GapCause.Resolver, $"our name server took {naming.ToWords()} of the time-out of {plan.Timeout.ToWords()}: too little was left for the answers")
            : EgressException.OfUs(GapCause.Late, $"we were held up ourselves: the requests were sent only after {took.ToWords()} of the time-out of {plan.Timeout.ToWords()}");
    }
}
