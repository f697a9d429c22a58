namespace Kept.Language;

/// <summary>The codes of everything that can be wrong inside an expression, an objective or a value: L050–L099. A shipped code keeps its meaning for ever.</summary>
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
}
