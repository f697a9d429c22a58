using Kept.Model;

namespace Kept.Language;

/// <summary>The text of one scalar of a document, and where it stands.</summary>
/// <param name="Text">The content, without quotes, escapes undone.</param>
/// <param name="At">Where the content stands: for a quoted scalar that is <paramref name="Verbatim"/>, inside its quotes; else the whole scalar.</param>
/// <param name="Verbatim">The characters of <paramref name="Text"/> stand one to one in the source line from <paramref name="At"/> on, so inner positions are exact.</param>
internal readonly record struct ScalarText(string Text, Place At, bool Verbatim)
{
    /// <summary>The place of a part of the text: exact where verbatim, else the whole scalar, which is the most that can be said.</summary>
    public Place Part(int start, int length) =>
        Verbatim ? At with { Column = At.Column + start, Length = length } : At;

    /// <summary>A part of the text with its place.</summary>
    public ScalarText Slice(int start, int length) => new(Text.Substring(start, length), Part(start, length), Verbatim);

    /// <summary>A text that no document wrote: a default.</summary>
    public static ScalarText Unwritten(string text) => new(text, Place.None, false);
}
