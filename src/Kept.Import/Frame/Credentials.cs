using System.Text.RegularExpressions;

namespace Kept.Import;

/// <summary>What looks like a credential in a line or a message is not shown: a report is passed around.</summary>
public static partial class Credentials
{
    /// <summary>Dots in place of values that are credentials by the name of their key, or stand in a URL before an @. As long as it was.</summary>
    public static string Masked(string text) => Secret().Replace(text, match => match.Groups["name"].Value + new string('•', match.Groups["value"].Length));

    [GeneratedRegex(@"(?<name>(?:password|passwd|pass|secret|token|credentials?|authorization|api[-_]?key|routing_key|integration-key|webhook[-_]?url|private-key|cookie)\\*[""']?\s*:\s*)(?<value>[^,}\s][^,}]*)|(?<name>://)(?<value>[^/\s]+)(?=@)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
