using System.Collections.Frozen;
using System.Diagnostics;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>The engine on the real clock, the thread pool and a real disk, with looks that answer at once: what is left is the engine's own cost. Run by hand.</summary>
public sealed class Measurements
{
    /// <summary>What one thread cannot show: ticks, looks and writes that come while the loop is turning. Real time, because the pool knows no other.</summary>
    [Fact]
    public async Task On_the_thread_pool_no_slot_is_lost_and_the_loop_never_falls_asleep()
    {
        var time = TimeProvider.System;
        await using var ledger = Ledgers.InMemory(time, new Random(1));
        var looks = new Dictionary<string, Look>
        {
            ["http"] = async (_, cancellationToken) =>
            {
                var at = Instant.From(time.GetUtcNow());
                await Task.Delay(TimeSpan.FromMilliseconds(at.Microseconds % 7), time, cancellationToken);
                return new Observation { StartedAt = at, Reach = Reach.Answered, Code = 200, Values = [Value.Of(200), Value.Of(Duration.Milliseconds(5))] };
            },
        }.ToFrozenDictionary();
        await using var house = new RunningHouse(new EngineParts(ledger, looks, time, new Random(2), NullLogger.Instance));
        using var stop = new CancellationTokenSource();
        var running = house.RunAsync(stop.Token);
        await house.TakeAsync(HouseWorld.Read(FaultTests.Many(150, "web.example", "1s").Replace("timeout: 5s", "timeout: 900ms", StringComparison.Ordinal)), CancellationToken.None);
        for (var i = 0; i < 60; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time);
            Assert.True(Instant.From(time.GetUtcNow()) - house.View.AsOf < Duration.Seconds(3), "the loop fell asleep");
            Assert.Equal(BeatAnswer.NoSuchKey, await house.BeatAsync(new Beat("nobody", BeatKind.Success, 0, null, null), CancellationToken.None));
        }
        await stop.CancelAsync();
        await running;
        Assert.Equal(0, house.View.Figures.Faults);
        foreach (var view in house.View.Promises)
        {
            var slots = ledger.Looks(view.Checks[0].Series, default, new Instant(long.MaxValue / 2)).Select(look => look.Slot).ToList();
            Assert.True(slots.Count >= 5);
            Assert.All(slots.Skip(1).Zip(slots.Skip(2)), pair => Assert.Equal(Duration.Seconds(1), pair.Second - pair.First));
        }
    }

    [Theory(Explicit = true)]
    [InlineData(10_000, 10)]
    [InlineData(20_000, 10)]
    [InlineData(100_000, 60)]
    public async Task Cost_of_a_look(int promises, int everySeconds)
    {
        var folder = Directory.CreateTempSubdirectory("kept-engine-");
        try
        {
            await using var ledger = Ledgers.OpenSqlite(folder.FullName, TimeProvider.System, new Random(1));
            var looks = new Dictionary<string, Look>
            {
                ["http"] = (_, _) => ValueTask.FromResult(new Observation
                {
                    StartedAt = Instant.From(TimeProvider.System.GetUtcNow()),
                    Reach = Reach.Answered,
                    Code = 200,
                    Phases = new Phases(-1, -1, -1, -1, 5_000_000),
                    Values = [Value.Of(200), Value.Of(Duration.Milliseconds(5))],
                }),
            }.ToFrozenDictionary();
            await using var house = new RunningHouse(new EngineParts(ledger, looks, TimeProvider.System, new Random(2), NullLogger.Instance));
            using var stop = new CancellationTokenSource();
            var watch = Stopwatch.StartNew();
            var running = house.RunAsync(stop.Token);
            await house.TakeAsync(new HouseReading(ManyOf(promises, everySeconds), []), CancellationToken.None);
            var taken = watch.Elapsed;
            while (house.View.Promises.Any(view => view.Verdict.Reason == "its history is being read") && watch.Elapsed < TimeSpan.FromMinutes(2)) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            var restored = watch.Elapsed;
            await Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System); // the ramp
            var (cpu, before, from) = (Environment.CpuUsage.TotalTime, house.View.Figures.Looks, Stopwatch.GetTimestamp());
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
            var figures = house.View.Figures;
            var (spent, count, wall) = (Environment.CpuUsage.TotalTime - cpu, figures.Looks - before, Stopwatch.GetElapsedTime(from));
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{promises} promises every {everySeconds} s: taken {taken.TotalMilliseconds:0} ms, trusted {restored.TotalMilliseconds:0} ms, {count / wall.TotalSeconds:0} looks/s, "
                + $"{spent.TotalSeconds * 1000 / count:0.000} CPU s per 1,000, lateness p50 {figures.LatenessP50} p99 {figures.LatenessP99} max {figures.LatenessMax}, "
                + $"gaps {string.Join(' ', figures.Gaps.Select(gap => gap.Key + "=" + gap.Value))}, waiting {figures.UnrecordedLooks}, heap {GC.GetTotalMemory(false) >> 20} MiB");
            var info = GC.GetGCMemoryInfo();
            TestContext.Current.TestOutputHelper!.WriteLine($"resident {Environment.WorkingSet >> 20} MiB, committed {info.TotalCommittedBytes >> 20}, heap {info.HeapSizeBytes >> 20}, fragmented {info.FragmentedBytes >> 20}, live {GC.GetTotalMemory(true) >> 20} MiB");
            await stop.CancelAsync();
            var stopping = Stopwatch.StartNew();
            await running;
            TestContext.Current.TestOutputHelper!.WriteLine($"stopped in {stopping.ElapsedMilliseconds} ms, {house.View.Figures.UnrecordedLooks} unrecorded, storage: {house.View.Figures.StorageFault ?? "well"}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>How long a start needs until every verdict stands on its history again.</summary>
    [Theory(Explicit = true)]
    [InlineData(10_000, 10, false)]
    [InlineData(10_000, 10, true)]
    public async Task Cost_of_a_restart(int promises, int everySeconds, bool killed)
    {
        var folder = Directory.CreateTempSubdirectory("kept-engine-");
        var copy = folder.FullName + "-copy";
        try
        {
            await RunAsync(folder.FullName, TimeSpan.FromSeconds(60), () => { if (killed) Copy(folder.FullName, copy); });
            await RunAsync(killed ? copy : folder.FullName, TimeSpan.Zero, () => { });
        }
        finally
        {
            folder.Delete(recursive: true);
            if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        }

        async Task RunAsync(string place, TimeSpan length, Action atTheEnd)
        {
            await using var ledger = Ledgers.OpenSqlite(place, TimeProvider.System, new Random(1));
            var looks = new Dictionary<string, Look>
            {
                ["http"] = (_, _) => ValueTask.FromResult(new Observation
                {
                    StartedAt = Instant.From(TimeProvider.System.GetUtcNow()),
                    Reach = Reach.Answered,
                    Code = 200,
                    Values = [Value.Of(200), Value.Of(Duration.Milliseconds(5))],
                }),
            }.ToFrozenDictionary();
            await using var house = new RunningHouse(new EngineParts(ledger, looks, TimeProvider.System, new Random(2), NullLogger.Instance));
            using var stop = new CancellationTokenSource();
            var watch = Stopwatch.StartNew();
            var running = house.RunAsync(stop.Token);
            await house.TakeAsync(new HouseReading(ManyOf(promises, everySeconds), []), CancellationToken.None);
            var (taken, cpu) = (watch.Elapsed, Environment.CpuUsage.TotalTime);
            while (house.View.Promises.Any(view => view.Verdict.Reason == "its history is being read") && watch.Elapsed < TimeSpan.FromMinutes(2)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            TestContext.Current.TestOutputHelper!.WriteLine($"{promises} promises: taken {taken.TotalMilliseconds:0} ms, trusted {watch.Elapsed.TotalMilliseconds:0} ms, {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0} ms of CPU between");
            await Task.Delay(length, TimeProvider.System);
            atTheEnd();
            await stop.CancelAsync();
            await running;
        }
    }

    private static House ManyOf(int promises, int everySeconds)
    {
        var one = HouseWorld.Read(FaultTests.Many(1, "web.example", everySeconds + "s")).House!;
        var promise = one.Agents[0].Promises[0];
        var agent = one.Agents[0] with { Promises = [.. Enumerable.Range(1, promises).Select(n => promise with { Name = promise.Name with { Promise = "p" + n } })] };
        return one with { Agents = [agent], Settings = one.Settings with { LooksPerHost = 512 } };
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith("kept.lock", StringComparison.Ordinal)) continue; // held; a copy makes its own
            var there = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(there)!);
            File.Copy(file, there);
        }
    }
}
