using Kept.Simulation.Tests.World;
using Xunit;

namespace Kept.Simulation.Tests;

/// <summary>Days of the whole core in one thread: whatever happens, nothing acknowledged is lost, nothing is invented, nothing is missing without a word, and all becomes well.</summary>
public sealed class SimulatedDayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 15)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_invariant_holds_on_a_simulated_day(int seed) => Holds(Day.Of(seed));

    /// <summary>The days that nobody has seen yet: for <c>./test --all</c>.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Many))]
    public void Every_invariant_holds_on_ten_more_days(int first)
    {
        for (var seed = first; seed < first + 10; seed++) Holds(Day.Of(seed));
    }

    public static TheoryData<int> Many => [.. Enumerable.Range(0, 30).Select(ten => 1_000 + 10 * ten)];

    internal static void Holds(Day day) => Assert.True(day.Broken.Count == 0, $"seed {day.Seed}, {day.Steps} steps, {day.Looks} looks, {day.Crashes} crashes:\n{string.Join('\n', day.Broken)}");
}

/// <summary>The other half of the fixed seeds: xunit runs classes beside each other.</summary>
public sealed class MoreSimulatedDaysTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(16, 15)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_invariant_holds_on_a_simulated_day(int seed) => SimulatedDayTests.Holds(Day.Of(seed));
}
