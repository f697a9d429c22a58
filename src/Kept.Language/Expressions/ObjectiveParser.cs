using System.Globalization;
using Kept.Model;
using NodaTime;
using Duration = Kept.Model.Duration;

namespace Kept.Language;

/// <summary>Reads <c>QUANTITY [STATISTIC] [of CHECK | of (CHECK [weight N], …)] COMPARISON VALUE over WINDOW [per SLICE [at SHARE | mean]]</c>, and the shorter <c>QUANTITY COMPARISON VALUE</c> of a use.</summary>
internal sealed class ObjectiveParser(Cursor cursor, Func<string, QuantityType?> types)
{
    internal const string Shape = "an objective is `QUANTITY [STATISTIC] [of CHECK] COMPARISON VALUE over WINDOW [per SLICE [at SHARE | mean]]`, as in `latency p95 <= 5s over 1h`";
    private static readonly Duration ShortestWindow = Duration.Minutes(1), LongestWindow = Duration.Days(400), ShortestSlice = Duration.Seconds(1);

    public Objective? Objective()
    {
        if (QuantityType() is not { } quantity) return null;
        var statisticAt = cursor.Now;
        if (!Statistic(quantity, out var statistic, out var word)) return null;
        var reader = new PartsParser(cursor, quantity, statistic, name => Known(name) is not null);
        var (check, parts) = cursor.TakeWord("of") ? reader.Read() : default;
        if (cursor.Source.Failed) return null;
        if (Comparison(quantity, word, statisticAt) is not { } comparison) return null;
        if (new FieldValueParser(cursor).Value(quantity.Dimension, ExpressionSource.Quoted(quantity.Name)) is not { } target) return null;
        if (!cursor.Now.IsWord("over")) return NoWindow();
        cursor.Take();
        if (Window() is not { } window) return null;
        Duration? slice = null;
        var rule = default(SliceRule);
        if (cursor.TakeWord("per"))
        {
            if (Slice(window) is not { } length || SliceRule() is not { } counted) return null;
            (slice, rule) = (length, counted);
            if (reader.WeightAt is { } weight && rule.Count == SliceCount.Whole)
            {
                reader.ReportIdle(weight, $"a slice is good when every look of every part in it is, whatever it weighs", $"leave the weights out, or let a share of the slice count: {ExpressionSource.Quoted($"per {length} at 95%")} or {ExpressionSource.Quoted($"per {length} mean")}");
                return null;
            }
        }
        if (IsJoined() || !cursor.AtEnd(Shape)) return null;
        return new Objective(cursor.Source.Whole, cursor.Source.Text.Trim(), quantity, statistic, check, comparison, target, window, slice) { SliceRule = rule, Parts = parts };
    }

    public UseLimit? Use()
    {
        var name = cursor.Now;
        if (QuantityType() is not { } quantity) return null;
        if (quantity.Direction == Direction.Provider)
        {
            cursor.Source.Error(ExpressionCodes.Use, name, $"{name.Shown} is the provider's to promise; a use is limited by what the user does", "write a quantity of the user, as in `rate <= 500/s`; what you need of the provider stands under `needs`");
            return null;
        }
        var symbol = cursor.Now;
        if (Ordered(quantity) is not { } comparison) return null;
        if (comparison is not (Model.Comparison.Less or Model.Comparison.LessOrEqual))
        {
            cursor.Source.Error(ExpressionCodes.Use, symbol, "a limit of use says how much at most", "write " + cursor.Source.With(symbol.Start, symbol.Length, symbol.Text.Replace('>', '<')));
            return null;
        }
        if (new FieldValueParser(cursor).Value(quantity.Dimension, ExpressionSource.Quoted(quantity.Name)) is not { } value) return null;
        if (cursor.Now.IsWord("per") || cursor.Now.IsWord("over"))
        {
            cursor.Source.Error(ExpressionCodes.Use, cursor.Now, "a limit of use always holds; a rate says itself over which time it is a mean", "write " + cursor.Source.With(cursor.Now.Start, cursor.Source.Text.Length - cursor.Now.Start, "")
                + ", or a rate over a longer time, as in `30000/5m`");
            return null;
        }
        return cursor.AtEnd("a limit of use is `QUANTITY <= VALUE`, as in `rate <= 500/s`") ? new UseLimit(quantity, comparison, value, cursor.Source.Text.Trim()) : null;
    }

    private Objective? NoWindow()
    {
        if (cursor.Now.Kind != TokenKind.End)
        {
            var near = cursor.Now.Kind == TokenKind.Word ? cursor.Now.Text : "";
            if (near is "for" or "in" or "within" or "during" or "last" or "every" && cursor.Next.Kind is TokenKind.Value or TokenKind.Word)
                cursor.Source.Error(ExpressionCodes.NoWindow, cursor.Now, $"a window is written with `over`, not {cursor.Now.Shown}", "write " + cursor.Source.With(cursor.Now.Start, cursor.Now.Length, "over"));
            else if (!IsJoined()) cursor.AtEnd(Shape);
            return null;
        }
        var text = cursor.Source.Text.Trim();
        cursor.Source.Error(ExpressionCodes.NoWindow, 0, Math.Max(1, cursor.Source.Text.Length), "an objective says over which time it is judged",
            $"write {ExpressionSource.Quoted(text + " over 30d")}, or {ExpressionSource.Quoted(text + " over 1h")}; what every single look must show belongs under `expect` of a check");
        return null;
    }

    /// <summary>Reports a second objective on the line.</summary>
    private bool IsJoined()
    {
        if (!cursor.Now.IsWord("and") && !cursor.Now.IsWord("or") && !cursor.Now.IsSymbol(",")) return false;
        cursor.Source.Error(ExpressionCodes.Objective, cursor.Now, "one line says one objective",
            cursor.Now.IsWord("or") ? "a promise keeps all its objectives; write each on its own line" : "write the second one on its own line; all of them must hold");
        return true;
    }

    private QuantityType? Known(string name) => types(name) ?? Model.QuantityType.BuiltIn.FirstOrDefault(known => known.Name == name);

    private QuantityType? QuantityType()
    {
        var token = cursor.Now;
        if (token.Kind is not (TokenKind.Word or TokenKind.Value))
        {
            cursor.Expected("the name of a quantity", Shape);
            return null;
        }
        if (Known(token.Text) is { } quantity)
        {
            cursor.Take();
            return quantity;
        }
        var names = Model.QuantityType.BuiltIn.Select(known => known.Name).ToArray();
        var help = token.Text switch
        {
            "uptime" or "up" or "success" or "success-rate" => "availability",
            "time" or "response-time" or "duration" or "delay" => "latency",
            "errors" or "error-rate" => "availability",
            "throughput" or "requests" => "load",
            "age" or "staleness" => "freshness",
            _ => Spelling.Nearest(token.Text, names),
        };
        if (IsStatistic(token.Text) && cursor.Next.Kind == TokenKind.Word)
            cursor.Source.Error(ExpressionCodes.Objective, token, "the statistic follows the quantity", "write " + cursor.Source.With(token.Start, cursor.Next.End - token.Start, $"{cursor.Next.Text} {token.Text}"));
        else
            cursor.Source.Error(ExpressionCodes.Quantity, token, $"nobody declared a quantity {token.Shown}", (help is null ? "" : "did you mean " + cursor.Source.With(token.Start, token.Length, help) + "? ")
                + $"built in are {string.Join(", ", names)}; others are declared under `types:`");
        return null;
    }

    private static bool IsStatistic(string word) => word is "max" or "min" || word.Length > 1 && word[0] == 'p' && word.Skip(1).All(c => char.IsAsciiDigit(c) || c == '.');

    /// <summary>The statistic, if one stands here. Its rules: none for a share of looks, one for what each look measures, either for load.</summary>
    private bool Statistic(QuantityType quantity, out Statistic statistic, out string? word)
    {
        (statistic, word) = (default, null);
        var token = cursor.Now;
        if (token.Kind == TokenKind.Word && !token.IsWord("of"))
        {
            word = token.Text;
            if (!IsStatistic(word))
            {
                cursor.Source.Error(ExpressionCodes.Statistic, token, $"{token.Shown} is no statistic",
                    word.ToLowerInvariant() is "mean" or "avg" or "average" or "median" or "p"
                        ? "a mean hides its worst looks; write " + cursor.Source.With(token.Start, token.Length, word is "median" ? "p50" : "p95")
                        : Spelling.Nearest(word, ["over"]) == "over" ? Shape : "statistics are p50 to p99.99, `max` and `min`; " + Shape);
                return false;
            }
            cursor.Take();
        }
        if (quantity.Source == QuantitySource.GoodLooks)
        {
            if (word is null) return true;
            cursor.Source.Error(ExpressionCodes.Statistic, token, $"{quantity.Name} is itself a share of looks and takes no statistic", "write " + cursor.Source.With(token.Start, cursor.Now.Start - token.Start, ""));
            return false;
        }
        if (word is null)
        {
            if (quantity.Source == QuantitySource.Surroundings) return true;
            var examples = ((string[])["p95", "max"]).Select(way => cursor.Source.With(cursor.Before.End, 0, " " + way));
            cursor.Source.Error(ExpressionCodes.Statistic, cursor.Before, $"every look has its own {quantity.Name}: say which of them the objective is about", "write " + string.Join(" (95 of 100 looks) or ", examples) + " (every look)");
            return false;
        }
        if (word is "max" or "min")
        {
            statistic = new Statistic(StatisticKind.Every, 1);
            return true;
        }
        if (!decimal.TryParse(word.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || percent is < 50 or > 99.99m || decimal.Round(percent, 4) != percent)
        {
            cursor.Source.Error(ExpressionCodes.Statistic, token, $"{token.Shown} is no percentile that is counted here", percent >= 100
                ? "every look is `max`: write " + cursor.Source.With(token.Start, token.Length, "max") : "write one from p50 to p99.99");
            return false;
        }
        statistic = new Statistic(StatisticKind.Percentile, percent / 100);
        return true;
    }

    private Comparison? Ordered(QuantityType quantity)
    {
        var token = cursor.Now;
        if (token.Kind != TokenKind.Symbol || !token.IsComparison)
        {
            cursor.Expected("one of `< <= > >=`", token.Kind == TokenKind.Value ? "write " + cursor.Source.With(token.Start, 0, quantity.Name == "availability" ? ">= " : "<= ") : Shape);
            return null;
        }
        if (token.Text is "==" or "!=")
        {
            cursor.Source.Error(ExpressionCodes.Comparison, token, "an objective is a bound, not one exact value", "write one of `< <= > >=`: " + cursor.Source.With(token.Start, token.Length, quantity.Name == "availability" ? ">=" : "<="));
            return null;
        }
        cursor.Take();
        return TestParser.ComparisonOf(token.Text);
    }

    private Comparison? Comparison(QuantityType quantity, string? statistic, Token statisticAt)
    {
        var token = cursor.Now;
        if (Ordered(quantity) is not { } comparison) return null;
        var upper = comparison is Model.Comparison.Less or Model.Comparison.LessOrEqual;
        if (quantity.Source == QuantitySource.GoodLooks && upper)
        {
            cursor.Source.Error(ExpressionCodes.Comparison, token, "availability is promised as at least so much", "write " + cursor.Source.With(token.Start, token.Length, token.Text.Replace('<', '>')));
            return null;
        }
        if (statistic is "max" && !upper || statistic is "min" && upper)
        {
            cursor.Source.Error(ExpressionCodes.Statistic, statisticAt, $"`{statistic} {token.Text}` would promise one single look; `max` goes with `<=`, `min` with `>=`",
                "write " + cursor.Source.With(token.Start, token.Length, upper ? token.Text.Replace('<', '>') : token.Text.Replace('>', '<')) + " or "
                + cursor.Source.With(statisticAt.Start, statisticAt.Length, statistic is "max" ? "min" : "max") + " for every look");
            return null;
        }
        // A promise to be slow can be judged, and contradicts others (R11, R15): the rules say so where it matters.
        if (quantity.Source == QuantitySource.LookTime && !upper)
            cursor.Source.Warning(ExpressionCodes.Comparison, token, "this promises that answers take at least so long", "if at most is meant, write " + cursor.Source.With(token.Start, token.Length, token.Text.Replace('>', '<')));
        return comparison;
    }

    private Window? Window()
    {
        var token = cursor.Now;
        if (token.IsWord("this")) return CalendarWindow();
        if (token.Kind == TokenKind.Word && Enum.TryParse<CalendarUnit>(token.Text, true, out var unit) && char.IsLetter(token.Text[0]))
        {
            cursor.Source.Error(ExpressionCodes.Window, token, $"{token.Shown} alone is no window", $"write `over this {unit.ToString().ToLowerInvariant()} Europe/Brussels` (with your zone), or a length as in `over 30d`");
            return null;
        }
        if (token.IsWord("the") || token.IsWord("last"))
        {
            cursor.Source.Error(ExpressionCodes.Window, token, "a window is a length alone", "write `over 30d`: it always is the last 30 days");
            return null;
        }
        if (new FieldValueParser(cursor).Value(Dimension.Time, "a window") is not { } length) return null;
        if (length.AsDuration >= ShortestWindow && length.AsDuration <= LongestWindow) return new Window.Rolling(length.AsDuration);
        cursor.Source.Error(ExpressionCodes.Window, token, "a window is from 1m to 400d long", "write one in between, as in `over 30d`");
        return null;
    }

    private Window.Calendar? CalendarWindow()
    {
        cursor.Take();
        var word = cursor.Now;
        if (word.Kind != TokenKind.Word || !Enum.TryParse<CalendarUnit>(word.Text, true, out var unit) || word.Text.Any(char.IsAsciiLetterUpper) || !char.IsLetter(word.Text[0]))
        {
            cursor.Expected("`day`, `week`, `month`, `quarter` or `year`", "write `over this month Europe/Brussels`");
            return null;
        }
        cursor.Take();
        var zone = cursor.Now;
        var zones = DateTimeZoneProviders.Tzdb;
        if (zone.Kind != TokenKind.Word || zone.IsWord("per"))
        {
            cursor.Source.Error(ExpressionCodes.Zone, word, $"a {word.Text} begins at another moment in every zone, so its zone is named", "write " + cursor.Source.With(word.End, 0, " Europe/Brussels") + " with your zone, or " + cursor.Source.With(word.End, 0, " UTC"));
            return null;
        }
        cursor.Take();
        if (zones.Ids.Contains(zone.Text)) return new Window.Calendar(unit, zone.Text);
        var near = zones.Ids.FirstOrDefault(id => id.Equals(zone.Text, StringComparison.OrdinalIgnoreCase) || id.EndsWith("/" + zone.Text, StringComparison.OrdinalIgnoreCase)) ?? Spelling.Nearest(zone.Text, zones.Ids);
        cursor.Source.Error(ExpressionCodes.Zone, zone, $"{zone.Shown} is no zone of the IANA database", near is null ? "write a name as in `Europe/Brussels` or `UTC`" : "did you mean " + cursor.Source.With(zone.Start, zone.Length, near) + "?");
        return null;
    }

    private Duration? Slice(Window window)
    {
        var token = cursor.Now;
        if (token.Kind == TokenKind.Word && token.Text is "minute" or "hour" or "day" or "second" or "s" or "m" or "h" or "d")
        {
            cursor.Source.Error(ExpressionCodes.Slice, token, "a slice is a length of time", "write " + cursor.Source.With(token.Start, token.Length, "1" + token.Text[0]));
            return null;
        }
        if (new FieldValueParser(cursor).Value(Dimension.Time, "a slice") is not { } length) return null;
        var slice = length.AsDuration;
        var longest = window is Model.Window.Rolling rolling ? rolling.Length : Duration.Days(1);
        if (slice >= ShortestSlice && slice < longest) return slice;
        cursor.Source.Error(ExpressionCodes.Slice, token, slice < ShortestSlice ? "a slice lasts at least 1s" : "a slice is shorter than its window", "write a shorter one, as in `per 1m`");
        return null;
    }

    /// <summary>What follows the slice: nothing, <c>at SHARE</c> or <c>mean</c>.</summary>
    private SliceRule? SliceRule()
    {
        if (cursor.TakeWord("mean")) return new SliceRule(SliceCount.Mean, 0);
        var word = cursor.Now;
        if (word.Kind == TokenKind.Word && word.Text is "average" or "avg" or "ratio")
        {
            cursor.Source.Error(ExpressionCodes.Slice, word, "the mean of the slices' shares is called `mean`", "write " + cursor.Source.With(word.Start, word.Length, "mean"));
            return null;
        }
        if (!cursor.TakeWord("at")) return default(SliceRule);
        var share = cursor.Now;
        if (new FieldValueParser(cursor).Value(Dimension.Ratio, "the share of a slice") is not { } wanted) return null;
        if (wanted.Amount is > 0 and <= 1) return wanted.Amount == 1 ? default(SliceRule) : new SliceRule(SliceCount.AtLeast, wanted.Amount);
        cursor.Source.Error(ExpressionCodes.Slice, share, "a slice is good at more than 0 % and at most 100 % good looks", "write a share in between, as in `per 1m at 95%`");
        return null;
    }
}
