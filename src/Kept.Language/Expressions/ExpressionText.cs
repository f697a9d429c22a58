using System.Text;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Expressions and objectives as canonical text: one blank around operators, single quotes, parentheses only where they are needed, promises by their full
/// name. Reading the text again gives an equal tree (places aside). What a document wrote differently means the same.
/// </summary>
public static class ExpressionText
{
    public static string Of(Expression expression)
    {
        var text = new StringBuilder();
        Write(text, expression);
        return text.ToString();
    }

    /// <summary>The condition, check and window of an objective in their canonical order.</summary>
    public static string Of(Objective objective)
    {
        var text = new StringBuilder(objective.Quantity.Name);
        if (objective.Statistic.Kind == StatisticKind.Percentile) text.Append(' ').Append(objective.Statistic);
        else if (objective.Statistic.Kind == StatisticKind.Every) text.Append(objective.Operator is Comparison.Less or Comparison.LessOrEqual ? " max" : " min");
        if (objective.Parts is { } parts) text.Append(" of ").Append(parts);
        else if (objective.OfCheck is { } check) text.Append(" of ").Append(check);
        text.Append(' ').Append(Of(objective.Operator)).Append(' ').Append(objective.Target).Append(" over ").Append(objective.Window);
        if (objective.Slice is { } slice) text.Append(" per ").Append(slice);
        if (objective.SliceRule.Count != SliceCount.Whole) text.Append(' ').Append(objective.SliceRule);
        return text.ToString();
    }

    public static string Of(UseLimit use) => $"{use.Quantity.Name} {Of(use.Operator)} {use.Value}";

    public static string Of(Operand operand) => operand switch
    {
        Operand.Literal literal => literal.Value.ToString() ?? "",
        Operand.Count count => $"count({count.Of})",
        _ => operand.ToString() ?? "",
    };

    public static string Of(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    private static void Write(StringBuilder text, Expression expression)
    {
        switch (expression)
        {
            case Expression.Not not:
                text.Append("not ");
                Part(text, not.Inner, not.Inner is not (Expression.Has or Expression.OverItems or Expression.IsTrue or Expression.During or Expression.PromiseHolds or Expression.AtLeast));
                break;
            case Expression.And and:
                Joined(text, and.Parts, " and ");
                break;
            case Expression.Or or:
                Joined(text, or.Parts, " or ");
                break;
            case Expression.AtLeast some:
                text.Append(some.Count).Append(" of (");
                for (var i = 0; i < some.Parts.Length; i++) Part(text.Append(i > 0 ? ", " : ""), some.Parts[i], false);
                text.Append(')');
                break;
            case Expression.Compare compare:
                text.Append(Of(compare.Left)).Append(' ').Append(Of(compare.Operator)).Append(' ').Append(Of(compare.Right));
                break;
            case Expression.InList list:
                text.Append(Of(list.Left)).Append(" in [").AppendJoin(", ", list.Items).Append(']');
                break;
            case Expression.InRange range:
                text.Append(Of(range.Left)).Append(" in ").Append(range.From).Append("..").Append(range.To);
                break;
            case Expression.Contains contains:
                text.Append(Of(contains.Left)).Append(" contains ").Append(Of(contains.Right));
                break;
            case Expression.Matches matches:
                text.Append(Of(matches.Left)).Append(" matches /").Append(Slashes(matches.Pattern.ToString())).Append('/');
                break;
            case Expression.Has has:
                text.Append("has(").Append(has.What).Append(')');
                break;
            case Expression.OverItems over:
                text.Append(over.Every ? "every(" : "any(").Append(over.List).Append(", ");
                Part(text, over.Test, false);
                text.Append(')');
                break;
            case Expression.IsTrue flag:
                text.Append(flag.What);
                break;
            case Expression.During during:
                text.Append("during ").Append(during.Calendar);
                break;
            case Expression.PromiseHolds promise:
                text.Append(promise.Name);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression), expression.GetType().Name, "an expression of a new form has no text yet");
        }
    }

    private static void Joined(StringBuilder text, IEnumerable<Expression> parts, string word)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (!first) text.Append(word);
            first = false;
            Part(text, part, part is Expression.And or Expression.Or);
        }
    }

    private static void Part(StringBuilder text, Expression part, bool inParentheses)
    {
        if (inParentheses) text.Append('(');
        Write(text, part);
        if (inParentheses) text.Append(')');
    }

    /// <summary>Slashes of a pattern escaped, where they are not.</summary>
    internal static string Slashes(string pattern)
    {
        if (!pattern.Contains('/')) return pattern;
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '/') text.Append('\\');
            text.Append(pattern[i]);
            if (pattern[i] == '\\' && i + 1 < pattern.Length) text.Append(pattern[++i]);
        }
        return text.ToString();
    }
}
