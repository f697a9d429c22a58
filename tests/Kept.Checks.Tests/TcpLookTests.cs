using System.Net;
using System.Text;
using Kept.Checks.Load;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class TcpLookTests
{
    private static Task<Observation> LookAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("tcp", $"127.0.0.1:{peer.Port}", Duration.Milliseconds(500), settings: settings);

    private static FieldValue.Text Text(string text) => new(text);

    private static ScriptedPeer Redis() => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        var buffer = new byte[64];
        while (await stream.ReadAsync(buffer, stop) > 0)
            foreach (var part in new[] { "+PO", "NG\r\n" }) await stream.WriteAsync(Encoding.ASCII.GetBytes(part), stop);
    });

    [Fact]
    public async Task An_open_port_is_connected_and_a_closed_one_refused()
    {
        await using var peer = Redis();
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("tcp", "connected"));
        Assert.Equal("", seen.Text("tcp", "answer"));
        Assert.Null(seen.See("tcp", "time.first-byte"));
        (await Looking.LookAsync("tcp", $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
    }

    [Fact]
    public async Task What_is_sent_is_answered()
    {
        await using var peer = Redis();
        var line = await LookAsync(peer, ("send", Text("PING\r\n")));
        line.Answers();
        Assert.Equal("+PONG\r\n", line.Text("tcp", "answer"));
        Assert.True(line.Phases.FirstByte > 0);
        (await LookAsync(peer, ("send", Text("PING\r\n")), ("reads", Text("PONG")))).Answers();
        (await LookAsync(peer, ("send", Text("PING\r\n")), ("reads", Text("NEVER")))).Fails(TargetFailure.TimedOut, "reading the answer");
    }

    [Fact]
    public async Task A_peer_that_leaves_early_says_nothing_or_never_stops_fails()
    {
        await using var leaves = ScriptedPeer.Tcp((_, _) => Task.CompletedTask);
        (await LookAsync(leaves, ("reads", Text("220")))).Fails(TargetFailure.Reset, "without a word");
        await using var half = ScriptedPeer.Tcp((stream, stop) => stream.WriteAsync("22"u8.ToArray(), stop).AsTask());
        (await LookAsync(half, ("reads", Text("220")))).Fails(TargetFailure.Malformed, "'reads'");
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await LookAsync(silent, ("reads", Text("220")))).Fails(TargetFailure.TimedOut, "waiting for the answer");
        await using var endless = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var lots = new byte[8192];
            while (true) await stream.WriteAsync(lots, stop);
        });
        (await LookAsync(endless, ("reads", Text("220")))).Fails(TargetFailure.TooLarge, "64KiB");
    }

    [Fact]
    public async Task TLS_from_the_start_wants_a_certificate_that_holds()
    {
        using var root = new CertificateAuthority();
        await using var peer = ScriptedPeer.Tls(root.Issue(["127.0.0.1"]), (stream, stop) => stream.WriteAsync("220 ready\r\n"u8.ToArray(), stop).AsTask());
        (await Looking.LookAsync("tcp", $"127.0.0.1:{peer.Port}", settings: ("over-tls", new FieldValue.YesNo(true)))).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        var seen = await Looking.LookAsync("tcp", $"127.0.0.1:{peer.Port}", null, new EgressOptions { PrivateRoots = [root.Certificate] }, settings: [("over-tls", new FieldValue.YesNo(true)), ("reads", Text("220"))]);
        seen.Answers();
        Assert.Equal("1.3", seen.Text("tcp", "tls.version"));
    }

    [Fact]
    public async Task IPv6_is_looked_at_like_IPv4()
    {
        await using var peer = ScriptedPeer.Tcp((stream, stop) => stream.WriteAsync("hello\n"u8.ToArray(), stop).AsTask(), IPAddress.IPv6Loopback);
        var seen = await Looking.LookAsync("tcp", $"[::1]:{peer.Port}", settings: ("reads", Text("hello")));
        seen.Answers();
        Assert.Equal("::1", seen.Address);
        // localhost has both addresses: the one that answers wins.
        (await Looking.LookAsync("tcp", $"localhost:{peer.Port}", settings: ("reads", Text("hello")))).Answers();
    }

    [Theory]
    [InlineData("up 5\n", "5")]
    [InlineData("# HELP up x\n# TYPE up gauge\nup{a=\"x}y\"} 2 1700000000\nup{a=\"z\"} 3.5\nupper 9\n", "5.5")]
    [InlineData("up NaN\n", null)]
    [InlineData("up +Inf\n", null)]
    [InlineData("down 1\n", null)]
    [InlineData("up{a=\"b\" 1\n", null)]
    [InlineData("up 1e3\n", "1000")]
    [InlineData("up 1e300\n", null)]
    public void A_metric_is_found_or_it_is_not(string page, string? value) =>
        Assert.Equal(value is null ? null : decimal.Parse(value), LoadMetric.Find(page, "up"));

    [Fact]
    public void A_metric_may_be_narrowed_by_labels() =>
        Assert.Equal(2, LoadMetric.Find("rps{host=\"a\",zone=\"b\"} 2\nrps{host=\"c\"} 4\n", "rps{host=\"a\"}"));

    [Theory]
    [InlineData("rps{path=\"/a,b\",host=\"x\"}", 7)]
    [InlineData("rps{ host=\"x\" , path=\"/a,b\" }", 7)]
    [InlineData("rps{host=\"x\"}", 7)]
    [InlineData("rps{path=\"/a\"}", null)]
    [InlineData("rps{st=\"x\"}", null)]
    public void A_label_is_compared_whole_whatever_stands_in_its_quotes(string metric, int? value) =>
        Assert.Equal(value, (int?)LoadMetric.Find("rps{host=\"x\",path=\"/a,b\"} 7\n", metric));

    [Fact]
    public async Task Load_is_the_mean_of_the_last_minute_of_a_gauge_and_of_a_counter()
    {
        var (gauge, total) = (0, 0);
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(ScriptedPeer.Ok($"rps {gauge}\nhttp_requests_total{{zone=\"a\"}} {total}\n")), stop);
        });
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2027-01-01T00:00:00Z"));
        using var dialer = new Dialer(new EgressOptions(), time);
        var read = CheckCatalog.LoadReader(dialer, time);
        async Task<(Quantity? Gauge, Quantity? Counter)> At(int rate, int grown)
        {
            (gauge, total) = (rate, total + grown);
            var seen = (await read(new LoadSource("rps", peer.Url), CancellationToken.None), await read(new LoadSource("http_requests_total{zone=\"a\"}", peer.Url), CancellationToken.None));
            time.Advance(TimeSpan.FromSeconds(15));
            return seen;
        }
        static Quantity Rate(decimal amount, int seconds = 1) => Quantity.Rate(amount, Duration.Seconds(seconds));
        Assert.Equal((Rate(400), null), await At(400, 0));
        await At(400, 6000);
        await At(400, 6000);
        Assert.Equal((Rate(400), Rate(18_000, 45)), await At(400, 6000));
        // one peak of fifteen seconds is a quarter of the minute
        Assert.Equal((Rate(500), Rate(30_000, 60)), await At(800, 12_000));
        Assert.Equal((Rate(500), Rate(30_000, 60)), await At(400, 6000));
        await At(400, 6000);
        await At(400, 6000);
        Assert.Equal((Rate(400), Rate(24_000, 60)), await At(400, 6000)); // the peak is over a minute ago
    }

    [Fact]
    public async Task Load_is_read_as_a_rate_from_gauges_and_counters()
    {
        var total = 100;
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(ScriptedPeer.Ok($"rps 12.5\nhttp_requests_total {total}\n")), stop);
        });
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2027-01-01T00:00:00Z"));
        using var dialer = new Dialer(new EgressOptions(), time);
        var read = CheckCatalog.LoadReader(dialer, time);
        Assert.Equal(Quantity.Rate(12.5m, Duration.Seconds(1)), await read(new LoadSource("rps", peer.Url), CancellationToken.None));
        var counter = new LoadSource("http_requests_total", peer.Url);
        Assert.Null(await read(counter, CancellationToken.None));
        total = 160;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Quantity.Rate(2, Duration.Seconds(1)), await read(counter, CancellationToken.None));
        total = 5;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await read(counter, CancellationToken.None));
        Assert.Null(await read(new LoadSource("absent", peer.Url), CancellationToken.None));
        Assert.Null(await read(new LoadSource("rps", $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}/"), CancellationToken.None));
        Assert.Null(await read(new LoadSource("rps", "file:///etc/passwd"), CancellationToken.None));
    }
}
