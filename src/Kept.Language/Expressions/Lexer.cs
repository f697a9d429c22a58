using System.Text;

namespace Kept.Language;

/// <summary>
/// Cuts an expression into tokens with exact places. It stops at the first thing that cannot stand in an expression and says what to write instead:
/// most of these are habits from other languages, so each has its own help.
/// </summary>
/// <param name="source">The text.</param>
/// <param name="equals">What a single <c>=</c> should have been: <c>==</c>, or a bound where only bounds stand.</param>
internal sealed class Lexer(ExpressionSource source, string equals = "==")
{
    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _brackets;

    /// <summary>All tokens, ending with <see cref="TokenKind.End"/>; null when something was reported.</summary>
    public List<Token>? Read()
    {
        if (_text.Length > ExpressionSource.MaxLength)
        {
            source.Error(ExpressionCodes.TooLarge, 0, 1, $"an expression has at most {ExpressionSource.MaxLength:N0} characters; this one has {_text.Length:N0}",
                "split it: several lines under `expect` or `keeps` must all hold, and a long list of promises can be a promise of its own");
            return null;
        }
        while (true)
        {
            while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r') _at++;
            if (_at >= _text.Length) break;
            if (!One()) return null;
        }
        _tokens.Add(new Token(TokenKind.End, _text.Length, 0, ""));
        return _tokens;
    }

    private char Peek(int ahead = 1) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private Token Last => _tokens.Count > 0 ? _tokens[^1] : default;

    private bool One()
    {
        var c = _text[_at];
        if (char.IsLetter(c) || c == '_') return Word();
        if (c == '.' && Last.IsSymbol("]") && Last.End == _at && IsMemberCharacter(Peek())) return Word();
        if (char.IsAsciiDigit(c) || c == '-' && char.IsAsciiDigit(Peek())) return Number();
        if (c is '\'' or '"') return Quoted(c);
        if (c == '/' && Last.IsWord("matches")) return Pattern();
        if (c is '(' or ')' or '[' or ']' or ',')
        {
            if (c == ',' && IsDecimalComma()) return false;
            if (c == '[') _brackets++;
            if (c == ']') _brackets--;
            return Add(TokenKind.Symbol, 1);
        }
        if (c == '.' && Peek() == '.') return Peek(2) == '.' ? Slip(3, "..", "a range is written with two dots") : Add(TokenKind.Symbol, 2);
        return Operator(c);
    }

    private bool Add(TokenKind kind, int length, string? text = null)
    {
        _tokens.Add(new Token(kind, _at, length, text ?? _text.Substring(_at, length)));
        _at += length;
        return true;
    }

    private static bool IsMemberCharacter(char c) => char.IsLetterOrDigit(c) || c is '-' or '_';

    /// <summary>Names of every sort: observed names with paths, promises with agent and line, zones. What a name may hold is the parser's to say.</summary>
    private bool Word()
    {
        var end = _at + 1;
        for (; end < _text.Length; end++)
        {
            var c = _text[end];
            var next = end + 1 < _text.Length ? _text[end + 1] : '\0';
            if (IsMemberCharacter(c) || c is '.' or '/' && IsMemberCharacter(next) || c is '@' or '+' && char.IsAsciiDigit(next)) continue;
            break;
        }
        var word = _text[_at..end];
        return word switch
        {
            "AND" or "And" => Slip(word.Length, "and"),
            "OR" or "Or" => Slip(word.Length, "or"),
            "NOT" or "Not" => Slip(word.Length, "not"),
            "IN" or "In" => Slip(word.Length, "in"),
            "True" or "TRUE" or "yes" when Last.IsComparison => Slip(word.Length, "true"),
            "False" or "FALSE" or "no" when Last.IsComparison => Slip(word.Length, "false"),
            "nil" or "None" or "NULL" or "Null" when Last.IsComparison => Slip(word.Length, "null"),
            "is" when _tokens.Count > 0 => Slip(word.Length, "=="),
            _ => Add(TokenKind.Word, word.Length),
        };
    }

    /// <summary>A number with whatever hangs on it. Which of these is a value with a unit, and which a name that begins with a digit, the parser decides.</summary>
    private bool Number()
    {
        var end = _at + 1;
        for (; end < _text.Length; end++)
        {
            var c = _text[end];
            var next = end + 1 < _text.Length ? _text[end + 1] : '\0';
            if (IsMemberCharacter(c) || c == '%' || c is '.' or '/' && IsMemberCharacter(next) || c is '@' && char.IsAsciiDigit(next)) continue;
            break;
        }
        return Add(TokenKind.Value, end - _at);
    }

    /// <summary><c>99,5%</c> outside a list: a decimal comma.</summary>
    private bool IsDecimalComma()
    {
        if (_brackets > 0 || Last.Kind != TokenKind.Value || Last.End != _at || !char.IsAsciiDigit(Peek()) || !Last.Text.All(char.IsAsciiDigit)) return false;
        var end = _at + 1;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '%' or '/')) end++;
        source.Error(ExpressionCodes.Value, Last.Start, end - Last.Start, $"{ExpressionSource.Quoted(_text[Last.Start..end])} has a decimal comma",
            "decimals have a point: write " + source.With(_at, 1, "."));
        return true;
    }

    /// <summary>Text in single or double quotes; the quote itself is written twice. A backslash is an ordinary character.</summary>
    private bool Quoted(char quote)
    {
        var content = new StringBuilder();
        for (var i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] != quote)
            {
                content.Append(_text[i]);
                continue;
            }
            if (i + 1 < _text.Length && _text[i + 1] == quote)
            {
                content.Append(_text[i++]);
                continue;
            }
            return Add(TokenKind.String, i + 1 - _at, content.ToString());
        }
        source.Error(ExpressionCodes.Unclosed, _at, _text.Length - _at, $"the text that begins here has no closing {quote}",
            _text.AsSpan(_at + 1).Contains(' ') || _tokens.Count == 0
                ? "close the quote. If it is closed in the file, YAML cut the line at ` #`, `: ` or a comma: write the whole expression in single quotes, with inner ones doubled"
                : "write " + source.With(_text.Length, 0, quote.ToString()));
        return false;
    }

    private bool Pattern()
    {
        for (var i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] == '\\') i++;
            else if (_text[i] == '/') return Add(TokenKind.Pattern, i + 1 - _at, _text[(_at + 1)..i]);
        }
        source.Error(ExpressionCodes.Unclosed, _at, _text.Length - _at, "the pattern that begins here has no closing /",
            "write it as `/pattern/`; a slash inside it is written `\\/`");
        return false;
    }

    private bool Operator(char c)
    {
        var next = Peek();
        return (c, next) switch
        {
            ('=', '=') => Peek(2) == '=' ? Slip(3, "==") : Add(TokenKind.Symbol, 2),
            ('!', '=') => Peek(2) == '=' ? Slip(3, "!=") : Add(TokenKind.Symbol, 2),
            ('<', '=') => Peek(2) == '>' ? Slip(3, "==") : Add(TokenKind.Symbol, 2),
            ('>', '=') => Add(TokenKind.Symbol, 2),
            ('<', '>') => Slip(2, "!="),
            ('<', _) or ('>', _) => Add(TokenKind.Symbol, 1),
            ('=', '<') => Slip(2, "<="),
            ('=', '>') => Slip(2, ">="),
            ('=', '~') => Slip(2, "matches", "a pattern is asked for in words: `matches /pattern/`"),
            ('=', _) => Slip(1, equals),
            ('&', '&') => Slip(2, "and"),
            ('&', _) => Slip(1, "and"),
            ('|', '|') => Slip(2, "or"),
            ('|', _) => Slip(1, "or"),
            ('!', _) => Slip(1, "not "),
            ('~', _) => Slip(1, "matches", "a pattern is asked for in words: `matches /pattern/`"),
            _ => Stray(c),
        };
    }

    private bool Slip(int length, string right, string? why = null)
    {
        var spaced = (_at > 0 && _text[_at - 1] != ' ' && char.IsLetter(right[0]) ? " " : "") + right
            + (_at + length < _text.Length && _text[_at + length] != ' ' && char.IsLetter(right[^1]) ? " " : "");
        source.Error(ExpressionCodes.Operator, _at, length, $"{ExpressionSource.Quoted(_text.Substring(_at, length))} is written {ExpressionSource.Quoted(right.Trim())}"
            + (why is null ? "" : ": " + why), "write " + source.With(_at, length, spaced));
        return false;
    }

    private bool Stray(char c)
    {
        var (message, help) = c switch
        {
            '“' or '”' or '„' or '«' or '»' => ("a typographic quote", "write straight quotes: " + source.With(0, _text.Length, Straight())),
            '‘' or '’' or '‚' => ("a typographic quote", "write straight quotes: " + source.With(0, _text.Length, Straight())),
            '≤' => ("`≤` is written `<=`", "write " + source.With(_at, 1, "<=")),
            '≥' => ("`≥` is written `>=`", "write " + source.With(_at, 1, ">=")),
            '≠' => ("`≠` is written `!=`", "write " + source.With(_at, 1, "!=")),
            '−' or '–' or '—' => ("this dash is not a minus sign", "write " + source.With(_at, 1, "-")),
            '…' => ("a range is written with two dots", "write " + source.With(_at, 1, "..")),
            '{' or '}' => ("curly brackets mean nothing in an expression", "group with ( ), list values with [ ]; in a document, write the whole expression in single quotes"),
            '.' when char.IsAsciiDigit(Peek()) => ("a number begins with a digit", "write " + source.With(_at, 0, "0")),
            '*' when Last.IsSymbol("[") => ("`[*]` is not asked for in a path", "all items at once are asked with `any(list, …)` or `every(list, …)`, where `it` is the item"),
            '+' or '*' or '/' or '-' or '^' or '%' => ($"`{c}` cannot stand here: expressions have no arithmetic", "compare what was seen with a value; a pattern stands only after `matches`"),
            '$' => ("`$` cannot stand here", "secrets belong into the target or the fields of a check, and a path begins with the name itself: `body.items[0].id`"),
            '#' => ("`#` cannot stand here", "write text in quotes, and in a document the whole expression in single quotes"),
            _ when char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format =>
                ($"an invisible character (U+{(int)c:X4}) stands here", "replace it by an ordinary space"),
            _ => ($"{ExpressionSource.Quoted(c.ToString())} cannot stand here", "write text in quotes"),
        };
        source.Error(ExpressionCodes.Character, _at, 1, message, help);
        return false;
    }

    private string Straight() => string.Concat(_text.Select(c => c switch
    {
        '“' or '”' or '„' or '«' or '»' or '‘' or '’' or '‚' => '\'',
        _ => c,
    }));
}
