using Kept.EndToEnd.Tests.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>OpenSSH itself, and the kernel's own answers to echo requests: kept, broken while the server is away, kept again; and unknown where we may not look.</summary>
public sealed class ShellAndEchoTests : IAsyncLifetime
{
    private readonly Sshd _sshd = new();
    private readonly KeptUp _kept = new();

    public async ValueTask InitializeAsync()
    {
        await _sshd.StartAsync();
        await _kept.StartAsync("house: shop\n", Document());
    }

    [Fact]
    public async Task A_real_server_and_a_real_kernel_keep_break_and_keep_again()
    {
        await _kept.UntilAsync("shop/shell@1", "kept");
        await _kept.UntilAsync("shop/old-shell@1", "broken", "protocol");
        await _kept.UntilAsync("shop/locked@1", "unknown");
        await _sshd.StopAsync();
        await _kept.UntilAsync("shop/shell@1", "broken", "refused");
        await _sshd.StartAsync();
        await _kept.UntilAsync("shop/shell@1", "kept");
        if (MayEcho()) await _kept.UntilAsync("shop/echo@1", "kept");
        else await _kept.UntilAsync("shop/echo@1", "unknown");
    }

    /// <summary>What the look asks of the system: tests run as root, or where the group of everybody may.</summary>
    private static bool MayEcho() => Environment.IsPrivilegedProcess || File.ReadAllText("/proc/sys/net/ipv4/ping_group_range").Split('\t', ' ')[0] == "0";

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
          shell@1:
            check: { ssh: '127.0.0.1:{{_sshd.Port}}', expect: [ "protocol == '2.0'", "software matches /^OpenSSH_/" ] }
          old-shell@1:
            check: { ssh: 'localhost:{{_sshd.Port}}', expect: [ "protocol == '1.99'" ] }
          locked@1:
            check: { imap: '127.0.0.1:{{_sshd.Port}}', user: watch, password: '${env:KEPT_TEST_NEVER_SET}', expect: [ logged-in ] }
          echo@1:
            check: { icmp: 127.0.0.1, packets: 2, interval: 50ms, expect: [ lost == 0, round-trip.median < 500ms ] }
        """;

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _sshd.DisposeAsync();
    }
}
