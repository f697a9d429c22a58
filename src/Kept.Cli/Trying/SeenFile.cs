using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Cli.Trying;

/// <summary>
/// An observation that a person wrote down: a JSON object of the names that a kind of check sees. Quantities are numbers or text with their unit (<c>"750ms"</c>), a body
/// is text or the JSON itself, and names with a dot may be nested (<c>{"certificate": {"expires-in": "20d"}}</c>). What is not named was not seen.
/// </summary>
internal static class SeenFile
{
    /// <summary>The observation, or what is wrong with the file.</summary>
    public static (Observation? Seen, string? Wrong, string? Help) Read(JsonElement file, CheckKind kind, Instant at)
    {
        if (file.ValueKind != JsonValueKind.Object) return (null, "it holds no JSON object", "write the names that were seen: {\"status\": 200, \"time\": \"120ms\", \"body\": {\"ready\": true}}");
        var values = new Value?[kind.Sees.Length];
        if (Take(file, "", kind, values) is { } wrong) return (null, wrong.Message, wrong.Help);
        return (new Observation { StartedAt = at, Reach = Reach.Answered, Values = [.. values] }, null, null);
    }

    private static (string Message, string Help)? Take(JsonElement from, string prefix, CheckKind kind, Value?[] values)
    {
        foreach (var member in from.EnumerateObject())
        {
            var name = prefix + member.Name;
            var index = kind.IndexOf(name);
            if (index < 0)
            {
                if (member.Value.ValueKind != JsonValueKind.Object || !kind.Sees.Any(seen => seen.Name.StartsWith(name + ".", StringComparison.Ordinal)))
                    return ($"a check of the kind `{kind.Name}` sees no `{name}`", "it sees " + string.Join(", ", kind.Sees.Select(seen => seen.Name)));
                if (Take(member.Value, name + ".", kind, values) is { } inner) return inner;
            }
            else if (member.Value.ValueKind != JsonValueKind.Null && (values[index] = Of(member.Value, kind.Sees[index])) is null)
                return ($"`{name}` is not {Wanted(kind.Sees[index])}: {Shown(member.Value)}", Example(kind.Sees[index]));
        }
        return null;
    }

    private static Value? Of(JsonElement json, ObservedName name) => (name.Form, json.ValueKind) switch
    {
        (ObservedForm.Body, JsonValueKind.String) => Text(json) is { } text ? new Value.Body(text) : null,
        (ObservedForm.Body, _) => new Value.Body(json.GetRawText()),
        (ObservedForm.Flag, JsonValueKind.True or JsonValueKind.False) => Value.Of(json.ValueKind == JsonValueKind.True),
        (ObservedForm.Text, JsonValueKind.String) => Text(json) is { } text ? Value.Of(text) : null,
        (ObservedForm.Quantity, JsonValueKind.Number or JsonValueKind.String) =>
            ExpectationText.Value(json.ValueKind == JsonValueKind.String ? Text(json) ?? "" : json.GetRawText()) is { } quantity && quantity.Dimension == name.Dimension ? Value.Of(quantity) : null,
        (ObservedForm.List, JsonValueKind.Array) => json.EnumerateArray().Select(Item).ToImmutableArray() is var items && items.All(item => item is not null) ? new Value.List(items!) : null,
        (ObservedForm.Map, JsonValueKind.Object) => json.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.String && Text(entry.Value) is not null)
            ? new Value.Map(json.EnumerateObject().GroupBy(entry => entry.Name.ToLowerInvariant()).ToFrozenDictionary(entry => entry.Key, entry => string.Join(", ", entry.Select(one => Text(one.Value))), StringComparer.OrdinalIgnoreCase)) : null,
        _ => null,
    };

    private static Value? Item(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Text(json) is { } text ? Value.Of(text) : null,
        JsonValueKind.Number => ExpectationText.Value(json.GetRawText()) is { } number ? Value.Of(number) : null,
        JsonValueKind.True or JsonValueKind.False => Value.Of(json.ValueKind == JsonValueKind.True),
        _ => null,
    };

    private static string? Text(JsonElement json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static string Shown(JsonElement json) => json.GetRawText() is var text && text.Length > 60 ? text[..59] + "…" : text;

    private static string Wanted(ObservedName name) => name.Form switch
    {
        ObservedForm.Quantity => name.Dimension switch { Dimension.Time => "a time with its unit", Dimension.Size => "a size with its unit", Dimension.Number => "a number", _ => "a value with its unit" },
        ObservedForm.Flag => "true or false",
        ObservedForm.List => "a list of texts",
        ObservedForm.Map => "an object of texts",
        _ => "text",
    };

    private static string Example(ObservedName name) => name.Form switch
    {
        ObservedForm.Quantity => name.Dimension switch { Dimension.Time => "write it in quotes with its unit: \"750ms\", \"20d\"", Dimension.Size => "write it in quotes with its unit: \"12KiB\"", _ => "write a number, such as 200" },
        ObservedForm.Flag => "write true or false, without quotes",
        ObservedForm.List => "write [\"one\", \"two\"]",
        ObservedForm.Map => "write {\"content-type\": \"application/json\"}",
        _ => "write it in quotes",
    };
}
