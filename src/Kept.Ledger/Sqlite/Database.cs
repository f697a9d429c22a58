using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// The SQLite file: one connection that writes, others that read, every one with the same settings. Knows nothing of entries and looks but their tables' numbers.
/// </summary>
internal sealed class Database : IDisposable
{
    public const string FileName = "kept.db";

    /// <summary>"KEPT": says whose file it is (sqlite.org/pragma.html#pragma_application_id).</summary>
    public const long ApplicationId = 0x4B455054;

    // before it, two connections that checkpoint at once can destroy the file (sqlite.org, "WAL-reset bug")
    private static readonly Version LeastSqlite = new(3, 51, 3);

    private readonly string _path;
    private readonly string _folder;
    private readonly LedgerOptions _options;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly SqliteConnection? _writer;
    private bool _closed;

    private Database(string folder, LedgerOptions options, SqliteConnection? writer)
    {
        (_folder, _path, _options, _writer) = (folder, Path.Combine(folder, FileName), options, writer);
    }

    /// <summary>The only connection that writes.</summary>
    public SqliteConnection Writer => _writer ?? throw new LedgerException(StorageCodes.NotWritable, $"The ledger in {_folder} was opened for reading only.");

    public bool IsThere => File.Exists(_path);

    /// <summary>Opens for writing, brings the schema up to date. A file that is not ours, newer or damaged is left as it is.</summary>
    /// <exception cref="LedgerException"><c>S03</c>, <c>S05</c>, <c>S01</c>, <c>S02</c> or <c>S04</c>.</exception>
    public static Database Open(string folder, LedgerOptions options)
    {
        var path = Path.Combine(folder, FileName);
        Recognize(path, folder, options);
        var writer = Connect(path, SqliteOpenMode.ReadWriteCreate, options);
        try
        {
            Execute(writer, "PRAGMA journal_mode = WAL");
            // an entry that was acknowledged survives loss of power: each commit syncs the WAL
            Execute(writer, "PRAGMA synchronous = FULL");
            Execute(writer, "PRAGMA foreign_keys = ON");
            Execute(writer, "PRAGMA journal_size_limit = 67108864");
            Migrate(writer, folder, options);
            return new Database(folder, options, writer);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Opens without any right to write, also while another process writes.</summary>
    public static Database OpenReadOnly(string folder, LedgerOptions options)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new LedgerException(StorageCodes.Failed, $"There is no ledger in {folder}: {FileName} does not exist. `kept up` begins one.");
        var version = Recognize(path, folder, options);
        if (version < Migrations.Count) throw new LedgerException(StorageCodes.AnotherSchema, $"The ledger in {folder} has the older schema {version}. Start `kept up` once; it brings the schema to {Migrations.Count}.");
        return new Database(folder, options, null);
    }

    /// <summary>Borrows a reading connection for one piece of work, inside one transaction: everything it reads is of one moment.</summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(ILedger));
        try
        {
            if (!_readers.TryTake(out var reader)) reader = Connect(_path, SqliteOpenMode.ReadOnly, _options);
            try
            {
                using var transaction = reader.BeginTransaction(deferred: true);
                var result = work(reader);
                transaction.Commit();
                return result;
            }
            finally
            {
                if (_closed) reader.Dispose();
                else _readers.Add(reader);
            }
        }
        catch (SqliteException fault)
        {
            throw Faults.Of(fault, _folder);
        }
    }

    /// <summary>Bytes of the file and its log.</summary>
    public long Bytes() => new[] { _path, _path + "-wal" }.Where(File.Exists).Sum(path => new FileInfo(path).Length);

    /// <summary>A whole, compact copy of this moment.</summary>
    public void CopyInto(string path)
    {
        using var connection = Connect(_path, SqliteOpenMode.ReadOnly, _options);
        using var copy = new Rows(connection, "VACUUM INTO $1");
        copy.With(path).Run();
    }

    public void Dispose()
    {
        _closed = true;
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _writer?.Dispose();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant, or a migration file of this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar());
    }

    /// <summary>The schema's steps, oldest first.</summary>
    internal static IReadOnlyList<string> Migrations { get; } = ReadMigrations();

    private static SqliteConnection Connect(string path, SqliteOpenMode mode, LedgerOptions options)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = options.BusySeconds }.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {options.BusySeconds * 1000}");
            Execute(connection, "PRAGMA trusted_schema = OFF");
            Execute(connection, "PRAGMA cell_size_check = ON");
            Execute(connection, "PRAGMA mmap_size = 0");
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT sqlite_version()";
            if (Version.Parse((string)command.ExecuteScalar()!) is var version && version < LeastSqlite)
                throw new LedgerException(StorageCodes.Failed, $"SQLite {version} can destroy a database that is read while it is written; at least {LeastSqlite} is needed. Install Kept again.");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file that is not ours, before anything is written. Returns its schema's number, 0 for an empty one.</summary>
    private static int Recognize(string path, string folder, LedgerOptions options)
    {
        if (!File.Exists(path)) return 0;
        if (new FileInfo(path).Length == 0 && !File.Exists(path + "-wal")) return 0;
        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite, options);
            var application = Scalar(connection, "PRAGMA application_id");
            var version = (int)Scalar(connection, "PRAGMA user_version");
            if (application != ApplicationId && Scalar(connection, "SELECT count(*) FROM sqlite_schema") > 0)
                throw new LedgerException(StorageCodes.Damaged, $"{path} is a database of another program. Nothing was changed. Name another folder, or move the file away.");
            if (version > Migrations.Count)
                throw new LedgerException(StorageCodes.AnotherSchema, $"{path} was written by a newer Kept (schema {version}, this program knows {Migrations.Count}). Nothing was changed. Install the newer version.");
            return version;
        }
        catch (SqliteException fault)
        {
            throw Faults.Of(fault, folder);
        }
    }

    private static void Migrate(SqliteConnection writer, string folder, LedgerOptions options)
    {
        for (var version = (int)Scalar(writer, "PRAGMA user_version"); version < Migrations.Count; version++)
        {
            using var transaction = writer.BeginTransaction();
            Execute(writer, Migrations[version]);
            Execute(writer, $"PRAGMA application_id = {ApplicationId}");
            Execute(writer, $"PRAGMA user_version = {version + 1}");
            options.Hit("migration-before-commit");
            transaction.Commit();
            options.Hit("migration-after-commit");
        }
        if (Scalar(writer, "SELECT count(*) FROM sqlite_schema WHERE name IN ('ledger', 'entry', 'block', 'day')") != 4)
            throw Faults.Damaged(folder, "its tables are not all there");
    }

    private static List<string> ReadMigrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        })];
    }
}
