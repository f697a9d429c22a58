using System.Collections.Immutable;
using System.Globalization;
using Kept.Language.Foreign;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Import.Kuma;

/// <summary>
/// The database of Uptime Kuma as records in the shape of its backup. It is a stranger's file: opened for reading only and as one that nothing changes, so that nothing
/// is written beside it; read from plain tables alone, never through views, virtual tables or computed columns; every table is checked before, and bounded.
/// </summary>
internal sealed class KumaDatabase : IDisposable
{
    /// <summary>No text or row of a monitor is longer.</summary>
    private const int LongestValue = 4 << 20;

    private readonly SqliteConnection _connection;

    private KumaDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Null, and told, where it is none or is damaged.</summary>
    public static KumaHouse? Read(ForeignFile file, Losses losses)
    {
        try
        {
            using var database = Open(file);
            if (!database.Tables().Contains("monitor"))
            {
                losses.Unread(At(file), "there is no table `monitor` in it, so it is no database of Uptime Kuma", "name kuma.db in Kuma's folder `data`");
                return null;
            }
            if (new FileInfo(file.FullPath + "-wal") is { Exists: true, Length: > 0 })
                losses.Lost(At(file), "", "what Kuma wrote last stands in the file `-wal` beside it and is not read", "stop Kuma first, or take a copy: sqlite3 kuma.db \"VACUUM INTO 'copy.db'\"");
            return KumaTables.House(database, file, losses);
        }
        catch (SqliteException broken)
        {
            losses.Unread(At(file), Why(broken), "take a copy while Kuma is stopped, or with sqlite3 kuma.db \"VACUUM INTO 'copy.db'\"");
        }
        catch (InvalidDataException broken)
        {
            losses.Unread(At(file), broken.Message, "take a copy while Kuma is stopped, or with sqlite3 kuma.db \"VACUUM INTO 'copy.db'\"");
        }
        return null;
    }

    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static KumaDatabase Open(ForeignFile file)
    {
        // as a URI, each part of the path escaped: immutable takes no lock and looks for no journal
        var path = string.Join('/', file.FullPath.Split('/', '\\').Select(Uri.EscapeDataString));
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = $"file:{path}?mode=ro&immutable=1", Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            SQLitePCL.raw.sqlite3_limit(connection.Handle!, SQLitePCL.raw.SQLITE_LIMIT_LENGTH, LongestValue);
            foreach (var setting in (ReadOnlySpan<string>)["trusted_schema = OFF", "ignore_check_constraints = ON", "cell_size_check = ON", "query_only = ON", "mmap_size = 0", "temp_store = MEMORY"])
            {
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA " + setting;
                command.ExecuteNonQuery();
            }
            return new KumaDatabase(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Names of its plain tables; what only looks like one (a view, a virtual table) is none.</summary>
    public ImmutableHashSet<string> Tables()
    {
        var names = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 LIMIT 1000";
        using var rows = command.ExecuteReader();
        while (rows.Read()) names.Add(rows.GetString(0));
        return names.ToImmutable();
    }

    /// <summary>The columns of a table. Computed ones would run what the file says, and Kuma has none.</summary>
    /// <exception cref="InvalidDataException">There is a computed column.</exception>
    public IReadOnlyList<string> Columns(string table)
    {
        var names = new List<string>();
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name, hidden FROM pragma_table_xinfo($table) LIMIT 500";
        command.Parameters.AddWithValue("$table", table);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (rows.GetInt64(1) != 0) throw new InvalidDataException($"the table `{table}` has computed columns, and no table of Uptime Kuma has");
            names.Add(rows.GetString(0));
        }
        return names;
    }

    /// <summary>The pages of one table are as SQLite left them.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public void Check(string table)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"PRAGMA quick_check({Quoted(table)})";
        using var rows = command.ExecuteReader();
        if (rows.Read() && rows.GetString(0) is var told && told != "ok") throw new InvalidDataException($"the table `{table}` is damaged: {Losses.Short(told.ReplaceLineEndings(" "))}");
    }

    /// <summary>Rows of a plain table in the order in which they were stored.</summary>
    /// <param name="most">One row more than that is read, so that the reader can tell.</param>
    /// <param name="rest">What is asked besides: an order.</param>
    public SqliteDataReader Rows(string table, IEnumerable<string> columns, long most, string rest = "")
    {
        var command = _connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", columns.Select(Quoted))} FROM {Quoted(table)} NOT INDEXED {rest} LIMIT {(most + 1).ToString(CultureInfo.InvariantCulture)}";
        return command.ExecuteReader();
    }

    /// <summary>A row as a record: a text for each value. What SQLite holds as bytes is nothing that Kuma stores.</summary>
    public static ForeignNode.Map Record(SqliteDataReader row, Place at)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<ForeignNode.Text, ForeignNode>>(row.FieldCount);
        for (var i = 0; i < row.FieldCount; i++)
            if (Text(row, i) is { } text)
                entries.Add(KeyValuePair.Create(new ForeignNode.Text(at, row.GetName(i), true, false), (ForeignNode)new ForeignNode.Text(at, text, isQuoted: true, false)));
        return new ForeignNode.Map(at, entries.DrainToImmutable());
    }

    public static string? Text(SqliteDataReader row, int column) => row.GetValue(column) switch
    {
        string text => text,
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double broken => broken.ToString("R", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>What SQLite says, without the names of files.</summary>
    public static string Why(SqliteException broken) => broken.SqliteErrorCode switch
    {
        11 => "the database is damaged, or was copied while Kuma wrote",
        26 => "it is no SQLite database, or it is encrypted",
        18 => "a value in it is longer than 4 MiB",
        14 => "it cannot be opened",
        _ => $"SQLite cannot read it ({broken.SqliteErrorCode.ToString(CultureInfo.InvariantCulture)}): {Losses.Short(broken.Message.ReplaceLineEndings(" "))}",
    };

    public static Place At(ForeignFile file) => new(new SourceFile(file.Path), 0, 0, 0);

    public void Dispose() => _connection.Dispose();

    private static string Quoted(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
