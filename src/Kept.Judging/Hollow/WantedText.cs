using System.Text.RegularExpressions;

namespace Kept.Judging;

/// <summary>What a text shall be, and a text that is it.</summary>
internal sealed class WantedText
{
    private readonly HashSet<string> _not = new(StringComparer.Ordinal);
    private readonly List<string> _holds = [], _holdsNot = [];
    private readonly List<Regex> _matches = [], _matchesNot = [];
    private string? _exact;

    public bool IsEmpty => _exact is null && _not.Count + _holds.Count + _holdsNot.Count + _matches.Count + _matchesNot.Count == 0;

    public void Equal(string text, bool wanted, Trial trial)
    {
        if (!wanted) _not.Add(text);
        else if (_exact is { } other && other != text) trial.Fails($"one text cannot be both '{Short(other)}' and '{Short(text)}'");
        else _exact = text;
    }

    public void Holds(string part, bool wanted) => (wanted ? _holds : _holdsNot).Add(part);

    public void Matches(Regex pattern, bool wanted) => (wanted ? _matches : _matchesNot).Add(pattern);

    public bool Accepts(string text) =>
        (_exact is null || _exact == text) && !_not.Contains(text) && _holds.TrueForAll(part => text.Contains(part, StringComparison.Ordinal))
        && !_holdsNot.Exists(part => text.Contains(part, StringComparison.Ordinal)) && _matches.TrueForAll(pattern => pattern.IsMatch(text)) && !_matchesNot.Exists(pattern => pattern.IsMatch(text));

    /// <summary>What is to be there besides what something else needs: all that must be held, in a row.</summary>
    public string Addition => string.Join(' ', _holds.Concat(_matches.Select(pattern => PatternSample.Of(pattern) ?? "")));

    /// <summary>A text that is accepted; null where there is none, or none was found: the trial says which.</summary>
    public string? Pick(string preferred, Trial trial)
    {
        if (_exact is { } exact)
        {
            if (Accepts(exact)) return exact;
            trial.Fails($"the text '{Short(exact)}' does not satisfy all that is asked of it");
            return null;
        }
        foreach (var part in _holds)
            if (_holdsNot.Exists(not => part.Contains(not, StringComparison.Ordinal)))
            {
                trial.Fails($"a text that contains '{Short(part)}' contains what it must not");
                return null;
            }
        foreach (var candidate in Candidates(preferred))
            if (Accepts(candidate))
                return candidate;
        trial.Doubts(_matches.Count > 0 ? $"no text could be made up for /{Short(_matches[0].ToString())}/" : "no text could be made up that satisfies all that is asked of it");
        return null;
    }

    private IEnumerable<string> Candidates(string preferred)
    {
        yield return preferred;
        var held = string.Join(' ', _holds);
        var samples = _matches.Select(PatternSample.Of).OfType<string>().ToList();
        yield return held;
        foreach (var sample in samples)
        {
            yield return sample;
            yield return sample + held;
            yield return held + sample;
            yield return $"{sample} {held}";
        }
        yield return string.Concat(samples) + held;
        yield return string.Join(' ', samples) + " " + held;
        yield return "text";
        yield return preferred + "-" + held;
        for (var i = 1; i <= _not.Count + 1; i++) yield return held + (held.Length > 0 ? " " : "") + "other" + (i > 1 ? i : "");
        yield return "";
    }

    private static string Short(string text) => SceneWords.Clean(text, 60);
}
