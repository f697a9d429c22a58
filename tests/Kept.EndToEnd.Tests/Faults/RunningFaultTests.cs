using System.Net;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>What happens to its surroundings while it runs: it lives on, tells what fails and what to do, loses nothing it can hold, and recovers by itself.</summary>
public sealed class RunningFaultTests : AtTheShop
{
    [Fact]
    public async Task A_full_disk_is_told_looking_goes_on_and_everything_is_recorded_once_there_is_room()
    {
        Repository.Require(Environment.UserName == "root" && OperatingSystem.IsLinux(), "root, who may mount a small disk");
        var disk = Path.Combine(Server.Folder, "disk");
        Directory.CreateDirectory(disk);
        var mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk);
        Repository.Require(mounted == 0, "the right to mount a small disk (CAP_SYS_ADMIN in a container)");
        try
        {
            Server.DataFolder = Path.Combine(disk, "data");
            await Server.StartAsync();
            await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
            var from = TimeProvider.System.GetUtcNow();
            var ballast = Path.Combine(disk, "ballast");
            Fill(ballast);
            await Server.UntilAsync(async () => (await FaultAsync())?.Contains("full", StringComparison.Ordinal) == true, "the API tells that the disk is full");
            Assert.Contains("Make room", await FaultAsync(), StringComparison.Ordinal);
            Assert.Contains("kept_ledger_recording 0", (await Server.TryAsync("metrics")).Text, StringComparison.Ordinal);
            Assert.False((await Server.JsonAsync("healthz")).GetProperty("recording").GetBoolean());
            Assert.Contains("Make room", (await Server.TryAsync("")).Text, StringComparison.Ordinal);
            Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1")); // judged on, from memory
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            Assert.InRange((await Server.JsonAsync("api/v1/figures")).GetProperty("unrecordedLooks").GetInt32(), 3, 1_000);

            File.Delete(ballast);
            await Server.UntilAsync(async () => await FaultAsync() is null && (await Server.JsonAsync("api/v1/figures")).GetProperty("unrecordedLooks").GetInt32() < 3, "it records again", 60);
            Assert.Contains("kept_ledger_recording 1", (await Server.TryAsync("metrics")).Text, StringComparison.Ordinal);
            var to = TimeProvider.System.GetUtcNow();
            await Server.KillAsync(); // only what is on disk counts
            await Server.StartAsync();
            await EachSecondAsync("web", from, to.AddSeconds(-2));
        }
        finally
        {
            await Server.StopAsync();
            await RunAsync("umount", disk);
        }
    }

    [Fact]
    public async Task A_database_that_another_process_holds_is_waited_for_and_nothing_is_lost()
    {
        await Server.StartAsync();
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
        var from = TimeProvider.System.GetUtcNow();
        using (var other = new SqliteConnection($"Data Source={Path.Combine(Server.DataFolder, "kept.db")};Pooling=False"))
        {
            other.Open();
            using var hold = other.CreateCommand();
            hold.CommandText = "BEGIN IMMEDIATE";
            hold.ExecuteNonQuery();
            // a new document needs entries: they wait
            await File.WriteAllTextAsync(Server.Document, KeptProcess.Shop(Shop.Port).Replace("You get an answer the second time too", "You get an answer every time", StringComparison.Ordinal));
            await Server.UntilAsync(async () => (await FaultAsync())?.Contains("Another process holds the database", StringComparison.Ordinal) == true, "the API tells who is in the way");
            Assert.Contains("End it", await FaultAsync(), StringComparison.Ordinal);
            Assert.Contains("kept_ledger_recording 0", (await Server.TryAsync("metrics")).Text, StringComparison.Ordinal);
            Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1"));
            hold.CommandText = "ROLLBACK";
            hold.ExecuteNonQuery();
        }
        await Server.UntilAsync(async () => await FaultAsync() is null, "it records again", 60);
        await Server.UntilAsync(async () => (await Server.TryAsync("api/v1/promises/shop/again@1")).Text.Contains("You get an answer every time", StringComparison.Ordinal), "the new document is taken up", 60);
        var to = TimeProvider.System.GetUtcNow();
        await Server.UntilAsync(async () => (await Server.JsonAsync("api/v1/figures")).GetProperty("unrecordedLooks").GetInt32() < 3, "all is recorded");
        await Server.KillAsync();
        (await Server.LedgerVerifyAsync()).Told(0, "The ledger holds");
        await Server.StartAsync();
        await EachSecondAsync("web", from, to.AddSeconds(-2));
    }

    [Fact]
    public async Task A_house_that_vanishes_takes_no_promise_back_and_is_taken_up_when_it_returns()
    {
        await Server.StartAsync();
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
        Directory.Move(Server.House, Server.House + "-away");
        await ToldAsync("there is no such file or folder any more");
        Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1"));
        Assert.DoesNotContain(await Server.EventsAsync(), fact => fact.GetProperty("type").GetString()!.EndsWith("promise.gone", StringComparison.Ordinal));
        Directory.Move(Server.House + "-away", Server.House);
        await RightAgainAsync();

        // A document that cannot be read: a link that leads in a circle is unreadable for root as well.
        var text = await File.ReadAllTextAsync(Server.Document);
        File.Delete(Server.Document);
        File.CreateSymbolicLink(Server.Document, Server.Document);
        await ToldAsync("cannot be read");
        Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1"));
        File.Delete(Server.Document);
        await File.WriteAllTextAsync(Server.Document, text);
        await RightAgainAsync();
        Assert.Equal("kept", await Server.OutcomeAsync("shop/web@1"));

        // A folder without any document is a house that promises nothing: that is said by who removed them.
        File.Delete(Server.Document);
        await Server.UntilAsync(async () => (await Server.TryAsync("api/v1/promises/shop/web@1")).Status == HttpStatusCode.NotFound, "the promises are taken back");
    }

    [Fact]
    public async Task While_it_ends_a_heartbeat_is_told_to_call_again_and_never_that_it_is_unknown()
    {
        // A look that never ends makes the end take its five seconds.
        await using var slow = ScriptedPeer.Tcp(async (_, stop) => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        Server.Write(KeptProcess.Shop(slow.Port).Replace("every: 1s, timeout: 900ms", "every: 20s, timeout: 19s", StringComparison.Ordinal));
        await Server.StartAsync();
        await Server.UntilAsync(async () => (await Server.TryAsync("beat/nightly-backup", HttpMethod.Post)).Status == HttpStatusCode.OK, "the heartbeat is heard");
        await Server.UntilAsync(() => Task.FromResult(slow.Connections > 0), "a look is under way");
        Server.Signal("TERM");
        var answers = new HashSet<HttpStatusCode>();
        while (Server.IsRunning)
        {
            if ((await Server.TryAsync("beat/nightly-backup", HttpMethod.Post)).Status is { } status) answers.Add(status);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        Assert.Contains(HttpStatusCode.OK, answers); // heard to the last, as long as it can be recorded
        // called every 5 ms it may also be told that this is too often: with Retry-After, as the 503
        Assert.Subset(new HashSet<HttpStatusCode> { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests }, answers);
    }

    private async Task<string?> FaultAsync() => (await Server.JsonAsync("api/v1/figures")).TryGetProperty("storageFault", out var fault) ? fault.GetString() : null;

    private async Task ToldAsync(string words)
    {
        await Server.UntilAsync(async () => (await Server.TryAsync("")).Text.Contains(words, StringComparison.Ordinal), $"the page tells `{words}`");
        Assert.True((await Server.JsonAsync("healthz")).GetProperty("refused").GetBoolean());
        Assert.Contains("kept_house_refused 1", (await Server.TryAsync("metrics")).Text, StringComparison.Ordinal);
        Assert.Contains(words, Server.Output, StringComparison.Ordinal);
    }

    private Task RightAgainAsync() => Server.UntilAsync(async () => !(await Server.JsonAsync("healthz")).GetProperty("refused").GetBoolean(), "the house is right again");

    /// <summary>Each second of a stretch was looked at, and it is on record.</summary>
    private async Task EachSecondAsync(string promise, DateTimeOffset from, DateTimeOffset to)
    {
        var looks = await Server.JsonAsync($"api/v1/promises/shop/{promise}@1/looks?points=2000&from={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={to.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        var slots = looks.GetProperty("points").EnumerateArray().Select(look => look.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.InRange(slots.Count, (int)(to - from).TotalSeconds - 2, (int)(to - from).TotalSeconds + 2);
        // the first look after a start stands beside its slots
        Assert.All(slots.Skip(1).Zip(slots.Skip(2)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.Second - pair.First));
    }

    /// <summary>Until not one byte more goes.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var bytes = new byte[4096];
        try
        {
            while (true) file.Write(bytes);
        }
        catch (IOException)
        {
            // full, as was meant
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
