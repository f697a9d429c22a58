using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads what follows <c>of</c> in an objective: one check, or several in parentheses, each with a weight: <c>(web weight 3, api)</c>.</summary>
/// <param name="cursor">Behind the word <c>of</c>.</param>
/// <param name="quantity">What the objective is about.</param>
/// <param name="statistic">Its statistic; weights have no say where every look must hold.</param>
/// <param name="isQuantity">Whether a word names a quantity.</param>
internal sealed class PartsParser(Cursor cursor, QuantityType quantity, Statistic statistic, Func<string, bool> isQuantity)
{
    private const string Shape = "several checks are counted together as in `availability of (web weight 3, api) >= 99.9% over 30d`";

    /// <summary>The first weight that is written, where one is: what becomes of slices is known only behind it.</summary>
    public Token? WeightAt { get; private set; }

    /// <summary>One check by name, or several; neither where what stands here was refused (reported).</summary>
    public (string? Check, ObjectiveParts? Parts) Read()
    {
        if (!cursor.Now.IsSymbol("("))
        {
            if (IsName(cursor.Now)) return (cursor.Take().Text, null);
            cursor.Expected("the name of a check", ObjectiveParser.Shape);
            return default;
        }
        cursor.Take();
        var parts = ImmutableArray.CreateBuilder<ObjectivePart>();
        do
        {
            if (!cursor.Count() || Part(parts) is not { } part) return default;
            parts.Add(part);
        }
        while (cursor.TakeSymbol(","));
        if (!IsClosed()) return default;
        if (parts.Count > 1) return WeightAt is { } at && statistic.Kind == StatisticKind.Every ? Idle(at) : (null, new ObjectiveParts(parts.ToImmutable()));
        if (WeightAt is not { } alone) return (parts[0].Check, null);
        cursor.Source.Error(ExpressionCodes.Weight, alone, "one part alone weighs the same whatever its weight is", "leave the weight out, or name a second check: " + Shape);
        return default;
    }

    private ObjectivePart? Part(ImmutableArray<ObjectivePart>.Builder before)
    {
        var name = cursor.Now;
        if (!IsName(name))
        {
            if (name.IsSymbol(")"))
                cursor.Source.Error(ExpressionCodes.Parts, name, before.Count == 0 ? "nothing stands in the parentheses" : "a part is missing after the comma", before.Count == 0 ? Shape : "leave the comma out, or name one more check");
            else cursor.Expected("the name of a check", Shape);
            return null;
        }
        cursor.Take();
        if (cursor.Now.IsComparison && !cursor.Source.Text[cursor.Now.Start..].Contains(')', StringComparison.Ordinal))
        {
            cursor.Source.Error(ExpressionCodes.Unclosed, cursor.Now, "the list of parts is not closed", "write " + cursor.Source.With(name.End, 0, ")"));
            return null;
        }
        if (isQuantity(name.Text) && cursor.Now is { Kind: TokenKind.Word or TokenKind.Value or TokenKind.Symbol } && !cursor.Now.IsSymbol(",") && !cursor.Now.IsSymbol(")") && !cursor.Now.IsWord("weight")
            || cursor.Now.IsComparison)
        {
            cursor.Source.Error(ExpressionCodes.MixedParts, name, "parts are checks, and all of them are counted by the one quantity of the objective; what is good of another quantity cannot be added to it",
                $"name checks alone: {Shape}. What a look must be faster than stands under `expect` of its check (`time < 300ms`), so that a slow look is a bad one");
            return null;
        }
        if (before.Any(part => part.Check == name.Text))
        {
            cursor.Source.Error(ExpressionCodes.Parts, name, $"the check {name.Shown} is counted already", "name each check once; `weight 2` counts its looks twice");
            return null;
        }
        if (before.Count == ObjectiveParts.MostParts)
        {
            cursor.Source.Error(ExpressionCodes.Parts, name, $"an objective counts at most {ObjectiveParts.MostParts} parts together", "write lines of fewer parts; a promise keeps all its lines");
            return null;
        }
        return cursor.TakeWord("weight") ? Weight() is { } weight ? new ObjectivePart(name.Text, weight) : null : new ObjectivePart(name.Text, 1);
    }

    private decimal? Weight()
    {
        WeightAt ??= cursor.Before;
        var token = cursor.Now;
        if (token.Kind != TokenKind.Value)
        {
            cursor.Expected("a number", "a weight says how much a look counts beside those of the other parts: `weight 3`");
            return null;
        }
        cursor.Take();
        if (cursor.Value(token) is not { } value) return null;
        if (value.Dimension != Dimension.Number)
            cursor.Source.Error(ExpressionCodes.Weight, token, $"a weight is a plain number; {token.Shown} is {OperandType.Of(value.Dimension)}", "write how much a look counts beside those of the other parts: `weight 3` beside `weight 1`");
        else if (value.Amount <= 0)
            cursor.Source.Error(ExpressionCodes.Weight, token, "a part of this weight would not be counted, and nobody would see that", "leave the check out, or give it a weight above 0");
        else if (!ObjectivePart.IsWeight(value.Amount))
            cursor.Source.Error(ExpressionCodes.Weight, token, "a weight is from 0.01 to 1000 and has at most two digits after the point", "only the ratio of weights matters: write it with smaller numbers");
        else return value.Amount;
        return null;
    }

    private bool IsClosed()
    {
        if (cursor.TakeSymbol(")")) return true;
        if (cursor.Now.Kind == TokenKind.End) cursor.Expected("`)`");
        else if (IsName(cursor.Now))
            cursor.Source.Error(ExpressionCodes.Parts, cursor.Now, cursor.Now.IsWord("and") || cursor.Now.IsWord("or") || cursor.Now.IsWord("plus") ? "parts are listed with commas" : $"{cursor.Now.Shown} should not follow here",
                cursor.Now.Kind == TokenKind.Value ? "a weight is written with its word: write " + cursor.Source.With(cursor.Now.Start, 0, "weight ") : Shape);
        else cursor.Expected("`,` or `)`", Shape);
        return false;
    }

    private (string?, ObjectiveParts?) Idle(Token weight)
    {
        ReportIdle(weight, $"every look of every part must hold, whatever it weighs: `{quantity.Name}` is judged without a share here", "leave the weights out, or promise a share, as in `latency p95 of (web weight 3, api) <= 1s over 1h`");
        return default;
    }

    /// <summary>A weight that changes nothing is refused: whoever wrote it expects that it does.</summary>
    public void ReportIdle(Token weight, string why, string help) => cursor.Source.Error(ExpressionCodes.IdleWeight, weight, why, help);

    private static bool IsName(Token token) => token.Kind is TokenKind.Word or TokenKind.Value;
}
