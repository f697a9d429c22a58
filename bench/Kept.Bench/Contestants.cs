using System.Collections.Frozen;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Checks;
using Kept.Egress;
using Kept.Engine;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kept.Bench;

/// <summary>One measured stretch.</summary>
internal readonly record struct Stretch(double LooksPerSecond, double CpuPerThousand, string Note, double GapsPerSecond = 0);

/// <summary>How a look connects.</summary>
internal enum Mode { New, Kept, Tls, Instant }

internal static class Contestants
{
    private const int AtOnce = 16;

    /// <summary>A bare <see cref="SocketsHttpHandler"/> in a loop: the least that HttpClient can cost.</summary>
    /// <param name="resumes">It may resume TLS sessions, as HttpClient does by itself; a look never does, since it would be shown the certificate of the session before.</param>
    public static async Task<Stretch> BareAsync(Target target, Mode mode, TimeSpan length, bool resumes = true)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (mode != Mode.Kept) handler.PooledConnectionLifetime = TimeSpan.Zero;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { target.Authority },
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.AllowTlsResume = resumes;
        using var client = new HttpClient(handler);
        var uri = new Uri(mode == Mode.Tls ? $"https://localhost:{target.TlsPort}/" : $"http://127.0.0.1:{target.Port}/");
        return await LoopAsync(length, AtOnce, async () =>
        {
            using var answer = await client.GetAsync(uri);
            _ = await answer.Content.ReadAsByteArrayAsync();
        }, CpuOfThisProcess);
    }

    /// <summary>Debian's blackbox_exporter, asked for probes as fast as it answers; only its own CPU is counted.</summary>
    public static async Task<Stretch> BlackboxAsync(Target target, Mode mode, TimeSpan length)
    {
        var port = Target.FreePort();
        var configuration = Path.GetTempFileName();
        await File.WriteAllTextAsync(configuration, "modules:\n  plain:\n    prober: http\n    http: { preferred_ip_protocol: ip4, tls_config: { insecure_skip_verify: true } }\n");
        using var exporter = Process.Start(new ProcessStartInfo("prometheus-blackbox-exporter", [$"--config.file={configuration}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        {
            RedirectStandardError = true,
        })!;
        try
        {
            for (var i = 0; i < 200 && !Target.Accepts(port); i++) Thread.SpinWait(5_000_000);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = AtOnce });
            var goal = Uri.EscapeDataString(mode == Mode.Tls ? $"https://localhost:{target.TlsPort}/" : $"http://127.0.0.1:{target.Port}/");
            var uri = new Uri($"http://127.0.0.1:{port}/probe?module=plain&target={goal}");
            return await LoopAsync(length, AtOnce, async () =>
            {
                var text = await client.GetStringAsync(uri);
                if (!text.Contains("probe_success 1", StringComparison.Ordinal)) throw new InvalidOperationException("blackbox_exporter's probe failed:\n" + text);
            }, () =>
            {
                exporter.Refresh();
                return exporter.TotalProcessorTime;
            });
        }
        finally
        {
            exporter.Kill();
            File.Delete(configuration);
        }
    }

    /// <summary>The whole pipeline of Kept (schedule, look, judge, record into SQLite and the hot log) at a rate of looks due.</summary>
    public static async Task<Stretch> PipelineAsync(Target target, Mode mode, int perSecond, TimeSpan length, Garbage? garbage = null)
    {
        var folder = Directory.CreateTempSubdirectory("kept-bench-ledger-").FullName;
        try
        {
            var house = House(target, mode, perSecond);
            var options = EgressOptions.From(house.Settings, Path.GetDirectoryName(target.AuthorityFile)!);
            using var dialer = new Dialer(options, TimeProvider.System);
            await using var ledger = Ledgers.OpenSqlite(folder, TimeProvider.System, new Random(1));
            var how = mode == Mode.Instant ? new Dictionary<string, Look> { ["http"] = Answered }.ToFrozenDictionary() : CheckCatalog.Looks(dialer, TimeProvider.System);
            await using var running = new RunningHouse(new EngineParts(ledger, how, TimeProvider.System, new Random(1), NullLogger.Instance));
            using var stop = new CancellationTokenSource();
            var run = running.RunAsync(stop.Token);
            await running.TakeAsync(new HouseReading(house, []), CancellationToken.None);
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
            garbage?.Begin();
            var before = running.View.Figures;
            var (allocated, collections, paused) = (GC.GetTotalAllocatedBytes(), GC.CollectionCount(0), GC.GetTotalPauseDuration());
            var (cpu, clock) = (CpuOfThisProcess(), Stopwatch.StartNew());
            await Task.Delay(length, TimeProvider.System);
            var after = running.View.Figures;
            var (used, seconds) = ((CpuOfThisProcess() - cpu).TotalSeconds, clock.Elapsed.TotalSeconds);
            var looks = after.Looks - before.Looks;
            var gaps = after.Gaps.Values.Sum() - before.Gaps.Values.Sum();
            await stop.CancelAsync();
            await run;
            var bad = running.View.Promises.Count(view => view.Checks[0].Last is { Class: LookClass.Bad });
            return new Stretch(looks / seconds, used * 1000 / Math.Max(1, looks),
                $"due {perSecond}/s, gaps {gaps}, bad {bad}, lateness p50 {after.LatenessP50.ToWords()}, p99 {after.LatenessP99.ToWords()}, "
                + $"{(GC.GetTotalAllocatedBytes() - allocated) / Math.Max(1, looks):N0} B allocated a look, {GC.CollectionCount(0) - collections} collections, paused {(GC.GetTotalPauseDuration() - paused) / clock.Elapsed:P1} of the time", gaps / seconds);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    // What the schedule, judging and recording cost by themselves.
    private static ValueTask<Observation> Answered(LookRequest request, CancellationToken cancellationToken)
    {
        var values = new Value?[request.Check.Kind.Sees.Length];
        values[request.Check.Kind.IndexOf("status")] = Value.Of(200);
        values[request.Check.Kind.IndexOf("time")] = Value.Of(Duration.Milliseconds(1));
        return ValueTask.FromResult(new Observation
        {
            StartedAt = Instant.From(TimeProvider.System.GetUtcNow()),
            Reach = Reach.Answered,
            Phases = Phases.None with { Total = 1_000_000 },
            Code = 200,
            Size = 3,
            Values = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values),
            Address = "127.0.0.1",
        });
    }

    /// <summary>So many promises about the target, each looked at once a second.</summary>
    private static House House(Target target, Mode mode, int promises)
    {
        var url = mode == Mode.Tls ? $"https://localhost:{target.TlsPort}/" : $"http://127.0.0.1:{target.Port}/";
        var files = new List<DocumentFile> { new("house.yaml", Encoding.UTF8.GetBytes("house: bench\ntrust: [ca.pem]\nlimits: { looks: 512, per-host: 512 }\n")) };
        for (var first = 0; first < promises; first += 1000)
        {
            var text = new StringBuilder($"kept: 1\nagent: bench{first}\ndomains: [localhost, 127.0.0.1]\nuntil: 2099-01-01\ndefaults: {{ check: {{ every: 1s, timeout: 900ms }}, keeps: [ 'availability >= 50% over 1h' ] }}\npromises:\n");
            for (var i = first; i < Math.Min(first + 1000, promises); i++)
                text.Append($"  p{i}@1: {{ version: 1, benefit: b, to: anyone, docs: x, notice: 1d, uses: not disclosed, fails: [ {{ code: 503 }} ], check: {{ http: 'GET {url}', connection: {(mode == Mode.Kept ? "kept" : "new")}, expect: [ status == 200, time < 900ms ] }} }}\n");
            files.Add(new DocumentFile($"bench{first}.kept.yaml", Encoding.UTF8.GetBytes(text.ToString())));
        }
        var reading = HouseReader.Read(files, "bench", CheckCatalog.Kinds);
        return reading.House ?? throw new InvalidOperationException(string.Join('\n', reading.Diagnostics.Take(5).Select(DiagnosticText.Render)));
    }

    private static TimeSpan CpuOfThisProcess() => Environment.CpuUsage.TotalTime;

    private static async Task<Stretch> LoopAsync(TimeSpan length, int atOnce, Func<Task> once, Func<TimeSpan> cpu)
    {
        for (var i = 0; i < 200; i++) await once();
        var done = 0L;
        var (before, clock) = (cpu(), Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (clock.Elapsed < length)
            {
                await once();
                Interlocked.Increment(ref done);
            }
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        return new Stretch(done / seconds, (cpu() - before).TotalSeconds * 1000 / done, "");
    }
}
