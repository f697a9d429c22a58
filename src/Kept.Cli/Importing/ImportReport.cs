using System.Globalization;
using Kept.Cli.Output;
using Kept.Import;
using Kept.Model;

namespace Kept.Cli.Importing;

/// <summary>
/// What an import found, for a person who wants to show it to a colleague: how many checks would have noticed what they are for, then the worst first, each with its
/// place, its line, the observation that shows it and what to write instead. The same words with and without colours.
/// </summary>
internal static class ImportReport
{
    private const int Width = 100, MostOfOneKind = 200, BarLength = 20, LongestLine = 160, MostDays = 14;

    public static void Write(Terminal terminal, Carrying import, string? folder, IReadOnlyList<string> written)
    {
        var reading = import.Reading;
        Head(terminal, import);
        foreach (var (kind, title, says) in Sections) Section(terminal, import, kind, title, says);
        Fates(terminal, reading);
        if (import.Past is { } past) History(terminal, past);
        terminal.Result.WriteLine();
        terminal.Result.WriteLine(Ending(import, folder, written));
    }

    private static readonly (FindingKind Kind, string Title, string Says)[] Sections =
    [
        (FindingKind.Unread, "Cannot be read", "nothing is written until these are mended"),
        (FindingKind.Hollow, "Hollow", "they load, and would miss a failure, or never pass"),
        (FindingKind.UnknownKey, "Unknown keys", "keys that the tool does not have"),
        (FindingKind.Lost, "Lost", "said there, and not in the documents"),
        (FindingKind.Changed, "Different here", "carried, and not quite the same"),
    ];

    private static void Head(Terminal terminal, Carrying import)
    {
        var reading = import.Reading;
        terminal.Result.WriteLine(terminal.Strong($"{reading.Tool.Title} · {import.Source}"));
        terminal.Result.WriteLine();
        if (reading.Score is { } score)
        {
            var full = BarLength * score / 100;
            var bar = terminal.Colour ? terminal.As(score == 100 ? Outcome.Kept : Outcome.Broken, new string('█', full)) + terminal.Quiet(new string('░', BarLength - full)) + "  " : "";
            var sound = reading.Checks.Length - reading.Hollow;
            terminal.Result.WriteLine($"  {bar}{terminal.Strong($"{N(score)} of 100")}  {N(sound)} of {Count(reading.Checks.Length, "check")} would have noticed what {(sound == 1 ? "it is" : "they are")} for");
        }
        var parts = new List<string>
        {
            reading.IsBroken ? $"understood so far: {Counted(reading)}" : $"{N(reading.Carried)} of {Counted(reading)} carried",
            Count(reading.Count(FindingKind.UnknownKey), "unknown key"),
            Count(reading.Count(FindingKind.Lost), "line") + " lost",
            $"{N(reading.Count(FindingKind.Changed))} different here",
        };
        if (reading.Tool.HasChecks) parts.Insert(1, $"{N(reading.Hollow)} hollow");
        terminal.Result.WriteLine("  " + string.Join(" · ", parts));
    }

    private static string Counted(ImportReading reading) => $"{N(reading.Checks.Length)} {(reading.Checks.Length == 1 ? reading.Tool.Counts.One : reading.Tool.Counts.Many)}";

    private static void Section(Terminal terminal, Carrying import, FindingKind kind, string title, string says)
    {
        var its = import.Reading.Findings.Zip(import.Diagnostics).Where(pair => pair.First.Kind == kind).ToList();
        if (its.Count == 0) return;
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Severity(kind switch { FindingKind.Unread or FindingKind.Hollow => Severity.Error, FindingKind.Changed => Severity.Information, _ => Severity.Warning }, title)}  {terminal.Quiet($"{N(its.Count)}: {says}")}");
        foreach (var (finding, diagnostic) in its.Take(MostOfOneKind)) One(terminal, finding, diagnostic.LineText);
        if (its.Count > MostOfOneKind) terminal.Result.WriteLine($"  … and {N(its.Count - MostOfOneKind)} more; --json lists all");
    }

    private static void One(Terminal terminal, Finding finding, string? line)
    {
        terminal.Result.WriteLine();
        var place = finding.At.ToString();
        terminal.Result.WriteLine($"  {terminal.Strong(finding.Subject.Length > 0 ? finding.Subject : "the configuration")}  {terminal.Quiet(place)}");
        if (line is not null && finding.At.IsKnown && Marked(line, finding.At) is var (text, mark))
        {
            terminal.Result.WriteLine("      " + text);
            terminal.Result.WriteLine("      " + terminal.Severity(Severity.Warning, mark));
        }
        Wrapped(terminal, finding.Code + "  ", finding.Message);
        if (finding.Shows is { } shows) Wrapped(terminal, "shows  ", shows);
        if (finding.Instead is { } instead) Wrapped(terminal, "write  ", instead);
    }

    /// <summary>The line without its indentation, and a mark under the part that is meant.</summary>
    private static (string Text, string Mark) Marked(string line, Place at)
    {
        var indent = line.Length - line.TrimStart().Length;
        var text = Credentials.Masked(line.Trim().Replace('\t', ' '));
        if (text.Length > LongestLine) text = text[..LongestLine] + "…";
        var from = Math.Clamp(at.Column - 1 - indent, 0, text.Length);
        return (text, new string(' ', from) + new string('^', Math.Clamp(at.Length, 1, Math.Max(1, text.Length - from))));
    }

    private static void Wrapped(Terminal terminal, string label, string text)
    {
        var lead = "      " + label.PadRight(7);
        var room = Width - lead.Length;
        foreach (var (index, line) in Lines(text, room).Index())
            terminal.Result.WriteLine((index == 0 ? "      " + terminal.Quiet(label.PadRight(7)) : new string(' ', lead.Length)) + line);
    }

    private static IEnumerable<string> Lines(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : line + " " + word;
        }
        yield return line;
    }

    private static void Fates(Terminal terminal, ImportReading reading)
    {
        if (reading.Checks.IsEmpty) return;
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Strong("Every " + reading.Tool.Counts.One)}  {terminal.Quiet("worst first")}");
        terminal.Table(reading.Checks.OrderBy(check => check.Fate switch { Fate.Hollow => 0, Fate.NotCarried => 1, Fate.Partly => 2, _ => 3 }).Take(MostOfOneKind)
            .Select(check => (IReadOnlyList<string>)["  " + Word(terminal, check.Fate), check.Name, check.Wish is { } wish && !reading.IsBroken ? "→ " + wish : "", terminal.Quiet(check.At.ToString())]));
        if (reading.Checks.Length > MostOfOneKind) terminal.Result.WriteLine($"  … and {N(reading.Checks.Length - MostOfOneKind)} more; --json lists all");
    }

    private static string Word(Terminal terminal, Fate fate) => fate switch
    {
        Fate.Whole => terminal.As(Outcome.Kept, "✔ whole"),
        Fate.Hollow => terminal.As(Outcome.Broken, "✖ hollow"),
        Fate.Partly => terminal.As(Outcome.NotAPromise, "◐ partly"),
        _ => terminal.As(Outcome.NotAPromise, "∅ not carried"),
    };

    /// <summary>What was written of the past: whose it is, how much, and the last days one by one.</summary>
    private static void History(Terminal terminal, PastOfOthers past)
    {
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Strong("The past")}  {terminal.Quiet($"as {past.Assessor} recorded it, and no evidence of ours")}");
        if (past.Broken is { } broken)
        {
            Wrapped(terminal, broken.Code + "  ", broken.Message);
            if (broken.Instead is { } instead) Wrapped(terminal, "write  ", instead);
            return;
        }
        if (past.Looks == 0 && past.Days == 0 && past.Statements > 0)
        {
            terminal.Result.WriteLine($"  {Long(past.Statements)} statement{(past.Statements == 1 ? "" : "s")} of theirs about themselves · {Long(past.LeftOut)} left out");
            return;
        }
        var span = past.PerDay.IsEmpty ? "" : $" · {Day(past.PerDay[0].Day)} to {Day(past.PerDay[^1].Day)}";
        terminal.Result.WriteLine($"  {Long(past.Looks)} looks: {Long(past.Good)} good, {Long(past.Bad)} bad, {Long(past.Gaps)} gaps{span} · {Long(past.Days)} of its own counts per day · {Long(past.LeftOut)} left out");
        if (past.PerDay.Length > MostDays) terminal.Result.WriteLine($"  the last {N(MostDays)} of {N(past.PerDay.Length)} days:");
        terminal.Table(past.PerDay.TakeLast(MostDays).Select(day => (IReadOnlyList<string>)["  " + Day(day.Day), $"{Long(day.Good)} good", $"{Long(day.Bad)} bad", $"{Long(day.Gaps)} gaps"]));

        static string Long(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
        static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string Ending(Carrying import, string? folder, IReadOnlyList<string> written)
    {
        var reading = import.Reading;
        if (reading.IsBroken) return "Nothing was written: mend what cannot be read, and import again.";
        if (reading.Documents.IsEmpty) return $"Nothing was written: no {reading.Tool.Counts.One} could be carried.";
        if (import.Past?.Broken is not null) return "Nothing was written: the past could not be read to its end; leave out --history to write the documents alone.";
        if (written.Count == 0) return $"Nothing was written; add -o FOLDER to write {Count(reading.Documents.Length, "document")}.";
        if (!reading.Tool.HasChecks) return $"Wrote {string.Join(", ", written)}. Nothing there is verified yet: kept check {folder} tells what makes each a promise.";
        return $"Wrote {string.Join(", ", written)}. What was hollow is written there as it was meant. Next: kept check {folder} · kept verify {folder}";
    }

    private static string Count(int n, string one) => $"{N(n)} {one}{(n == 1 ? "" : "s")}";

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
