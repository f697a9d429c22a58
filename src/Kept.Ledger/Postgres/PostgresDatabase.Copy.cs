using System.Data.Common;
using Kept.Ledger.Sqlite;
using Kept.Ledger.Stored;
using Kept.Model;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>A whole ledger out of the database, as a SQLite file, and into one.</summary>
internal sealed partial class PostgresDatabase
{
    public override void CopyInto(string path) => Read(connection =>
    {
        SqliteDatabase.Fill(path, file => TableCopy.Run(connection, TableCopy.Into(file)), _options);
        return 0;
    });

    /// <summary>Copies a ledger into a schema where there is none, in one transaction. Where it fails, the schema is as it was.</summary>
    /// <param name="address">Which database.</param>
    /// <param name="folder">Of the hot segments, which stay where they are.</param>
    /// <param name="from">Inside a transaction of one moment.</param>
    /// <param name="time">For pauses between tries.</param>
    /// <param name="options">Times and points.</param>
    /// <exception cref="LedgerException"><c>S03</c>: there is a ledger already, or another program's tables.</exception>
    public static void Fill(PostgresAddress address, string folder, DbConnection from, TimeProvider time, LedgerOptions options)
    {
        using var database = new PostgresDatabase(address, folder, time, options, isReadOnly: false);
        try
        {
            database.Ready();
            var writer = database._writer!;
            if (PostgresSchema.Recognize(writer, address, Migrations.Count) > 0)
                throw new LedgerException(StorageCodes.Failed, $"{address.Name} holds a ledger already. Nothing was changed: a copy never overwrites another. Name a schema of its own: Search Path=kept_2.");
            Execute(writer, "SET statement_timeout = 0"); // a large table takes its time
            using var transaction = writer.BeginTransaction();
            PostgresSchema.Make(writer, address, Migrations);
            using (var ends = new Rows(from, "SELECT DISTINCT last FROM block"))
            using (var reader = ends.Read())
                database.MakeRoomFor(InstantsOf(reader));
            TableCopy.Run(from, (table, columns, rows) =>
            {
                using var import = writer.BeginBinaryImport($"COPY {table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)");
                foreach (var row in rows)
                {
                    import.StartRow();
                    foreach (var value in row)
                        if (value is DBNull) import.WriteNull();
                        else if (value is long number) import.Write(number);
                        else if (value is string text) import.Write(text);
                        else import.Write((byte[])value);
                }
                import.Complete();
            });
            options.Hit("copy-before-commit");
            transaction.Commit();
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.Of(fault, address);
        }
    }

    private static IEnumerable<Instant> InstantsOf(DbDataReader reader)
    {
        while (reader.Read()) yield return new Instant(reader.GetInt64(0));
    }

    /// <summary>Takes back what <see cref="Fill"/> made.</summary>
    public static void Clear(PostgresAddress address, string folder, TimeProvider time, LedgerOptions options)
    {
        using var database = new PostgresDatabase(address, folder, time, options, isReadOnly: false);
        database.Ready();
        PostgresSchema.Drop(database._writer!);
    }
}
