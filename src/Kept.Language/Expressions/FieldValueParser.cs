using Kept.Model;

namespace Kept.Language;

/// <summary>Reads one value that stands alone in a field or behind a comparison, with the unit that is due there.</summary>
internal sealed class FieldValueParser(Cursor cursor)
{
    /// <summary>A value that is the whole text.</summary>
    public Quantity? Quantity(Dimension expected)
    {
        if (Value(expected, "the field") is not { } quantity) return null;
        return cursor.AtEnd("write one value, without words") ? quantity : null;
    }

    /// <summary>A value of that dimension, not negative; null when none stands here (reported).</summary>
    /// <param name="expected">What is due.</param>
    /// <param name="of">What it is a value of, for messages.</param>
    public Quantity? Value(Dimension expected, string of)
    {
        var token = cursor.Now;
        if (token.Kind == TokenKind.String && ValueReader.Read(token.Text).Quantity is { } quoted && quoted.Dimension == expected)
        {
            cursor.Source.Error(ExpressionCodes.Types, token, $"{token.Shown} is text", "values stand without quotes: write " + cursor.Source.With(token.Start, token.Length, token.Text));
            return null;
        }
        if (token.Kind != TokenKind.Value)
        {
            cursor.Expected(OperandType.Of(expected), $"write a value as in {ExpressionSource.Quoted(ValueReader.Examples("5", expected)[0])}");
            return null;
        }
        cursor.Take();
        if (cursor.Value(token) is not { } quantity || cursor.ReportsLooseUnit(token)) return null;
        if (quantity.Dimension != expected)
        {
            var bare = quantity.Dimension == Dimension.Number;
            cursor.Source.Error(bare ? ExpressionCodes.UnitMissing : ExpressionCodes.Types, token, bare ? $"{of} is {OperandType.Of(expected)}; {token.Text} has no unit" : $"{of} is {OperandType.Of(expected)}; {token.Shown} is {OperandType.Of(quantity.Dimension)}",
                "write " + string.Join(" or ", ValueReader.Examples(bare ? token.Text : "5", expected).Select(way => cursor.Source.With(token.Start, token.Length, way))));
            return null;
        }
        if (quantity.Amount >= 0) return quantity;
        cursor.Source.Error(ExpressionCodes.Bounds, token, $"{of} cannot be negative", "write " + cursor.Source.With(token.Start, token.Length, token.Text.TrimStart('-')));
        return null;
    }
}
