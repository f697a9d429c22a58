namespace Kept.Simulation.Tests.World;

/// <summary>A bug that is put in on purpose, so that it is seen whether the checkers find it. Each stands for a way in which a monitor has been wrong.</summary>
public enum Planted
{
    None,

    /// <summary>Now and then a look is acknowledged and not recorded.</summary>
    LosesALook,

    /// <summary>A crash takes back looks that were acknowledged.</summary>
    LosesTheEndAtACrash,

    /// <summary>What could not be looked at is recorded as good.</summary>
    GoodForAGap,

    /// <summary>A look that nobody made is recorded.</summary>
    InventsALook,

    /// <summary>What failed is recorded as good.</summary>
    GoodForBad,

    /// <summary>Lateness is not told.</summary>
    NeverLate,

    /// <summary>What is shown stands still for a while.</summary>
    ShowsWhatIsOld,

    /// <summary>Now and then a verdict changes and no entry says so.</summary>
    LosesAVerdict,

    /// <summary>A message counts as carried that its receiver never got.</summary>
    BelievesItWasCarried,

    /// <summary>A message that failed is made anew, under another id.</summary>
    TellsTwice,

    /// <summary>A bit of what is stored turns.</summary>
    TurnsABit,

    /// <summary>Documents that are refused are taken all the same, as far as they read.</summary>
    TakesWhatIsBroken,
}
