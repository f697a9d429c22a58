using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>Alone, because it weighs the heap.</summary>
[CollectionDefinition("weighs the heap", DisableParallelization = true)]
public sealed class WeighsTheHeap;

[Collection("weighs the heap")]
public sealed class MemoryTests
{
    [Fact]
    public void A_healthy_promise_is_small()
    {
        const int Folds = 2_000;
        var promise = Promise(Check("10s", "5s"), Availability(99.5m, "30d"), Latency(95, "300ms", "1h"));
        var folds = new PromiseFold[Folds];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Folds; i++)
        {
            folds[i] = new PromiseFold(promise, Us, Start);
            for (var look = 0; look < 100; look++) folds[i].Add(0, Look(Start + Duration.Seconds(10 * look), LookClass.Good));
        }
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Folds;
        Assert.InRange(each, 1, 1_500);
        GC.KeepAlive(folds);
    }
}
