using System.Diagnostics;
using Kept.Simulation.Tests.World;
using Xunit;

namespace Kept.Simulation.Tests;

/// <summary>Figures for docs/benchmarks.md and docs/reliability.md; by name only.</summary>
public sealed class Measurements
{
    [Fact(Explicit = true)]
    public void A_day_with_a_hundred_thousand_looks()
    {
        var watch = Stopwatch.StartNew();
        var day = Day.Of(7, promises: 80, every: "60s");
        Console.WriteLine($"{day.Looks:N0} looks, {day.Steps} steps, {day.Crashes} crashes, {day.Messages} messages in {watch.Elapsed.TotalSeconds:N1} s; {day.Broken.Count} invariants broken");
    }

    [Fact(Explicit = true)]
    public void After_how_many_seeds_each_planted_bug_is_found()
    {
        foreach (var planted in Enum.GetValues<Planted>().Where(one => one != Planted.None))
        {
            var watch = Stopwatch.StartNew();
            var (found, tries) = PlantedBugTests.Seeds(planted);
            Console.WriteLine($"| {planted} | {(found is null ? "not found" : found.Broken[0].Split(' ')[0])} | {tries} | {watch.Elapsed.TotalSeconds:N1} s |");
        }
    }
}
