using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Slo;

/// <summary>The multi-window alerts that a generator makes of an objective, carried as wishes beside it; what could never fire is told and not carried.</summary>
internal static class BurnAlerts
{
    /// <param name="name">As the tool calls the alert: <c>page</c>.</param>
    /// <param name="at">Where it is written, or the objective.</param>
    /// <param name="pairs">Each pair must burn over both windows; one pair suffices.</param>
    public static void Carry(string name, Place at, IReadOnlyList<BurnPair> pairs, decimal target, SloIndicator counts, SloWish writer, WishDraft objective, HouseDraft draft, Losses losses)
    {
        var source = $"{objective.Source}/{name}";
        if (target == 1)
        {
            losses.Lost(at, source, "where nothing may be bad there is no budget that could burn", "a target below 100");
            draft.NotCarried.Add((source, at));
            return;
        }
        var able = pairs.Where(pair => SloWish.CanFire(pair, target, isStrict: true)).ToList();
        foreach (var pair in pairs.Except(able))
            losses.Hollow(ImportCodes.CannotFail, at, source, $"over {pair.Long} the alert can never fire: {SloNumber.Text(pair.Factor)} times the {SloNumber.Percent(1 - target)} that may be bad is all or more than all", "everything fails, and nobody is told",
                $"a target above {SloNumber.Percent(Math.Round(1 - (1 / pair.Factor), 4, MidpointRounding.ToPositiveInfinity))}, or an alert on the looks themselves");
        if (able.Count == 0)
        {
            draft.NotCarried.Add((source, at));
            return;
        }
        var wish = new WishDraft(source, at, objective.Agent, $"{objective.Name}-{name}")
        {
            Purpose = $"The error budget does not burn {string.Join(", or ", able.Select(pair => $"more than {SloNumber.Text(pair.Factor)} times too fast over {pair.Long} and {pair.Short}"))}",
        };
        wish.Checks.Add(writer.Burn(counts, target, able, ">"));
        draft.Wishes.Add(wish);
    }
}
