using System.Collections.Immutable;
using Kept.Language.Found;

namespace Kept.Server;

/// <summary>Whether a list is so much another one than the list before it that it is believed only when it is said again.</summary>
internal static class ListDoubt
{
    /// <summary>So many may be replaced at once whatever their share: machines come and go.</summary>
    public const int FewReplaced = 10;

    /// <summary>Why it is not believed yet; null where it is.</summary>
    /// <param name="templates">The labels that each template needs: a target without one of them gives nothing, and one with another value gives another promise.</param>
    public static string? Of(IReadOnlyList<FoundTarget> before, IReadOnlyList<FoundTarget> now, IReadOnlyList<ImmutableArray<string>> templates)
    {
        var addresses = new HashSet<string>(now.Select(target => target.Address), StringComparer.Ordinal);
        return templates.Select(labels => Of(Given(before, labels), Given(now, labels), addresses, now.Count)).FirstOrDefault(why => why is not null);
    }

    private static string? Of(Dictionary<string, string> before, Dictionary<string, string> now, HashSet<string> addresses, int listed)
    {
        var gone = before.Where(one => !now.ContainsKey(one.Key)).ToList();
        // one that stays where it was and is called otherwise is no machine that came
        var turned = gone.Count(one => addresses.Contains(one.Value));
        var until = $": that is believed when it is said {AskedLists.SaidUntilBelieved} times";
        if (now.Count * 2 < before.Count)
            return listed == 0 ? $"it lists no target any more, and {before.Count:N0} before"
                : addresses.Count > now.Count ? $"{now.Count:N0} of its {addresses.Count:N0} targets have the labels that the template needs, and {before.Count:N0} before{until}"
                : $"it lists {now.Count:N0} {(now.Count == 1 ? "target" : "targets")}, and {before.Count:N0} before{until}";
        if (turned * 2 > before.Count) return $"{turned:N0} of its {before.Count:N0} targets have other labels now{until}";
        return gone.Count * 2 > before.Count && gone.Count > FewReplaced ? $"{gone.Count:N0} of its {before.Count:N0} targets are others now{until}" : null;
    }

    /// <summary>The addresses that give something, by all that a template makes of them.</summary>
    private static Dictionary<string, string> Given(IReadOnlyList<FoundTarget> targets, ImmutableArray<string> labels)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var target in targets)
            if (labels.All(target.Labels.ContainsKey))
                given.TryAdd(string.Join('\n', labels.Select(label => target.Labels[label]).Prepend(target.Address)), target.Address);
        return given;
    }
}
