using System.Diagnostics;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>K04 on a real full disk: a tmpfs of 3 MiB in a mount namespace of the child's own.</summary>
public sealed class FullDisk
{
    public const string ChildArgument = "--fill-disk";

    [Fact]
    public async Task A_disk_that_fills_up_is_told_loses_nothing_and_works_again_when_there_is_room()
    {
        using (var probe = Process.Start(new ProcessStartInfo("unshare", ["-rm", "true"]) { RedirectStandardError = true }))
        {
            await probe!.WaitForExitAsync();
            Repository.Require(probe.ExitCode == 0, "the right to make a mount namespace (unshare -rm)");
        }
        using var folder = new TemporaryFolder();
        using var child = Process.Start(new ProcessStartInfo("unshare",
            ["-rm", "sh", "-c", "mount -t tmpfs -o size=3m tmpfs \"$1\" && exec \"$0\" \"$2\" \"$1\"", Environment.ProcessPath!, folder.Path, ChildArgument])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await child.StandardOutput.ReadToEndAsync();
        Assert.Equal("looks refused, entries refused, all there", said.Trim() + (await child.StandardError.ReadToEndAsync()).Trim());
    }

    internal static async Task<int> FillAsync(string folder)
    {
        var ballast = Path.Combine(folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1 << 20]);
        var (looks, entries, lastLook) = (0, 0, (LookRecord?)null);
        await using (var ledger = SqliteLedger.Open(folder, Some.Clock(), new Random(1), LedgerOptions.Default))
        {
            var series = await Some.Series(ledger);
            try
            {
                for (; looks < 100_000; looks++)
                {
                    lastLook = Some.Look(series, Some.Start + Duration.Seconds(looks), ledger.Epoch);
                    await ledger.RecordAsync([lastLook], [Some.Evidence(series, lastLook.Slot, '"' + new string('x', 5000) + '"')], default);
                }
            }
            catch (LedgerException fault) when (fault.Code == "S02")
            {
                Console.Write("looks refused, ");
            }
            try
            {
                for (; entries < 1000; entries++) await ledger.AppendAsync([Some.Draft(EntryKinds.Stopped, '"' + new string('x', 50_000) + '"')], default);
            }
            catch (LedgerException fault) when (fault.Code == "S02")
            {
                Console.Write("entries refused, ");
            }
            File.Delete(ballast);
            await ledger.RecordAsync([lastLook!], [], default);
            await ledger.AppendAsync([Some.Draft(EntryKinds.Stopped)], default);
        }
        await using var again = SqliteLedger.Open(folder, Some.Clock(), new Random(1), LedgerOptions.Default);
        var holds = again.Verify(default).Holds && again.Looks(1, Instant.Min, Instant.Max).Count == looks + 1 && again.Entries(new EntryQuery(Kind: EntryKinds.Stopped)).Count == entries + 1;
        Console.WriteLine(holds ? "all there" : $"{string.Join("; ", again.Verify(default).Problems)} looks {looks} entries {entries}");
        return 0;
    }
}
