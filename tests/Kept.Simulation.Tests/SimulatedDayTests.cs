using Kept.Simulation.Tests.World;
using Xunit;

namespace Kept.Simulation.Tests;

/// <summary>Days of the whole core in one thread: whatever happens, nothing acknowledged is lost, nothing is invented, nothing is missing without a word, and all becomes well.</summary>
public sealed class SimulatedDayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30).Where(n => Environment.GetEnvironmentVariable("KEPT_SIM_SEED") is not { } only || only == $"{n}")];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_invariant_holds_on_a_simulated_day(int seed)
    {
        var day = Day.Of(seed);
        Assert.True(day.Broken.Count == 0, $"seed {seed}, {day.Steps} steps, {day.Looks} looks, {day.Crashes} crashes:\n{string.Join('\n', day.Broken)}");
    }
}
