using System.Diagnostics;
using System.Text;
using Kept.Checks;
using Kept.Egress;
using Kept.Engine;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Kept.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kept.Bench;

/// <summary>How long a house of many promises takes from its documents, and from what the last start left, to its first looks being due; and how much memory it holds.</summary>
internal static class Houses
{
    public static async Task MeasureAsync(int promises)
    {
        var files = Documents(promises, "status == 200, time < 2s");
        var clock = Stopwatch.StartNew();
        var reading = HouseReader.Read(files, "bench", CheckCatalog.Kinds);
        var read = clock.Elapsed;
        var house = reading.House ?? throw new InvalidOperationException(string.Join('\n', reading.Diagnostics.Take(5).Select(DiagnosticText.Render)));
        clock.Restart();
        var ruled = HouseRules.Check(house, Instant.From(TimeProvider.System.GetUtcNow()));
        var rules = clock.Elapsed;
        clock.Restart();
        var compiled = CompiledHouse.Write(house);
        var written = clock.Elapsed;
        var hash = HouseReader.ContentHashOf(files);
        clock.Restart();
        var back = CompiledHouse.Read(compiled, hash, CheckCatalog.Kinds)!;
        var loaded = clock.Elapsed;

        var folder = Directory.CreateTempSubdirectory("kept-bench-house-").FullName;
        try
        {
            (reading, files) = (null!, null!);
            var first = await ScheduledAsync(folder, house);
            var (findings, bytes) = (ruled.Length, compiled.Length);
            (house, ruled, compiled) = (null!, [], []);
            var alone = GC.GetTotalMemory(forceFullCollection: true);
            var second = await ScheduledAsync(folder, back);
            Console.WriteLine($"{promises} promises: read {read.TotalSeconds:0.00} s, rules {rules.TotalSeconds:0.00} s ({findings} findings), compiled {written.TotalSeconds:0.00} s to {bytes / 1e6:0.0} MB, loaded from that {loaded.TotalSeconds:0.00} s");
            Console.WriteLine($"on the schedule: {first.Seconds:0.00} s at the first start (ids are minted), {second.Seconds:0.00} s at the next; managed memory then {second.Managed / 1e6:0} MB (the house alone {alone / 1e6:0}), the collector holds {GC.GetGCMemoryInfo().TotalCommittedBytes / 1e6:0}, process {second.Process / 1e6:0} MB");
            GC.KeepAlive(back);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<(double Seconds, long Managed, long Process)> ScheduledAsync(string folder, House house)
    {
        using var dialer = new Dialer(EgressOptions.From(house.Settings, "."), TimeProvider.System);
        await using var ledger = Ledgers.OpenSqlite(folder, TimeProvider.System, new Random(1));
        await using var running = new RunningHouse(new EngineParts(ledger, CheckCatalog.Looks(dialer, TimeProvider.System), TimeProvider.System, new Random(1), NullLogger.Instance));
        using var stop = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var run = running.RunAsync(stop.Token);
        await running.TakeAsync(new HouseReading(house, []), CancellationToken.None);
        while (running.View.Figures.Checks == 0) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        var seconds = clock.Elapsed.TotalSeconds;
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        var whole = self.WorkingSet64;
        await stop.CancelAsync();
        await run;
        return (seconds, managed, whole);
    }

    public static List<DocumentFile> Documents(int promises, string expect)
    {
        var files = new List<DocumentFile>();
        for (var first = 0; first < promises; first += 1000)
        {
            var text = new StringBuilder($"kept: 1\nagent: team{first}\ndomains: [localhost]\nuntil: 2099-01-01\npromises:\n");
            for (var i = first; i < Math.Min(first + 1000, promises); i++)
                text.Append($"""
                      service-{i}@1:
                        version: 1.{i % 10}
                        benefit: As a user of service {i} you get an answer while you wait.
                        to: [team]
                        docs: docs/service-{i}.md
                        notice: 7d
                        keeps: [ 'availability >= 99.5% over 30d', 'latency p95 <= 500ms over 1d' ]
                        fails: [ {'{'} code: 503 later, sees: an error, retry: after 30s, loses: nothing {'}'} ]
                        uses: not disclosed
                        check: {'{'} http: 'GET {(expect.Contains("certificate", StringComparison.Ordinal) ? "https" : "http")}://localhost:1/{i}', every: 1h, timeout: 10s, expect: [ {expect} ] {'}'}

                    """);
            files.Add(new DocumentFile($"team{first}.kept.yaml", Encoding.UTF8.GetBytes(text.ToString())));
        }
        return files;
    }
}
