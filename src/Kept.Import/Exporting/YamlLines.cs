using System.Text;
using System.Text.RegularExpressions;
using Kept.Import.Writing;

namespace Kept.Import.Exporting;

/// <summary>Lines of YAML for other tools, which read YAML 1.1 as often as 1.2: every text that one of them could take for something else is quoted.</summary>
internal sealed partial class YamlLines
{
    private readonly StringBuilder _text = new();

    public YamlLines Comment(string text) => Line(0, "# " + text.ReplaceLineEndings(" "));

    /// <summary>A line of structure: no text of a house stands in it.</summary>
    public YamlLines Line(int level, string text)
    {
        _text.Append(' ', 2 * level).Append(text).Append('\n');
        return this;
    }

    /// <summary><c>key: value</c>, the value a text.</summary>
    public YamlLines Text(int level, string key, string value) => Line(level, $"{key}: {Quoted(value)}");

    public override string ToString() => _text.ToString();

    /// <summary>Bare where every reader takes it for a text, else in quotes.</summary>
    public static string Quoted(string text)
    {
        if (Plain().IsMatch(text) && !Words().IsMatch(text)) return text;
        var quoted = DocumentText.Quoted(text);
        return quoted[0] is '\'' or '"' ? quoted : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_./-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
