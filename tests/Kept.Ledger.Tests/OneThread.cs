using Kept.Ledger.Sqlite;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>The store runs whole on one thread where a context asks for it, as a simulation does, and callers share their syncs.</summary>
public sealed class OneThread
{
    [Fact]
    public void Many_callers_share_one_sync_and_nothing_leaves_the_thread()
    {
        using var folder = new TemporaryFolder();
        var syncs = 0;
        var context = new Pump();
        context.Run(async () =>
        {
            await using var ledger = SqliteLedger.Open(folder.Path, Some.Clock(), new Random(1), Some.Eager(hit => syncs += hit == "hot-after-sync" ? 1 : 0));
            var series = await Some.Series(ledger);
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [], default).AsTask()));
            Assert.InRange(syncs, 1, 2);
            Assert.Equal(500, (await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default)).LooksSealed);
            Assert.Equal(500, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        });
        Assert.Equal(0, context.FromElsewhere);
    }

    private sealed class Pump : SynchronizationContext
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<(SendOrPostCallback Work, object? State)> _queue = new();
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public int FromElsewhere;

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (Environment.CurrentManagedThreadId != _thread) Interlocked.Increment(ref FromElsewhere);
            _queue.Enqueue((d, state));
        }

        public void Run(Func<Task> work)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                var task = work();
                while (!task.IsCompleted)
                    if (_queue.TryDequeue(out var next)) next.Work(next.State);
                    else Assert.Equal(0, FromElsewhere);
                task.GetAwaiter().GetResult();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }
}
