using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>What a person is told when storage fails: the code, what happened, and what to do.</summary>
internal static class Faults
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, TooBig = 18, Mismatch = 20, NotADatabase = 26;

    // Linux errno, which .NET gives as HResult of an IOException
    private const int NoAccess = 13, FileTooBig = 27, NoSpace = 28, ReadOnlyFileSystem = 30, QuotaUsedUp = 122;

    public static Exception Of(Exception fault, string folder) => fault switch
    {
        LedgerException or OperationCanceledException or ArgumentException or ObjectDisposedException => fault,
        SqliteException sqlite => OfSqlite(sqlite, folder),
        IOException { HResult: NoSpace or QuotaUsedUp or FileTooBig } => DiskFull(folder, fault),
        IOException { HResult: ReadOnlyFileSystem or NoAccess } or UnauthorizedAccessException => new LedgerException(StorageCodes.NotWritable,
            $"The ledger's folder {folder} cannot be written: {fault.Message} Give this user the right to write there, or name another folder.", fault),
        IOException => new LedgerException(StorageCodes.Failed, $"The disk under {folder} failed: {fault.Message} What was not acknowledged is not recorded and may be tried again.", fault),
        // not the disk and not the database: ours, and it may be about the one record that was handed over
        _ => new LedgerException(StorageCodes.OwnFault, $"The ledger in {folder} met a fault of its own: {fault.GetType().Name}: {fault.Message}", fault),
    };

    private static LedgerException OfSqlite(SqliteException fault, string folder) => fault.SqliteErrorCode switch
    {
        Full => DiskFull(folder, fault),
        Busy or Locked => new LedgerException(StorageCodes.InUse,
            $"Another process holds the database in {folder} (a backup tool, or an open sqlite3 shell?). End it; nothing was written and it may be tried again.", fault),
        ReadOnly or CannotOpen => new LedgerException(StorageCodes.NotWritable,
            $"The database in {folder} cannot be written: {fault.Message}. Give this user the right to write there, or name another folder.", fault),
        TooBig or Mismatch => new LedgerException(StorageCodes.NeverRecorded, $"This can never be recorded: {fault.Message}.", fault),
        Corrupt or NotADatabase => Damaged(folder, fault.Message, fault),
        InputOutput when fault.SqliteExtendedErrorCode is 778 or 1034 => DiskFull(folder, fault), // SQLITE_IOERR_WRITE, _FSYNC: what a full or failing disk says in the middle of a write
        _ => new LedgerException(StorageCodes.Failed, $"The database in {folder} failed: {fault.Message}", fault),
    };

    public static LedgerException Damaged(string folder, string problem, Exception? inner = null) => new(StorageCodes.Damaged,
        $"The database in {folder} is damaged: {problem}. Nothing was changed. Restore the folder from a backup, or move it away to begin a new ledger.", inner);

    private static LedgerException DiskFull(string folder, Exception fault) => new(StorageCodes.DiskFull,
        $"The disk under {folder} is full, or may not grow. Make room; nothing was written half, and it may be tried again.", fault);
}
