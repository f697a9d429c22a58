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
    [ThreadStatic]
    private static CanonicalWriter? _writer;

    public static string Hash(Promise promise, Agent agent) => ContentHash.Of(Of(promise, agent));

    /// <summary>The terms as canonical JSON.</summary>
    internal static byte[] Of(Promise promise, Agent agent)
    {
        var terms = _writer ??= new CanonicalWriter();
        terms.Clear();
        terms.BeginObject();
        terms.Put("accounting", promise.Accounting == Accounting.Usual ? null : promise.Accounting.ToString());
        terms.Put("benefit", promise.Benefit);
        Calendars(terms, promise, agent);
        Each(terms, "checks", promise.Checks.OrderBy(check => check.Name, StringComparer.Ordinal), Put);
        terms.Put("confidence", promise.Confidence is { } share ? Quantity.Ratio(share).ToString() : null);
        terms.Put("coverage", promise.Coverage == 0.95m ? null : Quantity.Ratio(promise.Coverage).ToString());
        terms.Put("docs", promise.Docs);
        Each(terms, "fails", promise.Fails, Put);
        terms.Put("given", promise.Given is null ? null : ExpressionText.Of(promise.Given));
        terms.Put("keeps", Ordered(promise.Keeps.Select(ExpressionText.Of)));
        if (promise.Limits is { } limits) Put(terms, limits);
        terms.Put("maintenance", promise.Maintenance is { } m ? $"announced {m.Announced} before, up to {m.UpTo}/{m.Per}{(m.During is { } planned ? $" during {planned.Text}" : "")}" : null);
        terms.Put("name", promise.Name.ToString());
        terms.Put("notice", promise.Notice?.ToString());
        Quantities(terms, promise, agent);
        terms.Put("regimes", promise.Regimes.Select(regime => $"{regime.Name}: {ExpressionText.Of(regime.When)}"));
        terms.Put("to", Ordered(promise.To));
        terms.Put("uses", promise.Uses is null ? promise.UsesNotDisclosed ? "not disclosed" : null : ExpressionText.Of(promise.Uses));
        terms.Put("version", promise.Version);
        terms.EndObject();
        return terms.ToBytes();
    }

    private static IEnumerable<string> Ordered(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);

    private static void Each<T>(CanonicalWriter terms, string name, IEnumerable<T> items, Action<CanonicalWriter, T> put)
    {
        var isOpen = false;
        foreach (var item in items)
        {
            if (!isOpen)
            {
                terms.Name(name);
                terms.BeginList();
                isOpen = true;
            }
            terms.BeginObject();
            put(terms, item);
            terms.EndObject();
        }
        if (isOpen) terms.EndList();
    }

    private static void Put(CanonicalWriter terms, Check check)
    {
        terms.Put("confirm", check.Confirm.ToString());
        terms.Put("expect", Ordered(check.Expect.Select(expectation => ExpressionText.Of(expectation.Test))));
        Each(terms, "first", check.First, PutStep);
        terms.Put("kind", check.Kind.Name);
        terms.Put("measures", Ordered(check.Measures.Select(measure => $"{measure.Quantity.Name}: {measure.Text}")));
        terms.Put("name", check.Name);
        terms.Put("target", check.Kind.IsPassive ? null : check.Target.Text); // what calls us has a key instead, and a key is nobody's term
    }

    private static void PutStep(CanonicalWriter terms, Check step)
    {
        terms.Put("expect", Ordered(step.Expect.Select(expectation => ExpressionText.Of(expectation.Test))));
        terms.Put("name", step.Name);
        terms.Put("take", Ordered(step.Takes.Select(taking => $"{taking.Name}: {taking.Text}")));
        terms.Name("target");
        terms.Text(step.Target.Text);
    }

    private static void Put(CanonicalWriter terms, Limits limits)
    {
        terms.Name("limits");
        terms.BeginObject();
        terms.Put("beyond", limits.Beyond?.ToString());
        terms.Put("burst", limits.Burst is { } burst ? Quantity.Number(burst).ToString() : null);
        terms.Put("load", limits.Load?.ToString());
        foreach (var (name, quantity) in limits.Others.OrderBy(pair => pair.Key, StringComparer.Ordinal)) terms.Put("quantity " + name, quantity.ToString());
        terms.Put("raise", limits.Raise);
        terms.Put("ramp", limits.Ramp);
        terms.Put("size", limits.Size?.ToString());
        terms.EndObject();
    }

    private static void Put(CanonicalWriter terms, FailureMode failure)
    {
        terms.Put("becomes", failure.Becomes?.ToString());
        terms.Put("code", failure.Code.ToString());
        terms.Put("loses", failure.Loses);
        terms.Put("retry", failure.Retry);
        terms.Put("sees", failure.Sees);
    }

    private static void Calendars(CanonicalWriter terms, Promise promise, Agent agent)
    {
        if (promise.Given is null && promise.Regimes.IsEmpty) return;
        var named = promise.Regimes.Select(regime => regime.When).Prepend(promise.Given).OfType<Expression>().SelectMany(one => one.SelfAndDescendants()).OfType<Expression.During>().Select(during => during.Calendar);
        PutAll(terms, "calendars", named.Select(name => agent.Calendars.FirstOrDefault(calendar => calendar.Name == name)).OfType<Calendar>()
            .Select(calendar => (calendar.Name, $"{string.Join(' ', [.. calendar.Open.Select(span => $"{span.From}-{span.To}"), .. calendar.Dates.Select(span => $"{span.First}..{span.Last}/{span.Days}:{span.From}-{span.To}")])} {calendar.Zone}")));
    }

    private static void Quantities(CanonicalWriter terms, Promise promise, Agent agent)
    {
        if (agent.Types.IsEmpty) return;
        var named = promise.Keeps.Select(objective => objective.Quantity.Name).Concat(promise.Limits?.Others.Select(pair => pair.Key) ?? []);
        PutAll(terms, "quantities", named.Select(name => agent.Types.FirstOrDefault(type => type.Name == name)).OfType<QuantityType>().Select(type => (type.Name, HashOf(type))));
    }

    /// <summary>Members by their names, each once.</summary>
    private static void PutAll(CanonicalWriter terms, string name, IEnumerable<(string Name, string Text)> members)
    {
        var sorted = members.DistinctBy(member => member.Name).OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
        if (sorted.Count == 0) return;
        terms.Name(name);
        terms.BeginObject();
        foreach (var (one, text) in sorted) terms.Put(one, text);
        terms.EndObject();
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
