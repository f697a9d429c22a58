using System.Text;
using Kept.Model;

namespace Kept.Language;

/// <summary>The lines of files just read, for showing a diagnostic whose finder (a rule) no longer had the text.</summary>
public sealed class SourceLines(IReadOnlyList<DocumentFile> files)
{
    private readonly Dictionary<string, string[]> _lines = new(StringComparer.Ordinal);

    /// <summary>The diagnostic with its source line, where the file is among these and the line exists.</summary>
    public Diagnostic Shown(Diagnostic diagnostic)
    {
        if (diagnostic.LineText is not null || !diagnostic.At.IsKnown) return diagnostic;
        var path = diagnostic.At.File.Path;
        if (!_lines.TryGetValue(path, out var lines))
        {
            var file = files.FirstOrDefault(one => one.Path == path);
            _lines[path] = lines = file is null ? [] : Encoding.UTF8.GetString(file.Bytes.Span).Split('\n');
        }
        return diagnostic.At.Line <= lines.Length ? diagnostic with { LineText = lines[diagnostic.At.Line - 1].TrimEnd('\r') } : diagnostic;
    }
}
