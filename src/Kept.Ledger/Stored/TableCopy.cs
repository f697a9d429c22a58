using System.Data.Common;

namespace Kept.Ledger.Stored;

/// <summary>
/// All rows of a ledger from one database into another that has the tables and nothing in them: the way from SQLite to PostgreSQL, and back. Rows are copied as they
/// are, so every hash stays; whether they hold is for the verification of the copy to say.
/// </summary>
internal static class TableCopy
{
    private static readonly (string Table, string[] Columns, string Order)[] Tables =
    [
        ("ledger", ["one", "id", "epoch", "sealed", "expired", "house"], "one"),
        ("entry", ["seq", "kind", "subject", "header", "body", "hash"], "seq"),
        ("name", ["name", "id"], "name"),
        ("series", ["id", "promise", "check_name", "place", "hash"], "id"),
        ("block", ["id", "entry", "series", "first", "last", "looks", "hash", "data"], "id"),
        ("evidence", ["series", "slot", "hash", "body"], "series, slot"),
        ("day", ["series", "day", "good", "bad", "gap", "not_in_force"], "series, day"),
        ("cache", ["key", "hash", "value"], "key"),
    ];

    /// <param name="from">Inside a transaction of one moment.</param>
    /// <param name="put">Takes a table's name, its columns, and its rows, which are read one by one: each is done with before the next.</param>
    public static void Run(DbConnection from, Action<string, string[], IEnumerable<object[]>> put)
    {
        foreach (var (table, columns, order) in Tables) put(table, columns, RowsOf(from, table, columns, order));
    }

    /// <summary>Puts rows in by statements.</summary>
    public static Action<string, string[], IEnumerable<object[]>> Into(DbConnection to) => (table, columns, rows) =>
    {
        using var put = new Rows(to, $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "$" + (i + 1)))})");
        foreach (var row in rows) put.With(row).Run();
    };

    private static IEnumerable<object[]> RowsOf(DbConnection from, string table, string[] columns, string order)
    {
        using var read = new Rows(from, $"SELECT {string.Join(", ", columns)} FROM {table} ORDER BY {order}");
        using var rows = read.Read();
        var values = new object[columns.Length];
        while (rows.Read())
        {
            rows.GetValues(values);
            yield return values;
        }
    }
}
