namespace Kept.Import.Gatus;

/// <summary>
/// Go's file-name patterns as Gatus uses them for <c>pat()</c>: <c>*</c> any letters, <c>?</c> one, <c>[a-z]</c> and <c>[^a-z]</c> one of a class, <c>\</c> before a
/// letter that is meant itself. Slashes are taken out of both sides first. A malformed pattern matches nothing. Cost: pattern × text at most.
/// </summary>
internal static class GoPattern
{
    public static bool Matches(string pattern, string text)
    {
        if (pattern == "*") return true;
        if (Read(pattern.Replace("/", "", StringComparison.Ordinal)) is not { } parts) return false;
        var letters = text.Replace("/", "", StringComparison.Ordinal).EnumerateRunes().ToArray();
        // after how many letters the parts so far may end
        var reached = new bool[letters.Length + 1];
        reached[0] = true;
        foreach (var part in parts)
        {
            var next = new bool[reached.Length];
            for (var i = 0; i < reached.Length; i++)
                if (part.IsAny) next[i] = reached[i] || i > 0 && next[i - 1];
                else if (reached[i] && i < letters.Length && part.Takes(letters[i].Value)) next[i + 1] = true;
            reached = next;
        }
        return reached[^1];
    }

    private readonly record struct Part(bool IsAny, bool IsNegated, IReadOnlyList<(int From, int To)> Ranges)
    {
        public bool Takes(int letter)
        {
            foreach (var (from, to) in Ranges)
                if (letter >= from && letter <= to)
                    return !IsNegated;
            return IsNegated;
        }
    }

    private static List<Part>? Read(string pattern)
    {
        var letters = pattern.EnumerateRunes().Select(rune => rune.Value).ToArray();
        var parts = new List<Part>();
        for (var i = 0; i < letters.Length; i++)
            switch (letters[i])
            {
                case '*':
                    if (parts.Count == 0 || !parts[^1].IsAny) parts.Add(new Part(true, false, []));
                    break;
                case '?':
                    parts.Add(new Part(false, true, []));
                    break;
                case '\\':
                    if (++i >= letters.Length) return null;
                    parts.Add(One(letters[i]));
                    break;
                case '[':
                    if (Class(letters, ref i) is not { } one) return null;
                    parts.Add(one);
                    break;
                case var letter:
                    parts.Add(One(letter));
                    break;
            }
        return parts;

        static Part One(int letter) => new(false, false, [(letter, letter)]);
    }

    private static Part? Class(int[] letters, ref int i)
    {
        i++;
        var negated = i < letters.Length && letters[i] == '^';
        if (negated) i++;
        var ranges = new List<(int, int)>();
        while (true)
        {
            if (i < letters.Length && letters[i] == ']' && ranges.Count > 0) return new Part(false, negated, ranges);
            if (Letter(letters, ref i) is not { } from) return null;
            var to = from;
            if (i < letters.Length && letters[i] == '-')
            {
                i++;
                if (Letter(letters, ref i) is not { } end) return null;
                to = end;
            }
            ranges.Add((from, to));
        }
    }

    private static int? Letter(int[] letters, ref int i)
    {
        if (i >= letters.Length || letters[i] is '-' or ']') return null;
        if (letters[i] == '\\' && ++i >= letters.Length) return null;
        var letter = letters[i++];
        return i < letters.Length ? letter : null; // a class that never ends is malformed
    }
}
