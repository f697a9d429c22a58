using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Icmp;

/// <summary>The kind <c>icmp</c>.</summary>
internal static class IcmpKind
{
    public const int Sent = 0, Received = 1, Lost = 2, Loss = 3, RoundTripMin = 4, RoundTripMedian = 5, RoundTripMax = 6, Time = 7, Dns = 8, Ip = 9;

    /// <summary>A single request is either answered or the look has failed.</summary>
    private static readonly Failure PacketsLost = StandardFailures.Answering("packets-lost", "half of the answers lost", look => Packets(look.Check) is var sent and > 1
        ? [("received", Value.Of(sent - ((sent + 1) / 2))), ("lost", Value.Of((sent + 1) / 2)), ("loss", Value.Of(Quantity.Ratio((decimal)((sent + 1) / 2) / sent)))]
        : [], isGrave: false);

    public static readonly CheckKind Kind = new(
        "icmp", "Sends echo requests (ping) and counts what comes back.", "HOST", ReadTarget,
        Fields:
        [
            new("packets", FieldForm.Whole, "how many echo requests, at most 50", "3"),
            new("interval", FieldForm.Duration, "from one request to the next, at least 10ms; shorter than usual where the time-out is, unless it is written", "200ms"),
            new("wait", FieldForm.Duration, "how long after the last request an answer is waited for", "1s"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("sent", ObservedForm.Quantity, Dimension.Number, "how many requests were sent", AtLeast: 1, AtMost: 50),
            new("received", ObservedForm.Quantity, Dimension.Number, "how many of them were answered; a host that answers none has failed", AtLeast: 1, AtMost: 50),
            new("lost", ObservedForm.Quantity, Dimension.Number, "how many were not", AtLeast: 0, AtMost: 49),
            new("loss", ObservedForm.Quantity, Dimension.Ratio, "their share: 33%", AtLeast: 0, AtMost: 1),
            new("round-trip.min", ObservedForm.Quantity, Dimension.Time, "the fastest answer", Typical: Value.Of(Duration.Milliseconds(20)), AtLeast: 0, IsOfLook: true),
            new("round-trip.median", ObservedForm.Quantity, Dimension.Time, "the answer in the middle; of an even number the slower of the two there", Typical: Value.Of(Duration.Milliseconds(20)), AtLeast: 0, IsOfLook: true),
            new("round-trip.max", ObservedForm.Quantity, Dimension.Time, "the slowest answer that came in time", Typical: Value.Of(Duration.Milliseconds(20)), AtLeast: 0, IsOfLook: true),
            Seen.Time with { Means = "the whole look, with the pauses between requests" },
            Seen.TimeAndPhases[1],
            Seen.Ip,
        ],
        Failures: ["timeout", "name-not-found", "unreachable", PacketsLost, "ten-times-slower"],
        Typical: Healthy);

    private static long Packets(Check check) => Math.Clamp(check.Setting<FieldValue.Whole>("packets")?.Number ?? 3, 1, 50);

    private static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check) =>
        [new("sent", Value.Of(Packets(check))), new("received", Value.Of(Packets(check))), new("lost", Value.Of(0m)), new("loss", Value.Of(Quantity.Ratio(0)))];

    private static TargetReading ReadTarget(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) return TargetReading.Wrong("the target is empty", "write a host: gateway.shop.example");
        if (trimmed.Contains("://", StringComparison.Ordinal)) return TargetReading.Wrong("an icmp check looks at a host, not at a URL", "write the host alone: gateway.shop.example; a URL is for the kind http");
        if (trimmed.Contains(' ')) return TargetReading.Wrong("a target is one word", "write a host: gateway.shop.example");
        var (host, port) = HostPort.Read(trimmed);
        if (host is null) return TargetReading.Wrong($"'{trimmed}' names no host", "write a host or an address: gateway.shop.example, 192.0.2.1, 2001:db8::1");
        var writesPort = trimmed.StartsWith('[') ? trimmed.Contains("]:", StringComparison.Ordinal) : trimmed.AsSpan().Count(':') == 1;
        return port != 0 || writesPort
            ? TargetReading.Wrong("echo requests know no ports", $"write the host alone: {host}; a port is for the kind tcp")
            : TargetReading.Of(new CheckTarget(text, host, 0, "", host));
    }
}
