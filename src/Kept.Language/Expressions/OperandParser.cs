using System.Collections.Immutable;
using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads one side of a comparison: a value, or a name with the path behind it.</summary>
internal sealed class OperandParser(Cursor cursor, Speech speech)
{
    private static readonly char[] NotInMembers = ['/', '@', '+'];

    /// <summary>How many <c>any</c> or <c>every</c> stand around this place; <c>it</c> belongs to the innermost.</summary>
    public int Items { get; set; }

    /// <summary>True once <c>it</c> was named since this was last cleared.</summary>
    public bool ItNamed { get; set; }

    /// <summary>A value or a name; null when neither stands here (reported).</summary>
    public TypedOperand? Operand()
    {
        if (!cursor.Count()) return null;
        var token = cursor.Now;
        if (token.Kind is TokenKind.Value or TokenKind.String || token.Kind == TokenKind.Word && token.Text is "true" or "false" or "null")
            return Literal() is { } value ? new TypedOperand(new Operand.Literal(cursor.PlaceFrom(token.Start), value), OperandType.Of(value), token.Start, cursor.Before.End) : null;
        if (token.IsWord("count") && cursor.Next.IsSymbol("(")) return Count();
        if (token.Kind == TokenKind.Word) return Seen();
        cursor.Expected(speech.IsExpectation ? "a name that the check sees, or a value," : "a name or a value");
        return null;
    }

    /// <summary>A written value; null when none stands here or it cannot be read (reported).</summary>
    public Value? Literal()
    {
        var token = cursor.Now;
        switch (token.Kind)
        {
            case TokenKind.String:
                cursor.Take();
                return Value.Of(token.Text);
            case TokenKind.Value:
                cursor.Take();
                if (cursor.Value(token) is not { } quantity) return null;
                return cursor.ReportsLooseUnit(token) ? null : Value.Of(quantity);
            case TokenKind.Word when token.Text is "true" or "false":
                cursor.Take();
                return Value.Of(token.Text == "true");
            case TokenKind.Word when token.Text == "null":
                cursor.Take();
                return new Value.Nothing();
            default:
                cursor.Expected("a value", token.Kind == TokenKind.Word ? "text stands in quotes: write " + cursor.Source.With(token.Start, token.Length, "'" + token.Text + "'") : null);
                return null;
        }
    }

    /// <summary><c>count(x)</c>.</summary>
    private TypedOperand? Count()
    {
        var start = cursor.Take().Start;
        cursor.Take();
        if (Seen() is not { } of) return null;
        if (of.Type.Kind is not (TypeKind.List or TypeKind.Found or TypeKind.Body))
        {
            cursor.Source.Error(ExpressionCodes.Order, of.Start, of.Length, $"`count` counts the items of a list; {Shown(of)} is {of.Type.Words}");
            return null;
        }
        if (!cursor.TakeSymbol(")"))
        {
            cursor.Expected("`)`");
            return null;
        }
        return new TypedOperand(new Operand.Count(cursor.PlaceFrom(start), (Operand.Seen)of.Operand), OperandType.Number, start, cursor.Before.End);
    }

    public string Shown(TypedOperand operand) => ExpressionSource.Quoted(cursor.Source.Slice(operand.Start, operand.End));

    /// <summary>A name that was seen, with its path.</summary>
    public TypedOperand? Seen()
    {
        var token = cursor.Now;
        if (token.Kind != TokenKind.Word)
        {
            cursor.Expected(speech.IsExpectation ? "a name that the check sees" : "a name");
            return null;
        }
        cursor.Take();
        if (speech.IsRegime && cursor.Now.IsWord("of")) return FigureOf(token);
        if (Declared(token) is not { } found) return null;
        var (name, type, index, rest) = found;
        var steps = ImmutableArray.CreateBuilder<PathStep>();
        if (!Members(token, rest, steps)) return null;
        while (cursor.Now.IsSymbol("[") && cursor.Now.Start == cursor.Before.End)
        {
            if (!Bracket(steps)) return null;
            if (cursor.Now.Kind != TokenKind.Word || !cursor.Now.Text.StartsWith('.') || cursor.Now.Start != cursor.Before.End) continue;
            var more = cursor.Take();
            if (!Members(more, more.Text[1..], steps)) return null;
        }
        var path = steps.ToImmutable();
        var length = cursor.Before.End - token.Start;
        if (TypeBehind(name, type, path, token.Start, length) is not { } behind) return null;
        return new TypedOperand(new Operand.Seen(cursor.PlaceFrom(token.Start), name, index, path), behind, token.Start, cursor.Before.End);
    }

    /// <summary><c>load of shop/traffic</c>: the newest figure that the checks of a promise measured.</summary>
    private TypedOperand? FigureOf(Token quantity)
    {
        cursor.Take();
        if (speech.Quantities!(quantity.Text) is not { } type)
        {
            cursor.Source.Error(ExpressionCodes.Quantity, quantity, $"{quantity.Shown} is no quantity", "name a built-in quantity, or declare it under `types:`; the check that measures it says so under `measures:`");
            return null;
        }
        var named = cursor.Now;
        if (named.Kind != TokenKind.Word || !PromiseName.TryParse(named.Text, speech.OwnAgent, out var promise))
        {
            cursor.Expected("the promise whose check measures it", $"write `{type.Name} of AGENT/PROMISE`");
            return null;
        }
        cursor.Take();
        return new TypedOperand(new Operand.Seen(cursor.PlaceFrom(quantity.Start), Model.Operand.Seen.FigureOf(type.Name, promise), -1, []), new OperandType(TypeKind.Quantity, type.Dimension), quantity.Start, cursor.Before.End);
    }

    /// <summary>The longest declared name that the word begins with, cut at a dot; the rest is a path.</summary>
    private (string Name, OperandType Type, int Index, string Behind)? Declared(Token token)
    {
        var word = token.Text;
        if (word == "it" || word.StartsWith("it.", StringComparison.Ordinal))
        {
            ItNamed = true;
            if (Items > 0) return ("it", OperandType.Found, -1, word.Length > 3 ? word[3..] : "");
            cursor.Source.Error(ExpressionCodes.Item, token, "`it` is the item inside `any(list, …)` or `every(list, …)`", "name the list: `any(body.items, it.ready == true)`");
            return null;
        }
        for (var end = word.Length; end > 0; end = word.LastIndexOf('.', end - 1))
        {
            var name = word[..end];
            var index = speech.Kind?.IndexOf(name) ?? -1;
            var known = index >= 0 ? speech.Kind!.Sees[index] : speech.IsExpectation ? null : Speech.Surrounding(name);
            if (index < 0 && speech.Measured?.Invoke(name) is { } measured && end == word.Length) return (measured.Name, new OperandType(TypeKind.Quantity, measured.Dimension), index, "");
            if (known is not null) return (known.Name, OperandType.Of(known), index, end < word.Length ? word[(end + 1)..] : "");
        }
        Unknown(token);
        return null;
    }

    private void Unknown(Token token)
    {
        var names = (speech.Kind is { } kind ? kind.Sees.Select(seen => seen.Name) : []).Concat(speech.IsExpectation ? [] : Speech.Surroundings.Select(known => known.Name)).ToArray();
        var word = token.Text;
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var near = slash >= 0 ? null : Spelling.Nearest(word, names);
        if (near is null && slash < 0 && word.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && Spelling.Nearest(word[..dot], names) is { } head) near = head + word[dot..];
        var who = speech.IsRegime ? $"a regime knows no {ExpressionSource.Quoted(word)}: no check of the promise measures it" : speech.Kind is { } check ? $"a check of kind {check.Name} sees no {ExpressionSource.Quoted(word)}" : $"a condition knows no {ExpressionSource.Quoted(word)}";
        var text = near is null && slash < 0 && cursor.AfterComparison ? "text stands in quotes: write " + cursor.Source.With(token.Start, token.Length, "'" + word + "'") + "; " : "";
        var list = text + (speech.IsExpectation ? "it sees " : "it compares ") + string.Join(", ", names)
            + (names.Contains("body") && near is null && slash < 0 && text.Length == 0 ? $"; a member of a JSON body is {ExpressionSource.Quoted("body." + word)}" : "");
        var promise = slash > 0 && speech.IsExpectation ? "; other promises belong under `given` or `uses`" : "";
        cursor.Source.Error(ExpressionCodes.UnknownName, token, who, (near is null ? "" : "did you mean " + cursor.Source.With(token.Start, token.Length, near) + "? ") + list + promise);
    }

    private bool Members(Token token, string rest, ImmutableArray<PathStep>.Builder steps)
    {
        if (rest.Length == 0) return true;
        foreach (var member in rest.Split('.'))
        {
            if (!cursor.Count()) return false;
            if (member.IndexOfAny(NotInMembers) >= 0)
            {
                cursor.Source.Error(ExpressionCodes.Path, token, $"{ExpressionSource.Quoted(member)} is no plain member name, and there is no arithmetic",
                    $"write a member with other characters in brackets: `['{member}']`");
                return false;
            }
            steps.Add(new PathStep(member, 0));
        }
        return true;
    }

    /// <summary><c>[0]</c>, <c>[-1]</c> or <c>['a b']</c>.</summary>
    private bool Bracket(ImmutableArray<PathStep>.Builder steps)
    {
        if (!cursor.Count()) return false;
        cursor.Take();
        var token = cursor.Now;
        if (token.Kind == TokenKind.String) steps.Add(new PathStep(token.Text, 0));
        else if (token.Kind == TokenKind.Value && int.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var item)) steps.Add(new PathStep(null, item));
        else
        {
            cursor.Expected("the number of an item or a member name in quotes", token.IsSymbol("]") || token.Text == "*" ? "all items at once are asked with `any(list, …)` or `every(list, …)`" : "write `[0]`, `[-1]` or `['name']`");
            return false;
        }
        cursor.Take();
        if (cursor.TakeSymbol("]")) return true;
        cursor.Expected("`]`");
        return false;
    }

    /// <summary>What the path leads to; null when nothing can stand there (reported).</summary>
    private OperandType? TypeBehind(string name, OperandType type, ImmutableArray<PathStep> path, int start, int length)
    {
        if (path.IsEmpty || type.Kind == TypeKind.Found) return type;
        var shown = ExpressionSource.Quoted(name);
        switch (type.Kind)
        {
            case TypeKind.Body:
                return OperandType.Found;
            case TypeKind.Map when path.Length == 1 && path[0].Member is not null:
                return OperandType.Text;
            case TypeKind.List when path[0].Member is null:
                return OperandType.Found;
            case TypeKind.Map:
                cursor.Source.Error(ExpressionCodes.Path, start, length, $"{shown} holds texts by name, one step deep", $"write one name: `{name}.name` or `{name}['name']`");
                return null;
            case TypeKind.List:
                cursor.Source.Error(ExpressionCodes.Path, start, length, $"{shown} is a list: its items have numbers", $"write `{name}[0]`, or ask `any({name}, it == …)`");
                return null;
            default:
                cursor.Source.Error(ExpressionCodes.Path, start, length, $"{shown} is {type.Words} and has nothing inside", $"write {shown} alone");
                return null;
        }
    }
}
