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
    /// <param name="to">Inside the transaction that writes.</param>
    /// <param name="each">Called before each row with its table and values.</param>
    public static void Run(DbConnection from, DbConnection to, Action<string, object[]>? each = null)
    {
        foreach (var (table, columns, order) in Tables)
        {
            using var read = new Rows(from, $"SELECT {string.Join(", ", columns)} FROM {table} ORDER BY {order}");
            using var put = new Rows(to, $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "$" + (i + 1)))})");
            using var rows = read.Read();
            var values = new object[columns.Length];
            while (rows.Read())
            {
                rows.GetValues(values);
                each?.Invoke(table, values);
                put.With(values).Run();
            }
        }
    }
}
