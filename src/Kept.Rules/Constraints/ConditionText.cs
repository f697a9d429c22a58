using Kept.Model;

namespace Kept.Rules;

/// <summary>A condition as text without its places, so that two of them can be asked whether they are the same. Not the language's own form.</summary>
internal static class ConditionText
{
    public static string Of(Expression expression) => expression switch
    {
        Expression.Not not => $"not({Of(not.Inner)})",
        Expression.And and => $"and({Sorted(and.Parts)})",
        Expression.Or or => $"or({Sorted(or.Parts)})",
        Expression.AtLeast some => $"{some.Count}of({Sorted(some.Parts)})",
        Expression.Compare compare => $"{Of(compare.Left)} {compare.Operator} {Of(compare.Right)}",
        Expression.InList list => $"{Of(list.Left)} in [{string.Join(",", list.Items)}]",
        Expression.InRange range => $"{Of(range.Left)} in {range.From}..{range.To}",
        Expression.Contains contains => $"{Of(contains.Left)} contains {Of(contains.Right)}",
        Expression.Matches matches => $"{Of(matches.Left)} matches /{matches.Pattern}/",
        Expression.Has has => $"has({has.What})",
        Expression.OverItems over => $"{(over.Every ? "every" : "any")}({over.List}, {Of(over.Test)})",
        Expression.IsTrue flag => flag.What.ToString(),
        Expression.During during => "during " + during.Calendar,
        Expression.PromiseHolds promise => promise.Name.ToString(),
        _ => throw new ArgumentException($"no text for {expression.GetType().Name}", nameof(expression)),
    };

    private static string Sorted(IEnumerable<Expression> parts) => string.Join(", ", parts.Select(Of).Order(StringComparer.Ordinal));

    private static string Of(Operand operand) => operand switch
    {
        Operand.Literal literal => literal.Value.ToString() ?? "",
        Operand.Count count => $"count({count.Of})",
        _ => operand.ToString() ?? "",
    };
}
