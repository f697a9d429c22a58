using System.Text.RegularExpressions;

namespace Kept.Language;

/// <summary>
/// Reads the pattern of <c>matches</c>. Non-backtracking, so no input of a hostile target takes more than linear time; and its repetitions are bounded, so that
/// no pattern of a hostile document builds a huge automaton.
/// </summary>
internal static class PatternReader
{
    private const int MaxLength = 1_000, MaxStates = 2_000, MaxDepth = 32;

    public static Regex? Read(ExpressionSource source, Token token)
    {
        var pattern = token.Text;
        if (pattern.Length == 0) return Fails("an empty pattern matches every text", "write the part that must be there, or leave the line out");
        if (pattern.Length > MaxLength) return Fails($"a pattern has at most {MaxLength:N0} characters", "use `contains`, or a shorter pattern");
        if (Size(pattern) is not { } size) return Fails($"the pattern nests more than {MaxDepth} deep", "write a simpler one");
        if (size > MaxStates) return Fails("the repetitions of the pattern multiply to too much work", $"they may unfold to {MaxStates:N0} characters; write `+` or `*` instead of large counts");
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return Fails("the pattern looks around or back, which takes unbounded time on some texts", "leave out `(?=`, `(?!`, `(?<=`, `(?<!`, `(?>` and `\\1`; join two tests by `and` instead");
        }
        catch (RegexParseException wrong)
        {
            source.Error(ExpressionCodes.Pattern, token.Start + 1 + Math.Clamp(wrong.Offset - 1, 0, pattern.Length - 1), 1, "the pattern is not one: " + Reason(wrong), "escape a character that stands for itself with a backslash");
            return null;
        }
        catch (ArgumentException)
        {
            return Fails("the pattern is not one", "escape a character that stands for itself with a backslash");
        }

        Regex? Fails(string message, string help)
        {
            source.Error(ExpressionCodes.Pattern, token, message, help);
            return null;
        }
    }

    private static string Reason(RegexParseException wrong) => wrong.Error switch
    {
        RegexParseError.UnterminatedBracket => "a `[` is not closed",
        RegexParseError.InsufficientClosingParentheses => "a `(` is not closed",
        RegexParseError.InsufficientOpeningParentheses => "a `)` closes nothing",
        RegexParseError.QuantifierAfterNothing => "there is nothing to repeat",
        RegexParseError.NestedQuantifiersNotParenthesized => "a repetition of a repetition needs parentheses",
        RegexParseError.ReversedQuantifierRange => "the counts in { } are the wrong way round",
        RegexParseError.ReversedCharacterRange => "a range in [ ] is the wrong way round",
        RegexParseError.UnescapedEndingBackslash => "it ends in a backslash",
        _ => "something here is not understood",
    };

    /// <summary>How many characters the pattern unfolds to when counted repetitions are written out: an upper bound of the automaton's size. Null when it nests too deep.</summary>
    private static long? Size(string pattern)
    {
        var sums = new Stack<long>();
        long sum = 0, last = 0;
        for (var i = 0; i < pattern.Length && sum <= MaxStates; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    (sum, last) = (sum + 1, 1);
                    break;
                case '[':
                    for (i++; i < pattern.Length && (pattern[i] != ']' || pattern[i - 1] == '['); i++)
                        if (pattern[i] == '\\') i++;
                    (sum, last) = (sum + 1, 1);
                    break;
                case '(':
                    if (sums.Count >= MaxDepth) return null;
                    sums.Push(sum);
                    (sum, last) = (0, 0);
                    break;
                case ')' when sums.Count > 0:
                    last = Math.Max(1, sum);
                    sum = sums.Pop() + last;
                    break;
                case '{' when Counts(pattern, i) is var (most, end) && end > 0:
                    var times = Math.Max(1L, most);
                    sum += last * (times - 1);
                    last *= times;
                    i = end;
                    break;
                default:
                    (sum, last) = (sum + 1, 1);
                    break;
            }
        }
        return sum;
    }

    /// <summary>The larger count of <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>, and where it ends; an end of 0 when it is no repetition.</summary>
    private static (int Most, int End) Counts(string pattern, int open)
    {
        var close = pattern.IndexOf('}', open);
        if (close < 0 || close - open > 24) return (0, 0);
        var most = 0;
        foreach (var count in pattern[(open + 1)..close].Split(','))
        {
            if (count.Length == 0) continue;
            if (!count.All(char.IsAsciiDigit)) return (0, 0);
            most = Math.Max(most, count.Length > 6 ? 1_000_000 : int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
        }
        return (most, close);
    }
}
