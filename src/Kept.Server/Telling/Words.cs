using Kept.Model;

namespace Kept.Server;

/// <summary>Terms in words.</summary>
internal static class Words
{
    /// <summary>An objective as a sentence's part: <c>95 % of looks within 900 ms, over 1 h</c>.</summary>
    public static string Of(Objective objective)
    {
        var check = objective.OfCheck is { } name ? $" of {name}" : "";
        var over = objective.Window is Window.Rolling rolling ? ", over " + rolling.Length.ToWords() : ", over " + objective.Window;
        var slice = objective.Slice is { } length ? $", counted per {length.ToWords()}" : "";
        var target = objective.Target.ToWords();
        var share = objective.Statistic.Kind switch
        {
            StatisticKind.Percentile => Say.Percent(objective.Statistic.Share) + " of looks ",
            StatisticKind.Every => "every look ",
            _ => "",
        };
        var (what, how) = (objective.Quantity.Name, objective.Operator) switch
        {
            ("availability", Comparison.GreaterOrEqual or Comparison.Greater) => ($"answers well in {Say.Percent(objective.Target.Amount)} of looks", ""),
            ("latency", Comparison.Less or Comparison.LessOrEqual) => ("", "answered within " + target),
            var (quantity, op) => ($"{quantity} ", Bound(op) + " " + target),
        };
        return share.Length > 0 && what.Length > 0 ? $"{what.TrimEnd()}{check} {how} in {share.TrimEnd()}{over}{slice}" : $"{share}{what}{how}{check}{over}{slice}";
    }

    private static string Bound(Comparison comparison) => comparison switch
    {
        Comparison.Less => "under",
        Comparison.LessOrEqual => "at most",
        Comparison.Greater => "over",
        Comparison.GreaterOrEqual => "at least",
        Comparison.Equal => "exactly",
        _ => "other than",
    };

    /// <summary>An expression as documents write it.</summary>
    public static string Of(Expression expression) => expression switch
    {
        Expression.Not not => "not " + Inner(not.Inner),
        Expression.And and => string.Join(" and ", and.Parts.Select(Inner)),
        Expression.Or or => string.Join(" or ", or.Parts.Select(Inner)),
        Expression.AtLeast some => $"{some.Count} of ({string.Join(", ", some.Parts.Select(Of))})",
        Expression.Compare compare => $"{Of(compare.Left)} {Sign(compare.Operator)} {Of(compare.Right)}",
        Expression.InList list => $"{Of(list.Left)} in [{string.Join(", ", list.Items)}]",
        Expression.InRange range => $"{Of(range.Left)} in {range.From}..{range.To}",
        Expression.Contains contains => $"{Of(contains.Left)} contains {Of(contains.Right)}",
        Expression.Matches matches => $"{Of(matches.Left)} matches /{matches.Pattern}/",
        Expression.Has has => $"has({has.What})",
        Expression.OverItems over => $"{(over.Every ? "every" : "any")}({over.List}, {Of(over.Test)})",
        Expression.IsTrue yes => yes.What.ToString(),
        Expression.During during => "during " + during.Calendar,
        Expression.PromiseHolds promise => promise.Name.ToString(),
        _ => "",
    };

    private static string Inner(Expression part) => part is Expression.And or Expression.Or ? "(" + Of(part) + ")" : Of(part);

    private static string Of(Operand operand) => operand switch
    {
        Operand.Literal literal => literal.Value.ToString() ?? "",
        Operand.Count count => $"count({count.Of})",
        _ => operand.ToString() ?? "",
    };

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "≤",
        Comparison.Greater => ">",
        _ => "≥",
    };
}
