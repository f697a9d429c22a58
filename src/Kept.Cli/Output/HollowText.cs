using System.Collections.Immutable;
using Kept.Cli.Commands;
using Kept.Judging;
using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>What checks would miss, as text: promises that would miss the same stand together, worst first; the worst alone unless all is asked for.</summary>
internal static class HollowText
{
    private const int MostGroups = 4, MostNames = 3, MostWords = 5;

    public static void Write(Terminal terminal, ImmutableArray<HollowPromise> promises, bool all)
    {
        var groups = promises.Where(promise => promise.State != HollowState.Analysed || !promise.Missed.IsEmpty || !promise.Accepted.IsEmpty).GroupBy(Said).ToList();
        if (groups.Count == 0) return;
        terminal.Result.WriteLine(terminal.Strong("What these checks would miss"));
        var shown = all ? groups : groups.Take(MostGroups).ToList();
        foreach (var group in shown)
        {
            var names = group.Select(promise => promise.Promise.Name.ToString()).ToList();
            var first = group.First();
            terminal.Result.WriteLine($"  {HollowWords.Some(names, all ? names.Count : MostNames)}: {Score(first)}");
            if (HollowWords.WithoutScore(first) is { } why) terminal.Result.WriteLine($"     {why}");
            var words = HollowWords.Of(first);
            if (words.Count > 0) terminal.Result.WriteLine("     " + terminal.Quiet("would pass: ") + HollowWords.Some(words, all ? words.Count : MostWords));
            foreach (var accepted in HollowWords.Accepted(first)) terminal.Result.WriteLine("     " + terminal.Quiet("accepted: ") + accepted);
        }
        var rest = groups.Skip(shown.Count).Sum(group => group.Count());
        if (rest > 0) terminal.Result.WriteLine($"  and {CheckCommand.Count(rest, "more promise", "more promises")}");
        terminal.Result.WriteLine();
        if (!all) terminal.Talk.WriteLine("kept check --hollow tells all of it, --no-hollow none; docs/concepts/hollow.md says how it is found.");
    }

    /// <summary>False, and told, where a promise notices less than a share of what it was tried with. What could not be tried reaches nothing.</summary>
    public static bool ReachesAll(Terminal terminal, ImmutableArray<HollowPromise> promises, decimal share)
    {
        var below = promises.Where(promise => promise.State != HollowState.Analysed || promise.Score.IsBelow(share)).ToList();
        if (below.Count == 0) return true;
        terminal.Talk.WriteLine($"kept: {CheckCommand.Count(below.Count, "promise notices", "promises notice")} less than {(share * 100).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)} % of the failures: "
            + HollowWords.Some([.. below.Select(promise => $"{promise.Promise.Name} ({(promise.State == HollowState.Analysed ? promise.Score.ToString() : "not tried")})")], 10));
        return false;
    }

    /// <summary>As a note for code hosts: one a promise, at its place; null where there is nothing to tell.</summary>
    public static Diagnostic? AsDiagnostic(HollowPromise promise)
    {
        var words = HollowWords.Of(promise);
        if (words.Count == 0 && HollowWords.WithoutScore(promise) is null) return null;
        var message = HollowWords.WithoutScore(promise) is { } why ? $"`{promise.Promise.Name.Short}`: {why}" : $"`{promise.Promise.Name.Short}` notices {promise.Score} failures; these would pass: {HollowWords.Some(words, 40)}";
        return new(HollowCodes.WouldMiss, Severity.Information, promise.Promise.At, message, null, promise.Promise.Name);
    }

    /// <summary>Each failure that the promise lets pass knowingly, where that is written.</summary>
    public static IEnumerable<Sarif.Accepted> AsAccepted(HollowPromise promise) => promise.Accepted.Select(one => new Sarif.Accepted(
        new Diagnostic(HollowCodes.WouldMiss, Severity.Information, one.Accepted.By.At, $"`{promise.Promise.Name.Short}`: the check `{one.Check.Name}` lets pass {one.Accepted.Missed.Words}", null, promise.Promise.Name),
        one.Accepted.By.Until is { } until ? $"{one.Accepted.By.Because} (until {until})" : one.Accepted.By.Because));

    private static string Score(HollowPromise promise) => promise.Score.Tried == 0 ? "no score" : $"{promise.Score} failures noticed";

    private static string Said(HollowPromise promise) => $"{promise.State} {promise.Score} {HollowWords.WithoutScore(promise)} {string.Join('|', HollowWords.Of(promise))} {string.Join('|', HollowWords.Accepted(promise))}";
}
