using CsCheck;
using Kept.Engine.Schedule;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests.Schedule;

public sealed class PhaseTests
{
    private static PromiseId Id(ulong n) => new(new Ulid(((UInt128)n * 0x9E37_79B9_7F4A_7C15UL) ^ n));

    [Fact]
    public void A_phase_never_changes_between_versions_because_slots_are_keys()
    {
        var id = new PromiseId(new Ulid(((UInt128)0x0123_4567_89AB_CDEFUL << 64) | 0xFEDC_BA98_7654_3210UL));
        Assert.Equal(528_404_199_313_687_706UL, Phase.Hash(id, "http"));
        Assert.NotEqual(Phase.Hash(id, "http"), Phase.Hash(id, "tls"));
    }

    [Fact]
    public void Phases_of_ten_thousand_promises_spread_evenly_over_their_minute()
    {
        var perSecond = new int[60];
        for (ulong n = 0; n < 10_000; n++) perSecond[Phase.Of(Id(n), "http", 60_000_000) / 1_000_000]++;
        // 166.7 on average, deviation 13: five deviations either side.
        Assert.All(perSecond, count => Assert.InRange(count, 100, 235));
    }

    [Fact]
    public void The_next_slot_is_the_first_one_later()
    {
        Gen.Select(Gen.Long[0, 999], Gen.Long[1, 1_000], Gen.Long[-5_000, 5_000]).Sample((phase, period, after) =>
        {
            phase %= period;
            var next = Phase.Next(phase, period, new Instant(after)).Microseconds;
            var slow = after + 1;
            while ((((slow - phase) % period) + period) % period != 0) slow++;
            return next == slow;
        });
    }

    [Fact]
    public void Slots_between_two_moments_are_counted_as_they_would_be_walked()
    {
        Gen.Select(Gen.Long[1, 50], Gen.Long[-500, 500], Gen.Long[-500, 500]).Sample((period, after, until) =>
        {
            var walked = 0;
            for (var slot = Phase.Next(3 % period, period, new Instant(after)); slot.Microseconds <= until; slot = Phase.Next(3 % period, period, slot)) walked++;
            return Phase.CountBetween(3 % period, period, new Instant(after), new Instant(until)) == walked;
        });
    }
}
