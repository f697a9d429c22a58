namespace Kept.Ledger.Tests.Contract;

public sealed class MemoryLedgerKeepsTheContract : LedgerContract
{
    protected override ValueTask<ILedger> OpenAsync() => new(Ledgers.InMemory(Clock, new Random(1)));
}

/// <summary>A store with a folder.</summary>
public abstract class StoredLedgerContract : LedgerContract
{
    private protected TemporaryFolder Folder { get; } = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class SqliteLedgerKeepsTheContract : StoredLedgerContract
{
    protected override ValueTask<ILedger> OpenAsync() => new(Ledgers.OpenSqlite(Folder.Path, Clock, new Random(1), Some.Eager()));
}

public sealed class PostgresLedgerKeepsTheContract : StoredLedgerContract
{
    protected override async ValueTask<ILedger> OpenAsync() => Ledgers.OpenPostgres(await Postgres.Shared.NewAsync(), Folder.Path, Clock, new Random(1), Some.Eager());
}
