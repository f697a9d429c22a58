using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Kept.Rules;
using Xunit;

namespace Kept.Server.Tests;

public sealed class KeptServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-server");

    private string House => Path.Combine(_folder.FullName, "promises");
    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_the_server_promises_about_itself_keeps_every_rule()
    {
        var now = new DateTimeOffset(2026, 11, 23, 20, 41, 7, TimeSpan.Zero);
        foreach (var address in new[] { "127.0.0.1:7070", "[::1]:7070" })
        {
            var reading = HouseReader.Read([OwnDocument.Of(address, now)], "here", CheckCatalog.Kinds);
            Assert.Equal("", string.Join("\n", reading.Diagnostics.Select(DiagnosticText.Render)));
            Assert.Equal("", string.Join("\n", reading.Diagnostics.Concat(HouseRules.Check(reading.House!, Instant.From(now))).Select(DiagnosticText.Render)));
            Assert.True(reading.House!.Promises.Count() >= 3);
        }
    }

    [Fact]
    public async Task A_first_start_shows_its_own_promises_kept_follows_documents_and_stops_in_order()
    {
        Directory.CreateDirectory(House);
        await using var up = Started.Up(Options());
        using var client = await up.ClientAsync();
        await UntilAsync(client, "/api/v1/promises?agent=kept&outcome=kept", list => list.GetProperty("total").GetInt32() == 4);
        Assert.Contains("being verified already", up.Output);

        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Shop("As a customer you can pay."));
        await UntilAsync(client, "/api/v1/promises?agent=shop", list => list.GetProperty("total").GetInt32() == 1);

        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Shop("x").Replace("keeps:", "keps:"));
        await UntilAsync(client, "/api/v1/house", house => house.TryGetProperty("fault", out _));
        var old = await JsonAsync(client, "/api/v1/promises/shop/checkout");
        Assert.Equal("As a customer you can pay.", old.GetProperty("benefit").GetString());
        Assert.Contains("documents refused", await client.GetStringAsync("/"));

        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Shop("As a customer you can pay at any time."));
        await UntilAsync(client, "/api/v1/house", house => !house.TryGetProperty("fault", out _));
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
        Assert.Contains("stopped", up.Output);

        // what was seen is there after a start
        await using var again = Started.Up(Options());
        using var second = await again.ClientAsync();
        var promise = await JsonAsync(second, "/api/v1/promises/shop/checkout");
        Assert.Equal("As a customer you can pay at any time.", promise.GetProperty("benefit").GetString());
        var events = await JsonAsync(second, "/api/v1/events?kind=kept.started");
        Assert.Equal(2, events.GetProperty("items").GetArrayLength());
        Assert.Equal(ServerExit.Stopped, await again.StopAsync());
    }

    [Fact]
    public async Task A_first_start_with_documents_that_do_not_read_answers_and_says_so()
    {
        Directory.CreateDirectory(House);
        await File.WriteAllTextAsync(Path.Combine(House, "kept.yaml"), "kept: 1\nagent: shop\nchek: yes\n");
        await using var up = Started.Up(Options());
        using var client = await up.ClientAsync();
        var house = await JsonAsync(client, "/api/v1/house");
        Assert.True(house.TryGetProperty("fault", out _));
        Assert.Contains("chek", up.Errors);
        Assert.Contains("was refused", up.Output);
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
    }

    /// <summary>What of house.yaml only the dialler uses is refused like everything else: before a start, at a first start, and while it runs.</summary>
    [Theory]
    [InlineData("proxy: socks5://127.0.0.1:1080", "no proxy that looks can go through")]
    [InlineData("trust: gone.pem", "`gone.pem` is not there")]
    public async Task Settings_that_cannot_be_used_are_told_at_a_first_start_and_after_a_change(string setting, string words)
    {
        Directory.CreateDirectory(House);
        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), $"house: h\n{setting}\n");
        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Shop("As a customer you can pay."));
        await using var up = Started.Up(Options());
        using var client = await up.ClientAsync();
        Assert.Contains(words, (await JsonAsync(client, "/api/v1/house")).GetProperty("fault").GetRawText());
        Assert.Contains(words, up.Errors);

        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), "house: h\n");
        await UntilAsync(client, "/api/v1/house", house => !house.TryGetProperty("fault", out _));
        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), $"house: h\n{setting}\n# again\n");
        await UntilAsync(client, "/api/v1/house", house => house.TryGetProperty("fault", out var fault) && fault.GetRawText().Contains(words, StringComparison.Ordinal));
        Assert.Equal(1, (await JsonAsync(client, "/api/v1/promises?agent=shop")).GetProperty("total").GetInt32());
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_the_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Directory.CreateDirectory(House);
        var (exit, words) = await FailAsync(Options() with { Port = ((IPEndPoint)taken.LocalEndpoint).Port });
        Assert.Equal(ServerExit.Failed, exit);
        Assert.Contains("is taken by another program", words);
        Assert.Contains("--port", words);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_one_is_told()
    {
        Directory.CreateDirectory(House);
        await File.WriteAllTextAsync(Data, "a file stands where the folder should");
        var (exit, words) = await FailAsync(Options());
        Assert.Equal(ServerExit.StorageFailed, exit);
        Assert.Contains("does not open", words);
        Assert.Contains("--data", words);
    }

    [Fact]
    public async Task Two_servers_on_one_ledger_is_one_too_many()
    {
        Directory.CreateDirectory(House);
        await using var up = Started.Up(Options());
        using var client = await up.ClientAsync();
        var (exit, words) = await FailAsync(Options());
        Assert.Equal(ServerExit.StorageFailed, exit);
        Assert.Contains("S01", words);
        await up.StopAsync();
    }

    [Fact]
    public async Task A_house_that_is_not_there_is_a_wrong_usage()
    {
        var (exit, words) = await FailAsync(Options());
        Assert.Equal(ServerExit.WrongUsage, exit);
        Assert.Contains("there is no file or folder", words);
    }

    private ServerOptions Options() => new(Data, House, IPAddress.Loopback, 0);

    private static async Task<(int Exit, string Words)> FailAsync(ServerOptions options)
    {
        using var errors = new StringWriter();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        return (await KeptServer.RunAsync(options with { Output = TextWriter.Null, Errors = errors }, patience.Token), errors.ToString());
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path)
    {
        using var document = JsonDocument.Parse(await client.GetStringAsync(path));
        return document.RootElement.Clone();
    }

    /// <summary>Asks until it is so: the server runs on the real clock, over real sockets.</summary>
    private static async Task UntilAsync(HttpClient client, string path, Func<JsonElement, bool> so)
    {
        JsonElement last = default;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (!patience.IsCancellationRequested)
        {
            last = await JsonAsync(client, path);
            if (so(last)) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"{path} never became so; the last answer was {last}\n{await client.GetStringAsync("/api/v1/promises")}");
    }

    private static string Shop(string benefit) => $"""
        kept: 1
        agent: shop
        domains: [localhost]
        until: 2030-12-31
        promises:
          checkout@1:
            version: 1.0
            benefit: {benefit}
            to: anyone
            docs: docs/checkout.md
            notice: 30d
            keeps: [ availability >= 99% over 30d ]
            fails: [ {"{"} code: 503 later, sees: nothing, retry: after 30s, loses: nothing {"}"} ]
            check: {"{"} http: GET http://localhost:9/, every: 60s, expect: [ status == 200 ] {"}"}
        """;
}
