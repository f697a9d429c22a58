using Kept.Ledger;
using Kept.Model;

namespace Kept.Tell;

/// <summary>Decides which messages are due: what a route was told, laid beside how everything stands. Pure, so a missed turn loses nothing: the next finds the same difference.</summary>
internal static class Choice
{
    /// <summary>What breaks within so short a time is gathered.</summary>
    public static readonly Duration Gather = Duration.Seconds(3);

    /// <summary>More than <see cref="MostSingle"/> within this time are one message.</summary>
    public static readonly Duration Together = Duration.Seconds(30);

    private static readonly Duration TogetherWhileFailing = Duration.Minutes(30);

    public const int MostSingle = 5, MostItems = 500, MostWaiting = 50;

    /// <summary>A route that carries nothing for so long is told of over the others.</summary>
    public static readonly Duration FailingFor = Duration.Minutes(5);

    /// <summary>The entries of the messages that are due for a route.</summary>
    public static IReadOnlyList<EntryDraft> For(TellRoute route, House house, Retelling retelling, Instant now)
    {
        var told = retelling.Routes[route.Name];
        // What waits is bounded: behind a receiver that is down the difference stays, and becomes one digest when it is back.
        if (told.IsGone || told.Waiting.Count >= MostWaiting) return [];
        var due = new List<(Item Item, Instant At)>();
        foreach (var key in retelling.Open(told))
            if (Of(key, route, told, house, retelling, now) is { } item)
                due.Add(item);
        if (due.Count == 0)
        {
            var idle = now - QuietSince(told);
            return route.Canary > Duration.Zero && told.Waiting.Count == 0 && idle >= route.Canary ? [Message.Draft(now, route.Name, MessageKind.Canary, [], null)] : [];
        }
        // one entry may open several matters at once, and messages must not depend on the order in which they lie in memory
        due.Sort(static (a, b) => (a.At, a.Item.Sequence).CompareTo((b.At, b.Item.Sequence)) is not 0 and var order ? order : string.CompareOrdinal(a.Item.Key, b.Item.Key));
        var waited = now - due[0].At;
        if (waited < Gather && waited >= Duration.Zero) return [];
        var recent = told.Recent.Count(at => at <= now && now - at < Together);
        if (due.Count + Math.Max(recent, told.Waiting.Count) <= MostSingle)
            return [.. due.Select(one => Message.Draft(now, route.Name, MessageKind.One, [one.Item], AnswersOf(told, one.Item)))];
        // a receiver that is down gets what it missed in few pieces
        if (waited < (told.FailingSince is null ? Together : TogetherWhileFailing) && waited >= Duration.Zero) return [];
        return [Message.Draft(now, route.Name, due.Count == 1 ? MessageKind.One : MessageKind.Digest, due.Take(MostItems).Select(one => one.Item), due.Count == 1 ? AnswersOf(told, due[0].Item) : null)];
    }

    /// <summary>Another trouble than the one that was told answers nothing.</summary>
    private static string? AnswersOf(RouteTold told, Item item) => told.Told.GetValueOrDefault(item.Key) is { } before && (!before.IsOver || Matter.IsWellAs(item.Outcome)) ? before.Message : null;

    /// <summary>What is to be told of one matter, and since when it is due; null where nothing is.</summary>
    private static (Item, Instant)? Of(string key, TellRoute route, RouteTold told, House house, Retelling retelling, Instant now)
    {
        if (retelling.Find(key) is not { } matter || !matter.IsWithdrawn && !IsFor(key, route, house, retelling) || !route.When.HasFlag(MatterKey.TidingsOf(key, matter.Outcome))) return null;
        var before = told.Told.GetValueOrDefault(key);
        if (matter.IsWell ? before is not { IsHeard: true } : before is { IsOver: false } && before.Outcome == matter.Outcome) return null;
        var hold = matter.IsWell ? MatterKey.RouteOf(key) is null ? Retelling.Settle : Duration.Zero
            : MatterKey.RouteOf(key) is not null ? FailingFor
            : matter.Outcome == Outcome.Unknown ? route.UnknownAfter
            : Duration.Zero;
        // A clock that went back: waiting for a time that was already would hold everything up.
        var at = matter.Since > now ? now - Gather : matter.Since + hold;
        if (at > now || retelling.IsSilent(key, now)) return null;
        var episode = before is { IsHeard: true, IsOver: false } ? before.Episode : matter.Since;
        return (new Item(key, matter.Outcome, before?.Outcome ?? matter.Before, matter.Since, matter.Reason, matter.Sequence, matter.IsWish,
            matter.IsWell && matter.Since > episode ? matter.Since - episode : null, episode)
        { IsWithdrawn = matter.IsWithdrawn, Formerly = before is { IsHeard: true } ? before.Name : null }, at);
    }

    private static bool IsFor(string key, TellRoute route, House house, Retelling retelling)
    {
        if (MatterKey.RouteOf(key) is { } other)
            return other != route.Name && house.Settings.Routes.Any(one => one.Name == other)
                && (retelling.Find(key)!.IsWell || retelling.Routes.GetValueOrDefault(route.Name)?.FailingSince is null
                    && retelling.Routes.GetValueOrDefault(other)?.FailingSince is not null); // one that leads elsewhere since has not failed there
        var (name, alert) = MatterKey.Parts(key);
        return PromiseName.TryParse(name, null, out var parsed) && house.ByName.TryGetValue(parsed, out var promise)
            && (alert is null || promise.Alerts.Any(one => one.Name == alert))
            && (promise.Tell.IsDefault ? route.IsUsual : promise.Tell.Contains(route.Name));
    }

    /// <summary>Since when a route carried nothing and was not tried: its canary counts from here.</summary>
    public static Instant QuietSince(RouteTold told)
    {
        var latest = told.Began;
        if (told.ProvenAt is { } proven && proven > latest) latest = proven;
        if (told.TriedAt is { } tried && tried > latest) latest = tried;
        return latest;
    }
}
