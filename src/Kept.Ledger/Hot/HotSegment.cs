using Kept.Ledger.Coding;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>How a segment file ends.</summary>
internal enum SegmentEnd
{
    /// <summary>With an end frame: it was closed and is whole.</summary>
    Closed,
    /// <summary>After a whole frame: it was being written, and nothing is missing that can be seen.</summary>
    Open,
    /// <summary>Inside a frame: a write was cut off. Nothing in it was ever acknowledged.</summary>
    CutOff,
    /// <summary>With a frame of full length that does not hold: a write torn by loss of power, or damage to the newest looks.</summary>
    Torn,
    /// <summary>A frame does not hold, and whole ones follow it: damage.</summary>
    Damaged,
}

/// <summary>What reading a segment found.</summary>
/// <param name="Head">Its head.</param>
/// <param name="End">How it ends.</param>
/// <param name="Length">Up to here everything holds.</param>
/// <param name="FileLength">As it lies on disk.</param>
/// <param name="Frames">Frames that hold, before <paramref name="Length"/>.</param>
/// <param name="Looks">Looks in them.</param>
/// <param name="Problem">What is wrong, in words, unless it is closed or open.</param>
internal sealed record SegmentReading(SegmentHead Head, SegmentEnd End, long Length, long FileLength, int Frames, long Looks, string? Problem);

/// <summary>Reads segment files. Nothing here changes a file.</summary>
internal static class HotSegment
{
    public static string FileName(long number) => number.ToString("D10") + ".hot";

    /// <summary>Numbers of the segment files in a folder, in order.</summary>
    public static List<long> Numbers(string folder)
    {
        var numbers = new List<long>();
        if (!Directory.Exists(folder)) return numbers;
        foreach (var path in Directory.EnumerateFiles(folder, "*.hot"))
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), System.Globalization.NumberStyles.None, null, out var number)) numbers.Add(number);
        numbers.Sort();
        return numbers;
    }

    /// <summary>Reads a whole segment and hands out what holds, in the order it was written.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="expected">The number that its name gives.</param>
    /// <param name="looks">Takes each look.</param>
    /// <param name="evidence">Takes each evidence.</param>
    /// <exception cref="FormatException">The head does not hold.</exception>
    public static SegmentReading Read(ReadOnlySpan<byte> file, long expected, Action<LookRecord> looks, Action<Evidence> evidence)
    {
        var head = SegmentHead.Read(file);
        if (head.Number != expected) throw new FormatException($"its head says segment {head.Number}");
        var offset = SegmentHead.Length;
        var frames = 0;
        var count = 0L;
        while (offset < file.Length)
        {
            var length = Frame.PayloadLength(file, expected, offset);
            if (length < 0 || !Frame.Holds(file, expected, offset, length)) return Broken(file, head, offset, length, frames, count);
            var payload = new ByteReader(file.Slice(offset + Frame.HeadLength, length));
            try
            {
                if (payload.Byte() == Frame.End) return Ended(file, head, offset, length, frames, count, ref payload);
                count += HotFrame.Read(ref payload, head.Epoch, looks, evidence);
            }
            catch (Exception fault) when (fault is FormatException or OverflowException)
            {
                return new SegmentReading(head, SegmentEnd.Damaged, offset, file.Length, frames, count, $"frame {frames + 1} at byte {offset} cannot be read: {fault.Message}");
            }
            offset += Frame.HeadLength + length;
            frames++;
        }
        return new SegmentReading(head, SegmentEnd.Open, offset, file.Length, frames, count, null);
    }

    private static SegmentReading Ended(ReadOnlySpan<byte> file, SegmentHead head, int offset, int length, int frames, long count, ref ByteReader payload)
    {
        var problem = payload.Varint() != (ulong)frames || payload.Varint() != (ulong)count ? $"its end frame does not count the {frames} frames and {count} looks before it"
            : offset + Frame.HeadLength + length != file.Length ? "bytes follow its end frame"
            : null;
        return new SegmentReading(head, problem is null ? SegmentEnd.Closed : SegmentEnd.Damaged, offset + Frame.HeadLength + length, file.Length, frames, count, problem);
    }

    // Only one write is ever unsynced, so a torn write has no whole frame after it. A whole frame further on proves that this one was whole once: damage.
    private static SegmentReading Broken(ReadOnlySpan<byte> file, SegmentHead head, int offset, int length, int frames, long count)
    {
        for (var next = offset + 1; next <= file.Length - Frame.HeadLength; next++)
            if (Frame.PayloadLength(file, head.Number, next) is > 0 and var found && Frame.Holds(file, head.Number, next, found))
                return new SegmentReading(head, SegmentEnd.Damaged, offset, file.Length, frames, count, $"frame {frames + 1} at byte {offset} does not hold, and whole ones follow at byte {next}");
        var cutOff = length >= 0 || file.Length - offset < Frame.HeadLength;
        return new SegmentReading(head, cutOff && file.Length - offset < Frame.HeadLength + Math.Max(length, 0) ? SegmentEnd.CutOff : SegmentEnd.Torn, offset, file.Length, frames, count,
            $"frame {frames + 1} at byte {offset} is not whole: {file.Length - offset} bytes");
    }
}
