using Kept.Model;

namespace Kept.Server;

/// <summary>Regimes as people read them.</summary>
internal static class RegimeWords
{
    /// <summary>When a look belongs to it.</summary>
    public static string When(string regime, Promise promise) => promise.Regimes.FirstOrDefault(one => one.Name == regime)?.Text ?? regime switch
    {
        Regime.Other => "none of the conditions was true",
        _ => "nobody knows: what would tell it was not seen",
    };

    /// <summary>Its condition, and how much was seen of it.</summary>
    public static string Of(RegimeVerdict regime, Promise promise) => $"{When(regime.Name, promise)}; {Say.Count(regime.Looks, "look", "looks")}{(regime.IsCurrent ? "; the regime of now" : "")}";

    /// <summary>Those that have something to say: the named ones, and of the others those that were met.</summary>
    public static IEnumerable<RegimeVerdict> Shown(Verdict verdict) =>
        verdict.Regimes.Where(regime => regime.IsCurrent || regime.Looks > 0 || regime.Name is not (Regime.Other or Regime.Unknown) || regime.Verdict.Outcome == Outcome.Broken);
}
