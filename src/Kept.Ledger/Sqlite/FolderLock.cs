using System.Text;
using Kept.Model;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// One writer per folder: an OS lock (flock) on <c>kept.lock</c>, which the system gives back when the process ends however it ends. The file also remembers which
/// ledger lies here and how far its epoch came, so that a database that vanished, was exchanged or came back from an older copy is noticed; and which hot segment is
/// the newest, so that its absence is.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "kept.lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file, Ulid? ledger, int epoch, NewestSegment segment) => (_file, Ledger, Epoch, Segment) = (file, ledger, epoch, segment);

    /// <summary>The ledger that was opened here last, null when none ever was.</summary>
    public Ulid? Ledger { get; private set; }

    /// <summary>Its epoch then.</summary>
    public int Epoch { get; private set; }

    /// <summary>The newest hot segment that was written here.</summary>
    public NewestSegment Segment { get; private set; }

    /// <exception cref="LedgerException"><c>S01</c>: another process has it.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException) && fault.HResult is 11 or unchecked((int)0x80070020))
        {
            // EAGAIN (flock) on Unix, a sharing violation on Windows
            throw new LedgerException(StorageCodes.InUse,
                $"Another Kept is running on {folder}: it holds {path}. Stop it, or give this one a folder of its own. (The lock goes with its process; there is no stale lock to remove.)", fault);
        }
        var text = new byte[Math.Min(file.Length, 200)];
        file.ReadExactly(text);
        var (ledger, epoch, segment) = Read(text);
        return new FolderLock(file, ledger, epoch, segment);
    }

    /// <summary>Which epoch the folder remembers; 0 where it remembers none, or its owner runs and keeps it to itself.</summary>
    public static int EpochOf(string folder)
    {
        try
        {
            return Read(File.ReadAllBytes(Path.Combine(folder, FileName))).Epoch;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Remembers what was opened.</summary>
    public void Remember(Ulid ledger, int epoch)
    {
        (Ledger, Epoch) = (ledger, epoch);
        Write();
    }

    /// <summary>Remembers the newest segment: its number when it begins, and its length too at an orderly end.</summary>
    public void Remember(NewestSegment segment)
    {
        Segment = segment;
        Write();
    }

    private static (Ulid? Ledger, int Epoch, NewestSegment Segment) Read(ReadOnlySpan<byte> text)
    {
        var words = Encoding.ASCII.GetString(text).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var id, var number, ..] || !Ulid.TryParse(id, out var ledger) || !int.TryParse(number, out var epoch)) return default;
        return (ledger, epoch, words is [_, _, var newest, var bytes, ..] && long.TryParse(newest, out var segment) && long.TryParse(bytes, out var length) ? new NewestSegment(segment, length) : default);
    }

    // one write of one length: the file is whole before and after it
    private void Write()
    {
        _file.Position = 0;
        _file.Write(Encoding.ASCII.GetBytes($"{Ledger} {Epoch,-10} {Segment.Number,-19} {Segment.Length,-19}\n"));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>The newest hot segment that was written, and how long it was at an orderly end; 0 where that is not known.</summary>
internal readonly record struct NewestSegment(long Number, long Length);
