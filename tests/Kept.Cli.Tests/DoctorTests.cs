using System.Text.Json;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept doctor</c>: each part is shown good, and each that can be broken from here is shown wrong or unknown.</summary>
public sealed class DoctorTests
{
    private static Dictionary<string, (string Health, string Words, string? Help)> Parts(CommandLine run) => JsonDocument.Parse(run.Result).RootElement.GetProperty("examined").EnumerateArray()
        .GroupBy(one => one.GetProperty("part").GetString()!).ToDictionary(group => group.Key, group => group.First()).ToDictionary(pair => pair.Key, pair =>
            (pair.Value.GetProperty("health").GetString()!, pair.Value.GetProperty("words").GetString()!, pair.Value.TryGetProperty("help", out var help) ? help.GetString() : null));

    private static Task<CommandLine> DoctorAsync(TestHouse house, params string[] more) => CommandLine.RunAsync(["doctor", house.PathOf("house"), "--data", house.PathOf("data"), "--json", .. more]);

    private static TestHouse House(string document, string settings = "house: h\n")
    {
        var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        return house.With("house/shop.kept.yaml", document).With("house/house.yaml", settings);
    }

    [Fact]
    public async Task Where_nothing_ran_yet_nothing_is_wrong()
    {
        using var house = House(TestHouse.Promise(1));
        var run = await DoctorAsync(house);
        Assert.Equal(0, run.ExitCode);
        var parts = Parts(run);
        Assert.Equal(["data folder", "egress", "house", "names", "open files", "runtime", "secrets", "server"], parts.Keys.Order(StringComparer.Ordinal));
        Assert.All(parts.Where(part => part.Key != "open files"), part => Assert.Equal("good", part.Value.Health));
        Assert.False(Directory.Exists(house.PathOf("data"))); // it changes nothing
    }

    [Fact]
    public async Task A_running_server_says_how_it_is_itself()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("ok")));
        using var house = House(TestHouse.Promise(peer.Port));
        await using var kept = await RunningKept.UpAsync(house);
        var parts = Parts(await DoctorAsync(house));
        foreach (var part in new[] { "data folder", "ledger", "clock", "recording", "documents" }) Assert.True(parts[part].Health == "good", $"{part}: {parts[part]}");
        Assert.Equal(("weak", "the house has no route: nobody hears of what breaks", "write one under `tell:` in house.yaml"), parts["telling"]);
        Assert.Equal("weak", parts["sight"].Health);
        Assert.Contains("on the schedule", parts["schedule"].Words, StringComparison.Ordinal);

        house.With("house/shop.kept.yaml", "kept: 1\nagent: [");
        while (Parts(await DoctorAsync(house))["documents"] is { Health: not "wrong" }) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        var run = await DoctorAsync(house);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("wrong", Parts(run)["house"].Health);
    }

    [Fact]
    public async Task A_secret_that_is_not_there_is_wrong_and_never_shown()
    {
        Environment.SetEnvironmentVariable("KEPT_DOCTOR_HAS", "open-sesame");
        string Document(string name) => TestHouse.Promise(1).Replace("      every: 10s", $"      headers: {{ Authorization: 'Bearer ${{env:{name}}}' }}\n      every: 10s", StringComparison.Ordinal);
        using var house = House(Document("KEPT_DOCTOR_HAS"));
        var run = await DoctorAsync(house);
        Assert.Equal((0, "good"), (run.ExitCode, Parts(run)["secrets"].Health));
        Assert.DoesNotContain("open-sesame", run.Result + run.Talk, StringComparison.Ordinal);
        house.With("house/shop.kept.yaml", Document("KEPT_DOCTOR_LACKS"));
        run = await DoctorAsync(house);
        Assert.Equal((1, "wrong"), (run.ExitCode, Parts(run)["secrets"].Health));
        Assert.Contains("KEPT_DOCTOR_LACKS", Parts(run)["secrets"].Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resolver_that_says_nothing_is_wrong_and_a_name_that_is_not_there_is_weak()
    {
        using var house = House(TestHouse.Promise(1).Replace("127.0.0.1:1/", "shop.example/", StringComparison.Ordinal).Replace("[127.0.0.1]", "[shop.example]", StringComparison.Ordinal), $"house: h\nresolver: 127.0.0.1:{ScriptedPeer.ClosedPort()}\n");
        var run = await DoctorAsync(house);
        Assert.Equal((1, "wrong"), (run.ExitCode, Parts(run)["names"].Health));
        Assert.StartsWith("the resolver says nothing: shop.example: ", Parts(run)["names"].Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_that_was_changed_is_wrong()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("ok")));
        using var house = House(TestHouse.Promise(peer.Port));
        await using (await RunningKept.UpAsync(house)) { }
        Assert.Equal("good", Parts(await DoctorAsync(house))["ledger"].Health);
        var database = Directory.GetFiles(house.PathOf("data"), "*.db").Concat(Directory.GetFiles(house.PathOf("data"), "*.sqlite")).First();
        var bytes = await File.ReadAllBytesAsync(database);
        var body = bytes.AsSpan().IndexOf("shop/web@1"u8); // in the body of some entry
        while (body >= 0)
        {
            bytes[body] = (byte)'x';
            var next = bytes.AsSpan(body).IndexOf("shop/web@1"u8);
            body = next < 0 ? -1 : body + next;
        }
        await File.WriteAllBytesAsync(database, bytes);
        var run = await DoctorAsync(house);
        Assert.Equal((1, "wrong"), (run.ExitCode, Parts(run)["ledger"].Health));
        Assert.Contains("kept ledger verify", Parts(run)["ledger"].Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_before_the_evidence_is_wrong()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("ok")));
        using var house = House(TestHouse.Promise(peer.Port));
        await using (await RunningKept.UpAsync(house)) { }
        var run = await CommandLine.RunAtAsync(TimeProvider.System.GetUtcNow().AddDays(-1), "doctor", house.PathOf("house"), "--data", house.PathOf("data"), "--json");
        Assert.Equal((1, "wrong"), (run.ExitCode, Parts(run)["clock"].Health));
    }

    [Fact]
    public async Task People_read_glyph_word_and_what_to_do()
    {
        using var house = House("kept: 1\nagent: [");
        var run = await CommandLine.RunAsync("doctor", house.PathOf("house"), "--data", house.PathOf("data"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("✖ wrong  house ", run.Result, StringComparison.Ordinal);
        Assert.Contains($"Next: kept check {house.PathOf("house")}", run.Result, StringComparison.Ordinal);
        Assert.Contains("1 wrong", run.Talk, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("doctor", house.PathOf("nowhere"))).ExitCode);
    }
}
