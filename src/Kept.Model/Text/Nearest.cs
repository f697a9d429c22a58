namespace Kept.Model;

/// <summary>The word that was probably meant. Distance of Damerau and Levenshtein with adjacent transpositions (optimal string alignment).</summary>
public static class Nearest
{
    private const int MaxLength = 60;

    /// <param name="steps">How much may be spent on it; counted down, because a hostile document misspells ten thousand names.</param>
    public static string? To(string written, IEnumerable<string> words, ref long steps)
    {
        if (written.Length is 0 or > MaxLength) return null;
        string? best = null;
        var bound = Math.Max(1, written.Length / 3) + 1;
        foreach (var word in words)
        {
            if (word.Length > MaxLength || Math.Abs(word.Length - written.Length) >= bound) continue;
            if ((steps -= written.Length * word.Length) <= 0) return best;
            var distance = Distance(written, word);
            if (distance >= bound) continue;
            (best, bound) = (word, distance);
        }
        return best;
    }

    private static int Distance(string a, string b)
    {
        Span<int> two = stackalloc int[MaxLength + 1], one = stackalloc int[MaxLength + 1], now = stackalloc int[MaxLength + 1];
        for (var j = 0; j <= b.Length; j++) one[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Fold(a[i - 1]) == Fold(b[j - 1]);
                now[j] = Math.Min(Math.Min(one[j], now[j - 1]) + 1, one[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = Math.Min(now[j], two[j - 2] + 1);
            }
            var spare = two;
            two = one;
            one = now;
            now = spare;
        }
        return one[b.Length];
    }

    private static char Fold(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);
}
