using Kept.EndToEnd.Tests.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>What changes a verdict without anything breaking: a document that is saved, and a job that calls or keeps silent.</summary>
public sealed class ChangingHouseTests : IAsyncLifetime
{
    private readonly Nginx _nginx = new();
    private readonly KeptUp _kept = new();

    public async ValueTask InitializeAsync()
    {
        await _nginx.StartAsync();
        await _kept.StartAsync("house: shop\nplace: test-bench\n", Document());
    }

    [Fact]
    public async Task A_heartbeat_is_unknown_until_it_first_comes_then_kept_and_broken_by_silence_and_by_failure()
    {
        await _kept.UntilAsync("shop/backup@1", "unknown");
        await _kept.CallAsync("beat/nightly-backup");
        await _kept.UntilAsync("shop/backup@1", "kept");
        await _kept.UntilAsync("shop/backup@1", "broken");
        await _kept.CallAsync("beat/nightly-backup");
        await _kept.CallAsync("beat/nightly-backup");
        await _kept.UntilAsync("shop/backup@1", "kept");
        await _kept.CallAsync("beat/nightly-backup/fail");
        await _kept.UntilAsync("shop/backup@1", "broken");
    }

    [Fact]
    public async Task A_changed_document_is_taken_up_a_refused_one_changes_nothing_and_is_told()
    {
        await _kept.UntilAsync("shop/web@1", "kept");
        var file = _kept.Document;
        var good = await File.ReadAllTextAsync(file);

        await File.WriteAllTextAsync(file, good.Replace("status == 200", "status == 204", StringComparison.Ordinal));
        await _kept.UntilAsync("shop/web@1", "broken", "200");

        await File.WriteAllTextAsync(file, good.Replace("status == 200", "statsu == 200", StringComparison.Ordinal));
        await EventuallyAsync(async () => (await _kept.TextAsync("")).Contains("statsu", StringComparison.Ordinal), "the page tells that the documents were refused");
        Assert.Equal("broken", (await _kept.GetAsync("api/v1/promises/shop/web@1")).GetProperty("verdict").GetProperty("outcome").GetString());

        // A rule's error loads: the others go on, this one is not a promise.
        await File.WriteAllTextAsync(file, good.Replace(ShopDocument.Domains, "domains: [shop.test]", StringComparison.Ordinal));
        await _kept.UntilAsync("shop/web@1", "not-a-promise", "R01");

        await File.WriteAllTextAsync(file, good);
        await _kept.UntilAsync("shop/web@1", "kept");
        Assert.DoesNotContain("statsu", await _kept.TextAsync(""), StringComparison.Ordinal);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        for (var i = 0; i < 150; i++)
        {
            if (await holds()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"it did not come about that {what}");
    }

    private string Document() =>
        ShopDocument.With($$"""
        web@1:
          benefit: You get an answer.
          check:
            http: GET http://127.0.0.1:{{_nginx.Port}}/health
            expect: [ status == 200, body.ready == true ]
        backup@1:
          benefit: The backup runs.
          check: { heartbeat: nightly-backup, every: 2s, grace: 1s, confirm: 1 of 1 }
        """);

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _nginx.DisposeAsync();
    }
}
