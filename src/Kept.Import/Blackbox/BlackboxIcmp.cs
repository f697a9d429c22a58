namespace Kept.Import.Blackbox;

/// <summary>The prober <c>icmp</c>: one echo, of a size and a reach that are not said here.</summary>
internal static class BlackboxIcmp
{
    public static void Read(Keys settings, BlackboxExpectations lines)
    {
        lines.Check.Field("packets", "1");
        lines.Expect("received >= 1", settings.Map.At);
        settings.Lost("payload_size", "the size of a packet cannot be said here");
        settings.Lost("dont_fragment", "that a packet must not be divided cannot be said here");
        settings.Lost("ttl", "how far a packet may go cannot be said here");
        lines.Network(settings);
    }
}
