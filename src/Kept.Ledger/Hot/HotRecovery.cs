using Kept.Ledger.Coding;
using Kept.Ledger.Sqlite;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>What opening found in the folder of hot segments.</summary>
/// <param name="Tail">Looks that are not sealed.</param>
/// <param name="Segments">Their segments, all closed.</param>
/// <param name="NextNumber">For the next segment.</param>
/// <param name="Notes">What was cut off or is missing, in words.</param>
/// <param name="Lost">Those of the notes that may mean acknowledged looks: they become entries.</param>
internal sealed record HotRecovery(HotTail Tail, IReadOnlyList<SegmentFile> Segments, long NextNumber, IReadOnlyList<string> Notes, IReadOnlyList<string> Lost)
{
    /// <summary>Reads all segments after the last sealed one, cuts a torn tail, closes what was open, and removes what was sealed before.</summary>
    /// <exception cref="LedgerException"><c>S03</c>: a segment is damaged. Nothing was changed.</exception>
    public static HotRecovery Open(string folder, Ulid ledger, long sealedThrough, NewestSegment newest, LedgerOptions options)
    {
        Directory.CreateDirectory(folder);
        var numbers = HotSegment.Numbers(folder);
        var tail = new HotTail(options.EvidencePerSeries);
        tail.Cut(sealedThrough + 1);
        var segments = new List<SegmentFile>();
        var repairs = new List<Action>();
        List<string> notes = [], lost = [];
        var expected = sealedThrough + 1;
        foreach (var number in numbers)
        {
            var path = Path.Combine(folder, HotSegment.FileName(number));
            if (number <= sealedThrough)
            {
                // sealed, but the program ended before it could remove the file
                repairs.Add(() => File.Delete(path));
                continue;
            }
            if (number != expected) lost.Add($"hot segments {expected} to {number - 1} are missing");
            expected = number + 1;
            var file = File.ReadAllBytes(path);
            if (number == numbers[^1] && file.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                repairs.Add(() => File.Delete(path));
                continue;
            }
            if (Read(file, path, number, number == numbers[^1], ledger, tail, repairs, notes, lost) is { } segment) segments.Add(segment);
        }
        if (newest.Number > sealedThrough && newest.Number >= expected) lost.Add($"hot segment{(newest.Number > expected ? $"s {expected} to" : "")} {newest.Number} {(newest.Number > expected ? "are" : "is")} missing: the newest that {(newest.Number > expected ? "were" : "was")} written");
        else if (lost.Count == 0 && segments.Count > 0 && segments[^1] is var last && last.Number == newest.Number && last.Length < newest.Length)
            lost.Add($"hot segment {last.Number}: {newest.Length - last.Length} bytes at its end are missing");
        foreach (var repair in repairs)
        {
            options.Hit("recovery-before-repair");
            repair();
        }
        return new HotRecovery(tail, segments, Math.Max(expected, tail.GrowingFrom), [.. notes, .. lost], lost);
    }

    /// <summary>Reads what is there without changing anything: for a look from outside while another process may be writing.</summary>
    public static HotRecovery ReadOnly(string folder, long sealedThrough, LedgerOptions options)
    {
        var tail = new HotTail(options.EvidencePerSeries);
        tail.Cut(sealedThrough + 1);
        var segments = new List<SegmentFile>();
        var notes = new List<string>();
        foreach (var number in HotSegment.Numbers(folder).Where(number => number > sealedThrough))
        {
            var path = Path.Combine(folder, HotSegment.FileName(number));
            try
            {
                var file = ReadShared(path);
                var found = HotSegment.Read(file, number, tail.Add, tail.Add);
                segments.Add(new SegmentFile(number, path, found.Length, found.Head.Created));
                if (found.End is SegmentEnd.Torn or SegmentEnd.Damaged) notes.Add($"hot segment {number}: {found.Problem}");
            }
            catch (FileNotFoundException)
            {
                // sealed and removed while we came: the database has its looks by now
                continue;
            }
            catch (FormatException fault)
            {
                notes.Add($"hot segment {number}: {fault.Message}");
            }
        }
        return new HotRecovery(tail, segments, 0, notes, []);
    }

    /// <summary>The segment files that lie there now, unread.</summary>
    public static List<SegmentFile> Files(string folder) =>
        [.. HotSegment.Numbers(folder).Select(number => new FileInfo(Path.Combine(folder, HotSegment.FileName(number)))).Where(file => file.Exists && file.Length >= SegmentHead.Length)
            .Select(file => new SegmentFile(long.Parse(Path.GetFileNameWithoutExtension(file.Name)), file.FullName, file.Length, default))];

    public static byte[] ReadShared(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[RandomAccess.GetLength(file)];
        var read = RandomAccess.Read(file, bytes, 0);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public static void WriteEnd(ByteWriter to, int frames, long looks)
    {
        to.Byte(Frame.End);
        to.Varint((ulong)frames);
        to.Varint((ulong)looks);
    }

    private static SegmentFile? Read(
        byte[] file, string path, long number, bool isLast, Ulid ledger, HotTail tail, List<Action> repairs, List<string> notes, List<string> lost)
    {
        SegmentReading found;
        try
        {
            if (isLast && file.Length < SegmentHead.Length)
            {
                // cut off inside the first write: nothing in it was acknowledged
                repairs.Add(() => File.Delete(path));
                return null;
            }
            found = HotSegment.Read(file, number, tail.Add, tail.Add);
        }
        catch (FormatException fault)
        {
            throw Damaged(path, fault.Message);
        }
        if (found.Head.Ledger != ledger) throw Damaged(path, $"it belongs to another ledger, {found.Head.Ledger}");
        if (found.End == SegmentEnd.Damaged || (!isLast && found.End != SegmentEnd.Closed)) throw Damaged(path, found.Problem ?? "it has no end frame, and other segments follow");
        if (found.End == SegmentEnd.Closed) return new SegmentFile(number, path, found.Length, found.Head.Created);
        if (found.End == SegmentEnd.CutOff) notes.Add($"hot segment {number}: a write that was never acknowledged was cut off at byte {found.Length} ({found.FileLength - found.Length} bytes)");
        if (found.End == SegmentEnd.Torn)
            lost.Add($"hot segment {number}: the newest {found.FileLength - found.Length} bytes, from byte {found.Length} on, do not hold; they lie in {Path.GetFileName(path)}.torn");
        var end = new ByteWriter();
        var payload = Frame.Begin(end);
        WriteEnd(end, found.Frames, found.Looks);
        Frame.Finish(end, payload, number, found.Length);
        repairs.Add(() => Close(path, file, found, end.Span));
        return new SegmentFile(number, path, found.Length + end.Length, found.Head.Created);
    }

    private static void Close(string path, byte[] file, SegmentReading found, ReadOnlySpan<byte> end)
    {
        // what does not hold may be the newest looks, damaged: it is put aside for a person, never thrown away
        if (found.End == SegmentEnd.Torn) File.WriteAllBytes(path + ".torn", file[(int)found.Length..]);
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, found.Length);
        RandomAccess.Write(handle, end, found.Length);
        RandomAccess.FlushToDisk(handle);
        FolderSync.Flush(Path.GetDirectoryName(path)!);
    }

    private static LedgerException Damaged(string path, string problem) => new(StorageCodes.Damaged,
        $"The hot segment {path} is damaged: {problem}. Nothing was changed. Restore the folder from a backup, or move this file away to go on without its looks (the ledger will say that they are missing).");
}
