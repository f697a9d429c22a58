using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace Kept.Server.Tests;

/// <summary>A clock that runs about as fast as that of the machine, but for when it is held: then nothing ages, however long the test takes for what it does.</summary>
internal sealed class PumpedClock : FakeTimeProvider, IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _mayRun = new(1);
    private readonly Task _running;

    public PumpedClock() : base(DateTimeOffset.Parse("2027-01-01T00:00:00Z", CultureInfo.InvariantCulture)) => _running = Task.Run(PumpAsync);

    /// <summary>Until it is disposed of, the clock stands still.</summary>
    public IDisposable Hold()
    {
        _mayRun.Wait();
        return new Held(_mayRun);
    }

    /// <summary>So much of its time goes by.</summary>
    public async Task RunAsync(TimeSpan length)
    {
        for (var until = GetUtcNow() + length; GetUtcNow() < until;) await Task.Delay(Step, System);
    }

    private async Task PumpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Step, System);
            await _mayRun.WaitAsync();
            Advance(Step);
            _mayRun.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _mayRun.Dispose();
    }

    private sealed class Held(SemaphoreSlim mayRun) : IDisposable
    {
        public void Dispose() => mayRun.Release();
    }
}
