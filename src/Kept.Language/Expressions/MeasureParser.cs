using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads <c>body.lagMs as ms</c>: where a figure stands in the answer, and the unit its author had in mind.</summary>
internal sealed class MeasureParser(Cursor cursor, CheckKind kind)
{
    public Measure? Measure(QuantityType quantity)
    {
        if (new OperandParser(cursor, Speech.Expectation(kind)).Operand() is not { } from) return null;
        if (from.Operand is not Operand.Seen seen)
        {
            cursor.Source.Error(ExpressionCodes.Measure, from.Start, from.Length, "a measure is read from one name that the check sees", "write it as in `body.lagMs as ms`");
            return null;
        }
        var one = One(quantity.Dimension);
        if (from.Type.Kind == TypeKind.Quantity)
        {
            if (from.Type.Dimension != quantity.Dimension)
                return Fails(from, $"{Shown(from)} is {from.Type.Words}; {quantity.Name} is {OperandType.Of(quantity.Dimension)}", "measure something of its kind");
            if (cursor.Now.IsWord("as")) return Fails(from, $"{Shown(from)} has its unit already", "write " + cursor.Source.With(0, cursor.Source.Text.Length, cursor.Source.Slice(from.Start, from.End)));
            return Ends(quantity, seen, one);
        }
        if (from.Type.Kind is not (TypeKind.Found or TypeKind.Text))
            return Fails(from, $"{Shown(from)} is {from.Type.Words} and no figure", kind.IndexOf("body") >= 0 ? "name the member of the body: `body.lagMs as ms`" : null);
        if (!cursor.TakeWord("as"))
        {
            return quantity.Dimension == Dimension.Number || cursor.Now.Kind != TokenKind.End
                ? Ends(quantity, seen, one)
                : Fails(from, $"{Shown(from)} is a number without a unit; {quantity.Name} is {OperandType.Of(quantity.Dimension)}", "write " + string.Join(" or ", Units(quantity.Dimension).Take(2).Select(unit => cursor.Source.With(from.End, 0, " as " + unit))));
        }
        return Unit(quantity.Dimension) is { } read ? Ends(quantity, seen, read) : null;
    }

    private string Shown(TypedOperand operand) => ExpressionSource.Quoted(cursor.Source.Slice(operand.Start, operand.End));

    private Measure? Ends(QuantityType quantity, Operand.Seen from, Quantity unit) =>
        cursor.AtEnd("a measure is `NAME as UNIT`, as in `body.lagMs as ms`") && !cursor.Source.Failed ? new Measure(quantity, from, unit, cursor.Source.Text.Trim()) : null;

    private Measure? Fails(TypedOperand at, string message, string? help)
    {
        cursor.Source.Error(ExpressionCodes.Measure, at.Start, at.Length, message, help);
        return null;
    }

    private static string[] Units(Dimension dimension) => dimension switch
    {
        Dimension.Time => ["ms", "s", "ns", "us", "m", "h", "d", "w"],
        Dimension.Ratio => ["percent", "share"],
        Dimension.Size => ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB"],
        Dimension.Rate => ["per-s", "per-m", "per-h", "per-d"],
        _ => ["number"],
    };

    private static Quantity One(Dimension dimension) => dimension switch
    {
        Dimension.Time => Quantity.Time(new Duration(1)),
        Dimension.Ratio => Quantity.Ratio(1),
        Dimension.Size => Quantity.Bytes(1),
        Dimension.Rate => Quantity.Rate(1, Duration.Seconds(1)),
        _ => Quantity.Number(1),
    };

    /// <summary>The unit as a quantity of one. Units that are no words (%, /s) have one: <c>percent</c>, <c>share</c>, <c>per-s</c>.</summary>
    private Quantity? Unit(Dimension dimension)
    {
        var token = cursor.Now;
        var units = Units(dimension);
        var text = token.Text;
        if (token.Kind == TokenKind.Word && units.Contains(text))
        {
            cursor.Take();
            return text switch
            {
                "number" or "share" => One(dimension),
                "percent" => Quantity.Ratio(0.01m),
                _ => ValueReader.Read(string.Create(CultureInfo.InvariantCulture, $"1{(text.StartsWith("per-", StringComparison.Ordinal) ? "/" + text[4..] : text)}")).Quantity,
            };
        }
        var right = ValueReader.Read("1" + text) is { Write: { } write } && units.Contains(write[1..]) ? write[1..] : null;
        if (token.Kind == TokenKind.End) cursor.Expected("a unit", "write one of " + string.Join(", ", units));
        else cursor.Source.Error(ExpressionCodes.Measure, token, $"{token.Shown} is no unit of {OperandType.Of(dimension)}", right is null ? "write one of " + string.Join(", ", units) : "write " + cursor.Source.With(token.Start, token.Length, right));
        return null;
    }
}
