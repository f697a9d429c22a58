using System.Text;
using Kept.Language.Yaml;

namespace Kept.Language;

/// <summary>
/// Lays out a YAML text line by line. A stack of the open block collections maps each column that was used to the column it gets: two more than its parent's.
/// What stands inside brackets over several lines, or inside a text, moves with the line it belongs to.
/// </summary>
internal sealed class BlockLayout(string text, TokenLines tokens, Dictionary<(int Line, int Column), YamlScalar> expressions)
{
    private readonly record struct Level(int Column, int Becomes, bool IsList);

    private readonly string[] _lines = (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    private readonly List<(string Text, bool Verbatim)> _out = [];
    private readonly List<Level> _levels = [];
    private readonly List<(int Index, int Column)> _comments = [];

    private Level Top => _levels.Count > 0 ? _levels[^1] : new Level(-1, -2, false);

    private int Shift => _levels.Count > 0 ? Top.Becomes - Top.Column : 0;

    public string Write()
    {
        for (var number = 1; number <= _lines.Length; number++) number = Line(number);
        SettleComments(0, 0);
        while (_out.Count > 0 && _out[^1] is { Text: "", Verbatim: false }) _out.RemoveAt(_out.Count - 1);
        var written = new StringBuilder(text.Length + 64);
        var empty = 1; // none at the beginning
        foreach (var (line, verbatim) in _out)
        {
            empty = line.Length == 0 && !verbatim ? empty + 1 : 0;
            if (empty < 2) written.Append(line).Append('\n');
        }
        return written.ToString();
    }

    private void Put(string line, bool verbatim = false) => _out.Add((verbatim ? line : line.TrimEnd(' ', '\t'), verbatim));

    private static int IndentOf(string line)
    {
        var at = 0;
        while (at < line.Length && line[at] == ' ') at++;
        return at;
    }

    private static string Moved(string line, int by)
    {
        var indent = IndentOf(line);
        return new string(' ', Math.Max(0, indent + by)) + line[indent..];
    }

    /// <summary>Writes one line, or a whole block text; returns the last line used.</summary>
    private int Line(int number)
    {
        var line = _lines[number - 1];
        var indent = IndentOf(line);
        if (tokens.Inside.TryGetValue(number, out var inside))
        {
            var ends = inside == MarkKind.Scalar && !tokens.Inside.ContainsKey(number + 1) || inside != MarkKind.Scalar;
            if (line.Trim().Length == 0) Put("", inside == MarkKind.Scalar);
            else Put(Moved(ends ? line.TrimEnd(' ', '\t') : line, Shift), inside == MarkKind.Scalar);
            return number;
        }
        if (line.AsSpan().Trim().IsEmpty)
        {
            Put("");
            return number;
        }
        var marks = tokens.On(number);
        if (marks.Count == 0)
        {
            _comments.Add((_out.Count, indent));
            Put(line[indent..].TrimStart());
            return number;
        }
        if (marks[0].Kind == MarkKind.Document)
        {
            SettleComments(0, 0);
            _levels.Clear();
            Put(line);
            return number;
        }
        var becomes = Place(marks, indent);
        Put(new string(' ', becomes) + Spaced(line, marks));
        return marks[^1].Kind == MarkKind.BlockScalar ? BlockText(number, marks[^1]) : number;
    }

    /// <summary>Opens and closes levels for a line that begins at a column; returns its new column.</summary>
    private int Place(IReadOnlyList<YamlMark> marks, int column)
    {
        var before = _levels.ToArray();
        var isDash = marks[0].Kind == MarkKind.Dash;
        var isKey = marks.Count > 1 && marks[0].Kind == MarkKind.Scalar && marks[1].Kind == MarkKind.Colon;
        while (_levels.Count > 0 && (Top.Column > column || Top.Column == column && Top.IsList && !isDash)) _levels.RemoveAt(_levels.Count - 1);
        int becomes;
        if (_levels.Count > 0 && Top.Column == column && Top.IsList == isDash) becomes = Top.Becomes;
        else
        {
            becomes = Top.Becomes + 2;
            if (isDash || isKey) _levels.Add(new Level(column, becomes, isDash));
        }
        SettleComments(column, becomes, before);
        for (var i = 0; i < marks.Count && marks[i].Kind == MarkKind.Dash; i++)
        {
            if (i + 1 >= marks.Count) break;
            var inner = marks[i + 1];
            var innerIsKey = inner.Kind == MarkKind.Scalar && i + 2 < marks.Count && marks[i + 2].Kind == MarkKind.Colon;
            if (inner.Kind == MarkKind.Dash || innerIsKey) _levels.Add(new Level(inner.Column, Top.Becomes + 2, inner.Kind == MarkKind.Dash));
        }
        return becomes;
    }

    /// <summary>Comments alone on their lines go with the line below where they stand at its column, else with the block above whose column they have.</summary>
    private void SettleComments(int column, int becomes, Level[]? before = null)
    {
        before ??= [.. _levels];
        foreach (var (index, at) in _comments)
        {
            var to = becomes;
            if (at != column && Array.FindLastIndex(before, level => level.Column <= at) is var found and >= 0 && (at > column || before[found].Column == at)) to = before[found].Becomes;
            _out[index] = (new string(' ', to) + _out[index].Text, false);
        }
        _comments.Clear();
    }

    /// <summary>The lines of a <c>|</c> or <c>&gt;</c> text: they move together, and their blanks are theirs.</summary>
    private int BlockText(int number, YamlMark header)
    {
        var keeps = _lines[number - 1].AsSpan(Math.Min(header.Column, _lines[number - 1].Length)).TrimEnd().Contains('+');
        var empty = 0;
        var last = number;
        var content = int.MaxValue;
        for (var next = number + 1; next <= _lines.Length; next++)
        {
            var line = _lines[next - 1];
            var blank = line.AsSpan().Trim().IsEmpty;
            if (blank && line.Length <= content)
            {
                empty++;
                continue;
            }
            if (IndentOf(line) <= Top.Column) break;
            content = Math.Min(content, IndentOf(line)); // the first line of the text sets it; a line of more blanks than that is text too
            for (; empty > 0; empty--) PutEmpty(_lines[next - 1 - empty]);
            Put(Moved(line, Shift), true);
            last = next;
        }
        if (!keeps) return last;
        for (; empty > 0; empty--) PutEmpty(_lines[last++]); // after `+` the empty lines at the end are text
        return last;

        // blanks beyond the indentation are text
        void PutEmpty(string line) => Put(new string(' ', line.Length == 0 ? 0 : Math.Max(0, line.Length + Shift)), true);
    }

    /// <summary>The line from its first token on, with the gaps between tokens as they should be, and its comment as it was.</summary>
    private string Spaced(string line, IReadOnlyList<YamlMark> marks)
    {
        var written = new StringBuilder();
        for (var i = 0; i < marks.Count; i++)
        {
            var mark = marks[i];
            var end = mark.LastLine > mark.Line ? line.Length : Math.Min(mark.End, line.Length);
            if (mark.Kind == MarkKind.BlockScalar) end = line.Length;
            if (i > 0) written.Append(Gap(marks[i - 1], mark, line));
            written.Append(mark.Kind == MarkKind.Scalar && mark.LastLine == mark.Line && QuotedForm(mark) is { } quoted ? quoted : line[mark.Column..end]);
            if (i < marks.Count - 1) continue;
            var rest = line[end..].TrimEnd(' ', '\t');
            var comment = rest.TrimStart(' ', '\t');
            if (comment.Length > 0) written.Append(' ', Math.Max(1, rest.Length - comment.Length)).Append(comment);
        }
        return written.ToString();
    }

    private static string Gap(YamlMark before, YamlMark next, string line) => (before.Kind, next.Kind) switch
    {
        (MarkKind.OpenList, MarkKind.CloseList) or (MarkKind.OpenMap, MarkKind.CloseMap) => "",
        (_, MarkKind.Comma or MarkKind.Colon) => "",
        (MarkKind.Dash or MarkKind.Colon or MarkKind.Comma or MarkKind.OpenList or MarkKind.OpenMap, _) or (_, MarkKind.CloseList or MarkKind.CloseMap) => " ",
        _ => before.LastLine == before.Line && before.End <= next.Column ? line[before.End..next.Column] : " ",
    };

    /// <summary>An expression in single quotes where YAML could cut it, or where it stands in double ones without need. Null where it may stay.</summary>
    private string? QuotedForm(YamlMark mark)
    {
        if (!expressions.TryGetValue((mark.Line, mark.Column + 1), out var scalar)) return null;
        return scalar.Form switch
        {
            ScalarForm.Plain when LineRepair.NeedsQuotes(scalar.Text) => Quoting.Quoted(scalar.Text),
            ScalarForm.DoubleQuoted when scalar.Content.Verbatim => Quoting.Quoted(scalar.Text),
            _ => null,
        };
    }
}
