using System.Collections.Concurrent;
using System.Data.Common;
using Kept.Ledger.Stored;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>A database that is a SQLite file in the ledger's folder.</summary>
internal sealed class SqliteDatabase : Database
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

    private SqliteDatabase(string folder, LedgerOptions options, SqliteConnection? writer)
    {
        (_folder, _path, _options, _writer) = (folder, Path.Combine(folder, FileName), options, writer);
    }

    public override string Name => _folder;

    public override DbConnection Writer => _writer ?? throw Faults.ForReadingOnly(_folder);

    public override void Ready()
    {
        _ = Writer;
        if (!File.Exists(_path)) throw new LedgerException(StorageCodes.Damaged, $"{_path} was removed while Kept was running. Stop Kept, put the file back or restore a backup, and start again.");
    }

    public override DbTransaction Begin() => Writer.BeginTransaction();

    public override DbTransaction BeginMoment() => _writer!.BeginTransaction(deferred: true);

    /// <summary>Opens for writing, brings the schema up to date. A file that is not ours, newer or damaged is left as it is.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="before">The ledger that was opened in this folder last; null where none ever was.</param>
    /// <param name="options">Times and points.</param>
    /// <exception cref="LedgerException"><c>S03</c>, <c>S05</c>, <c>S01</c>, <c>S02</c> or <c>S04</c>.</exception>
    public static SqliteDatabase Open(string folder, Ulid? before, LedgerOptions options)
    {
        var path = Path.Combine(folder, FileName);
        var file = new FileInfo(path);
        if (before is not null && (!file.Exists || (file.Length == 0 && !File.Exists(path + "-wal"))))
            throw new LedgerException(StorageCodes.Damaged, $"{path} is {(file.Exists ? "empty" : "missing")}, but ledger {before} was here. Nothing was changed. "
                + $"Restore it from a backup, or remove {FolderLock.FileName} and the folder {StoredLedger.HotFolder} to begin a new ledger.");
        SqliteConnection? writer = null;
        try
        {
            Recognize(path, folder, options);
            writer = Connect(path, SqliteOpenMode.ReadWriteCreate, options);
            Execute(writer, "PRAGMA journal_mode = WAL");
            // an entry that was acknowledged survives loss of power: each commit syncs the WAL
            Execute(writer, "PRAGMA synchronous = FULL");
            Execute(writer, "PRAGMA foreign_keys = ON");
            Execute(writer, "PRAGMA journal_size_limit = 67108864");
            Migrate(writer, folder, options);
            return new SqliteDatabase(folder, options, writer);
        }
        catch (Exception fault)
        {
            writer?.Dispose();
            if (fault is SqliteException told) throw SqliteFaults.Of(told, folder);
            throw;
        }
    }

    /// <summary>Opens without any right to write, also while another process writes.</summary>
    public static SqliteDatabase OpenReadOnly(string folder, LedgerOptions options)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new LedgerException(StorageCodes.Failed, $"There is no ledger in {folder}: {FileName} does not exist. `kept up` begins one.");
        var version = Recognize(path, folder, options);
        if (version < Migrations.Count) throw new LedgerException(StorageCodes.AnotherSchema, $"The ledger in {folder} has the older schema {version}. Start `kept up` once; it brings the schema to {Migrations.Count}.");
        return new SqliteDatabase(folder, options, null);
    }

    public override T Read<T>(Func<DbConnection, T> work)
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
            throw SqliteFaults.Of(fault, _folder);
        }
    }

    /// <summary>Bytes of the file and its log.</summary>
    public override long Bytes() => new[] { _path, _path + "-wal" }.Where(File.Exists).Sum(path => new FileInfo(path).Length);

    public override void CopyInto(string path)
    {
        using var connection = Connect(_path, SqliteOpenMode.ReadOnly, _options);
        using var copy = new Rows(connection, "VACUUM INTO $1");
        copy.With(path).Run();
    }

    /// <summary>Makes a new file with the tables of today, filled by <paramref name="fill"/> in one transaction.</summary>
    public static void Fill(string path, Action<DbConnection> fill, LedgerOptions options)
    {
        using var file = Connect(path, SqliteOpenMode.ReadWriteCreate, options);
        // whole or not there: until it has its name nobody opens it, and the caller syncs it once
        Execute(file, "PRAGMA journal_mode = OFF");
        Execute(file, "PRAGMA synchronous = OFF");
        Migrate(file, path, options);
        using var transaction = file.BeginTransaction();
        fill(file);
        transaction.Commit();
    }

    public override void CheckStructure(DbConnection connection, Action<string> problem)
    {
        using var rows = new Rows(connection, "PRAGMA integrity_check(100)");
        using var reader = rows.Read();
        while (reader.Read())
            if (reader.GetString(0) is not "ok" and var found) problem(found);
    }

    public override Exception Told(Exception fault) => fault is SqliteException of ? SqliteFaults.Of(of, _folder) : Faults.Of(fault, _folder);

    public override LedgerException Damaged(string problem, Exception? inner = null) => SqliteFaults.Damaged(_folder, problem, inner);

    public override void Dispose()
    {
        _closed = true;
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _writer?.Dispose();
    }

    /// <summary>The schema's steps, oldest first.</summary>
    internal static IReadOnlyList<string> Migrations { get; } = ReadMigrations("Sqlite");

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
            throw SqliteFaults.Of(fault, folder);
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
            throw SqliteFaults.Damaged(folder, "its tables are not all there");
    }
}
