using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Kept.Server.Hosting;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>The bounds on callers from elsewhere, as a server started with --public holds them. Whoever calls from another address of this machine is such a caller; nothing leaves it.</summary>
public sealed class PublicServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-public");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_address_elsewhere_that_reads_too_often_is_told_to_wait_and_nobody_else_is()
    {
        await using var up = Up();
        using var here = await up.ClientAsync();
        using var elsewhere = From(OwnAddress(), here.BaseAddress!);
        var (heard, refused) = (0, 0);
        for (var i = 0; i < CallerBounds.Asking.Burst * 2; i++)
        {
            using var answer = await elsewhere.GetAsync("/api/v1/house");
            if (answer.StatusCode == HttpStatusCode.OK) heard++;
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            refused++;
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.Contains("A15", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var other = await here.GetAsync("/api/v1/house");
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
        Assert.True(heard >= CallerBounds.Asking.Burst && refused > 0 && heard + refused == CallerBounds.Asking.Burst * 2, $"{heard} were answered and {refused} told to wait");
        using var beat = await elsewhere.GetAsync("/beat/alive"); // calls have bounds of their own
        Assert.Equal(HttpStatusCode.OK, beat.StatusCode);
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
    }

    [Fact]
    public async Task Calls_that_the_bounds_send_away_are_a_gap_of_ours_and_the_silence_after_them_is_the_callers()
    {
        // It stands still while many call: by the clock of the machine a slow one could not call fast enough to be sent away, or took so long that the silence was real.
        await using var clock = new PumpedClock();
        await using var up = Up(clock);
        using var here = await up.ClientAsync();
        using var elsewhere = From(OwnAddress(), here.BaseAddress!);
        using (var first = await elsewhere.GetAsync("/beat/alive")) Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await UntilAsync(async () => await OutcomeAsync(here) == "kept");

        // a neighbour behind the same address tries keys, so fast that its calls have no room
        await UntilAsync(async () =>
        {
            using (clock.Hold())
            {
                await Task.WhenAll(Enumerable.Range(0, BeatBounds.OfAddress.Burst + 1).Select(async n => (await elsewhere.GetAsync($"/beat/guess-{n}")).Dispose()));
                using var call = await elsewhere.GetAsync("/beat/alive");
                Assert.Equal(HttpStatusCode.TooManyRequests, call.StatusCode);
                Assert.NotEqual("broken", await OutcomeAsync(here));
            }
            await clock.RunAsync(TimeSpan.FromSeconds(1));
            return await GapsAsync(here) > 0;
        });
        await UntilAsync(async () => await OutcomeAsync(here) == "broken"); // it calls no more
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
    }

    private Started Up(TimeProvider? time = null)
    {
        var house = Directory.CreateDirectory(Path.Combine(_folder.FullName, "promises")).FullName;
        File.WriteAllText(Path.Combine(house, "shop.kept.yaml"), """
            kept: 1
            agent: shop
            domains: [localhost]
            until: 2030-12-31
            promises:
              backup@1:
                version: 1.0
                benefit: Your files are saved.
                to: anyone
                docs: docs/backup.md
                notice: 30d
                keeps: [ availability >= 50% over 1h ]
                fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                check: { heartbeat: alive, every: 2s, grace: 4s, confirm: 1 of 1 }
            """);
        return Started.Up(new ServerOptions(Path.Combine(_folder.FullName, "data"), house, IPAddress.Loopback, 0) { IsPublic = true, WithOwnPromises = false, Time = time ?? TimeProvider.System });
    }

    private static IPAddress OwnAddress()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().Where(one => one.OperationalStatus == OperationalStatus.Up).SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address).FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one));
        Assert.SkipWhen(own is null, "this machine has no other address than 127.0.0.1 to call from");
        return own!;
    }

    /// <summary>Calls loopback from another address of this machine.</summary>
    private static HttpClient From(IPAddress address, Uri server) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        MaxConnectionsPerServer = 8,
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { BaseAddress = server };

    private static async Task<string?> OutcomeAsync(HttpClient client)
    {
        using var promise = JsonDocument.Parse(await client.GetStringAsync("/api/v1/promises/shop/backup"));
        return promise.RootElement.GetProperty("verdict").GetProperty("outcome").GetString();
    }

    private static async Task<int> GapsAsync(HttpClient client) =>
        (await client.GetStringAsync("/metrics")).Split('\n').Count(line => line.Contains("cause=\"local\"", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<Task<bool>> so)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        while (!await so())
        {
            Assert.False(patience.IsCancellationRequested, "it never became so");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
