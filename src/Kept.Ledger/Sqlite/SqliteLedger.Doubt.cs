using Kept.Ledger.Entries;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// A commit that fails may have happened all the same: the disk said no after the log was written, or our own step behind it failed. Nobody can know at that
/// moment, so the next write begins by reading from the database how it stands, and entries that are there are not written again for the same drafts.
/// </summary>
internal sealed partial class SqliteLedger
{
    private const int MostLanded = 100_000;

    // all behind the gate; drafts are told apart as objects, for two equal facts are two facts
    private readonly List<(EntryDraft Draft, Entry Entry)> _trying = [];
    private readonly Dictionary<EntryDraft, Entry> _landed = new(ReferenceEqualityComparer.Instance);
    private bool _isInDoubt;

    private List<Entry> AppendOnce(EntryMint mint, IReadOnlyList<EntryDraft> drafts)
    {
        var fresh = _landed.Count == 0 ? drafts : [.. drafts.Where(draft => !_landed.ContainsKey(draft))];
        var written = Append(_database.Writer, mint, fresh);
        _trying.Clear();
        _trying.AddRange(fresh.Zip(written));
        if (fresh.Count == drafts.Count) return written;
        var next = 0;
        return [.. drafts.Select(draft => _landed.TryGetValue(draft, out var landed) ? landed : written[next++])];
    }

    /// <summary>Their writer knows now that they are written.</summary>
    private void Forget(IReadOnlyList<EntryDraft> drafts)
    {
        if (_landed.Count == 0) return;
        foreach (var draft in drafts) _landed.Remove(draft);
    }

    /// <summary>Reads from the database what memory may not know: the chain's end, the house, names and series.</summary>
    private void Settle()
    {
        var writer = _database.Writer;
        using (var moment = writer.BeginTransaction(deferred: true))
        {
            var row = Row(writer, _folder) ?? throw Faults.Damaged(_folder, "it does not say which ledger it is");
            var end = End(writer, _folder, _time, _random, _id, Epoch, row.House);
            var (names, series) = (Names(writer), Series(writer));
            moment.Commit();
            // one transaction is there whole or not at all, so its last entry speaks for every one of them
            if (_trying is [.., var last] && end.Sequence >= last.Entry.Sequence && HashAt(last.Entry.Sequence) == last.Entry.Hash)
                foreach (var (draft, entry) in _trying)
                    if (_landed.Count < MostLanded) _landed[draft] = entry;
            lock (_names)
            {
                _names.Clear();
                foreach (var (name, id) in names) _names.Add(name, id);
            }
            lock (_series)
            {
                _series.Clear();
                foreach (var (key, number) in series) _series.Add(key, number);
                Volatile.Write(ref _seriesCount, _series.Count);
            }
            Volatile.Write(ref _mint, end);
        }
        _trying.Clear();
        _isInDoubt = false;
    }

    private string HashAt(long sequence)
    {
        using var rows = new Rows(_database.Writer, "SELECT hash FROM entry WHERE seq = $1");
        using var reader = rows.With(sequence).Read();
        return reader.Read() ? Convert.ToHexStringLower(Blob(reader, 0)) : "";
    }
}
