using System.Text;

namespace Kept.Language.Tests.Formatting;

/// <summary>Writes random documents with every freedom that YAML gives: odd indentation, comments everywhere, brackets over lines, texts of all forms.</summary>
internal sealed class MessyYaml(int seed)
{
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private int _count;

    public List<string> Comments { get; } = [];

    public (string Text, List<string> Comments) Write()
    {
        for (var documents = One(6) ? 2 : 1; documents > 0; documents--)
        {
            Noise(0);
            Map(_random.Next(3), 0, 3);
            if (documents > 1) _text.Append("---\n");
        }
        Noise(0);
        return (_text.ToString(), Comments);
    }

    private bool One(int of) => _random.Next(of) == 0;

    private string Blanks(int most) => new(' ', 1 + _random.Next(most));

    private void Noise(int indent)
    {
        if (One(5)) _text.Append('\n', 1 + _random.Next(3));
        if (One(6)) _text.Append(' ', indent).Append(Comment()).Append('\n');
    }

    private string Comment()
    {
        var comment = $"# c{_count++}: x, [y] 'z'";
        Comments.Add(comment);
        return comment;
    }

    private void EndLine()
    {
        if (One(6)) _text.Append(Blanks(3)).Append(Comment());
        else if (One(8)) _text.Append(Blanks(2));
        _text.Append('\n');
    }

    private string Key() => One(5) ? (string)(_random.Next(5) switch { 0 => "given", 1 => "uses", 2 => "use", 3 => "'q k'", _ => "\"d-k\"" }) : $"k{_count++}";

    private string Scalar(bool inFlow) => _random.Next(8) switch
    {
        0 => "'it''s, [x]'",
        1 => "\"d: #\\n\"",
        2 => "status == 200",
        3 => inFlow ? "x" : "status in [200, 204]",
        4 => "a b  c",
        5 => "5s",
        6 => "https://a.example/x?y=1#z",
        _ => "v" + _count++,
    };

    private void Map(int indent, int depth, int entries)
    {
        var used = new HashSet<string>();
        for (var i = 1 + _random.Next(entries); i > 0; i--)
        {
            var key = Key();
            if (!used.Add(key)) continue;
            if (used.Count > 1)
            {
                Noise(indent);
                _text.Append(' ', indent);
            }
            else if (_text.Length == 0 || _text[^1] == '\n') _text.Append(' ', indent);
            _text.Append(key).Append(One(9) ? " :" : ":");
            Value(indent, depth, isList: false);
        }
    }

    private void List(int indent, int depth)
    {
        for (var i = 1 + _random.Next(3); i > 0; i--)
        {
            if (_text.Length == 0 || _text[^1] == '\n')
            {
                Noise(indent);
                _text.Append(' ', indent);
            }
            _text.Append('-');
            Value(indent, depth, isList: true);
        }
    }

    private void Value(int indent, int depth, bool isList)
    {
        switch (_random.Next(depth > 3 ? 5 : 9))
        {
            case 0 when One(2):
                EndLine();
                break;
            case 1:
                BlockText(indent);
                break;
            case 2:
                _text.Append(Blanks(4));
                Flow(indent, 0);
                EndLine();
                break;
            case 3 when One(3):
                _text.Append(Blanks(3)).Append("'two\n").Append(One(3) ? "\n" : "").Append(' ', indent + 1 + _random.Next(4)).Append("lines'");
                EndLine();
                break;
            case 5 or 6 when isList && One(2):
                var blanks = Blanks(3);
                _text.Append(blanks);
                Map(indent + 1 + blanks.Length, depth + 1, 3);
                break;
            case 5 or 6:
                EndLine();
                Noise(indent + 1);
                Map(indent + 1 + _random.Next(5), depth + 1, 3);
                break;
            case 7 when isList && One(2):
                var gap = Blanks(2);
                _text.Append(gap);
                List(indent + 1 + gap.Length, depth + 1);
                break;
            case 7 or 8:
                EndLine();
                List(isList ? indent + 1 + _random.Next(4) : indent + _random.Next(4), depth + 1);
                break;
            default:
                _text.Append(Blanks(4)).Append(Scalar(false));
                EndLine();
                break;
        }
    }

    private void BlockText(int indent)
    {
        var at = indent + 1 + _random.Next(4);
        _text.Append(' ').Append(One(2) ? '|' : '>').Append(_random.Next(4) switch { 0 => "-", 1 => "+", _ => "" }).Append('\n');
        _text.Append(' ', at).Append("first # no comment\n");
        if (One(3)) _text.Append(One(2) ? "\n" : new string(' ', at + 1) + "\n");
        if (One(2)) _text.Append(' ', at + 2).Append("deeper  \n");
        if (One(3)) _text.Append(' ', at).Append("- last: [\n");
    }

    private void Flow(int indent, int depth)
    {
        var isMap = One(2);
        _text.Append(isMap ? '{' : '[');
        for (var i = _random.Next(4); i > 0; i--)
        {
            Gap(indent);
            if (isMap) _text.Append($"f{_count++}:").Append(Blanks(3));
            if (depth < 2 && One(4)) Flow(indent, depth + 1);
            else _text.Append(Scalar(true));
            if (i > 1) _text.Append(One(4) ? " ," : ",").Append(One(3) ? "" : " ");
        }
        Gap(indent);
        _text.Append(isMap ? '}' : ']');
    }

    private void Gap(int indent)
    {
        if (One(5)) _text.Append(One(4) ? Blanks(2) + Comment() : "").Append('\n').Append(' ', indent + 1 + _random.Next(5));
        else if (One(3)) _text.Append(Blanks(3));
    }
}
