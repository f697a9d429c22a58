using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Kept.Ledger.Stored;
using Kept.Model;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>
/// A database on a PostgreSQL server. The writer holds a lock for as long as its connection lives, and each of its transactions locks the ledger's row and asks whether the
/// epoch is still its own: a writer that was replaced while it was cut off can change nothing. A connection that is lost is made anew at the next use.
/// </summary>
internal sealed partial class PostgresDatabase : Database
{
    private const int MostReaders = 8;

    private readonly PostgresAddress _address;
    private readonly NpgsqlDataSource _source;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly LedgerOptions _options;
    private readonly bool _isReadOnly;
    private readonly ConcurrentBag<NpgsqlConnection> _readers = [];
    private readonly SemaphoreSlim _seats = new(MostReaders, MostReaders);
    private NpgsqlConnection? _writer;
    private IReadOnlyList<string> _notes = [];
    private int _formerProcess; // of the server, for the writing connection that is, or was last
    private int? _epoch;
    private volatile Absence? _away;
    private bool _closed;

    private PostgresDatabase(PostgresAddress address, string folder, TimeProvider time, LedgerOptions options, bool isReadOnly)
    {
        (_address, _folder, _time, _options, _isReadOnly) = (address, folder, time, options, isReadOnly);
        // numbers, texts and bytes are all there is: the server's own types need not be asked for at each connection
        _source = new NpgsqlDataSourceBuilder(address.Connection).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
    }

    public override string Name => _address.Name;

    public override DbConnection Writer => _isReadOnly ? throw Faults.ForReadingOnly(Name) : _writer ?? throw PostgresFaults.Away(_address, "the connection was lost", null);

    public override IReadOnlyList<string> Notes => _notes;

    /// <summary>The schema's steps, oldest first.</summary>
    internal static IReadOnlyList<string> Migrations { get; } = ReadMigrations("Postgres");

    /// <summary>Opens for writing, brings the schema up to date. A schema that is not ours, newer or damaged is left as it is.</summary>
    /// <param name="address">Which database.</param>
    /// <param name="folder">Of the hot segments.</param>
    /// <param name="before">The ledger that was opened with this folder last; null where none ever was.</param>
    /// <param name="time">For pauses between tries.</param>
    /// <param name="options">Times and points.</param>
    /// <exception cref="LedgerException"><c>S01</c>, <c>S03</c>, <c>S04</c>, <c>S05</c>, <c>S09</c> or <c>S10</c>.</exception>
    public static PostgresDatabase Open(PostgresAddress address, string folder, Ulid? before, TimeProvider time, LedgerOptions options)
    {
        var database = new PostgresDatabase(address, folder, time, options, isReadOnly: false);
        try
        {
            database.Ready();
            var writer = database._writer!;
            var version = PostgresSchema.Recognize(writer, address, Migrations.Count);
            if (version == 0 && File.Exists(Path.Combine(folder, Sqlite.SqliteDatabase.FileName)))
                throw new LedgerException(StorageCodes.Failed, $"{address.Name} is empty, and {folder} holds a ledger in SQLite. Nothing was changed. Copy it first, with Kept stopped: kept ledger copy --data {folder} --to CONNECTION; or name another folder.");
            if (version == 0 && before is not null)
                throw new LedgerException(StorageCodes.Damaged, $"{address.Name} is empty, but ledger {before} was opened with the folder {folder}. Nothing was changed. Restore it from a backup, or name another folder to begin a new ledger.");
            PostgresSchema.Migrate(writer, address, version, Migrations, options);
            database._notes = [.. database.NotesOf(writer, isKnown: before is not null || version == 0)];
            return database;
        }
        catch (Exception fault)
        {
            database.Dispose();
            if (fault is NpgsqlException told) throw PostgresFaults.Of(told, address);
            throw;
        }
    }

    /// <summary>Opens without any right to write, also while another process writes.</summary>
    public static PostgresDatabase OpenReadOnly(PostgresAddress address, string folder, TimeProvider time, LedgerOptions options)
    {
        var database = new PostgresDatabase(address, folder, time, options, isReadOnly: true);
        try
        {
            var version = database.Read(connection =>
            {
                PostgresSchema.CheckServer((NpgsqlConnection)connection, address, forWriting: false);
                return PostgresSchema.Recognize((NpgsqlConnection)connection, address, Migrations.Count);
            });
            if (version == 0) throw new LedgerException(StorageCodes.Failed, $"There is no ledger in {address.Name}: `kept up` begins one.");
            if (version < Migrations.Count) throw new LedgerException(StorageCodes.AnotherSchema, $"The ledger in {address.Name} has the older schema {version}. Start `kept up` once; it brings the schema to {Migrations.Count}.");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public override void Own(int epoch) => _epoch = epoch;

    public override void Ready()
    {
        if (_isReadOnly) throw Faults.ForReadingOnly(Name);
        if (_writer?.State == ConnectionState.Open) return;
        DropWriter();
        var writer = Connect($"SET lock_timeout = '{_options.BusySeconds}s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'");
        try
        {
            PostgresSchema.CheckServer(writer, _address, forWriting: true);
            WriterLock.Take(writer, _address, _formerProcess);
            // acknowledged is what is on disk, also where the server is set to answer sooner
            if (Text(writer, "SELECT pg_catalog.current_setting('synchronous_commit')") is "off" or "local" or "remote_write") Execute(writer, "SET synchronous_commit = on");
            (_writer, _formerProcess) = (writer, writer.ProcessID);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    public override DbTransaction Begin()
    {
        Ready();
        try
        {
            return BeginFenced();
        }
        catch (NpgsqlException) when (_writer!.State != ConnectionState.Open)
        {
            // lost since it was used last; nothing of this write was sent yet
            Ready();
            return BeginFenced();
        }
    }

    public override DbTransaction BeginMoment() => _writer!.BeginTransaction(IsolationLevel.RepeatableRead);

    public override T Read<T>(Func<DbConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(ILedger));
        _seats.Wait();
        try
        {
            var (reader, transaction) = BeginReading();
            try
            {
                using (transaction)
                {
                    var result = work(reader);
                    transaction.Commit();
                    return result;
                }
            }
            finally
            {
                if (_closed || reader.State != ConnectionState.Open) reader.Dispose();
                else _readers.Add(reader);
            }
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.Of(fault, _address);
        }
        finally
        {
            _seats.Release();
        }
    }

    public override void MakeRoomFor(IEnumerable<Instant> ends) => PostgresSchema.MakeRoomFor(_writer!, _address.Schema, ends);

    public override long Bytes() => Read(connection =>
    {
        using var rows = new Rows(connection, """
            SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind = 'r'
            """);
        using var reader = rows.With(_address.Schema).Read();
        return reader.Read() ? reader.GetInt64(0) : 0;
    });

    public override string Kind => "postgres";

    public override void CheckStructure(DbConnection connection, Action<string> problem) => PostgresSchema.Check((NpgsqlConnection)connection, _address, Migrations, problem);

    public override bool IsAway(Exception fault) => PostgresFaults.IsAway(fault);

    public override Exception Told(Exception fault) => PostgresFaults.Of(fault, _address, _folder);

    public override LedgerException Damaged(string problem, Exception? inner = null) => PostgresFaults.Damaged(_address, problem, inner);

    public override void Dispose()
    {
        _closed = true;
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _writer?.Dispose();
        _source.Dispose();
    }

    private NpgsqlTransaction BeginFenced()
    {
        var transaction = _writer!.BeginTransaction();
        try
        {
            using var row = new Rows(_writer, "SELECT epoch FROM ledger FOR UPDATE");
            using var reader = row.Read();
            if (_epoch is { } own && (!reader.Read() || reader.GetInt64(0) != own))
                throw Faults.Replaced(Name, own);
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    /// <summary>A connection that answers, inside a transaction of one moment. One that lay unused may be dead: it is asked before it is relied on.</summary>
    private (NpgsqlConnection Connection, NpgsqlTransaction Transaction) BeginReading()
    {
        while (true)
        {
            var isUsed = _readers.TryTake(out var reader);
            reader ??= Connect("SET lock_timeout = '10s'");
            NpgsqlTransaction? transaction = null;
            try
            {
                transaction = reader.BeginTransaction(IsolationLevel.RepeatableRead);
                Execute(reader, "SET TRANSACTION READ ONLY");
                return (reader, transaction);
            }
            catch (NpgsqlException)
            {
                transaction?.Dispose();
                reader.Dispose();
                if (!isUsed) throw;
            }
        }
    }

    /// <summary>A server that was just found away is not asked again at once: whoever writes or reads meanwhile is told, and does not wait for a connection that nobody accepts.</summary>
    private NpgsqlConnection Connect(string settings)
    {
        if (_away is { } away && _time.GetElapsedTime(away.At) < TimeSpan.FromSeconds(1)) throw new LedgerException(away.Told.Code, away.Told.Message, away.Told);
        var connection = _source.CreateConnection();
        try
        {
            connection.Open();
            // a connection that was cut is noticed by the server too, so that its lock does not outlive it for hours
            Execute(connection, "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; SET client_min_messages = error; " + settings);
            _away = null;
            return connection;
        }
        catch (Exception fault)
        {
            connection.Dispose();
            if (fault is not NpgsqlException of) throw;
            var told = PostgresFaults.Of(of, _address);
            if (told.Code == StorageCodes.Away) _away = new Absence(told, _time.GetTimestamp());
            throw told;
        }
    }

    /// <summary>When the server was found away, and what was told of it.</summary>
    private sealed record Absence(LedgerException Told, long At);

    private IEnumerable<string> NotesOf(NpgsqlConnection writer, bool isKnown)
    {
        if (Text(writer, "SELECT pg_catalog.current_setting('fsync')") == "off") yield return $"{Name} runs with fsync = off: loss of power there can lose what was acknowledged";
        if (!isKnown) yield return $"the folder {_folder} is new to the ledger in {Name}: looks that were recorded with another folder and not sealed yet are there, and come in when it is opened with that one";
    }

    private void DropWriter()
    {
        if (_writer is null) return;
        _writer.Dispose();
        _writer = null;
    }

    private static string Text(DbConnection connection, string sql)
    {
        using var rows = new Rows(connection, sql);
        using var reader = rows.Read();
        reader.Read();
        return reader.GetString(0);
    }
}
