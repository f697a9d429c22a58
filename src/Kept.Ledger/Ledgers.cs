using Kept.Ledger.Memory;
using Kept.Ledger.Sqlite;

namespace Kept.Ledger;

/// <summary>Opens ledgers.</summary>
public static class Ledgers
{
    /// <summary>Opens the ledger in a folder for writing; makes folder and ledger where there are none. One process at a time.</summary>
    /// <exception cref="LedgerException"><c>S01</c> another process has it, <c>S03</c> damaged (nothing was changed), <c>S04</c> not writable, <c>S05</c> of a newer version.</exception>
    public static ILedger OpenSqlite(string folder, TimeProvider time, Random random) => SqliteLedger.Open(folder, time, random, LedgerOptions.Default);

    /// <summary>
    /// Opens the ledger in a folder for reading, also while another process writes. Entries, names, days and sealed looks are read as they are at each call; hot looks
    /// as they were at opening. Every write throws <see cref="LedgerException"/> <c>S04</c>.
    /// </summary>
    /// <exception cref="LedgerException">There is none, it is damaged, older or newer than this program knows.</exception>
    public static ILedger OpenSqliteReadOnly(string folder, TimeProvider time) => SqliteLedger.OpenReadOnly(folder, time, new Random(0), LedgerOptions.Default);

    /// <summary>The reference: the same contract, kept in memory and gone with the process.</summary>
    public static ILedger InMemory(TimeProvider time, Random random) => new MemoryLedger(time, random);
}
