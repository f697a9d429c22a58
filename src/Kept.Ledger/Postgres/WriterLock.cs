using System.Text;
using Kept.Ledger.Coding;
using Kept.Ledger.Stored;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>
/// One writer per schema. The lock is its connection's, and goes with it: whoever has it knows that no earlier writer's commit is still under way. Where our own lost
/// connection still holds it (the server has not noticed yet), that one is ended.
/// </summary>
internal static class WriterLock
{
    private const int Class = 0x4B455054; // "KEPT"

    /// <param name="writer">The connection that is to hold it.</param>
    /// <param name="address">Which schema.</param>
    /// <param name="formerProcess">The server's process of our writing connection before, 0 where there was none.</param>
    /// <exception cref="LedgerException"><c>S01</c>: another Kept has it. <c>S10</c>: our own connection before had it; try again.</exception>
    public static void Take(NpgsqlConnection writer, PostgresAddress address, int formerProcess)
    {
        var key = unchecked((int)Crc32C.Of(Encoding.UTF8.GetBytes(address.Schema)));
        using (var take = new Rows(writer, "SELECT pg_catalog.pg_try_advisory_lock($1, $2)"))
        using (var reader = take.With(Class, key).Read())
            if (reader.Read() && reader.GetBoolean(0)) return;
        var holder = HolderOf(writer, key);
        if (holder != 0 && holder == formerProcess)
        {
            using var end = new Rows(writer, "SELECT pg_catalog.pg_terminate_backend($1)");
            using (end.With(holder).Read())
            {
            }
            throw PostgresFaults.Away(address, "our own lost connection still holds its lock, and was ended", null);
        }
        throw new LedgerException(StorageCodes.InUse, $"Another Kept writes the ledger in {address.Name}{(holder == 0 ? "" : $" (its connection is process {holder} of the server)")}. Stop it, or give this one a schema of its own: Search Path=kept_2.");
    }

    private static int HolderOf(NpgsqlConnection connection, int key)
    {
        using var ask = new Rows(connection, """
            SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid = $1::oid AND objid = $2::oid
            AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            """);
        using var reader = ask.With((long)Class, (long)unchecked((uint)key)).Read();
        return reader.Read() ? reader.GetInt32(0) : 0;
    }
}
