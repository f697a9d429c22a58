using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Tell;

/// <summary>Messages in words: the same over every route.</summary>
internal static class Words
{
    private const int MostLines = 50, LongestReason = 600;

    /// <summary>One line, without control characters.</summary>
    public static string Title(Message message) => Plain(message switch
    {
        { Kind: MessageKind.Canary } => "● Kept: this route works",
        { Items: [var one] } => Title(one),
        _ => DigestTitle(message),
    }, 160);

    public static string Title(Item item)
    {
        var (promise, alert) = MatterKey.Parts(item.Key);
        var subject = MatterKey.RouteOf(item.Key) is { } route ? $"the route {route}" : alert is null ? promise : $"{promise}: {alert}";
        if (item.Formerly is { } former) subject += $" (formerly {MatterKey.Parts(former).Promise})";
        var lasted = item.Lasted is { } length ? $" after {length.ToWords()}" : "";
        if (item.IsWithdrawn && alert is null) return $"○ {subject} is withdrawn{lasted}";
        return (item.Outcome, alert, MatterKey.RouteOf(item.Key)) switch
        {
            (Outcome.Kept or Outcome.NotInForce, _, not null) => $"✔ {subject} carries messages again{lasted}",
            (_, _, not null) => $"✖ {subject} carries no messages",
            (Outcome.Broken, not null, _) => $"▲ {subject} burns its error budget",
            (_, not null, _) => $"✔ {subject} ceased{lasted}",
            (Outcome.Kept or Outcome.NotInForce, _, _) => $"✔ {subject} is {item.Outcome.Word(item.IsWish)}{(item.Outcome == Outcome.Kept ? " again" : " now")}{lasted}",
            (Outcome.Broken, _, _) => $"✖ {subject} is {item.Outcome.Word(item.IsWish)}",
            (Outcome.NotAPromise, _, _) => $"▲ {subject} is not a promise",
            _ => $"? {subject} is unknown",
        };
    }

    private static string DigestTitle(Message message)
    {
        var parts = message.Items.GroupBy(item => Glyph(item)).OrderBy(group => "✖▲?○✔".IndexOf(group.Key, StringComparison.Ordinal))
            .Select(group => $"{group.Key} {group.Count().ToString(CultureInfo.InvariantCulture)} {group.Key switch { "✖" => "broken", "▲" => "need a person", "?" => "unknown", "○" => "withdrawn", _ => "well again" }}");
        return string.Join(", ", parts) + Common(message);
    }

    private static string Glyph(Item item) => Title(item)[..1];

    /// <summary>What many have in common is mostly the cause: an agent, or the same reason.</summary>
    private static string Common(Message message)
    {
        var agents = message.Items.Select(item => AgentOf(item.Key)).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return agents.Count == 1 ? $", all of {agents[0]}" : "";
    }

    private static string AgentOf(string key) => key.Split('/')[0];

    /// <summary>Several lines, without control characters but line breaks.</summary>
    public static string Text(Message message, string? pages)
    {
        if (message.Kind == MessageKind.Canary)
            return "Nothing broke. This message proves that the route still reaches you; it comes when nothing else did for a while.\n";
        var text = new StringBuilder();
        if (message.Items is [var one])
        {
            Append(text, one, pages);
            return text.ToString();
        }
        text.Append(CultureInfo.InvariantCulture, $"{message.Items.Length} changes within a short time, by what they have in common:\n");
        var left = MostLines;
        foreach (var group in message.Items.GroupBy(item => (Glyph(item), Agent: AgentOf(item.Key), Reason: Plain(item.Reason, LongestReason))).OrderBy(group => "✖▲?○✔".IndexOf(group.Key.Item1, StringComparison.Ordinal)).ThenByDescending(group => group.Count()))
        {
            if (left <= 0) break;
            text.Append('\n').Append(group.Key.Agent).Append(": ").Append(group.Key.Reason).Append('\n');
            foreach (var item in group)
            {
                if (left-- <= 0) break;
                text.Append("  ").Append(Plain(Title(item), 160)).Append(CultureInfo.InvariantCulture, $", since {item.Since}\n");
            }
        }
        if (message.Items.Length > MostLines) text.Append(CultureInfo.InvariantCulture, $"\n… and {message.Items.Length - MostLines} more\n");
        if (pages is not null) text.Append('\n').Append(pages).Append('\n');
        return text.ToString();
    }

    private static void Append(StringBuilder text, Item item, string? pages)
    {
        text.Append(Plain(Title(item), 160)).Append('\n');
        if (item.Reason.Length > 0) text.Append(Plain(item.Reason, LongestReason)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"since {item.Since}\n");
        if (Link(item.Key, pages) is { } link) text.Append(link).Append('\n');
    }

    /// <summary>The page of a promise, where others reach it.</summary>
    public static string? Link(string key, string? pages)
    {
        if (pages is null) return null;
        var (promise, _) = MatterKey.Parts(key);
        return MatterKey.RouteOf(key) is null && PromiseName.TryParse(promise, null, out var name) ? $"{pages.TrimEnd('/')}/promises/{name.Agent}/{name.Short}" : pages;
    }

    /// <summary>One line of bounded length, whatever a target put into a reason: no line break, no control character, no half of a surrogate pair.</summary>
    public static string Plain(string text, int longest)
    {
        var plain = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= longest) return plain.Append('…').ToString();
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) plain.Append(' ');
            else plain.Append(rune.ToString());
        }
        return plain.ToString();
    }
}
