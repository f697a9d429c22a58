using Kept.Model;

namespace Kept.Checks.Ntp;

/// <summary>The kind <c>ntp</c>.</summary>
internal static class NtpKind
{
    public const int Offset = 0, Delay = 1, Stratum = 2, Leap = 3, Synchronized = 4, Reference = 5, RootDelay = 6, RootDispersion = 7, Time = 8, Dns = 9, Ip = 10;

    public static readonly CheckKind Kind = new(
        "ntp", "Asks a time server what time it is, and compares it with our clock.", "HOST[:PORT]", text => Targets.HostAndPort(text, "ntp", 123, "ntp.shop.example"),
        Fields: [],
        Sees:
        [
            new("offset", ObservedForm.Quantity, Dimension.Time, "how far its clock is ahead of ours; negative where it is behind"),
            new("delay", ObservedForm.Quantity, Dimension.Time, "the way there and back, without the time the server took"),
            new("stratum", ObservedForm.Quantity, Dimension.Number, "how far it is from a clock of its own: 1 has one, 16 has none"),
            new("leap", ObservedForm.Text, Dimension.Number, "whether the day ends with a leap second: 'none', 'added', 'removed'; 'unknown' where its clock is not set"),
            new("synchronized", ObservedForm.Flag, Dimension.Number, "its clock is set: a stratum below 16, and no alarm"),
            new("reference", ObservedForm.Text, Dimension.Number, "what it is set by: 'GPS' at stratum 1, else an address or a number made of one"),
            new("root-delay", ObservedForm.Quantity, Dimension.Time, "the way there and back between it and a clock of stratum 1"),
            new("root-dispersion", ObservedForm.Quantity, Dimension.Time, "how far it may be wrong, by its own count"),
            Seen.Time,
            Seen.TimeAndPhases[1],
            Seen.Ip,
        ],
        Failures: ["refused", "timeout", "name-not-found", "kiss-of-death", "not-synchronized", "offset-large", "stratum-high", "ten-times-slower", "malformed"]);
}
