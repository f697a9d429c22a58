namespace Kept.Model;

/// <summary>
/// The load that the looks of a house put on a host themselves, as the condition and the regime of a look were decided by it: how many requests they sent to the host within a minute. A whole
/// number, which stands in the look's record, so that what was decided by it can be decided again.
/// </summary>
public static class OwnLoad
{
    /// <summary>The time that requests are counted over.</summary>
    public static readonly Duration Over = Duration.Minutes(1);

    /// <summary>So many requests as a rate.</summary>
    public static Quantity Of(long requests) => Quantity.Rate(requests, Over);

    /// <summary>Whether the looks of a promise are decided by it: a condition or a regime asks for the load, its agent names looks as the source, and no check of the promise measures a load of its own.</summary>
    /// <param name="source">Of the agent.</param>
    /// <param name="promise">Its promise or wish.</param>
    public static bool Decides(LoadSource? source, Promise promise) =>
        source is { IsLooks: true } && ((promise.Given?.AsksFor("load") ?? false) || (promise.Regimes.Any(regime => regime.When.AsksFor("load")) && !promise.Checks.Any(check => check.Measures.Any(measure => measure.Quantity.Name == "load"))));

    /// <summary>Where a look's record has it: behind the regime, whose place is empty where the promise names none.</summary>
    public static int PlaceIn(Check check) => Regime.PlaceIn(check) + 1;

    /// <summary>What a record says; null where it says nothing, or was not known: less than a whole minute had been counted.</summary>
    public static Quantity? In(Check check, LookRecord look)
    {
        var place = PlaceIn(check);
        return place < look.Measured.Length && look.Measured[place] is >= 0 and { } requests ? Of(requests) : null;
    }
}
