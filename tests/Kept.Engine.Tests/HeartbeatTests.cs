using System.Text;
using Kept.Engine.Tests.World;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

[Collection(Alone.Name)]
public sealed class HeartbeatTests
{
    internal const string Backup = """
        kept: 1
        agent: web
        domains: [web.example]
        promises:
          backup@1:
            version: 1.0
            benefit: Your files are saved every hour.
            to: anyone
            docs: docs/backup.md
            notice: 30d
            keeps: [ 'availability >= 90% over 7d' ]
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
            check: { heartbeat: hourly-backup, every: 1h, grace: 10m }
        """;

    internal static HouseWorld Running()
    {
        var world = new HouseWorld();
        world.Run(Backup);
        world.Advance(TimeSpan.FromSeconds(5));
        return world;
    }

    internal static BeatAnswer? Beat(HouseWorld world, BeatKind kind = BeatKind.Success, int exitCode = 0, string? body = null)
    {
        var heard = world.Beat(new Beat("hourly-backup", kind, exitCode, body, "192.0.2.7"));
        world.Advance(TimeSpan.FromMilliseconds(10));
        return heard;
    }

    [Fact]
    public void Before_its_first_call_it_is_unknown_and_never_broken()
    {
        using var world = Running();
        world.Advance(TimeSpan.FromHours(30));
        Assert.Equal(Outcome.Unknown, world.Verdict("backup@1").Outcome);
        Assert.All(world.LooksOf("backup@1"), look => Assert.Equal(GapCause.NotArmed, look.Gap));
        Assert.Equal(30, world.LooksOf("backup@1").Count);
        Assert.Null(world.Promise("backup@1").Checks[0].NextDue);
        Assert.Equal("/beat/hourly-backup", world.Promise("backup@1").Checks[0].BeatPath);
        world.Stop();
    }

    [Fact]
    public void Its_calls_keep_the_promise_and_silence_beyond_the_grace_breaks_it()
    {
        using var world = Running();
        for (var hour = 0; hour < 5; hour++)
        {
            Assert.Equal(BeatAnswer.Heard, Beat(world));
            Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
            world.Advance(TimeSpan.FromMinutes(60));
        }
        var last = world.Now;
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Equal(TargetFailure.Silent, world.LooksOf("backup@1")[^1].Failure);
        world.Advance(TimeSpan.FromHours(3));
        Assert.Equal(4, world.LooksOf("backup@1").Count(look => look.Failure == TargetFailure.Silent));
        Assert.Equal(BeatAnswer.Heard, Beat(world));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_reported_failure_and_an_exit_code_break_it_at_once_with_what_was_sent()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(30));
        Beat(world, BeatKind.Fail, body: "disk full");
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        var evidence = Encoding.UTF8.GetString(world.Ledger.EvidenceOf(world.Promise("backup@1").Checks[0].Series, 1)[0].Body.Span);
        Assert.Contains("disk full", evidence, StringComparison.Ordinal);
        world.Advance(TimeSpan.FromMinutes(30));
        Beat(world);
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(30));
        Beat(world, BeatKind.ExitCode, 3);
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Equal(3, world.LooksOf("backup@1")[^1].Code);
        world.Stop();
    }

    [Fact]
    public void Where_the_document_speaks_of_exit_codes_its_expectation_decides()
    {
        using var world = new HouseWorld();
        world.Run(Backup.Replace("grace: 10m", "grace: 10m, expect: [ 'exit-code in [0, 3]' ]", StringComparison.Ordinal));
        world.Advance(TimeSpan.FromSeconds(5));
        Beat(world, BeatKind.ExitCode, 3);
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(5));
        Beat(world, BeatKind.ExitCode, 4);
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_start_is_no_look_and_gives_the_next_call_its_duration()
    {
        using var world = Running();
        Beat(world, BeatKind.Start);
        Assert.DoesNotContain(world.LooksOf("backup@1"), look => look.Class != LookClass.Gap);
        world.Advance(TimeSpan.FromSeconds(90));
        Beat(world);
        Assert.InRange(world.LooksOf("backup@1")[^1].Phases.Total, 90_000_000_000, 90_100_000_000);
        world.Stop();
    }

    [Fact]
    public void A_job_that_calls_in_a_loop_is_one_look_a_second()
    {
        using var world = Running();
        for (var i = 0; i < 500; i++) Beat(world); // each takes ten milliseconds here
        Assert.InRange(world.LooksOf("backup@1").Count(look => look.Class == LookClass.Good), 5, 6);
        Beat(world, BeatKind.Fail);
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome); // another word is never swallowed
        world.Stop();
    }

    [Fact]
    public void Whatever_a_key_says_however_often_costs_four_looks_a_second_and_its_failures_are_always_heard()
    {
        using var world = Running();
        Beat(world);
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var kind = (BeatKind)random.Next(4);
            var answer = Beat(world, kind, kind == BeatKind.ExitCode ? random.Next(2) : 0); // each takes ten milliseconds here
            if (answer == BeatAnswer.TooOften) refused++;
            if (kind == BeatKind.Fail) Assert.Equal((BeatAnswer.Heard, Outcome.Broken), (answer, world.Verdict("backup@1").Outcome));
            if (answer == BeatAnswer.TooOften) Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome); // what was refused did not count
        }
        var looks = world.LooksOf("backup@1").Where(look => look.Class != LookClass.Gap).ToList();
        Assert.InRange(looks.Count, 20, 80);
        Assert.True(refused > 500);
        Assert.All(looks, look => Assert.InRange(looks.Count(other => other.Slot >= look.Slot && other.Slot - look.Slot < Duration.Seconds(1)), 1, 4));
        Assert.Equal(0, world.View.Figures.UnrecordedLooks);
        for (var i = 0; i < 3; i++)
        {
            world.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(BeatAnswer.Heard, Beat(world));
        }
        Assert.Equal(LookClass.Good, world.LooksOf("backup@1")[^1].Class);
        world.Stop();
    }

    public static readonly TheoryData<string, BeatKind, int, string?> FailuresByTheDocument = new()
    {
        { "exit-code in [0, 3]", BeatKind.ExitCode, 4, null },
        { "exit-code == 0", BeatKind.ExitCode, 1, null },
        { "body.saved == true", BeatKind.Success, 0, """{ "saved": false }""" },
        { "exit-code in [0, 3]", BeatKind.Fail, 0, null },
    };

    [Theory]
    [MemberData(nameof(FailuresByTheDocument))]
    public void What_the_document_calls_a_failure_is_never_lost_behind_a_success_of_the_same_second(string expected, BeatKind kind, int code, string? body)
    {
        using var world = new HouseWorld();
        world.Run(Backup.Replace("grace: 10m", $"grace: 10m, expect: [ '{expected}' ]", StringComparison.Ordinal));
        world.Advance(TimeSpan.FromSeconds(5));
        const string Saved = """{ "saved": true }""";
        Assert.Equal(BeatAnswer.Heard, Beat(world, body: Saved));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        Assert.Equal(BeatAnswer.Heard, Beat(world, kind, code, body));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Equal([LookClass.Good, LookClass.Bad], Calls(world).Select(look => look.Class));
        for (var i = 0; i < 20; i++) Assert.Equal(BeatAnswer.Heard, Beat(world, kind, code, body)); // the same word again is nothing new
        Assert.Equal(2, Calls(world).Count);
        Assert.Equal(BeatAnswer.Heard, Beat(world, body: Saved)); // over, once a second
        Assert.Equal(BeatAnswer.Heard, Beat(world, kind, code, body));
        Assert.Equal(BeatAnswer.TooOften, Beat(world, body: Saved));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(BeatAnswer.Heard, Beat(world, body: Saved));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        Assert.Equal([LookClass.Good, LookClass.Bad, LookClass.Good, LookClass.Bad, LookClass.Good], Calls(world).Select(look => look.Class));
        world.Stop();
    }

    [Fact]
    public void A_recovery_is_refused_only_while_a_second_has_not_passed_since_the_one_before()
    {
        using var world = Running();
        var word = BeatKind.Fail;
        for (var i = 0; i < 10; i++) // within a second of each other, but recoveries further apart
        {
            Assert.Equal(BeatAnswer.Heard, Beat(world, word));
            world.Advance(TimeSpan.FromMilliseconds(600));
            word = word == BeatKind.Fail ? BeatKind.Success : BeatKind.Fail;
        }
        Assert.Equal(10, Calls(world).Count);
        world.Stop();
    }

    [Fact]
    public void An_end_that_was_nothing_new_ends_what_had_begun()
    {
        using var world = new HouseWorld();
        world.Run(Backup.Replace("grace: 10m", "grace: 10m, expect: [ 'not has(duration) or duration < 5m' ]", StringComparison.Ordinal));
        world.Advance(TimeSpan.FromSeconds(5));
        Beat(world);
        Beat(world, BeatKind.Start);
        Beat(world); // within the second: nothing new to keep
        world.Advance(TimeSpan.FromMinutes(60));
        Beat(world); // it began nothing, so it took no hour
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        Assert.Equal(-1, Calls(world)[^1].Phases.Total);
        world.Stop();
    }

    [Fact]
    public void A_call_while_storage_fails_is_not_told_as_recorded_and_is_recorded_when_it_works_again()
    {
        using var world = Running();
        Assert.Equal(BeatAnswer.Heard, Beat(world));
        world.Advance(TimeSpan.FromMinutes(30));
        world.Ledger.IsFull = true;
        world.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(BeatAnswer.Noted, Beat(world)); // the first to meet the full disk
        world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(BeatAnswer.Noted, Beat(world));
        Assert.Single(Calls(world));
        world.Ledger.IsFull = false;
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(3, Calls(world).Count);
        Assert.Equal(BeatAnswer.Heard, Beat(world));
        world.Stop();
    }

    [Fact]
    public void What_a_crash_forgets_was_never_told_as_recorded()
    {
        using var world = Running();
        Assert.Equal(BeatAnswer.Heard, Beat(world));
        world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(BeatAnswer.Noted, Beat(world, BeatKind.Start));
        world.Ledger.IsFull = true;
        Assert.Equal(BeatAnswer.Noted, Beat(world));
        world.Kill();
        world.Ledger.IsFull = false;
        world.Run(Backup);
        world.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(Calls(world));
        world.Stop();
    }

    private static List<LookRecord> Calls(HouseWorld world) => [.. world.LooksOf("backup@1").Where(look => look.Class != LookClass.Gap)];

    [Fact]
    public void A_flood_of_calls_leaves_two_looks_and_little_memory()
    {
        using var world = Running();
        var beat = new Beat("hourly-backup", BeatKind.Success, 0, new string('x', 10_000), "192.0.2.7");
        Flood(); // buffers of this world grow to their size
        var held = GC.GetTotalMemory(forceFullCollection: true);
        Flood();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - held;
        Assert.True(grown < 1_000_000, $"20,000 calls left {grown:N0} bytes");
        Assert.Equal(2, world.LooksOf("backup@1").Count(look => look.Class == LookClass.Good)); // a second's worth each
        world.Stop();

        void Flood()
        {
            for (var i = 0; i < 20_000; i++) world.On(() => _ = world.House.BeatAsync(beat, CancellationToken.None).AsTask());
            world.Advance(TimeSpan.FromSeconds(1.5));
        }
    }

    [Fact]
    public void A_restart_remembers_the_last_call_and_its_deadline()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(10));
        world.Stop();
        world.Advance(TimeSpan.FromMinutes(1));
        world.Run(Backup);
        world.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void Silence_while_nobody_was_here_to_listen_is_a_gap()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(40));
        world.Kill();
        world.Advance(TimeSpan.FromHours(2));
        world.Run(Backup);
        world.Advance(TimeSpan.FromMinutes(30));
        Assert.NotEqual(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Contains(world.LooksOf("backup@1"), look => look.Gap == GapCause.Restarted);
        world.Advance(TimeSpan.FromMinutes(45)); // since the start a whole period and the grace went by
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void An_unknown_key_is_told_so_and_a_broken_disk_keeps_nobody_waiting()
    {
        using var world = Running();
        Assert.Equal(BeatAnswer.NoSuchKey, world.Beat(new Beat("nobody", BeatKind.Success, 0, null, null)));
        world.Ledger.IsFull = true;
        Assert.Equal(BeatAnswer.Noted, Beat(world));
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(BeatAnswer.Noted, Beat(world));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Ledger.IsFull = false;
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Contains(world.LooksOf("backup@1"), look => look.Class == LookClass.Good);
        world.Stop();
    }

    [Fact]
    public void Two_calls_of_one_moment_are_both_on_record_and_the_worse_word_stands_after_a_crash()
    {
        using var world = Running();
        world.On(() =>
        {
            _ = world.House.BeatAsync(new Beat("hourly-backup", BeatKind.Success, 0, null, null), CancellationToken.None).AsTask();
            _ = world.House.BeatAsync(new Beat("hourly-backup", BeatKind.Fail, 0, null, null), CancellationToken.None).AsTask();
            _ = world.House.BeatAsync(new Beat("hourly-backup", BeatKind.Fail, 0, null, null), CancellationToken.None).AsTask();
        });
        world.Advance(TimeSpan.FromMilliseconds(50));
        var before = world.Verdict("backup@1").Outcome;
        var calls = world.LooksOf("backup@1").Where(look => look.Class != LookClass.Gap).ToList();
        Assert.Equal([LookClass.Bad, LookClass.Good], calls.Select(look => look.Class).Order().Reverse());
        Assert.Equal(calls[^1].Class == LookClass.Bad ? Outcome.Broken : Outcome.Kept, before);
        world.Kill();
        world.Ledger.ForgetsCaches = true;
        world.Run(Backup);
        world.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void Silence_while_we_stood_still_is_ours()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(40));
        world.Clock.Freeze(TimeSpan.FromHours(2)); // stopped by a signal: both clocks go on, and nobody hears
        world.Advance(TimeSpan.FromMinutes(30));
        Assert.NotEqual(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Contains(world.LooksOf("backup@1"), look => look.Gap == GapCause.Local);
        world.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome); // it had a whole period and the grace
        world.Stop();
    }

    [Fact]
    public void A_short_pause_of_ours_over_the_deadline_only_moves_it_by_as_much()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(70) - TimeSpan.FromSeconds(2));
        world.Clock.Freeze(TimeSpan.FromSeconds(5));
        world.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        Assert.Equal(BeatAnswer.Heard, Beat(world)); // it waited for us
        Assert.Equal(Outcome.Kept, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(70) + TimeSpan.FromSeconds(1));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }
}

/// <summary>Tests that measure the memory of the process: nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
