using Kept.Ledger.Stored;
using Kept.TestKit.Servers;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(Kept.Ledger.Tests.Postgres.Shared))]

namespace Kept.Ledger.Tests.Postgres;

/// <summary>One PostgreSQL server for all tests that do not break it, started by the first that asks. Each test has a schema of its own.</summary>
public sealed class Shared : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(async () =>
    {
        var server = new PostgresServer();
        await server.StartAsync();
        return server;
    });

    private static int _schemas;

    /// <summary>A connection string with a schema that nobody else has.</summary>
    public static async Task<string> NewAsync() => Of(await Server.Value, $"kept_{Interlocked.Increment(ref _schemas)}");

    public static string Of(PostgresServer server, string schema, string user = "postgres") =>
        $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username={user};SSL Mode=Disable;Search Path={schema}";

    /// <summary>A connection beside Kept's.</summary>
    public static NpgsqlConnection Connect(string connection)
    {
        var beside = new NpgsqlConnection(connection + ";Pooling=false");
        beside.Open();
        return beside;
    }

    public static string SchemaOf(string connection) => new NpgsqlConnectionStringBuilder(connection).SearchPath!;

    /// <summary>Entries that are there, whoever wrote them.</summary>
    public static long Count(string connection)
    {
        using var beside = Connect(connection);
        return Database.Scalar(beside, "SELECT count(*) FROM entry");
    }

    public async ValueTask DisposeAsync()
    {
        if (Server.IsValueCreated && Server.Value.IsCompletedSuccessfully) await (await Server.Value).DisposeAsync();
    }
}
