namespace Kept.Ledger.Stored;

/// <summary>What a person is told when the disk fails: the code, what happened, and what to do. What a database says is told by its own room.</summary>
internal static class Faults
{
    // Linux errno, which .NET gives as HResult of an IOException
    private const int NoAccess = 13, FileTooBig = 27, NoSpace = 28, ReadOnlyFileSystem = 30, QuotaUsedUp = 122;

    public static Exception Of(Exception fault, string folder) => fault switch
    {
        LedgerException or OperationCanceledException or ArgumentException or ObjectDisposedException => fault,
        IOException { HResult: NoSpace or QuotaUsedUp or FileTooBig } => DiskFull(folder, fault),
        IOException { HResult: ReadOnlyFileSystem or NoAccess } or UnauthorizedAccessException => new LedgerException(StorageCodes.NotWritable,
            $"The ledger's folder {folder} cannot be written: {fault.Message} Give this user the right to write there, or name another folder.", fault),
        IOException => new LedgerException(StorageCodes.Failed, $"The disk under {folder} failed: {fault.Message} What was not acknowledged is not recorded and may be tried again.", fault),
        // not the disk and not the database: ours, and it may be about the one record that was handed over
        _ => new LedgerException(StorageCodes.OwnFault, $"The ledger in {folder} met a fault of its own: {fault.GetType().Name}: {fault.Message}", fault),
    };

    public static LedgerException DiskFull(string folder, Exception fault) => new(StorageCodes.DiskFull,
        $"The disk under {folder} is full, or may not grow. Make room; nothing was written half, and it may be tried again.", fault);

    public static LedgerException Replaced(string name, int epoch) => new(StorageCodes.ReplacedWriter,
        $"The ledger in {name} was opened by another Kept since (this one is at epoch {epoch}). This writer was replaced and must stop; start it again where it is the one that should run.");

    public static LedgerException ForReadingOnly(string name) => new(StorageCodes.NotWritable, $"The ledger in {name} was opened for reading only.");
}
