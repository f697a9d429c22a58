using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What is noted beside a verdict, and changes nothing: that it flaps.</summary>
public sealed partial class PromiseFold
{
    /// <summary>It flaps when <c>now</c> of a check changed at least so often within <see cref="FlapWindow"/>.</summary>
    public const int FlapChanges = 4;

    /// <summary>An hour, or sixty looks where that is longer.</summary>
    public static Duration FlapWindow(Duration every) => every * 60 > Duration.Hours(1) ? every * 60 : Duration.Hours(1);

    private ImmutableArray<string> Notes(long now)
    {
        ImmutableArray<string>.Builder? notes = null;
        for (var check = 0; check < Checks.Length; check++)
        {
            var window = FlapWindow(Checks[check].Every);
            var changes = Changes(check, now - (window.Nanoseconds / 1000), now);
            if (changes < FlapChanges) continue;
            notes ??= ImmutableArray.CreateBuilder<string>();
            notes.Add(Named(check, $"it flaps: now changed {changes} times within {window.ToWords()}"));
        }
        return notes?.ToImmutable() ?? [];
    }

    /// <summary>
    /// How often what is confirmed turned from good to bad or back in (from, now]. Known before from the looks just before; nearly always there are too few turns of
    /// single looks for that, which a look at the runs tells.
    /// </summary>
    private int Changes(int check, long from, long now)
    {
        var track = _tracks[check];
        var confirm = Checks[check].Confirm;
        var of = Math.Clamp(confirm.Of, 1, ConfirmedState.FarthestLook);
        var count = Math.Clamp(confirm.Count, 1, of);
        var runs = track.Runs;
        var turns = 0;
        bool? newer = null;
        var first = track.LastStartingBefore(now + 1);
        for (var i = first; i >= 0 && runs[i].End > from; i--)
        {
            if (!runs[i].Mark.IsEvidence) continue;
            var isGood = runs[i].Mark.Class == LookClass.Good;
            if (newer is { } known && known != isGood) turns++;
            newer = isGood;
        }
        if (turns < FlapChanges - 1) return 0;
        var inside = (int)Math.Min(track.Count(from + 1, now + 1, 0).Evidence, int.MaxValue / 2);
        var looks = track.Around(now + 1, inside + of - 1, 0).ConvertAll(look => look.Mark.Class == LookClass.Good);
        var (state, changes) = (ConfirmedState.Of(track, from, confirm, hole: long.MaxValue).State, 0); // a stretch unseen between two turns makes them no fewer
        for (var i = Math.Max(0, looks.Count - inside); i < looks.Count; i++)
        {
            var bad = 0;
            var seen = 0;
            for (var k = Math.Max(0, i - of + 1); k <= i; k++, seen++)
                if (!looks[k])
                    bad++;
            var decided = bad >= count ? Truth.False : seen - bad >= count || (state == Truth.Unknown && looks[i]) ? Truth.True : state;
            if (state != Truth.Unknown && decided != state) changes++;
            state = decided;
        }
        return changes;
    }
}
