using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Judging.Tests;

/// <summary>Promises, checks, looks and expressions, built by hand: this room knows no language.</summary>
internal static class Make
{
    public static readonly Instant Start = At("2026-03-02T00:00:00Z"); // a Monday
    public static readonly Assessor Us = new("house", "here");

    public static readonly CheckKind Http = new("http", "", "", text => TargetReading.Of(Target(text)), [],
    [
        new("status", ObservedForm.Quantity, Dimension.Number, ""),
        new("time", ObservedForm.Quantity, Dimension.Time, ""),
        new("body", ObservedForm.Body, Dimension.Number, ""),
        new("header", ObservedForm.Map, Dimension.Number, ""),
        new("answers", ObservedForm.List, Dimension.Number, ""),
        new("certificate.expires-in", ObservedForm.Quantity, Dimension.Time, "", Optional: true),
        new("secure", ObservedForm.Flag, Dimension.Number, ""),
    ], []);

    public static readonly CheckKind Heartbeat = new("heartbeat", "", "", text => TargetReading.Of(Target(text)), [], [], [], IsPassive: true);

    private static CheckTarget Target(string text) => new(text, "", 0, "", text);

    public static Instant At(string text) => Instant.TryParse(text, out var at) ? at : throw new FormatException(text);

    public static Duration Span(string text)
    {
        var unit = text.TrimStart("0123456789".ToCharArray());
        var count = long.Parse(text[..^unit.Length], CultureInfo.InvariantCulture);
        return new Duration(count * unit switch
        {
            "ms" => Duration.PerMillisecond,
            "s" => Duration.PerSecond,
            "m" => Duration.PerMinute,
            "h" => Duration.PerHour,
            "d" => Duration.PerDay,
            _ => throw new FormatException(text),
        });
    }

    public static Check Check(string every = "10s", string timeout = "5s", Confirmation? confirm = null, string name = "http", CheckKind? kind = null,
        Expectation[]? expect = null, Measure[]? measures = null, FrozenDictionary<string, FieldValue>? settings = null) =>
        new(name, kind ?? Http, Target("http://localhost"), settings ?? FrozenDictionary<string, FieldValue>.Empty, Span(every), Span(timeout),
            confirm ?? new Confirmation(2, 3), expect is null ? [] : [.. expect], measures is null ? [] : [.. measures], Place.None);

    public static Promise Promise(IEnumerable<Check> checks, params Objective[] keeps) => new()
    {
        Name = new PromiseName("shop", "buy", 1),
        Standing = Standing.Offered,
        Checks = [.. checks],
        Keeps = [.. keeps],
        At = Place.None,
    };

    public static Promise Promise(Check check, params Objective[] keeps) => Promise([check], keeps);

    public static Window Over(string text) => text.StartsWith("this ", StringComparison.Ordinal)
        ? new Window.Calendar(Enum.Parse<CalendarUnit>(text.Split(' ')[1], ignoreCase: true), text.Split(' ')[2])
        : new Window.Rolling(Span(text));

    public static Objective Availability(decimal percent, string over, Comparison op = Comparison.GreaterOrEqual, string? of = null, string? per = null) =>
        new(Place.None, $"availability >= {percent}% over {over}", QuantityType.Availability, default, of, op, Quantity.Ratio(percent / 100), Over(over), per is null ? null : Span(per));

    public static Objective Latency(decimal percentile, string bound, string over, string? per = null) =>
        new(Place.None, $"latency p{percentile} <= {bound} over {over}", QuantityType.Latency, new Statistic(StatisticKind.Percentile, percentile / 100), null,
            Comparison.LessOrEqual, Quantity.Time(Span(bound)), Over(over), per is null ? null : Span(per));

    public static Objective Every(QuantityType quantity, Comparison op, Quantity bound, string over) =>
        new(Place.None, $"{quantity.Name} every over {over}", quantity, new Statistic(StatisticKind.Every, 0), null, op, bound, Over(over), null);

    public static LookRecord Look(Instant slot, LookClass look, long milliseconds = 20, TargetFailure failure = TargetFailure.None, long? measured = null, GapCause gap = GapCause.None, int epoch = 1) =>
        new(1, slot, epoch, look, failure, gap, failure == TargetFailure.None && look is LookClass.Good or LookClass.Bad ? 200 : -1, 0,
            look is LookClass.Good or LookClass.Bad ? Phases.None with { Total = milliseconds * Duration.PerMillisecond } : Phases.None, true, measured is null ? [] : [measured]);

    public static Outcome Nobody(PromiseName name) => Outcome.Unknown;

    // Expressions

    public static Operand.Seen Seen(string name, params object[] path) =>
        new(Place.None, name, Http.IndexOf(name), [.. path.Select(step => step is int item ? new PathStep(null, item) : new PathStep((string)step, 0))]);

    public static Operand Written(Value value) => new Operand.Literal(Place.None, value);

    public static Operand Written(decimal number) => Written(Value.Of(number));

    public static Expression Compare(Operand left, Comparison op, Operand right) => new Expression.Compare(Place.None, left, op, right);

    public static Expression Is(Operand left, Value right) => Compare(left, Comparison.Equal, Written(right));

    public static Expression IsNot(Operand left, Value right) => Compare(left, Comparison.NotEqual, Written(right));

    public static Expression Not(Expression inner) => new Expression.Not(Place.None, inner);

    public static Expression All(params Expression[] parts) => new Expression.And(Place.None, [.. parts]);

    public static Expression Any(params Expression[] parts) => new Expression.Or(Place.None, [.. parts]);

    public static Expression Some(int count, params Expression[] parts) => new Expression.AtLeast(Place.None, count, [.. parts]);

    public static Expression Contains(Operand left, Value right) => new Expression.Contains(Place.None, left, Written(right));

    public static Expression Matches(Operand left, string pattern) => new Expression.Matches(Place.None, left, new Regex(pattern, RegexOptions.NonBacktracking));

    public static Expression Has(Operand.Seen what) => new Expression.Has(Place.None, what);

    public static Expression Over(bool every, Operand.Seen list, Expression test) => new Expression.OverItems(Place.None, every, list, test);

    public static Expression Holds(string name) => new Expression.PromiseHolds(Place.None, PromiseName.TryParse(name, null, out var parsed) ? parsed : throw new FormatException(name));

    public static Expression During(string calendar) => new Expression.During(Place.None, calendar);

    /// <summary>An answer as http would see it.</summary>
    public static Observation Answer(int status = 200, string? body = null, string time = "41ms", (string, string)[]? headers = null, Value? answers = null, Duration? certificate = null, bool? secure = null) => new()
    {
        StartedAt = Start,
        Reach = Reach.Answered,
        Code = status,
        Phases = Phases.None with { Total = Span(time).Nanoseconds },
        Values =
        [
            Value.Of((decimal)status), Value.Of(Span(time)), body is null ? null : new Value.Body(body),
            new Value.Map((headers ?? []).ToFrozenDictionary(header => header.Item1, header => header.Item2, StringComparer.OrdinalIgnoreCase)),
            answers, certificate is { } left ? Value.Of(left) : null, secure is { } flag ? Value.Of(flag) : null,
        ],
    };

    public static readonly Judged InForce = new(Truth.True, "no condition");

    /// <summary>How one expectation comes out of an answer.</summary>
    public static ExpectationOutcome Judged(Expression test, Observation seen) =>
        Judge.Look(Check(expect: [new Expectation("test", test)]), seen, InForce).Expectations[0];
}
