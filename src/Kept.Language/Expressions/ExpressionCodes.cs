using System.Collections.Immutable;

namespace Kept.Language;

/// <summary>The codes of everything that can be wrong inside an expression, an objective or a value: L050–L099, and L141–L144. A shipped code keeps its meaning for ever.</summary>
internal static class ExpressionCodes
{
    /// <summary>The words do not make an expression: something is missing, or something follows that does not belong.</summary>
    public const string Form = "L050";
    /// <summary>A quote, bracket or pattern is not closed.</summary>
    public const string Unclosed = "L051";
    /// <summary>An operator of another language: <c>=</c>, <c>&amp;&amp;</c>, <c>=&lt;</c>.</summary>
    public const string Operator = "L052";
    /// <summary>A character that has no meaning in an expression.</summary>
    public const string Character = "L053";
    /// <summary><c>and</c> and <c>or</c> without parentheses.</summary>
    public const string Mixed = "L054";
    /// <summary><c>not</c> before a comparison without parentheses.</summary>
    public const string NotComparison = "L055";
    /// <summary>Too long, too deep, or too many parts.</summary>
    public const string TooLarge = "L056";
    /// <summary>A name that this check does not see.</summary>
    public const string UnknownName = "L057";
    /// <summary>A bare number where a unit is due.</summary>
    public const string UnitMissing = "L058";
    /// <summary>A value that cannot be read: unknown unit, decimal comma, blank before the unit.</summary>
    public const string Value = "L059";
    /// <summary>A value beyond what is kept exactly.</summary>
    public const string Bounds = "L060";
    /// <summary>Two things that do not compare.</summary>
    public const string Types = "L061";
    /// <summary>An operator that does not suit what stands on its left.</summary>
    public const string Order = "L062";
    /// <summary>A path into something that has nothing inside, or none where one is due.</summary>
    public const string Path = "L063";
    /// <summary>The same answer whatever is seen.</summary>
    public const string Constant = "L064";
    /// <summary>A pattern that cannot be used.</summary>
    public const string Pattern = "L065";
    /// <summary><c>k of (…)</c> with an impossible k.</summary>
    public const string AtLeast = "L066";
    /// <summary><c>it</c> outside <c>any</c> and <c>every</c>, or missing inside.</summary>
    public const string Item = "L067";
    /// <summary>Something that belongs into another field.</summary>
    public const string Misplaced = "L068";
    /// <summary>More than promises, <c>and</c>, <c>or</c> and <c>k of</c> in <c>uses</c>.</summary>
    public const string Dependence = "L069";
    /// <summary>A name that no promise can have.</summary>
    public const string PromiseName = "L070";
    /// <summary>A list or range that is empty or the wrong way round.</summary>
    public const string Range = "L071";
    /// <summary>The parts of an objective are not in order.</summary>
    public const string Objective = "L075";
    /// <summary>An objective without a window.</summary>
    public const string NoWindow = "L076";
    /// <summary>A quantity that nobody declared.</summary>
    public const string Quantity = "L077";
    /// <summary>A statistic that is missing, unfit or unknown.</summary>
    public const string Statistic = "L078";
    /// <summary>A comparison that promises nothing.</summary>
    public const string Comparison = "L079";
    /// <summary>A window that cannot be used.</summary>
    public const string Window = "L080";
    /// <summary>A time zone that the IANA database does not have.</summary>
    public const string Zone = "L081";
    /// <summary>A slice that cannot be used.</summary>
    public const string Slice = "L082";
    /// <summary>A measure that gives no quantity.</summary>
    public const string Measure = "L083";
    /// <summary>A limit of use that limits nothing.</summary>
    public const string Use = "L084";
    /// <summary>An alert that is not written as alerts are.</summary>
    public const string Alert = "L085";
    /// <summary>An alert about a budget that there is not, or not one alone.</summary>
    public const string AlertBudget = "L086";
    /// <summary>A list of parts that is empty, names one twice, or is too long.</summary>
    public const string Parts = "L141";
    /// <summary>A weight that is none.</summary>
    public const string Weight = "L142";
    /// <summary>A weight that changes nothing.</summary>
    public const string IdleWeight = "L143";
    /// <summary>Parts of several quantities.</summary>
    public const string MixedParts = "L144";

    /// <summary>The catalogue part of these codes; each has a page under docs/errors and broken examples.</summary>
    public static ImmutableArray<LanguageCode> All { get; } =
    [
        new(Form, "not an expression", "The words do not make an expression: a part is missing, or something follows that does not belong."),
        new(Unclosed, "bracket, quote or pattern not closed", "What was opened is not closed."),
        new(Operator, "operator of another language", "An operator is written as other languages write it."),
        new(Character, "character without meaning", "A character stands here that means nothing in an expression."),
        new(Mixed, "`and` and `or` without parentheses", "`and` and `or` stand together, and nothing says which is meant first."),
        new(NotComparison, "`not` before a comparison", "`not` turns one part; before a comparison it needs parentheses."),
        new(TooLarge, "expression too large", "An expression is longer than 4,000 characters, has more than 200 parts, or nests deeper than 64."),
        new(UnknownName, "unknown name", "The name is not one that this kind of check sees, or that a condition knows."),
        new(UnitMissing, "unit missing", "A bare number stands where a unit is due."),
        new(Value, "malformed value", "A value cannot be read: a unit that is none, a blank before it, or a decimal comma."),
        new(Bounds, "value out of bounds", "A value is beyond what is kept exactly."),
        new(Types, "things that do not compare", "The two sides are of different sorts."),
        new(Order, "operator that does not suit", "The operator means nothing for what stands on its left."),
        new(Path, "path that leads nowhere", "A path goes into something that has nothing inside, or is missing where it is due."),
        new(Constant, "always the same", "The answer is the same whatever is seen."),
        new(Pattern, "unusable pattern", "The pattern of `matches` cannot be used."),
        new(AtLeast, "impossible count", "`k of (…)` asks for more parts than there are, for none, or for no number."),
        new(Item, "`it` without its list", "`it` stands outside of `any` and `every`, or is not named inside."),
        new(Misplaced, "in the wrong field", "The part belongs into another field of the promise."),
        new(Dependence, "more than promises in `uses`", "`uses` holds more than promises, `and`, `or` and `k of (…)`."),
        new(PromiseName, "malformed name of a promise", "No promise can have this name."),
        new(Range, "list or range without content", "A list or range is empty, the wrong way round, or in the wrong brackets."),
        new(Objective, "parts of an objective out of order", "The parts of an objective do not stand in their order, or there are two objectives on one line."),
        new(NoWindow, "objective without a window", "An objective does not say over which time it is judged."),
        new(Quantity, "undeclared quantity", "Nobody declared the quantity."),
        new(Statistic, "statistic missing or unfit", "The statistic is missing, unknown, or does not suit the quantity."),
        new(Comparison, "comparison that promises nothing", "The comparison is no bound, or points the wrong way."),
        new(Window, "unusable window", "The window cannot be used."),
        new(Zone, "time zone missing or unknown", "The zone is missing, or the IANA database does not have it."),
        new(Slice, "unusable slice", "The slice after `per` cannot be used."),
        new(Measure, "measure without a figure", "A measure does not lead to a figure of its quantity."),
        new(Use, "limit of use that limits nothing", "A limit of use is no upper bound of what the user does."),
        new(Alert, "malformed alert", "A line of an alert is not written as `burn >= FACTOR over WINDOW`."),
        new(AlertBudget, "alert about no budget", "An alert does not speak of exactly one objective with a budget, or over a longer time than that objective."),
        new(Parts, "parts that cannot be listed so", "The checks that an objective counts together are listed wrongly: none, one of them twice, or too many."),
        new(Weight, "unusable weight", "A weight of a part cannot be used."),
        new(IdleWeight, "weight that changes nothing", "A weight stands where every look of every part must hold."),
        new(MixedParts, "parts of several quantities", "A part of an objective speaks of a quantity of its own."),
    ];
}
