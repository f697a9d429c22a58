using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads one test of what was seen: a comparison, <c>in</c>, <c>contains</c>, <c>matches</c>, or a yes-or-no value alone.</summary>
internal sealed class TestParser(Cursor cursor, OperandParser operands)
{
    private readonly Typing _typing = new(cursor.Source);

    public Expression? Test()
    {
        if (operands.Operand() is not { } left) return null;
        var symbol = cursor.Now;
        if (!symbol.IsWord("not") || !cursor.Next.IsComparison) return After(left);
        cursor.Take();
        var operatorAt = cursor.Now.Start;
        if (After(left) is not null)
            cursor.Source.Error(ExpressionCodes.NotComparison, symbol, "`not` stands before what it turns",
                "write " + cursor.Source.With(left.Start, cursor.Before.End - left.Start, $"not ({cursor.Source.Slice(left.Start, left.End)} {cursor.Source.Slice(operatorAt, cursor.Before.End)})"));
        return null;
    }

    private Expression? After(TypedOperand left)
    {
        var symbol = cursor.Now;
        if (symbol.Kind == TokenKind.Symbol && symbol.IsComparison) return Compare(left);
        return symbol.Kind != TokenKind.Word ? Alone(left) : symbol.Text switch
        {
            "in" => In(left),
            "contains" => Contains(left),
            "matches" => Matches(left),
            _ => Alone(left),
        };
    }

    /// <summary>The comparison a symbol stands for.</summary>
    public static Comparison ComparisonOf(string symbol) => symbol switch
    {
        "==" => Comparison.Equal,
        "!=" => Comparison.NotEqual,
        "<" => Comparison.Less,
        "<=" => Comparison.LessOrEqual,
        ">" => Comparison.Greater,
        _ => Comparison.GreaterOrEqual,
    };

    private Expression.Compare? Compare(TypedOperand left)
    {
        var symbol = cursor.Take();
        if (operands.Operand() is not { } right) return null;
        var comparison = ComparisonOf(symbol.Text);
        if (cursor.Now.Kind == TokenKind.Symbol && cursor.Now.IsComparison)
        {
            cursor.Source.Error(ExpressionCodes.Form, cursor.Now, "comparisons do not chain", $"write both: {ExpressionSource.Quoted($"{cursor.Source.Slice(left.Start, right.End)} and {cursor.Source.Slice(right.Start, right.End)} {cursor.Now.Text} …")}");
            return null;
        }
        if (!_typing.Compares(left, symbol, comparison, right)) return null;
        if (Counted(left, right, symbol) || Counted(right, left, symbol)) return null;
        return new Expression.Compare(cursor.PlaceFrom(left.Start), left.Operand, comparison, right.Operand);
    }

    /// <summary>A count is a whole number from 0 on: a comparison with anything else is always the same.</summary>
    private bool Counted(TypedOperand count, TypedOperand value, Token symbol)
    {
        if (count.Operand is not Operand.Count || value.Operand is not Operand.Literal { Value: Value.Measured { Quantity.Amount: var amount } }) return false;
        var always = amount < 0 || amount != decimal.Truncate(amount) || amount == 0 && (count.Start < value.Start ? symbol.Text is ">=" or "<" : symbol.Text is "<=" or ">");
        if (always) cursor.Source.Error(ExpressionCodes.Constant, value.Start, value.Length, $"a count is a whole number from 0 on, so this is always the same", "write a count that can be wrong, as in `count(body.items) >= 1`");
        return always;
    }

    private Expression.IsTrue? Alone(TypedOperand left)
    {
        var shown = operands.Shown(left);
        var text = cursor.Source.Slice(left.Start, left.End);
        if (left is { Operand: Operand.Seen seen, Type.Kind: TypeKind.Flag or TypeKind.Found }) return new Expression.IsTrue(cursor.PlaceFrom(left.Start), seen);
        // What follows is a better error where it is one: `status 200`, `status equals 200`, a loose unit.
        if (left.IsWritten)
            cursor.Source.Error(ExpressionCodes.Constant, left.Start, left.Length, $"{shown} alone asks nothing", "compare it with what was seen, as in `status == 200`");
        else if (cursor.Now.Kind is TokenKind.Value or TokenKind.String || cursor.Now.Kind == TokenKind.Word && cursor.Now.Text is not ("and" or "or"))
            cursor.Source.Error(ExpressionCodes.Form, cursor.Now, $"a comparison should stand between {shown} and {cursor.Now.Shown}", "write one of `== != < <= > >= in contains matches`");
        else
            cursor.Source.Error(ExpressionCodes.Types, left.Start, left.Length, $"{shown} is {left.Type.Words}, not true or false", "compare it, as in " + ExpressionSource.Quoted(left.Type.Kind switch
            {
                TypeKind.Quantity => $"{text} {(left.Type.Dimension == Dimension.Number ? "==" : "<=")} {ValueReader.Examples("5", left.Type.Dimension)[0]}",
                TypeKind.List => $"count({text}) > 0",
                TypeKind.Map => $"has({text}.content-type)",
                _ => $"{text} contains 'part'",
            }));
        return null;
    }

    private Expression? In(TypedOperand left)
    {
        cursor.Take();
        if (!NeedsSeen(left, "in")) return null;
        if (cursor.TakeSymbol("[")) return InList(left);
        var first = cursor.Now;
        if (first.IsSymbol("("))
        {
            cursor.Source.Error(ExpressionCodes.Range, first, "a list of values stands in [ ]", "write `in [200, 204]`; in a document, the whole expression in single quotes");
            return null;
        }
        if (first.Kind != TokenKind.Value)
        {
            cursor.Expected("a list or a range", "write `in [200, 204]` or `in 200..299`. Where YAML cut the line, write the whole expression in single quotes");
            return null;
        }
        return InRange(left, first);
    }

    private Expression.InRange? InRange(TypedOperand left, Token first)
    {
        cursor.Take();
        if (cursor.Value(first) is not { } from || cursor.ReportsLooseUnit(first)) return null;
        if (!cursor.TakeSymbol(".."))
        {
            cursor.Expected("`..`", cursor.Now.Kind == TokenKind.End || cursor.Now.Kind == TokenKind.Word ? "one value is compared with `==`, several stand in [ ]" : "write a range as `200..299`");
            return null;
        }
        var second = cursor.Now;
        if (second.Kind != TokenKind.Value)
        {
            cursor.Expected("the end of the range");
            return null;
        }
        cursor.Take();
        if (cursor.Value(second) is not { } to || cursor.ReportsLooseUnit(second)) return null;
        var low = new TypedOperand(new Operand.Literal(cursor.PlaceFrom(first.Start), Value.Of(from)), OperandType.Of(Value.Of(from)), first.Start, first.End);
        var high = new TypedOperand(new Operand.Literal(cursor.PlaceFrom(second.Start), Value.Of(to)), OperandType.Of(Value.Of(to)), second.Start, second.End);
        if (from.Dimension != to.Dimension)
        {
            _typing.Fails(ExpressionCodes.UnitMissing, first.Start, second.End - first.Start, "the two ends of the range have different units", "write both with a unit of one kind, as in `100ms..5s`");
            return null;
        }
        if (!_typing.Alike(left, low, left.Start, first.End - left.Start) || !_typing.Alike(left, high, left.Start, second.End - left.Start)) return null;
        if (from <= to) return new Expression.InRange(cursor.PlaceFrom(left.Start), left.Operand, from, to);
        _typing.Fails(ExpressionCodes.Range, first.Start, second.End - first.Start, "the range ends before it begins", "write " + cursor.Source.With(first.Start, second.End - first.Start, $"{second.Text}..{first.Text}"));
        return null;
    }

    private Expression.InList? InList(TypedOperand left)
    {
        var open = cursor.Before;
        var items = ImmutableArray.CreateBuilder<Value>();
        do
        {
            if (cursor.Now.IsSymbol("]")) break;
            var token = cursor.Now;
            if (!cursor.Count() || operands.Literal() is not { } value) return null;
            if (!_typing.Alike(left, new TypedOperand(new Operand.Literal(default, value), OperandType.Of(value), token.Start, cursor.Before.End), left.Start, cursor.Before.End - left.Start)) return null;
            items.Add(value);
        }
        while (cursor.TakeSymbol(","));
        if (!cursor.TakeSymbol("]"))
        {
            if (cursor.Now.IsSymbol("..")) cursor.Source.Error(ExpressionCodes.Range, cursor.Now, "a range stands without brackets", "write `in 200..299`");
            else cursor.Expected("`,` or `]`");
            return null;
        }
        if (items.Count > 0) return new Expression.InList(cursor.PlaceFrom(left.Start), left.Operand, items.ToImmutable());
        cursor.Source.Error(ExpressionCodes.Range, open.Start, cursor.Before.End - open.Start, "nothing is in an empty list", "write the values, as in `[200, 204]`");
        return null;
    }

    private Expression.Contains? Contains(TypedOperand left)
    {
        var word = cursor.Take();
        if (!NeedsSeen(left, "contains") || operands.Operand() is not { } part) return null;
        if (part.Operand is Operand.Literal { Value: Value.Text { Content: "" } })
        {
            _typing.Fails(ExpressionCodes.Constant, part.Start, part.Length, "every text contains the empty text", "write the part that must be there");
            return null;
        }
        switch (left.Type.Kind)
        {
            case TypeKind.List or TypeKind.Found:
                if (part.Type.Kind is TypeKind.List or TypeKind.Map or TypeKind.Body)
                {
                    _typing.Fails(ExpressionCodes.Types, part.Start, part.Length, $"{operands.Shown(part)} is {part.Type.Words}; a list contains single values", "compare with one value");
                    return null;
                }
                if (!_typing.Alike(left with { Type = OperandType.Found }, part, left.Start, part.End - left.Start)) return null;
                break;
            case TypeKind.Text or TypeKind.Body:
                if (!part.Type.IsTextual && part.Type.Kind != TypeKind.Found)
                {
                    _typing.Fails(ExpressionCodes.Types, part.Start, part.Length, $"{operands.Shown(left)} is {left.Type.Words} and {operands.Shown(part)} is {part.Type.Words}",
                        "write text in quotes: " + cursor.Source.With(part.Start, part.Length, "'" + cursor.Source.Slice(part.Start, part.End) + "'"));
                    return null;
                }
                break;
            default:
                _typing.Fails(ExpressionCodes.Order, word.Start, word.Length, $"{operands.Shown(left)} is {left.Type.Words} and contains nothing",
                    left.Type.Kind == TypeKind.Map ? $"name one text, or ask `has({cursor.Source.Slice(left.Start, left.End)}.name)`" : "compare it, or test a range with `in 200..299`");
                return null;
        }
        return new Expression.Contains(cursor.PlaceFrom(left.Start), left.Operand, part.Operand);
    }

    private Expression.Matches? Matches(TypedOperand left)
    {
        var word = cursor.Take();
        if (!NeedsSeen(left, "matches")) return null;
        var token = cursor.Now;
        if (token.Kind != TokenKind.Pattern)
        {
            cursor.Expected("a pattern", token.Kind == TokenKind.String ? "a pattern stands between slashes: write " + cursor.Source.With(token.Start, token.Length, "/" + token.Text.Replace("/", "\\/", StringComparison.Ordinal) + "/") : "write `matches /pattern/`");
            return null;
        }
        if (!left.Type.IsTextual && left.Type.Kind != TypeKind.Found)
        {
            _typing.Fails(ExpressionCodes.Order, word.Start, word.Length, $"{operands.Shown(left)} is {left.Type.Words}; a pattern reads text", "compare it, or test a range with `in 200..299`");
            return null;
        }
        cursor.Take();
        return PatternReader.Read(cursor.Source, token) is { } pattern ? new Expression.Matches(cursor.PlaceFrom(left.Start), left.Operand, pattern) : null;
    }

    private bool NeedsSeen(TypedOperand left, string word)
    {
        if (!left.IsWritten) return true;
        return _typing.Fails(ExpressionCodes.Constant, left.Start, left.Length, $"what stands before `{word}` is written, not seen", $"write the name first: `name {word} …`");
    }
}
