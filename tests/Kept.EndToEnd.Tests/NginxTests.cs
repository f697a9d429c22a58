using System.Security.Cryptography.X509Certificates;
using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>nginx itself: which version of HTTP and of TLS it speaks is seen, and its being stopped, killed and started again.</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private readonly Nginx _nginx = new();
    private readonly KeptUp _kept = new();
    private readonly CertificateAuthority _authority = new();

    public async ValueTask InitializeAsync()
    {
        using var certificate = _authority.Issue(["localhost"]);
        using var key = certificate.GetECDsaPrivateKey()!;
        _nginx.UseCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        await _nginx.StartAsync();
        var house = Path.Combine(_kept.Folder, "house");
        Directory.CreateDirectory(house);
        await File.WriteAllTextAsync(Path.Combine(house, "ca.pem"), _authority.Pem);
        await File.WriteAllTextAsync(Path.Combine(house, "house.yaml"), "house: shop\ntrust: [ca.pem]\n");
        await File.WriteAllTextAsync(Path.Combine(house, "shop.kept.yaml"), Document());
        await _kept.StartAsync(house);
    }

    [Fact]
    public async Task Its_HTTP_2_is_seen_and_its_being_stopped_killed_and_started_again()
    {
        var promises = new[] { "two", "kept-open", "one", "plain", "port", "handshake" };
        foreach (var promise in promises) await _kept.UntilAsync($"shop/{promise}@1", "kept");
        // What is expected of the version is really asked: where HTTP/2 is not spoken it fails.
        await _kept.UntilAsync("shop/never-two@1", "broken", "version");
        // One stream after the other on one connection leaves nothing behind.
        await _kept.UntilAsync("shop/reused@1", "kept");

        foreach (var end in new Func<Task>[] { StopInOrder, _nginx.StopAsync })
        {
            await end();
            Assert.False(_nginx.IsRunning);
            var stoppedAt = TimeProvider.System.GetUtcNow();
            foreach (var promise in promises)
            {
                var broken = await _kept.UntilAsync($"shop/{promise}@1", "broken", "refused");
                Assert.True(broken.GetProperty("verdict").GetProperty("seenAt").GetDateTimeOffset() < stoppedAt.AddSeconds(15));
            }
            await _nginx.StartAsync();
            foreach (var promise in promises) await _kept.UntilAsync($"shop/{promise}@1", "kept");
        }
    }

    /// <summary>As an operator stops it: what is under way ends well.</summary>
    private async Task StopInOrder()
    {
        _nginx.Signal("QUIT");
        await _nginx.WaitForExitAsync(TimeSpan.FromSeconds(20));
    }

    private string Document() =>
        $$"""
        kept: 1
        agent: shop
        kind: service
        domains: [localhost, 127.0.0.1]
        until: 2099-12-31
        contact:
          - { role: on call, reach: 'mailto:oncall@shop.test', hours: 'Mo-Su 00:00-24:00 Europe/Brussels', answers: within 1h, expires: 2099-12-31 }
        defaults:
          to: anyone
          version: 1.0
          docs: https://shop.test/terms
          notice: 7d
          uses: not disclosed
          benefit: You get an answer.
          fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
          keeps: [ 'availability >= 50% over 30d' ]
          check: { every: 1s, timeout: 900ms, confirm: 2 of 3 }
        promises:
          reused@1:
            check: { every: 6s, timeout: 5s, reuse: 'https://localhost:{{_nginx.TlsPort}}/health', after: [ '/health?{marker}', '/none/{marker}' ], connection: kept, version: '2', share: 50%, expect: [ same, leftovers == 0 ] }
          two@1:
            check: { http: 'GET https://localhost:{{_nginx.TlsPort}}/health', connection: new, expect: [ status == 200, "version == '2'", "tls.version in ['1.2', '1.3']", body.ready == true ] }
          kept-open@1:
            check: { http: 'GET https://localhost:{{_nginx.TlsPort}}/health', version: '2', expect: [ status == 200, "version == '2'" ] }
          one@1:
            check: { http: 'GET https://localhost:{{_nginx.TlsPort}}/health', version: '1.1', expect: [ status == 200, "version == '1.1'" ] }
          plain@1:
            check: { http: 'GET http://127.0.0.1:{{_nginx.Port}}/health', expect: [ status == 200, "version == '1.1'" ] }
          never-two@1:
            check: { http: 'GET http://127.0.0.1:{{_nginx.Port}}/health?never', expect: [ "version == '2'" ] }
          port@1:
            check: { tcp: '127.0.0.1:{{_nginx.Port}}' }
          handshake@1:
            check: { tls: 'localhost:{{_nginx.TlsPort}}', expect: [ trusted == true ] }
        """;

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _nginx.DisposeAsync();
        _authority.Dispose();
    }
}
