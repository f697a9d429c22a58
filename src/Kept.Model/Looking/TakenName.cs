namespace Kept.Model;

/// <summary><c>${login.token}</c>: where a question sends on what a step took. What names a secret (<c>${env:…}</c>, <c>${file:…}</c>) is none.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Value">The name of the value; empty where none is written.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Length">With its brackets.</param>
public readonly record struct TakenName(string Step, string Value, int Start, int Length)
{
    /// <summary>All that stand in a text, in order.</summary>
    public static IEnumerable<TakenName> In(string text)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var end = at + 2;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '-' or '_')) end++;
            if (end == at + 2 || end == text.Length || text[end] != '}') continue;
            var name = text[(at + 2)..end];
            var dot = name.LastIndexOf('.');
            yield return new TakenName(dot < 0 ? name : name[..dot], dot < 0 ? "" : name[(dot + 1)..], at, end + 1 - at);
        }
    }

    public override string ToString() => Value.Length == 0 ? $"${{{Step}}}" : $"${{{Step}.{Value}}}";
}
