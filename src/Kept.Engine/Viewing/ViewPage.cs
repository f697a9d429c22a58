using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Model;

namespace Kept.Engine.Viewing;

/// <summary>All promises of one moment, in shelves that pages share as long as nothing on them changed. Immutable.</summary>
internal sealed class ViewPage(PromiseView[][] shelves, int count, FrozenDictionary<PromiseName, int> index)
{
    private PromiseView[]? _flat;

    public static readonly ViewPage Empty = new([], 0, FrozenDictionary<PromiseName, int>.Empty);

    /// <summary>Put together on first reading; two readers at once do the same work and agree.</summary>
    public ImmutableArray<PromiseView> Promises
    {
        get
        {
            if (Volatile.Read(ref _flat) is { } built) return ImmutableCollectionsMarshal.AsImmutableArray(built);
            var flat = new PromiseView[count];
            for (var i = 0; i < shelves.Length; i++) shelves[i].AsSpan(0, Math.Min(ViewShelves.Width, count - (i * ViewShelves.Width))).CopyTo(flat.AsSpan(i * ViewShelves.Width));
            Volatile.Write(ref _flat, flat);
            return ImmutableCollectionsMarshal.AsImmutableArray(flat);
        }
    }

    public PromiseView? Find(PromiseName name) => index.TryGetValue(name, out var at) ? shelves[at / ViewShelves.Width][at % ViewShelves.Width] : null;
}

/// <summary>
/// The views as the loop changes them. Copy on write by shelves of <see cref="Width"/>: one changed promise costs a copy of its shelf, however many promises
/// there are, and only once per page.
/// </summary>
internal sealed class ViewShelves
{
    public const int Width = 32;

    private PromiseView[][] _shelves = [];
    private bool[] _isOwn = [];
    private int _count;
    private FrozenDictionary<PromiseName, int> _index = FrozenDictionary<PromiseName, int>.Empty;
    private ViewPage _page = ViewPage.Empty;
    private bool _changed;

    /// <summary>A new house: all promises in order.</summary>
    public void Replace(PromiseView[] views, FrozenDictionary<PromiseName, int> index)
    {
        _count = views.Length;
        _index = index;
        _shelves = [.. views.Chunk(Width).Select(shelf =>
        {
            if (shelf.Length < Width) Array.Resize(ref shelf, Width);
            return shelf;
        })];
        _isOwn = new bool[_shelves.Length];
        Array.Fill(_isOwn, true);
        _changed = true;
    }

    public void Set(int position, PromiseView view)
    {
        var shelf = position / Width;
        if (!_isOwn[shelf])
        {
            _shelves[shelf] = [.. _shelves[shelf]];
            _isOwn[shelf] = true;
        }
        _shelves[shelf][position % Width] = view;
        _changed = true;
    }

    /// <summary>The page of now; the same one while nothing changed.</summary>
    public ViewPage Publish()
    {
        if (!_changed) return _page;
        _changed = false;
        Array.Clear(_isOwn);
        return _page = new ViewPage([.. _shelves], _count, _index);
    }
}

/// <summary>Raw figures of one moment, made into <see cref="EngineFigures"/> only when somebody asks.</summary>
internal sealed record Gauges(
    Instant StartedAt, int Checks, int UnderWay, int Queue, long Looks, long[] Gaps, long Faults, Duration P50, Duration P99, Duration Max, int Unrecorded, long Refused,
    Instant? LastRecordedAt, string? StorageFault)
{
    public EngineFigures ToFigures() => new(
        StartedAt, Checks, UnderWay, Queue, Looks,
        Enumerable.Range(0, Gaps.Length).Where(cause => Gaps[cause] > 0).ToFrozenDictionary(cause => (GapCause)cause, cause => Gaps[cause]),
        Faults, P50, P99, Max, Unrecorded, LastRecordedAt, StorageFault)
    { RefusedRecords = Refused };
}
