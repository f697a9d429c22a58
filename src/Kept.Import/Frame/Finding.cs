using Kept.Model;

namespace Kept.Import;

/// <summary>What an import has to tell about a line, worst first.</summary>
public enum FindingKind
{
    /// <summary>The file, or a part of it, could not be read at all.</summary>
    Unread,
    /// <summary>A check that cannot fail, cannot pass, passes on a missing value, or reads something else than was meant.</summary>
    Hollow,
    /// <summary>The tool ignores this key in silence.</summary>
    UnknownKey,
    /// <summary>What is said here is not in the written documents.</summary>
    Lost,
    /// <summary>Carried, and not quite the same here.</summary>
    Changed,
}

/// <summary>One thing that a person should know about a line of the foreign file.</summary>
/// <param name="Code">One of <see cref="ImportCodes"/>.</param>
/// <param name="Kind">What sort of thing.</param>
/// <param name="At">The line it is about.</param>
/// <param name="Subject">The check or section it belongs to, as the tool calls it: <c>core/api</c>.</param>
/// <param name="Message">One sentence without a full stop.</param>
/// <param name="Shows">The observation that shows it: <c>[STATUS] 500 passes</c>.</param>
/// <param name="Instead">What there is to do: what to write instead, in our language or in the tool's. Null where nothing is left to do.</param>
/// <param name="Here">What is so, or stands written, in our documents; nothing that anybody has to do.</param>
public sealed record Finding(string Code, FindingKind Kind, Place At, string Subject, string Message, string? Shows = null, string? Instead = null, string? Here = null)
{
    /// <summary>Both in one line, where there is only one; null where there is neither.</summary>
    public static string? Both(string? instead, string? here) => here is null ? instead : instead is null ? $"here {here}" : $"{instead}; here {here}";

    /// <summary>As every other diagnostic of the program.</summary>
    public Diagnostic AsDiagnostic() => new(Code,
        Kind switch { FindingKind.Unread => Severity.Error, FindingKind.Changed => Severity.Information, _ => Severity.Warning },
        At, Shows is null ? Message : $"{Message}: {Shows}", Both(Instead, Here));
}
