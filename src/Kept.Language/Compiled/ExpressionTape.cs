using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Expressions, values and objectives in the compiled form. A new kind of node needs a new number here and a new version of the form.</summary>
internal static class ExpressionTape
{
    public static void Write(this TapeWriter tape, Expression expression)
    {
        void Head(byte tag)
        {
            tape.Byte(tag);
            tape.At(expression.At);
        }

        switch (expression)
        {
            case Expression.Not not:
                Head(1);
                tape.Write(not.Inner);
                break;
            case Expression.And and:
                Head(2);
                tape.List(and.Parts, tape.Write);
                break;
            case Expression.Or or:
                Head(3);
                tape.List(or.Parts, tape.Write);
                break;
            case Expression.AtLeast some:
                Head(4);
                tape.Whole(some.Count);
                tape.List(some.Parts, tape.Write);
                break;
            case Expression.Compare compare:
                Head(5);
                tape.Write(compare.Left);
                tape.Byte((byte)compare.Operator);
                tape.Write(compare.Right);
                break;
            case Expression.InList list:
                Head(6);
                tape.Write(list.Left);
                tape.List(list.Items, tape.Write);
                break;
            case Expression.InRange range:
                Head(7);
                tape.Write(range.Left);
                tape.Quantity(range.From);
                tape.Quantity(range.To);
                break;
            case Expression.Contains contains:
                Head(8);
                tape.Write(contains.Left);
                tape.Write(contains.Right);
                break;
            case Expression.Matches matches:
                Head(9);
                tape.Write(matches.Left);
                tape.Text(matches.Pattern.ToString());
                tape.Whole((int)matches.Pattern.Options);
                break;
            case Expression.Has has:
                Head(10);
                tape.Write(has.What);
                break;
            case Expression.OverItems over:
                Head(11);
                tape.Flag(over.Every);
                tape.Write(over.List);
                tape.Write(over.Test);
                break;
            case Expression.IsTrue isTrue:
                Head(12);
                tape.Write(isTrue.What);
                break;
            case Expression.During during:
                Head(13);
                tape.Text(during.Calendar);
                break;
            case Expression.PromiseHolds holds:
                Head(14);
                tape.Name(holds.Name);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(expression.GetType().Name);
        }
    }

    public static Expression Expression(this TapeReader tape)
    {
        var tag = tape.Byte();
        var at = tape.At();
        return tag switch
        {
            1 => new Expression.Not(at, tape.Expression()),
            2 => new Expression.And(at, tape.List(tape.Expression)),
            3 => new Expression.Or(at, tape.List(tape.Expression)),
            4 => new Expression.AtLeast(at, tape.Int(), tape.List(tape.Expression)),
            5 => new Expression.Compare(at, tape.ReadOperand(), tape.One<Comparison>(), tape.ReadOperand()),
            6 => new Expression.InList(at, tape.ReadOperand(), tape.List(tape.ReadValue)),
            7 => new Expression.InRange(at, tape.ReadOperand(), tape.Quantity(), tape.Quantity()),
            8 => new Expression.Contains(at, tape.ReadOperand(), tape.ReadOperand()),
            9 => new Expression.Matches(at, tape.ReadOperand(), new Regex(tape.Text(), (RegexOptions)tape.Int() | RegexOptions.NonBacktracking)),
            10 => new Expression.Has(at, tape.Seen()),
            11 => new Expression.OverItems(at, tape.Flag(), tape.Seen(), tape.Expression()),
            12 => new Expression.IsTrue(at, tape.Seen()),
            13 => new Expression.During(at, tape.Text()),
            14 => new Expression.PromiseHolds(at, tape.Name()),
            _ => throw TapeReader.Damaged(),
        };
    }

    private static void Write(this TapeWriter tape, Operand operand)
    {
        tape.Byte(operand switch { Operand.Literal => 1, Operand.Seen => 2, Operand.Count => 3, _ => throw new System.Diagnostics.UnreachableException(operand.GetType().Name) });
        switch (operand)
        {
            case Operand.Literal literal:
                tape.At(literal.At);
                tape.Write(literal.Value);
                break;
            case Operand.Seen seen:
                tape.Write(seen);
                break;
            case Operand.Count count:
                tape.At(count.At);
                tape.Write(count.Of);
                break;
        }
    }

    private static Operand ReadOperand(this TapeReader tape) => tape.Byte() switch
    {
        1 => new Operand.Literal(tape.At(), tape.ReadValue()),
        2 => tape.Seen(),
        3 => new Operand.Count(tape.At(), tape.Seen()),
        _ => throw TapeReader.Damaged(),
    };

    public static void Write(this TapeWriter tape, Operand.Seen seen)
    {
        tape.At(seen.At);
        tape.Text(seen.Name);
        tape.Whole(seen.Index);
        tape.List(seen.Path, step =>
        {
            tape.Text(step.Member);
            tape.Whole(step.Item);
        });
    }

    public static Operand.Seen Seen(this TapeReader tape) => new(tape.At(), tape.Text(), tape.Int(), tape.List(() => new PathStep(tape.MaybeText(), tape.Int())));

    private static void Write(this TapeWriter tape, Value value)
    {
        switch (value)
        {
            case Value.Measured measured:
                tape.Byte(1);
                tape.Quantity(measured.Quantity);
                break;
            case Value.Text text:
                tape.Byte(2);
                tape.Text(text.Content);
                break;
            case Value.Flag flag:
                tape.Byte(flag.IsTrue ? (byte)4 : (byte)3);
                break;
            case Value.Nothing:
                tape.Byte(5);
                break;
            case Value.List list:
                tape.Byte(6);
                tape.List(list.Items, tape.Write);
                break;
            default:
                // maps and bodies are only ever seen, never written in a document
                throw new System.Diagnostics.UnreachableException(value.GetType().Name);
        }
    }

    private static Value ReadValue(this TapeReader tape) => tape.Byte() switch
    {
        1 => new Value.Measured(tape.Quantity()),
        2 => new Value.Text(tape.Text()),
        3 => new Value.Flag(false),
        4 => new Value.Flag(true),
        5 => new Value.Nothing(),
        6 => new Value.List(tape.List(tape.ReadValue)),
        _ => throw TapeReader.Damaged(),
    };

    public static void Write(this TapeWriter tape, QuantityType type) => tape.Shared(type, one =>
    {
        tape.Text(one.Name);
        tape.Byte((byte)one.Dimension);
        tape.Byte((byte)one.Direction);
        tape.Byte((byte)one.Source);
        tape.Text(one.Means);
    });

    public static QuantityType QuantityType(this TapeReader tape) => tape.Shared(() =>
    {
        var type = new QuantityType(tape.Text(), tape.One<Dimension>(), tape.One<Direction>(), tape.One<QuantitySource>(), tape.Text());
        return Model.QuantityType.BuiltIn.FirstOrDefault(builtIn => builtIn == type) ?? type;
    });

    public static void Write(this TapeWriter tape, Objective objective)
    {
        tape.At(objective.At);
        tape.Text(objective.Text);
        tape.Write(objective.Quantity);
        tape.Byte((byte)objective.Statistic.Kind);
        tape.Amount(objective.Statistic.Share);
        tape.Text(objective.OfCheck);
        tape.Byte((byte)objective.Operator);
        tape.Quantity(objective.Target);
        switch (objective.Window)
        {
            case Window.Rolling rolling:
                tape.Byte(1);
                tape.Whole(rolling.Length.Nanoseconds);
                break;
            case Window.Calendar calendar:
                tape.Byte(2);
                tape.Byte((byte)calendar.Unit);
                tape.Text(calendar.Zone);
                break;
            default:
                throw new System.Diagnostics.UnreachableException(objective.Window.GetType().Name);
        }
        tape.Maybe(objective.Slice, slice => tape.Whole(slice.Nanoseconds));
        tape.Byte((byte)objective.SliceRule.Count);
        tape.Amount(objective.SliceRule.Share);
        tape.List(objective.Parts?.Each ?? [], part =>
        {
            tape.Text(part.Check);
            tape.Amount(part.Weight);
        });
    }

    private static readonly Duration LongestWindow = Duration.Days(400);

    public static Objective Objective(this TapeReader tape) => new(tape.At(), tape.Text(), tape.QuantityType(), new Statistic(tape.One<StatisticKind>(), tape.Amount()),
        tape.MaybeText(), tape.One<Comparison>(), tape.Quantity(), tape.Byte() switch
        {
            1 => new Window.Rolling(tape.Length(atMost: LongestWindow)),
            2 => new Window.Calendar(tape.One<CalendarUnit>(), tape.Zone()),
            _ => throw TapeReader.Damaged(),
        }, tape.Maybe(() => tape.Length(atMost: LongestWindow)))
    { SliceRule = new SliceRule(tape.One<SliceCount>(), tape.Amount()), Parts = tape.Parts() };

    /// <summary>None, or as many as a document may say, each with a weight that one may have.</summary>
    private static ObjectiveParts? Parts(this TapeReader tape)
    {
        var parts = tape.List(() => new ObjectivePart(tape.Text(), tape.Amount()));
        if (parts.IsEmpty) return null;
        if (parts.Length is < 2 or > ObjectiveParts.MostParts || !parts.All(part => ObjectivePart.IsWeight(part.Weight))) throw TapeReader.Damaged();
        return new ObjectiveParts(parts);
    }
}
