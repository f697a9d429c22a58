using System.Globalization;
using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Loads are read only where a condition asks for them, spread over time, and bounded at once and per host.</summary>
public sealed class LoadTests
{
    private static string Agent(int i, string given, string host) => $$"""
        ---
        kept: 1
        agent: a{{i}}
        domains: [{{host}}]
        load: { from: 'metric rps at http://{{host}}/metrics/{{i}}' }
        promises:
          home@1:
            version: 1.0
            benefit: You see the home page.
            to: anyone
            {{given}}
            check: { http: 'GET https://{{host}}/', every: 10s, timeout: 5s, expect: [ 'status == 200' ] }

        """;

    private static string House(int agents, Func<int, string> given, Func<int, string> host) =>
        string.Concat(Enumerable.Range(0, agents).Select(i => Agent(i, given(i), host(i)))).Replace("        ", "", StringComparison.Ordinal);

    [Fact]
    public void Only_loads_that_a_condition_asks_for_are_read_each_in_its_own_place_in_time()
    {
        using var world = new HouseWorld();
        var reads = new List<(string Url, Instant At)>();
        world.ReadLoad = (source, _) =>
        {
            reads.Add((source.Url, world.Now));
            return ValueTask.FromResult<Quantity?>(Quantity.Rate(5, Duration.Seconds(1)));
        };
        world.Run(HouseWorld.Read(House(60, i => i % 2 == 0 ? "given: load <= 10/s" : "given: version == '1.0'", i => $"h{i}.example")));
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.All(reads, read => Assert.Equal(0, int.Parse(read.Url.Split('/')[^1], CultureInfo.InvariantCulture) % 2));
        Assert.Equal(30, reads.Select(read => read.Url).Distinct().Count());
        var steady = reads.Where(read => read.At - world.Now > Duration.Seconds(-30)).ToList();
        Assert.InRange(steady.Count, 50, 70); // each every fifteen seconds
        Assert.True(steady.GroupBy(read => read.At.Microseconds / 1_000_000).Max(second => second.Count()) < 12, "they come all at once");
        Assert.Equal(Outcome.Kept, world.Verdict("a0/home@1").Outcome);
        Assert.Equal(["a0"], world.View.Loads.Keys.Where(agent => agent is "a0" or "a1"));
        Assert.Equal(Quantity.Rate(5, Duration.Seconds(1)), world.View.Loads["a0"].KnownAt(world.View.AsOf));
        Assert.Null(world.View.Loads["a0"].KnownAt(world.View.AsOf + Duration.Minutes(2)));
        world.Stop();
    }

    [Theory]
    [InlineData(true, Keeper.LoadsPerHost)]
    [InlineData(false, Keeper.LoadsAtOnce)]
    public void Readings_under_way_are_bounded_at_once_and_per_host_and_all_have_their_turn(bool isOneHost, int most)
    {
        using var world = new HouseWorld();
        var (underWay, largest) = (0, 0);
        var seen = new HashSet<string>();
        world.ReadLoad = async (source, token) =>
        {
            seen.Add(source.Url);
            largest = Math.Max(largest, ++underWay);
            await Task.Delay(TimeSpan.FromSeconds(4), world.Clock, token);
            underWay--;
            return null;
        };
        world.Run(HouseWorld.Read(House(80, _ => "given: load <= 10/s", i => isOneHost ? "h.example" : $"h{i}.example")));
        world.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal(most, largest);
        Assert.Equal(80, seen.Count);
        world.Stop();
    }

    [Theory]
    [InlineData("given: during show", "availability >= 99% over 1h", true)]
    [InlineData("", "availability >= 99% over this day Europe/Brussels", true)]
    [InlineData("given: version == '1.0'", "availability >= 99% over 1h", false)]
    public void A_verdict_that_a_calendar_has_a_part_in_says_by_which_edition_of_the_time_zones(string given, string keeps, bool isSaid)
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise
            .Replace("domains: [web.example]", "domains: [web.example]\ncalendars: { show: { open: 'Mo-Su 00:00-24:00 Europe/Brussels' } }", StringComparison.Ordinal)
            .Replace("keeps: [ 'availability >= 99% over 1h' ]", $"keeps: [ '{keeps}' ]" + (given.Length > 0 ? "\n    " + given : ""), StringComparison.Ordinal));
        world.Advance(TimeSpan.FromSeconds(60));
        var told = world.Entries(EntryKinds.VerdictChanged);
        Assert.NotEmpty(told);
        Assert.All(told, entry => Assert.Equal(isSaid ? Kept.Judging.CalendarClock.TzdbVersion : null, EntryBodies.Text(entry, "tzdb")));
        world.Stop();
    }
}
