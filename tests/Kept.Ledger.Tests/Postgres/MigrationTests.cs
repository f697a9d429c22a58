using Kept.Ledger.Postgres;
using Kept.Ledger.Stored;
using Kept.Model;
using Npgsql;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>A later version brings a schema up while others read it: step by step, each whole or not at all, waiting for nobody longer than it may.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<string> Later =
    [
        .. PostgresDatabase.Migrations, "ALTER TABLE cache ADD COLUMN since bigint NOT NULL DEFAULT 0; CREATE TABLE later (id bigint PRIMARY KEY)", "ALTER TABLE later ADD COLUMN text text NOT NULL DEFAULT ''",
    ];

    private readonly TemporaryFolder _folder = new();
    private string _connection = "";

    public async ValueTask InitializeAsync()
    {
        _connection = await Shared.NewAsync();
        await using var ledger = Open();
        var series = await Some.Series(ledger);
        await ledger.RecordAsync(Some.Routine(series, ledger.Epoch, 2000, Some.Start, Duration.Minutes(30), new Random(1)), [], default);
        await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Each_step_is_noted_and_readers_go_on_meanwhile()
    {
        using var writer = Shared.Connect(_connection);
        var points = new List<string>();
        await using (var reading = Ledgers.OpenPostgresReadOnly(_connection, _folder.Path, Some.Clock()))
        {
            PostgresSchema.Migrate(writer, Address, PostgresDatabase.Migrations.Count, Later, Some.Eager(hit =>
            {
                points.Add(hit);
                Assert.Equal(2000, reading.Looks(1, Instant.Min, Instant.Max).Count); // in the middle of a step, too
            }));
        }
        Assert.Equal(["migration-before-commit", "migration-after-commit", "migration-before-commit", "migration-after-commit"], points);
        Assert.Equal(Later.Count, Database.Scalar(writer, "SELECT max(number) FROM migration"));
        Assert.Equal(Later.Count, PostgresSchema.Recognize(writer, Address, Later.Count));
        var problems = new List<string>();
        PostgresSchema.Check(writer, Address, Later, problems.Add);
        Assert.Empty(problems);
        // and the program of before leaves it alone
        Assert.Equal(StorageCodes.AnotherSchema, Assert.Throws<LedgerException>(Open).Code);
        Assert.Equal(1, Database.Scalar(writer, "SELECT epoch FROM ledger"));
    }

    [Fact]
    public void A_step_that_somebody_blocks_or_that_fails_leaves_the_schema_before_it()
    {
        using var writer = Shared.Connect(_connection);
        Database.Execute(writer, "SET lock_timeout = '200ms'");
        using (var other = Shared.Connect(_connection))
        using (var transaction = other.BeginTransaction())
        {
            Database.Execute(other, "LOCK TABLE cache IN ACCESS SHARE MODE"); // a long report of somebody else
            Assert.Equal("55P03", Assert.Throws<PostgresException>(() => PostgresSchema.Migrate(writer, Address, PostgresDatabase.Migrations.Count, Later, LedgerOptions.Default)).SqlState);
            Assert.Equal(PostgresDatabase.Migrations.Count, PostgresSchema.Recognize(writer, Address, Later.Count));
        }
        Assert.ThrowsAny<PostgresException>(() => PostgresSchema.Migrate(writer, Address, PostgresDatabase.Migrations.Count, [.. Later, "ALTER TABLE later ADD COLUMN text text"], LedgerOptions.Default));
        Assert.Equal(Later.Count, PostgresSchema.Recognize(writer, Address, Later.Count)); // the steps before it stay
    }

    /// <summary>A new month is begun under readers that are in the middle of the table.</summary>
    [Fact]
    public async Task A_partition_is_made_without_waiting_for_readers_or_keeping_them_waiting()
    {
        await using var ledger = Open();
        using var reader = Shared.Connect(_connection);
        using var transaction = reader.BeginTransaction();
        Assert.True(Database.Scalar(reader, "SELECT count(*) FROM block") > 0); // its lock stays until the end of the transaction
        await ledger.RecordAsync([Some.Look(1, Some.Start + Duration.Days(3000), ledger.Epoch)], [], default);
        Assert.Equal(1, (await ledger.UpkeepAsync(Some.Start, Duration.Days(4000), default)).LooksSealed);
        using var beside = Shared.Connect(_connection);
        Assert.Equal(2, Database.Scalar(beside, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{Shared.SchemaOf(_connection)}' AND tablename LIKE 'block\\_%'"));
        // a question about one month asks its partition alone
        using var plan = new NpgsqlCommand("EXPLAIN SELECT data FROM block WHERE series = 1 AND last >= 2026000000000000", beside);
        using var rows = plan.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read()) lines.Add(rows.GetString(0));
        Assert.DoesNotContain(lines, line => line.Contains("block_2026", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("block_2034_03", StringComparison.Ordinal));
    }

    private PostgresAddress Address => PostgresAddress.Parse(_connection, 5);

    private StoredLedger Open() => Ledgers.OpenPostgres(_connection, _folder.Path, Some.Clock(), new Random(1), Some.Eager());
}
