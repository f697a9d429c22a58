using System.Collections.Concurrent;

namespace Kept.Engine.Schedule;

/// <summary>
/// Looks that ended, on their way to the loop, from any thread. Many share one wake-up, and none wakes a loop that is about to wake by itself: one turn of the
/// loop costs as much as several looks.
/// </summary>
/// <param name="wake">Makes the loop turn; called once for all that come until the loop looks in here.</param>
internal sealed class EndedLooks(Action wake)
{
    private readonly ConcurrentQueue<LookRun> _runs = new();
    private int _isCalled, _isComing;

    /// <summary>From any thread.</summary>
    public void Add(LookRun run)
    {
        _runs.Enqueue(run);
        // An exchange on either side, so that one of both sees what the other did: the loop says that it does not come by itself any more, and looks in here after that.
        if (Interlocked.CompareExchange(ref _isComing, 0, 0) == 0) Call();
    }

    /// <summary>The loop says that it turns now; or that it will, in so short a time that what ends meanwhile can wait for it.</summary>
    public void Expect(bool isComing) => Interlocked.Exchange(ref _isComing, isComing ? 1 : 0);

    /// <summary>Takes what ended, in order, at most so many; the loop is called again for what is left over.</summary>
    public IEnumerable<LookRun> Take(int most)
    {
        Interlocked.Exchange(ref _isCalled, 0);
        for (; most > 0 && _runs.TryDequeue(out var run); most--) yield return run;
        if (!_runs.IsEmpty) Call();
    }

    private void Call()
    {
        if (Interlocked.Exchange(ref _isCalled, 1) == 0) wake();
    }
}
