using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Language;

/// <summary>Reads <c>body.token</c> or <c>body matches /name="csrf" value="([^"]+)"/</c>: where in an answer a value stands that later steps send.</summary>
internal sealed class TakingParser(Cursor cursor, CheckKind kind)
{
    public Taking? Taking(string name)
    {
        if (new OperandParser(cursor, Speech.Expectation(kind)).Operand() is not { } from) return null;
        if (from.Operand is not Operand.Seen seen) return Fails(from, "what is taken stands in the answer, and has a name there", "write it as in `body.token`, `header.location` or `cookie.session`");
        var isText = from.Type.IsTextual || from.Type.Kind == TypeKind.Found;
        if (cursor.TakeWord("matches"))
        {
            if (!isText) return Fails(from, $"{Shown(from)} is {from.Type.Words}; a pattern reads text", "name a text, as in `body matches /…/`");
            var token = cursor.Now;
            if (token.Kind != TokenKind.Pattern)
            {
                cursor.Expected("a pattern", "write it between slashes: `body matches /id=([0-9]+)/`; what stands in the first parentheses is taken");
                return null;
            }
            cursor.Take();
            return PatternReader.Read(cursor.Source, token) is { } pattern ? Ends(name, seen, pattern) : null;
        }
        if (from.Type.Kind is TypeKind.Map or TypeKind.List || from.Type.Kind == TypeKind.Quantity && from.Type.Dimension != Dimension.Number)
            return Fails(from, $"{Shown(from)} is {from.Type.Words}, which cannot be sent as one text", "name one text or number: `body.token`, `header.location`, `cookie.session`");
        if (from.Type.Kind == TypeKind.Body) return Fails(from, $"{Shown(from)} is the whole content", "name a member, `body.token`, or the part that a pattern finds: `body matches /id=([0-9]+)/`");
        return Ends(name, seen, null);
    }

    private string Shown(TypedOperand operand) => ExpressionSource.Quoted(cursor.Source.Slice(operand.Start, operand.End));

    private Taking? Ends(string name, Operand.Seen from, Regex? pattern) =>
        cursor.AtEnd("what is taken is a NAME, as in `body.token`, or NAME matches /PATTERN/") && !cursor.Source.Failed ? new Taking(name, from, pattern, cursor.Source.Text.Trim()) : null;

    private Taking? Fails(TypedOperand at, string message, string help)
    {
        cursor.Source.Error(Codes.Taking, at.Start, at.Length, message, help);
        return null;
    }
}
