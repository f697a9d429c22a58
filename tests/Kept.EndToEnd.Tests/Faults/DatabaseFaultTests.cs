using Kept.TestKit;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>The ledger in PostgreSQL, and the server stopped under the running product: it looks and records on, tells what is missing, and catches up. The commands are those of docs/concepts/stores.md.</summary>
public sealed class DatabaseFaultTests : AtTheShop
{
    private const string Password = "p0stgres-s3cret";

    [Fact]
    public async Task The_database_stops_under_it_and_no_look_is_missing_afterwards()
    {
        await using var postgres = new PostgresServer();
        await postgres.StartAsync("scram-sha-256", Password, null);
        Environment.SetEnvironmentVariable("KEPT_TEST_DB_PASSWORD", Password);
        string[] database = ["--database", $"postgres://postgres:${{env:KEPT_TEST_DB_PASSWORD}}@127.0.0.1:{postgres.Port}/postgres?sslmode=disable"];
        Server.More = database;
        await Server.StartAsync();
        await Server.UntilRecordedAsync("shop/web@1", "kept");
        var from = TimeProvider.System.GetUtcNow();
        (await Ran.KeptAsync(["up", Server.House, "--data", Server.DataFolder + "-2", "--port", "0", .. database])).Told(5, "S01", "Another Kept writes the ledger", "stop the other kept");

        await postgres.StopAsync();
        await Server.UntilAsync(async () => (await FaultAsync())?.Contains("cannot be reached", StringComparison.Ordinal) == true, "the API tells that the database is away", 90);
        for (var i = 0; i < 40; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
            Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1")); // judged on
        }
        Assert.InRange((await Server.JsonAsync("api/v1/figures")).GetProperty("unrecordedLooks").GetInt32(), 0, 10); // not in memory: on disk
        Assert.Contains("S10", (await Server.TryAsync("api/v1/events?limit=10")).Text, StringComparison.Ordinal);
        Assert.Contains("kept_ledger_recording 0", (await Server.TryAsync("metrics")).Text, StringComparison.Ordinal);
        var to = TimeProvider.System.GetUtcNow();
        await Server.KillAsync(); // in the middle of it: only what is on disk counts
        (await Ran.KeptAsync(["ledger", "verify", "--data", Server.DataFolder, .. database])).Told(5, "S10", "cannot be reached");
        (await Ran.KeptAsync(["up", Server.House, "--data", Server.DataFolder, "--port", "0", .. database])).Told(5, "S10", "start the database and then this again");

        await postgres.StartAsync("scram-sha-256", Password, null);
        await Server.StartAsync();
        await Server.UntilAsync(async () => await FaultAsync() is null && await Server.OutcomeAsync("shop/web@1") == "kept", "it records again", 60);
        await AllAsync("web", from, to.AddSeconds(-2));
        await Server.KillAsync();
        (await Ran.KeptAsync(["ledger", "verify", "--data", Server.DataFolder, .. database])).Told(0, "The ledger holds");
        (await Ran.KeptAsync(["status", "--data", Server.DataFolder, .. database])).Told(3, "it was kept");
        Assert.Contains("The ledger holds", ServerProcess.Run("env", "KEPT_DATABASE=" + database[1], Repository.PathOf("kept"), "ledger", "verify", "--data", Server.DataFolder), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, ServerProcess.Run("env", $"KEPT_DATABASE=postgres://kept:{Password}@db.example/kept", Repository.PathOf("kept"), "up", "--help"), StringComparison.Ordinal);
        (await Ran.KeptAsync("up", Server.House, "--data", Server.DataFolder, "--port", "0")).Told(5, "S09", "is in a postgres database", "--database");

        // the way back, and into another schema again
        var (back, again) = (Server.DataFolder + "-back", $"postgres://postgres:${{env:KEPT_TEST_DB_PASSWORD}}@127.0.0.1:{postgres.Port}/postgres?sslmode=disable&schema=again");
        (await Ran.KeptAsync(["ledger", "backup", back, "--data", Server.DataFolder, .. database])).Told(0, "the copy holds");
        (await Ran.KeptAsync("ledger", "verify", "--data", back)).Told(0, "The ledger holds");
        (await Ran.KeptAsync("ledger", "copy", "--data", back, "--to", again)).Told(0, "the copy holds");
        (await Ran.KeptAsync("ledger", "copy", "--data", back, "--to", again)).Told(5, "S09", "holds a ledger already");
        (Server.DataFolder, Server.More) = (back, ["--database", again]);
        await Server.StartAsync();
        await AllAsync("web", from, to.AddSeconds(-2));
        await Server.KillAsync();
        Assert.DoesNotContain(Password, Server.Output, StringComparison.Ordinal);
    }

    private async Task<string?> FaultAsync() => (await Server.JsonAsync("api/v1/house")).TryGetProperty("storageFault", out var fault) ? fault.GetString() : null;

    /// <summary>Every second has its look.</summary>
    private async Task AllAsync(string promise, DateTimeOffset from, DateTimeOffset to)
    {
        var looks = await Server.JsonAsync($"api/v1/promises/shop/{promise}@1/looks?points=2000&from={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={to.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        var slots = looks.GetProperty("points").EnumerateArray().Select(look => look.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.InRange(slots.Count, (int)(to - from).TotalSeconds - 2, (int)(to - from).TotalSeconds + 2);
        Assert.All(slots.Skip(1).Zip(slots.Skip(2)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.Second - pair.First));
    }
}
