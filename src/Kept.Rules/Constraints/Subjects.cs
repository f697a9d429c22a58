using Kept.Model;

namespace Kept.Rules;

/// <summary>What a check or an objective is about, as text: equal texts mean that the same thing is seen in the same way.</summary>
internal static class Subjects
{
    /// <summary>Kind, target, every setting and every step that leads there: with another header the same URL may be another thing.</summary>
    public static string Of(Check check) =>
        string.Join('\u001f', [check.Kind.Name, check.Target.Method, check.Target.Text, .. check.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + "=" + TextOf(pair.Value)),
            .. check.First.Select(Of), .. check.Takes.Select(taking => taking.Name + "=" + taking.Text)]);

    /// <summary>The objectives of a promise as bounds, each about the check it counts.</summary>
    public static Bound[] BoundsOf(Promise promise)
    {
        if (promise.Keeps.IsEmpty) return [];
        var all = string.Join('\u001e', promise.Checks.Select(Of));
        return [.. promise.Keeps.Select(objective => Bound.Of(objective, Subject(promise, objective, all)))];
    }

    /// <summary>What an objective counts, by name: a check, several with the ratio of their weights in whatever order, or nothing for all.</summary>
    public static string NameOf(Objective objective) => objective.Parts is not { } parts ? objective.OfCheck ?? ""
        : string.Join('\u001e', parts.Each.OrderBy(part => part.Check, StringComparer.Ordinal).Select(part => $"{parts.PointsOf(part.Check)}\u001f{part.Check}"));

    private static string Subject(Promise promise, Objective objective, string all)
    {
        if (objective.Parts is { } parts)
            return string.Join('\u001e', promise.Checks.Where(check => objective.Counts(check.Name)).Select(check => $"{parts.PointsOf(check.Name)}\u001d{Of(check)}\u001d{MeasuresOf(objective, [check])}").Order(StringComparer.Ordinal));
        var check = objective.OfCheck is { } name ? promise.Checks.FirstOrDefault(c => c.Name == name) : null;
        var subject = check is null ? all : Of(check);
        if (objective.Quantity.Source != QuantitySource.Measured) return subject;
        var checks = check is null ? promise.Checks : [check];
        return subject + '\u001d' + MeasuresOf(objective, checks);
    }

    private static string MeasuresOf(Objective objective, IEnumerable<Check> checks) => objective.Quantity.Source != QuantitySource.Measured ? ""
        : string.Join('\u001e', checks.SelectMany(c => c.Measures).Where(m => m.Quantity.Name == objective.Quantity.Name).Select(m => m.From + " as " + m.Unit));

    private static string TextOf(FieldValue value) => value switch
    {
        FieldValue.Text text => text.Content,
        FieldValue.Length length => length.Duration.ToString(),
        FieldValue.Bytes bytes => bytes.Count.ToString(),
        FieldValue.Whole whole => whole.Number.ToString(),
        FieldValue.YesNo flag => flag.IsYes ? "yes" : "no",
        FieldValue.Texts texts => string.Join('\u001c', texts.Items),
        FieldValue.TextMap map => string.Join('\u001c', map.Items.Select(item => item.Key + ":" + item.Value)),
        _ => throw new ArgumentException($"no text for {value.GetType().Name}", nameof(value)),
    };
}
