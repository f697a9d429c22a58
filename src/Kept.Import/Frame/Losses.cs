using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import;

/// <summary>
/// Collects everything that is to be told about the foreign files while they are read. Bounded: past <see cref="Most"/> findings are only counted, because a
/// hostile file could make millions.
/// </summary>
public sealed class Losses
{
    public const int Most = 5_000;

    private readonly List<Finding> _found = [];
    private readonly HashSet<(string, Place, string, string)> _told = [];
    private readonly HashSet<string> _hollow = new(StringComparer.Ordinal), _lost = new(StringComparer.Ordinal);

    public IReadOnlyList<Finding> Found => _found;

    /// <summary>How many were counted only.</summary>
    public int Left { get; private set; }

    /// <summary>Part of a file could not be read; what was understood so far is in the draft.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Something hollow was told of it, also where it was counted only.</summary>
    public bool IsHollow(string subject) => _hollow.Contains(subject);

    /// <summary>Something of it was lost, also where it was counted only.</summary>
    public bool HasLost(string subject) => _lost.Contains(subject);

    /// <summary>What was told of a whole (a probe) holds for a part of it (the probe of one target).</summary>
    public void Inherit(string whole, string part)
    {
        if (_hollow.Contains(whole)) _hollow.Add(part);
        if (_lost.Contains(whole)) _lost.Add(part);
    }

    public void Tell(Finding finding)
    {
        IsBroken |= finding.Kind == FindingKind.Unread;
        // beside the bounded list: how a check fared does not depend on how much there was to tell before it
        if (finding.Kind == FindingKind.Hollow) _hollow.Add(finding.Subject);
        else if (finding.Kind == FindingKind.Lost) _lost.Add(finding.Subject);
        finding = finding with { Message = Credentials.Masked(finding.Message), Shows = finding.Shows is { } shows ? Credentials.Masked(shows) : null, Here = finding.Here is { } here ? Credentials.Masked(here) : null };
        if (!_told.Add((finding.Code, finding.At, finding.Subject, finding.Message))) return;
        if (_found.Count >= Most) Left++;
        else _found.Add(finding);
    }

    public void Unread(Place at, string message, string? instead = null) => Tell(new(ImportCodes.Unread, FindingKind.Unread, at, "", message, null, instead));

    public void Lost(Place at, string subject, string message, string? instead = null) => Tell(new(ImportCodes.NotCarried, FindingKind.Lost, at, subject, message, null, instead));

    public void Changed(Place at, string subject, string message, string? instead = null, string? here = null) => Tell(new(ImportCodes.Different, FindingKind.Changed, at, subject, message, null, instead, here));

    public void Hollow(string code, Place at, string subject, string message, string? shows, string? instead = null, string? here = null) => Tell(new(code, FindingKind.Hollow, at, subject, message, shows, instead, here));

    /// <summary>A key that the tool does not know, with the one that was probably meant.</summary>
    /// <param name="effect">What the tool does about it.</param>
    public void UnknownKey(Place at, string subject, string key, IEnumerable<string> known, string? instead = null, string effect = "is ignored in silence")
    {
        var near = ExpectationText.Nearest(key, known);
        Tell(new(ImportCodes.UnknownKey, FindingKind.UnknownKey, at, subject, $"the key `{Short(key)}` does not exist here and {effect}", null,
            instead ?? (near is null ? "remove it, or move it to where it is read" : $"did you mean `{near}`?")));
    }

    /// <summary>What is wrong with a file as YAML or JSON.</summary>
    public void Unread(IEnumerable<Diagnostic> problems)
    {
        foreach (var problem in problems) Unread(problem.At, problem.Message, problem.Help);
    }

    /// <summary>At most 80 characters. What is a credential is hidden before it is cut, since by half a URL nobody knows it.</summary>
    public static string Short(string text) => Cut(Credentials.Masked(text.Length <= 4_000 ? text : text[..4_000]));

    private static string Cut(string text) => text.Length <= 80 ? text : text[..79] + "…";
}
