using System.Security.Authentication;
using Kept.Ledger.Stored;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>What a person is told when PostgreSQL fails. Its codes are in PostgreSQL's appendix A; the first two characters are a class.</summary>
internal static class PostgresFaults
{
    /// <summary>True where nobody could be asked: the connection is gone, the server is about to stop, or starts, or takes nobody more.</summary>
    public static bool IsAway(Exception fault) => fault switch
    {
        PostgresException told => told.SqlState is "57P01" or "57P02" or "57P03" or "57P05" or "53300" || told.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: AuthenticationException } => false,
        NpgsqlException lost => lost.InnerException is not null,
        _ => false,
    };

    public static LedgerException Of(NpgsqlException fault, PostgresAddress address) => fault is PostgresException told ? OfServer(told, address) : OfConnection(fault, address);

    private static LedgerException OfConnection(NpgsqlException fault, PostgresAddress address) => fault.InnerException switch
    {
        AuthenticationException refused => new LedgerException(StorageCodes.NotWritable,
            $"{address.Name} is not trusted: {refused.Message} Give its root certificate (Root Certificate=FILE, or sslrootcert=FILE in a URL), or correct the host's name.", fault),
        null => new LedgerException(StorageCodes.NotWritable, $"{address.Name} does not let us in: {fault.Message.TrimEnd('.')}. Correct the connection string.", fault),
        var cause => Away(address, Innermost(cause).Message, fault),
    };

    private static LedgerException OfServer(PostgresException fault, PostgresAddress address) => fault.SqlState switch
    {
        _ when IsAway(fault) => Away(address, fault.MessageText, fault),
        "53100" => new LedgerException(StorageCodes.DiskFull, $"The disk of {address.Name} is full. Make room there; nothing was written half, and it may be tried again.", fault),
        "28P01" or "28000" => new LedgerException(StorageCodes.NotWritable, $"{address.Name} does not let us in: {fault.MessageText}. Correct user and password, or its pg_hba.conf.", fault),
        "3D000" => new LedgerException(StorageCodes.NotWritable, $"{address.Name}: {fault.MessageText}. Write there: CREATE DATABASE name ENCODING 'UTF8'", fault),
        "42501" => new LedgerException(StorageCodes.NotWritable,
            $"{address.Name}: {fault.MessageText}. Nothing was changed. Let its owner write: CREATE SCHEMA {address.Schema} AUTHORIZATION user", fault),
        "25006" => new LedgerException(StorageCodes.NotWritable, $"{address.Name} is read only: {fault.MessageText}. Name the primary server.", fault),
        "55P03" => new LedgerException(StorageCodes.InUse, $"Another program holds a lock in {address.Name}: {fault.MessageText}. End it; nothing was written and it may be tried again.", fault),
        "XX001" or "XX002" or "42P01" or "42703" => Damaged(address, fault.MessageText, fault),
        "22021" or "22P05" or "22001" or "22003" or "54000" => new LedgerException(StorageCodes.NeverRecorded, $"This can never be recorded: {fault.MessageText}.", fault),
        _ => new LedgerException(StorageCodes.Failed, $"{address.Name} failed: {fault.MessageText} ({fault.SqlState}). What was not acknowledged is not recorded and may be tried again.", fault),
    };

    public static LedgerException Away(PostgresAddress address, string why, Exception? inner) => new(StorageCodes.Away,
        $"{address.Name} cannot be reached: {why.TrimEnd('.')}. Start it, or correct the connection string; nothing acknowledged is lost, and it is tried again.", inner);

    public static LedgerException Damaged(PostgresAddress address, string problem, Exception? inner = null) => new(StorageCodes.Damaged,
        $"The ledger in {address.Name} is damaged: {problem}. Nothing was changed. Restore the database from a backup, or name another one to begin a new ledger.", inner);

    /// <summary>Of the disk, or ours.</summary>
    public static Exception Of(Exception fault, PostgresAddress address, string folder) => fault is NpgsqlException told ? Of(told, address) : Faults.Of(fault, folder);

    private static Exception Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault;
    }
}
