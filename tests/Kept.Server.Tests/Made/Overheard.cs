using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Kept.Server.Tests;

/// <summary>Everything that was logged as a warning or worse.</summary>
internal sealed class Overheard : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _all = new();

    public IReadOnlyList<string> Errors => [.. _all.Where(one => one.Level >= LogLevel.Error).Select(one => one.Text)];
    public IReadOnlyList<string> Warnings => [.. _all.Where(one => one.Level == LogLevel.Warning).Select(one => one.Text)];

    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _all.Enqueue((logLevel, formatter(state, exception) + (exception is null ? "" : " " + exception)));
    }

    public void Dispose()
    {
    }
}
