using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads one line of an alert: <c>burn [of QUANTITY] &gt;= FACTOR over WINDOW</c>, several joined by <c>and</c>.</summary>
internal sealed class BurnParser(Cursor cursor)
{
    private const string Shape = "a line of an alert is `burn [of QUANTITY] >= FACTOR over WINDOW`, several joined by `and`, as in `burn >= 14.4 over 1h and burn >= 14.4 over 5m`";
    private static readonly Duration ShortestWindow = Duration.Minutes(1), LongestWindow = Duration.Days(400);

    public BurnLine? Line()
    {
        var tests = ImmutableArray.CreateBuilder<BurnTest>();
        do
        {
            if (!cursor.Count() || Test() is not { } test) return null;
            tests.Add(test);
        }
        while (cursor.TakeWord("and"));
        if (cursor.Now.IsWord("or"))
        {
            cursor.Source.Error(ExpressionCodes.Alert, cursor.Now, "the windows of a line all burn: they are joined by `and`", "write what comes after `or` as a second line of the alert; one line that holds suffices");
            return null;
        }
        return cursor.AtEnd(Shape) ? new BurnLine(cursor.Source.Text.Trim(), cursor.Source.Whole, tests.ToImmutable()) : null;
    }

    private BurnTest? Test()
    {
        var start = cursor.Now;
        if (!cursor.TakeWord("burn"))
        {
            cursor.Expected("`burn`", Shape);
            return null;
        }
        string? quantity = null;
        if (cursor.TakeWord("of"))
        {
            if (cursor.Now.Kind != TokenKind.Word)
            {
                cursor.Expected("the name of a quantity", Shape);
                return null;
            }
            quantity = cursor.Take().Text;
        }
        var symbol = cursor.Now;
        if (symbol.Kind != TokenKind.Symbol || symbol.Text is not (">=" or ">"))
        {
            if (symbol.IsComparison)
                cursor.Source.Error(ExpressionCodes.Alert, symbol, "an alert fires when at least so much burns", "write " + cursor.Source.With(symbol.Start, symbol.Length, ">="));
            else cursor.Expected("`>=`", Shape);
            return null;
        }
        cursor.Take();
        var number = cursor.Now;
        if (new FieldValueParser(cursor).Value(Dimension.Number, "how fast the budget burns") is not { } factor) return null;
        if (factor.Amount <= 0)
        {
            cursor.Source.Error(ExpressionCodes.Alert, number, "a burn of nothing is always reached", "write how many times faster than allowed, as in `burn >= 14.4 over 1h`");
            return null;
        }
        if (!cursor.TakeWord("over"))
        {
            cursor.Expected("`over`", Shape);
            return null;
        }
        var window = cursor.Now;
        if (new FieldValueParser(cursor).Value(Dimension.Time, "a window") is not { } length) return null;
        if (length.AsDuration >= ShortestWindow && length.AsDuration <= LongestWindow)
            return new BurnTest(-1, quantity, symbol.Text == ">", factor.Amount, length.AsDuration, cursor.PlaceFrom(start.Start));
        cursor.Source.Error(ExpressionCodes.Window, window, "a window is from 1m to 400d long", "write one in between, as in `over 1h`");
        return null;
    }
}
