using System.Collections.Frozen;
using Kept.Import;
using Kept.Model;

namespace Kept.Cli.Importing;

/// <summary>What a person has to do about a finding: the report is in this order.</summary>
internal enum Duty
{
    /// <summary>Mend the file; nothing is written before.</summary>
    Mend,
    /// <summary>See that it could never have failed.</summary>
    See,
    /// <summary>Say it again by hand, for it is not in the documents.</summary>
    Say,
    /// <summary>Ask what a key was meant to do.</summary>
    Ask,
    /// <summary>Do something once, so that what was carried works.</summary>
    Set,
    /// <summary>Know that it is not quite the same.</summary>
    Know,
}

/// <summary>Duties in words, and what each asks.</summary>
internal static class Duties
{
    public static Duty Of(Finding finding) => finding.Kind switch
    {
        FindingKind.Unread => Duty.Mend,
        FindingKind.Hollow => Duty.See,
        FindingKind.Lost => Duty.Say,
        FindingKind.UnknownKey => Duty.Ask,
        _ => finding.Instead is null ? Duty.Know : Duty.Set,
    };

    /// <summary>As JSON tells it.</summary>
    public static string Wire(Duty duty) => duty switch { Duty.Mend => "mend", Duty.See => "see", Duty.Say => "say", Duty.Ask => "ask", Duty.Set => "set", _ => "know" };

    /// <summary>The heading, and what stands under it.</summary>
    public static (string Title, string Says, Severity Weight) Words(Duty duty) => duty switch
    {
        Duty.Mend => ("Mend first", "cannot be read, and nothing is written until it can", Severity.Error),
        Duty.See => ("See what could never fail", "each loads there, and would miss a failure, or never pass", Severity.Error),
        Duty.Say => ("Say again by hand", "said there, and not in the documents", Severity.Warning),
        Duty.Ask => ("Ask what was meant", "keys that the tool does not have", Severity.Warning),
        Duty.Set => ("Do once", "carried, and something is left to do", Severity.Information),
        _ => ("Know", "carried, and not quite the same here", Severity.Information),
    };

    /// <summary>What each check of the other tool became, by its name there.</summary>
    public static FrozenDictionary<string, string> Became(ImportReading reading) =>
        reading.Checks.Where(check => check.Wish is not null).GroupBy(check => check.Name, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.First().Wish!, StringComparer.Ordinal);
}
