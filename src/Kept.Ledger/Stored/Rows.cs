using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Stored;

/// <summary>One statement, used many times. Its parameters are $1, $2 … without a gap: PostgreSQL knows them by their place, SQLite by that name.</summary>
internal sealed class Rows : IDisposable
{
    private readonly DbCommand _command;
    private readonly bool _areNamed;

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

    public int Run() => _command.ExecuteNonQuery();

    public DbDataReader Read() => _command.ExecuteReader();

    public void Dispose() => _command.Dispose();
}
