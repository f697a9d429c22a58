using System.Diagnostics;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>Who keeps evidence in a folder pays nothing for the other store: its client is not even loaded.</summary>
public sealed class NotAskedForTests
{
    public const string ChildArgument = "--what-is-loaded";

    [Fact]
    public async Task A_ledger_in_a_folder_loads_nothing_of_postgres()
    {
        using var folder = new TemporaryFolder();
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [ChildArgument, folder["data"]]) { RedirectStandardOutput = true })!;
        var loaded = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.Equal(0, child.ExitCode);
        Assert.Contains("Microsoft.Data.Sqlite", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql", loaded, StringComparison.Ordinal);
    }

    /// <summary>The child: a ledger is made, written, sealed, verified, copied and read, and then what was loaded for it is printed.</summary>
    internal static async Task<int> TellAsync(string folder)
    {
        await using (var ledger = Ledgers.OpenSqlite(folder, Some.Clock(), new Random(1), Some.Eager()))
        {
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([Some.Look(series, Some.Start, ledger.Epoch)], [Some.Evidence(series, Some.Start)], default);
            await ledger.UpkeepAsync(Some.Start, Kept.Model.Duration.Days(400), default);
            if (!(await ledger.BackupAsync(folder + "-backup", default)).Holds) return 1;
        }
        await using (var reading = Ledgers.OpenSqliteReadOnly(folder, Some.Clock()))
            if (!reading.Verify(default).Holds) return 2;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies()) Console.WriteLine(assembly.GetName().Name);
        return 0;
    }
}
