using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Stored;

/// <summary>One statement, used many times. Its parameters are $1, $2 … without a gap: PostgreSQL knows them by their place, SQLite by that name.</summary>
internal sealed class Rows : IDisposable
{
    private const int MostAtOnce = 250;

    private readonly DbCommand _command;
    private readonly bool _areNamed;
    private DbBatch? _batch;

#pragma warning disable CA2100 // every caller passes a constant; values go by parameter
    public Rows(DbConnection connection, string sql)
    {
        _areNamed = connection is SqliteConnection;
        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }
#pragma warning restore CA2100

    /// <summary>Sets $1, $2 … in order.</summary>
    public Rows With(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (_command.Parameters.Count <= i)
            {
                var added = _command.CreateParameter();
                if (_areNamed) added.ParameterName = "$" + (i + 1);
                _command.Parameters.Add(added);
            }
            var parameter = _command.Parameters[i];
            parameter.ResetDbType();
            parameter.Value = values[i] ?? DBNull.Value;
        }
        return this;
    }

    /// <summary>
    /// Runs it with these values, now or together with others: a server is not waited for each time. <see cref="Done"/> comes before anything else that has to see it, and before the
    /// commit; a fault is of any of those before.
    /// </summary>
    public void Put(params ReadOnlySpan<object?> values)
    {
        if (!_command.Connection!.CanCreateBatch)
        {
            With(values).Run();
            return;
        }
        _batch ??= _command.Connection.CreateBatch();
        var one = _batch.CreateBatchCommand();
        one.CommandText = _command.CommandText;
        foreach (var value in values)
        {
            var parameter = one.CreateParameter();
            parameter.Value = value ?? DBNull.Value;
            one.Parameters.Add(parameter);
        }
        _batch.BatchCommands.Add(one);
        if (_batch.BatchCommands.Count >= MostAtOnce) Done();
    }

    /// <summary>All that was put is there.</summary>
    public void Done()
    {
        if (_batch is not { BatchCommands.Count: > 0 }) return;
        _batch.ExecuteNonQuery();
        _batch.BatchCommands.Clear();
    }

    public int Run() => _command.ExecuteNonQuery();

    public DbDataReader Read() => _command.ExecuteReader();

    public void Dispose()
    {
        _batch?.Dispose();
        _command.Dispose();
    }
}
