using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// A promise that names regimes: one fold for each, of its looks alone, and nothing that is counted over two of them. In the fold of a regime a look of another is as one
/// that was not in force; one whose regime nobody knows may have been of this one, so it is missing here. The headline is that of the regime the newest look belongs to,
/// or of one that is broken.
/// </summary>
public sealed partial class PromiseFold
{
    /// <summary>The fold of each regime, by its name; none where the promise names no regimes.</summary>
    public IReadOnlyList<(string Regime, PromiseFold Fold)> ByRegime => _parts is null ? [] : [.. _parts.Select(part => (part._regime, part))];

    private void AddToPart(PromiseFold[] parts, int check, LookRecord look)
    {
        var place = Regime.Of(Promise, Checks[check], look);
        var track = _tracks[check];
        track.Add(look.Slot, Mark.Of(LookClass.Good, 1UL << place)); // which regime it was, not how it went
        if (track.IsCrowded) MakeRoom(track);
        LookRecord? elsewhere = null;
        for (var i = 0; i < parts.Length; i++) parts[i].Add(check, i == place ? look : elsewhere ??= Elsewhere(look, isUnknown: place == parts.Length - 1));
    }

    private LookRecord Elsewhere(LookRecord look, bool isUnknown)
    {
        // Where missing looks count by the accounting, one that may have been of any regime must not count in each.
        var isMissing = isUnknown && look.Class != LookClass.NotInForce && !_plan.Accounting.Assumes;
        return new LookRecord(look.Series, look.Slot, look.Epoch, isMissing ? LookClass.ConditionUnknown : LookClass.NotInForce, TargetFailure.None, GapCause.None, -1, 0, Phases.None, false, []);
    }

    /// <summary>The regime of the newest look up to a moment; null where there is none. Looks of one moment that disagree leave it unknown.</summary>
    private int? CurrentAt(PromiseFold[] parts, long now)
    {
        (Instant Slot, Mark Mark)? newest = null;
        foreach (var track in _tracks)
            if (track.Newest(now, static _ => true) is { } found)
                newest = newest is { } known && known.Slot >= found.Slot ? known.Slot == found.Slot ? (known.Slot, known.Mark.Join(found.Mark)) : known : found;
        if (newest is not { } look) return null;
        for (var i = 0; i < parts.Length; i++)
            if (look.Mark.Satisfies(i))
                return i;
        return parts.Length - 1;
    }

    private Verdict VerdictOfRegimes(PromiseFold[] parts, Instant now, Func<PromiseName, Outcome> others, Func<int, Instant, string?>? wordsOf)
    {
        var current = CurrentAt(parts, now.Microseconds);
        var regimes = ImmutableArray.CreateBuilder<RegimeVerdict>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            var looks = part.LooksUpTo(now);
            var said = part.Known(part.VerdictAt(now, others, null, wordsOf));
            regimes.Add(new RegimeVerdict(part._regime, i == current, looks, current is { } other && i != other ? part.Resting(said, looks, parts[other]._regime, now) : said));
        }
        var now1 = regimes[current ?? parts.Length - 1];
        var deciding = now1.Verdict.Outcome == Outcome.Broken ? now1 : regimes.FirstOrDefault(regime => regime.Verdict.Outcome == Outcome.Broken) ?? now1;
        var where = current is null ? "" : deciding.IsCurrent ? $"in regime {deciding.Name}: " : $"in regime {deciding.Name} (now it is {now1.Name}): ";
        return deciding.Verdict with
        {
            Reason = where + deciding.Verdict.Reason,
            SeenAt = now1.Verdict.SeenAt,
            ValidUntil = now1.Verdict.ValidUntil,
            Regime = deciding.Name,
            Alerts = AlertsOf(regimes, now1),
            Notes = now1.Verdict.Notes,
            Regimes = regimes.MoveToImmutable(),
        };
    }

    /// <summary>An alert fires where it does in any regime; else it is as in the regime of now.</summary>
    private static ImmutableArray<AlertLine> AlertsOf(IReadOnlyList<RegimeVerdict> regimes, RegimeVerdict now) =>
    [
        .. now.Verdict.Alerts.Select((alert, place) =>
        {
            if (alert.State == AlertState.Firing) return alert with { Reason = $"in regime {now.Name}: {alert.Reason}" };
            var firing = regimes.FirstOrDefault(regime => regime.Verdict.Alerts[place].State == AlertState.Firing);
            return firing is null ? alert : firing.Verdict.Alerts[place] with { Reason = $"in regime {firing.Name}: {firing.Verdict.Alerts[place].Reason}" };
        }),
    ];

    /// <summary>Good and bad looks in the longest window of an objective; in the last day where there is none.</summary>
    private long LooksUpTo(Instant now)
    {
        var from = now - Duration.Days(1);
        if (_plan.Objectives.Length > 0) from = _plan.Objectives.Min(plan => CalendarClock.WindowOf(plan.Objective.Window, now).From);
        long looks = 0;
        for (var i = 0; i < Checks.Length; i++) looks += _tracks[i].Count(Math.Max(_since, from.Microseconds + 1), now.Microseconds + 1, 0).Evidence;
        return looks;
    }

    /// <summary>
    /// Looks of which nobody knows the regime may be of several. What they keep together may be broken in one of them, and what their figures break may be mended by the known looks of
    /// the regimes they are of. So they never say kept, and broken only by what is now: looks that are bad are bad in whatever regime.
    /// </summary>
    private Verdict Known(Verdict verdict)
    {
        if (_regime != Regime.Unknown) return verdict;
        var isBrokenNow = verdict.Outcome == Outcome.Broken && verdict.Lines[0].Outcome == Outcome.Broken;
        return verdict with
        {
            Outcome = verdict.Outcome == Outcome.Kept || verdict.Outcome == Outcome.Broken && !isBrokenNow ? Outcome.Unknown : verdict.Outcome,
            Reason = verdict.Outcome == Outcome.Kept ? verdict.Reason + NobodyKnows : verdict.Outcome == Outcome.Broken && !isBrokenNow ? verdict.Reason + MayBeMended : verdict.Reason,
            Lines = [verdict.Lines[0].Outcome == Outcome.Kept ? AsSaid(verdict.Lines[0]) : verdict.Lines[0], .. verdict.Lines.Skip(1).Select(AsSaid)],
            Alerts = [.. verdict.Alerts.Select(alert => alert.State == AlertState.Firing ? alert with { State = AlertState.Unknown, Reason = alert.Reason + MayBeMended } : alert)],
        };
    }

    private VerdictLine AsSaid(VerdictLine line) => _regime != Regime.Unknown ? line : line.Outcome switch
    {
        Outcome.Kept => line with { Outcome = Outcome.Unknown, Reason = line.Reason + NobodyKnows },
        Outcome.Broken => line with { Outcome = Outcome.Unknown, Reason = line.Reason + MayBeMended },
        _ => line,
    };

    private const string NobodyKnows = ", and nobody knows in which regime", MayBeMended = ", and other looks of their regimes may make up for it";

    /// <summary>The verdict of a regime that is not the one of now: what its objectives say of its looks.</summary>
    private Verdict Resting(Verdict verdict, long looks, string current, Instant now)
    {
        var away = $"now the regime is {current}";
        var lines = verdict.Lines.SetItem(0, verdict.Lines[0] with { Outcome = Outcome.NotInForce, Reason = away });
        var objectives = lines.AsSpan()[1..];
        VerdictLine? broken = null, unknown = null;
        long decided = 0, kept = 0;
        foreach (var line in objectives)
        {
            if (line.Outcome is Outcome.Kept or Outcome.Broken) decided++;
            if (line.Outcome == Outcome.Kept) kept++;
            if (line.Outcome == Outcome.Broken) broken ??= line;
            if (line.Outcome == Outcome.Unknown && line.Due > 0) unknown ??= line;
        }
        var outcome = broken is not null ? Outcome.Broken : unknown is not null ? Outcome.Unknown : kept > 0 ? Outcome.Kept : Outcome.NotInForce;
        var reason = outcome switch
        {
            Outcome.Broken => $"{broken!.Text}: {broken.Reason}; {decided} of {VerdictWords.Plural(objectives.Length, "objective")} decided",
            Outcome.Unknown => $"{away}; {unknown!.Text}: {unknown.Reason}",
            Outcome.Kept => $"{away}; {decided} of {VerdictWords.Plural(objectives.Length, "objective")} decided",
            _ => looks == 0 ? $"{away}; no look belongs to this one" : away,
        };
        return verdict with { Outcome = outcome, Reason = reason, Lines = lines, SeenAt = NewestEvidence(now), ValidUntil = null, Notes = [] };
    }

    private Instant? NewestEvidence(Instant now)
    {
        Instant? newest = null;
        for (var i = 0; i < Checks.Length; i++)
            if (_tracks[i].Newest(now.Microseconds, IsEvidence) is { } found && (newest is null || found.Slot > newest))
                newest = found.Slot;
        return newest;
    }
}
