using Kept.Ledger.Memory;
using Kept.Ledger.Postgres;
using Kept.Ledger.Sqlite;
using Kept.Ledger.Stored;

namespace Kept.Ledger;

/// <summary>Opens ledgers.</summary>
public static class Ledgers
{
    /// <summary>Opens the ledger in a folder for writing; makes folder and ledger where there are none. One process at a time.</summary>
    /// <exception cref="LedgerException"><c>S01</c> another process has it, <c>S03</c> damaged (nothing was changed), <c>S04</c> not writable, <c>S05</c> of a newer version.</exception>
    public static ILedger OpenSqlite(string folder, TimeProvider time, Random random) => OpenSqlite(folder, time, random, LedgerOptions.Default);

    internal static StoredLedger OpenSqlite(string folder, TimeProvider time, Random random, LedgerOptions options) =>
        StoredLedger.Open(folder, held =>
        {
            FolderLock.CheckHere(folder, held.Kind);
            return SqliteDatabase.Open(folder, held.Ledger, options);
        }, time, random, options);

    /// <summary>
    /// Opens the ledger in a folder for reading, also while another process writes. Entries, names, days and sealed looks are read as they are at each call; hot looks
    /// as they were at opening. Every write throws <see cref="LedgerException"/> <c>S04</c>.
    /// </summary>
    /// <exception cref="LedgerException">There is none, it is damaged, older or newer than this program knows.</exception>
    public static ILedger OpenSqliteReadOnly(string folder, TimeProvider time) =>
        OpenSqliteReadOnly(folder, time, LedgerOptions.Default);

    private static StoredLedger OpenSqliteReadOnly(string folder, TimeProvider time, LedgerOptions options)
    {
        FolderLock.CheckHere(folder, FolderLock.KindOf(folder));
        return StoredLedger.OpenReadOnly(folder, SqliteDatabase.OpenReadOnly(folder, options), time, new Random(0), options);
    }

    /// <summary>
    /// Opens the ledger in a PostgreSQL database for writing; makes its schema where there is none. New looks go to a hot log in the folder first, so that they are on record
    /// also while the database is away. One process at a time, for the folder and for the database.
    /// </summary>
    /// <param name="connection">A URL or Npgsql's keywords, with secrets put in.</param>
    /// <param name="folder">Of the hot log; made where it is missing.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="random">The only source of chance.</param>
    /// <exception cref="LedgerException"><c>S10</c> it cannot be reached; else as for SQLite. Nothing was changed.</exception>
    public static ILedger OpenPostgres(string connection, string folder, TimeProvider time, Random random) => OpenPostgres(connection, folder, time, random, LedgerOptions.Default);

    internal static StoredLedger OpenPostgres(string connection, string folder, TimeProvider time, Random random, LedgerOptions options) =>
        StoredLedger.Open(folder, held => PostgresDatabase.Open(PostgresAddress.Parse(connection, options.BusySeconds), folder, held.Ledger, time, options), time, random, options);

    /// <summary>
    /// Copies the ledger in a folder into a PostgreSQL database that holds none, in one transaction, and verifies both. What is hot stays in the folder, with which the copy is then
    /// opened. The folder is left as it is. The way back is <see cref="ILedger.BackupAsync"/>, which makes a folder of any ledger.
    /// </summary>
    /// <exception cref="LedgerException"><c>S01</c>: Kept runs on it. <c>S03</c>: the ledger does not hold. Nothing was changed.</exception>
    public static async ValueTask<LedgerVerification> CopyToPostgresAsync(string folder, string connection, TimeProvider time, CancellationToken cancellationToken) =>
        await CopyToPostgresAsync(folder, connection, time, LedgerOptions.Default, cancellationToken);

    internal static async ValueTask<LedgerVerification> CopyToPostgresAsync(string folder, string connection, TimeProvider time, LedgerOptions options, CancellationToken cancellationToken)
    {
        using var held = FolderLock.Take(folder); // nobody writes meanwhile
        FolderLock.CheckHere(folder, held.Kind);
        var address = PostgresAddress.Parse(connection, options.BusySeconds);
        await using (var ledger = StoredLedger.OpenReadOnly(folder, SqliteDatabase.OpenReadOnly(folder, options), time, new Random(0), options))
            if (ledger.Verify(cancellationToken) is { Holds: false } found) throw DoesNotHold("The ledger", found);
        using (var from = SqliteDatabase.OpenReadOnly(folder, options))
            from.Read(rows =>
            {
                PostgresDatabase.Fill(address, folder, rows, time, options);
                return 0;
            });
        try
        {
            await using var copy = StoredLedger.OpenReadOnly(folder, PostgresDatabase.OpenReadOnly(address, folder, time, options), time, new Random(0), options);
            return copy.Verify(cancellationToken) is { Holds: true } verified ? verified : throw DoesNotHold("The copy", copy.Verify(cancellationToken));
        }
        catch
        {
            PostgresDatabase.Clear(address, folder, time, options);
            throw;
        }
    }

    private static LedgerException DoesNotHold(string what, LedgerVerification found) => new(StorageCodes.Damaged,
        $"{what} does not hold, so nothing was copied: {found.Problems[0]} ({found.Problems.Count} problems). Run `kept ledger verify` on this ledger.");

    /// <summary>Opens the ledger in a PostgreSQL database for reading, also while another process writes. Looks that are not sealed yet are seen only with the folder of its hot log.</summary>
    /// <exception cref="LedgerException">There is none, it cannot be reached, is older or newer than this program knows.</exception>
    public static ILedger OpenPostgresReadOnly(string connection, string folder, TimeProvider time) => OpenPostgresReadOnly(connection, folder, time, LedgerOptions.Default);

    internal static StoredLedger OpenPostgresReadOnly(string connection, string folder, TimeProvider time, LedgerOptions options) =>
        StoredLedger.OpenReadOnly(folder, PostgresDatabase.OpenReadOnly(PostgresAddress.Parse(connection, options.BusySeconds), folder, time, options), time, new Random(0), options);

    /// <summary>The reference: the same contract, kept in memory and gone with the process.</summary>
    public static ILedger InMemory(TimeProvider time, Random random) => new MemoryLedger(time, random);
}
