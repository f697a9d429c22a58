using System.Text;
using Kept.Model;

namespace Kept.Ledger.Stored;

/// <summary>
/// One writer per folder: an OS lock (flock) on <c>kept.lock</c>, which the system gives back when the process ends however it ends. The file also remembers which
/// ledger lies here and how far its epoch came, so that a database that vanished, was exchanged or came back from an older copy is noticed; and which hot segment is
/// the newest, so that its absence is.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "kept.lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file, (Ulid? Ledger, int Epoch, NewestSegment Segment, string? Kind) told) => (_file, Ledger, Epoch, Segment, Kind) = (file, told.Ledger, told.Epoch, told.Segment, told.Kind);

    /// <summary>The ledger that was opened here last, null when none ever was.</summary>
    public Ulid? Ledger { get; private set; }

    /// <summary>Its epoch then.</summary>
    public int Epoch { get; private set; }

    /// <summary>The newest hot segment that was written here.</summary>
    public NewestSegment Segment { get; private set; }

    /// <summary>Where the database of that ledger is: null in this folder, else the kind of server.</summary>
    public string? Kind { get; private set; }

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
        return new FolderLock(file, Read(text));
    }

    /// <summary>A ledger that went to a server is not begun again from what was left behind here.</summary>
    /// <exception cref="LedgerException"><c>S09</c>: it is elsewhere.</exception>
    public static void CheckHere(string folder, string? kind)
    {
        if (kind is not null) throw new LedgerException(StorageCodes.Failed, $"The ledger of {folder} is in a {kind} database, and what lies here may be older. Name that one (--database, or KEPT_DATABASE). To go back to a folder: kept ledger backup NEW-FOLDER --database CONNECTION --data {folder}");
    }

    /// <summary>Which kind of database the folder remembers; null for the one in it, and where its owner runs and keeps it to itself.</summary>
    public static string? KindOf(string folder)
    {
        try
        {
            return Read(File.ReadAllBytes(Path.Combine(folder, FileName))).Kind;
        }
        catch (IOException)
        {
            return null;
        }
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
    public void Remember(Ulid ledger, int epoch, string? kind)
    {
        (Ledger, Epoch, Kind) = (ledger, epoch, kind);
        Write();
    }

    /// <summary>Remembers the newest segment: its number when it begins, and its length too at an orderly end.</summary>
    public void Remember(NewestSegment segment)
    {
        Segment = segment;
        Write();
    }

    private static (Ulid? Ledger, int Epoch, NewestSegment Segment, string? Kind) Read(ReadOnlySpan<byte> text)
    {
        var words = Encoding.ASCII.GetString(text).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var id, var number, ..] || !Ulid.TryParse(id, out var ledger) || !int.TryParse(number, out var epoch)) return default;
        return (ledger, epoch, words is [_, _, var newest, var bytes, ..] && long.TryParse(newest, out var segment) && long.TryParse(bytes, out var length) ? new NewestSegment(segment, length) : default, words is [_, _, _, _, var kind] ? kind : null);
    }

    // one write of one length: the file is whole before and after it
    private void Write()
    {
        _file.Position = 0;
        _file.Write(Encoding.ASCII.GetBytes($"{Ledger} {Epoch,-10} {Segment.Number,-19} {Segment.Length,-19}{(Kind is null ? "" : " " + Kind)}\n"));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>The newest hot segment that was written, and how long it was at an orderly end; 0 where that is not known.</summary>
internal readonly record struct NewestSegment(long Number, long Length);
