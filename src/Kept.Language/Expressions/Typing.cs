using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Which two things compare. Everything that can be known without an answer is decided here, so that judging meets only comparisons that make sense; what
/// lies inside a body is found at run time, and there a value of another type makes the comparison unknown.
/// </summary>
internal sealed class Typing(ExpressionSource source)
{
    private string Shown(TypedOperand operand) => ExpressionSource.Quoted(source.Slice(operand.Start, operand.End));

    /// <summary>Reports a comparison that cannot be; true when it can.</summary>
    public bool Compares(TypedOperand left, Token symbol, Comparison comparison, TypedOperand right)
    {
        var extent = right.End - left.Start;
        if (left.IsWritten && right.IsWritten)
            return Fails(ExpressionCodes.Constant, left.Start, extent, "two written values are compared: the answer is always the same", "name on one side what was seen");
        if (SameText(left, right))
            return Fails(ExpressionCodes.Constant, left.Start, extent, $"{Shown(left)} is compared with itself", "compare it with a value");
        var ordered = comparison is not (Comparison.Equal or Comparison.NotEqual);
        foreach (var side in (TypedOperand[])[left, right])
        {
            if (side.Type.Kind is TypeKind.List)
                return Fails(ExpressionCodes.Order, side.Start, side.Length, $"{Shown(side)} is a list; a list is not compared whole", $"ask `{source.Slice(side.Start, side.End)} contains …`, `count({source.Slice(side.Start, side.End)}) > 0` or `any({source.Slice(side.Start, side.End)}, it == …)`");
            if (side.Type.Kind is TypeKind.Map)
                return Fails(ExpressionCodes.Path, side.Start, side.Length, $"{Shown(side)} holds texts by name; it is not compared whole", $"name one: `{source.Slice(side.Start, side.End)}.content-type`");
            if (ordered && side.Type.Kind is TypeKind.Text or TypeKind.Flag or TypeKind.Nothing or TypeKind.Body && (side.IsWritten ? Other(side).Type.Kind == TypeKind.Found : true))
                return Fails(ExpressionCodes.Order, symbol.Start, symbol.Length, $"{Shown(side)} is {side.Type.Words}, which has no order", TextOrderHelp(side, symbol));
        }
        return Alike(left, right, left.Start, extent);

        TypedOperand Other(TypedOperand side) => side == left ? right : left;
    }

    private string TextOrderHelp(TypedOperand side, Token symbol) => side.IsWritten && decimal.TryParse(((side.Operand as Operand.Literal)?.Value as Value.Text)?.Content, CultureInfo.InvariantCulture, out _)
        ? "numbers stand without quotes: write " + source.With(side.Start, side.Length, source.Slice(side.Start, side.End).Trim('\'', '"'))
        : side.Type.IsTextual && symbol.Length > 0 ? "text is compared with `==`, `!=`, `in [ ]`, `contains` or `matches`" : "compare it with `==` or `!=`";

    private static bool SameText(TypedOperand left, TypedOperand right) =>
        left.Operand is Operand.Seen a && right.Operand is Operand.Seen b && a.ToString() == b.ToString();

    /// <summary>Reports two sides of different types; true when they are alike.</summary>
    public bool Alike(TypedOperand left, TypedOperand right, int start, int length)
    {
        var (a, b) = (left.Type, right.Type);
        if (a.Kind == TypeKind.Quantity && b.Kind == TypeKind.Quantity) return a.Dimension == b.Dimension || Dimensions(left, right, start, length);
        if (a.Kind == TypeKind.Found || b.Kind == TypeKind.Found) return WithFound(a.Kind == TypeKind.Found ? left : right, a.Kind == TypeKind.Found ? right : left);
        if (a.IsTextual && b.IsTextual || a.Kind == b.Kind && a.Kind == TypeKind.Flag) return true;
        var (seen, written) = left.IsWritten ? (right, left) : (left, right);
        return Fails(ExpressionCodes.Types, start, length, $"{Shown(left)} is {a.Words} and {Shown(right)} is {b.Words}: they do not compare", DifferenceHelp(seen, written));
    }

    private string? DifferenceHelp(TypedOperand seen, TypedOperand written)
    {
        var value = (written.Operand as Operand.Literal)?.Value;
        string Write(string replacement) => "write " + source.With(written.Start, written.Length, replacement);
        return (seen.Type.Kind, value) switch
        {
            (TypeKind.Quantity, Value.Text text) when ValueReader.Read(text.Content).Quantity is { } quantity =>
                Write(quantity.Dimension == seen.Type.Dimension ? text.Content : ValueReader.Examples(text.Content, seen.Type.Dimension)[0]),
            (TypeKind.Quantity, _) => "write a value of its kind, as in " + ExpressionSource.Quoted(ValueReader.Examples("5", seen.Type.Dimension)[0]),
            (TypeKind.Text, Value.Measured or Value.Flag) => Write("'" + source.Slice(written.Start, written.End) + "'"),
            (TypeKind.Flag, Value.Text { Content: "true" or "false" } text) => Write(text.Content),
            (TypeKind.Flag, _) => Write("true"),
            (TypeKind.Body, Value.Nothing) => "an absent body is asked with `has(body)`",
            (TypeKind.Body, _) => "name the member: " + source.With(seen.Start, seen.Length, source.Slice(seen.Start, seen.End) + ".name"),
            (_, Value.Nothing) => "what may be missing is asked with `has(…)`",
            _ => null,
        };
    }

    /// <summary>One side lies inside a body or list: JSON knows numbers without units, text, true, false and null.</summary>
    private bool WithFound(TypedOperand found, TypedOperand other)
    {
        if (other.Type.Kind != TypeKind.Quantity || other.Type.Dimension == Dimension.Number) return true;
        var plain = other.Operand is Operand.Literal { Value: Value.Measured measured } ? measured.Quantity : (Quantity?)null;
        var bare = plain is { } q ? q.Dimension switch
        {
            Dimension.Ratio => "a share inside a body is a plain number; write it as the body does, 0.995 or 99.5",
            Dimension.Time => $"a time inside a body is a plain number in the unit of its author; write the number alone, as `{q.Amount / Duration.PerMillisecond:0.#########}` where it counts milliseconds",
            _ => "write the number alone, in the unit that the body uses",
        } : "what a body holds has no unit";
        return Fails(ExpressionCodes.Types, other.Start, other.Length, $"{Shown(found)} is a number without a unit; {Shown(other)} is {other.Type.Words}",
            bare + ". A figure with a unit is a measure: `measures: { name: body.member as ms }`");
    }

    private bool Dimensions(TypedOperand left, TypedOperand right, int start, int length)
    {
        var (seen, written) = left.IsWritten ? (right, left) : (left, right);
        if (written.IsWritten && written.Type.Dimension == Dimension.Number)
        {
            var number = source.Slice(written.Start, written.End);
            var ways = ValueReader.Examples(number, seen.Type.Dimension).Select(way => source.With(written.Start, written.Length, way));
            return Fails(ExpressionCodes.UnitMissing, written.Start, written.Length, $"{Shown(seen)} is {seen.Type.Words}; {number} has no unit", "write " + string.Join(" or ", ways));
        }
        if (written.IsWritten && seen.Type.Dimension == Dimension.Number)
            return Fails(ExpressionCodes.Types, written.Start, written.Length, $"{Shown(seen)} is a plain number; {Shown(written)} is {written.Type.Words}", "write the number without a unit");
        return Fails(ExpressionCodes.Types, start, length, $"{Shown(left)} is {left.Type.Words} and {Shown(right)} is {right.Type.Words}: they do not compare",
            written.IsWritten ? "write a value of its kind, as in " + source.With(written.Start, written.Length, ValueReader.Examples("5", seen.Type.Dimension)[0]) : null);
    }

    public bool Fails(string code, int start, int length, string message, string? help)
    {
        source.Error(code, start, length, message, help);
        return false;
    }
}
