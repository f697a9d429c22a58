using Kept.Model;

namespace Kept.Judging;

/// <summary>What of an answer expectations speak of; inside <c>any</c> and <c>every</c> the members of each item.</summary>
internal static class AskedFields
{
    public static IEnumerable<AskedField> In(Expression test) => In(test, null);

    public static AskedField Of(Operand.Seen seen) => new(seen.Name, [.. seen.Path.Select(step => (PathStep?)step)]);

    private static IEnumerable<AskedField> In(Expression test, AskedField? item)
    {
        foreach (var operand in Operands(test))
            if ((operand as Operand.Seen ?? (operand as Operand.Count)?.Of) is { } seen && At(seen, item) is { } field)
                yield return field;
        if (test is Expression.OverItems over)
        {
            var list = At(over.List, item);
            foreach (var field in In(over.Test, list is null ? null : list with { Path = list.Path.Add(null) }))
                yield return field;
            yield break;
        }
        foreach (var child in test.Children)
            foreach (var field in In(child, item))
                yield return field;
    }

    private static AskedField? At(Operand.Seen seen, AskedField? item)
    {
        var own = Of(seen);
        return seen.Name != "it" ? own : item is null ? null : item with { Path = item.Path.AddRange(own.Path) };
    }

    private static Operand[] Operands(Expression node) => node switch
    {
        Expression.Compare compare => [compare.Left, compare.Right],
        Expression.InList list => [list.Left],
        Expression.InRange range => [range.Left],
        Expression.Contains contains => [contains.Left, contains.Right],
        Expression.Matches matches => [matches.Left],
        Expression.Has has => [has.What],
        Expression.OverItems over => [over.List],
        Expression.IsTrue alone => [alone.What],
        _ => [],
    };
}
