using System.Globalization;
using CsCheck;
using Kept.Model;

namespace Kept.Language.Tests.Expressions;

/// <summary>Random trees of the language, well-typed, and a form to compare them in: everything but places.</summary>
internal static class Trees
{
    private static readonly SourceFile Nowhere = new("generated");
    private static readonly Place At = new(Nowhere, 1, 1, 1);

    private static Gen<T> One<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static readonly Gen<string> Member = Gen.Frequency(
        (4, One("id", "items", "lagMs", "a-b", "x_1", "0", "größe", "in", "and", "is")),
        (1, One('a', ' ', '\'', '"', '.', '[', ']', '/', '\\', '\n', ',', '#', '-').Array[0, 6].Select(chars => new string(chars))));

    private static readonly Gen<PathStep> Step = Gen.Frequency(
        (3, Member.Select(member => new PathStep(member, 0))),
        (1, Gen.Int[-3, 9].Select(item => new PathStep(null, item))));

    private static Gen<Operand.Seen> Inside(string name) =>
        Step.Array[name == "it" ? 0 : 1, 3].Select(path => new Operand.Seen(At, name, name == "it" ? -1 : Lines.Kind.IndexOf(name), [.. path]));

    private static Operand.Seen Seen(string name) => new(At, name, Lines.Kind.IndexOf(name), []);

    public static readonly Gen<Quantity> Times = Gen.OneOf(
        Gen.Long[-1_000_000_000, 1_000_000_000_000].Select(n => Quantity.Time(new Duration(n))),
        Gen.Int[0, 400].Select(n => Quantity.Time(Duration.Days(n))),
        Gen.Int[0, 5_000].Select(n => Quantity.Time(Duration.Milliseconds(n))));

    private static readonly Gen<decimal> Decimals = Gen.Select(Gen.Long[-99_999_999, 99_999_999], Gen.Int[0, 9], (n, scale) => new decimal(Math.Abs(n) > int.MaxValue ? 0 : (int)Math.Abs(n), 0, 0, n < 0, (byte)scale));

    public static readonly Gen<Quantity> Numbers = Decimals.Select(d => Quantity.Number(d == 0 ? 0 : d));

    public static readonly Gen<Quantity> Ratios = Decimals.Select(d => Quantity.Ratio((d == 0 ? 0 : d) / 100));

    public static readonly Gen<Quantity> Sizes = Gen.OneOf(Gen.Long[0, 999_999_999_999_999].Select(n => Quantity.Bytes(n)), Gen.Int[0, 999].Select(n => Quantity.Bytes(n * 1048576m)));

    public static readonly Gen<Quantity> Rates = Gen.Select(Gen.Int[0, 999_999_999], Gen.Int[0, 3], Gen.OneOf(Gen.Int[1, 400].Select(n => Duration.Days(n)), Gen.Int[1, 90].Select(n => Duration.Seconds(n)), Gen.Int[1, 999].Select(n => new Duration(n))),
        (n, scale, per) => Quantity.Rate(new decimal(n, 0, 0, false, (byte)scale), per));

    private static readonly Gen<string> Words = Gen.OneOf(One("ok", "it's", "a \"b\"", "''", "and", "5s", "line\nbreak", "# no", "‘x’", ": "), Gen.String[Gen.Char['!', '~'], 1, 8]);

    private static readonly Gen<Comparison> Comparisons = One<Comparison>(Enum.GetValues<Comparison>());

    private static readonly Gen<Comparison> Equalities = One(Comparison.Equal, Comparison.NotEqual);

    private static Operand Written(Quantity quantity) => new Operand.Literal(At, Value.Of(quantity));

    private static Operand Written(Value value) => new Operand.Literal(At, value);

    private static readonly Gen<Value> Plain = Gen.OneOf(Words.Select(Value.Of), Numbers.Select(Value.Of), Gen.Bool.Select(Value.Of), Gen.Const<Value>(new Value.Nothing()));

    /// <summary>Tests of what a check saw, by the types of <see cref="Lines.Kind"/>.</summary>
    private static Gen<Expression> Test(Gen<Operand.Seen> found) => Gen.OneOf<Expression>(
        Gen.Select(Comparisons, Numbers, (c, n) => (Expression)new Expression.Compare(At, Seen("status"), c, Written(n))),
        Gen.Select(One("time", "time.first-byte", "certificate.expires-in"), Comparisons, Times, (name, c, n) => (Expression)new Expression.Compare(At, Seen(name), c, Written(n))),
        Gen.Select(Comparisons, Sizes, (c, n) => (Expression)new Expression.Compare(At, Written(n), c, Seen("size"))),
        Gen.Select(Comparisons, Ratios, (c, n) => (Expression)new Expression.Compare(At, Seen("loss"), c, Written(n))),
        Gen.Select(Comparisons, Rates, (c, n) => (Expression)new Expression.Compare(At, Seen("throughput"), c, Written(n))),
        Gen.Select(found, Equalities, Plain, (f, c, v) => (Expression)new Expression.Compare(At, f, c, Written(v))),
        Gen.Select(found, Plain.Array[1, 4], (f, items) => (Expression)new Expression.InList(At, f, [.. items])),
        Gen.Select(Times, Times, (a, b) => (Expression)new Expression.InRange(At, Seen("time"), a < b ? a : b, a < b ? b : a)),
        Gen.Select(found, Words, (f, w) => (Expression)new Expression.Contains(At, f, Written(Value.Of(w)))),
        Gen.Select(found, One("^ok$", "a/b", "[/]x", "\\/", "\\d{4}-\\d{2}", "(a|b)+ ,"), (f, p) => (Expression)new Expression.Matches(At, f, new(p, System.Text.RegularExpressions.RegexOptions.NonBacktracking))),
        found.Select(f => (Expression)new Expression.Has(At, f)),
        found.Select(f => (Expression)new Expression.IsTrue(At, f)),
        Gen.Select(found, Gen.Int[1, 9], (f, n) => (Expression)new Expression.Compare(At, new Operand.Count(At, f), Comparison.GreaterOrEqual, Written(Quantity.Number(n)))),
        Gen.Const<Expression>(new Expression.IsTrue(At, Seen("redirected"))));

    private static Gen<Expression> Tree(Gen<Expression> leaf, int depth, bool withNot = true)
    {
        if (depth == 0) return leaf;
        var below = Tree(leaf, depth - 1, withNot);
        var joined = Gen.OneOf(
            below.Array[2, 3].Select(parts => (Expression)new Expression.And(At, [.. parts])),
            below.Array[2, 3].Select(parts => (Expression)new Expression.Or(At, [.. parts])),
            Gen.Select(below.Array[1, 3], Gen.Int[1, 3], (parts, k) => (Expression)new Expression.AtLeast(At, Math.Min(k, parts.Length), [.. parts])));
        return withNot ? Gen.Frequency((2, leaf), (2, joined), (1, below.Select(inner => (Expression)new Expression.Not(At, inner)))) : Gen.Frequency((1, leaf), (2, joined));
    }

    private static readonly Gen<Expression> OverItems = Gen.Select(Gen.Bool, Inside("body"), Tree(Test(Inside("it")), 1), Gen.Select(Inside("it"), f => (Expression)new Expression.Has(At, f)),
        (every, list, test, named) => (Expression)new Expression.OverItems(At, every, list, new Expression.And(At, [test, named])));

    public static readonly Gen<Expression> Expectations = Tree(Gen.Frequency((6, Test(Inside("body"))), (1, OverItems)), 2);

    private static readonly Gen<PromiseName> Names = Gen.Select(One("storage", "live-show", "3d-render", "aws.eu"), One("upload", "image", "v2.render", "in"), Gen.Int[0, 3], (agent, name, line) => new PromiseName(agent, name, line));

    private static readonly Gen<Expression> Promised = Names.Select(name => (Expression)new Expression.PromiseHolds(At, name));

    public static readonly Gen<Expression> Dependences = Tree(Promised, 3, withNot: false);

    private static Operand.Seen Around(string name) => new(At, name, -1, []);

    public static readonly Gen<Expression> Conditions = Tree(Gen.OneOf(
        Promised,
        One("show", "night.shift", "a-1").Select(name => (Expression)new Expression.During(At, name)),
        Gen.Select(Comparisons, Rates, (c, n) => (Expression)new Expression.Compare(At, Around("load"), c, Written(n))),
        Gen.Select(Words.Array[1, 3], items => (Expression)new Expression.InList(At, Around("region"), [.. items.Select(Value.Of)])),
        Gen.Select(Equalities, Words, (c, w) => (Expression)new Expression.Compare(At, Around("version"), c, Written(Value.Of(w))))), 3);

    private static readonly Gen<Window> Windows = Gen.OneOf(
        Gen.Int[1, 400].Select(n => (Window)new Window.Rolling(Duration.Days(n))),
        Gen.Int[1, 900].Select(n => (Window)new Window.Rolling(Duration.Minutes(n))),
        Gen.Select(One<CalendarUnit>(Enum.GetValues<CalendarUnit>()), One("UTC", "Europe/Brussels", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"), (unit, zone) => (Window)new Window.Calendar(unit, zone)));

    private static readonly Gen<ObjectiveParts?> Parts = Gen.OneOf(Gen.Bool.Select(_ => (ObjectiveParts?)null),
        Gen.Select(Gen.Int[1, 100_000], One(1m, 1m, 0.25m, 7m), Gen.Int[0, 3]).Select((hundredths, weight, more) => (ObjectiveParts?)new ObjectiveParts([new("http", weight), new("weight", hundredths / 100m), .. Enumerable.Range(0, more).Select(i => new ObjectivePart($"{i}-p95", 1))])));

    public static readonly Gen<Objective> Objectives = Gen.Select(OfOne, Parts).Select((objective, parts) =>
    {
        if (parts is null || objective.OfCheck is not null) return objective;
        var hasNoSay = objective.Statistic.Kind == StatisticKind.Every || (objective.Slice is not null && objective.SliceRule.Count == SliceCount.Whole);
        return objective with { Parts = hasNoSay ? new ObjectiveParts([.. parts.Each.Select(part => part with { Weight = 1 })]) : parts };
    });

    private static Gen<Objective> OfOne => Gen.Select(Gen.Int[0, 3], Gen.Int[5000, 9999], Gen.Bool, One<string?>(null, "http", "by-hand"), Windows, Gen.Int[0, 3], Gen.Bool).Select((which, percent, strict, check, window, slicing, every) =>
    {
        var upper = strict ? Comparison.Less : Comparison.LessOrEqual;
        var lower = strict ? Comparison.Greater : Comparison.GreaterOrEqual;
        var statistic = every ? new Statistic(StatisticKind.Every, 1) : new Statistic(StatisticKind.Percentile, percent / 10_000m);
        Duration? slice = slicing > 0 ? Duration.Seconds(59) : null;
        var rule = slicing switch { 2 => new SliceRule(SliceCount.AtLeast, percent % 2 == 0 ? 0.95m : 0.333m), 3 => new SliceRule(SliceCount.Mean, 0), _ => default };
        var objective = which switch
        {
            0 => new Objective(At, "", QuantityType.Availability, default, check, lower, Quantity.Ratio(percent / 10_000m), window, slice),
            1 => new Objective(At, "", QuantityType.Latency, statistic, check, upper, Quantity.Time(Duration.Milliseconds(percent)), window, slice),
            2 => new Objective(At, "", Lines.PictureLag, statistic, check, lower, Quantity.Time(Duration.Milliseconds(percent)), window, slice),
            _ => new Objective(At, "", QuantityType.BuiltIn.First(type => type.Name == "load"), default, check, upper, Quantity.Rate(percent, Duration.Seconds(1)), window, slice),
        };
        return objective with { SliceRule = rule };
    });

    /// <summary>A tree as nested lists, without places: equal texts, equal trees.</summary>
    public static string Dump(object? node) => node switch
    {
        null => "null",
        string text => "\"" + text.Replace("\"", "\\\"") + "\"",
        Quantity quantity => $"{quantity.Dimension}:{quantity.Amount.ToString("0.############################", CultureInfo.InvariantCulture)}/{quantity.PerNanoseconds}",
        PathStep step => step.Member is null ? $"[{step.Item}]" : "." + Dump(step.Member),
        System.Text.RegularExpressions.Regex pattern => "/" + pattern.ToString().Replace("\\/", "/") + "/",
        Value.Measured measured => Dump(measured.Quantity),
        Value.Text text => Dump(text.Content),
        Expression or Operand or Objective or QuantityType or Statistic or SliceRule or Window or PromiseName => "(" + node.GetType().Name + " " + string.Join(" ", node.GetType().GetProperties()
            .Where(property => property.Name is not ("At" or "Children" or "EqualityContract" or "Text" or "Short") && property.GetIndexParameters().Length == 0)
            .OrderBy(property => property.Name, StringComparer.Ordinal).Select(property => property.Name + "=" + Dump(property.GetValue(node)))) + ")",
        System.Collections.IEnumerable items => "[" + string.Join(" ", items.Cast<object?>().Select(Dump)) + "]",
        _ => Convert.ToString(node, CultureInfo.InvariantCulture) ?? "",
    };
}
