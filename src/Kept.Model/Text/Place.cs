namespace Kept.Model;

/// <summary>A document file by the name people know it by (relative to the house). Its text is not kept here: it is dropped after load.</summary>
public sealed record SourceFile(string Path)
{
    /// <summary>For values that no document wrote (defaults, the server's own promises).</summary>
    public static readonly SourceFile None = new("");
}

/// <summary>Where something stands in a document: 1-based line and column (in UTF-16 code units), and how many code units are marked.</summary>
public readonly record struct Place(SourceFile File, int Line, int Column, int Length)
{
    public static readonly Place None = new(SourceFile.None, 0, 0, 0);

    public bool IsKnown => Line > 0;

    /// <summary><c>file:line:column</c>, or the file alone where no line is known.</summary>
    public override string ToString() => File is null ? "" : Line > 0 ? $"{File.Path}:{Line}:{Column}" : File.Path;
}
