using System.Collections.Immutable;

namespace Kept.Import;

/// <summary>Writes what another tool recorded of the past, one line per look, as that tool's assessment. Does not throw for what the file holds.</summary>
/// <param name="request">The files, as they were imported.</param>
/// <param name="reading">What became of them: which check is which promise.</param>
/// <param name="into">Takes UTF-8 lines of JSON.</param>
public delegate PastOfOthers WriteHistory(ImportRequest request, ImportReading reading, Stream into);

/// <summary>
/// What was written of a past that another tool recorded. It is that tool's assessment and never becomes evidence of ours: nobody can ask it anew, and what it did
/// not note is not known.
/// </summary>
/// <param name="Assessor">Whose assessment it is: <c>uptime-kuma</c>.</param>
/// <param name="Good">Lines of good looks.</param>
/// <param name="Bad">Lines of bad looks, also of those that the tool had not confirmed.</param>
/// <param name="Gaps">Lines of which nothing is said about the target: maintenance, an unknown state.</param>
/// <param name="Days">Lines of the tool's own counts per day.</param>
/// <param name="LeftOut">Looks of checks that are not carried, or without a readable time.</param>
/// <param name="PerDay">The looks that were written, by their UTC day; the oldest are dropped where there are more than <see cref="MostDays"/>.</param>
/// <param name="Broken">Why not all of it could be read; null where it was.</param>
public sealed record PastOfOthers(string Assessor, long Good, long Bad, long Gaps, long Days, long LeftOut, ImmutableArray<DayOfOthers> PerDay, Finding? Broken)
{
    public const int MostDays = 4_000;

    public long Looks => Good + Bad + Gaps;

    /// <summary>Lines of what others said of themselves: no looks, but statements.</summary>
    public long Statements { get; init; }
}

/// <summary>One UTC day of it.</summary>
public sealed record DayOfOthers(DateOnly Day, long Good, long Bad, long Gaps);
