using Kept.Model;

namespace Kept.Language.Yaml;

/// <summary>
/// What to write instead, where YAML took a text apart: at a comma or a colon, at <c> #</c>, or because it begins with a quote or an indicator. The cure is
/// always the same, so it is printed: the whole text in single quotes.
/// </summary>
internal static class Quoting
{
    private const int MaxShown = 200;

    /// <summary>In single quotes, single quotes inside doubled.</summary>
    public static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>The help for a line that is not YAML: the line as it should be written, where it can be guessed.</summary>
    public static string? HelpForLine(SourceText source, Place fault)
    {
        var text = source.Line(fault.Line).TrimEnd();
        var body = text.TrimStart();
        if (body.Length is 0 or > MaxShown) return null;
        if (CutAtBracket(text, fault.Column - 1) is { } whole) return $"quote the whole text: {Quoted(whole)}";
        var prefix = PrefixLength(body);
        var value = body[prefix..];
        if (value.Length == 0 || value[0] is '|' or '>' or '&' or '*' or '#') return null;
        if (value.StartsWith("!!") || value.StartsWith("! ")) return null;
        if (value[0] == '[' && value[^1] == ']' && MendedList(value) is { } list) return $"quote the whole text: {body[..prefix]}{list}";
        return value[0] is '[' or '{' || body[0] is '[' or '{'
            ? "inside [ ] or { } a text with , [ ] { } or `: ` in it stands in single quotes: [ 'status in [200, 201]' ]"
            : IsQuotedWhole(value) ? null : $"if this is one text, quote it whole: {body[..prefix]}{Quoted(value.ToString())}";
    }

    /// <summary>A key of a mapping in braces that came from a text cut at a comma: the entry as it should be written. Null where it was not so.</summary>
    public static string? HelpForCutEntry(SourceText source, YamlMap map, int index)
    {
        if (!map.IsFlow || index == 0) return null;
        var (key, value) = map.Entries[index];
        var (lastKey, lastValue) = map.Entries[index - 1];
        if (value is not YamlScalar { IsNothing: true, Text: "" } || lastValue is not YamlScalar { Form: ScalarForm.Plain } before || before.IsNothing) return null;
        return Between(source, before.At, key.At) is { } text ? $"quote the whole text: {lastKey.Text}: {Quoted(text)}" : null;
    }

    /// <summary>A pair where a text is due, made by <c>: </c> inside the text: the text in quotes. Null where it does not look so.</summary>
    public static string? HelpForCutText(SourceText source, YamlNode node) => node switch
    {
        YamlMap { Entries: [var (key, value)] } => Between(source, key.At, value.At) is { } text ? $"quote the whole text: {Quoted(text)}" : null,
        YamlList { IsFlow: true } or YamlMap { IsFlow: true } => "write one text; a text that begins with a bracket stands in single quotes",
        _ => null,
    };

    /// <summary>A list on one line with the texts quoted that YAML would take apart; null where nothing needs it.</summary>
    private static string? MendedList(ReadOnlySpan<char> list)
    {
        var inner = list[1..^1].ToString();
        var items = new List<string>();
        var (from, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < inner.Length; i++)
            switch (inner[i])
            {
                case '\'' or '"' when quote == '\0':
                    quote = inner[i];
                    break;
                case var c when c == quote:
                    quote = '\0';
                    break;
                case '[' or '(' or '{' when quote == '\0':
                    depth++;
                    break;
                case ']' or ')' or '}' when quote == '\0':
                    depth--;
                    break;
                case ',' when quote == '\0' && depth == 0:
                    items.Add(inner[from..i].Trim());
                    from = i + 1;
                    break;
            }
        items.Add(inner[from..].Trim());
        if (depth != 0 || quote != '\0' || !items.Exists(NeedsQuotes)) return null;
        return "[ " + string.Join(", ", items.Select(item => NeedsQuotes(item) ? Quoted(item) : item)) + " ]";
    }

    private static bool NeedsQuotes(string text) =>
        text.Length > 0 && !IsQuotedWhole(text) && (text.AsSpan().IndexOfAny("[]{},") >= 0 || text.Contains(": ", StringComparison.Ordinal) || text[0] is '\'' or '"' or '&' or '*' or '!' or '%' or '@' or '`');

    private static string? Between(SourceText source, Place from, Place to)
    {
        if (from.Line != to.Line || to.Column < from.Column) return null;
        var line = source.Line(from.Line);
        var end = Math.Min(to.Column - 1 + to.Length, line.Length);
        var text = from.Column - 1 < end ? line[(from.Column - 1)..end].Trim() : [];
        return text.Length is 0 or > MaxShown ? null : text.ToString();
    }

    /// <summary>Inside braces the fault stands at a bracket in the middle of a text: from where the text began to where it should have ended.</summary>
    private static string? CutAtBracket(ReadOnlySpan<char> line, int bracket)
    {
        if (bracket <= 0 || bracket >= line.Length || line[bracket] is not ('[' or '{')) return null;
        var from = bracket;
        while (from > 0 && line[from - 1] is not ('[' or '{' or ',') && !(line[from - 1] == ' ' && from > 1 && line[from - 2] == ':')) from--;
        var depth = 0;
        var to = bracket;
        for (; to < line.Length && (depth > 0 || line[to] is not (',' or ']' or '}')); to++)
            if (line[to] is '[' or '{') depth++;
            else if (line[to] is ']' or '}') depth--;
        var text = line[from..to].Trim();
        return from == 0 || depth != 0 || to == line.Length || text.Length <= to - bracket ? null : text.ToString();
    }

    private static int PrefixLength(ReadOnlySpan<char> body)
    {
        var at = 0;
        while (at + 1 < body.Length && body[at] == '-' && body[at + 1] == ' ')
        {
            at += 2;
            while (at < body.Length && body[at] == ' ') at++;
        }
        var colon = body[at..].IndexOf(": ");
        if (colon <= 0) return at;
        foreach (var c in body.Slice(at, colon))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '@' or '_'))
                return at;
        at += colon + 2;
        while (at < body.Length && body[at] == ' ') at++;
        return at;
    }

    private static bool IsQuotedWhole(ReadOnlySpan<char> value) => value.Length > 1 && value[0] is '\'' or '"' && value[^1] == value[0];
}
