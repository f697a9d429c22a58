using System.Text.Json;
using Kept.TestKit.Peers;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary><c>kept status</c> and <c>kept explain</c> about a server that runs, ran, or never was; and whom they believe.</summary>
public sealed class AskingTests : AtTheShop
{
    private string Url => Path.Combine(Server.DataFolder, "server.url");

    [Fact]
    public async Task A_running_server_is_asked_in_words_and_in_JSON_and_the_exit_code_says_how_it_stands()
    {
        await Server.StartAsync();
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
        (await AskAsync("status", "shop/web")).Told(0, "✔ kept", "shop/web@1");
        (await AskAsync("explain", "shop/web@1")).Told(0, "✔ kept", "rule  ", "⇒");
        (await AskAsync("status")).Told(3, "shop/backup@1", "? unknown", "Next: kept explain"); // the heartbeat never came

        using (var status = JsonDocument.Parse((await AskAsync("status", "web", "--json")).Result))
        {
            Assert.True(status.RootElement.GetProperty("live").GetBoolean());
            var row = Assert.Single(status.RootElement.GetProperty("promises").EnumerateArray());
            Assert.Equal(("shop/web@1", "kept"), (row.GetProperty("name").GetString(), row.GetProperty("outcome").GetString()));
        }
        using (var why = JsonDocument.Parse((await AskAsync("explain", "web", "--json")).Result))
        {
            Assert.True(why.RootElement.GetProperty("live").GetBoolean());
            Assert.Equal("kept", why.RootElement.GetProperty("outcome").GetString());
            Assert.NotEmpty(why.RootElement.GetProperty("inputs").EnumerateArray());
        }
        (await AskAsync("explain", "nobody")).Told(2, "no promise is called 'nobody'");

        Server.Write(KeptProcess.Shop(ServerProcess.FreePort()));
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "broken", "the shop is broken");
        (await AskAsync("status", "web")).Told(1, "✖ broken", "refused");
        (await AskAsync("status")).Told(1, "✖ broken");
        (await AskAsync("explain", "web")).Told(1, "✖ broken", "refused");
        Assert.Equal(1, (await AskAsync("explain", "web", "--json")).Exit);

        Server.Signal("TERM");
        Assert.Equal(0, await Server.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(File.Exists(Url));
        await NobodyLooksAsync();
    }

    [Fact]
    public async Task An_address_left_behind_by_a_server_that_was_killed_is_not_believed_whoever_listens_there()
    {
        await Server.StartAsync();
        await Server.UntilAsync(async () => await Server.OutcomeAsync("shop/web@1") == "kept", "the shop is kept");
        await Server.UntilRecordedAsync("shop/web@1", "kept");
        await Server.KillAsync();
        Assert.True(File.Exists(Url));
        await NobodyLooksAsync();

        // Another Kept, of another house, takes the same port.
        await using var other = new KeptProcess();
        other.Write(KeptProcess.Shop(Shop.Port).Replace("agent: shop", "agent: foreign", StringComparison.Ordinal));
        await other.StartAsync();
        var left = await File.ReadAllTextAsync(Url);
        await File.WriteAllTextAsync(Url, left.Replace($":{Server.Port}/", $":{other.Port}/", StringComparison.Ordinal));
        await NobodyLooksAsync();
        Assert.DoesNotContain("foreign", (await AskAsync("status")).Result, StringComparison.Ordinal);

        // Another program, that answers anything and nothing.
        foreach (var answer in new[] { "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>" })
        {
            await using var stranger = ScriptedPeer.Tcp(ScriptedPeer.Answering(answer));
            await File.WriteAllTextAsync(Url, $"http://127.0.0.1:{stranger.Port}/\n");
            await NobodyLooksAsync();
            (await AskAsync("status", "--server", stranger.Url)).Told(5, "no Kept answers at");
        }
    }

    [Fact]
    public async Task An_address_that_is_not_this_machine_is_never_asked_unless_it_is_named()
    {
        await Server.StartAsync();
        await Server.KillAsync();
        foreach (var foreign in new[] { "http://192.0.2.7:7070/", "http://[2001:db8::7]:7070/", "http://kept.example:7070/", "http://169.254.169.254/" })
        {
            await File.WriteAllTextAsync(Url, foreign + "\n");
            foreach (var verb in new[] { "status", "explain" })
                (await AskAsync(verb == "status" ? ["status"] : ["explain", "web"])).Told(5, Url, "is not this machine", "It was not asked", "--server " + foreign.TrimEnd('/'));
        }
        foreach (var nonsense in new[] { "file:///etc/passwd", "nonsense", "\u001b[2Jhttp://x", "https://127.0.0.1/", new string('x', 100_000) })
        {
            await File.WriteAllTextAsync(Url, nonsense + "\n");
            (await AskAsync("status")).Told(5, Url, "--server http://localhost:7070");
        }
        // named, it is asked, whatever the file says
        await Server.StartAsync();
        await File.WriteAllTextAsync(Url, "http://192.0.2.7:7070/\n");
        (await AskAsync("status", "kept", "--server", Server.Address.ToString())).Told((await AskAsync("status", "kept", "--server", Server.Address.ToString())).Exit, "kept/page@1");
    }

    [Fact]
    public async Task Without_a_server_and_without_evidence_it_is_told_what_to_do()
    {
        var nowhere = Path.Combine(Server.Folder, "nowhere");
        (await Ran.KeptAsync("status", "--data", nowhere)).Told(2, "no server runs and there is no data folder", "kept up", "--server");
        (await Ran.KeptAsync("explain", "web", "--data", nowhere)).Told(2, "no server runs and there is no data folder", "kept up");
        Directory.CreateDirectory(nowhere);
        (await Ran.KeptAsync("status", "--data", nowhere)).Told(5, "There is no ledger in", "`kept up` begins one");
        (await Ran.KeptAsync("status", "--server", $"http://127.0.0.1:{ServerProcess.FreePort()}")).Told(5, "no Kept answers at", "refused");
        (await Ran.KeptAsync("status", "--server", "localhost")).Told(2, "is no address of a server");
    }

    private Task<Ran> AskAsync(params string[] words) => Ran.KeptAsync([.. words, "--data", Server.DataFolder]);

    private async Task NobodyLooksAsync()
    {
        (await AskAsync("status", "web")).Told(3, "? unknown", "nobody is looking", "it was");
        (await AskAsync("explain", "web")).Told(3, "? unknown", "no server runs, so nobody looks");
        using var status = JsonDocument.Parse((await AskAsync("status", "--json")).Result);
        Assert.False(status.RootElement.GetProperty("live").GetBoolean());
        Assert.All(status.RootElement.GetProperty("promises").EnumerateArray(), row => Assert.Equal("unknown", row.GetProperty("outcome").GetString()));
        using var why = JsonDocument.Parse((await AskAsync("explain", "web", "--json")).Result);
        Assert.Equal((false, "unknown"), (why.RootElement.GetProperty("live").GetBoolean(), why.RootElement.GetProperty("outcome").GetString()));
    }
}
