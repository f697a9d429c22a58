using System.Collections.Immutable;
using System.Globalization;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Statuspage;

/// <summary>An incident or a maintenance as its page tells it.</summary>
/// <param name="From">When it began, by their word; a maintenance: when it was to begin.</param>
/// <param name="To">When it was over; null while it is not.</param>
/// <param name="Said">What was said of each component, by its id: the worst of it. Null where only the impact was told.</param>
internal sealed record StatuspageEvent(Place At, string Id, string Name, bool IsMaintenance, DateTimeOffset From, DateTimeOffset? To, string? Impact, ImmutableArray<(string Component, string? Said)> Said)
{
    /// <summary>Of a maintenance: when it was announced; null where that is not told.</summary>
    public DateTimeOffset? Announced { get; init; }

    /// <summary>Of a maintenance: it is to come, or under way.</summary>
    public bool IsPlanned { get; init; }

    private const int MostComponents = 1_000;

    /// <summary>From what hurts nobody to what hurts all.</summary>
    private static readonly string[] States = ["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"];

    /// <summary>Null, and told, where it has no id, no name or no time.</summary>
    public static StatuspageEvent? Of(Keys its, bool isMaintenance, Losses losses)
    {
        var (id, name) = (its.Text("id")?.Content, its.Text("name")?.Content.Trim());
        its.Subject = name ?? "";
        var from = isMaintenance ? Moment(its.Text("scheduled_for")) : Moment(its.Text("started_at")) ?? Moment(its.Text("created_at"));
        var to = isMaintenance ? Moment(its.Text("scheduled_until")) : Moment(its.Text("resolved_at"));
        if (id is null || id.Length > 100 || string.IsNullOrEmpty(name) || from is not { } began)
        {
            losses.Lost(its.Map.At, its.Subject, $"{(isMaintenance ? "a maintenance" : "an incident")} without an id, a name or a readable time");
            return null;
        }
        var said = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var component in its.Items("components").Take(MostComponents))
            if (component.Text("id") is { Content: { Length: <= 100 } of }) said.TryAdd(of, null);
        foreach (var update in its.Items("incident_updates").Take(MostComponents))
            foreach (var affected in update.Items("affected_components").Take(MostComponents))
                if (affected.Text("code") is { Content: { Length: <= 100 } of } && affected.Text("new_status")?.Content is { } state && Array.IndexOf(States, state) is >= 0 and var rank && (!said.TryGetValue(of, out var before) || before is null || rank > Array.IndexOf(States, before)))
                    said[of] = state;
        return new StatuspageEvent(its.Map.At, id, Losses.Short(name), isMaintenance, began, to is { } end && end >= began ? end : null, its.Text("impact")?.Content is { Length: <= 40 } impact ? impact : null, [.. said.Select(pair => (pair.Key, pair.Value))])
        { Announced = Moment(its.Text("created_at")), IsPlanned = isMaintenance && its.Text("status")?.Content is not "completed" };
    }

    /// <summary>A time of day in a zone: a page that leaves the zone out says no moment.</summary>
    private static DateTimeOffset? Moment(ForeignNode.Text? text) =>
        text is { Content.Length: >= 20 and <= 40 } && DateTimeOffset.TryParseExact(text.Content, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) && moment.Year is >= 1990 and <= 2200 ? moment : null;
}
