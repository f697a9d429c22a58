using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>One condition of an alert: the budget burns so fast over so long.</summary>
internal sealed record OpenSloBurn(string Name, Place At, decimal Threshold, Duration Window, bool IsStrict, int Minutes)
{
    /// <summary>A wish beside the objective: that it does not burn so fast.</summary>
    public void Carry(SloWish writer, SloIndicator counts, decimal target, WishDraft objective, HouseDraft draft, Losses losses)
    {
        var pair = new BurnPair(Window, Window, Threshold);
        var source = $"{objective.Source}/{Name}";
        if (!SloWish.CanFire(pair, target, IsStrict))
        {
            losses.Hollow(ImportCodes.CannotFail, At, source, $"the alert `{Losses.Short(Name)}` can never fire: {SloNumber.Text(Threshold)} times the {SloNumber.Percent(1 - target)} that may be bad is more than all", "everything fails, and nobody is told", $"a threshold below {SloNumber.Text(Math.Round(1 / (1 - target), 4, MidpointRounding.ToZero))}");
            // a check that nothing fails would say for ever that all is well
            draft.NotCarried.Add((source, At));
            return;
        }
        var wish = new WishDraft(source, At, objective.Agent, $"{objective.Name}-{Name}") { Purpose = $"The error budget burns less than {SloNumber.Text(Threshold)} times as fast as it may, over {Window}" };
        var check = writer.Burn(counts, target, [pair], IsStrict ? ">" : ">=");
        if (Minutes > 1) check.Confirm = (Minutes, Minutes);
        wish.Checks.Add(check);
        draft.Wishes.Add(wish);
    }
}

/// <summary>The alerts of an objective, in place or by reference: policy, condition, and whom they tell.</summary>
internal sealed class OpenSloAlerts(OpenSloObjects objects, Losses losses)
{
    private const int MostMinutes = 20;

    public IEnumerable<OpenSloBurn> Of(Keys slo, string subject)
    {
        foreach (var item in slo.Items("alertPolicies"))
        {
            item.Subject = subject;
            var policy = item.Text("alertPolicyRef") is { } reference ? objects.Find("AlertPolicy", reference, subject) : objects.Inline("AlertPolicy", item);
            if (policy?.Spec is not { } spec) continue;
            spec.Subject = policy.Name;
            spec.Pass("description");
            if (spec.Flag("alertWhenNoData") == true) losses.Changed(spec.At("alertWhenNoData"), policy.Name, "no data is a gap here, and after a while unknown: it is seen, and no alert");
            if (spec.Flag("alertWhenBreaching") == false) losses.Hollow(ImportCodes.CannotFail, spec.At("alertWhenBreaching"), policy.Name, "the policy does not alert while its condition is breached", "the budget burns, and nobody is told", "alertWhenBreaching: true");
            spec.Pass("alertWhenResolved");
            spec.Lost("notificationTargets", "whom an alert tells is not carried: Kept shows how things stand", "let your alerting read /metrics");
            foreach (var condition in spec.Items("conditions"))
                if (Condition(condition, policy.Name) is { } burn) yield return burn;
            spec.TellUnknown(null, OpenSloImport.Refuses);
        }
    }

    private OpenSloBurn? Condition(Keys item, string subject)
    {
        item.Subject = subject;
        var condition = item.Text("conditionRef") is { } reference ? objects.Find("AlertCondition", reference, subject) : objects.Inline("AlertCondition", item);
        if (condition?.Spec is not { } spec) return null;
        spec.Subject = subject;
        spec.Pass("description", "severity");
        var its = spec.Inner("condition");
        spec.TellUnknown(null, OpenSloImport.Refuses);
        if (its is null)
        {
            losses.Lost(spec.Map.At, subject, "the condition says nothing", "condition: { kind: burnrate, op: gte, threshold: 2, lookbackWindow: 1h }");
            return null;
        }
        var (kind, op, threshold, window, after) = (its.Text("kind"), its.Text("op"), its.Text("threshold"), its.Text("lookbackWindow"), its.Text("alertAfter"));
        its.TellUnknown(null, OpenSloImport.Refuses);
        if (kind is not null && !string.Equals(kind.Content, "burnrate", StringComparison.OrdinalIgnoreCase))
        {
            losses.Lost(kind.At, subject, $"`{Losses.Short(kind.Content)}` is no kind of condition; only burnrate is");
            return null;
        }
        if (threshold is null || SloNumber.Read(threshold.Content) is not { } factor || factor <= 0 || window is null || OpenSloWindow.Slice(window.Content) is not { } length || length > Duration.Days(400))
        {
            losses.Lost((threshold ?? window)?.At ?? its.Map.At, subject, "a burn needs a `threshold` above 0 and a `lookbackWindow`", "threshold: 2, lookbackWindow: 1h");
            return null;
        }
        if (op?.Content is "lte" or "lt")
            losses.Hollow(ImportCodes.MisreadValue, op.At, subject, $"`{op.Content}` alerts while the budget burns slower than {SloNumber.Text(factor)} times, so always when all is well; the other way round is written", "nothing fails, and it fires; everything fails, and it is quiet", "op: gte");
        var minutes = after is null || after.Content.StartsWith('0') ? 0 : OpenSloWindow.Slice(after.Content) is { } wait ? (int)Math.Min(wait.Nanoseconds / Duration.PerMinute, int.MaxValue) : -1;
        if (minutes is < 0 or > MostMinutes)
        {
            losses.Changed(after!.At, subject, $"`alertAfter: {Losses.Short(after.Content)}` is no time that looks can confirm: at most {MostMinutes.ToString(CultureInfo.InvariantCulture)}m are", null);
            minutes = Math.Clamp(minutes, 0, MostMinutes);
        }
        return new OpenSloBurn(condition.Name.Length > 0 ? condition.Name : "burn", its.Map.At, factor, length, op?.Content is "gt" or "lt", minutes);
    }
}
