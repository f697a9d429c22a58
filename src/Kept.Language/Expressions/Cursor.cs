using Kept.Model;

namespace Kept.Language;

/// <summary>Walks over the tokens of one expression and counts what it builds, so that no input costs more than its bounds.</summary>
internal sealed class Cursor(ExpressionSource source, List<Token> tokens)
{
    public const int MaxDepth = 64, MaxNodes = 200;

    private int _at;
    private int _nodes;
    private int _depth;

    public ExpressionSource Source { get; } = source;

    public Token Now => tokens[_at];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The token before this one; the first one at the start.</summary>
    public Token Before => tokens[Math.Max(_at - 1, 0)];

    /// <summary>True when the token just taken stands on the right of a comparison.</summary>
    public bool AfterComparison => _at > 1 && tokens[_at - 2].IsComparison;

    /// <summary>The tokens of a text, or null where even these could not be read (reported).</summary>
    /// <param name="equals">What a single <c>=</c> should have been.</param>
    public static Cursor? Over(ScalarText text, Problems problems, string what, string equals = "==")
    {
        var source = new ExpressionSource(text, problems);
        if (new Lexer(source, equals).Read() is not { } tokens) return null;
        if (tokens.Count > 1) return new Cursor(source, tokens);
        source.Error(ExpressionCodes.Form, 0, 1, $"{what} is missing here", "write one, or leave the field out. A line that YAML cut at ` #`, `: ` or a comma is written whole in single quotes");
        return null;
    }

    public Token Take()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    public bool TakeWord(string word)
    {
        if (!Now.IsWord(word)) return false;
        Take();
        return true;
    }

    public bool TakeSymbol(string symbol)
    {
        if (!Now.IsSymbol(symbol)) return false;
        Take();
        return true;
    }

    /// <summary>Counts one node; false, and reported once, when there are too many.</summary>
    public bool Count()
    {
        if (++_nodes <= MaxNodes) return true;
        if (!Source.Failed) Source.Error(ExpressionCodes.TooLarge, Now, $"an expression has at most {MaxNodes} parts", "split it into several lines");
        return false;
    }

    public bool Enter()
    {
        if (++_depth <= MaxDepth) return true;
        if (!Source.Failed) Source.Error(ExpressionCodes.TooLarge, Now, $"an expression nests at most {MaxDepth} deep", "write it flatter: `a and b and c` needs no parentheses");
        return false;
    }

    public void Leave() => _depth--;

    public Place PlaceFrom(int start) => Source.PlaceOf(start, Before.End - start);

    /// <summary>Reports that something else should stand here.</summary>
    public void Expected(string what, string? help = null)
    {
        if (Now.Kind != TokenKind.End)
        {
            Source.Error(ExpressionCodes.Form, Now, $"{what} should stand here instead of {Now.Shown}", help);
            return;
        }
        var opened = tokens.Count(token => token.Kind == TokenKind.Symbol && token.Text is "(" or "[") - tokens.Count(token => token.Kind == TokenKind.Symbol && token.Text is ")" or "]");
        if (opened > 0)
            Source.Error(ExpressionCodes.Unclosed, Before, "a bracket is not closed",
                "close it. If it is closed in the file, the line stands inside [ ] or { } and YAML cut it at a comma: write the whole expression in single quotes");
        else
            Source.Error(ExpressionCodes.Form, Before, $"{what} is missing after {Before.Shown}",
                help ?? "if more stands in the file, YAML cut the line at ` #`, `: ` or a comma: write the whole expression in single quotes");
    }

    /// <summary>True at the end; otherwise reports what follows.</summary>
    public bool AtEnd(string help)
    {
        if (Now.Kind == TokenKind.End) return true;
        if (Before.Kind == TokenKind.Value && Now.Kind is TokenKind.Word or TokenKind.Value && Before.Text.All(c => char.IsAsciiDigit(c) || c == '.') && ValueReader.IsUnit(Now.Text))
            Source.Error(ExpressionCodes.Value, Before.Start, Now.End - Before.Start, "a unit stands at its number, without a blank",
                "write " + Source.With(Before.Start, Now.End - Before.Start, ValueReader.Read(Before.Text + Now.Text).Write ?? Before.Text + Now.Text));
        else if (Now.Kind == TokenKind.Symbol && Now.Text is ")" or "]")
            Source.Error(ExpressionCodes.Form, Now, $"{Now.Shown} closes nothing", "remove it, or open it before. If it is opened in the file, YAML cut the line at a comma: write the whole expression in single quotes");
        else
            Source.Error(ExpressionCodes.Form, Now, $"{Now.Shown} should not follow here", help);
        return false;
    }

    /// <summary>A value, with its unit; null when the token is none (reported).</summary>
    public Quantity? Value(Token token)
    {
        var reading = ValueReader.Read(token.Text);
        if (reading.Quantity is null) Source.Error(reading.Code, token, reading.Message, reading.HelpIn(Source, token.Start, token.Length));
        return reading.Quantity;
    }

    /// <summary>A blank between number and unit is a slip that deserves its own words; true when it was one.</summary>
    public bool ReportsLooseUnit(Token number)
    {
        if (Now.Kind != TokenKind.Word || Now.Start == number.End || !ValueReader.IsUnit(Now.Text) || !number.Text.All(c => char.IsAsciiDigit(c) || c is '.' or '-')) return false;
        return !AtEnd("");
    }
}
