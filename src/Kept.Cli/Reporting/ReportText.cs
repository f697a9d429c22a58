using Kept.Cli.Output;
using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>A report for people: one block per promise, figures first, every share cut and never rounded up.</summary>
internal static class ReportText
{
    public static void Write(Terminal terminal, PromiseReport report, Assessor assessor)
    {
        var promise = report.Promise;
        var output = terminal.Result;
        output.WriteLine($"{terminal.Strong(promise.Name.ToString())}{(promise.Version.Length > 0 ? "  version " + promise.Version : "")}{(promise.Benefit.Length > 0 ? $"  “{promise.Benefit}”" : "")}");
        output.WriteLine($"  from {report.From} to {report.To} ({(report.To - report.From).ToWords()}), judged by {assessor}");
        output.WriteLine($"  accounting {report.Asked.Accounting}{(report.Asked.Accounting == promise.Accounting ? ", as it is promised" : $"; promised is {promise.Accounting}")}");
        if (report.TermsSince is not { } since) output.WriteLine("  these terms were never judged here; the looks are counted as if they had been in force");
        else if (since > report.From) output.WriteLine($"  these terms are in force since {since}; earlier looks are counted as if they had been");
        for (var i = 0; i < promise.Checks.Length; i++) output.WriteLine($"  check {promise.Checks[i].Name}: {Words(report.Checks[i])}");
        if (report.ByRegime.Count > 0) output.WriteLine($"  regimes: {string.Join(", ", report.ByRegime.Where(one => one.Looks > 0).Select(one => $"{Figure(one.Looks)} {(one.Looks == 1 ? "look" : "looks")} in {one.Regime}").DefaultIfEmpty("no look in any"))}");
        if (report.ByRegime.Where(one => one.Looks == 0 && one.Regime is not (Regime.Other or Regime.Unknown)).Select(one => one.Regime).ToList() is { Count: > 0 } never)
            output.WriteLine($"  no look in the whole stretch was in {string.Join(", ", never)}: nothing is said of {(never.Count == 1 ? "it" : "them")}");
        foreach (var (regime, lines) in report.Asked.Groups)
            foreach (var (objective, place) in promise.Keeps.Select((objective, place) => (objective, place)))
                Write(terminal, report, objective, place, regime, lines[place]);
        output.WriteLine();
    }

    private static void Write(Terminal terminal, PromiseReport report, Objective objective, int place, string? regime, VerdictLine line)
    {
        var (promise, output) = (report.Promise, terminal.Result);
        output.WriteLine();
        output.WriteLine($"  {objective.Text}{(regime is null ? "" : $"  in regime {regime}")}");
        output.WriteLine($"    {terminal.State(line.Outcome, promise.IsWish)}  {line.Reason}");
        if (line.Budget is { } budget)
            output.WriteLine($"    budget {budget.Allowed.ToWords()} bad {objective.Unit}s, {budget.AllowedTime.ToWords()}; spent {budget.Spent.ToWords()}, {budget.SpentTime.ToWords()}; "
                + (budget.Left.Numerator.Sign < 0 ? $"overspent by {(Fraction.Zero - budget.Left).ToWords()}" : $"left {budget.Left.ToWords()}, {budget.LeftTime.ToWords()}"));
        output.WriteLine($"    {Figure(line.Due)} due, {Figure(line.Counted)} counted{(line.Assumed > 0 ? $", {Figure(line.Assumed)} of them not seen" : "")}, {Figure(line.NotInForce)} not in force or not confirmed, {Figure(line.Open)} missing or to come");
        if (report.Others.Count > 0) terminal.Table(report.Others.Select(other => Row(other, other.Groups.First(group => group.Regime == regime).Lines[place], promise)).Prepend(["    under another accounting", "verdict", "good of counted", "share", "budget left"]));
    }

    private static IReadOnlyList<string> Row(Counted other, VerdictLine line, Promise promise)
    {
        var (good, share) = line.Counted == 0 ? ("–", "–")
            : ($"{(line.Sum ?? Fraction.Of(line.Good)).ToWords(1)} of {Figure(line.Counted)}", $"{((line.Sum ?? Fraction.Of(line.Good)) * new Fraction(100, line.Counted)).ToWords()} %");
        return [$"    {other.Accounting}{(other.Accounting == promise.Accounting ? " (promised)" : "")}", line.Outcome.Word(promise.IsWish), good, share, line.Budget is { } budget ? budget.LeftTime.ToWords() : "–"];
    }

    private static string Words(CheckCounts counts)
    {
        var gaps = counts.GapCount == 0 ? "no gaps" : $"{Figure(counts.GapCount)} gaps ({string.Join(", ", counts.Gaps.Select(gap => $"{Figure(gap.Value)} {gap.Key.ToString().ToLowerInvariant()}"))})";
        var condition = counts.ConditionUnknown > 0 ? $", {Figure(counts.ConditionUnknown)} with an unknown condition" : "";
        return $"{Figure(counts.Good)} good, {Figure(counts.Bad)} bad, {gaps}, {Figure(counts.NotInForce)} not in force{condition}";
    }

    public static string Figure(long count) => Fraction.Of(count).ToWords(0);
}
