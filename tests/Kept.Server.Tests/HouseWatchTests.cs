using System.Text;
using Kept.Ledger;
using Kept.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>What counts as a change: everything that the reading would read, however it lies there.</summary>
public sealed class HouseWatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-watch");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_mounted_folder_of_links_is_taken_up_when_its_data_is_turned_to_another()
    {
        // as Kubernetes mounts a ConfigMap: files are links through ..data, which is turned to another folder at once
        var (house, when) = (In("house"), new DateTime(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc));
        foreach (var (name, benefit) in new[] { ("..one", "As a customer you can pay."), ("..two", "As a customer you can buy.") })
        {
            Write(Directory.CreateDirectory(Path.Combine(house, name)).FullName, benefit);
            File.SetLastWriteTimeUtc(Path.Combine(house, name, "shop.kept.yaml"), when); // as long and as old as the other
        }
        Directory.CreateSymbolicLink(Path.Combine(house, "..data"), "..one");
        File.CreateSymbolicLink(Path.Combine(house, "shop.kept.yaml"), Path.Combine("..data", "shop.kept.yaml"));
        await using var ledger = Open();
        var source = Source(house, ledger);
        Assert.Contains("pay", await BenefitAsync(source), StringComparison.Ordinal);
        var before = source.Signature();
        Assert.Equal(before, source.Signature());
        Directory.Delete(Path.Combine(house, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(house, "..data"), "..two");
        Assert.NotEqual(before, source.Signature());
        Assert.Contains("buy", await BenefitAsync(source), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_is_watched_as_deep_as_it_is_read()
    {
        var deep = Directory.CreateDirectory(Path.Combine([In("house"), .. Enumerable.Repeat("a", 20)])).FullName;
        Write(deep, "As a customer you can pay.");
        await using var ledger = Open();
        var source = Source(In("house"), ledger);
        var before = source.Signature();
        Write(deep, "As a customer you can pay by card.");
        Assert.NotEqual(before, source.Signature());
        Assert.Contains("by card", await BenefitAsync(source), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_vanishes_while_it_is_looked_at_is_no_fault()
    {
        var file = Path.Combine(In("house"), "shop.kept.yaml");
        await using var ledger = Open();
        var source = Source(file, ledger);
        using var stop = new CancellationTokenSource();
        var replaced = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                File.WriteAllText(file, "kept: 1");
                File.Delete(file);
            }
        }, CancellationToken.None);
        for (var i = 0; i < 20_000; i++) source.Signature();
        await stop.CancelAsync();
        await replaced;
    }

    [Fact]
    public async Task A_certificate_that_the_house_trusts_is_taken_up_when_it_is_renewed()
    {
        using var first = new CertificateAuthority();
        using var second = new CertificateAuthority();
        var house = In("house");
        Write(house, "As a customer you can pay.");
        await File.WriteAllTextAsync(Path.Combine(house, "house.yaml"), "house: shop\ntrust: [ root.pem ]\n");
        await File.WriteAllTextAsync(Path.Combine(house, "root.pem"), first.Pem);
        await using var ledger = Open();
        var source = Source(house, ledger);
        using var looking = new Looking(house, _time);
        var signature = source.Signature();
        looking.Follow((await source.ReadAsync(CancellationToken.None)).House!.Settings);
        var (used, trusted) = (looking.Roots, source.BesideSignature());
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var watch = new HouseWatch(source, house, (reading, _) =>
        {
            looking.Follow(reading.House!.Settings);
            taken.TrySetResult();
            return ValueTask.CompletedTask;
        }, _time, NullLogger.Instance).RunAsync(signature, trusted, stop.Token);
        await File.WriteAllTextAsync(Path.Combine(house, "root.pem"), second.Pem + "\n");
        for (var i = 0; i < 1000 && !taken.Task.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(taken.Task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None));
        }
        Assert.True(taken.Task.IsCompleted);
        Assert.NotEqual(used, looking.Roots);
        await stop.CancelAsync();
        await Task.WhenAny(watch);
    }

    [Fact]
    public async Task What_stands_beside_and_never_stands_still_holds_up_neither_documents_nor_the_rest_for_ever()
    {
        using var authority = new CertificateAuthority();
        var house = In("house");
        Write(house, "As a customer you can pay.");
        var restless = Path.Combine(house, "root.pem");
        await File.WriteAllTextAsync(Path.Combine(house, "house.yaml"), "house: shop\ntrust: [ root.pem ]\n");
        await File.WriteAllTextAsync(restless, authority.Pem);
        await using var ledger = Open();
        var source = Source(house, ledger);
        var signature = source.Signature();
        Assert.NotNull((await source.ReadAsync(CancellationToken.None)).House);
        var taken = new List<string>();
        using var stop = new CancellationTokenSource();
        var watch = new HouseWatch(source, house, (reading, _) =>
        {
            lock (taken) taken.Add(Assert.Single(reading.House!.Promises).Benefit);
            return ValueTask.CompletedTask;
        }, _time, NullLogger.Instance).RunAsync(signature, source.BesideSignature(), stop.Token);
        async Task<bool> ComesAsync(Func<List<string>, bool> what)
        {
            for (var i = 0; i < 3_000; i++)
            {
                lock (taken)
                    if (what(taken)) return true;
                await File.AppendAllTextAsync(restless, "\n"); // at least once within the moment in which it should stand still
                _time.Advance(TimeSpan.FromMilliseconds(75));
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }
            return false;
        }
        Write(house, "As a customer you can pay by card.");
        Assert.True(await ComesAsync(all => all.Exists(one => one.Contains("by card", StringComparison.Ordinal))));
        int before;
        lock (taken) before = taken.Count;
        Assert.True(await ComesAsync(all => all.Count > before)); // what else changed beside is read too
        await stop.CancelAsync();
        await Task.WhenAny(watch);
    }

    private string In(string name) => Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;

    private ILedger Open() => Ledgers.OpenSqlite(In("data"), _time, new Random(1));

    private HouseSource Source(string path, ILedger ledger) => new(path, () => null, ledger, _time, NullLogger.Instance, () => null);

    private static async Task<string> BenefitAsync(HouseSource source) => Assert.Single((await source.ReadAsync(CancellationToken.None)).House!.Promises).Benefit;

    private static void Write(string folder, string benefit) => File.WriteAllText(Path.Combine(folder, "shop.kept.yaml"), $$"""
        kept: 1
        agent: shop
        domains: [localhost]
        until: 2030-12-31
        promises:
          checkout@1:
            version: 1.0
            benefit: {{benefit}}
            to: anyone
            keeps: [ availability >= 99% over 30d ]
            check: { http: GET http://localhost:9/, every: 60s, expect: [ status == 200 ] }
        """, Encoding.UTF8);
}
