namespace Kept.Scenarios;

/// <summary>One statement: its words, and the lines of its here-document where it has one.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Text">As written, without comment and surrounding blanks.</param>
/// <param name="Document">What stands between <c>&lt;&lt;word</c> and <c>word</c>.</param>
internal sealed record Statement(int Line, string Text, string? Document);

/// <summary>A scenario as text: what it says it shows (its first comment), and its statements.</summary>
internal sealed record ScenarioText(string Name, string Shows, IReadOnlyList<Statement> Statements)
{
    public static ScenarioText Parse(string name, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var statements = new List<Statement>();
        var shows = "";
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.StartsWith('#'))
            {
                if (shows.Length == 0) shows = line.TrimStart('#', ' ');
                continue;
            }
            var comment = line.IndexOf(" #", StringComparison.Ordinal);
            if (comment >= 0) line = line[..comment].TrimEnd();
            if (line.Length == 0) continue;
            var at = i + 1;
            var here = line.IndexOf("<<", StringComparison.Ordinal);
            if (here < 0)
            {
                statements.Add(new Statement(at, line, null));
                continue;
            }
            var end = line[(here + 2)..].Trim();
            var document = new List<string>();
            while (++i < lines.Length && lines[i].Trim() != end) document.Add(lines[i]);
            if (i == lines.Length) throw new ScenarioException(name, at, $"the document that begins here never ends: close it with a line `{end}`");
            statements.Add(new Statement(at, line[..here].Trim(), string.Join('\n', document) + "\n"));
        }
        return new ScenarioText(name, shows, statements);
    }
}

/// <summary>A scenario that is not well written, or does not hold.</summary>
internal sealed class ScenarioException(string scenario, int line, string message) : Exception($"{scenario}:{line}: {message}");
