using System.Globalization;
using System.Text;

namespace Kept.Import.Writing;

/// <summary>Drafts as the text of a document. Every text of another's goes in quotes, so that nothing in it can become structure.</summary>
internal sealed class DocumentText
{
    private readonly StringBuilder _text = new();

    /// <summary>For each wish, from which line on it stands (from 1).</summary>
    public List<(int Line, WishDraft Wish)> Lines { get; } = [];

    private int _line = 1;

    /// <param name="agent">The id of the agent that wishes.</param>
    /// <param name="wishes">By the name of the agent they are about, each with its own name.</param>
    public static (string Text, List<(int Line, WishDraft Wish)> Lines) Of(HouseDraft draft, string agent, DateOnly until, IEnumerable<(string Agent, IReadOnlyList<(string Name, WishDraft Wish)> Wishes)> wishes)
    {
        var document = new DocumentText();
        foreach (var comment in draft.Comments) document.Comment(0, comment);
        document.Line(0, "kept: 1");
        document.Line(0, "agent: " + agent);
        document.Line(0, "kind: team");
        document.Line(0, "until: " + until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (draft.Calendars.Count > 0)
        {
            document.Line(0, "calendars:");
            foreach (var calendar in draft.Calendars) document.Line(1, calendar.Line);
        }
        document.Line(0, "relies-on:");
        foreach (var (other, its) in wishes)
        {
            document.Line(1, other + ":");
            document.Line(2, "wishes:");
            foreach (var (name, wish) in its) document.Wish(name, wish);
        }
        return (document._text.ToString(), document.Lines);
    }

    private void Wish(string name, WishDraft wish)
    {
        Lines.Add((_line, wish));
        foreach (var comment in wish.Comments) Comment(3, comment);
        Line(3, name + ":");
        if (wish.Purpose is { } purpose) Line(4, "purpose: " + Quoted(purpose));
        if (wish.Needs.Count > 0) Line(4, "needs: [ " + string.Join(", ", wish.Needs.Select(Quoted)) + " ]");
        if (wish.Given is { } given) Line(4, "given: " + Quoted(given));
        Line(4, "check:");
        foreach (var check in wish.Checks) Check(check, wish.Checks.Count > 1);
    }

    private void Check(CheckDraft check, bool isOneOfSeveral)
    {
        var rest = isOneOfSeveral ? 6 : 5;
        if (isOneOfSeveral) Line(5, $"- name: {check.Name ?? check.Kind}");
        Line(rest, $"{check.Kind}: {Quoted(check.Target)}");
        if (check.Every is { } every) Line(rest, "every: " + every);
        if (check.Timeout is { } timeout) Line(rest, "timeout: " + timeout);
        if (check.Confirm is { } confirm) Line(rest, $"confirm: {confirm.Count.ToString(CultureInfo.InvariantCulture)} of {confirm.Of.ToString(CultureInfo.InvariantCulture)}");
        foreach (var (field, value) in check.Fields) Line(rest, $"{field}: {Quoted(value)}");
        foreach (var (field, values) in check.Maps)
        {
            Line(rest, field + ":");
            foreach (var (key, value) in values) Line(rest + 1, $"{Quoted(key)}: {Quoted(value)}");
        }
        foreach (var comment in check.Comments) Comment(rest, comment);
        if (check.Expect.Count > 0)
        {
            Line(rest, "expect:");
            foreach (var line in check.Expect) Line(rest + 1, "- " + Quoted(line));
        }
        if (check.Measures.Count > 0)
        {
            Line(rest, "measures:");
            foreach (var (quantity, from) in check.Measures) Line(rest + 1, $"{quantity}: {Quoted(from)}");
        }
    }

    private void Comment(int level, string comment) => Line(level, "# " + OneLine(comment));

    private void Line(int level, string text)
    {
        _text.Append(' ', 2 * level).Append(text).Append('\n');
        _line++;
    }

    /// <summary>Bare where YAML can only read it as this text, else in single quotes, and in double quotes where it holds line ends or control characters.</summary>
    public static string Quoted(string text)
    {
        if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or '=' or '<' or '>' or '(' or ')') && char.IsAsciiLetter(text[0])
            && text[^1] != ' ' && text is not ("null" or "Null" or "NULL" or "true" or "false"))
            return text;
        if (!text.Any(MustBeEscaped)) return "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when MustBeEscaped(c) => "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        return quoted.Append('"').ToString();
    }

    private static bool MustBeEscaped(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' || char.IsSurrogate(c);

    /// <summary>As a comment: one line of at most 300 characters.</summary>
    public static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => MustBeEscaped(c) ? ' ' : c));
        return line.Length <= 300 ? line : line[..299] + "…";
    }
}
