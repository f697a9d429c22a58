using System.Text;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>What callers of other tools tell beyond success and failure: which run, how long, why, and what says nothing of how they stand.</summary>
[Collection(Alone.Name)]
public sealed class HeartbeatRunsTests
{
    [Fact]
    public void An_end_finds_the_start_of_its_own_run_and_one_that_says_how_long_it_took_is_believed()
    {
        using var world = HeartbeatTests.Running();
        BeatAnswer? Of(BeatKind kind, string? run, Duration? took = null)
        {
            var heard = world.Beat(new Beat("hourly-backup", kind, 0, null, null) { Run = run, Took = took });
            world.Advance(TimeSpan.FromSeconds(2));
            return heard;
        }
        Of(BeatKind.Start, "a");
        world.Advance(TimeSpan.FromSeconds(58));
        Of(BeatKind.Start, "b");
        world.Advance(TimeSpan.FromSeconds(28));
        Of(BeatKind.Success, "b");
        Assert.Equal(Duration.Seconds(30), new Duration(world.LooksOf("backup@1")[^1].Phases.Total));
        Of(BeatKind.Success, "a");
        Assert.Equal(Duration.Seconds(92), new Duration(world.LooksOf("backup@1")[^1].Phases.Total));
        Of(BeatKind.Success, "a"); // it ended: nobody knows
        Assert.Equal(-1, world.LooksOf("backup@1")[^1].Phases.Total);
        Of(BeatKind.Success, null, Duration.Milliseconds(1250));
        Assert.Equal(Duration.Milliseconds(1250), new Duration(world.LooksOf("backup@1")[^1].Phases.Total));
        for (var run = 0; run < 1_001; run++) world.Beat(new Beat("hourly-backup", BeatKind.Start, 0, null, null) { Run = run.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        Of(BeatKind.Success, "0"); // of runs that never end the oldest are forgotten
        Assert.Equal(-1, world.LooksOf("backup@1")[^1].Phases.Total);
        world.Stop();
    }

    /// <summary>A job that begins each minute and takes half an hour has thirty runs under way.</summary>
    [Fact]
    public void Runs_that_overlap_find_their_own_start_and_one_that_never_ends_is_forgotten()
    {
        using var world = HeartbeatTests.Running();
        void Of(BeatKind kind, string run)
        {
            Assert.NotNull(world.Beat(new Beat("hourly-backup", kind, 0, null, null) { Run = run }));
            world.Advance(TimeSpan.FromSeconds(1));
        }
        Of(BeatKind.Start, "lost");
        for (var minute = 0; minute < 90; minute++)
        {
            Of(BeatKind.Start, $"r{minute}");
            if (minute >= 30)
            {
                Of(BeatKind.Success, $"r{minute - 30}");
                Assert.InRange(new Duration(world.LooksOf("backup@1")[^1].Phases.Total).Nanoseconds, 29 * 60 * Duration.PerSecond, 32 * 60 * Duration.PerSecond);
            }
            world.Advance(TimeSpan.FromSeconds(60 - (minute >= 30 ? 2 : 1)));
        }
        world.Advance(TimeSpan.FromHours(72));
        Of(BeatKind.Start, "new");
        Of(BeatKind.Success, "lost");
        Assert.Equal(-1, world.LooksOf("backup@1")[^1].Phases.Total);
        world.Stop();
    }

    [Fact]
    public void Logs_in_a_loop_do_not_fill_the_record_and_the_caller_is_told()
    {
        using var world = HeartbeatTests.Running();
        BeatAnswer? Log() => world.Beat(new Beat("hourly-backup", BeatKind.Log, 0, "half way", "192.0.2.7"));
        int InRecord() => world.Entries(Kept.Ledger.EntryKinds.BeatLogged).Count;
        for (var i = 0; i < 50; i++)
        {
            var answer = Log();
            if (i % 10 > 0) Assert.Equal(BeatAnswer.TooOften, answer);
            world.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(5, InRecord());
        for (var i = 0; i < 1_100; i++)
        {
            Log();
            world.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal(1_000, InRecord());
        Assert.Equal(BeatAnswer.TooOften, Log());
        world.Advance(TimeSpan.FromHours(24));
        Assert.NotEqual(BeatAnswer.TooOften, Log()); // another day
        world.Stop();
    }

    [Fact]
    public void What_it_says_of_its_failure_stands_beside_the_verdict_in_one_line()
    {
        using var world = HeartbeatTests.Running();
        world.Beat(new Beat("hourly-backup", BeatKind.Fail, 0, "disk\nfull", null) { Why = "disk\nfull" });
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Contains("failure: disk full", world.Verdict("backup@1").Reason, StringComparison.Ordinal);
        world.Stop();
    }

    [Fact]
    public void A_log_is_an_entry_and_neither_arms_it_nor_moves_its_deadline()
    {
        using var world = HeartbeatTests.Running();
        var log = new Beat("hourly-backup", BeatKind.Log, 0, "half way", "192.0.2.7");
        world.Beat(log);
        world.Advance(TimeSpan.FromHours(3));
        Assert.Equal(Outcome.Unknown, world.Verdict("backup@1").Outcome);
        Assert.Equal(BeatAnswer.Heard, HeartbeatTests.Beat(world));
        world.Advance(TimeSpan.FromMinutes(69));
        world.Beat(log);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        var entries = world.Entries(Kept.Ledger.EntryKinds.BeatLogged);
        Assert.Equal(2, entries.Count);
        Assert.All(entries, entry => Assert.Contains("\"said\":\"half way\"", Encoding.UTF8.GetString(entry.Body!.Value.Span), StringComparison.Ordinal));
        world.Stop();
    }
}
