namespace Kept.Language;

internal enum TokenKind { Word, Value, String, Pattern, Symbol, End }

/// <summary>One token: where it stands in the text, and its text (the content, for strings and patterns).</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, string Text)
{
    public int End => Start + Length;

    public bool IsWord(string word) => Kind == TokenKind.Word && Text == word;

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsComparison => Kind == TokenKind.Symbol && Text is "==" or "!=" or "<" or "<=" or ">" or ">="
        || Kind == TokenKind.Word && Text is "in" or "contains" or "matches";

    /// <summary>For messages.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.String => ExpressionSource.Quoted("'" + Text + "'"),
        TokenKind.Pattern => ExpressionSource.Quoted("/" + Text + "/"),
        _ => ExpressionSource.Quoted(Text),
    };
}
