using System.Security.Cryptography.X509Certificates;
using Kept.EndToEnd.Tests.Browser;
using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit.Peers;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>
/// The whole product about real servers: nginx (HTTP, TLS with HTTP/2), Redis, PostgreSQL and a DNS server are started, promised about, and broken one way
/// after the other; each verdict, its reason and its time are seen on the API, and in Chromium on pages that were opened once and are never loaded again.
/// </summary>
public sealed class BreakingHouseTests : IAsyncLifetime
{
    private readonly Nginx _nginx = new();
    private readonly RedisServer _redis = new();
    private readonly PostgresServer _postgres = new();
    private readonly KeptUp _kept = new();
    private readonly CertificateAuthority _authority = new();
    private readonly NameServer _names;
    private readonly Dictionary<string, Watcher> _watchers = [];
    private volatile string? _address = "127.0.0.1";

    public BreakingHouseTests() => _names = new NameServer((name, _) => name == "shop.test" && _address is { } address
        ? new NameAnswer(0, NameRecord.Address(name, address, ttl: 0))
        : NameAnswer.NoSuchName);

    public async ValueTask InitializeAsync()
    {
        UseCertificate(Good());
        await Task.WhenAll(_nginx.StartAsync(), _redis.StartAsync(), _postgres.StartAsync());
        Directory.CreateDirectory(_kept.House);
        await File.WriteAllTextAsync(Path.Combine(_kept.House, "ca.pem"), _authority.Pem);
        await _kept.StartAsync("house: shop\nplace: test-bench\ntrust: [ca.pem]\n", Document());
    }

    [Fact]
    public async Task Every_way_of_breaking_is_seen_with_its_reason_and_its_time_and_so_is_every_recovery()
    {
        await using var chromium = await Chromium.StartAsync();
        await using var house = await chromium.OpenAsync(_kept.Address);
        foreach (var name in new[] { "web", "secure", "cache", "database", "name", "certificate" })
        {
            await _kept.UntilAsync($"shop/{name}@1", "kept");
            _watchers[name] = await Watcher.OpenAsync(chromium, _kept, house, $"shop/{name}@1");
        }

        // An HTTP service that fails in every way a service can.
        await BreaksAndHeals("web", () => Reload(() => _nginx.Status = 500), "500", () => Reload(() => _nginx.Status = 200));
        await BreaksAndHeals("web", () => Reload(() => _nginx.Body = """{"ready":false}"""), "ready", () => Reload(() => _nginx.Body = """{"ready":true}"""));
        await BreaksAndHeals("web", () => Reload(() => _nginx.Body = "<html>log in</html>"), "ready", () => Reload(() => _nginx.Body = """{"ready":true}"""));
        await BreaksAndHeals("web", () => Reload(() => _nginx.BytesPerSecond = 1), "900 ms", () => Reload(() => _nginx.BytesPerSecond = 0));
        await BreaksAndHeals("web", _nginx.BlackHole, "900 ms", _nginx.Thaw);

        // TLS: the right service behind a wrong certificate is not the service that was promised.
        await BreaksAndHeals("secure", () => Reload(() => UseCertificate(_authority.Issue(["other.test"]))), "it is for other.test, not for localhost", () => Reload(() => UseCertificate(Good())));
        await BreaksAndHeals("secure", () => Reload(() => UseCertificate(_authority.Issue(["localhost"], Now.AddDays(-30), Now.AddDays(-1)))), "expired", () => Reload(() => UseCertificate(Good())));
        await BreaksAndHeals("certificate", () => Reload(() => UseCertificate(_authority.Issue(["localhost"], to: Now.AddDays(3)))), "certificate.expires-in", () => Reload(() => UseCertificate(Good())));

        await BreaksAndHeals("cache", () => _redis.StopAsync().Wait(), "refused", () => _redis.StartAsync().Wait());
        await BreaksAndHeals("database", () => _postgres.StopAsync().Wait(), "refused", () => _postgres.StartAsync().Wait());
        await BreaksAndHeals("name", () => _address = null, "NXDOMAIN", () => _address = "127.0.0.1");
        await BreaksAndHeals("name", () => _address = "127.0.0.9", "127.0.0.9", () => _address = "127.0.0.1");

        foreach (var watcher in _watchers.Values)
        {
            watcher.NeverLeft();
            await watcher.DisposeAsync();
        }
    }

    private async Task BreaksAndHeals(string promise, Action breakIt, string because, Action heal)
    {
        // An earlier fault may have broken it too (one certificate serves two promises): only a promise that is kept can be seen to break.
        await _kept.UntilAsync($"shop/{promise}@1", "kept");
        var before = Now;
        breakIt();
        var broken = await _kept.UntilAsync($"shop/{promise}@1", "broken", because);
        var seenAt = broken.GetProperty("verdict").GetProperty("seenAt").GetDateTimeOffset();
        Assert.True(seenAt > before, $"{promise} is broken by evidence of {seenAt:O}, which is older than the fault of {before:O}");
        Assert.True(seenAt < before.AddSeconds(15), $"{promise} was found broken only at {seenAt:O}; the fault is of {before:O}");
        await _watchers[promise].SeesAsync("broken", broken);
        heal();
        await _watchers[promise].SeesAsync("kept", await _kept.UntilAsync($"shop/{promise}@1", "kept"));
    }

    private void Reload(Action change)
    {
        change();
        _nginx.Reload();
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private X509Certificate2 Good() => _authority.Issue(["localhost"]);

    private void UseCertificate(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        _nginx.UseCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        certificate.Dispose();
    }

    private string Document() =>
        ShopDocument.With($$"""
        web@1:
          benefit: You get an answer.
          check:
            http: GET http://127.0.0.1:{{_nginx.Port}}/health
            expect: [ status == 200, body.ready == true ]
        secure@1:
          benefit: You get an answer that nobody else can read.
          check:
            http: GET https://localhost:{{_nginx.TlsPort}}/health
            connection: new
            expect: [ status == 200 ]
        certificate@1:
          benefit: The certificate is renewed in time.
          check:
            tls: localhost:{{_nginx.TlsPort}}
            expect: [ certificate.expires-in > 14d ]
        cache@1:
          benefit: The cache answers.
          check:
            tcp: 127.0.0.1:{{_redis.Port}}
            send: "PING\r\n"
            reads: PONG
        database@1:
          benefit: The database accepts connections.
          check:
            tcp: 127.0.0.1:{{_postgres.Port}}
        name@1:
          benefit: The name leads to us.
          check:
            dns: A shop.test at 127.0.0.1:{{_names.Port}}
            expect: [ 'rcode == ''NOERROR''', "answers contains '127.0.0.1'" ]
        """);

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _nginx.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        await _names.DisposeAsync();
        _authority.Dispose();
    }
}
