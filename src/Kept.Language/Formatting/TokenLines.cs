using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;
using YamlToken = YamlDotNet.Core.Tokens.Token;

namespace Kept.Language;

internal enum MarkKind { Dash, Colon, Comma, OpenList, CloseList, OpenMap, CloseMap, Scalar, BlockScalar, Document }

/// <summary>A token of a line: columns from 0, the end exclusive (on <see cref="LastLine"/>).</summary>
internal readonly record struct YamlMark(MarkKind Kind, int Line, int Column, int LastLine, int End);

/// <summary>The tokens of a YAML text by their first line (from 1), as YamlDotNet's scanner cuts it; comments are what lies between.</summary>
internal sealed class TokenLines
{
    private readonly Dictionary<int, List<YamlMark>> _byLine = [];

    private TokenLines() { }

    public IReadOnlyList<YamlMark> On(int line) => _byLine.TryGetValue(line, out var marks) ? marks : [];

    /// <summary>Lines that begin inside a bracket or a text, and how.</summary>
    public Dictionary<int, MarkKind> Inside { get; } = [];

    /// <summary>Null where the text uses a form that is left as it is (explicit keys).</summary>
    public static TokenLines? Of(string text)
    {
        var lines = new TokenLines();
        var scanner = new Scanner(new StringReader(text));
        var depth = 0;
        var last = 1;
        var left = (4L * text.Length) + 64; // a text of some bytes has some tokens: the bare scanner can give the same ones for ever (`  : 0`, `i`, `e:` on three lines)
        try
        {
            while (scanner.MoveNext())
            {
                if (left-- == 0) return null;
                if (scanner.Current is not { } token || KindOf(token) is not { } kind) continue;
                var (line, column) = ((int)token.Start.Line, (int)token.Start.Column - 1);
                var (lastLine, end) = ((int)token.End.Line, (int)token.End.Column - 1);
                if (token is Key && line == lastLine && end > column) return null;
                if (token is Key) continue;
                if (kind is not (MarkKind.Scalar or MarkKind.BlockScalar or MarkKind.Document)) (lastLine, end) = (line, column + 1); // the scanner gives brackets no length
                if (depth > 0)
                    for (var inside = last + 1; inside <= line; inside++)
                        lines.Inside.TryAdd(inside, MarkKind.OpenList);
                if (kind == MarkKind.Scalar)
                    for (var inside = line + 1; inside <= lastLine; inside++)
                        lines.Inside[inside] = MarkKind.Scalar;
                if (kind is MarkKind.OpenList or MarkKind.OpenMap) depth++;
                if (kind is MarkKind.CloseList or MarkKind.CloseMap) depth--;
                last = lastLine;
                if (!lines._byLine.TryGetValue(line, out var marks)) lines._byLine[line] = marks = [];
                marks.Add(new YamlMark(kind, line, column, lastLine, end));
            }
        }
        catch (Exception fault) when (fault is YamlException or InvalidOperationException)
        {
            return null; // the parser took it, the bare scanner did not: leave the text alone
        }
        return lines;
    }

    private static MarkKind? KindOf(YamlToken token) => token switch
    {
        BlockEntry => MarkKind.Dash,
        Value => MarkKind.Colon,
        Key => MarkKind.Colon,
        FlowEntry => MarkKind.Comma,
        FlowSequenceStart => MarkKind.OpenList,
        FlowSequenceEnd => MarkKind.CloseList,
        FlowMappingStart => MarkKind.OpenMap,
        FlowMappingEnd => MarkKind.CloseMap,
        Scalar { Style: ScalarStyle.Literal or ScalarStyle.Folded } => MarkKind.BlockScalar,
        Scalar => MarkKind.Scalar,
        DocumentStart or DocumentEnd => MarkKind.Document,
        _ => null,
    };
}
