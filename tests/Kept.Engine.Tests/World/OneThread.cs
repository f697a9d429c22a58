namespace Kept.Engine.Tests.World;

/// <summary>
/// Everything asynchronous of a test runs here, on the test's own thread, in an order drawn from a seed: the same seed, the same run. A post from another
/// thread means that product code left the context; it is counted, and fails the test.
/// </summary>
internal sealed class OneThread(Random? random = null) : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(SendOrPostCallback Callback, object? State)> _waiting = [];
    private readonly Lock _lock = new();

    public int ForeignPosts { get; private set; }
    public long Steps { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            if (Environment.CurrentManagedThreadId != _thread) ForeignPosts++;
            _waiting.Add((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>What waits is dropped, as when a process dies.</summary>
    public void Forget()
    {
        lock (_lock) _waiting.Clear();
    }

    /// <summary>Runs until nothing waits.</summary>
    public void RunAll()
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (Next() is { } step)
            {
                Steps++;
                step.Callback(step.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private (SendOrPostCallback Callback, object? State)? Next()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0) return null;
            var at = random?.Next(_waiting.Count) ?? 0;
            var step = _waiting[at];
            _waiting.RemoveAt(at);
            return step;
        }
    }
}
