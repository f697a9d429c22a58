using System.Text;
using System.Text.RegularExpressions;

namespace Kept.Language.Tests.Documents;

/// <summary>
/// Pages show a few lines; this makes a document of them: fields of a document beside those it needs, fields of a promise in a promise. A fragment that
/// says <c>kept:</c> is whole already.
/// </summary>
internal static partial class Fragments
{
    private static readonly string[] OfDocument =
    [
        "kept", "agent", "name", "kind", "domains", "contact", "attention", "load", "region", "types", "calendars", "capacities", "members", "member-of", "defaults", "promises", "relies-on",
    ];

    private static readonly (string Key, string Line)[] Document = [("kept", "kept: 1"), ("agent", "agent: shop"), ("domains", "domains: [shop.example]")];

    private static readonly (string Key, string Line)[] Promise =
    [
        ("version", "version: 1.0"), ("benefit", "benefit: You can look around."), ("to", "to: anyone"), ("keeps", "keeps: [ availability >= 99.5% over 30d ]"),
        ("check", "check: { http: 'GET https://shop.example/', expect: [ status == 200 ] }"),
    ];

    public static string Whole(string fragment)
    {
        var keys = Keys().Matches(fragment).Select(match => match.Groups[1].Value).ToHashSet();
        if (keys.Contains("kept")) return fragment;
        var isDocument = keys.Count > 0 && OfDocument.Contains(Keys().Match(fragment).Groups[1].Value);
        var text = new StringBuilder();
        foreach (var (key, line) in Document)
            if (!isDocument || !keys.Contains(key))
                text.Append(line).Append('\n');
        if (isDocument) text.Append(fragment.TrimEnd()).Append('\n');
        if (isDocument && keys.Contains("promises")) return text.ToString();
        text.Append("promises:\n  page:\n");
        foreach (var (key, line) in Promise)
            if (isDocument || !keys.Contains(key))
                text.Append("    ").Append(line).Append('\n');
        if (!isDocument)
            foreach (var line in fragment.TrimEnd().Split('\n'))
                text.Append("    ").Append(line).Append('\n');
        return text.ToString();
    }

    [GeneratedRegex("^([^\\s:#-][^\\s:]*)\\s*:", RegexOptions.Multiline)]
    private static partial Regex Keys();
}
