using Kept.Model;

namespace Kept.Checks.Ntp;

/// <summary>The kind <c>ntp</c>.</summary>
internal static class NtpKind
{
    public const int Offset = 0, Delay = 1, Stratum = 2, Leap = 3, Synchronized = 4, Reference = 5, RootDelay = 6, RootDispersion = 7, Time = 8, Dns = 9, Ip = 10;

    private static readonly Failure KissOfDeath = StandardFailures.Failing("kiss-of-death", "a server that refuses to tell the time (kiss of death)", TargetFailure.Refused);

    private static readonly Failure NotSynchronized = StandardFailures.Answering(
        "not-synchronized", "a server whose clock is not set", _ => [("synchronized", Value.Of(false)), ("stratum", Value.Of(16m)), ("leap", Value.Of("unknown")), ("reference", Value.Of("INIT"))]);

    private static readonly Failure OffsetLarge = StandardFailures.Answering("offset-large", "a clock that is a minute ahead", _ => [("offset", Value.Of(Duration.Minutes(1)))]);

    /// <summary>Its clock is set, by a chain of servers that each add their error.</summary>
    private static readonly Failure StratumHigh = StandardFailures.Answering("stratum-high", "a server fifteen steps away from a clock", _ => [("stratum", Value.Of(15m))], isGrave: false);

    public static readonly CheckKind Kind = new(
        "ntp", "Asks a time server what time it is, and compares it with our clock.", "HOST[:PORT]", text => Targets.HostAndPort(text, "ntp", 123, "ntp.shop.example"),
        Fields: [Settings.Addresses],
        Sees:
        [
            new("offset", ObservedForm.Quantity, Dimension.Time, "how far its clock is ahead of ours; negative where it is behind", Typical: Value.Of(Duration.Milliseconds(1))),
            new("delay", ObservedForm.Quantity, Dimension.Time, "the way there and back, without the time the server took", Typical: Value.Of(Duration.Milliseconds(20)), AtLeast: 0, IsOfLook: true),
            new("stratum", ObservedForm.Quantity, Dimension.Number, "how far it is from a clock of its own: 1 has one, 16 has none", Typical: Value.Of(2m), AtLeast: 1, AtMost: 255),
            new("leap", ObservedForm.Text, Dimension.Number, "whether the day ends with a leap second: 'none', 'added', 'removed'; 'unknown' where its clock is not set", Typical: Value.Of("none")),
            new("synchronized", ObservedForm.Flag, Dimension.Number, "its clock is set: a stratum below 16, and no alarm"),
            new("reference", ObservedForm.Text, Dimension.Number, "what it is set by: 'GPS' at stratum 1, else an address or a number made of one", Typical: Value.Of("192.0.2.1")),
            new("root-delay", ObservedForm.Quantity, Dimension.Time, "the way there and back between it and a clock of stratum 1", Typical: Value.Of(Duration.Milliseconds(10))),
            new("root-dispersion", ObservedForm.Quantity, Dimension.Time, "how far it may be wrong, by its own count", Typical: Value.Of(Duration.Milliseconds(5))),
            Seen.Time,
            Seen.TimeAndPhases[1],
            Seen.Ip,
        ],
        Failures: ["refused", "timeout", "name-not-found", KissOfDeath, NotSynchronized, OffsetLarge, StratumHigh, "ten-times-slower", "malformed"]);
}
