using Kept.Language.Foreign;

namespace Kept.Import.Kuma;

/// <summary>The conditions of version 2: expressions and groups of them, each joined to what stands before it by <c>and</c> or <c>or</c>, from the left.</summary>
internal static class KumaConditions
{
    private const int Deepest = 16, Most = 100;

    /// <summary>One expectation; null where a part has no form here.</summary>
    /// <param name="name">The name here of a variable there; null where there is none.</param>
    public static string? Of(ForeignNode.List conditions, Func<string, string?> name) => Of(conditions, name, 0);

    private static string? Of(ForeignNode.List conditions, Func<string, string?> name, int depth)
    {
        if (depth > Deepest || conditions.Items.Length is 0 or > Most) return null;
        string? said = null;
        foreach (var item in conditions.Items)
        {
            if (item is not ForeignNode.Map map) return null;
            var one = Word(map, "type") == "group" ? map["children"] is ForeignNode.List inner ? Of(inner, name, depth + 1) : null : Expression(map, name);
            if (one is null) return null;
            said = said is null ? one : $"({said}) {(Word(map, "andOr") == "or" ? "or" : "and")} ({one})";
        }
        return said;
    }

    private static string? Expression(ForeignNode.Map map, Func<string, string?> name)
    {
        if (name(Word(map, "variable")) is not { } variable) return null;
        var value = Word(map, "value");
        var (text, number, pattern) = (KumaReading.Quoted(value), KumaReading.Decimal(value), ExpectationText.Pattern(System.Text.RegularExpressions.Regex.Escape(value)));
        return Word(map, "operator") switch
        {
            "equals" => $"{variable} == {text}",
            "not_equals" => $"{variable} != {text}",
            "contains" => $"{variable} contains {text}",
            "not_contains" => $"not ({variable} contains {text})",
            "starts_with" => $"{variable} matches /^{pattern}/",
            "not_starts_with" => $"not ({variable} matches /^{pattern}/)",
            "ends_with" => $"{variable} matches /{pattern}$/",
            "not_ends_with" => $"not ({variable} matches /{pattern}$/)",
            "num_equals" when number is not null => $"{variable} == {number}",
            "num_not_equals" when number is not null => $"{variable} != {number}",
            "lt" when number is not null => $"{variable} < {number}",
            "gt" when number is not null => $"{variable} > {number}",
            "lte" when number is not null => $"{variable} <= {number}",
            "gte" when number is not null => $"{variable} >= {number}",
            _ => null,
        };
    }

    private static string Word(ForeignNode.Map map, string key) => (map[key] as ForeignNode.Text)?.Content ?? "";
}
