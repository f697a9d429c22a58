namespace Kept.Server.Machine;

/// <summary>How something is that Kept rests on.</summary>
public enum Health
{
    Good,

    /// <summary>It works, and may fail Kept one day.</summary>
    Weak,

    /// <summary>Kept cannot do here what it says it does.</summary>
    Wrong,

    /// <summary>It could not be found out.</summary>
    Unknown,
}

/// <summary>One thing that Kept rests on, as it was found.</summary>
/// <param name="Part">What was looked at, in a word or two.</param>
/// <param name="Health">How it is.</param>
/// <param name="Words">What was found, in one sentence without a full stop.</param>
/// <param name="Help">What to do; null where nothing is to be done.</param>
public sealed record Examined(string Part, Health Health, string Words, string? Help = null)
{
    /// <summary>Both as one sentence.</summary>
    public string Whole => Help is null ? Words : $"{Words}; {Help}";
}
