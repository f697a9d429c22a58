using System.Collections.Immutable;
using Kept.Language;
using Kept.Model;

namespace Kept.Import.Exporting;

/// <summary>A tool whose files can be written.</summary>
/// <param name="Name">The word on the command line: <c>openslo</c>.</param>
/// <param name="Title">As its makers write it.</param>
/// <param name="Means">One sentence for help and reference: what is written.</param>
/// <param name="Write">A house in, files out; what they cannot say goes to the losses.</param>
public sealed record ExportTool(string Name, string Title, string Means, WriteFiles Write);

/// <summary>Writes the files of one tool. Pure: no clock, no file, no network.</summary>
/// <param name="house">As it was read; what is not a promise by a rule is exported all the same, for its objectives are as they are.</param>
/// <param name="tally">Counts what was written.</param>
public delegate ImmutableArray<DocumentFile> WriteFiles(House house, Losses losses, ExportTally tally);

/// <summary>How many of how many things were written.</summary>
public sealed class ExportTally
{
    /// <summary>What could have been written: objectives, checks, agents.</summary>
    public int All { get; set; }

    public int Written { get; set; }
}

/// <summary>What an export made of a house.</summary>
/// <param name="Tool">Whose files these are.</param>
/// <param name="Files">Ready to be written; empty where the tool can say nothing of this house.</param>
/// <param name="Findings">What the files do not say, or not quite, in the order of the documents.</param>
/// <param name="Left">How many findings were counted only.</param>
/// <param name="All">What could have been written.</param>
/// <param name="Written">What was.</param>
public sealed record ExportWriting(ExportTool Tool, ImmutableArray<DocumentFile> Files, ImmutableArray<Finding> Findings, int Left, int All, int Written);
