using Kept.Ledger.Stored;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>What a person is told when SQLite fails.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, TooBig = 18, Mismatch = 20, NotADatabase = 26;

    public static LedgerException Of(SqliteException fault, string folder) => fault.SqliteErrorCode switch
    {
        Full => Faults.DiskFull(folder, fault),
        Busy or Locked => new LedgerException(StorageCodes.InUse,
            $"Another process holds the database in {folder} (a backup tool, or an open sqlite3 shell?). End it; nothing was written and it may be tried again.", fault),
        ReadOnly or CannotOpen => new LedgerException(StorageCodes.NotWritable,
            $"The database in {folder} cannot be written: {fault.Message}. Give this user the right to write there, or name another folder.", fault),
        TooBig or Mismatch => new LedgerException(StorageCodes.NeverRecorded, $"This can never be recorded: {fault.Message}.", fault),
        Corrupt or NotADatabase => Damaged(folder, fault.Message, fault),
        InputOutput when fault.SqliteExtendedErrorCode is 778 or 1034 => Faults.DiskFull(folder, fault), // SQLITE_IOERR_WRITE, _FSYNC: what a full or failing disk says in the middle of a write
        _ => new LedgerException(StorageCodes.Failed, $"The database in {folder} failed: {fault.Message}", fault),
    };

    public static LedgerException Damaged(string folder, string problem, Exception? inner = null) => new(StorageCodes.Damaged,
        $"The database in {folder} is damaged: {problem}. Nothing was changed. Restore the folder from a backup, or move it away to begin a new ledger.", inner);
}
