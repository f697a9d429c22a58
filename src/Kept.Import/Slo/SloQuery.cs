using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Import.Slo;

/// <summary>How a query of an indicator becomes a count over a stretch of time.</summary>
internal enum QueryForm
{
    /// <summary>A counter that only grows: its increase is the count.</summary>
    Counter,
    /// <summary>How many just now: the sum over time is the count.</summary>
    Gauge,
    /// <summary>It says itself where the window goes: <c>{{.window}}</c>.</summary>
    Template,
}

/// <summary>One query of an indicator, on one line.</summary>
/// <param name="Text">PromQL; of a template with its place for the window.</param>
/// <param name="Form">How it becomes a count.</param>
internal sealed partial record SloQuery(string Text, QueryForm Form)
{
    /// <summary>A template where it has the place of a window, else what the caller knows of it; null where it cannot be put into another query.</summary>
    public static SloQuery? Of(string query, QueryForm otherwise) =>
        PromQl.OneLine(query) is { } line ? new SloQuery(line, Window().IsMatch(line) ? QueryForm.Template : otherwise) : null;

    /// <summary>
    /// The count over a stretch of time. A counter is read by its increase before anything is added up, for a sum of counters that starts again at one of them is no counter.
    /// Where the query is more than a metric it is asked again for each minute of the stretch.
    /// </summary>
    public string Over(Duration length)
    {
        var range = Range(length);
        if (Form == QueryForm.Template) return Window().Replace(Text, range);
        var read = Form == QueryForm.Counter ? "increase" : "sum_over_time";
        if (PromQl.IsSelector(Text)) return $"sum({read}({Text}[{range}]))";
        if (Form == QueryForm.Counter && PromQl.Inside(Text, "sum") is { } summed && PromQl.IsSelector(summed)) return $"sum(increase({summed}[{range}]))";
        return $"sum({read}(({Text})[{range}:1m]))";
    }

    /// <summary>It is asked minute by minute, which costs the server much over a long stretch.</summary>
    public bool IsCostly => Form != QueryForm.Template && !PromQl.IsSelector(Text) && !(Form == QueryForm.Counter && PromQl.Inside(Text, "sum") is { } summed && PromQl.IsSelector(summed));

    /// <summary>The query and the stretch that <see cref="Over"/> made this of; null where it made no such text.</summary>
    public static (SloQuery Query, string Range)? Read(string text)
    {
        foreach (var (read, form) in (ReadOnlySpan<(string, QueryForm)>)[("increase", QueryForm.Counter), ("sum_over_time", QueryForm.Gauge)])
        {
            if (PromQl.Inside(text, "sum") is not { } summed || PromQl.Inside(summed, read) is not { } inner) continue;
            // a counter that was summed and one that was not are the same count; the sum is written, for it is what was asked
            if (PromQl.Ranged(inner) is var (selector, range)) return (new SloQuery(form == QueryForm.Counter ? $"sum({selector})" : selector, form), range);
            if (inner.StartsWith('(') && PromQl.Closing(inner, 0) is > 0 and var end && Subquery().Match(inner[(end + 1)..]) is { Success: true } sub) return (new SloQuery(inner[1..end], form), sub.Groups["range"].Value);
        }
        return null;
    }

    /// <summary>As Prometheus writes it: whole units, of which the largest that divides.</summary>
    public static string Range(Duration length) => length.ToString();

    [GeneratedRegex(@"\{\{-?\s*\.window\s*-?\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Window();

    [GeneratedRegex(@"^\[(?<range>[0-9]+(?:ms|[smhdwy])):1m\]$", RegexOptions.CultureInvariant)]
    private static partial Regex Subquery();
}
