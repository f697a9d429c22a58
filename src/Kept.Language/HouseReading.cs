using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language;

/// <summary>The outcome of reading the documents of a house: all problems at once, and the house unless its form is wrong.</summary>
/// <param name="House">Null where an error of form (<c>L…</c>) refuses it.</param>
/// <param name="Diagnostics">Everything found, ordered by file and place.</param>
public sealed record HouseReading(House? House, ImmutableArray<Diagnostic> Diagnostics)
{
    public bool Refused => House is null;
}

/// <summary>One file of a house: its path relative to the house with forward slashes, and its bytes as read.</summary>
public sealed record DocumentFile(string Path, ReadOnlyMemory<byte> Bytes, DocumentOrigin Origin = DocumentOrigin.Ours)
{
    /// <summary>It is no document: a list of targets that a source of one gave, its path the file or the URL.</summary>
    public bool IsTargets { get; init; }
}
