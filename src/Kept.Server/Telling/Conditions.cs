using Kept.Engine;
using Kept.Judging;
using Kept.Language;
using Kept.Model;

namespace Kept.Server;

/// <summary>What a condition rests on at the moment of a view: the whole, and each of its parts with its value, why, and when that was seen.</summary>
internal static class Conditions
{
    public static IEnumerable<Input> Of(HouseView house, PromiseView view, Expression given)
    {
        var agent = house.House.Agents.FirstOrDefault(one => one.Promises.Contains(view.Promise) || one.ReliesOn.Any(reliance => reliance.Wishes.Contains(view.Promise)))
            ?? house.House.Agents.FirstOrDefault(one => one.Id == view.Promise.Name.Agent);
        var isOwn = agent?.Load is { IsLooks: true };
        var load = agent is null ? null : isOwn ? OwnLoadOf(view) : house.Loads.GetValueOrDefault(agent.Id);
        var around = new Surroundings(
            name => house.Find(name)?.Verdict.Outcome ?? Outcome.Unknown, isOwn ? load?.Value : load?.KnownAt(house.AsOf), agent?.Region, view.Promise.Version,
            name => agent is null || agent.Calendars.IsDefaultOrEmpty ? null : agent.Calendars.FirstOrDefault(calendar => calendar.Name == name));
        var whole = Judge.Given(given, house.AsOf, around);
        yield return new Input("condition " + ExpressionText.Of(given), Say.Wire(whole.Truth), "the promise holds only while this is true: " + whole.Reason, null, null);
        foreach (var part in given.SelfAndDescendants().Where(node => node is not (Expression.And or Expression.Or or Expression.Not or Expression.AtLeast or Expression.PromiseHolds)).DistinctBy(ExpressionText.Of))
            yield return Part(part);
        foreach (var name in Explanation.References(given)) yield return Explanation.OfOther(house, name, "condition");

        // What the newest look says it was: the load of this moment is that of another look.
        static LoadView? OwnLoadOf(PromiseView view) => view.Checks.Where(check => check.Last is not null).MaxBy(check => check.Last!.Slot) is { Last: { } last } newest ? new LoadView(OwnLoad.In(newest.Check, last), last.Slot) : null;

        Input Part(Expression part)
        {
            var judged = Judge.Given(part, house.AsOf, around);
            var isLoad = part.AsksFor("load");
            return new Input("part " + ExpressionText.Of(part), Say.Wire(judged.Truth), judged.Reason, isLoad ? load?.At : part is Expression.During ? house.AsOf : null,
                isLoad ? load?.Value is { } read ? $"load {read.ToWords()}, {(isOwn ? "of our own looks in the minute before the newest look" : "a mean over the last minute")}" : isOwn ? "our looks were not counted for a whole minute yet" : "load not read" : part is Expression.During ? "tzdb " + CalendarClock.TzdbVersion : null);
        }
    }
}
