using System.Collections.Immutable;

namespace Kept.Import;

/// <summary>Codes of what an import tells; each has a page under docs/errors. A code that was shipped is never used for anything else.</summary>
public static class ImportCodes
{
    public const string Unread = "I01", NotCarried = "I02", UnknownKey = "I03", CannotFail = "I04", CannotPass = "I05", MissingPasses = "I06", MisreadValue = "I07",
        WatchesTooLittle = "I08", Different = "I09", SecretLeftOut = "I10", PastOfOthers = "I11", Dangling = "I24", OwnWord = "I25";

    /// <summary>Of exports.</summary>
    public const string NotExported = "I20", ExportDiffers = "I21", RuleCannotFire = "I22", SecretStays = "I23";

    /// <summary>Every code with the heading of its page.</summary>
    public static ImmutableArray<(string Code, string Title)> All { get; } =
    [
        (Unread, "a foreign file that cannot be read"),
        (NotCarried, "not carried"),
        (UnknownKey, "a key that the other tool ignores"),
        (CannotFail, "a check that cannot fail"),
        (CannotPass, "a check that cannot pass"),
        (MissingPasses, "a missing value that passes"),
        (MisreadValue, "a value that is read as another"),
        (WatchesTooLittle, "a check that misses what it is for"),
        (Different, "carried with a difference"),
        (SecretLeftOut, "a secret that is not written"),
        (PastOfOthers, "a past that others recorded"),
        (NotExported, "not exported"),
        (ExportDiffers, "exported with a difference"),
        (RuleCannotFire, "an alert that is not exported because it would say nothing"),
        (SecretStays, "a secret that stays where it is"),
        (Dangling, "a reference to what is not there"),
        (OwnWord, "what others say of themselves"),
    ];
}
