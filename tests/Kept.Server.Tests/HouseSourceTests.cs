using System.Security.Cryptography;
using System.Text;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Reading a house again and again: what time changes, and what a compiled house may not do.</summary>
public sealed class HouseSourceTests : IDisposable
{
    private const string CacheKey = "house.compiled";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-source");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private string? _distrust;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Rules_are_asked_again_when_a_term_passes_though_no_file_changed()
    {
        Write("2026-11-26");
        await using var ledger = Open();
        var source = Source(ledger);
        Assert.DoesNotContain(await Errors(source), error => error == "R35");
        Assert.False(source.IsRulesChangeDue);
        for (var days = 0; days < 4 && !source.IsRulesChangeDue; days++) _time.Advance(TimeSpan.FromDays(1));
        Assert.True(source.IsRulesChangeDue);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Contains(await Errors(source), error => error == "R35");
        Assert.False(source.IsRulesChangeDue);
    }

    [Fact]
    public async Task Rules_are_asked_again_when_the_notice_before_an_agents_own_term_begins()
    {
        Write("2027-01-15", "notice: 30d"); // the day counts whole, so thirty days before its end is the 17th of December
        await using var ledger = Open();
        var source = Source(ledger);
        Assert.DoesNotContain(await Errors(source), error => error == "R35");
        _time.SetUtcNow(new DateTimeOffset(2026, 12, 17, 0, 0, 0, TimeSpan.Zero));
        Assert.False(source.IsRulesChangeDue);
        Assert.DoesNotContain(await Errors(source), error => error == "R35");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(source.IsRulesChangeDue);
        var told = Assert.Single((await source.ReadAsync(CancellationToken.None)).Diagnostics, one => one.Code == "R35");
        Assert.Equal(Severity.Warning, told.Severity);
        Assert.Contains("sooner than its notice of 30d", told.Message, StringComparison.Ordinal);
        Assert.Equal(4, told.At.Line); // where the agent says it
    }

    /// <summary>Also of a house that was compiled: the file is none of its documents.</summary>
    [Fact]
    public async Task What_a_check_asks_is_held_against_its_file_again_when_that_changes()
    {
        var good = await File.ReadAllBytesAsync(Kept.TestKit.Repository.PathOf("examples", "good", "rules", "descriptors", "orders.pb"));
        var file = Directory.CreateDirectory(Path.Combine(_folder.FullName, "descriptors")).FullName + "/orders.pb";
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "shop.kept.yaml"), await File.ReadAllTextAsync(Kept.TestKit.Repository.PathOf("examples", "good", "rules", "R61.kept.yaml")));
        await using var ledger = Open();
        var source = Source(ledger);
        async Task<(int Errors, int Warnings, Standing Standing)> ReadAsync()
        {
            var reading = await source.ReadAsync(CancellationToken.None);
            var told = reading.Diagnostics.Where(one => one.Code == "R61").ToList();
            return (told.Count(one => one.Severity == Severity.Error), told.Count(one => one.Severity == Severity.Warning), reading.House!.Promises.Single(promise => promise.Name.Agent == "r61-shop").Standing);
        }
        Assert.Equal((0, 1, Standing.Offered), await ReadAsync()); // not there yet: nobody knows
        var before = source.BesideSignature();
        await File.WriteAllBytesAsync(file, good);
        Assert.NotEqual(before, source.BesideSignature());
        Assert.Equal((0, 0, Standing.Offered), await ReadAsync());
        before = source.BesideSignature();
        await File.WriteAllBytesAsync(file, good[..(good.Length / 2)]);
        Assert.NotEqual(before, source.BesideSignature());
        Assert.Equal((0, 1, Standing.Offered), await ReadAsync()); // it may be one that is being written
        await File.WriteAllBytesAsync(file, good);
        var document = Path.Combine(_folder.FullName, "shop.kept.yaml");
        var written = await File.ReadAllTextAsync(document);
        await File.WriteAllTextAsync(document, written.Replace("\"atMost\"", "\"atmost\"", StringComparison.Ordinal));
        Assert.Equal((1, 0, Standing.Draft), await ReadAsync()); // not a promise, in words, and the house goes on
        await File.WriteAllTextAsync(document, written);
        Assert.Equal((0, 0, Standing.Offered), await ReadAsync());
    }

    [Fact]
    public async Task A_watch_takes_the_house_anew_when_a_term_passes()
    {
        Write("2026-11-26");
        await using var ledger = Open();
        var source = Source(ledger);
        var signature = source.Signature();
        await source.ReadAsync(CancellationToken.None);
        var taken = new TaskCompletionSource<HouseReading>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var watch = new HouseWatch(source, _folder.FullName, (reading, _) =>
        {
            if (reading.Diagnostics.Any(one => one.Code == "R35")) taken.TrySetResult(reading);
            return ValueTask.CompletedTask;
        }, _time, NullLogger.Instance).RunAsync(signature, source.BesideSignature(), stop.Token);
        while (!taken.Task.IsCompleted && _time.GetUtcNow() < new DateTimeOffset(2026, 12, 5, 0, 0, 0, TimeSpan.Zero))
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }
        for (var i = 0; i < 1000 && !taken.Task.IsCompleted; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(taken.Task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None));
        }
        Assert.True(taken.Task.IsCompleted);
        await stop.CancelAsync();
        await Task.WhenAny(watch);
    }

    [Fact]
    public async Task A_compiled_house_is_not_used_where_others_may_write()
    {
        Write("2027-12-31");
        await using var ledger = Open();
        var source = Source(ledger);
        var read = (await source.ReadAsync(CancellationToken.None)).House!;
        // somebody's own house under the hash of our files, checksums and all
        await ledger.CacheAsync(CacheKey, CompiledHouse.Write(read with { Name = "theirs" }), CancellationToken.None);
        Assert.Equal("theirs", (await source.ReadAsync(CancellationToken.None)).House!.Name);
        _distrust = "others may write there";
        Assert.Equal(read.Name, (await source.ReadAsync(CancellationToken.None)).House!.Name);
    }

    [Fact]
    public async Task A_damaged_or_hostile_compiled_house_never_keeps_it_from_starting_and_the_rules_judge_it_all_the_same()
    {
        Write("2026-11-01"); // over already: R35
        await using var ledger = Open();
        var source = Source(ledger);
        Assert.Contains(await Errors(source), error => error == "R35");
        Assert.Contains(await Errors(source), error => error == "R35"); // by the compiled form too
        var whole = ledger.Cached(CacheKey)!;
        var random = new Random(4711);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--) bytes[random.Next(36, bytes.Length - 32)] = (byte)random.Next(256);
            if (i % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
            await ledger.CacheAsync(CacheKey, bytes, CancellationToken.None);
            Assert.NotNull((await source.ReadAsync(CancellationToken.None)).House);
        }
    }

    [Fact]
    public void A_folder_is_distrusted_where_others_may_write()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(_folder.FullName, Own);
        Assert.Null(PrivateFolder.Distrust(_folder.FullName));
        foreach (var more in new[] { UnixFileMode.GroupWrite, UnixFileMode.OtherWrite })
        {
            File.SetUnixFileMode(_folder.FullName, Own | more);
            Assert.Contains("chmod 700", PrivateFolder.Distrust(_folder.FullName), StringComparison.Ordinal);
        }
    }

    private ILedger Open() => Ledgers.OpenSqlite(Path.Combine(_folder.FullName, "data"), _time, new Random(1));

    private HouseSource Source(ILedger ledger) => new(_folder.FullName, () => null, ledger, _time, NullLogger.Instance, () => _distrust);

    private static async Task<IReadOnlyList<string>> Errors(HouseSource source) => [.. (await source.ReadAsync(CancellationToken.None)).Diagnostics.Select(one => one.Code)];

    private void Write(string until, string more = "") => File.WriteAllText(Path.Combine(_folder.FullName, "shop.kept.yaml"), $$"""
        kept: 1
        agent: shop
        domains: [localhost]
        until: {{until}}
        promises:
          checkout@1:
            version: 1.0
            benefit: As a customer you can pay.
            to: anyone
            keeps: [ availability >= 99% over 30d ]
            check: { http: GET http://localhost:9/, every: 60s, expect: [ status == 200 ] }
            {{more}}
        """, Encoding.UTF8);
}
