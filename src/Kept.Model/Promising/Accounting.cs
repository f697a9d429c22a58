namespace Kept.Model;

/// <summary>What a look that could not be taken counts as in objectives. It never says anything about <c>now</c>.</summary>
public enum GapAccount : byte
{
    /// <summary>Not at all: it is missing, and enough of the others must have been seen.</summary>
    Excluded,
    /// <summary>Against the promise.</summary>
    Bad,
    /// <summary>For the promise. A window still needs its coverage of real looks to be kept.</summary>
    Good,
}

/// <summary>Which bad looks count in objectives.</summary>
public enum RetryAccount : byte
{
    /// <summary>Each one.</summary>
    Each,
    /// <summary>Only those that <c>confirm</c> bears out; one that its neighbours contradict counts as not looked at, and one that is not decided yet is missing.</summary>
    Confirmed,
}

/// <summary>What a look counts as in objectives that fell into announced maintenance. It never says anything about <c>now</c>.</summary>
public enum MaintenanceAccount : byte
{
    /// <summary>Not at all, as if the promise were not in force.</summary>
    Excluded,
    /// <summary>For the promise, whatever was seen.</summary>
    Good,
    /// <summary>Against the promise, whatever was seen: what is planned is out of order too.</summary>
    Bad,
    /// <summary>As at any other time.</summary>
    Counted,
}

/// <summary>How a promise is counted where looks alone do not say it. A part of the terms: who changes it changes the promise.</summary>
/// <param name="Gaps">Looks that we could not take although we ran: no route, no resolver, no budget, too late; and looks of which nobody knows whether they were in force.</param>
/// <param name="OwnOutage">Looks that were due while we did not run, were paused, had a wrong clock or could not store; and those of which nothing is recorded.</param>
/// <param name="Retries">Which bad looks count.</param>
public sealed record Accounting(GapAccount Gaps, GapAccount OwnOutage, RetryAccount Retries)
{
    /// <summary>Gaps and our own outages say nothing, and each look counts.</summary>
    public static readonly Accounting Usual = new(GapAccount.Excluded, GapAccount.Excluded, RetryAccount.Each);

    /// <summary>What looks in announced maintenance count as.</summary>
    public MaintenanceAccount Maintenance { get; init; }

    /// <summary>Something that nobody saw counts.</summary>
    public bool Assumes => Gaps != GapAccount.Excluded || OwnOutage != GapAccount.Excluded;

    /// <summary>What a gap of this cause counts as.</summary>
    public GapAccount Of(GapCause cause) => cause is GapCause.Restarted or GapCause.Clock or GapCause.Storage or GapCause.Paused ? OwnOutage : Gaps;

    /// <summary>As documents and <c>--policy</c> write it: <c>gaps=excluded, own-outage=bad, retries=each</c>; maintenance too where it is not excluded.</summary>
    public override string ToString() =>
        $"gaps={Word(Gaps)}, own-outage={Word(OwnOutage)}, retries={Word(Retries)}{(Maintenance == MaintenanceAccount.Excluded ? "" : $", maintenance={Word(Maintenance)}")}";

    private static string Word<T>(T choice) where T : struct, Enum => choice.ToString().ToLowerInvariant();
}
