using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>Where results and talk go: stdout holds the result and nothing else, stderr the talk. Colours only on a terminal that wants them.</summary>
internal sealed class Terminal(TextWriter result, TextWriter talk, bool colour)
{
    public static Terminal OfProcess(bool noColour)
    {
        var force = Environment.GetEnvironmentVariable("CLICOLOR_FORCE") is { Length: > 0 } and not "0";
        var refuse = noColour || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(Console.Out, Console.Error, !refuse && (force || !Console.IsOutputRedirected));
    }

    /// <summary>The result.</summary>
    public TextWriter Result { get; } = new PlainWriter(result, colour);

    /// <summary>Everything that is not the result.</summary>
    public TextWriter Talk { get; } = new PlainWriter(talk, colour);

    /// <summary>What a verb reads when a dash stands for a file: bytes, for a decoder would hide what is no text.</summary>
    public Func<Stream> Input { get; init; } = Console.OpenStandardInput;

    /// <summary>All that comes in, up to a bound.</summary>
    public async Task<byte[]> ReadInputAsync(int most, CancellationToken cancellationToken)
    {
        await using var stream = Input();
        return await ReadAsync(stream, most, cancellationToken);
    }

    /// <summary>All of a stream, up to a bound.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        var bytes = new byte[most];
        return bytes[..await stream.ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, cancellationToken)];
    }

    public bool Colour { get; } = colour;

    /// <summary>Only where somebody can answer.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Glyph and word, coloured as on the pages; the word alone carries the meaning.</summary>
    public string State(Outcome outcome, bool isWish = false) => Paint(OutcomeColour(outcome), $"{Glyph(outcome)} {outcome.Word(isWish)}");

    /// <summary>Any words in the colour of an outcome.</summary>
    public string As(Outcome outcome, string text) => Paint(OutcomeColour(outcome), text);

    public static string Glyph(Outcome outcome) => outcome switch
    {
        Outcome.Kept => "✔",
        Outcome.Broken => "✖",
        Outcome.NotInForce => "⏸",
        Outcome.NotAPromise => "∅",
        _ => "?",
    };

    public string Quiet(string text) => Paint("2", text);

    public string Strong(string text) => Paint("1", text);

    public string Severity(Severity severity, string text) => Paint(severity switch { Model.Severity.Error => "1;31", Model.Severity.Warning => "1;33", _ => "1;36" }, text);

    private string Paint(string code, string text) => Colour ? $"\u001b[{code}m{text}\u001b[0m" : text;

    private static string OutcomeColour(Outcome outcome) => outcome switch
    {
        Outcome.Kept => "34",
        Outcome.Broken => "1;31",
        Outcome.NotInForce => "35",
        Outcome.NotAPromise => "33",
        _ => "2",
    };

    /// <summary>Columns that line up, two spaces between; the last column is never padded. Widths count letters, not escape codes.</summary>
    public void Table(IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        var widths = Enumerable.Range(0, all.Max(row => row.Count)).Select(column => all.Max(row => column < row.Count ? Width(row[column]) : 0)).ToArray();
        foreach (var row in all)
        {
            for (var i = 0; i < row.Count; i++)
                Result.Write(i == row.Count - 1 ? row[i] : row[i] + new string(' ', widths[i] - Width(row[i]) + 2));
            Result.WriteLine();
        }
    }

    private static int Width(string text)
    {
        var width = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u001b')
            {
                while (i < text.Length && text[i] != 'm') i++;
                continue;
            }
            width++;
        }
        return width;
    }
}
