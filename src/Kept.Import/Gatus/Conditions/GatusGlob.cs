using System.Text.RegularExpressions;

namespace Kept.Import.Gatus;

/// <summary><c>pat()</c> in our words: <c>contains</c>, a range of statuses, or <c>matches</c>.</summary>
internal static partial class GatusGlob
{
    public static GatusTranslated Translated(GatusName left, string symbol, string pattern)
    {
        if (pattern.AsSpan().IndexOfAny('[', '\\') >= 0) return new(null, "a class of letters in pat() has no form here; write `matches /…/`");
        if (Test(left, pattern) is not { } test) return new(null, $"{left.Text} is no text, so a pattern does not fit");
        return new(symbol == "==" ? test : $"not ({test})");
    }

    private static string? Test(GatusName left, string pattern)
    {
        if (left.Form == GatusForm.Number && left.Text == "status") return Status(pattern);
        if (left.Form is not (GatusForm.Text or GatusForm.WholeBody or GatusForm.Found or GatusForm.Answers)) return null;
        if (Part().Match(pattern) is { Success: true } part)
        {
            var text = GatusTranslation.Text(part.Groups["text"].Value);
            return left.Form == GatusForm.Answers ? $"any({left.Text}, it contains {text})" : $"{left.Text} contains {text}";
        }
        var expression = "/(?s)^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal).Replace("\\ ", " ", StringComparison.Ordinal)
            .Replace("\\#", "#", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal) + "$/";
        return left.Form == GatusForm.Answers ? $"any({left.Text}, it matches {expression})" : $"{left.Text} matches {expression}";
    }

    /// <summary><c>2*</c> and <c>2??</c> are a class of statuses, <c>20*</c> ten of them.</summary>
    private static string? Status(string pattern)
    {
        var digits = pattern.TrimEnd('*', '?');
        if (digits.Length is 0 or > 3 || !digits.All(char.IsAsciiDigit) || pattern.Length == digits.Length && digits.Length != 3) return null;
        return digits.Length == 3 ? $"status == {digits}" : $"status in {digits.PadRight(3, '0')}..{digits.PadRight(3, '9')}";
    }

    [GeneratedRegex(@"^\*(?<text>[^*?]+)\*$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Part();
}
