using Kept.Model;

namespace Kept.Import.Exporting;

/// <summary>What an export tells, with its own codes.</summary>
internal static class ExportLosses
{
    /// <summary>It is not in the written files.</summary>
    public static void NotExported(this Losses losses, Place at, string subject, string message, string? instead = null) => losses.Tell(new(ImportCodes.NotExported, FindingKind.Lost, at, subject, message, null, instead));

    /// <summary>It is in the written files, and not quite the same there.</summary>
    public static void Differs(this Losses losses, Place at, string subject, string message, string? instead = null) => losses.Tell(new(ImportCodes.ExportDiffers, FindingKind.Changed, at, subject, message, null, instead));

    /// <summary>An alert that no failure reaches, or that one look fires, is not written: a rule that says nothing looks like calm.</summary>
    public static void CannotFire(this Losses losses, Place at, string subject, string message, string? instead = null) => losses.Tell(new(ImportCodes.RuleCannotFire, FindingKind.Lost, at, subject, message, null, instead));

    /// <summary>A secret is named and never written; where a text would hold one, the place of the secret stays open.</summary>
    public static void Secret(this Losses losses, Place at, string subject, string field) => losses.Tell(new(ImportCodes.SecretStays, FindingKind.Lost, at, subject, $"{field} holds a secret, which is not written", null, "it there by hand, from where that tool keeps its secrets"));

    /// <summary>Conditions and counting that hardly any other tool knows, told where a promise has them.</summary>
    public static void TellTerms(this Losses losses, Promise promise)
    {
        var subject = promise.Name.ToString();
        if (promise.Given is not null) losses.Differs(promise.PlaceOf("given"), subject, "`given` is not said there: looks while it was not in force count too");
        if (promise.Maintenance is not null) losses.Differs(promise.PlaceOf("maintenance"), subject, "announced maintenance counts there like any other time");
        if (promise.Confidence is not null) losses.Differs(promise.PlaceOf("confidence"), subject, "confidence bounds are not said there: the bare share is compared");
        if (!promise.Regimes.IsEmpty) losses.Differs(promise.PlaceOf("regimes"), subject, "`regimes` are not said there: looks of all of them are counted together", "one promise for each, with the condition under `given`");
        if (promise.Accounting != Accounting.Usual) losses.Differs(promise.PlaceOf("accounting"), subject, $"the accounting ({promise.Accounting}) is not said there");
    }
}
