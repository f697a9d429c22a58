using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>Objectives and expressions in plain words, for pages and notices. For people only: <see cref="ExpressionText"/> is the form that reads back.</summary>
public static class Words
{
    /// <summary><c>latency p95 &lt;= 5s over 1h</c> → <c>latency at most 5 s for 95 of 100 looks, over the last hour</c>.</summary>
    public static string Of(Objective objective)
    {
        var bound = $"{Bound(objective.Operator)} {Of(objective.Target)}";
        var check = objective.Parts is { } parts ? $" by the checks {string.Join(", ", parts.Each.Select(part => $"“{part.Check}”{(part.Weight == 1 ? "" : $" (weight {Of(Quantity.Number(part.Weight))})")}"))} together"
            : objective.OfCheck is { } name ? $" by the check “{name}”" : "";
        var slices = (objective.Slice, objective.SliceRule.Count) switch
        {
            (null, _) => "",
            ({ } slice, SliceCount.AtLeast) => $", counted in slices of {Of(slice)}, each good where {Of(Quantity.Ratio(objective.SliceRule.Share))} of its looks are",
            ({ } slice, SliceCount.Mean) => $", the mean of the shares of slices of {Of(slice)}",
            ({ } slice, _) => objective.Statistic.Kind == StatisticKind.None ? $", counted in slices of {Of(slice)}" : $", each slice of {Of(slice)} counted as one",
        };
        if (objective.Quantity.Source == QuantitySource.GoodLooks)
            return $"available {bound} of {Of(objective.Window)}{check}{slices}";
        var share = objective.Statistic.Kind switch
        {
            StatisticKind.Percentile => " for " + Share(objective.Statistic.Share),
            StatisticKind.Every => " for every look",
            _ => "",
        };
        return $"{objective.Quantity.Name.Replace('-', ' ')} {bound}{share}{check}, over {Of(objective.Window)}{slices}";
    }

    /// <summary><c>rate &lt;= 500/s</c> → <c>rate at most 500 a second</c>.</summary>
    public static string Of(UseLimit use) => $"{use.Quantity.Name.Replace('-', ' ')} {Bound(use.Operator)} {Of(use.Value)}";

    /// <summary>An expectation, a condition or a dependence: <c>answers 200</c>, <c>takes less than 5 s</c>, <c>during “show”</c>.</summary>
    public static string Of(Expression expression) => expression switch
    {
        Expression.Not { Inner: Expression.IsTrue flag } => $"{Name(flag.What)} is not true",
        Expression.Not { Inner: Expression.Has has } => $"{Name(has.What)} is missing",
        Expression.Not { Inner: Expression.During during } => $"outside “{during.Calendar}”",
        Expression.Not { Inner: Expression.PromiseHolds promise } => $"{promise.Name} is not kept",
        Expression.Not not => $"not: {Part(not.Inner)}",
        Expression.And and => string.Join(" and ", and.Parts.Select(Part)),
        Expression.Or or => string.Join(" or ", or.Parts.Select(Part)),
        Expression.AtLeast some => some.Count == some.Parts.Length && some.Count == 1 ? Part(some.Parts[0]) : $"at least {some.Count} of: {string.Join("; ", some.Parts.Select(Part))}",
        Expression.Compare compare => Of(compare),
        Expression.InList list => $"{Name(list.Left)} is {(list.Items.Length > 1 ? "one of " : "")}{string.Join(", ", list.Items.Select(Of))}",
        Expression.InRange { Left: Operand.Seen { Name: "status", Path.IsEmpty: true } } range => $"answers {Of(range.From)} to {Of(range.To)}",
        Expression.InRange range => $"{Name(range.Left)} is from {Of(range.From)} to {Of(range.To)}",
        Expression.Contains contains => $"{Name(contains.Left)} contains {Name(contains.Right)}",
        Expression.Matches matches => $"{Name(matches.Left)} has the form /{matches.Pattern}/",
        Expression.Has has => $"{Name(has.What)} is there",
        Expression.OverItems over => $"{(over.Every ? "of each item" : "of at least one item")} of {Name(over.List)}: {Of(over.Test)}",
        Expression.IsTrue flag => $"{Name(flag.What)} is true",
        Expression.During during => $"during “{during.Calendar}”",
        Expression.PromiseHolds promise => $"{promise.Name} is kept",
        _ => ExpressionText.Of(expression),
    };

    /// <summary>The window as people say it: <c>the last hour</c>, <c>the last 30 days</c>, <c>this month (Europe/Brussels)</c>.</summary>
    public static string Of(Window window) => window switch
    {
        Window.Rolling rolling => "the last " + (One(rolling.Length) ?? Of(rolling.Length)),
        Window.Calendar calendar => $"this {calendar.Unit.ToString().ToLowerInvariant()} ({calendar.Zone})",
        _ => window.ToString() ?? "",
    };

    /// <summary>A value with its unit in words: <c>5 s</c>, <c>99.5 %</c>, <c>500 a second</c>, <c>5 MiB</c>.</summary>
    public static string Of(Quantity quantity)
    {
        switch (quantity.Dimension)
        {
            case Dimension.Time:
                return Of(quantity.AsDuration);
            case Dimension.Ratio:
                return Plain(quantity.Amount * 100) + " %";
            case Dimension.Rate:
                var period = new Duration(quantity.PerNanoseconds);
                return One(period) is { } one ? $"{Plain(quantity.Amount)} a{(one == "hour" ? "n" : "")} {one}" : $"{Plain(quantity.Amount)} in {Of(period)}";
            default:
                var text = quantity.ToString();
                var digits = text.Length;
                while (digits > 0 && char.IsLetter(text[digits - 1])) digits--;
                return quantity.Dimension == Dimension.Number ? Plain(quantity.Amount) : text[..digits] + " " + text[digits..];
        }
    }

    private static string Of(Expression.Compare compare)
    {
        var (left, comparison, right) = compare.Left is Operand.Literal ? (compare.Right, Mirrored(compare.Operator), compare.Left) : (compare.Left, compare.Operator, compare.Right);
        var value = Name(right);
        if (left is Operand.Seen { Path.IsEmpty: true } seen)
        {
            if (seen.Name == "status" && comparison is Comparison.Equal or Comparison.NotEqual) return comparison == Comparison.Equal ? $"answers {value}" : $"does not answer {value}";
            if (seen.Name == "time" && comparison is not (Comparison.Equal or Comparison.NotEqual)) return $"takes {Bound(comparison)} {value}";
            if (seen.Name == "certificate.expires-in" && comparison is not (Comparison.Equal or Comparison.NotEqual)) return $"the certificate holds for {Bound(comparison)} {value}";
        }
        return comparison switch
        {
            Comparison.Equal => $"{Name(left)} is {value}",
            Comparison.NotEqual => $"{Name(left)} is not {value}",
            _ => $"{Name(left)} is {Bound(comparison)} {value}",
        };
    }

    private static Comparison Mirrored(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    private static string Part(Expression part) => part is Expression.And or Expression.Or or Expression.AtLeast or Expression.OverItems ? $"({Of(part)})" : Of(part);

    private static string Bound(Comparison comparison) => comparison switch
    {
        Comparison.Less => "less than",
        Comparison.LessOrEqual => "at most",
        Comparison.Greater => "more than",
        Comparison.GreaterOrEqual => "at least",
        Comparison.Equal => "exactly",
        _ => "not",
    };

    private static string Name(Operand operand) => operand switch
    {
        Operand.Literal literal => Of(literal.Value),
        Operand.Count count => $"the number of items in {Name(count.Of)}",
        Operand.Seen { Name: "status", Path.IsEmpty: true } => "the status",
        Operand.Seen { Name: "time", Path.IsEmpty: true } => "the time",
        Operand.Seen { Name: "body", Path.IsEmpty: true } => "the body",
        Operand.Seen { Name: "it", Path.IsEmpty: true } => "it",
        Operand.Seen { Name: "header", Path: [{ Member: { } header }] } => $"the header {header}",
        _ => ExpressionText.Of(operand),
    };

    private static string Of(Value value) => value switch
    {
        Value.Measured measured => Of(measured.Quantity),
        Value.Text text => $"“{text.Content}”",
        Value.Nothing => "null",
        _ => value.ToString() ?? "",
    };

    /// <summary>The unit alone where it is one of it: <c>hour</c>, for “the last hour” and “an hour”.</summary>
    private static string? One(Duration length) => length.Nanoseconds switch
    {
        Duration.PerSecond => "second",
        Duration.PerMinute => "minute",
        Duration.PerHour => "hour",
        Duration.PerDay => "day",
        _ => null,
    };

    /// <summary>Exact, unlike <see cref="Duration.ToWords"/>, which rounds what was measured: <c>30 days</c>, <c>90 s</c>.</summary>
    private static string Of(Duration length)
    {
        var text = length.ToString();
        var digits = text.Length;
        while (digits > 0 && char.IsLetter(text[digits - 1])) digits--;
        var (count, unit) = (text[..digits], text[digits..]);
        return count + " " + unit switch
        {
            "m" => "min",
            "h" => count == "1" ? "hour" : "hours",
            "d" => count == "1" ? "day" : "days",
            "us" => "µs",
            _ => unit,
        };
    }

    /// <summary><c>95 of 100 looks</c>, <c>999 of 1,000 looks</c>: at least so many.</summary>
    private static string Share(decimal share)
    {
        var (count, of) = (share * 100, 100m);
        while (count != decimal.Truncate(count) && of < 1_000_000m) (count, of) = (count * 10, of * 10);
        return $"{count.ToString("#,0", CultureInfo.InvariantCulture)} of {of.ToString("#,0", CultureInfo.InvariantCulture)} looks";
    }

    private static string Plain(decimal amount) => amount.ToString("0.#########", CultureInfo.InvariantCulture);
}
