using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Language.Documents;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// The form of documents as JSON Schema 2020-12, made from the tables that the reader uses. It is for editors: it knows fields, forms and choices; names,
/// references and expressions are the reader's to judge. A scalar may be what YAML makes of it (a number, yes and no), because the reader takes all as text.
/// </summary>
public static class DocumentSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The schema of <c>kept.yaml</c> and <c>*.kept.yaml</c>, indented.</summary>
    public static string Json(IReadOnlyList<CheckKind> kinds) => Text(new DocumentTables(kinds).Document, "A document of promises: what one agent gives, and what it accepts of others.", kinds);

    /// <summary>The schema of <c>house.yaml</c>, indented.</summary>
    public static string HouseJson(IReadOnlyList<CheckKind> kinds) => Text(new DocumentTables(kinds).House, "What holds for a whole house.", kinds);

    private static string Text(Shape root, string means, IReadOnlyList<CheckKind> kinds)
    {
        var defs = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "Kept: " + root.Name, ["description"] = means };
        foreach (var (name, node) in Of(root, defs, kinds).ToList()) schema[name] = node?.DeepClone();
        if (defs.Count > 0) schema["$defs"] = new JsonObject(defs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(Shape shape, SortedDictionary<string, JsonNode?> defs, IReadOnlyList<CheckKind> kinds)
    {
        var properties = new JsonObject();
        foreach (var field in shape.Fields)
        {
            var form = Of(field.Form, defs, kinds);
            form["description"] = field.Means;
            properties[field.Name] = form;
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = shape.Further is { } further ? Of(further, defs, kinds) : JsonValue.Create(false) };
        var required = shape.Fields.Where(field => field.Required).Select(field => (JsonNode)JsonValue.Create(field.Name)).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        // exactly one key names the kind
        if (shape.Name == "check" && kinds.Count > 0)
            schema["oneOf"] = new JsonArray([.. kinds.Select(kind => new JsonObject { ["required"] = new JsonArray(JsonValue.Create(kind.Name)) })]);
        return schema;
    }

    private static JsonObject Of(Form form, SortedDictionary<string, JsonNode?> defs, IReadOnlyList<CheckKind> kinds)
    {
        switch (form)
        {
            case Form.Text text:
                return Of(text);
            case Form.List { OrOne: true } list:
                return new JsonObject { ["anyOf"] = new JsonArray(Of(list.Item, defs, kinds), ListOf(list, defs, kinds)) };
            case Form.List list:
                return ListOf(list, defs, kinds);
            case Form.Map map:
                return map.KeyPattern is { } pattern
                    ? new JsonObject { ["type"] = "object", ["patternProperties"] = new JsonObject { [pattern] = Of(map.Value, defs, kinds) }, ["additionalProperties"] = false }
                    : new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(map.Value, defs, kinds) };
            case Form.Either either:
                return new JsonObject { ["anyOf"] = new JsonArray(Of(either.Scalar), Of(either.Other, defs, kinds)) };
            case Form.Of { Shape: var shape }:
                if (defs.TryAdd(NameOf(shape), null)) defs[NameOf(shape)] = Of(shape, defs, kinds);
                return new JsonObject { ["$ref"] = "#/$defs/" + NameOf(shape) };
            default:
                throw new System.Diagnostics.UnreachableException(form.GetType().Name);
        }
    }

    // a member called `type` under $defs confuses validators that look for a schema there
    private static string NameOf(Shape shape) => shape.Name == "type" ? "quantity" : shape.Name;

    private static JsonObject ListOf(Form.List list, SortedDictionary<string, JsonNode?> defs, IReadOnlyList<CheckKind> kinds) =>
        new() { ["type"] = "array", ["items"] = Of(list.Item, defs, kinds) };

    private static JsonObject Of(Form.Text text)
    {
        if (!text.Choices.IsDefaultOrEmpty)
        {
            // editors read yes, no and 1 as values of their own
            var choices = new List<JsonNode?>(text.Choices.Select(choice => (JsonNode?)JsonValue.Create(choice)));
            if (text.Choices.Contains("yes")) choices.AddRange([JsonValue.Create(true), JsonValue.Create(false)]);
            choices.AddRange(text.Choices.Where(choice => int.TryParse(choice, out _)).Select(choice => (JsonNode?)JsonValue.Create(int.Parse(choice, System.Globalization.CultureInfo.InvariantCulture))));
            return new JsonObject { ["enum"] = new JsonArray([.. choices]) };
        }
        // a pattern binds texts only, so a number passes it: 5 is as good as '5'
        var schema = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        if (text.Pattern is { } pattern) schema["pattern"] = pattern;
        return schema;
    }
}
