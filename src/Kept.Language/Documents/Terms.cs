using System.Text.Json.Nodes;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// The terms of a promise, what its promisees rely on, as data: equal terms have equal hashes, however they are written (R17), and every change of them shows
/// (R18). Calendars and own quantities are written out, because a changed calendar under the same name would be a changed promise. What is looked at, what is
/// expected of it and how many looks confirm it are among them, for they decide what kept means; how often and how patiently we look is our own matter. When
/// the promise ends is not: renewing it changes none of its words.
/// </summary>
internal static class Terms
{
    public static string Hash(Promise promise, Agent agent) => ContentHash.Of(CanonicalJson.Of(Of(promise, agent)));

    public static JsonObject Of(Promise promise, Agent agent)
    {
        var terms = new JsonObject { ["name"] = promise.Name.ToString() };
        Put(terms, "version", promise.Version);
        Put(terms, "benefit", promise.Benefit);
        Put(terms, "to", promise.To.Order(StringComparer.Ordinal));
        Put(terms, "keeps", promise.Keeps.Select(ExpressionText.Of).Order(StringComparer.Ordinal));
        Put(terms, "given", promise.Given is null ? null : ExpressionText.Of(promise.Given));
        Put(terms, "uses", promise.Uses is null ? promise.UsesNotDisclosed ? "not disclosed" : null : ExpressionText.Of(promise.Uses));
        Put(terms, "limits", promise.Limits is null ? null : Of(promise.Limits));
        Put(terms, "fails", promise.Fails.Length == 0 ? null : new JsonArray([.. promise.Fails.Select(Of)]));
        Put(terms, "notice", promise.Notice?.ToString());
        Put(terms, "docs", promise.Docs);
        Put(terms, "maintenance", promise.Maintenance is { } m ? $"announced {m.Announced} before, up to {m.UpTo}/{m.Per}{(m.During is { } planned ? $" during {planned.Text}" : "")}" : null);
        Put(terms, "coverage", promise.Coverage == 0.95m ? null : Quantity.Ratio(promise.Coverage).ToString());
        Put(terms, "confidence", promise.Confidence is { } share ? Quantity.Ratio(share).ToString() : null);
        Put(terms, "accounting", promise.Accounting == Accounting.Usual ? null : promise.Accounting.ToString());
        Put(terms, "regimes", promise.Regimes.IsEmpty ? null : new JsonArray([.. promise.Regimes.Select(regime => JsonValue.Create($"{regime.Name}: {ExpressionText.Of(regime.When)}"))]));
        Put(terms, "calendars", Calendars(promise, agent));
        Put(terms, "quantities", Quantities(promise, agent));
        Put(terms, "checks", promise.Checks.IsEmpty ? null : new JsonArray([.. promise.Checks.OrderBy(check => check.Name, StringComparer.Ordinal).Select(Of)]));
        return terms;
    }

    private static JsonObject Of(Check check)
    {
        var terms = new JsonObject { ["name"] = check.Name, ["kind"] = check.Kind.Name, ["confirm"] = check.Confirm.ToString() };
        Put(terms, "target", check.Kind.IsPassive ? null : check.Target.Text); // what calls us has a key instead, and a key is nobody's term
        Put(terms, "expect", check.Expect.Select(expectation => ExpressionText.Of(expectation.Test)).Order(StringComparer.Ordinal));
        if (!check.First.IsEmpty) terms["first"] = new JsonArray([.. check.First.Select(step => OfStep(step))]);
        Put(terms, "measures", check.Measures.Select(measure => $"{measure.Quantity.Name}: {measure.Text}").Order(StringComparer.Ordinal));
        return terms;
    }

    private static JsonObject OfStep(Check step)
    {
        var terms = new JsonObject { ["name"] = step.Name, ["target"] = step.Target.Text };
        Put(terms, "expect", step.Expect.Select(expectation => ExpressionText.Of(expectation.Test)).Order(StringComparer.Ordinal));
        Put(terms, "take", step.Takes.Select(taking => $"{taking.Name}: {taking.Text}").Order(StringComparer.Ordinal));
        return terms;
    }

    private static void Put(JsonObject terms, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text)) terms[name] = text;
    }

    private static void Put(JsonObject terms, string name, IEnumerable<string> texts)
    {
        var items = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);
        if (items.Count > 0) terms[name] = items;
    }

    private static void Put(JsonObject terms, string name, JsonNode? node)
    {
        if (node is not null) terms[name] = node;
    }

    private static JsonObject Of(Limits limits)
    {
        var terms = new JsonObject();
        Put(terms, "load", limits.Load?.ToString());
        Put(terms, "burst", limits.Burst is { } burst ? Quantity.Number(burst).ToString() : null);
        Put(terms, "size", limits.Size?.ToString());
        Put(terms, "beyond", limits.Beyond?.ToString());
        Put(terms, "raise", limits.Raise);
        Put(terms, "ramp", limits.Ramp);
        foreach (var (name, quantity) in limits.Others) terms["quantity " + name] = quantity.ToString();
        return terms;
    }

    private static JsonObject Of(FailureMode failure)
    {
        var terms = new JsonObject { ["code"] = failure.Code.ToString() };
        Put(terms, "sees", failure.Sees);
        Put(terms, "retry", failure.Retry);
        Put(terms, "loses", failure.Loses);
        Put(terms, "becomes", failure.Becomes?.ToString());
        return terms;
    }

    private static JsonObject? Calendars(Promise promise, Agent agent)
    {
        if (promise.Given is null && promise.Regimes.IsEmpty) return null;
        var terms = new JsonObject();
        foreach (var during in promise.Regimes.Select(regime => regime.When).Prepend(promise.Given).OfType<Expression>().SelectMany(one => one.SelfAndDescendants()).OfType<Expression.During>())
            if (agent.Calendars.FirstOrDefault(calendar => calendar.Name == during.Calendar) is { } calendar)
                terms[calendar.Name] = $"{string.Join(' ', calendar.Open.Select(span => $"{span.From}-{span.To}"))} {calendar.Zone}";
        return terms.Count == 0 ? null : terms;
    }

    private static JsonObject? Quantities(Promise promise, Agent agent)
    {
        if (agent.Types.IsEmpty) return null;
        var terms = new JsonObject();
        foreach (var name in promise.Keeps.Select(objective => objective.Quantity.Name).Concat(promise.Limits?.Others.Select(pair => pair.Key) ?? []))
            if (agent.Types.FirstOrDefault(type => type.Name == name) is { } type)
                terms[name] = HashOf(type);
        return terms.Count == 0 ? null : terms;
    }

    /// <summary>What a quantity is known to others by (R36).</summary>
    public static string HashOf(QuantityType type) => ContentHash.Of(CanonicalJson.Of(new JsonObject
    {
        ["dimension"] = type.Dimension.ToString(),
        ["direction"] = type.Direction.ToString(),
        ["means"] = type.Means,
        ["name"] = type.Name,
    }));
}
