using System.Collections.Immutable;
using System.Text;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Why an expression has the value it has, in words with what was seen: <c>status was 503</c>, <c>body.ready was missing</c>,
/// <c>time was 6.2 s, over 5 s</c>. What others wrote is shortened and cleaned: it ends up on terminals and pages.
/// </summary>
internal static class SceneWords
{
    private const int LongestValue = 80, LongestReason = 400, MostParts = 4;

    public static string Explain(Expression expression, ref Scene scene) => Explain(expression, Evaluation.Of(expression, ref scene), ref scene);

    /// <summary>With the value already known. A true comparison, which is what most looks hold, needs no second look.</summary>
    public static string Explain(Expression expression, Truth truth, ref Scene scene)
    {
        var words = expression switch
        {
            Expression.Compare { Left: Operand.Seen left, Right: Operand.Literal } when truth == Truth.True => Was(left, ref scene),
            Expression.Compare compare => Compare(compare, ref scene),
            Expression.And and => Join(and.Parts, Truth.True, ref scene),
            Expression.Or or => Join(or.Parts, Truth.False, ref scene),
            Expression.AtLeast some => AtLeast(some, ref scene),
            Expression.Not not => Explain(not.Inner, ref scene),
            Expression.InRange range => InRange(range, ref scene),
            Expression.InList list => InList(list, ref scene),
            Expression.Contains contains => Contains(contains, ref scene),
            Expression.Matches matches => Matches(matches, ref scene),
            Expression.Has has => $"{Name(has.What)} {(Evaluation.Of(has, ref scene) == Truth.True ? "was there" : "was missing")}",
            Expression.OverItems over => OverItems(over, ref scene),
            Expression.IsTrue alone => Flag(alone, ref scene),
            Expression.During during => Calendar(during, ref scene),
            Expression.PromiseHolds holds => $"{holds.Name} is {(scene.Around?.OutcomeOf(holds.Name) ?? Outcome.Unknown).Word(false)}",
            _ => "nothing says",
        };
        return words.Length <= LongestReason ? words : words[..LongestReason] + "…";
    }

    /// <summary>A text on one line, without control or direction characters, shortened, never cut within a pair of surrogates.</summary>
    public static string Clean(string text, int longest = LongestValue)
    {
        var length = text.Length <= longest ? text.Length : char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        var isClean = length == text.Length;
        for (var i = 0; isClean && i < length; i++)
            isClean = !IsHidden(text[i]);
        if (isClean) return text;
        var clean = new StringBuilder(length + 1);
        for (var i = 0; i < length; i++)
            clean.Append(IsHidden(text[i]) ? ' ' : text[i]);
        if (length < text.Length) clean.Append('…');
        return clean.ToString();
    }

    private static bool IsHidden(char c) =>
        (c < ' ' || c > '~') && (char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);

    private static string Name(Operand operand) => operand switch
    {
        Operand.Seen { Path.Length: 0 } seen => seen.Name,
        Operand.Seen seen => Clean(seen.ToString()),
        Operand.Count count => $"count({Clean(count.Of.ToString())})",
        Operand.Literal literal => ValueWords(Sight.Of(literal.Value)),
        _ => "it",
    };

    public static string ValueWords(in Sight sight) => sight.Form switch
    {
        SightForm.Missing => "missing",
        SightForm.Unreadable or SightForm.Odd => sight.Words,
        SightForm.Null => "null",
        SightForm.Flag => sight.IsTrue ? "true" : "false",
        SightForm.Number => QuantityWords(sight.Amount),
        SightForm.Text or SightForm.Body => "'" + Clean(sight.Words) + "'",
        SightForm.Items => $"a list of {sight.Items.Length}",
        SightForm.JsonItems => $"a list of {sight.Json.GetArrayLength()}",
        SightForm.JsonMap => "an object",
        _ => $"{sight.Entries.Count} entries",
    };

    private static string QuantityWords(Quantity quantity) =>
        quantity.Dimension == Dimension.Time && Math.Abs(quantity.Amount) < long.MaxValue ? quantity.ToWords() : quantity.ToString();

    /// <summary><c>time was 6.2 s</c>; with what was wrong about it where its type does not fit.</summary>
    private static string Was(Operand operand, ref Scene scene, string? expected = null)
    {
        var sight = scene.Resolve(operand);
        var was = operand is Operand.Seen { Index: < 0, Name: not "it" } ? "is" : "was";
        var name = Name(operand);
        if (expected is null && sight.Form > SightForm.Odd) return string.Concat(name, was == "is" ? " is " : " was ", ValueWords(sight));
        if (sight.Form is SightForm.Unreadable && operand is Operand.Seen) return $"{name} {was} missing: {Root(operand)} {was} {sight.Words}";
        if (sight.Form is SightForm.Missing && was == "is") return $"{name} is not known";
        return $"{name} {was} {ValueWords(sight)}{(expected is not null && sight.Form > SightForm.Odd ? ", " + expected : "")}";
    }

    private static string Root(Operand operand) => operand is Operand.Seen seen ? seen.Name : Name(operand);

    private static string Compare(Expression.Compare compare, ref Scene scene)
    {
        var left = scene.Resolve(compare.Left);
        var right = scene.Resolve(compare.Right);
        var truth = Evaluation.Of(compare, ref scene);
        if (compare.Right is not Operand.Literal && right.Form <= SightForm.Odd && left.Form > SightForm.Odd) return Was(compare.Right, ref scene);
        if (left.Form <= SightForm.Odd) return Was(compare.Left, ref scene);
        var other = compare.Right is Operand.Literal ? ValueWords(right) : $"{Name(compare.Right)} ({ValueWords(right)})";
        if (truth == Truth.Unknown) return Was(compare.Left, ref scene, $"which does not compare with {other}");
        if (compare.Operator is Comparison.Equal or Comparison.NotEqual)
            return compare.Right is Operand.Literal ? Was(compare.Left, ref scene) : Was(compare.Left, ref scene, $"{Name(compare.Right)} was {ValueWords(right)}");
        if (truth == Truth.True) return Was(compare.Left, ref scene);
        var side = compare.Operator switch
        {
            Comparison.LessOrEqual => "over",
            Comparison.GreaterOrEqual => "under",
            Comparison.Less => Evaluation.AsNumber(left) == Evaluation.AsNumber(right) ? "not under" : "over",
            _ => Evaluation.AsNumber(left) == Evaluation.AsNumber(right) ? "not over" : "under",
        };
        return Was(compare.Left, ref scene, $"{side} {other}");
    }

    /// <summary>The parts that stand against the whole; all of them where none does.</summary>
    private static string Join(ImmutableArray<Expression> parts, Truth unremarkable, ref Scene scene)
    {
        var words = new List<string>();
        var left = 0;
        foreach (var remarkable in (ReadOnlySpan<bool>)[true, false])
        {
            if (words.Count > 0) break;
            foreach (var part in parts)
            {
                if (remarkable && Evaluation.Of(part, ref scene) == unremarkable) continue;
                if (words.Count < MostParts) words.Add(Explain(part, ref scene));
                else left++;
            }
        }
        return string.Join("; ", words) + (left > 0 ? $"; and {left} more" : "");
    }

    private static string AtLeast(Expression.AtLeast some, ref Scene scene)
    {
        var held = 0;
        foreach (var part in some.Parts)
            if (Evaluation.Of(part, ref scene) == Truth.True)
                held++;
        return $"{held} of {some.Parts.Length} held, {some.Count} wanted: {Join(some.Parts, held >= some.Count ? Truth.False : Truth.True, ref scene)}";
    }

    private static string InRange(Expression.InRange range, ref Scene scene) => Evaluation.Of(range, ref scene) switch
    {
        Truth.True => Was(range.Left, ref scene),
        Truth.False => Was(range.Left, ref scene, $"outside {range.From}..{range.To}"),
        _ => Was(range.Left, ref scene, $"which does not compare with {range.From}..{range.To}"),
    };

    private static string InList(Expression.InList list, ref Scene scene) => Evaluation.Of(list, ref scene) == Truth.True
        ? Was(list.Left, ref scene)
        : Was(list.Left, ref scene, "not one of " + string.Join(", ", list.Items.Take(MostParts).Select(item => ValueWords(Sight.Of(item)))) + (list.Items.Length > MostParts ? " …" : ""));

    private static string Contains(Expression.Contains contains, ref Scene scene)
    {
        var left = scene.Resolve(contains.Left);
        if (left.Form <= SightForm.Odd) return Was(contains.Left, ref scene);
        var right = scene.Resolve(contains.Right);
        if (right.Form <= SightForm.Odd) return Was(contains.Right, ref scene);
        return Evaluation.Of(contains, ref scene) switch
        {
            Truth.True => $"{Name(contains.Left)} contained {ValueWords(right)}",
            Truth.False => $"{Name(contains.Left)} did not contain {ValueWords(right)}{ItemsWords(left)}",
            _ => Was(contains.Left, ref scene, $"where {ValueWords(right)} cannot be looked for"),
        };
    }

    /// <summary>What a list held instead, its first few items: another address says more than a missing one. Empty for what is no list of a check.</summary>
    private static string ItemsWords(in Sight sight)
    {
        if (sight.Form != SightForm.Items) return "";
        if (sight.Items.Length == 0) return ", it was empty";
        var words = new List<string>(MostParts);
        foreach (var item in sight.Items)
        {
            if (words.Count == MostParts) break;
            words.Add(ValueWords(Sight.Of(item)));
        }
        return ", only " + string.Join(", ", words) + (sight.Items.Length > MostParts ? " …" : "");
    }

    private static string Matches(Expression.Matches matches, ref Scene scene) => Evaluation.Of(matches, ref scene) switch
    {
        Truth.True => Was(matches.Left, ref scene),
        Truth.False => Was(matches.Left, ref scene, $"which does not match /{Clean(matches.Pattern.ToString())}/"),
        _ => Was(matches.Left, ref scene, "not a text"),
    };

    private static string OverItems(Expression.OverItems over, ref Scene scene)
    {
        var truth = Evaluation.OverItems(over, ref scene, out var deciding, out var count);
        var name = Name(over.List);
        if (count < 0) return Was(over.List, ref scene, "not a list");
        if (count == 0) return $"{name} was empty{(over.Every ? ": nothing was assessed" : "")}";
        if (scene.IsExhausted) return $"{name} had {count} items, too many to look at";
        if (deciding < 0) return over.Every ? $"all {count} items of {name} hold" : $"none of {count} items of {name} holds";
        var list = scene.Resolve(over.List);
        if (list.Form == SightForm.Body && list.JsonRoot() is { } root) list = root;
        var outer = scene.Item;
        scene.Depth++;
        scene.Item = list.Step(new PathStep(null, deciding));
        var words = $"item {deciding} of {name}: {Explain(over.Test, ref scene)}";
        scene.Depth--;
        scene.Item = outer;
        return truth == Truth.Unknown || over.Every || truth == Truth.True ? words : $"none of {count} items of {name} holds";
    }

    private static string Flag(Expression.IsTrue alone, ref Scene scene) =>
        Was(alone.What, ref scene, Evaluation.Of(alone, ref scene) == Truth.Unknown ? "neither true nor false" : null);

    private static string Calendar(Expression.During during, ref Scene scene) => Evaluation.Of(during, ref scene) switch
    {
        Truth.True => $"{scene.At} is during {during.Calendar}",
        Truth.False => $"{scene.At} is outside {during.Calendar}",
        _ => $"the calendar {during.Calendar} is not known",
    };
}
