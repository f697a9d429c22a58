using System.Text;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>Texts of Gatus' configuration: variables of the environment in its form, lengths of time as Go writes them.</summary>
internal static class GatusText
{
    /// <summary><c>$TOKEN</c> and <c>${TOKEN}</c> become <c>${env:TOKEN}</c>; <c>$$</c> is a dollar.</summary>
    /// <param name="read">Takes every secret that a variable became.</param>
    public static string WithSecrets(string text, ICollection<string> read)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var into = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                into.Append(text[i]);
                continue;
            }
            var next = text[i + 1];
            var close = next == '{' ? text.IndexOf('}', i + 2) : -1;
            var braced = close > i + 2 && IsName(text.AsSpan((i + 2)..close));
            var end = i + 1;
            if (!braced)
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_') && !(end == i + 1 && char.IsAsciiDigit(text[end]))) end++;
            if (next == '$')
            {
                into.Append('$');
                i++;
            }
            else if (braced)
            {
                Secret(text[(i + 2)..close]);
                i = close;
            }
            else if (end > i + 1)
            {
                Secret(text[(i + 1)..end]);
                i = end - 1;
            }
            else into.Append('$');
        }
        return into.ToString();

        void Secret(string name)
        {
            read.Add($"${{env:{name}}}");
            into.Append("${env:").Append(name).Append('}');
        }
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return !name.IsEmpty && !char.IsAsciiDigit(name[0]);
    }

    /// <summary>A length of time as Go writes it (a bare number is nanoseconds); null, and told, where it is none.</summary>
    public static Duration? Length(Keys keys, string key, Losses losses)
    {
        if (keys.Text(key) is not { } text) return null;
        if ((GoDuration.Read(text.Content) ?? GoNumber.Whole(text.Content)) is { } nanoseconds and > 0) return new Duration(nanoseconds);
        losses.Lost(text.At, keys.Subject, $"`{Losses.Short(text.Content)}` is no length of time to Gatus, which does not start with it", GatusTranslation.LongUnit().IsMatch(text.Content) ? "Go has no days: write hours" : "write 30s, 5m or 1h30m");
        return null;
    }

    /// <summary>A text, wherever it is one.</summary>
    public static IEnumerable<ForeignNode.Text> Texts(ForeignNode.List? list) => list is null ? [] : list.Items.OfType<ForeignNode.Text>();
}
