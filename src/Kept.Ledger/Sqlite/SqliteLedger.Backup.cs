using Kept.Ledger.Hot;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>A backup is a folder that opens like any other. It is written beside its place, verified there, and only then gets its name: it is whole, or it is not there.</summary>
internal sealed partial class SqliteLedger
{
    public async ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) || File.Exists(folder)) throw new LedgerException(StorageCodes.NotWritable, $"{folder} exists already. Name a folder that does not: a backup never overwrites another.");
        var parent = Path.GetDirectoryName(folder)!;
        var partial = $"{folder}.partial-{Epoch}-{_time.GetUtcNow().UtcTicks}";
        // no sealing meanwhile: segments do not vanish under the copy
        await _upkeep.WaitAsync(cancellationToken);
        try
        {
            PrivateFolder.Make(partial);
            Directory.CreateDirectory(Path.Combine(partial, HotFolder));
            // segments first: what is sealed into the database later would be in both, never in neither
            foreach (var segment in _hot?.Segments() ?? _readOnlySegments) CopySynced(segment, Path.Combine(partial, HotFolder));
            _options.Hit("backup-segments-copied");
            CopyDatabase(Path.Combine(partial, Database.FileName));
            FolderSync.Flush(Path.Combine(partial, HotFolder));
            FolderSync.Flush(partial);
            LedgerVerification found;
            await using (var copy = OpenReadOnly(partial, _time, new Random(0), _options)) found = copy.Verify(cancellationToken);
            // a reader leaves these beside the copy; they hold nothing
            foreach (var spare in (ReadOnlySpan<string>)["-shm", "-wal"]) File.Delete(Path.Combine(partial, Database.FileName + spare));
            if (!found.Holds) throw new LedgerException(StorageCodes.Damaged, $"The copy does not hold, so there is no backup: {found.Problems[0]} ({found.Problems.Count} problems). Run `kept ledger verify` on this ledger.");
            _options.Hit("backup-before-rename");
            Directory.Move(partial, folder);
            FolderSync.Flush(parent);
            return found;
        }
        catch (Exception fault)
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            if (fault is SqliteException or IOException or UnauthorizedAccessException) throw Faults.Of(fault, parent);
            throw;
        }
        finally
        {
            _upkeep.Release();
        }
    }

    private static void CopySynced(SegmentFile segment, string folder)
    {
        var bytes = HotRecovery.ReadShared(segment.Path);
        using var to = File.OpenHandle(Path.Combine(folder, HotSegment.FileName(segment.Number)), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(to, bytes.AsSpan(0, (int)Math.Min(segment.Length, bytes.Length)), 0);
        RandomAccess.FlushToDisk(to);
    }

    private void CopyDatabase(string path)
    {
        _database.CopyInto(path);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
