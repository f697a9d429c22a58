using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Reads everything that stands in a document as one line of the expression language: expectations, conditions, dependences, objectives, measures, limits of
/// use, values. Never throws; null where something is wrong, which is then reported with its place and what to write instead. Each text is bounded in length,
/// parts and depth before anything is built from it.
/// </summary>
internal static class ExpressionReader
{
    /// <summary>A line of <c>expect</c>: about what a check of that kind saw.</summary>
    public static Expression? Expectation(ScalarText text, CheckKind kind, Problems problems) =>
        Whole(text, Speech.Expectation(kind), "an expectation", problems);

    /// <summary>A <c>given</c>: calendars, load, region, version, promises; a promise without an agent is one of <paramref name="ownAgent"/>.</summary>
    public static Expression? Condition(ScalarText text, string ownAgent, Problems problems) =>
        Whole(text, Speech.Condition(ownAgent), "a condition", problems);

    /// <summary>When a look belongs to a regime (<see cref="Speech.Regime"/>).</summary>
    public static Expression? Regime(ScalarText text, Speech speech, Problems problems) => Whole(text, speech, "a regime", problems);

    /// <summary>A <c>uses</c>: promises joined by <c>and</c>, <c>or</c> and <c>k of</c>, so that more kept promises never make it worse.</summary>
    public static Expression? Dependence(ScalarText text, string ownAgent, Problems problems) =>
        Whole(text, Speech.Dependence(ownAgent), "a dependence", problems);

    /// <summary>A line of <c>keeps</c> or <c>needs</c>.</summary>
    /// <param name="types">The agent's own quantities by name; the built-in ones need not be among them.</param>
    public static Objective? Objective(ScalarText text, Func<string, QuantityType?> types, Problems problems) =>
        Cursor.Over(text, problems, "an objective", text.Text.AsSpan().TrimStart().StartsWith("availability") ? ">=" : "<=") is { } cursor ? new ObjectiveParser(cursor, types).Objective() : null;

    /// <summary>One line of an alert.</summary>
    public static BurnLine? Burn(ScalarText text, Problems problems) => Cursor.Over(text, problems, "a line of an alert", ">=") is { } cursor ? new BurnParser(cursor).Line() : null;

    /// <summary><c>picture-lag: body.lagMs as ms</c>, the part after the colon.</summary>
    public static Measure? Measure(QuantityType quantity, ScalarText text, CheckKind kind, Problems problems) =>
        Cursor.Over(text, problems, "a measure") is { } cursor ? new MeasureParser(cursor, kind).Measure(quantity) : null;

    /// <summary><c>token: body.token</c>, the part after the colon.</summary>
    public static Taking? Taking(string name, ScalarText text, CheckKind kind, Problems problems) =>
        Cursor.Over(text, problems, "what is taken") is { } cursor ? new TakingParser(cursor, kind).Taking(name) : null;

    /// <summary><c>rate &lt;= 500/s</c>: how we bind ourselves in using.</summary>
    public static UseLimit? Use(ScalarText text, Func<string, QuantityType?> types, Problems problems) =>
        Cursor.Over(text, problems, "a limit of use", "<=") is { } cursor ? new ObjectiveParser(cursor, types).Use() : null;

    /// <summary>A value with the unit of <paramref name="expected"/>, not negative. Where a rate is due, time per time (<c>10h/week</c>) is read as seconds in that time.</summary>
    public static Quantity? Quantity(ScalarText text, Dimension expected, Problems problems)
    {
        if (expected == Dimension.Rate && WorkingTime(text) is { } working) return working;
        return Cursor.Over(text, problems, OperandType.Of(expected)) is { } cursor && new FieldValueParser(cursor).Quantity(expected) is { } quantity ? quantity : null;
    }

    /// <summary>A length of time, not negative: <c>30s</c>, <c>1h</c>.</summary>
    public static Duration? Duration(ScalarText text, Problems problems) => Quantity(text, Dimension.Time, problems)?.AsDuration;

    private static Expression? Whole(ScalarText text, Speech speech, string what, Problems problems) =>
        Cursor.Over(text, problems, what) is { } cursor ? new ExpressionParser(cursor, speech).Whole() : null;

    /// <summary>What people can give is said in hours per week; it is the only time per time there is.</summary>
    private static Quantity? WorkingTime(ScalarText text)
    {
        var written = text.Text.Trim();
        var slash = written.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || written.Length > 40) return null;
        var period = written[(slash + 1)..] switch { "day" => "d", "week" => "w", var unit => unit };
        if (period.Length == 0 || !char.IsAsciiDigit(period[0])) period = "1" + period;
        if (ValueReader.Read(written[..slash]).Quantity is not { Dimension: Dimension.Time, Amount: >= 0 } work) return null;
        if (ValueReader.Read(period).Quantity is not { Dimension: Dimension.Time, Amount: > 0 } per || work > per || per.AsDuration > Model.Duration.Days(400)) return null;
        return work.Amount % Model.Duration.PerSecond == 0 ? Model.Quantity.Rate(work.Amount / Model.Duration.PerSecond, per.AsDuration) : null;
    }
}
