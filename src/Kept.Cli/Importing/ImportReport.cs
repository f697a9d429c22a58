using System.Collections.Frozen;
using System.Globalization;
using Kept.Cli.Output;
using Kept.Import;
using Kept.Model;

namespace Kept.Cli.Importing;

/// <summary>
/// What an import found, for a person who wants to show it to a colleague: how the checks fared and how many would have noticed what they are for, then what there is to do, each
/// with its place, its line, the observation that shows it, what to write there and what stands here; at last every check, and the next command. The same words with and without
/// colours, in lines of a bounded width.
/// </summary>
internal static class ImportReport
{
    private const int MostOfOneKind = 200, BarLength = 20, MostDays = 14, Lead = 6;

    public static void Write(Terminal terminal, Carrying import, string? folder, IReadOnlyList<string> written)
    {
        var reading = import.Reading;
        Head(terminal, import);
        var became = Duties.Became(reading);
        foreach (var duty in Enum.GetValues<Duty>()) Section(terminal, import, duty, became);
        Fates(terminal, import);
        if (import.Past is { } past) History(terminal, past);
        terminal.Result.WriteLine();
        foreach (var file in written) terminal.Result.WriteLine($"Wrote {file}");
        foreach (var line in ReportLines.Of(Ending(import, written), ReportLines.Width)) terminal.Result.WriteLine(line);
        Next(terminal, import, folder, written);
    }

    private static void Head(Terminal terminal, Carrying import)
    {
        var reading = import.Reading;
        terminal.Result.WriteLine(terminal.Strong($"{reading.Tool.Title} · {ReportLines.CutLeft(import.Source, ReportLines.Width - reading.Tool.Title.Length - 3)}"));
        terminal.Result.WriteLine();
        if (reading.Score is { } score)
        {
            var full = BarLength * score / 100;
            var bar = terminal.Colour ? terminal.As(score == 100 ? Outcome.Kept : Outcome.Broken, new string('█', full)) + terminal.Quiet(new string('░', BarLength - full)) + "  " : "";
            var sound = reading.Checks.Length - reading.Hollow;
            terminal.Result.WriteLine($"  {bar}{terminal.Strong($"{N(score)} of 100")}  {N(sound)} of {Count(reading.Checks.Length, "check")} would have noticed what {(sound == 1 ? "it is" : "they are")} for");
            terminal.Result.WriteLine();
        }
        if (reading.IsBroken) terminal.Result.WriteLine($"  understood so far: {N(reading.Checks.Length)} {(reading.Checks.Length == 1 ? reading.Tool.Counts.One : reading.Tool.Counts.Many)}");
        foreach (var (fate, says) in (ReadOnlySpan<(Fate, string)>)
            [(Fate.Whole, "carried whole"), (Fate.Partly, "carried in part: something that they say is not here"), (Fate.Hollow, "carried, and hollow there: a failure would have passed, or nothing would"), (Fate.NotCarried, "not carried")])
            if (fate != Fate.Hollow || reading.Tool.HasChecks) terminal.Result.WriteLine($"  {N(reading.Count(fate)),6}  {Coloured(terminal, fate, says)}");
        var beside = new List<string> { Count(reading.Count(FindingKind.UnknownKey), "unknown key"), Count(reading.Count(FindingKind.Lost), "line") + " lost", $"{N(reading.Count(FindingKind.Changed))} different here" };
        if (reading.Left > 0) beside.Add($"{N(reading.Left)} more findings that are only counted");
        terminal.Result.WriteLine(terminal.Quiet("          in their files: " + string.Join(" · ", beside)));
    }

    private static string Coloured(Terminal terminal, Fate fate, string text) => terminal.As(fate switch { Fate.Whole => Outcome.Kept, Fate.Hollow => Outcome.Broken, _ => Outcome.NotAPromise }, text);

    private static void Section(Terminal terminal, Carrying import, Duty duty, FrozenDictionary<string, string> became)
    {
        var its = import.Reading.Findings.Zip(import.Diagnostics).Where(pair => Duties.Of(pair.First) == duty).ToList();
        if (its.Count == 0) return;
        var (title, says, weight) = Duties.Words(duty);
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Severity(weight, title)}  {terminal.Quiet($"{N(its.Count)}: {says}")}");
        foreach (var (finding, diagnostic) in its.Take(MostOfOneKind)) One(terminal, import, finding, diagnostic.LineText, became.GetValueOrDefault(finding.Subject));
        if (its.Count > MostOfOneKind) terminal.Result.WriteLine($"  … and {N(its.Count - MostOfOneKind)} more; --json lists all");
    }

    private static void One(Terminal terminal, Carrying import, Finding finding, string? line, string? became)
    {
        terminal.Result.WriteLine();
        Heading(terminal, finding.Subject.Length == 0 ? "the configuration" : finding.Subject, became is null || became == finding.Subject ? "" : " → " + became, PlaceOf(import, finding.At));
        if (line is not null && finding.At.IsKnown && ReportLines.Marked(line, finding.At, ReportLines.Width - Lead) is var (text, mark))
        {
            terminal.Result.WriteLine("      " + text);
            terminal.Result.WriteLine("      " + terminal.Severity(Severity.Warning, mark));
        }
        Wrapped(terminal, finding.Code, finding.Message);
        if (finding.Shows is { } shows) Wrapped(terminal, "shows", shows);
        if (finding.Instead is { } instead) Wrapped(terminal, "do", instead);
        if (finding.Here is { } here) Wrapped(terminal, "here", here);
    }

    /// <summary>A place in what was named, from there: the heading has its path.</summary>
    private static string PlaceOf(Carrying import, Place at)
    {
        var (text, source) = (at.ToString(), import.Source.Replace('\\', '/').TrimEnd('/'));
        return at.File?.Path == source ? text[(source.LastIndexOf('/') + 1)..] : text.StartsWith(source + "/", StringComparison.Ordinal) ? text[(source.Length + 1)..] : text;
    }

    /// <summary>Who it is about and where it stands, in one line where there is room.</summary>
    private static void Heading(Terminal terminal, string subject, string became, string place)
    {
        (subject, became) = (ReportLines.Cut(subject, 58), ReportLines.Cut(became, 38));
        place = ReportLines.CutLeft(place, ReportLines.Width - Lead);
        if (place.Length == 0)
        {
            terminal.Result.WriteLine($"  {terminal.Strong(subject)}{became}");
            return;
        }
        var isOne = 2 + subject.Length + became.Length + 2 + place.Length <= ReportLines.Width;
        terminal.Result.WriteLine($"  {terminal.Strong(subject)}{became}{(isOne ? "  " + terminal.Quiet(place) : "")}");
        if (!isOne) terminal.Result.WriteLine(new string(' ', Lead) + terminal.Quiet(place));
    }

    private static void Wrapped(Terminal terminal, string label, string text)
    {
        var lead = new string(' ', Lead) + label.PadRight(7);
        foreach (var (index, line) in ReportLines.Of(text, ReportLines.Width - lead.Length).Index())
            terminal.Result.WriteLine((index == 0 ? new string(' ', Lead) + terminal.Quiet(label.PadRight(7)) : new string(' ', lead.Length)) + line);
    }

    private static void Fates(Terminal terminal, Carrying import)
    {
        var reading = import.Reading;
        if (reading.Checks.IsEmpty) return;
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Strong("Every " + reading.Tool.Counts.One)}  {terminal.Quiet("worst first")}");
        var rows = reading.Checks.OrderBy(check => check.Fate switch { Fate.Hollow => 0, Fate.NotCarried => 1, Fate.Partly => 2, _ => 3 }).Take(MostOfOneKind)
            .Select(check => (check.Fate, check.Name, Wish: check.Wish is { } wish && !reading.IsBroken ? "→ " + wish : "", Place: PlaceOf(import, check.At))).ToList();
        // 23: the fate, and two spaces after each column
        var isWide = 23 + rows.Max(row => row.Name.Length) + rows.Max(row => row.Wish.Length) + rows.Max(row => row.Place.Length) > ReportLines.Width;
        terminal.Table(rows.Select(row => (IReadOnlyList<string>)["  " + Word(terminal, row.Fate), isWide ? ReportLines.Cut(row.Name, 26) : row.Name, isWide ? ReportLines.Cut(row.Wish, 26) : row.Wish, terminal.Quiet(isWide ? ReportLines.CutLeft(row.Place, 25) : row.Place)]));
        if (reading.Checks.Length > MostOfOneKind) terminal.Result.WriteLine($"  … and {N(reading.Checks.Length - MostOfOneKind)} more; --json lists all");
    }

    private static string Word(Terminal terminal, Fate fate) => Coloured(terminal, fate, fate switch { Fate.Whole => "✔ whole", Fate.Hollow => "✖ hollow", Fate.Partly => "◐ partly", _ => "∅ not carried" });

    /// <summary>What was written of the past: whose it is, how much, and the last days one by one.</summary>
    private static void History(Terminal terminal, PastOfOthers past)
    {
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"{terminal.Strong("The past")}  {terminal.Quiet($"as {past.Assessor} recorded it, and no evidence of ours")}");
        if (past.Broken is { } broken)
        {
            Wrapped(terminal, broken.Code, broken.Message);
            if (broken.Instead is { } instead) Wrapped(terminal, "do", instead);
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

    private static string Ending(Carrying import, IReadOnlyList<string> written)
    {
        var reading = import.Reading;
        if (reading.IsBroken) return "Nothing was written: mend what cannot be read, and import again.";
        if (reading.Documents.IsEmpty) return $"Nothing was written: no {reading.Tool.Counts.One} could be carried.";
        if (import.Past?.Broken is not null) return "Nothing was written: the past could not be read to its end; leave out --history to write the documents alone.";
        if (written.Count == 0) return $"Nothing was written; add -o FOLDER to write {Count(reading.Documents.Length, "document")}.";
        return reading.Tool.HasChecks ? "What was hollow is written there as it was meant." : "Nothing there is verified yet.";
    }

    /// <summary>The commands that lead on from here.</summary>
    private static void Next(Terminal terminal, Carrying import, string? folder, IReadOnlyList<string> written)
    {
        if (import.Reading.IsBroken || import.Reading.Documents.IsEmpty || import.Past?.Broken is not null) return;
        var house = Quoted(folder ?? "house");
        IReadOnlyList<(string Command, string Says)> commands = written.Count == 0
            ? [(string.Join(' ', "kept", "import", import.Reading.Tool.Name, Quoted(import.Source), "-o", house), "writes them, and this report again")]
            : import.Reading.Tool.HasChecks
                ? [($"kept check {house}", "what these would still miss"), ($"kept verify {house}", "looks at each once, now"), ($"kept up {house}", "watches them, with pages")]
                : [($"kept check {house}", "what makes each of them a promise")];
        terminal.Result.WriteLine();
        terminal.Result.WriteLine(terminal.Strong("Next"));
        var width = commands.Max(one => one.Command.Length);
        foreach (var (command, says) in commands)
            terminal.Result.WriteLine($"  {command.PadRight(width)}  {terminal.Quiet(says)}");
    }

    /// <summary>A path as a shell takes it.</summary>
    private static string Quoted(string path) => path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '+' or '@' or ',') && path.Length > 0 ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Count(int n, string one) => ReportLines.Count(n, one);

    private static string N(int number) => ReportLines.N(number);
}
