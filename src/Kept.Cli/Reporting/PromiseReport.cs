using Kept.Judging;
using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>What was recorded of one check in the stretch.</summary>
internal sealed class CheckCounts
{
    public long Good, Bad, NotInForce, ConditionUnknown;
    public SortedDictionary<GapCause, long> Gaps { get; } = [];
    public long GapCount => Gaps.Values.Sum();
}

/// <summary>The objectives of a promise over a stretch of time, under one accounting.</summary>
/// <param name="Accounting">How it was counted.</param>
/// <param name="Lines">One per objective, in their order; of a promise with regimes none, for nothing is counted over two of them.</param>
/// <param name="Regimes">Of a promise with regimes: the lines of each, by its name.</param>
internal sealed record Counted(Accounting Accounting, IReadOnlyList<VerdictLine> Lines, IReadOnlyList<(string Name, IReadOnlyList<VerdictLine> Lines)> Regimes)
{
    /// <summary>The lines with the regime that each group is of; null where the promise names none.</summary>
    public IEnumerable<(string? Regime, IReadOnlyList<VerdictLine> Lines)> Groups => Regimes.Count == 0 ? [(null, Lines)] : Regimes.Select(one => ((string?)one.Name, one.Lines));
}

/// <summary>A promise over any past stretch, counted anew from the stored looks: by its own accounting, by the one that was asked for, and by others for comparison.</summary>
/// <param name="Promise">Its terms as the documents have them now.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The first moment that no longer counts.</param>
/// <param name="TermsSince">Since when it is judged by these terms; null where it never was.</param>
/// <param name="Checks">What was recorded, check by check.</param>
/// <param name="Asked">By the accounting that the report is about.</param>
/// <param name="Others">By others, the promise's own first.</param>
/// <param name="Unconfirmed">By the one that was asked for, with each bad look counted.</param>
internal sealed record PromiseReport(Promise Promise, Instant From, Instant To, Instant? TermsSince, IReadOnlyList<CheckCounts> Checks, Counted Asked, IReadOnlyList<Counted> Others, Counted Unconfirmed)
{
    /// <summary>Of a promise with regimes: how many looks of each were in force and saw something; none of one that was never entered.</summary>
    public IReadOnlyList<(string Regime, long Looks)> ByRegime { get; private init; } = [];

    public bool HasLooks => Checks.Any(check => check.Good + check.Bad + check.NotInForce + check.ConditionUnknown + check.GapCount > 0);

    public static async ValueTask<PromiseReport> ReadAsync(Promise promise, Assessor assessor, RecordedLooks recorded, Instant from, Instant to, Instant now, Accounting? asked, CancellationToken cancellationToken)
    {
        var policies = new List<Accounting> { asked ?? promise.Accounting };
        var isPlanned = promise.Maintenance?.During is not null; // else all accounts of maintenance say the same
        foreach (var other in (Accounting[])[.. isPlanned ? [promise.Accounting, promise.Accounting with { Maintenance = MaintenanceAccount.Counted }, promise.Accounting with { Maintenance = MaintenanceAccount.Bad }] : (Accounting[])[], promise.Accounting, Accounting.Usual, promise.Accounting with { Gaps = GapAccount.Bad, OwnOutage = GapAccount.Bad }, promise.Accounting with { Retries = RetryAccount.Confirmed }])
            if (!policies.Contains(other) && (promise.Regimes.IsEmpty || !other.Assumes)) policies.Add(other); // of a look that nobody took nobody knows the regime
        var each = policies[0] with { Retries = RetryAccount.Each };
        var shown = policies.Count;
        if (!policies.Contains(each)) policies.Add(each); // not shown: it tells the chance of a false alarm
        var past = recorded.Past(promise);
        var since = recorded.TermsSince(promise);
        // A little before and after is read too: a look may be confirmed by one on the other side of the boundary.
        var margin = promise.Checks.Select(check => check.Every * Math.Max(1, check.Confirm.Of) * 4).Append(Duration.Hours(1)).Max();
        var (announced, former) = recorded.Announced(promise, now, from - margin);
        var folds = policies.ConvertAll(policy => new PromiseFold(promise with { Accounting = policy }, assessor, from - margin, past: past, termsSince: announced, former: former)); // what was never announced is no maintenance
        var counts = promise.Checks.Select(_ => new CheckCounts()).ToList();
        var names = promise.Regimes.IsEmpty ? [] : Regime.NamesOf(promise);
        var byRegime = new long[names.Length];
        var series = await recorded.SeriesOfAsync(promise, cancellationToken);
        for (var check = 0; check < series.Length; check++)
        {
            if (series[check] is not { } number) continue;
            foreach (var look in recorded.Looks(number, from - margin, to + margin))
            {
                cancellationToken.ThrowIfCancellationRequested();
                // The regime is a number that means something since these terms stand; what was seen before belongs to none of them for certain.
                var told = promise.Regimes.IsEmpty || (since is { } known && look.Slot >= known) ? look : look with { Measured = [.. look.Measured.Take(Regime.PlaceIn(promise.Checks[check]))] };
                foreach (var fold in folds) fold.Add(check, told);
                if (look.Slot < from || look.Slot >= to) continue;
                Count(counts[check], look);
                if (names.Length > 0 && look.Class is LookClass.Good or LookClass.Bad) byRegime[Regime.Of(promise, promise.Checks[check], told)]++;
            }
        }
        var counted = folds.ConvertAll(fold => fold.ByRegime.Count == 0 ? new Counted(fold.Promise.Accounting, Lines(fold), []) : new Counted(fold.Promise.Accounting, [], [.. fold.ByRegime.Select(one => (one.Regime, Lines(one.Fold)))]));
        return new PromiseReport(promise, from, to, since, counts, counted[0], counted[1..shown], counted.Find(one => one.Accounting == each)!) { ByRegime = [.. names.Zip(byRegime)] };

        IReadOnlyList<VerdictLine> Lines(PromiseFold fold) => [.. Enumerable.Range(0, promise.Keeps.Length).Select(i => fold.LineOver(i, from, to, now))];
    }

    private static void Count(CheckCounts counts, LookRecord look)
    {
        switch (look.Class)
        {
            case LookClass.Good: counts.Good++; break;
            case LookClass.Bad: counts.Bad++; break;
            case LookClass.NotInForce: counts.NotInForce++; break;
            case LookClass.ConditionUnknown: counts.ConditionUnknown++; break;
            default: counts.Gaps[look.Gap] = counts.Gaps.GetValueOrDefault(look.Gap) + 1; break;
        }
    }

    /// <summary>The share of bad ones of an objective, by the accounting that was asked for, before anything is confirmed; null where nothing was counted.</summary>
    public Fraction? Noise(int objective) => Unconfirmed.Lines.Count > objective && Unconfirmed.Lines[objective] is { Counted: > 0 } line
        ? (Fraction.Of(line.Counted) - (line.Sum ?? Fraction.Of(line.Good))) / Fraction.Of(line.Counted) : null;
}
