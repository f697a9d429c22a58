using System.Collections.Immutable;

namespace Kept.Rules;

/// <summary>The rule book as data, by id. Help pages, examples and the reference are tested against it.</summary>
public static class RuleCatalog
{
    /// <summary>In order of their ids.</summary>
    public static ImmutableArray<Rule> Rules { get; } =
    [
        NoPromiseOnBehalfOfOthers.Rule, OnlyOneself.Rule, NotTransferable.Rule, Binding.Rule, ConditionsArePromised.Rule, ConditionValues.Rule, NoDeadlock.Rule, Documented.Rule, Verifiable.Rule,
        NoGuarantee.Rule, NotEmpty.Rule, NoEvasion.Rule, AgreedNotObliged.Rule, OwnConflicts.Rule, Valence.Rule, Idempotence.Rule, SilentChange.Rule, EveryUseBound.Rule, WellFormedSuperAgent.Rule, TimeBudget.Rule,
        SideBySide.Rule, MaintenanceAnnounced.Rule, ChangeClass.Rule, Scale.Rule, Expiry.Rule, Disclosed.Rule, LimitsStated.Rule, HumanReachable.Rule, DataCanLeave.Rule, Askable.Rule,
    ];

    /// <summary>The rule with that id, or null.</summary>
    public static Rule? Find(string id) => Rules.FirstOrDefault(rule => rule.Id == id);
}
