using System.Collections.Immutable;

namespace Kept.Ledger;

/// <summary>The catalogue of all codes of storage; each has a page under docs/errors. A code that was shipped is never used for anything else.</summary>
public static class StorageCodes
{
    /// <summary>Another program holds the data folder, or a lock of its database.</summary>
    public const string InUse = "S01";
    /// <summary>No room on the disk.</summary>
    public const string DiskFull = "S02";
    /// <summary>What is stored does not hold.</summary>
    public const string Damaged = "S03";
    /// <summary>This user may not write there, or it was opened for reading.</summary>
    public const string NotWritable = "S04";
    /// <summary>Written by a newer program, or by an older one and opened for reading.</summary>
    public const string AnotherSchema = "S05";
    /// <summary>A look of a writer that a newer one replaced.</summary>
    public const string ReplacedWriter = "S06";
    /// <summary>A record that breaks the form of the ledger: it can never be taken.</summary>
    public const string NeverRecorded = "S07";
    /// <summary>A fault that nobody foresaw.</summary>
    public const string OwnFault = "S08";
    /// <summary>Any other failure of the disk or the database.</summary>
    public const string Failed = "S09";

    /// <summary>All of them with the titles of their pages, in order.</summary>
    public static ImmutableArray<(string Code, string Title)> All { get; } =
    [
        (InUse, "in use"), (DiskFull, "disk full"), (Damaged, "damaged"), (NotWritable, "not writable"), (AnotherSchema, "another schema"), (ReplacedWriter, "replaced writer"),
        (NeverRecorded, "can never be recorded"), (OwnFault, "a fault of our own"), (Failed, "the disk or database failed"),
    ];
}
