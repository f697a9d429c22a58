using Kept.Egress;

namespace Kept.Checks.Reuse;

/// <summary>What is asked just before the target.</summary>
/// <param name="Written">Its URL or path as written, secrets and markers unexpanded.</param>
/// <param name="HasMarker">It sends one.</param>
/// <param name="With">The question, with a marker in it.</param>
internal sealed record Predecessor(string Written, bool HasMarker, Func<string, HttpAsk> With)
{
    private const int LongestShown = 60;

    /// <summary>For messages.</summary>
    public string Words { get; } = $"`{(Written.Length <= LongestShown ? Written : Written[..LongestShown] + "…")}`";
}
