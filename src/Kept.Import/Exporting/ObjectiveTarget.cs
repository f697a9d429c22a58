using Kept.Model;

namespace Kept.Import.Exporting;

/// <summary>The share that an objective wants reached, as other tools write a target.</summary>
internal static class ObjectiveTarget
{
    /// <summary>Null where it is none between 0 and 1: every look is asked for, or few good ones.</summary>
    public static decimal? Of(Objective objective) => objective switch
    {
        { Quantity.Source: QuantitySource.GoodLooks, Operator: Comparison.GreaterOrEqual or Comparison.Greater, Target.Amount: > 0 and < 1 } => objective.Target.Amount,
        { Quantity.Source: not (QuantitySource.GoodLooks or QuantitySource.Surroundings), Statistic: { Kind: StatisticKind.Percentile, Share: > 0 and < 1 } } => objective.Statistic.Share,
        _ => null,
    };
}
