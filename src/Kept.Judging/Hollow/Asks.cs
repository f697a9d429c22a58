using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Puts the single tests of one way onto the values they speak of, each with the meaning that <see cref="Evaluation"/> gives it: a comparison holds only of a value
/// that is there and of the right type. What is not understood is a doubt, never a contradiction.
/// </summary>
/// <param name="valueOf">What is asked of the root of a name; null where nothing here knows it.</param>
internal sealed class Asks(Trial trial, Func<Operand.Seen, Wanted?> valueOf, Func<Operand.Seen, WantedText?>? contentOf = null)
{
    public void Add(List<Literal> way)
    {
        // Whether something is a text or a list is told by the other tests: these two come last.
        foreach (var literal in way.OrderBy(literal => literal.Test is Expression.Contains ? 1 : 0)) Add(literal.Test, literal.Wanted);
    }

    private void Add(Expression test, bool wanted)
    {
        switch (test)
        {
            case Expression.Compare { Left: Operand.Literal written, Right: var seen and not Operand.Literal } turned:
                Compare(seen, Turned(turned.Operator), written.Value, wanted);
                break;
            case Expression.Compare { Right: Operand.Literal written } compare:
                Compare(compare.Left, compare.Operator, written.Value, wanted);
                break;
            case Expression.Compare { Left: Operand.Seen a, Right: Operand.Seen b }:
                At(a)?.BeThere();
                At(b)?.BeThere();
                trial.Doubts("two values that were seen are compared with each other");
                break;
            case Expression.InRange range when wanted:
                if (Numbers(range.Left, range.From.Dimension) is not { } add) break;
                add(Comparison.GreaterOrEqual, range.From.Amount);
                add(Comparison.LessOrEqual, range.To.Amount);
                break;
            case Expression.IsTrue alone:
                At(alone.What)?.BeFlag(wanted);
                break;
            case Expression.Has { What: var what }:
                if (wanted) At(what)?.BeThere();
                else At(what)?.BeMissing();
                break;
            case Expression.Matches { Left: Operand.Seen seen } matches:
                TextOf(seen)?.Matches(matches.Pattern, wanted);
                break;
            case Expression.Contains { Left: Operand.Seen seen, Right: Operand.Literal part }:
                Contains(seen, part.Value, wanted);
                break;
            case Expression.OverItems over:
                OverItems(over, wanted);
                break;
            default:
                trial.Doubts("a test is not understood");
                break;
        }
    }

    private Wanted? At(Operand.Seen seen)
    {
        var value = valueOf(seen);
        if (value is null)
        {
            trial.Doubts($"`{seen}` stands inside a list that it is no part of");
            return null;
        }
        foreach (var step in seen.Path) value = value.Step(step);
        return value;
    }

    /// <summary>The text of a value, or of a whole body.</summary>
    private WantedText? TextOf(Operand.Seen seen) => seen.Path.IsEmpty && contentOf?.Invoke(seen) is { } content ? content : At(seen)?.AsText();

    private Action<Comparison, decimal>? Numbers(Operand operand, Dimension dimension)
    {
        if (dimension == Dimension.Rate)
        {
            trial.Doubts("rates are compared");
            return null;
        }
        switch (operand)
        {
            case Operand.Count count when At(count.Of) is { } list: return list.Counts;
            case Operand.Seen seen when At(seen) is { } value: return value.Compares;
            default: return null;
        }
    }

    private void Compare(Operand left, Comparison comparison, Value value, bool wanted)
    {
        if (!wanted) comparison = Opposite(comparison);
        if (value is Value.Measured number)
        {
            Numbers(left, number.Quantity.Dimension)?.Invoke(comparison, number.Quantity.Amount);
            return;
        }
        if (left is not Operand.Seen seen || comparison is not (Comparison.Equal or Comparison.NotEqual))
        {
            trial.Fails("values are compared that have no order");
            return;
        }
        var equal = comparison == Comparison.Equal;
        switch (value)
        {
            case Value.Text text: TextOf(seen)?.Equal(text.Content, equal, trial); break;
            case Value.Flag flag: At(seen)?.BeFlag(flag.IsTrue == equal); break;
            case Value.Nothing: At(seen)?.Be(equal ? Sorts.Nothing : Sorts.Any & ~Sorts.Nothing); break;
            default: trial.Doubts("a list is compared whole"); break;
        }
    }

    private void Contains(Operand.Seen seen, Value part, bool wanted)
    {
        if (part is Value.Text text && seen.Path.IsEmpty && contentOf?.Invoke(seen) is { } content)
        {
            content.Holds(text.Content, wanted);
            return;
        }
        if (At(seen) is not { } value) return;
        var isText = part is Value.Text && value.MayBe(Sorts.Text) && !value.IsListed;
        if (isText && value.MayBe(Sorts.List)) trial.Choose($"`{seen}` may be a text or a list"); // both were possible, and one is tried
        if (isText) value.AsText().Holds(((Value.Text)part).Content, wanted);
        else if (wanted) value.Holds(part);
        else
        {
            value.Be(Sorts.List);
            trial.Doubts("a list shall lack an item");
        }
    }

    private void OverItems(Expression.OverItems over, bool wanted)
    {
        if (At(over.List) is not { } list) return;
        if (over.Every == wanted)
        {
            // every item is so; or, of `any` that shall be false, none is
            list.AllItems(over.Test, wanted);
            if (over.Every) list.Counts(Comparison.GreaterOrEqual, 1);
        }
        else list.HasItem(over.Test, wanted);
    }

    internal static Comparison Opposite(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.LessOrEqual => Comparison.Greater,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Less,
    };

    internal static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };
}
