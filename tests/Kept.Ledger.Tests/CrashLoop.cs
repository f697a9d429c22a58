using System.Diagnostics;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>
/// I1: what was acknowledged is never lost, whenever the process is killed. A child (this program again) writes and says what was acknowledged; the parent kills it with
/// SIGKILL at a seeded moment and then reads the folder.
/// </summary>
public sealed class CrashLoop
{
    public const string ChildArgument = "--write-until-killed";

    [Fact]
    public async Task Nothing_acknowledged_is_lost_however_often_the_writer_is_killed()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(11);
        var (looks, entries) = (new HashSet<(int Epoch, int Number)>(), new HashSet<string>());
        for (var cycle = 0; cycle < 25; cycle++)
        {
            using var child = Child(folder.Path, "none");
            // from the first acknowledgement on: writing, sealing, or between them. Opening has its own points below
            var wanted = random.Next(1, 300);
            string? line;
            while (wanted-- > 0 && (line = await child.StandardOutput.ReadLineAsync()) is not null) Note(line);
            child.Kill();
            while ((line = await child.StandardOutput.ReadLineAsync()) is not null) Note(line);
            await child.WaitForExitAsync();
        }
        Assert.True(looks.Count > 500, $"{looks.Count} looks were acknowledged");
        Assert.True(entries.Count > 20, $"{entries.Count} entries were acknowledged");
        await CheckAsync(folder.Path, looks, entries);

        void Note(string line)
        {
            // a line without its end was cut off by the kill: it may be half a number
            if (line.Split(' ') is ["look", var epoch, var number, "."]) looks.Add((int.Parse(epoch), int.Parse(number)));
            else if (line.Split(' ') is ["entry", var body, "."]) entries.Add(body);
        }
    }

    [Theory]
    [InlineData("hot-before-write", 20)]
    [InlineData("hot-before-sync", 20)]
    [InlineData("hot-after-sync", 20)]
    [InlineData("entries-before-commit", 6)]
    [InlineData("entries-after-commit", 6)]
    [InlineData("sealing-packed", 1)]
    [InlineData("sealed-before-delete", 1)]
    [InlineData("segment-deleted", 1)]
    [InlineData("migration-before-commit", 1)]
    [InlineData("migration-before-commit", 2)]
    [InlineData("migration-after-commit", 1)]
    [InlineData("open-before-commit", 1)]
    [InlineData("open-after-commit", 1)]
    [InlineData("recovery-before-repair", 1)]
    [InlineData("backup-segments-copied", 1)]
    [InlineData("backup-before-rename", 1)]
    public async Task A_process_that_ends_between_two_steps_loses_nothing_and_doubles_nothing(string point, int hit)
    {
        using var folder = new TemporaryFolder();
        var (looks, entries) = (new HashSet<(int, int)>(), new HashSet<string>());
        if (point.StartsWith("recovery", StringComparison.Ordinal)) await RunAsync("hot-before-sync", 5);
        await RunAsync(point, hit);
        await CheckAsync(folder.Path, looks, entries);
        Assert.False(Directory.Exists(folder.Path + "-backup"), "an unfinished backup has no name");

        async Task RunAsync(string at, int times)
        {
            using var child = Child(folder.Path, $"{at}:{times}");
            while (await child.StandardOutput.ReadLineAsync() is { } line)
                if (line.Split(' ') is ["look", var epoch, var number, "."]) looks.Add((int.Parse(epoch), int.Parse(number)));
                else if (line.Split(' ') is ["entry", var body, "."]) entries.Add(body);
                else if (line == "backup .") Assert.Fail($"the child came past {at}");
            await child.WaitForExitAsync();
            Assert.Equal(137, child.ExitCode);
        }
    }

    private static async Task CheckAsync(string folder, HashSet<(int Epoch, int Number)> looks, HashSet<string> entries)
    {
        foreach (var left in Directory.GetDirectories(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + "-backup.partial*")) Directory.Delete(left, true);
        await using var ledger = SqliteLedger.Open(folder, Some.Clock(), new Random(2), Some.Eager());
        Assert.Empty(ledger.Verify(default).Problems);
        await CheckLooks();
        await ledger.UpkeepAsync(Some.Start + Duration.Days(1000), Duration.Days(4000), default);
        await CheckLooks();
        Assert.Empty(ledger.Verify(default).Problems);
        var bodies = ledger.Entries(new EntryQuery(Kind: EntryKinds.VerdictChanged, Limit: int.MaxValue)).Select(entry => System.Text.Encoding.UTF8.GetString(entry.Body!.Value.Span)).ToList();
        Assert.Subset(bodies.ToHashSet(), entries);
        Assert.Equal(bodies.Count, bodies.Distinct().Count());

        async Task CheckLooks()
        {
            var series = await Some.Series(ledger);
            var there = ledger.Looks(series, Instant.Min, Instant.Max).Select(look => (look.Epoch, look.Code)).ToList();
            Assert.Subset(there.ToHashSet(), looks);
            Assert.Equal(there.Count, there.Distinct().Count());
            Assert.Equal(there.Count, ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
        }
    }

    private static Process Child(string folder, string killAt) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [ChildArgument, folder, killAt])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>The child: looks, entries, sealing and at the end a backup, each told when it was acknowledged.</summary>
    internal static async Task<int> WriteUntilKilledAsync(string folder, string killAt)
    {
        var (point, left) = killAt.Split(':') is [var name, var times] ? (name, int.Parse(times)) : ("", 0);
        var clock = new FakeTimeProvider(Some.Start.ToDateTimeOffset());
        var output = Console.Out;
        await using var ledger = SqliteLedger.Open(folder, clock, new Random(Environment.ProcessId), Some.Eager(hit =>
        {
            // SIGKILL, as the kernel would: no handler, no flush, no finally
            if (hit == point && Interlocked.Decrement(ref left) == 0) Process.GetCurrentProcess().Kill();
        }));
        var series = await Some.Series(ledger);
        for (var i = 0; point.Length == 0 || i < 120; i++)
        {
            await Task.WhenAll(RecordAsync(2 * i), RecordAsync((2 * i) + 1));
            if (i % 7 == 3)
            {
                await ledger.AppendAsync([Some.Draft(EntryKinds.VerdictChanged, $"[{ledger.Epoch},{i}]"), Some.Draft(EntryKinds.VerdictChanged, $"[{ledger.Epoch},{i},2]")], default);
                lock (output) output.Write($"entry [{ledger.Epoch},{i}] .\nentry [{ledger.Epoch},{i},2] .\n");
            }
            if (i % 40 == 39) await ledger.UpkeepAsync(Some.Start, Duration.Days(4000), default);
        }
        await ledger.BackupAsync(folder + "-backup", default);
        output.Write("backup .\n");
        return 0;

        async Task RecordAsync(int number)
        {
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(number), ledger.Epoch, code: number)], [Some.Evidence(series, Some.Start + Duration.Seconds(number))], default);
            lock (output) output.Write($"look {ledger.Epoch} {number} .\n");
        }
    }
}
