using CsCheck;
using Kept.Engine.Schedule;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests.Schedule;

public sealed class LatenessTests
{
    private static readonly Instant Now = new(1_800_000_000_000_000);

    [Fact]
    public void Percentiles_are_at_most_an_eighth_above_the_exact_ones_and_the_maximum_is_exact()
    {
        Gen.Long[0, 20_000_000].Array[1, 300].Sample(values =>
        {
            var lateness = new Lateness();
            foreach (var value in values) lateness.Add(Now, value);
            var (p50, p99, max) = lateness.Read(Now);
            var sorted = values.Order().ToArray();
            return Near(p50, sorted[((values.Length + 1) / 2) - 1]) && Near(p99, sorted[(((values.Length * 99) + 99) / 100) - 1]) && max.Nanoseconds == sorted[^1] * 1000;
        });

        static bool Near(Duration told, long exact) => told.Nanoseconds / 1000 >= exact && told.Nanoseconds / 1000 <= exact + (exact / 8) + 1;
    }

    [Fact]
    public void What_is_older_than_five_minutes_is_forgotten()
    {
        var lateness = new Lateness();
        lateness.Add(Now, 5_000_000);
        Assert.Equal(Duration.Seconds(5), lateness.Read(Now + Duration.Minutes(4)).Max);
        Assert.Equal(Duration.Zero, lateness.Read(Now + Duration.Minutes(6)).Max);
    }
}
