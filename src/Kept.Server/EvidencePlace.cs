using Kept.Egress;
using Kept.Ledger;

namespace Kept.Server;

/// <summary>Where evidence is: in a data folder alone, or in a PostgreSQL database with its hot log in the folder.</summary>
/// <param name="DataFolder">Made where it is missing.</param>
/// <param name="Database">The connection string as the operator wrote it, its secrets as <c>${env:NAME}</c> or <c>${file:PATH}</c>; null for SQLite in the folder.</param>
public sealed record EvidencePlace(string DataFolder, string? Database)
{
    /// <summary>For messages: names no secret.</summary>
    public string Words => Database is null ? Path.GetFullPath(DataFolder) : $"PostgreSQL, with its hot log in {Path.GetFullPath(DataFolder)}";

    /// <summary>Whether there may be something to read: a database can be asked from any folder.</summary>
    public bool MayBeThere => Database is not null || Directory.Exists(DataFolder);

    /// <exception cref="LedgerException">It does not open; the message says what to do.</exception>
    public ILedger Open(TimeProvider time, Random random) =>
        Database is null ? Ledgers.OpenSqlite(DataFolder, time, random) : Ledgers.OpenPostgres(Connection(Database), DataFolder, time, random);

    /// <exception cref="LedgerException">There is none, or it does not open.</exception>
    public ILedger OpenReadOnly(TimeProvider time) =>
        Database is null ? Ledgers.OpenSqliteReadOnly(DataFolder, time) : Ledgers.OpenPostgresReadOnly(Connection(Database), DataFolder, time);

    /// <summary>Copies the ledger of the folder into a database that holds none.</summary>
    /// <exception cref="LedgerException">Nothing was changed.</exception>
    public static ValueTask<LedgerVerification> CopyAsync(string folder, string database, TimeProvider time, CancellationToken cancellationToken) =>
        Ledgers.CopyToPostgresAsync(folder, Connection(database), time, cancellationToken);

    /// <summary>With its secrets, each written as it has to be where it stands.</summary>
    private static string Connection(string database)
    {
        var isUrl = database.Contains("://", StringComparison.Ordinal);
        try
        {
            return Secrets.Expand(database, null, secret => isUrl ? Uri.EscapeDataString(secret) : $"'{secret.Replace("'", "''", StringComparison.Ordinal)}'");
        }
        catch (EgressException missing)
        {
            throw new LedgerException(StorageCodes.Failed, $"The connection string of the database lacks a secret: {missing.Message}.", missing);
        }
    }
}
