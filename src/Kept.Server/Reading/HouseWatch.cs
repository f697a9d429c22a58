using Kept.Language;

namespace Kept.Server;

/// <summary>
/// Notices changed documents, and what stands beside them (certificates that the house trusts, files that checks name, lists of targets): by asking for their times and sizes every second, which works on every file system and through
/// links to files, and sooner where the system tells of changes. A change is taken up when it has stood still for a moment, so that a half-saved file is not read.
/// </summary>
internal sealed partial class HouseWatch(HouseSource source, string path, Func<HouseReading, CancellationToken, ValueTask> take, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1), Settled = TimeSpan.FromMilliseconds(150);

    /// <summary>So often in a row what stands beside may move on before it is read all the same.</summary>
    private const int MostRestless = 30;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="taken">The signature of what is running now.</param>
    /// <param name="trusted">That of what stands beside it.</param>
    public async Task RunAsync(string taken, string trusted, CancellationToken cancellationToken)
    {
        using var hint = new SemaphoreSlim(0, 1);
        using var system = SystemWatch(hint);
        var restless = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var rhythm = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Task.Delay(Rhythm, time, rhythm.Token), hint.WaitAsync(rhythm.Token));
            await rhythm.CancelAsync();
            if (cancellationToken.IsCancellationRequested) return;
            try
            {
                var signature = source.Signature();
                var trust = source.BesideSignature();
                if (signature == taken && trust == trusted && !source.IsRulesChangeDue) continue;
                await Task.Delay(Settled, time, cancellationToken);
                if (source.Signature() != signature) continue;
                // A file beside may never stand still, as a log does: documents that stand still do not wait for it, and nothing else beside it waits for ever.
                if (signature == taken && source.BesideSignature() != trust && ++restless < MostRestless) continue;
                restless = 0;
                var reading = await source.ReadAsync(cancellationToken);
                trust = source.BesideSignature(); // the documents may trust others now
                await take(reading, cancellationToken);
                (taken, trusted) = (signature, trust);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // the old house stays; the next second tries again
                NotTaken(fault);
            }
        }
    }

    private FileSystemWatcher? SystemWatch(SemaphoreSlim hint)
    {
        if (!Directory.Exists(path)) return null;
        try
        {
            var watcher = new FileSystemWatcher(path) { IncludeSubdirectories = true };
            void Hint(object sender, FileSystemEventArgs change)
            {
                if (change.Name is not { } name || !HouseFolder.IsDocument(Path.GetFileName(name)) || hint.CurrentCount > 0) return;
                try
                {
                    hint.Release();
                }
                catch (SemaphoreFullException)
                {
                    // two hints at once are one
                }
                catch (ObjectDisposedException)
                {
                    // the last hint of a watch that ended
                }
            }
            watcher.Changed += Hint;
            watcher.Created += Hint;
            watcher.Deleted += Hint;
            watcher.Renamed += Hint;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            NoHints(fault.Message);
            return null;
        }
    }

    [LoggerMessage(3010, LogLevel.Error, "Changed documents could not be taken up; the house from before stays")]
    private partial void NotTaken(Exception fault);

    [LoggerMessage(3011, LogLevel.Information, "The system does not tell of changed files ({Why}); they are noticed within a second all the same")]
    private partial void NoHints(string why);
}
