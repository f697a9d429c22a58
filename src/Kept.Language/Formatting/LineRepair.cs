using System.Buffers;
using System.Text;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Quotes expressions that YAML cannot read or cuts in pieces, line by line: a leading quote or indicator, <c>: </c> inside, or brackets and commas inside
/// <c>[ ]</c>. Only in the fields that hold expressions, and only where it makes the text readable.
/// </summary>
internal static class LineRepair
{
    private const int MostRepairs = 100;

    private static readonly SearchValues<char> Brackets = SearchValues.Create(",[]{}"), Cutting = SearchValues.Create(",[]{}'\"");

    public static bool NeedsQuotes(string text) =>
        text.AsSpan().IndexOfAny(Cutting) >= 0 || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal) || text.EndsWith(':')
        || text.Length > 0 && text[0] is '!' or '&' or '*' or '|' or '>' or '%' or '@' or '`' or '#' or '?' or '-' && (text.Length == 1 || text[1] == ' ');

    /// <summary>The text, repaired where needed, with its tree; no tree and the problems of the text as it was where it cannot be read.</summary>
    public static (string Text, IReadOnlyList<YamlDocument>? Documents, IReadOnlyList<Diagnostic> Problems) Read(string path, string text)
    {
        IReadOnlyList<Diagnostic>? first = null;
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (JoinedList(lines[i]) is { } joined)
                lines[i] = joined;
        for (var repairs = 0; ; repairs++)
        {
            var problems = new Problems();
            var now = string.Join('\n', lines);
            var documents = YamlReader.Read(new SourceText(new SourceFile(path), now), problems);
            if (problems.Errors == 0) return (now, documents, []);
            first ??= now == text ? problems.Found : ProblemsOf(path, text);
            var at = problems.Found[0].At.Line;
            if (repairs >= MostRepairs || problems.Found[0].Code is not (Codes.NotYaml or Codes.Alias or Codes.Tag) || !Repair(lines, at - 1) && !Repair(lines, at - 2)) return (text, null, first.Count > 0 ? first : problems.Found);
        }
    }

    private static IReadOnlyList<Diagnostic> ProblemsOf(string path, string text)
    {
        var problems = new Problems();
        YamlReader.Read(new SourceText(new SourceFile(path), text), problems);
        return problems.Found;
    }

    /// <summary>Quotes the expression of one line; false when there is none to quote.</summary>
    private static bool Repair(string[] lines, int index)
    {
        if (index < 0 || index >= lines.Length) return false;
        var line = lines[index];
        if (Value(line) is not var (start, key) || start >= line.Length) return false;
        var value = line[start..].TrimEnd();
        if (value.Length == 0 || value.Contains(" #", StringComparison.Ordinal) || value[0] == '\'' && value[^1] == '\'' && value.Length > 1 && IsOneQuoted(value)) return false;
        var isExpression = key is not null ? ExpressionPlaces.IsOne(key) || ExpressionPlaces.AreMany(key) && value[0] != '[' : OwnerIsList(lines, index);
        if (!isExpression || value[0] is '{' or '|' or '>' && value.Length == 1) return false;
        lines[index] = line[..start] + Quoting.Quoted(value);
        return true;
    }

    private static bool IsOneQuoted(string value)
    {
        for (var i = 1; i < value.Length - 1; i++)
        {
            if (value[i] != '\'') continue;
            if (value[i + 1] != '\'' || i + 1 == value.Length - 1) return false;
            i++;
        }
        return true;
    }

    /// <summary>Where the value of a line begins, behind dashes and a key of plain letters; the key, or null for an item of a list.</summary>
    private static (int Start, string? Key)? Value(string line)
    {
        var at = line.Length - line.TrimStart(' ').Length;
        var dashes = 0;
        while (at + 1 < line.Length && line[at] == '-' && line[at + 1] == ' ')
        {
            for (at++; at < line.Length && line[at] == ' '; at++) { }
            dashes++;
        }
        var end = at;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '-' or '_')) end++;
        if (end > at && end + 1 < line.Length && line[end] == ':' && line[end + 1] == ' ')
        {
            var start = end + 1;
            while (start < line.Length && line[start] == ' ') start++;
            return (start, line[at..end]);
        }
        return dashes > 0 ? (at, null) : null;
    }

    /// <summary>Whether the list that an item stands in is one of expressions: the nearest line above that is less indented ends in such a key.</summary>
    private static bool OwnerIsList(string[] lines, int index)
    {
        var indent = lines[index].Length - lines[index].TrimStart(' ').Length;
        for (var above = index - 1; above >= 0; above--)
        {
            var line = lines[above].TrimEnd();
            var trimmed = line.TrimStart(' ');
            if (trimmed.Length == 0 || trimmed[0] == '#') continue;
            var column = line.Length - trimmed.Length;
            if (column > indent || column == indent && trimmed[0] == '-') continue;
            var comment = trimmed.IndexOf(" #", StringComparison.Ordinal);
            var key = (comment < 0 ? trimmed : trimmed[..comment].TrimEnd()).TrimStart('-', ' ');
            return key.EndsWith(':') && ExpressionPlaces.AreMany(key[..^1]);
        }
        return false;
    }

    /// <summary><c>expect: [ any(a, it), x in [1, 2] ]</c> on one line with items that YAML would cut: the items quoted. Null where nothing is to do.</summary>
    private static string? JoinedList(string line)
    {
        if (Value(line) is not (var start, { } key) || !ExpressionPlaces.AreMany(key) || start >= line.Length || line[start] != '[') return null;
        var items = new List<string>();
        var (depth, from, quote) = (0, start + 1, '\0');
        for (var i = start + 1; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                continue;
            }
            if (c is '\'' or '"') quote = c;
            else if (c == '#' && line[i - 1] == ' ') return null;
            else if (c is '(' or '[' or '{') depth++;
            else if (c == ',' && depth == 0)
            {
                items.Add(line[from..i].Trim());
                from = i + 1;
            }
            else if (c is ')' or ']' or '}' && depth-- == 0) return c == ']' ? Rejoined(line, start, [.. items, line[from..i].Trim()], i + 1) : null;
        }
        return null;
    }

    private static string? Rejoined(string line, int start, List<string> items, int end)
    {
        var rest = line[end..].TrimEnd();
        if (rest.Length > 0 && (rest[0] != ' ' || rest.TrimStart()[0] != '#')) return null;
        // an item with a comma or a bracket outside quotes is what YAML cuts; a single item in [ ] that is a list of its own stays
        if (!items.Exists(item => item.Length > 0 && item[0] is not ('\'' or '"' or '[' or '{') && item.AsSpan().IndexOfAny(Brackets) >= 0)) return null;
        if (items.Exists(item => item.Length == 0 || item[0] is '[' or '{')) return null;
        var written = new StringBuilder(line[..start]).Append("[ ");
        for (var i = 0; i < items.Count; i++)
            written.Append(i > 0 ? ", " : "").Append(items[i][0] is '\'' or '"' || !NeedsQuotes(items[i]) ? items[i] : Quoting.Quoted(items[i]));
        return written.Append(" ]").Append(rest).ToString();
    }
}
