using Kept.Ledger;
using Kept.Model;
using Kept.Server.Hosting;
using Kept.Server.Machine;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>What this machine lacks is found at the start, told in the log, and shown on the page of the engine.</summary>
public sealed class SelfCheckTests : IDisposable
{
    private readonly MadeHouse _house = new();
    private readonly Overheard _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(-60, 1_000_000, "the clock of this machine says")]
    [InlineData(60, 2_000, "may open 2,000 files")]
    [InlineData(60, 1_000_000, null)]
    [InlineData(60, null, null)]
    public void A_clock_before_the_ledger_and_too_few_files_are_told(int secondsAfterTheNewestEntry, int? files, string? told)
    {
        var newest = _house.Ledger.Entries(new EntryQuery(Limit: 1, NewestFirst: true))[0].Recorded;
        var check = new SelfCheck(new FakeTimeProvider((newest + Duration.Seconds(secondsAfterTheNewestEntry)).ToDateTimeOffset()), _log);
        check.Run(_house.Ledger, 1000, files);
        if (told is null) Assert.Empty(check.Findings);
        else Assert.Contains(told, Assert.Single(check.Findings), StringComparison.Ordinal);
        Assert.Equal(check.Findings.Count, _log.Warnings.Count);
    }

    [Fact]
    public void A_ledger_that_does_not_answer_is_left_to_the_engine()
    {
        _house.Ledger.Fault = new LedgerException("S09", "The disk failed");
        var check = new SelfCheck(new FakeTimeProvider(), _log);
        check.Run(_house.Ledger, 10, null);
        Assert.Empty(check.Findings);
    }

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             1024                 524288               processes ", null)]
    public void The_limit_of_files_is_read_as_Linux_tells_it(string line, long? allowed) => Assert.Equal(allowed, MachineExam.Allowed(["Limit  Soft Limit  Hard Limit  Units", line]));

    [Fact]
    public async Task The_page_of_the_engine_shows_it()
    {
        await using var web = await RunningWeb.StartAsync(WithKept(), with: sight => sight with { Findings = () => ["the clock of this machine says something else"] });
        Assert.Contains("the clock of this machine says something else", await web.GetAsync("/agents/kept"), StringComparison.Ordinal);
    }

    private MadeHouse WithKept()
    {
        var own = new Agent { Id = "kept", Name = "Kept", At = new Place(new SourceFile(OwnDocument.Path), 1, 1, 1) };
        _house.Replace(_house.View with { House = _house.View.House with { Agents = [.. _house.View.House.Agents, own] } });
        return _house;
    }
}
