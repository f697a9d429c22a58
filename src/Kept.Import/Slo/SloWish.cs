using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Slo;

/// <summary>What an indicator counts, asked of Prometheus over a stretch of time. A closed set of three.</summary>
internal abstract record SloIndicator
{
    private SloIndicator() { }

    /// <summary>So many of so many events.</summary>
    /// <param name="Part">The good or the bad ones.</param>
    /// <param name="IsBad">Which of both.</param>
    /// <param name="Total">All of them.</param>
    public sealed record Events(SloQuery Part, bool IsBad, SloQuery Total) : SloIndicator;

    /// <summary>A share that somebody worked out already.</summary>
    /// <param name="Query">The share.</param>
    /// <param name="IsBad">Of the bad events.</param>
    public sealed record Share(SloQuery Query, bool IsBad) : SloIndicator;

    /// <summary>Events of several sorts, each worth its weight: added up, and divided once.</summary>
    /// <param name="Parts">At least two.</param>
    public sealed record Pooled(IReadOnlyList<(Events Counts, decimal Weight)> Parts) : SloIndicator
    {
        public string Sums(Duration over, bool isBad) => $"({Sum(part => part.IsBad == isBad ? $"({part.Part.Over(over)})" : $"(({part.Total.Over(over)}) - ({part.Part.Over(over)}))")}) / ({All(over)})";

        /// <summary>The parts, and the stretch, that <see cref="Sums"/> of the good ones made this of; null where it made no such text.</summary>
        public static (Pooled Counts, Duration Over)? Read(string text)
        {
            if (PromQl.Division(text) is not var (over, under) || PromQl.Sum(over) is not { } some || PromQl.Sum(under) is not { } all || some.Count != all.Count || all.Count < 2) return null;
            var parts = new List<(Events, decimal)>();
            var range = "";
            foreach (var (one, whole) in some.Zip(all))
            {
                if (!ObjectivePart.IsWeight(whole.Factor) || SloQuery.Read(whole.Inside) is not var (total, of)) return null;
                // the good ones, or all without the bad
                var without = $"({whole.Inside}) - ";
                var isBad = one.Inside.StartsWith(without, StringComparison.Ordinal);
                if ((isBad ? PromQl.Inside(one.Inside[without.Length..]) : one.Inside) is not { } counted || SloQuery.Read(counted) is not var (part, _)) return null;
                parts.Add((new Events(part, isBad, total), whole.Factor));
                range = of;
            }
            // what differs in anything, in a stretch or in a weight, is written otherwise
            return Language.Foreign.ExpectationText.Length(range) is { } length && new Pooled(parts) is var pooled && pooled.Sums(length, isBad: false) == text ? (pooled, length) : null;
        }

        public string All(Duration over) => Sum(part => $"({part.Total.Over(over)})");

        private string Sum(Func<Events, string> of) => string.Join(" + ", Parts.Select(part => part.Weight == 1 ? of(part.Counts) : $"{SloNumber.Text(part.Weight)} * {of(part.Counts)}"));
    }

    /// <summary>The share of good events.</summary>
    public string Good(Duration over) => this switch
    {
        Events { IsBad: false } events => $"({events.Part.Over(over)}) / ({events.Total.Over(over)})",
        Events events => $"1 - ({events.Part.Over(over)}) / ({events.Total.Over(over)})",
        Share { IsBad: false } share => Mean(share, over),
        Share share => $"1 - {Mean(share, over)}",
        Pooled pooled => pooled.Sums(over, isBad: false),
        _ => throw new InvalidOperationException("a fourth sort of indicator"),
    };

    /// <summary>The share of bad events.</summary>
    public string Bad(Duration over) => this switch
    {
        Events { IsBad: true } events => $"({events.Part.Over(over)}) / ({events.Total.Over(over)})",
        Events events => $"1 - ({events.Part.Over(over)}) / ({events.Total.Over(over)})",
        Share { IsBad: true } share => Mean(share, over),
        Share share => $"1 - {Mean(share, over)}",
        Pooled pooled => pooled.Sums(over, isBad: true),
        _ => throw new InvalidOperationException("a fourth sort of indicator"),
    };

    /// <summary>The mean of the shares of all slices that had an event.</summary>
    public string MeanOfSlices(Duration over, Duration slice)
    {
        var each = this is Pooled pooled ? $"{pooled.Sums(slice, isBad: false)} and on() (({pooled.All(slice)}) > 0)" : this is Events events ? $"{(events.IsBad ? "1 - " : "")}({events.Part.Over(slice)}) / (({events.Total.Over(slice)}) > 0)" : Good(slice);
        return $"avg_over_time(({each})[{SloQuery.Range(over)}:{SloQuery.Range(slice)}])";
    }

    public IEnumerable<SloQuery> Queries => this switch
    {
        Events events => [events.Part, events.Total],
        Pooled pooled => pooled.Parts.SelectMany(part => part.Counts.Queries),
        _ => [((Share)this).Query],
    };

    /// <summary>A share says nothing of how many events it is of, so each minute of a stretch weighs the same.</summary>
    private static string Mean(Share share, Duration over) =>
        share.Query.Form == QueryForm.Template ? $"({share.Query.Over(over)})" : $"avg_over_time(({share.Query.Text})[{SloQuery.Range(over)}:1m])";
}

/// <summary>One window pair of a multi-window alert as Sloth and Pyrra generate them.</summary>
internal readonly record struct BurnPair(Duration Long, Duration Short, decimal Factor);

/// <summary>Writes wishes about shares that Prometheus counts.</summary>
/// <param name="url">Where it is asked.</param>
internal sealed class SloWish(string url)
{
    /// <summary>The looks of a long window hardly differ from one minute to the next.</summary>
    private static readonly Duration Usual = Duration.Minutes(1), OfLongWindows = Duration.Minutes(5);

    /// <summary>A check of that query; each answer is what counts, so none is confirmed by another.</summary>
    public CheckDraft Check(string query, string expect, Duration every)
    {
        var check = new CheckDraft("prometheus", $"{query} at {url}") { Every = every, Confirm = (1, 1) };
        check.Expect.Add(expect);
        return check;
    }

    /// <summary>The whole objective in one answer: the share over the window, counted by Prometheus.</summary>
    public CheckDraft Whole(SloIndicator indicator, Duration window, decimal target) => Check(indicator.Good(window), $"value >= {SloNumber.Text(target)}", EveryOf(window));

    public static Duration EveryOf(Duration window) => window >= Duration.Days(1) ? OfLongWindows : Usual;

    /// <summary>
    /// An alert of one or two pairs of windows: 1 while it would fire, 0 while it would not, and nothing where a window has no figure, so that silence is never taken for calm.
    /// </summary>
    /// <param name="fires">The word that compares: <c>&gt;</c> or <c>&gt;=</c>.</param>
    public CheckDraft Burn(SloIndicator indicator, decimal target, IReadOnlyList<BurnPair> pairs, string fires)
    {
        // nothing of nothing is no number, which compares as calm; `>= 0` leaves it out, and nobody knows then
        string One(Duration window, decimal factor) => $"((({indicator.Bad(window)}) >= 0) {fires} bool {SloNumber.Text(factor * (1 - target))})";
        var lines = pairs.Select(pair => pair.Short == pair.Long ? One(pair.Long, pair.Factor) : $"{One(pair.Long, pair.Factor)} * {One(pair.Short, pair.Factor)}").ToList();
        return Check(lines.Count == 1 ? lines[0] : string.Join(" + ", lines.Select(line => $"({line})")), "value == 0", Usual);
    }

    /// <summary>Pairs that no failure reaches: more than all cannot fail.</summary>
    public static bool CanFire(BurnPair pair, decimal target, bool isStrict) => isStrict ? pair.Factor * (1 - target) < 1 : pair.Factor * (1 - target) <= 1;

    /// <summary>What a query costs or leaves out, said once for each wish.</summary>
    public static void Warn(SloIndicator indicator, Place at, string subject, Losses losses)
    {
        if (indicator.Queries.Any(query => query.IsCostly))
            losses.Changed(at, subject, "the query is more than a counter, so it is asked again for each minute of the window: that costs your Prometheus much", "make it a recording rule, or write a counter: sum(http_requests_total{code=~\"5..\"})");
        if (indicator is SloIndicator.Pooled)
            losses.Changed(at, subject, "while one of the parts has no series there is no sum, and nobody knows", "where that means none, add to its query: or on() vector(0)");
        if (indicator is SloIndicator.Events { IsBad: true })
            losses.Changed(at, subject, "while nothing bad was ever counted there is no series of it: nobody knows then, and it is not kept", "where that means none, add to the query of the bad ones: or on() vector(0)");
        if (indicator is SloIndicator.Share { Query.Form: not QueryForm.Template })
            losses.Changed(at, subject, "a share tells no number of events, so each minute of the window weighs the same here", "count good and total instead");
    }
}
