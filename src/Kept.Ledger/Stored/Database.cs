using System.Data.Common;
using System.Reflection;
using Kept.Model;

namespace Kept.Ledger.Stored;

/// <summary>
/// The database of a ledger: one connection that writes, others that read, every one with the same settings. Each kind of database is one class; the ledger above
/// is the same for all, and so is its SQL. Knows nothing of entries and looks but their tables' numbers.
/// </summary>
internal abstract class Database : IDisposable
{
    /// <summary>Where it is, for messages: a folder or a server, and never a secret.</summary>
    public abstract string Name { get; }

    /// <summary>Which kind it is, as the lock of the folder remembers it; null for the one in the folder itself.</summary>
    public virtual string? Kind => null;

    /// <summary>What a person should know of how it is set, in words.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>The only connection that writes.</summary>
    /// <exception cref="LedgerException"><c>S04</c>: it was opened for reading only. <c>S10</c>: it cannot be reached.</exception>
    public abstract DbConnection Writer { get; }

    /// <summary>Whoever opened the ledger after this epoch's writer has replaced it: from now on nothing is written but at this epoch.</summary>
    public virtual void Own(int epoch)
    {
    }

    /// <summary>Makes sure that the writer can write, before anything is done with it.</summary>
    /// <exception cref="LedgerException">It cannot be reached, is gone, was opened for reading only, or another process writes.</exception>
    public abstract void Ready();

    /// <summary>Begins the one transaction of a write.</summary>
    /// <exception cref="LedgerException"><c>S06</c>: another writer took over.</exception>
    public abstract DbTransaction Begin();

    /// <summary>Begins a transaction of the writer that sees one moment and writes nothing.</summary>
    public abstract DbTransaction BeginMoment();

    /// <summary>Borrows a reading connection for one piece of work, inside one transaction: everything it reads is of one moment.</summary>
    public abstract T Read<T>(Func<DbConnection, T> work);

    /// <summary>Prepares for blocks that end at these moments; part of the write under way.</summary>
    public virtual void MakeRoomFor(IEnumerable<Instant> ends)
    {
    }

    /// <summary>Bytes that it takes.</summary>
    public abstract long Bytes();

    /// <summary>A whole copy of this moment as a SQLite file, which is the form of a backup.</summary>
    public abstract void CopyInto(string path);

    /// <summary>Checks the database's own structure; each problem is handed out.</summary>
    public abstract void CheckStructure(DbConnection connection, Action<string> problem);

    /// <summary>True where the fault says nothing of what is stored: nobody could be asked.</summary>
    public virtual bool IsAway(Exception fault) => false;

    /// <summary>What a person is told of a fault, of this database or of the disk.</summary>
    public abstract Exception Told(Exception fault);

    public abstract LedgerException Damaged(string problem, Exception? inner = null);

    public abstract void Dispose();

    public static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant, a number of ours, or a migration file of this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Scalar(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The steps of a schema, oldest first.</summary>
    protected static List<string> ReadMigrations(string kind)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(kind + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        })];
    }
}
