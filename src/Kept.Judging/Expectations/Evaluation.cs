using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// The value of an expression in Kleene's strong logic. Nothing is coerced: what is missing, is not JSON, has another type or another dimension than it is
/// compared with gives unknown, under <c>!=</c> and <c>not</c> too, so no missing evidence can pass for a good answer.
/// Works without allocating where it can; words are made by <see cref="SceneWords"/> only where they are wanted.
/// </summary>
internal static class Evaluation
{
    public static Truth Of(Expression expression, ref Scene scene) => expression switch
    {
        Expression.Compare compare => Compare(compare, ref scene),
        Expression.And and => All(and.Parts, ref scene),
        Expression.Or or => Any(or.Parts, ref scene),
        Expression.Not not => Of(not.Inner, ref scene).Not(),
        Expression.AtLeast some => AtLeast(some, ref scene),
        Expression.InRange range => InRange(range, ref scene),
        Expression.InList list => InList(list, ref scene),
        Expression.Contains contains => Contains(contains, ref scene),
        Expression.Matches matches => Matches(matches, ref scene),
        Expression.Has has => Kleene.Of(scene.Resolve(has.What).Form is not (SightForm.Missing or SightForm.Unreadable)),
        Expression.OverItems over => OverItems(over, ref scene, out _, out _),
        Expression.IsTrue alone => AsFlag(scene.Resolve(alone.What)),
        Expression.During during => DuringCalendar(during, in scene),
        Expression.PromiseHolds holds => scene.Around is { } around ? TruthOf(around.OutcomeOf(holds.Name)) : Truth.Unknown,
        _ => Truth.Unknown,
    };

    /// <summary>
    /// What another promise's outcome says where it stands as a condition or a dependence: kept is true, broken is false, and everything else is unknown:
    /// a promise that is not in force was neither held nor violated.
    /// </summary>
    public static Truth TruthOf(Outcome outcome) => outcome switch
    {
        Outcome.Kept => Truth.True,
        Outcome.Broken => Truth.False,
        _ => Truth.Unknown,
    };

    private static Truth All(ImmutableArray<Expression> parts, ref Scene scene)
    {
        var all = parts.Length == 0 ? Truth.Unknown : Truth.True;
        foreach (var part in parts)
        {
            all = all.And(Of(part, ref scene));
            if (all == Truth.False) break;
        }
        return all;
    }

    private static Truth Any(ImmutableArray<Expression> parts, ref Scene scene)
    {
        var any = parts.Length == 0 ? Truth.Unknown : Truth.False;
        foreach (var part in parts)
        {
            any = any.Or(Of(part, ref scene));
            if (any == Truth.True) break;
        }
        return any;
    }

    private static Truth AtLeast(Expression.AtLeast some, ref Scene scene)
    {
        int held = 0, unknown = 0;
        foreach (var part in some.Parts)
            switch (Of(part, ref scene))
            {
                case Truth.True: held++; break;
                case Truth.Unknown: unknown++; break;
            }
        return Kleene.AtLeast(some.Count, held, unknown);
    }

    private static Truth Compare(Expression.Compare compare, ref Scene scene)
    {
        var left = scene.Resolve(compare.Left);
        var right = scene.Resolve(compare.Right);
        if (scene.Depth > 0) scene.Work += (left.Words.Length + right.Words.Length) / 16;
        if (compare.Operator is Comparison.Equal or Comparison.NotEqual)
        {
            var equal = AreEqual(left, compare.Left, right, compare.Right);
            return compare.Operator == Comparison.Equal ? equal : equal.Not();
        }
        if (AsNumber(left) is not { } a || AsNumber(right) is not { } b || Order(a, b) is not { } order) return Truth.Unknown;
        return Kleene.Of(compare.Operator switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        });
    }

    /// <summary>
    /// Null equals null. Null that was written (<c>body.error == null</c>) differs from everything else that was seen. Null that was seen, where a value was
    /// expected, is missing evidence: neither equal nor different.
    /// </summary>
    private static Truth AreEqual(in Sight left, Operand leftOperand, in Sight right, Operand rightOperand)
    {
        if (!left.IsThere || !right.IsThere) return Truth.Unknown;
        if (left.Form == SightForm.Null || right.Form == SightForm.Null)
        {
            if (left.Form == right.Form) return Truth.True;
            var nothing = left.Form == SightForm.Null ? leftOperand : rightOperand;
            return nothing is Operand.Literal ? Truth.False : Truth.Unknown;
        }
        return AreEqual(left, right);
    }

    private static Truth AreEqual(in Sight left, in Sight right)
    {
        if (IsText(left) && IsText(right)) return Kleene.Of(string.Equals(left.Words, right.Words, StringComparison.Ordinal));
        var a = Plain(left);
        var b = Plain(right);
        if (a.Form == SightForm.Flag && b.Form == SightForm.Flag) return Kleene.Of(a.IsTrue == b.IsTrue);
        if (a.Form == SightForm.Number && b.Form == SightForm.Number) return Order(a.Amount, b.Amount) is { } order ? Kleene.Of(order == 0) : Truth.Unknown;
        return Truth.Unknown;
    }

    private static bool IsText(in Sight sight) => sight.Form is SightForm.Text or SightForm.Body;

    /// <summary>A whole body that is one JSON number or flag compares as that.</summary>
    private static Sight Plain(in Sight sight) => sight.Form == SightForm.Body && sight.JsonRoot() is { Form: SightForm.Number or SightForm.Flag } root ? root : sight;

    public static Quantity? AsNumber(in Sight sight) => Plain(sight) is { Form: SightForm.Number } number ? number.Amount : null;

    private static Truth AsFlag(in Sight sight) => Plain(sight) is { Form: SightForm.Flag } flag ? Kleene.Of(flag.IsTrue) : Truth.Unknown;

    /// <summary>Null where the dimensions differ, or where rates are too large to be compared exactly.</summary>
    private static int? Order(Quantity a, Quantity b)
    {
        if (a.Dimension != b.Dimension) return null;
        if (a.Dimension != Dimension.Rate) return a.CompareTo(b);
        try
        {
            return a.CompareTo(b);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static Truth InRange(Expression.InRange range, ref Scene scene)
    {
        if (AsNumber(scene.Resolve(range.Left)) is not { } number || Order(number, range.From) is not { } low || Order(number, range.To) is not { } high) return Truth.Unknown;
        return Kleene.Of(low >= 0 && high <= 0);
    }

    private static Truth InList(Expression.InList list, ref Scene scene)
    {
        var left = scene.Resolve(list.Left);
        if (!left.IsThere) return Truth.Unknown;
        var any = Truth.False;
        foreach (var item in list.Items)
        {
            var written = Sight.Of(item);
            any = any.Or(left.Form == SightForm.Null || written.Form == SightForm.Null
                ? left.Form == written.Form ? Truth.True : written.Form == SightForm.Null ? Truth.False : Truth.Unknown
                : AreEqual(left, written));
            if (any == Truth.True) break;
        }
        return any;
    }

    private static Truth Contains(Expression.Contains contains, ref Scene scene)
    {
        var left = scene.Resolve(contains.Left);
        var right = scene.Resolve(contains.Right);
        if (!left.IsThere || !right.IsThere) return Truth.Unknown;
        if (IsText(left) && IsText(right))
        {
            if (scene.Depth > 0) scene.Work += left.Words.Length / 16;
            return scene.IsExhausted ? Truth.Unknown : Kleene.Of(left.Words.Contains(right.Words, StringComparison.Ordinal));
        }
        if (left.Form == SightForm.Body) left = left.JsonRoot() ?? left;
        var any = Truth.False;
        if (left.Form == SightForm.JsonItems)
        {
            foreach (var item in left.Json.EnumerateArray())
            {
                any = any.Or(ItemEquals(Sight.Of(item), right));
                if (any == Truth.True || Spent(ref scene)) break;
            }
            return scene.IsExhausted ? Truth.Unknown : any;
        }
        if (left.Form != SightForm.Items) return Truth.Unknown;
        foreach (var item in left.Items)
        {
            any = any.Or(ItemEquals(Sight.Of(item), right));
            if (any == Truth.True || Spent(ref scene)) break;
        }
        return scene.IsExhausted ? Truth.Unknown : any;
    }

    private static bool Spent(ref Scene scene)
    {
        scene.Work++;
        return scene.IsExhausted;
    }

    private static Truth ItemEquals(in Sight item, in Sight wanted) =>
        item.Form == SightForm.Null || wanted.Form == SightForm.Null
            ? item.Form == wanted.Form ? Truth.True : wanted.Form == SightForm.Null ? Truth.False : Truth.Unknown
            : AreEqual(item, wanted);

    private static Truth Matches(Expression.Matches matches, ref Scene scene)
    {
        var left = scene.Resolve(matches.Left);
        if (!IsText(left)) return Truth.Unknown;
        if (scene.Depth > 0) scene.Work += left.Words.Length / 16;
        return scene.IsExhausted ? Truth.Unknown : Kleene.Of(matches.Pattern.IsMatch(left.Words));
    }

    /// <summary>Over each item. <paramref name="deciding"/> is the first item (from 0) that decided, or −1; <paramref name="count"/> how many there are.</summary>
    public static Truth OverItems(Expression.OverItems over, ref Scene scene, out int deciding, out int count)
    {
        deciding = -1;
        count = -1;
        var list = scene.Resolve(over.List);
        if (list.Form == SightForm.Body && list.JsonRoot() is { } root) list = root;
        if (list.Form is not (SightForm.JsonItems or SightForm.Items)) return Truth.Unknown;
        count = list.Form == SightForm.Items ? list.Items.Length : list.Json.GetArrayLength();
        // `every` of nothing would be true in two-valued logic; here nothing was assessed.
        if (count == 0) return over.Every ? Truth.Unknown : Truth.False;
        var outer = scene.Item;
        scene.Depth++;
        var result = over.Every ? Truth.True : Truth.False;
        var stop = over.Every ? Truth.False : Truth.True;
        var number = 0;
        if (list.Form == SightForm.Items)
        {
            foreach (var item in list.Items)
                if (TestItem(over, Sight.Of(item), number++, ref scene, ref result, ref deciding) == stop)
                    break;
        }
        else
        {
            foreach (var item in list.Json.EnumerateArray())
                if (TestItem(over, Sight.Of(item), number++, ref scene, ref result, ref deciding) == stop || scene.IsExhausted)
                    break;
        }
        scene.Depth--;
        scene.Item = outer;
        return scene.IsExhausted && result != stop ? Truth.Unknown : result;
    }

    private static Truth TestItem(Expression.OverItems over, in Sight item, int number, ref Scene scene, ref Truth result, ref int deciding)
    {
        scene.Work++;
        scene.Item = item;
        var truth = scene.IsExhausted ? Truth.Unknown : Of(over.Test, ref scene);
        var before = result;
        result = over.Every ? result.And(truth) : result.Or(truth);
        if (result != before) deciding = number;
        return result;
    }

    private static Truth DuringCalendar(Expression.During during, in Scene scene) =>
        scene.Around?.CalendarOf(during.Calendar) is { } calendar && CalendarClock.TryIsOpen(calendar, scene.At) is { } open ? Kleene.Of(open) : Truth.Unknown;
}
