using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>One prepared statement, used many times.</summary>
internal sealed class Rows : IDisposable
{
    private readonly SqliteCommand _command;

#pragma warning disable CA2100 // every caller passes a constant; values go by parameter
    public Rows(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }
#pragma warning restore CA2100

    /// <summary>Sets $1, $2 … in order.</summary>
    public Rows With(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (_command.Parameters.Count <= i) _command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (i + 1) });
            var parameter = _command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = values[i] ?? DBNull.Value;
        }
        return this;
    }

    public int Run() => _command.ExecuteNonQuery();

    public SqliteDataReader Read() => _command.ExecuteReader();

    public void Dispose() => _command.Dispose();
}
