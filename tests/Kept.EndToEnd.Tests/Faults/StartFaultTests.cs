using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>What keeps <c>kept up</c> from starting is told with what to do, and nothing that lies there is touched.</summary>
public sealed class StartFaultTests : AtTheShop
{
    [Fact]
    public async Task A_port_in_use_is_told_with_another_one()
    {
        using var taken = new TcpListener(IPAddress.Loopback, Server.Port);
        taken.Start();
        (await UpAsync()).Told(1, $"127.0.0.1:{Server.Port} is taken by another program", $"kept up --port {Server.Port + 1}");
    }

    [Fact]
    public async Task A_data_folder_that_may_not_be_written_is_told()
    {
        var closed = Path.Combine(Server.Folder, "closed");
        await File.WriteAllTextAsync(closed, "a file stands where the folder should");
        Server.DataFolder = Path.Combine(closed, "data");
        (await UpAsync()).Told(5, closed, "kept up --data FOLDER");
        // the same for the house of a first start, which lies in the data folder
        (await Ran.KeptAsync("up", "--data", Server.DataFolder, "--port", "0")).Told(5, closed, "kept up --data FOLDER");
        // a file system that only reads: even root may not write there
        Server.DataFolder = "/proc/kept-data";
        (await UpAsync()).Told(5, "/proc/kept-data", "kept up --data FOLDER");
        Assert.Equal("a file stands where the folder should", await File.ReadAllTextAsync(closed));
    }

    [Fact]
    public async Task A_data_folder_that_another_one_uses_is_told_and_the_other_goes_on()
    {
        await Server.StartAsync();
        (await Ran.KeptAsync("up", Server.House, "--data", Server.DataFolder, "--port", "0")).Told(5, "S01", "Another Kept is running on", "kept.lock", "stop the other kept, or start this one on another folder");
        Assert.Equal(HttpStatusCode.OK, (await Server.TryAsync("healthz")).Status);
        // killed, its lock goes with it
        await Server.KillAsync();
        await Server.StartAsync();
    }

    public static readonly TheoryData<string, string[]> Damages = new()
    {
        { "truncated", ["S03", "is damaged", "Restore the folder from a backup", "kept ledger verify"] },
        { "no database", ["S03", "file is not a database", "Restore the folder from a backup"] },
        { "of another program", ["S03", "is a database of another program", "Nothing was changed"] },
        { "of a newer version", ["S05", "was written by a newer Kept (schema 999", "Install the newer version"] },
        { "empty", ["S03", "is empty", "Nothing was changed", "Restore it from a backup"] },
        { "gone", ["S03", "is missing", "Nothing was changed", "Restore it from a backup"] },
        { "chain cut", ["S03", "entry", "Restore the folder from a backup"] },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_ledger_is_named_and_left_as_it_is(string damage, string[] words)
    {
        await FillAsync();
        var database = Path.Combine(Server.DataFolder, "kept.db");
        switch (damage)
        {
            case "truncated":
                using (var file = File.OpenWrite(database)) file.SetLength(file.Length / 2 / 4096 * 4096 + 100);
                break;
            case "no database":
                await File.WriteAllTextAsync(database, new string('x', 50_000));
                break;
            case "of another program":
                File.Delete(database);
                Sql(database, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
                break;
            case "of a newer version":
                Sql(database, "PRAGMA user_version = 999");
                break;
            case "empty":
                await File.WriteAllTextAsync(database, "");
                break;
            case "gone":
                File.Delete(database);
                break;
            case "chain cut":
                Sql(database, "UPDATE entry SET body = X'7B7D' WHERE seq = (SELECT max(seq) FROM entry)");
                break;
        }
        var before = Hashes(Server.DataFolder);
        var ran = await UpAsync();
        ran.Told(5, [Server.DataFolder, .. words]);
        Assert.Equal(before, Hashes(Server.DataFolder));
    }

    [Fact]
    public async Task Flipped_bytes_in_the_middle_are_found_at_the_start_or_named_by_verify_and_a_backup_starts()
    {
        await FillAsync();
        var backup = Path.Combine(Server.Folder, "backup");
        (await Ran.KeptAsync("ledger", "backup", backup, "--data", Server.DataFolder)).Told(0, "the copy holds");
        var database = Path.Combine(Server.DataFolder, "kept.db");
        var sound = await File.ReadAllBytesAsync(database);
        var random = new Random(5);
        for (var round = 0; round < 4; round++)
        {
            // each page in turn, for one of them holds what matters
            var bytes = sound.ToArray();
            for (var at = random.Next(4096); at < bytes.Length; at += 1024 + random.Next(1024)) bytes[at] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(database, bytes);
            var verified = await Server.LedgerVerifyAsync();
            Assert.True(verified.Exit is 1 or 5, $"verify ended with {verified.Exit}: {verified.Result}{verified.Talk}");
            Assert.DoesNotContain("   at Kept.", verified.Talk, StringComparison.Ordinal);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(database));
        }
        Server.DataFolder = backup;
        await Server.StartAsync();
    }

    private Task<Ran> UpAsync() => Ran.KeptAsync("up", Server.House, "--data", Server.DataFolder, "--port", $"{Server.Port}");

    /// <summary>A ledger with some entries, of a server that ended in order.</summary>
    private async Task FillAsync()
    {
        await Server.StartAsync();
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
        Server.Signal("TERM");
        Assert.Equal(0, await Server.WaitForExitAsync(TimeSpan.FromSeconds(20)));
    }

    private static void Sql(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Every file but the lock, which says nothing about evidence.</summary>
    private static Dictionary<string, string> Hashes(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal) && !(file.EndsWith("-wal", StringComparison.Ordinal) && new FileInfo(file).Length == 0))
        .ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
}
