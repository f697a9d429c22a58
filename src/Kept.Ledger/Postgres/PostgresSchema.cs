using System.Security.Cryptography;
using System.Text;
using Kept.Ledger.Stored;
using Kept.Model;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>
/// The tables in the ledger's own schema, and the steps that made them. Each step is one transaction that also notes its number and the hash of its script in the table
/// <c>migration</c>, which is how a schema is known as ours. A step waits for no other program's lock longer than a few seconds, so that nobody waits for it.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Attaching a partition without stopping its readers came with 12; 13 is the oldest that is tried here and had fixes lately.</summary>
    private const long LeastServer = 130_000;

    private static readonly string[] Tables = ["ledger", "entry", "name", "series", "block", "evidence", "day", "cache"];

    /// <summary>Refuses a server that cannot hold a ledger, before anything is written.</summary>
    public static void CheckServer(NpgsqlConnection connection, PostgresAddress address, bool forWriting)
    {
        if (Text(connection, "SELECT pg_catalog.current_setting('server_encoding')") is not "UTF8" and var encoding)
            throw new LedgerException(StorageCodes.Failed, $"{address.Name} has the encoding {encoding}, in which not every text can be kept. Nothing was changed. Write there: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0");
        if (Database.Scalar(connection, "SELECT pg_catalog.current_setting('server_version_num')::bigint") is var version && version < LeastServer)
            throw new LedgerException(StorageCodes.Failed, $"{address.Name} is PostgreSQL {version / 10_000}; at least {LeastServer / 10_000} is needed. Nothing was changed.");
        if (forWriting && Database.Scalar(connection, "SELECT pg_catalog.pg_is_in_recovery()::int") == 1)
            throw new LedgerException(StorageCodes.NotWritable, $"{address.Name} is a standby, and takes no writes. Nothing was changed. Name the primary server.");
    }

    /// <summary>The number of the schema, 0 where there is none yet.</summary>
    /// <exception cref="LedgerException"><c>S03</c>: another program's. <c>S05</c>: of a newer Kept.</exception>
    public static int Recognize(NpgsqlConnection connection, PostgresAddress address, int known)
    {
        var marks = Number(connection, """
            SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = 'migration' AND a.attname IN ('number', 'hash', 'applied')
            """, address.Schema);
        if (marks != 3)
        {
            if (Number(connection, "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1", address.Schema) == 0) return 0;
            throw new LedgerException(StorageCodes.Damaged, $"{address.Name} holds tables of another program. Nothing was changed. Name a schema of its own: Search Path=kept_ledger");
        }
        var version = (int)Database.Scalar(connection, "SELECT coalesce(max(number), 0) FROM migration");
        return version <= known ? version : throw new LedgerException(StorageCodes.AnotherSchema,
            $"{address.Name} was written by a newer Kept (schema {version}, this program knows {known}). Nothing was changed. Install the newer version.");
    }

    /// <summary>Brings the schema up to date, one step after the other.</summary>
    public static void Migrate(NpgsqlConnection connection, PostgresAddress address, int from, IReadOnlyList<string> steps, LedgerOptions options)
    {
        for (var version = from; version < steps.Count; version++)
        {
            using var transaction = connection.BeginTransaction();
            Step(connection, address, version, steps);
            options.Hit("migration-before-commit");
            transaction.Commit();
            options.Hit("migration-after-commit");
        }
        if (Missing(connection, address.Schema) is { } missing) throw PostgresFaults.Damaged(address, $"its table {missing} is missing");
    }

    /// <summary>All steps at once, in the transaction of a copy.</summary>
    public static void Make(NpgsqlConnection connection, PostgresAddress address, IReadOnlyList<string> steps)
    {
        for (var version = 0; version < steps.Count; version++) Step(connection, address, version, steps);
    }

    /// <summary>Removes the tables; the schema itself stays, for somebody may have made it for us.</summary>
    public static void Drop(NpgsqlConnection connection) => Database.Execute(connection, $"DROP TABLE {string.Join(", ", Tables)}, migration");

    private static void Step(NpgsqlConnection connection, PostgresAddress address, int version, IReadOnlyList<string> steps)
    {
        if (version == 0)
        {
            // where it is there already, no right to make one is needed
            if (Number(connection, "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1", address.Schema) == 0) Database.Execute(connection, $"CREATE SCHEMA \"{address.Schema}\"");
            Database.Execute(connection, "CREATE TABLE migration (number bigint PRIMARY KEY, hash bytea NOT NULL, applied timestamptz NOT NULL DEFAULT now())");
        }
        Database.Execute(connection, steps[version]);
        using var note = new Rows(connection, "INSERT INTO migration (number, hash) VALUES ($1, $2)");
        note.With(version + 1, HashOf(steps[version])).Run();
    }

    /// <summary>What is not as the steps made it.</summary>
    public static void Check(NpgsqlConnection connection, PostgresAddress address, IReadOnlyList<string> steps, Action<string> problem)
    {
        if (Missing(connection, address.Schema) is { } missing) problem($"its table {missing} is missing");
        using (var rows = new Rows(connection, "SELECT number, hash FROM migration ORDER BY number"))
        using (var reader = rows.Read())
            for (var next = 1; reader.Read(); next++)
                if (reader.GetInt64(0) != next || next > steps.Count || !reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(HashOf(steps[next - 1]))) problem($"step {next} of its schema is not the one that this program knows");
        using var indexes = new Rows(connection, """
            SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT (i.indisvalid AND i.indisready)
            """);
        using var broken = indexes.With(address.Schema).Read();
        while (broken.Read()) problem($"the index {broken.GetString(0)} is not whole; write: REINDEX INDEX {broken.GetString(0)}");
    }

    /// <summary>
    /// One partition for each month in which a block ends. It is made beside the table and then attached, which keeps no reader waiting; made by the write that needs it, it goes with
    /// that write where it fails.
    /// </summary>
    public static void MakeRoomFor(NpgsqlConnection connection, string schema, IEnumerable<Instant> ends)
    {
        var months = ends.Select(end => end.ToDateTimeOffset()).Select(end => (end.Year, end.Month)).ToHashSet();
        foreach (var (year, month) in months.Order())
        {
            var partition = $"block_{year:D4}_{month:D2}";
            if (Number(connection, "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2", schema, partition) > 0) continue;
            var from = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero);
            // the calendar ends with 9999
            var to = year == 9999 && month == 12 ? "MAXVALUE" : Instant.From(from.AddMonths(1)).Microseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Database.Execute(connection, $"CREATE TABLE {partition} (LIKE block INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)");
            Database.Execute(connection, $"ALTER TABLE block ATTACH PARTITION {partition} FOR VALUES FROM ({Instant.From(from).Microseconds}) TO ({to})");
        }
    }

    private static string? Missing(NpgsqlConnection connection, string schema) =>
        Tables.FirstOrDefault(table => Number(connection, "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2", schema, table) == 0);

    private static byte[] HashOf(string script) => SHA256.HashData(Encoding.UTF8.GetBytes(script));

    private static long Number(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var rows = new Rows(connection, sql);
        using var reader = rows.With(values).Read();
        reader.Read();
        return reader.GetInt64(0);
    }

    private static string Text(NpgsqlConnection connection, string sql)
    {
        using var rows = new Rows(connection, sql);
        using var reader = rows.Read();
        reader.Read();
        return reader.GetString(0);
    }
}
