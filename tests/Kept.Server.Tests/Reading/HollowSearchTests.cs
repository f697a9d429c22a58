using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Kept.Checks;
using Kept.Judging;
using Kept.Language;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>The search for hollow checks in the running server: what it finds, and that nothing waits for it.</summary>
public sealed class HollowSearchTests : IAsyncDisposable
{
    private const string NoFail = "[ status < 1000 ]";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-hollow");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _analysed = [];
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await _running;
            _stop.Token.ThrowIfCancellationRequested(); // of a test that runs none
        });
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_server_tells_findings_among_its_problems_and_neither_start_nor_looks_wait_for_them()
    {
        var house = Directory.CreateDirectory(Path.Combine(_folder.FullName, "promises")).FullName;
        await File.WriteAllTextAsync(Path.Combine(house, "shop.kept.yaml"), Shop(NoFail), TestContext.Current.CancellationToken);
        using var gate = new ManualResetEventSlim();
        await using var up = Started.Up(new ServerOptions(Path.Combine(_folder.FullName, "data"), house, IPAddress.Loopback, 0)
        {
            Hollow = (promise, now) =>
            {
                gate.Wait(_stop.Token);
                return HollowPromise.Of(promise, now);
            },
        });
        try
        {
            // started, and every promise of its own was looked at and kept, while the search stands still at its first promise
            using var client = await up.ClientAsync();
            await UntilAsync(client, "/api/v1/promises?agent=kept&outcome=kept", list => list.GetProperty("total").GetInt32() == 4);
            var before = await UntilAsync(client, "/api/v1/diagnostics", _ => true);
            Assert.Equal("searching", before.GetProperty("hollow").GetProperty("state").GetString());
            Assert.DoesNotContain("H01", Codes(before));
            Assert.Contains("still being searched", await client.GetStringAsync("/problems", TestContext.Current.CancellationToken), StringComparison.Ordinal);

            gate.Set();
            var after = await UntilAsync(client, "/api/v1/diagnostics", told => told.GetProperty("hollow").GetProperty("state").GetString() == "searched");
            var finding = Assert.Single(after.GetProperty("items").EnumerateArray(), item => item.GetProperty("code").GetString() == "H01");
            Assert.Equal("shop/p0@1", finding.GetProperty("promise").GetString());
            Assert.All(after.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("code").GetString()!.StartsWith('H')), item => Assert.StartsWith("shop/", item.GetProperty("promise").GetString(), StringComparison.Ordinal));
            var page = await client.GetStringAsync("/problems", TestContext.Current.CancellationToken);
            Assert.Contains("warning H01", page, StringComparison.Ordinal);
            Assert.Contains("is true of every answer", page, StringComparison.Ordinal);
            Assert.DoesNotContain("still being searched", page, StringComparison.Ordinal);

            // mended documents are searched anew, without a restart
            await File.WriteAllTextAsync(Path.Combine(house, "shop.kept.yaml"), Shop("[ status == 200 ], misses: { what: certificate-expiring, because: the proxy before it looks }"), TestContext.Current.CancellationToken);
            await UntilAsync(client, "/api/v1/diagnostics", told => told.GetProperty("hollow").GetProperty("state").GetString() == "searched" && !Codes(told).Contains("H01"));
            var promise = await client.GetStringAsync("/promises/shop/p0@1", TestContext.Current.CancellationToken);
            Assert.Contains("a certificate with an hour left: the proxy before it looks", promise[promise.IndexOf("their document accepts it", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public async Task The_same_documents_are_searched_once_and_what_is_told_elsewhere_is_not_told_twice()
    {
        var house = Read(Shop(NoFail));
        var search = Search();
        Assert.False(search.Of(house).IsWhole);
        search.Take(house);
        var finding = Assert.Single((await WholeAsync(search, house)).Findings);
        Assert.Equal(HollowCodes.CannotFail, finding.Code);
        search.Take(house with { Diagnostics = [new Diagnostic("R99", Severity.Warning, finding.At, "told", null)] });
        await UntilAsync(() => search.Of(house).Findings.IsEmpty);
        Assert.Equal(["shop/p0@1"], _analysed);
        Assert.False(search.Of(Read(Shop("[ status == 200 ]"))).IsWhole); // of another house nothing is known
    }

    [Fact]
    public async Task It_rests_between_a_few_promises_and_gives_up_a_house_that_is_no_longer_the_newest()
    {
        var (large, next) = (Read(Shop(Enumerable.Repeat(NoFail, 40))), Read(Shop(NoFail)));
        var search = Search();
        search.Take(large);
        await UntilAsync(() => Analysed >= 15);
        Assert.Equal(15, Analysed); // the clock stands, and with it the search
        search.Take(next);
        await WholeAsync(search, next);
        Assert.Equal(16, Analysed);
        Assert.False(search.Of(large).IsWhole);
        search.Take(large);
        Assert.Equal(40, (await WholeAsync(search, large)).Findings.Length);
    }

    [Fact]
    public async Task Findings_are_bounded_and_a_promise_that_cannot_be_searched_leaves_the_others()
    {
        var house = Read(Shop(Enumerable.Repeat("[ status < 1000, status < 1001, status < 1002, time >= 0s ]", 300)));
        var search = Search(promise => promise.Name.Promise == "p7" ? throw new InvalidOperationException("a fault of ours") : null);
        search.Take(house);
        var found = await WholeAsync(search, house);
        Assert.Equal(HollowSearch.Most, found.Findings.Length);
        Assert.Equal((299 * 4) - HollowSearch.Most, found.More);
        Assert.DoesNotContain(found.Findings, finding => finding.Promise!.Promise == "p7");
        Assert.Equal(found.Findings.OrderBy(finding => finding.At.Line).Select(finding => finding.At), found.Findings.Select(finding => finding.At));
    }

    [Fact]
    public async Task An_acceptance_that_ends_is_told_without_a_change_of_the_documents()
    {
        var house = Read(Shop("[ status == 200 ], misses: { what: certificate-expiring, because: the proxy looks, until: '2026-11-24T13:00:00Z' }"));
        var search = Search();
        search.Take(house);
        Assert.Empty((await WholeAsync(search, house)).Findings);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(search.Of(house).Findings);
        await UntilAsync(() => search.Of(house).Findings.Any(finding => finding.Code == HollowCodes.AcceptanceEnded), TimeSpan.FromMinutes(1));
        Assert.Equal(2, Analysed);
    }

    [Fact]
    public async Task Strangers_read_findings_without_what_may_be_secret_in_them()
    {
        var house = Read(Shop("[ status == 200 ], misses: { what: 'https://user:hidden@shop.example/', because: it is so }"));
        var search = Search(discreet: new Discretion(_folder.FullName).Of);
        search.Take(house);
        var finding = Assert.Single((await WholeAsync(search, house)).Findings);
        Assert.Equal(HollowCodes.AcceptanceNeedless, finding.Code);
        Assert.DoesNotContain("hidden", finding.Message, StringComparison.Ordinal);
    }

    private HollowSearch Search(Func<Promise, HollowPromise?>? instead = null, Func<ImmutableArray<Diagnostic>, ImmutableArray<Diagnostic>>? discreet = null)
    {
        var search = new HollowSearch((promise, now) =>
        {
            lock (_analysed) _analysed.Add(promise.Name.ToString());
            return instead?.Invoke(promise) ?? HollowPromise.Of(promise, now);
        }, discreet ?? (found => found), _time, NullLogger.Instance);
        _running = Task.Run(() => search.RunAsync(_stop.Token), CancellationToken.None);
        return search;
    }

    private int Analysed
    {
        get
        {
            lock (_analysed) return _analysed.Count;
        }
    }

    private async Task<HollowFound> WholeAsync(HollowSearch search, House house)
    {
        await UntilAsync(() => search.Of(house).IsWhole, TimeSpan.FromMilliseconds(10));
        return search.Of(house);
    }

    /// <param name="met">What is waited for.</param>
    /// <param name="step">How far the clock of the search goes on meanwhile, each time.</param>
    private async Task UntilAsync(Func<bool> met, TimeSpan step = default)
    {
        for (var i = 0; i < 6_000 && !met(); i++)
        {
            if (step > TimeSpan.Zero) _time.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        Assert.True(met());
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string path, Func<JsonElement, bool> met)
    {
        for (var i = 0; i < 600; i++)
        {
            using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode && JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement is var told && met(told)) return told;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException(path);
    }

    private static List<string> Codes(JsonElement told) => [.. told.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("code").GetString()!)];

    private static House Read(string text)
    {
        var reading = HouseReader.Read([new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(text))], "house", CheckCatalog.Kinds);
        Assert.True(reading.House is not null, string.Join("\n", reading.Diagnostics.Select(DiagnosticText.Render)));
        return reading.House;
    }

    private static string Shop(string expect) => Shop([expect]);

    private static string Shop(IEnumerable<string> expects) => "kept: 1\nagent: shop\ndomains: [localhost]\nuntil: 2030-12-31\npromises:\n" + string.Concat(expects.Select((expect, i) => $$"""
          p{{i}}@1:
            version: 1.0
            benefit: As a customer you can pay.
            to: anyone
            docs: docs/checkout.md
            notice: 30d
            keeps: [ availability >= 99% over 30d ]
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
            check: { http: 'GET https://localhost:9/{{i}}', every: 60s, expect: {{expect}} }

        """));
}
