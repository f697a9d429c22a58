using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Kept.Ledger;
using Kept.Model;
using Kept.Server.Hosting;

namespace Kept.Server.Machine;

/// <summary>What this machine gives Kept: each part is looked at by itself, changes nothing, and takes some milliseconds.</summary>
public static class MachineExam
{
    private const string Folder = "data folder";

    /// <summary>A machine that sets its clock by the network is off by less.</summary>
    private static readonly Duration Tolerated = Duration.Seconds(5);

    /// <summary>Files, sockets to itself and pipes that are open beside looks and callers.</summary>
    private const int OwnFiles = 256;

    private const long MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>File systems of other machines: locks and syncs mean less there than SQLite asks for (https://sqlite.org/howtocorrupt.html §2.1).</summary>
    private static readonly string[] OfOtherMachines = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "v9fs", "afs", "ceph", "glusterfs", "fuse.sshfs", "lustre", "gpfs", "ncpfs"];

    /// <summary>The runtime below Kept is at least the one that it was built with: an older one lacks mended faults.</summary>
    public static Examined Runtime() => Runtime(Environment.Version, typeof(MachineExam).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(one => one.Key == "BuiltWithRuntime")?.Value);

    internal static Examined Runtime(Version running, string? builtWith) =>
        Version.TryParse(builtWith, out var built) && running < built
            ? new("runtime", Health.Weak, $".NET {running} runs Kept, and it was built with {built}: faults that were mended since are in the older one", "update .NET")
            : new("runtime", Health.Good, $".NET {running} on {RuntimeInformation.OSDescription.Split(" #")[0].Split(" (")[0]}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");

    /// <summary>The clock is not before what was recorded already.</summary>
    /// <exception cref="LedgerException">It cannot be read.</exception>
    public static Examined Clock(ILedger ledger, TimeProvider time)
    {
        var now = Instant.From(time.GetUtcNow());
        return ledger.Entries(new EntryQuery(Limit: 1, NewestFirst: true)) is [var newest] && newest.Recorded - now > Tolerated
            ? new("clock", Health.Wrong, $"the clock of this machine says {now}, and the ledger was written at {newest.Recorded} already: one of the two was wrong", "set the clock by the network, for what is seen until then is dated before what was recorded")
            : new("clock", Health.Good, $"it says {now}, after all that was recorded");
    }

    /// <param name="looksAtOnce">How many looks the house may have under way.</param>
    /// <param name="allowed">How many files the process may open; null where that is not known.</param>
    public static Examined OpenFiles(int looksAtOnce, long? allowed)
    {
        var needed = looksAtOnce + Door.MostConnections + OwnFiles;
        return allowed is { } some && some < needed
            ? new("open files", Health.Weak, $"this process may open {some:N0} files, and {looksAtOnce:N0} looks at once beside {Door.MostConnections:N0} callers may need {needed:N0}: looks that find none are gaps", "raise it (ulimit -n, or LimitNOFILE= of systemd), or lower limits: looks: in house.yaml")
            : new("open files", Health.Good, allowed is null ? "this system sets no limit that is known" : $"{allowed:N0} may be open, and {needed:N0} may be needed");
    }

    /// <summary>As Linux tells it (proc_pid_limits(5)); null elsewhere, and where it is without limit.</summary>
    public static long? FilesAllowed()
    {
        try
        {
            return Allowed(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static long? Allowed(IEnumerable<string> limits)
    {
        const string Files = "Max open files";
        return limits.FirstOrDefault(line => line.StartsWith(Files, StringComparison.Ordinal)) is { } line
            && line[Files.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..] && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var allowed) ? allowed : null;
    }

    /// <summary>The folder of evidence: it can be written, is this user's alone, lies on a disk of this machine, and has room.</summary>
    public static Examined DataFolder(string folder)
    {
        var path = Path.GetFullPath(folder);
        try
        {
            var probe = Path.Combine(path, $".kept-{Guid.NewGuid():N}"); // which is nobody's file yet
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new(Folder, Health.Wrong, $"nothing can be written in {path}: {fault.Message.TrimEnd('.')}", "give this user the right to write there, make room, or take another folder: --data FOLDER");
        }
        if (PrivateFolder.Distrust(path) is { } distrusted) return new(Folder, Health.Weak, distrusted.Split("; write: ")[0], distrusted.Split("; write: ") is [_, var command] ? $"write: {command}" : "run Kept as a user of its own");
        var (format, free) = Disk(path);
        return Disk(path, format, free);
    }

    internal static Examined Disk(string path, string? format, long? free) =>
        format is not null && OfOtherMachines.Contains(format, StringComparer.OrdinalIgnoreCase)
            ? new(Folder, Health.Weak, $"{path} lies on another machine ({format}), where locks and syncs may mean less: what was acknowledged may be lost, and two may write", "take a folder on a disk of this machine: --data FOLDER")
        : free is null ? new(Folder, Health.Unknown, $"{path} can be written and is this user's alone; how much room there is could not be found out")
        : free < 256 * MiB ? new(Folder, Health.Wrong, $"there is room for {Room(free.Value)} on the disk of {path}: it may be full within hours, and then nothing is recorded", "make room there")
        : free < GiB ? new(Folder, Health.Weak, $"there is room for {Room(free.Value)} on the disk of {path}", "make room there before it is full")
        : new(Folder, Health.Good, $"{path} is this user's alone, on {format ?? "a disk"} with room for {Room(free.Value)}");

    private static string Room(long bytes) => bytes >= GiB ? $"{bytes / GiB:N0} GiB" : $"{bytes / MiB:N0} MiB";

    private static (string? Format, long? Free) Disk(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return (drive.DriveFormat, drive.AvailableFreeSpace);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, null);
        }
    }

    /// <summary>The newest entries follow each other, and hold the bodies that they were written with. `kept ledger verify` computes everything again.</summary>
    /// <param name="ledger">Which one.</param>
    /// <param name="most">So many entries.</param>
    /// <exception cref="LedgerException">It cannot be read.</exception>
    public static Examined Ledger(ILedger ledger, int most = 1000)
    {
        var newest = ledger.Entries(new EntryQuery(Limit: most, NewestFirst: true));
        for (var i = 0; i < newest.Count; i++)
        {
            var entry = newest[i];
            if (entry.Body is not { } body || ContentHash.Of(body.Span) != entry.BodyHash) return Damaged($"entry {entry.Sequence}: its body {(entry.Body is null ? "is missing" : "does not match its hash")}");
            if (i + 1 < newest.Count && (newest[i + 1].Sequence != entry.Sequence - 1 || newest[i + 1].Hash != entry.Prev)) return Damaged($"entry {entry.Sequence}: does not follow the entry before it");
        }
        return new("ledger", Health.Good, newest.Count == 0 ? "it is empty" : $"{ledger.LastSequence:N0} entries, of which the newest {newest.Count:N0} hold");
        static Examined Damaged(string what) => new("ledger", Health.Wrong, what, "`kept ledger verify` names all that does not hold; start from a backup");
    }
}
