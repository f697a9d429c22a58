using Kept.Model;

namespace Kept.Judging;

/// <summary>The line <c>now</c>: all checks together, confirmed, and no older than two missed looks.</summary>
public sealed partial class PromiseFold
{
    /// <summary>The line, with what the headline needs of it.</summary>
    private readonly record struct NowLine(VerdictLine Line, Instant? SeenAt, Instant? ValidUntil);

    private string? _allGood;

    private NowLine JudgeNow(long now)
    {
        var force = NewestForce(now);
        if (force is { } newest && newest.IsOut)
        {
            var expires = ExpiryOf(newest.Check, newest.Slot);
            if (now < expires)
                return new NowLine(
                    Line(Outcome.NotInForce, $"its condition was false at {new Instant(newest.Slot)}", 0, 0, 0, 0, newest.Slot, now),
                    new Instant(newest.Slot), new Instant(expires));
        }
        var all = Truth.True;
        long good = 0, seen = 0, wanted = 0, oldest = now;
        long? newestSeen = null, validUntil = null;
        string? broken = null, unknown = null, unconfirmed = null;
        for (var i = 0; i < Checks.Length; i++)
        {
            var check = JudgeCheck(i, now);
            all = all.And(check.Truth);
            if (check.Truth == Truth.False) broken ??= Named(i, check.Reason);
            else if (check.Truth == Truth.Unknown) unknown ??= Named(i, check.Reason);
            else if (check.Reason.Length > 0) unconfirmed ??= Named(i, check.Reason);
            wanted += Checks[i].Confirm.Of;
            if (check.Slot is not { } slot) continue;
            seen += check.State.Seen;
            good += check.State.Seen - check.State.Bad;
            oldest = Math.Min(oldest, slot);
            newestSeen = Math.Max(newestSeen ?? slot, slot);
            var expires = ExpiryOf(i, slot);
            if (now < expires) validUntil = Math.Min(validUntil ?? expires, expires);
        }
        var outcome = all switch { Truth.True => Outcome.Kept, Truth.False => Outcome.Broken, _ => Outcome.Unknown };
        var reason = outcome switch
        {
            Outcome.Broken => broken!,
            Outcome.Unknown => unknown ?? "no look yet",
            _ => unconfirmed ?? (_allGood ??= Checks.Length > 1 ? $"all {Checks.Length} checks are good" : AllGood),
        };
        return new NowLine(Line(outcome, reason, good, seen, wanted, wanted, oldest, now), newestSeen is { } s ? new Instant(s) : null,
            validUntil is { } v ? new Instant(v) : null);
    }

    private static VerdictLine Line(Outcome outcome, string reason, long good, long counted, long due, long expected, long from, long to) =>
        new(VerdictLine.Now, outcome, reason, good, counted, due, expected, new Instant(from), new Instant(to), null);

    private string Named(int check, string reason) => Checks.Length > 1 ? $"{Checks[check].Name}: {reason}" : reason;

    /// <summary>
    /// The newest slot of any check that says whether the promise is in force. Where two checks disagree about one moment, a look that counted shows
    /// that it was.
    /// </summary>
    private (long Slot, int Check, bool IsOut)? NewestForce(long now)
    {
        (long Slot, int Check, bool IsOut)? newest = null;
        for (var i = 0; i < Checks.Length; i++)
        {
            if (_tracks[i].Newest(now, static look => look is LookClass.Good or LookClass.Bad or LookClass.NotInForce) is not { } found) continue;
            var isOut = found.Mark.Class == LookClass.NotInForce;
            var slot = found.Slot.Microseconds;
            if (newest is null || slot > newest.Value.Slot || (slot == newest.Value.Slot && !isOut)) newest = (slot, i, isOut);
        }
        return newest;
    }

    private (Truth Truth, string Reason, long? Slot, ConfirmedState State) JudgeCheck(int check, long now)
    {
        var track = _tracks[check];
        if (track.Newest(now, IsEvidence) is not { } newest) return (Truth.Unknown, NoLook(check, now, null), null, default);
        var slot = newest.Slot.Microseconds;
        if (now >= ExpiryOf(check, slot)) return (Truth.Unknown, NoLook(check, now, newest.Slot), slot, default);
        var confirm = Checks[check].Confirm;
        var state = ConfirmedState.Of(track, now, confirm, ExpiryOf(check, 0), _regime != Regime.Any);
        string Share() => $"{state.Bad} of the last {VerdictWords.Plural(state.Seen, "look")} {(state.Bad == 1 ? "was" : "were")} bad";
        var reason = state.State switch
        {
            Truth.False => Share() + BadWords(check, now),
            Truth.Unknown when state.Seen >= confirm.Of => $"it flaps: no {confirm} looks agreed for {ConfirmedState.FarthestLook} looks",
            Truth.Unknown => $"not confirmed yet: {state.Bad} of {confirm.Count} bad looks{BadWords(check, now)}",
            _ when state.Bad > 0 => $"{Share()}, which does not confirm it ({confirm})",
            _ => "",
        };
        return (state.State, reason, slot, state);
    }

    /// <summary>What the newest bad look met, where it is the one spoken of.</summary>
    private string BadWords(int check, long now)
    {
        ref var last = ref _last[check];
        if (last.BadSlot == long.MinValue || last.BadSlot > now) return "";
        if (_wordsOf?.Invoke(check, new Instant(last.BadSlot)) is { Length: > 0 } words) return ": " + words;
        if (last.Failure != TargetFailure.None) return ": " + LookWords.Of(last.Failure, Checks[check]);
        return last.Code >= 0 ? $": an expectation failed (code {last.Code})" : ": an expectation failed";
    }

    private string NoLook(int check, long now, Instant? newest)
    {
        ref var last = ref _last[check];
        var why = last.GapSlot != long.MinValue && last.GapSlot <= now && (newest is null || last.GapSlot > newest.Value.Microseconds) ? ": " + LookWords.Of(last.Gap) : "";
        if (newest is { } slot) return $"no look since {slot}{why}";
        var condition = _tracks[check].Newest(now, static look => look == LookClass.ConditionUnknown) is not null;
        return condition && why.Length == 0 ? "no look yet: whether its condition held is not known" : "no look yet" + why;
    }
}
