using System.Threading.Channels;
using Kept.Ledger.Coding;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Win32.SafeHandles;

namespace Kept.Ledger.Hot;

/// <summary>
/// The append-only log of looks. Many callers share one write and one sync; each is answered when its looks are on disk. One pump writes: an await over a channel,
/// so in a simulation it runs on the simulation's own thread, and otherwise on the pool. Files are written by plain blocking calls: a sync takes what it takes, and
/// callers meanwhile gather behind it for the next.
/// </summary>
internal sealed class HotLog : IAsyncDisposable
{
    private const int MostRequestsWaiting = 10_000, LooksPerFrame = 20_000, EvidencePerFrame = 500;

    private readonly string _folder;
    private readonly Ulid _ledger;
    private readonly int _epoch;
    private readonly TimeProvider _time;
    private readonly LedgerOptions _options;
    private readonly Func<int, Instant, int, bool> _isSealed;
    private readonly Channel<Request> _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(MostRequestsWaiting) { SingleReader = true });
    private readonly List<Request> _batch = [];
    private readonly HashSet<(int Series, Instant Slot)> _keys = [], _evidenceKeys = []; // of one batch
    private readonly ByteWriter _frames = new(64 << 10);
    private readonly Action<NewestSegment> _remember;
    private readonly Lock _state = new();
    private readonly List<SegmentFile> _closed;
    private readonly Task _pump;
    private SafeFileHandle? _file;
    private SegmentFile? _active;
    private long _nextNumber;
    private int _activeFrames;
    private long _activeLooks;
    private bool _tailSuspect;

    /// <param name="folder">Where the segments lie; exists.</param>
    /// <param name="found">What opening found there.</param>
    /// <param name="ledger">The ledger's id, written into every segment.</param>
    /// <param name="epoch">The writer's epoch.</param>
    /// <param name="time">For the age of segments.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="isSealed">Whether a look of a series, slot and epoch lies in a block; asked rarely.</param>
    /// <param name="remember">Told of each new segment, and of the last one at the end.</param>
    public HotLog(string folder, HotRecovery found, Ulid ledger, int epoch, TimeProvider time, LedgerOptions options, Func<int, Instant, int, bool> isSealed, Action<NewestSegment> remember)
    {
        (_folder, _ledger, _epoch, _time, _options, _isSealed, _remember) = (folder, ledger, epoch, time, options, isSealed, remember);
        Tail = found.Tail;
        _closed = [.. found.Segments];
        _nextNumber = found.NextNumber;
        _pump = PumpAsync();
    }

    public HotTail Tail { get; }

    /// <summary>Segments and how much of each is synced, in order.</summary>
    public List<SegmentFile> Segments()
    {
        lock (_state) return _active is null ? [.. _closed] : [.. _closed, _active];
    }

    public async ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        if (looks.Count == 0 && evidence.Count == 0) return;
        await AskAsync(new Request(looks, evidence), cancellationToken);
    }

    /// <summary>Closes the segment that is being written, and lets a new generation begin.</summary>
    /// <returns>The number of the segment that comes next: everything before it can be sealed.</returns>
    public async ValueTask<long> CutAsync(CancellationToken cancellationToken) => await AskAsync(new Request([], []), cancellationToken);

    /// <summary>Removes segments whose looks are sealed. May fail between two files, and be called again.</summary>
    public void DeleteBefore(long segment)
    {
        Tail.ForgetBefore(segment);
        foreach (var file in Segments())
        {
            if (file.Number >= segment) return;
            File.Delete(file.Path);
            lock (_state) _closed.Remove(file);
            _options.Hit("segment-deleted");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _pump;
        if (Segments() is [.., var last]) _remember(new NewestSegment(last.Number, last.Length));
        _file?.Dispose();
    }

    private async ValueTask<long> AskAsync(Request request, CancellationToken cancellationToken)
    {
        try
        {
            await _requests.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(ILedger), "the ledger was closed");
        }
        // once handed over it is written whatever the caller does; a sync takes milliseconds, so there is nothing to give up
        return await request.Done.Task;
    }

    private async Task PumpAsync()
    {
        while (await _requests.Reader.WaitToReadAsync())
        {
            _batch.Clear();
            while (_batch.Count < MostRequestsWaiting && _requests.Reader.TryRead(out var request))
            {
                _batch.Add(request);
                if (request.IsCut) break;
            }
            Process();
        }
    }

    private void Process()
    {
        try
        {
            var (looks, evidence) = Fresh();
            if (looks.Count > 0 || evidence.Count > 0) Write(looks, evidence);
            Tail.Add(looks);
            foreach (var item in evidence) Tail.Add(item);
            if (_batch[^1].IsCut || _active?.Length >= _options.SegmentBytes) CloseActive();
            if (_batch[^1].IsCut) Tail.Cut(_nextNumber);
            foreach (var request in _batch) request.Done.SetResult(_nextNumber);
        }
#pragma warning disable CA1031 // whatever the storage did, each caller is told and the log goes on with the next batch
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var told = Faults.Of(fault, _folder);
            foreach (var request in _batch) request.Done.TrySetException(told);
        }
    }

    /// <summary>What is not recorded yet, of all callers in the batch.</summary>
    private (List<LookRecord> Looks, List<Evidence> Evidence) Fresh()
    {
        var looks = new List<LookRecord>(_batch[0].Looks.Count);
        var evidence = new List<Evidence>();
        _keys.Clear();
        _evidenceKeys.Clear();
        foreach (var request in _batch)
        {
            foreach (var look in request.Looks)
            {
                var known = Tail.Knows(look.Series, look.Slot, look.Epoch);
                if (known == KnownLook.Known || (known == KnownLook.MaybeSealed && _isSealed(look.Series, look.Slot, look.Epoch))) continue;
                if (_keys.Add((look.Series, look.Slot))) looks.Add(look);
            }
            foreach (var item in request.Evidence)
                if (_evidenceKeys.Add((item.Series, item.Slot))) evidence.Add(item);
        }
        return (looks, evidence);
    }

    private void Write(List<LookRecord> looks, List<Evidence> evidence)
    {
        Repair();
        _frames.Clear();
        var number = _active?.Number ?? _nextNumber;
        var created = Instant.From(_time.GetUtcNow());
        if (_active is null) _frames.Bytes(new SegmentHead(_ledger, number, _epoch, created).ToBytes());
        var offset = _active?.Length ?? 0;
        var frames = 0;
        for (int look = 0, item = 0; look < looks.Count || item < evidence.Count; look += LooksPerFrame, item += EvidencePerFrame, frames++)
        {
            var payload = Frame.Begin(_frames);
            HotFrame.Write(_frames, _epoch, Part(looks, look, LooksPerFrame), Part(evidence, item, EvidencePerFrame));
            Frame.Finish(_frames, payload, number, offset);
        }
        Put(number, offset, created);
        _activeFrames += frames;
        _activeLooks += looks.Count;
    }

    private static List<T> Part<T>(List<T> all, int from, int count) => from >= all.Count ? [] : from == 0 && count >= all.Count ? all : all.GetRange(from, Math.Min(count, all.Count - from));

    /// <summary>Writes the frames behind what is synced, and syncs. Fails without a trace, or says that a trace may be left.</summary>
    private void Put(long number, long offset, Instant created)
    {
        var path = Path.Combine(_folder, HotSegment.FileName(number));
        _tailSuspect = true;
        if (_file is null)
        {
            _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.SetLength(_file, 0);
        }
        _options.Hit("hot-before-write");
        RandomAccess.Write(_file, _frames.Span, offset);
        _options.Hit("hot-before-sync");
        RandomAccess.FlushToDisk(_file);
        if (offset == 0)
        {
            FolderSync.Flush(_folder);
            _remember(new NewestSegment(number, 0)); // never before it is on disk: a number without a file is a loss
        }
        _options.Hit("hot-after-sync");
        _tailSuspect = false;
        lock (_state) _active = new SegmentFile(number, path, offset + _frames.Length, _active?.Created ?? created);
        _nextNumber = number + 1;
    }

    /// <summary>After a write that failed: cuts the file back to what was synced before anything else is written.</summary>
    private void Repair()
    {
        if (!_tailSuspect) return;
        if (_active is null)
        {
            // the failed write was the first of its segment: nothing in the file counts
            _file?.Dispose();
            _file = null;
            return;
        }
        RandomAccess.SetLength(_file!, _active.Length);
        RandomAccess.FlushToDisk(_file!);
        _tailSuspect = false;
    }

    private void CloseActive()
    {
        if (_active is not { } active) return;
        Repair();
        _frames.Clear();
        var payload = Frame.Begin(_frames);
        HotRecovery.WriteEnd(_frames, _activeFrames, _activeLooks);
        Frame.Finish(_frames, payload, active.Number, active.Length);
        Put(active.Number, active.Length, active.Created);
        lock (_state)
        {
            _closed.Add(_active);
            _active = null;
        }
        _file!.Dispose();
        _file = null;
        (_activeFrames, _activeLooks) = (0, 0);
    }

    private sealed class Request(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence)
    {
        public IReadOnlyList<LookRecord> Looks => looks;
        public IReadOnlyList<Evidence> Evidence => evidence;
        public bool IsCut => looks.Count == 0 && evidence.Count == 0;
        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A segment file and how much of it is synced.</summary>
internal sealed record SegmentFile(long Number, string Path, long Length, Instant Created);
