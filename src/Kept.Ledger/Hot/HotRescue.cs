using Kept.Ledger.Coding;
using Kept.Ledger.Stored;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>
/// A database may be written with another folder for a while: when this one cut off, or its machine was lost. Segments are numbered by the ledger, so what lies here may have
/// numbers that were sealed elsewhere, and would be taken for spent. Its looks that are in no block are written into a new segment behind all others.
/// </summary>
internal static class HotRescue
{
    /// <param name="folder">Of the hot segments.</param>
    /// <param name="ledger">Whose segments.</param>
    /// <param name="epoch">Of the writer that had this folder last.</param>
    /// <param name="sealedThrough">The last segment that is sealed, wherever it lay.</param>
    /// <param name="isSealed">Whether a look is in a block.</param>
    /// <param name="now">When the new segment is made.</param>
    /// <returns>How many looks were taken up again. Doing it twice changes nothing more.</returns>
    public static int Run(string folder, Ulid ledger, int epoch, long sealedThrough, Func<int, Instant, int, bool> isSealed, Instant now)
    {
        var numbers = HotSegment.Numbers(folder);
        if (!numbers.Exists(number => number <= sealedThrough)) return 0;
        var there = new HotTail(int.MaxValue);
        foreach (var number in numbers.Where(number => number > sealedThrough)) Read(folder, number, ledger, there.Add, _ => { });
        var looks = new List<LookRecord>();
        var evidence = new List<Evidence>();
        foreach (var number in numbers.Where(number => number <= sealedThrough))
        {
            var keys = new HashSet<(int, Instant)>();
            Read(folder, number, ledger, look =>
            {
                if (there.Knows(look.Series, look.Slot, look.Epoch) == KnownLook.Known || isSealed(look.Series, look.Slot, look.Epoch)) return;
                looks.Add(look);
                keys.Add((look.Series, look.Slot));
            }, item =>
            {
                if (keys.Contains((item.Series, item.Slot))) evidence.Add(item);
            });
        }
        if (looks.Count > 0) Write(folder, new SegmentHead(ledger, Math.Max(numbers[^1], sealedThrough) + 1, epoch, now), looks, evidence);
        return looks.Count;
    }

    private static void Read(string folder, long number, Ulid ledger, Action<LookRecord> look, Action<Evidence> evidence)
    {
        var path = Path.Combine(folder, HotSegment.FileName(number));
        var file = File.ReadAllBytes(path);
        if (file.Length < SegmentHead.Length) return; // cut off inside the first write: nothing in it was acknowledged
        try
        {
            var found = HotSegment.Read(file, number, look, evidence);
            if (found.Head.Ledger == ledger && found.End != SegmentEnd.Damaged) return;
            throw new FormatException(found.Head.Ledger == ledger ? found.Problem : $"it belongs to another ledger, {found.Head.Ledger}");
        }
        catch (FormatException fault)
        {
            throw new LedgerException(StorageCodes.Damaged, $"The hot segment {path} is damaged: {fault.Message}. Nothing was changed. Move this file away to go on without its looks.", fault);
        }
    }

    private static void Write(string folder, SegmentHead head, List<LookRecord> looks, List<Evidence> evidence)
    {
        var file = new ByteWriter();
        file.Bytes(head.ToBytes());
        const int atOnce = 10_000, piecesAtOnce = 500;
        var frames = 0;
        for (int look = 0, item = 0; look < looks.Count || item < evidence.Count; look += atOnce, item += piecesAtOnce, frames++)
        {
            var payload = Frame.Begin(file);
            HotFrame.Write(file, head.Epoch, [.. looks.Skip(look).Take(atOnce)], [.. evidence.Skip(item).Take(piecesAtOnce)]);
            Frame.Finish(file, payload, head.Number, 0);
        }
        var end = Frame.Begin(file);
        HotRecovery.WriteEnd(file, frames, looks.Count);
        Frame.Finish(file, end, head.Number, 0);
        var path = Path.Combine(folder, HotSegment.FileName(head.Number));
        using (var handle = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, file.Span, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(path + ".new", path);
        FolderSync.Flush(folder);
    }
}
