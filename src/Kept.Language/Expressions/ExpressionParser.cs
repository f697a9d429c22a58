using System.Collections.Immutable;
using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// The grammar of conditions, by recursive descent; bounded by <see cref="Cursor"/>. Every method returns null after it has reported why. The structure
/// (and, or, not, k of, functions, names of promises) stands here; <see cref="TestParser"/> reads comparisons.
/// </summary>
internal sealed class ExpressionParser
{
    private readonly Cursor _cursor;
    private readonly Speech _speech;
    private readonly OperandParser _operands;
    private readonly TestParser _tests;

    public ExpressionParser(Cursor cursor, Speech speech)
    {
        (_cursor, _speech) = (cursor, speech);
        _operands = new OperandParser(cursor, speech);
        _tests = new TestParser(cursor, _operands);
    }

    public Expression? Whole()
    {
        var expression = Joined();
        if (expression is null) return null;
        if (_cursor.Now.IsWord("per") || _cursor.Now.IsWord("over"))
        {
            _cursor.Source.Error(ExpressionCodes.Misplaced, _cursor.Now, $"{_cursor.Now.Shown} belongs to an objective, not to {_speech.What}",
                _speech.IsExpectation ? "an expectation is about one look; what must hold over time is written under `keeps`" : "load in a condition is the mean of the last minute: leave it out");
            return null;
        }
        return _cursor.AtEnd("parts are joined by `and` or `or`") && !_cursor.Source.Failed ? expression : null;
    }

    /// <summary><c>a and b and c</c> or <c>a or b or c</c>; both together only with parentheses, because half of all readers get the precedence wrong.</summary>
    private Expression? Joined()
    {
        if (!_cursor.Enter() || !_cursor.Count()) return null;
        var start = _cursor.Now.Start;
        if (Unary() is not { } first) return null;
        var parts = ImmutableArray.CreateBuilder<Expression>();
        parts.Add(first);
        string? word = null;
        var (lastStart, lastEnd) = (start, _cursor.Before.End);
        while (_cursor.Now.IsWord("and") || _cursor.Now.IsWord("or"))
        {
            if (word is not null && !_cursor.Now.IsWord(word)) return Mixed(start, lastStart, lastEnd, word);
            word = _cursor.Take().Text;
            lastStart = _cursor.Now.Start;
            if (Unary() is not { } next) return null;
            lastEnd = _cursor.Before.End;
            parts.Add(next);
        }
        _cursor.Leave();
        if (word is null) return first;
        var place = _cursor.PlaceFrom(start);
        return word == "and" ? new Expression.And(place, parts.ToImmutable()) : new Expression.Or(place, parts.ToImmutable());
    }

    private Expression? Mixed(int start, int lastStart, int lastEnd, string word)
    {
        var other = _cursor.Take();
        var rest = _cursor.Now.Start;
        // Errors inside the last part matter less than this one, so it is only skipped: its end is where the group or the text ends.
        var depth = 0;
        while (_cursor.Now.Kind != TokenKind.End && (depth > 0 || !(_cursor.Now.IsSymbol(")") || _cursor.Now.IsSymbol(",") || _cursor.Now.IsWord("and") || _cursor.Now.IsWord("or"))))
        {
            if (_cursor.Now.IsSymbol("(") || _cursor.Now.IsSymbol("[")) depth++;
            if (_cursor.Now.IsSymbol(")") || _cursor.Now.IsSymbol("]")) depth--;
            _cursor.Take();
        }
        var source = _cursor.Source;
        var (head, tail) = (source.Slice(start, lastEnd), source.Slice(rest, Math.Max(rest, _cursor.Before.End)));
        var before = source.Slice(start, lastStart);
        source.Error(ExpressionCodes.Mixed, start, Math.Max(1, _cursor.Before.End - start), $"`{word}` and `{other.Text}` stand together without parentheses",
            $"write {ExpressionSource.Quoted($"({head}) {other.Text} {tail}")} or {ExpressionSource.Quoted($"{before} ({source.Slice(lastStart, lastEnd)} {other.Text} {tail})")}");
        return null;
    }

    private Expression? Unary()
    {
        if (!_cursor.Now.IsWord("not")) return Primary();
        if (!_cursor.Enter() || !_cursor.Count()) return null;
        var not = _cursor.Take();
        if (_speech.IsDependence)
        {
            _cursor.Source.Error(ExpressionCodes.Dependence, not, "`uses` says what a promise stands on; it cannot stand on something being broken",
                "leave out `not`, or write the condition under `given`");
            return null;
        }
        var grouped = _cursor.Now.IsSymbol("(") || _cursor.Now.IsWord("not");
        var start = _cursor.Now.Start;
        if (Unary() is not { } inner) return null;
        if (!grouped && inner is Expression.Compare or Expression.InList or Expression.InRange or Expression.Contains or Expression.Matches)
        {
            var test = _cursor.Source.Slice(start, _cursor.Before.End);
            var turned = inner is Expression.Compare { Left: var left, Operator: var op, Right: var right }
                ? $" or {_cursor.Source.With(not.Start, _cursor.Before.End - not.Start, $"{ExpressionText.Of(left)} {ExpressionText.Of(Turned(op))} {ExpressionText.Of(right)}")}"
                : "";
            _cursor.Source.Error(ExpressionCodes.NotComparison, not, "`not` before a comparison needs parentheses",
                "write " + _cursor.Source.With(not.Start, _cursor.Before.End - not.Start, $"not ({test})") + turned);
            return null;
        }
        _cursor.Leave();
        return new Expression.Not(_cursor.PlaceFrom(not.Start), inner);
    }

    private static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Less,
    };

    private Expression? Primary()
    {
        var token = _cursor.Now;
        if (token.IsSymbol("(")) return Group();
        if (token.Kind == TokenKind.Value && _cursor.Next.IsWord("of")) return AtLeast();
        if (token.Kind == TokenKind.Word)
        {
            if (token.Text is "any" or "all" or "one" or "every" or "both" or "most" && _cursor.Next.IsWord("of")) return CountInWords(token);
            if (token.Text is "any" or "every" && _cursor.Next.IsSymbol("(")) return OverItems();
            if (token.Text == "has" && _cursor.Next.IsSymbol("(")) return Has();
            if (token.Text == "during" && !_cursor.Next.IsComparison) return During();
            if (token.Text is "and" or "or") return Missing(token);
        }
        if (!_speech.IsExpectation) return PromiseOrCondition(token);
        return _tests.Test();
    }

    private Expression? Missing(Token token)
    {
        _cursor.Source.Error(ExpressionCodes.Form, token, $"something is missing before `{token.Text}`", $"write a part on both sides of `{token.Text}`");
        return null;
    }

    private Expression? Group()
    {
        var open = _cursor.Take();
        if (_cursor.Now.IsSymbol(")"))
        {
            _cursor.Source.Error(ExpressionCodes.Form, open.Start, _cursor.Now.End - open.Start, "there is nothing between the parentheses", "write an expression there");
            return null;
        }
        if (Joined() is not { } inner) return null;
        if (_cursor.TakeSymbol(")")) return inner;
        if (_cursor.Now.IsSymbol(",")) _cursor.Source.Error(ExpressionCodes.Form, _cursor.Now, "a list of parts needs a number before it", "write " + _cursor.Source.With(open.Start, 0, "1 of ") + ", or join the parts by `and` or `or`");
        else _cursor.Expected("`)`", "parts are joined by `and` or `or`");
        return null;
    }

    private Expression? CountInWords(Token token)
    {
        var (number, joined) = token.Text is "any" or "one" ? ("1", "or") : ("all of them", "and");
        _cursor.Source.Error(ExpressionCodes.AtLeast, token, $"`{token.Text} of` has no number",
            number == "1" ? "write " + _cursor.Source.With(token.Start, token.Length, "1") + ", or join the parts by `or`" : $"join the parts by `{joined}`, or write how many: `2 of (a, b, c)`");
        return null;
    }

    /// <summary><c>2 of (a, b, c)</c>.</summary>
    private Expression.AtLeast? AtLeast()
    {
        if (!_cursor.Enter()) return null;
        var number = _cursor.Take();
        _cursor.Take();
        if (!_cursor.TakeSymbol("("))
        {
            _cursor.Expected("`(`", "write the parts in parentheses: `2 of (a, b, c)`");
            return null;
        }
        var parts = ImmutableArray.CreateBuilder<Expression>();
        do
        {
            if (_cursor.Now.IsSymbol(")")) break;
            if (Joined() is not { } part) return null;
            parts.Add(part);
        }
        while (_cursor.TakeSymbol(","));
        if (!_cursor.TakeSymbol(")"))
        {
            _cursor.Expected("`,` or `)`");
            return null;
        }
        _cursor.Leave();
        if (!int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1 || count > parts.Count)
        {
            _cursor.Source.Error(ExpressionCodes.AtLeast, number, $"{ExpressionSource.Quoted(number.Text)} of {parts.Count} is not possible",
                parts.Count == 0 ? "write the parts: `2 of (a, b, c)`" : $"write a whole number from 1 to {parts.Count}");
            return null;
        }
        return new Expression.AtLeast(_cursor.PlaceFrom(number.Start), count, parts.ToImmutable());
    }

    private bool OnlyOfAnswers(Token token, string what)
    {
        if (_speech.IsExpectation || _speech.IsRegime) return true;
        _cursor.Source.Error(_speech.IsDependence ? ExpressionCodes.Dependence : ExpressionCodes.Misplaced, token, $"`{what}` asks about the answer of a check; {_speech.What} cannot",
            "write it under `expect` of a check");
        return false;
    }

    /// <summary><c>has(x)</c>.</summary>
    private Expression.Has? Has()
    {
        var start = _cursor.Take();
        _cursor.Take();
        if (!OnlyOfAnswers(start, "has") || _operands.Seen() is not { } seen) return null;
        if (_cursor.TakeSymbol(")")) return new Expression.Has(_cursor.PlaceFrom(start.Start), (Operand.Seen)seen.Operand);
        _cursor.Expected("`)`", "`has` asks for one name; write one `has(…)` for each, joined by `and`");
        return null;
    }

    /// <summary><c>any(list, test)</c>, <c>every(list, test)</c>.</summary>
    private Expression.OverItems? OverItems()
    {
        if (!_cursor.Enter()) return null;
        var word = _cursor.Take();
        _cursor.Take();
        if (!OnlyOfAnswers(word, word.Text) || _operands.Seen() is not { } list) return null;
        if (list.Type.Kind is not (TypeKind.List or TypeKind.Body or TypeKind.Found))
        {
            _cursor.Source.Error(ExpressionCodes.Order, list.Start, list.Length, $"`{word.Text}` goes through the items of a list; {_operands.Shown(list)} is {list.Type.Words}");
            return null;
        }
        if (!_cursor.TakeSymbol(","))
        {
            _cursor.Expected("`,`", $"write the list, a comma, and what to ask of each item: `{word.Text}({_cursor.Source.Slice(list.Start, list.End)}, it.ready == true)`");
            return null;
        }
        var namedOutside = _operands.ItNamed;
        _operands.ItNamed = false;
        _operands.Items++;
        var start = _cursor.Now.Start;
        if (Joined() is not { } test) return null;
        _operands.Items--;
        if (!_operands.ItNamed)
        {
            _cursor.Source.Error(ExpressionCodes.Item, start, _cursor.Before.End - start, $"what `{word.Text}` asks of each item does not name the item", "name it `it`, or a member of it: `it.ready == true`");
            return null;
        }
        _operands.ItNamed = namedOutside;
        if (!_cursor.TakeSymbol(")"))
        {
            _cursor.Expected("`)`");
            return null;
        }
        _cursor.Leave();
        return new Expression.OverItems(_cursor.PlaceFrom(word.Start), word.Text == "every", (Operand.Seen)list.Operand, test);
    }

    /// <summary><c>during show</c>.</summary>
    private Expression.During? During()
    {
        var word = _cursor.Take();
        if (_speech.IsExpectation || _speech.IsDependence)
        {
            _cursor.Source.Error(_speech.IsDependence ? ExpressionCodes.Dependence : ExpressionCodes.Misplaced, word, $"`during` is a condition; {_speech.What} cannot hold it", "write it under `given`");
            return null;
        }
        var name = _cursor.Now;
        if (name.Kind is not (TokenKind.Word or TokenKind.Value) || !PromiseName.IsName(name.Text))
        {
            _cursor.Expected("the name of a calendar", "calendars are declared under `calendars:`; write `during show`");
            return null;
        }
        _cursor.Take();
        return new Expression.During(_cursor.PlaceFrom(word.Start), name.Text);
    }

    private Expression? PromiseOrCondition(Token token)
    {
        var reads = token.Kind == TokenKind.Word && (Speech.Surrounding(token.Text) is not null || _speech.IsRegime && IsSeen(token));
        if (_speech.IsDependence)
        {
            if (token.Kind is not (TokenKind.Word or TokenKind.Value) || _cursor.Next.IsComparison)
            {
                if (token.Kind == TokenKind.End) _cursor.Expected("the name of a promise");
                else _cursor.Source.Error(ExpressionCodes.Dependence, token, "`uses` names promises only", token.Kind == TokenKind.String && PromiseName.TryParse(token.Text, _speech.OwnAgent, out _)
                    ? "names stand without quotes: write " + _cursor.Source.With(token.Start, token.Length, token.Text) : reads || _cursor.Next.IsComparison ? "a condition belongs under `given`" : "write `agent/promise`, joined by `and`, `or` or `2 of (…)`");
                return null;
            }
            return Promise(token);
        }
        if (reads || _cursor.Next.IsComparison || token.Kind is not (TokenKind.Word or TokenKind.Value)) return _tests.Test();
        return Promise(token);
    }

    /// <summary>In a regime a name is one that the check sees or measures before it is that of a promise.</summary>
    private bool IsSeen(Token token)
    {
        if (_cursor.Next.IsWord("of") || _cursor.Next.IsSymbol("[") || _speech.Measured!(token.Text) is not null) return true;
        var dot = token.Text.IndexOf('.', StringComparison.Ordinal);
        return _speech.Kind is { } kind && (kind.IndexOf(token.Text) >= 0 || dot > 0 && kind.IndexOf(token.Text[..dot]) >= 0);
    }

    private Expression.PromiseHolds? Promise(Token token)
    {
        _cursor.Take();
        if (PromiseName.TryParse(token.Text, _speech.OwnAgent, out var name)) return new Expression.PromiseHolds(_cursor.PlaceFrom(token.Start), name);
        var lower = token.Text.ToLowerInvariant().Replace('_', '-');
        _cursor.Source.Error(ExpressionCodes.PromiseName, token, $"{token.Shown} is no name of a promise",
            lower != token.Text && PromiseName.TryParse(lower, _speech.OwnAgent, out _)
                ? "names have lower-case letters, digits, hyphens and dots: write " + _cursor.Source.With(token.Start, token.Length, lower)
                : "write `agent/promise` or `agent/promise@2`, own ones by name alone; names have lower-case letters, digits, hyphens and dots");
        return null;
    }
}
