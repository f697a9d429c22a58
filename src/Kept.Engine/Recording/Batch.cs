using System.Runtime.ExceptionServices;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.Recording;

/// <summary>
/// What goes to the ledger together: looks and evidence first, then entries, which rest on them, then caches. A write that failed goes on where it stood. What
/// the ledger can never take is sifted out, so that one such record does not hold back all others.
/// </summary>
internal sealed class Batch
{
    /// <summary>A fault that nobody foresaw may pass; after so many tries the records are tried apart.</summary>
    public const int TriesBeforeSifting = 5;

    /// <summary>A record in doubt is given up when it failed by itself in so many tries, each beside others that were taken.</summary>
    private const int TriesInDoubt = 2;

    /// <summary>A fault of a moment is over at the next write or the one after; one of the record never is.</summary>
    private const int WritesInDoubt = 3;

    public Portion<LookRecord> Looks { get; } = new();
    public Portion<Evidence> Evidence { get; } = new();
    public Portion<EntryDraft> Entries { get; } = new();
    public Dictionary<string, byte[]> Caches { get; private set; } = new(StringComparer.Ordinal);
    public List<TaskCompletionSource<bool>> Waiters { get; private set; } = [];

    /// <summary>How often it failed by something that nobody foresaw.</summary>
    public int UnclearFaults { get; private set; }

    /// <summary>What the ledger will never take, since this was last asked; read between writes.</summary>
    public List<Refusal> Refusals { get; } = [];

    public bool IsEmpty => Looks.Count == 0 && Evidence.Count == 0 && Entries.Count == 0 && Caches.Count == 0 && Waiters.Count == 0;

    /// <summary>At most so many looks leave; entries, caches and waiters only with the last look, for they rest on it.</summary>
    public Batch Take(int most)
    {
        var taken = new Batch();
        Looks.MoveTo(taken.Looks, most);
        if (Looks.Count > 0) return taken;
        Evidence.MoveTo(taken.Evidence);
        Entries.MoveTo(taken.Entries);
        (taken.Caches, Caches) = (Caches, taken.Caches);
        (taken.Waiters, Waiters) = (Waiters, taken.Waiters);
        return taken;
    }

    /// <summary>Takes what came later behind its own: only among others can it be told whether a record or the storage is at fault.</summary>
    public void Join(Batch later)
    {
        later.Looks.MoveTo(Looks);
        later.Evidence.MoveTo(Evidence);
        later.Entries.MoveTo(Entries);
        foreach (var (key, value) in later.Caches) Caches[key] = value;
        later.Caches.Clear();
        Waiters.AddRange(later.Waiters);
        later.Waiters.Clear();
    }

    public void Release(bool isWritten)
    {
        foreach (var waiter in Waiters) waiter.TrySetResult(isWritten);
        Waiters.Clear();
    }

    /// <exception cref="Exception">Storage fails, or nobody knows what does: it may be called again.</exception>
    public async Task WriteAsync(ILedger ledger)
    {
        try
        {
            if (Looks.Left > 0 || Evidence.Left > 0) await RecordAsync(ledger);
            if (Entries.Left > 0) await SiftAsync(Entries, part => AppendAsync(ledger, part));
        }
        catch (Exception fault) when (LedgerException.KindOf(fault) == LedgerFault.Unclear)
        {
            UnclearFaults++;
            throw;
        }
        if (Refusals.Exists(refusal => refusal.Record is LookRecord)) Caches.Clear(); // they may count what is not on record, and can be made again
        foreach (var (key, value) in Caches.ToList())
        {
            try
            {
                await ledger.CacheAsync(key, value, CancellationToken.None);
            }
            catch (Exception fault) when (LedgerException.KindOf(fault) != LedgerFault.Storage)
            {
                Refusals.Add(new Refusal(key, fault)); // it can be made again at any time, and must hold up nothing
            }
            Caches.Remove(key);
        }
    }

    private async Task RecordAsync(ILedger ledger)
    {
        try
        {
            // one write and one sync for all of them, as nearly always
            if (Looks.Rest.Count > 0 || Evidence.Rest.Count > 0) await ledger.RecordAsync(Looks.Rest, Evidence.Rest, CancellationToken.None);
            Looks.Take();
            Evidence.Take();
        }
        catch (Exception fault) when (MayBeSifted(fault))
        {
            // below, apart
        }
        if (Looks.Left > 0) await SiftAsync(Looks, part => ledger.RecordAsync(part, [], CancellationToken.None));
        if (Evidence.Left > 0) await SiftAsync(Evidence, part => ledger.RecordAsync([], part, CancellationToken.None));
    }

    private static async ValueTask AppendAsync(ILedger ledger, IReadOnlyList<EntryDraft> drafts) => await ledger.AppendAsync(drafts, CancellationToken.None);

    private bool MayBeSifted(Exception fault) => LedgerException.KindOf(fault) switch
    {
        LedgerFault.Record => true,
        LedgerFault.Unclear => UnclearFaults >= TriesBeforeSifting,
        _ => false,
    };

    /// <summary>
    /// Halves what is refused until single records are left, in order. A record that fails alone is given up when the ledger says that it is the record. Otherwise it may as well
    /// be the storage: it stays where it is until a later one is taken, and is in doubt then, for the storage may have begun to work between the two.
    /// </summary>
    private async Task SiftAsync<T>(Portion<T> portion, Func<IReadOnlyList<T>, ValueTask> write) where T : notnull
    {
        var parts = new Stack<(int From, int Count)>();
        if (portion.Rest.Count > 0) parts.Push((portion.Done, portion.Rest.Count));
        var failed = new List<(int At, Refusal Refusal)>();
        while (parts.TryPop(out var part))
        {
            try
            {
                await write(portion.Range(part.From, part.Count));
            }
            catch (Exception fault) when (MayBeSifted(fault))
            {
                if (part.Count == 1)
                {
                    failed.Add((part.From, new Refusal(portion.At(part.From), fault)));
                    continue;
                }
                parts.Push((part.From + (part.Count / 2), part.Count - (part.Count / 2)));
                parts.Push((part.From, part.Count / 2));
                continue;
            }
            Refusals.AddRange(failed.Where(one => IsOfTheRecord(one.Refusal.Fault)).Select(one => one.Refusal));
            portion.InDoubt.AddRange(failed.Where(one => !IsOfTheRecord(one.Refusal.Fault)).Select(one => new Doubt<T>(portion.At(one.At), one.Refusal.Fault)));
            failed.Clear();
            portion.Take(part.From + part.Count);
        }
        var sure = failed.TakeWhile(one => IsOfTheRecord(one.Refusal.Fault)).ToList();
        Refusals.AddRange(sure.Select(one => one.Refusal));
        portion.Done = sure.Count == failed.Count ? portion.Count : failed[sure.Count].At;
        if (sure.Count < failed.Count) ExceptionDispatchInfo.Throw(failed[sure.Count].Refusal.Fault);
        await SettleAsync(portion, write);
    }

    /// <summary>
    /// Records in doubt are tried again, later than they stood in order: better late than never. One that still fails while others are taken is given up, after a pause between:
    /// only a fault that comes back for that very record in each of these tries, and for no other, could be taken for the record's.
    /// </summary>
    private async Task SettleAsync<T>(Portion<T> portion, Func<IReadOnlyList<T>, ValueTask> write) where T : notnull
    {
        var hasTaken = portion.HasTaken;
        portion.HasTaken = false;
        foreach (var doubt in portion.InDoubt.ToList())
        {
            if (await FaultOfAsync(doubt.Record, write) is { } fault)
            {
                doubt.Fault = fault;
                if (hasTaken) doubt.Tries++;
                if (doubt.Tries < TriesInDoubt && !IsOfTheRecord(fault)) continue;
                Refusals.Add(new Refusal(doubt.Record, fault));
            }
            portion.InDoubt.Remove(doubt);
        }
        if (portion.InDoubt is [var first, ..]) ExceptionDispatchInfo.Throw(first.Fault);
    }

    private static async Task<Exception?> FaultOfAsync<T>(T record, Func<IReadOnlyList<T>, ValueTask> write)
    {
        Exception? last = null;
        for (var i = 0; i < WritesInDoubt; i++)
        {
            try
            {
                await write([record]);
                return null;
            }
            catch (Exception fault) when (LedgerException.KindOf(fault) != LedgerFault.Storage)
            {
                last = fault;
            }
        }
        return last;
    }

    private static bool IsOfTheRecord(Exception fault) => LedgerException.KindOf(fault) == LedgerFault.Record;
}

/// <summary>A record that failed alone while others are taken, by a fault that nobody foresaw.</summary>
internal sealed class Doubt<T>(T record, Exception fault)
{
    public T Record { get; } = record;
    public Exception Fault { get; set; } = fault;
    /// <summary>Tries in which it failed again.</summary>
    public int Tries { get; set; }
}

/// <summary>A record that the ledger will never take.</summary>
/// <param name="Record">A look, evidence, the draft of an entry, or the key of a cache.</param>
/// <param name="Fault">What the ledger said.</param>
internal sealed record Refusal(object Record, Exception Fault)
{
    public string Words => Record switch
    {
        LookRecord look => $"a look of series {look.Series} at {look.Slot}",
        Evidence evidence => $"what a look of series {evidence.Series} at {evidence.Slot} read",
        EntryDraft draft => $"an entry {draft.Kind} about {(draft.Subject.Length > 0 ? draft.Subject : "the house")}",
        _ => $"the cache {Record}",
    };
}

/// <summary>Records of one sort in order; the first of them may be done.</summary>
internal sealed class Portion<T>
{
    private List<T> _items = [];

    public int Count => _items.Count;
    /// <summary>So many from the beginning are taken, given up, or in doubt.</summary>
    public int Done { get; set; }
    public List<Doubt<T>> InDoubt { get; } = [];
    /// <summary>Others were taken since those in doubt were tried last.</summary>
    public bool HasTaken { get; set; }
    public int Left => Count - Done + InDoubt.Count;
    public IReadOnlyList<T> Rest => Done == 0 ? _items : Range(Done, Count - Done);
    /// <summary>All that are neither taken nor given up.</summary>
    public IEnumerable<T> Waiting => InDoubt.Select(doubt => doubt.Record).Concat(Rest);
    public IReadOnlyList<T> All => _items;

    public void Add(T item) => _items.Add(item);

    /// <summary>Those before it were taken; all of them, where no end is named.</summary>
    public void Take(int? end = null)
    {
        HasTaken |= (end ?? Count) > Done;
        Done = end ?? Count;
    }

    public T At(int index) => _items[index];

    public IReadOnlyList<T> Range(int from, int count) => from == 0 && count == Count ? _items : _items.GetRange(from, count);

    /// <summary>Only for portions that are not being written.</summary>
    public void MoveTo(Portion<T> other, int most = int.MaxValue)
    {
        if (other.Count == 0 && most >= Count)
        {
            (other._items, _items) = (_items, other._items);
            return;
        }
        var moved = Math.Min(most, Count);
        other._items.AddRange(_items.GetRange(0, moved));
        _items.RemoveRange(0, moved);
    }
}
