using Kept.Simulation.Tests.World;
using Xunit;

namespace Kept.Simulation.Tests;

/// <summary>The checkers check: each bug that is put in on purpose is found, and named by the invariant that it breaks.</summary>
public sealed class PlantedBugTests
{
    private const int MostSeeds = 12;

    [Theory]
    [InlineData(Planted.LosesALook, "I1")]
    [InlineData(Planted.LosesTheEndAtACrash, "I1")]
    [InlineData(Planted.GoodForAGap, "I2")]
    [InlineData(Planted.InventsALook, "I2")]
    [InlineData(Planted.GoodForBad, "I2")]
    [InlineData(Planted.ShowsWhatIsOld, "I4")]
    [InlineData(Planted.LosesAVerdict, "I6")]
    [InlineData(Planted.BelievesItWasCarried, "I6")]
    [InlineData(Planted.TellsTwice, "I6")]
    [InlineData(Planted.TurnsABit, "I9")]
    [InlineData(Planted.TakesWhatIsBroken, "I15")]
    [InlineData(Planted.NeverLate, "I16")]
    public void It_is_found_within_a_few_seeds(Planted planted, string invariant)
    {
        var (found, tries) = Seeds(planted);
        Assert.True(found is not null, $"{planted} was not found by {MostSeeds} seeds");
        Assert.True(found.Broken.Any(what => what.StartsWith(invariant + " ", StringComparison.Ordinal)), $"{planted} was found by seed {found.Seed} as: {string.Join('\n', found.Broken.Take(5))}");
        Assert.InRange(tries, 1, MostSeeds);
    }

    /// <summary>Without one of them the same seeds find nothing: what finds bugs everywhere finds none.</summary>
    [Fact]
    public void Without_a_bug_nothing_is_found_by_the_same_seeds()
    {
        for (var seed = 101; seed < 105; seed++)
        {
            var day = Day.Of(seed, length: TimeSpan.FromHours(6));
            Assert.True(day.Broken.Count == 0, $"seed {seed}: {string.Join('\n', day.Broken)}");
        }
    }

    internal static (Day? Found, int Tries) Seeds(Planted planted)
    {
        for (var tries = 1; tries <= MostSeeds; tries++)
            if (Day.Of(100 + tries, planted, length: TimeSpan.FromHours(6)) is { Broken.Count: > 0 } found)
                return (found, tries);
        return (null, MostSeeds);
    }
}
