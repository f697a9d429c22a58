using System.Collections.Immutable;
using Kept.Language;
using Kept.Model;

namespace Kept.Import;

/// <summary>How a check of the other tool fared.</summary>
public enum Fate
{
    /// <summary>Everything it says is in the documents, and it would notice what it is for.</summary>
    Whole,
    /// <summary>Something it says was lost.</summary>
    Partly,
    /// <summary>As it stood, it would have missed a failure, or failed always.</summary>
    Hollow,
    /// <summary>It is not in the documents.</summary>
    NotCarried,
}

/// <summary>One check of the other tool; of a catalogue an entity, of a status page a component.</summary>
/// <param name="Name">As the tool calls it.</param>
/// <param name="At">Where it is written.</param>
/// <param name="Wish">What it became: <c>core/api</c>, or an agent; null where it was not carried.</param>
/// <param name="Fate">How it fared.</param>
public sealed record ImportedCheck(string Name, Place At, string? Wish, Fate Fate);

/// <summary>What became of the files: our documents, everything that is to be told, and how much was carried.</summary>
/// <param name="Tool">Whose files they were.</param>
/// <param name="Documents">Ready to be written, formatted; empty where nothing could be carried.</param>
/// <param name="Checks">Every check that was understood, in order.</param>
/// <param name="Findings">Everything to tell, in the order of the files.</param>
/// <param name="Left">How many findings were counted only.</param>
/// <param name="Hollow">Checks with at least one hollow line, carried or not, also where it was counted only.</param>
/// <param name="IsBroken">A part of the files could not be read, so nothing may be written.</param>
public sealed record ImportReading(
    ForeignTool Tool, ImmutableArray<DocumentFile> Documents, ImmutableArray<ImportedCheck> Checks, ImmutableArray<Finding> Findings, int Left, int Hollow, bool IsBroken)
{
    public int Count(FindingKind kind) => Findings.Count(finding => finding.Kind == kind);

    public int Count(Fate fate) => Checks.Count(check => check.Fate == fate);

    public int Carried => Checks.Length - Count(Fate.NotCarried);

    /// <summary>
    /// Of 100 checks, how many would have noticed what they are for, before the import: those that are not hollow. Rounded down, so that 100 is said of a faultless
    /// configuration alone; null where there is no check, and of what names no checks.
    /// </summary>
    public int? Score => Checks.IsEmpty || !Tool.HasChecks ? null : 100 * (Checks.Length - Hollow) / Checks.Length;
}
