using System.Diagnostics;
using Kept.Ledger.Sqlite;
using Kept.Model;

namespace Kept.Ledger.Tests;

/// <summary>What the store costs, measured: <c>Kept.Ledger.Tests --figures FOLDER</c>. Not a test; the folder says which disk.</summary>
internal static class Figures
{
    public const string Argument = "--figures";

    public static async Task<int> MeasureAsync(string folder)
    {
        foreach (var (batch, total, callers) in ((int, int, int)[])[(1, 2_000, 1), (100, 100_000, 1), (1000, 500_000, 1), (1, 50_000, 500)]) await RateAsync(Path.Combine(folder, $"rate-{batch}-{callers}"), batch, total, callers);
        foreach (var (each, series) in ((int, int)[])[(2880, 20), (240, 200), (60, 800)]) await AtRestAsync(Path.Combine(folder, $"rest-{each}"), each, series);
        await LargeAsync(Path.Combine(folder, "large"));
        return 0;
    }

    private static async Task RateAsync(string folder, int batch, int total, int callers)
    {
        await using var ledger = SqliteLedger.Open(folder, TimeProvider.System, new Random(1), LedgerOptions.Default);
        var series = await ManyAsync(ledger, 1000);
        var looks = Interleaved(ledger, series, total);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            for (var at = caller * batch; at < looks.Count; at += batch * callers) await ledger.RecordAsync(looks.GetRange(at, Math.Min(batch, looks.Count - at)), [], default);
        }));
        var bytes = Directory.GetFiles(Path.Combine(folder, SqliteLedger.HotFolder)).Sum(file => new FileInfo(file).Length);
        Console.WriteLine($"record: {callers} callers × {batch,4} looks: {looks.Count / watch.Elapsed.TotalSeconds,9:N0} looks/s, {(double)bytes / looks.Count:N1} bytes written per look");
    }

    private static async Task AtRestAsync(string folder, int each, int count)
    {
        await using var ledger = SqliteLedger.Open(folder, TimeProvider.System, new Random(1), Some.Eager());
        var series = await ManyAsync(ledger, count);
        await ledger.UpkeepAsync(Some.Start, Duration.Days(4000), default);
        Shrink(folder);
        var before = new FileInfo(Path.Combine(folder, Database.FileName)).Length;
        await ledger.RecordAsync(Interleaved(ledger, series, each * count), [], default);
        var watch = Stopwatch.StartNew();
        await ledger.UpkeepAsync(Some.Start, Duration.Days(4000), default);
        var sealing = watch.Elapsed.TotalSeconds;
        Shrink(folder);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, Database.FileName)};Pooling=False");
        connection.Open();
        Console.WriteLine($"at rest: blocks of {each,4}: {(double)Database.Scalar(connection, "SELECT sum(length(data)) FROM block") / (each * count):N2} bytes per look packed, "
            + $"{(double)(new FileInfo(Path.Combine(folder, Database.FileName)).Length - before) / (each * count):N2} in the file; sealed at {each * count / sealing:N0} looks/s");
    }

    private static async Task LargeAsync(string folder)
    {
        const int looks = 1_000_000;
        await using (var ledger = SqliteLedger.Open(folder, TimeProvider.System, new Random(1), LedgerOptions.Default))
        {
            var series = await ManyAsync(ledger, 1000);
            var all = Interleaved(ledger, series, looks);
            for (var at = 0; at < looks; at += 5000) await ledger.RecordAsync(all.GetRange(at, 5000), [], default);
        }
        var watch = Stopwatch.StartNew();
        await using (var ledger = SqliteLedger.Open(folder, TimeProvider.System, new Random(1), LedgerOptions.Default))
        {
            Console.WriteLine($"open with 1,000,000 hot looks: {watch.ElapsedMilliseconds} ms, {ledger.Opening.Notes.Count} notes");
            var one = (await ledger.SeriesOfAsync([new SeriesKey(new PromiseId(default), "month", "here")], default))[0];
            for (var day = 0; day < 30; day++)
            {
                await ledger.RecordAsync(Some.Routine(one, ledger.Epoch, 2880, Some.Start + Duration.Days(100 + day), Duration.Seconds(30), new Random(day)), [], default);
                if (day % 10 == 9) await ledger.UpkeepAsync(Instant.From(TimeProvider.System.GetUtcNow()) + Duration.Days(2), Duration.Days(4000), default);
            }
            watch.Restart();
            var verified = ledger.Verify(default);
            Console.WriteLine($"verify {verified.Looks:N0} looks: {watch.ElapsedMilliseconds} ms, {verified.Problems.Count} problems");
            for (var i = 0; i < 3; i++)
            {
                watch.Restart();
                var read = ledger.Looks(one, Instant.Min, Instant.Max).Count;
                var (month, newest, days) = (watch.Elapsed.TotalMilliseconds, Stopwatch.StartNew(), Stopwatch.StartNew());
                ledger.Looks(one, Instant.Min, Instant.Max, 100);
                newest.Stop();
                days.Restart();
                ledger.Days(one, Instant.Min, Instant.Max);
                Console.WriteLine($"query of 30 days at 30 s ({read:N0} looks): {month:N1} ms; newest 100: {newest.Elapsed.TotalMilliseconds:N1} ms; 30 days' counts: {days.Elapsed.TotalMilliseconds:N2} ms");
            }
        }
        watch.Restart();
        await using (SqliteLedger.Open(folder, TimeProvider.System, new Random(1), LedgerOptions.Default)) Console.WriteLine($"open with 1,000,000 sealed looks: {watch.ElapsedMilliseconds} ms");
    }

    private static async Task<IReadOnlyList<int>> ManyAsync(ILedger ledger, int count) =>
        await ledger.SeriesOfAsync([.. Enumerable.Range(0, count).Select(i => new SeriesKey(new PromiseId(new Ulid((UInt128)i)), "http", "here"))], default);

    private static List<LookRecord> Interleaved(ILedger ledger, IReadOnlyList<int> series, int total)
    {
        var each = series.Select((one, i) => Some.Routine(one, ledger.Epoch, (total + series.Count - 1) / series.Count, Some.Start + Duration.Milliseconds(i * 30), Duration.Seconds(30), new Random(i))).ToList();
        var all = new List<LookRecord>(total);
        for (var i = 0; all.Count < total; i++) all.Add(each[i % series.Count][i / series.Count]);
        return all;
    }

    private static void Shrink(string folder)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, Database.FileName)};Pooling=False");
        connection.Open();
        Database.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
}
