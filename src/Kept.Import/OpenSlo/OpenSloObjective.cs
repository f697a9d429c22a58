using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>One SLO, carried: each of its objectives becomes a wish, each condition of its alerts one more.</summary>
internal sealed class OpenSloObjective(OpenSloObject slo, OpenSloObjects objects, OpenSloSources sources, HouseDraft draft, Losses losses)
{
    private static readonly string[] Methods = ["Occurrences", "Timeslices", "RatioTimeslices"];

    private readonly string _subject = slo.Name.Length > 0 ? slo.Name : "SLO";
    private string _service = "", _method = "";
    private string? _description;
    private OpenSloWindow _window;
    private List<OpenSloBurn> _alerts = [];

    public void Carry()
    {
        if (slo.Spec is not { } spec)
        {
            draft.NotCarried.Add((_subject, slo.At));
            return;
        }
        spec.Subject = _subject;
        _service = Service(spec);
        _description = spec.Text("description")?.Content;
        _method = Method(spec);
        _window = OpenSloWindow.Read(spec, _subject, losses);
        var objectives = spec.Items("objectives").ToList();
        var indicator = Indicator(spec, _subject);
        _alerts = [.. new OpenSloAlerts(objects, losses).Of(spec, _subject)];
        if (objectives.Count == 0) losses.Lost(spec.At("objectives"), _subject, "it has no objective, so it asks for nothing", "objectives: [ { target: 0.99 } ]");
        var carried = 0;
        var own = indicator is null && objectives.Count > 1 ? objectives.Select(objective => new OpenSloPart(objective, Indicator(objective, _subject))).ToList() : [];
        var isComposite = own.Exists(part => part.Indicator is not null);
        if (isComposite && Together(own, spec))
        {
            spec.TellUnknown(null, OpenSloImport.Refuses);
            return;
        }
        foreach (var (index, objective) in objectives.Index())
        {
            var subject = objectives.Count == 1 ? _subject : $"{_subject}/{objective.Text("displayName")?.Content ?? (index + 1).ToString(CultureInfo.InvariantCulture)}";
            objective.Subject = subject;
            var its = isComposite ? own[index].Indicator : Indicator(objective, subject);
            if (!isComposite && its is not null && indicator is not null) losses.Lost(objective.Map.At, subject, "an indicator stands beside the objectives and in one of them, which OpenSLO refuses: each objective is a wish of its own");
            if (objective.Map["compositeWeight"] is not null) objective.Lost("compositeWeight", "a wish of its own has no weight");
            var before = draft.Wishes.Count;
            if ((its ?? indicator) is { } asked) One(objective, asked, subject);
            objective.Pass("displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow");
            objective.TellUnknown(null, OpenSloImport.Refuses);
            if (draft.Wishes.Count > before) carried++;
            else draft.NotCarried.Add((subject, objective.Map.At));
        }
        if (objectives.Count == 0) draft.NotCarried.Add((_subject, slo.At));
        if (indicator is null && carried == 0 && objectives.Count > 0) losses.Lost(slo.At, _subject, "it has no indicator that could be read, so nothing can be looked at", "indicator: { metadata: { name: … }, spec: { ratioMetric: … } }");
        spec.TellUnknown(null, OpenSloImport.Refuses);
    }

    /// <summary>All parts as one wish; false, and told why, where each must be one of its own.</summary>
    private bool Together(IReadOnlyList<OpenSloPart> parts, Keys spec)
    {
        var wish = new WishDraft(_subject, spec.Map.At, _service.Length > 0 ? _service : "services", _subject) { Purpose = _description ?? slo.Title };
        if (_description is not null && slo.Title is { } title) wish.Comments.Add(title);
        var composite = new OpenSloComposite(parts, _method, _window);
        if (!composite.Fill(wish, losses))
        {
            losses.Lost(spec.At("objectives"), _subject, $"its parts are not one budget here: {composite.WhyNot}. Each is a wish of its own", "parts of one target, each over Prometheus, all with a threshold or all with counted events");
            return false;
        }
        foreach (var part in parts)
        {
            part.Objective.Subject = _subject;
            part.Objective.Pass("displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow", "compositeWeight");
            part.Objective.TellUnknown(null, OpenSloImport.Refuses);
        }
        draft.Wishes.Add(wish);
        if (composite.Counts is { } counts)
        {
            if (_window.IsCalendar) losses.Lost(wish.At, _subject, $"Prometheus has no calendar: it is asked for the last {_window.Length} instead of {_window.Over}", "budgetingMethod: Timeslices counts here, by the calendar");
            SloWish.Warn(counts, wish.At, _subject, losses);
            foreach (var alert in _alerts) alert.Carry(new SloWish(composite.Url), counts, composite.Target, wish, draft, losses);
        }
        else
            foreach (var alert in _alerts)
                losses.Lost(alert.At, _subject, "an alert on looks that are counted here belongs to a promise, and this is a wish", $"once it is one: alerts: {{ {(Names.Of(alert.Name) is { Length: > 0 } name ? name : "page")}: burn >= {SloNumber.Text(alert.Threshold)} over {alert.Window} }}");
        return true;
    }

    private string Service(Keys spec)
    {
        if (spec.Text("service") is not { } service)
        {
            losses.Lost(spec.Map.At, _subject, "it names no service", "service: checkout");
            return "";
        }
        if (objects.Of("Service").FirstOrDefault(one => one.Name == service.Content) is { } known)
        {
            known.IsUsed = true;
            known.Spec?.Pass("description");
            known.Spec?.TellUnknown(null, OpenSloImport.Refuses);
        }
        return service.Content;
    }

    private string Method(Keys spec)
    {
        var method = spec.Text("budgetingMethod");
        if (method is not null && Methods.Contains(method.Content)) return method.Content;
        losses.Lost(method?.At ?? spec.Map.At, _subject, method is null ? "it names no budgeting method: Occurrences is taken" : $"`{Losses.Short(method.Content)}` is no budgeting method: Occurrences is taken", "Occurrences, Timeslices or RatioTimeslices");
        return Methods[0];
    }

    /// <summary>The indicator in place or by name; null where there is none.</summary>
    private OpenSloIndicator? Indicator(Keys holder, string subject)
    {
        var reference = holder.Text("indicatorRef");
        var inline = holder.Inner("indicator");
        if (inline is not null && reference is not null) losses.Lost(reference.At, subject, "an indicator stands there and is referred to: the one that stands there is taken");
        var found = inline is not null ? objects.Inline("SLI", inline) : reference is not null ? objects.Find("SLI", reference, subject) : null;
        return found?.Spec is { } spec ? OpenSloIndicator.Read(spec, subject, sources, losses) : null;
    }

    private void One(Keys objective, OpenSloIndicator indicator, string subject)
    {
        if (Target(objective, subject) is not { } target) return;
        var slice = Slice(objective, subject);
        if (_method != "Occurrences" && slice is null) return;
        var sliceTarget = SliceTarget(objective, subject);
        var wish = new WishDraft(subject, objective.Map.At, _service.Length > 0 ? _service : "services", subject.Replace('/', '-')) { Purpose = _description ?? slo.Title };
        if (_description is not null && slo.Title is { } title) wish.Comments.Add(title);
        var asked = $"{_method}, {SloNumber.Percent(target)} over {_window.Over}";
        if (indicator.Url is not { } url)
        {
            losses.Lost(indicator.At, subject, indicator.Type.Length == 0 ? "its source has no type, so nobody knows whom to ask" : $"{Losses.Short(indicator.Type)} is not asked here, only Prometheus and what speaks its API",
                "look at the service itself: check: { http: 'GET https://service.example/health', expect: [ status == 200 ] }");
            draft.Comments.Add($"Not carried: {subject} of {_service}: {asked}; it asks {indicator.Type}: {Losses.Short(indicator.Asks)}");
            return;
        }
        if (indicator.Threshold is { } threshold) Values(objective, threshold, url, target, slice, sliceTarget, wish);
        else if (indicator.Counts is { } counts) Counts(objective, counts, url, target, slice, sliceTarget, wish, indicator.At);
    }

    /// <summary>Each answer is compared with a value, and the good answers are counted: the three methods are our own.</summary>
    private void Values(Keys objective, string query, string url, decimal target, Duration? slice, decimal sliceTarget, WishDraft wish)
    {
        var (op, value) = (objective.Text("op"), objective.Text("value"));
        var sign = op?.Content switch { "lte" => "<=", "gte" => ">=", "lt" => "<", "gt" => ">", _ => null };
        if (sign is null || value is null || SloNumber.Read(value.Content) is not { } bound)
        {
            losses.Lost((sign is null ? op : value)?.At ?? objective.Map.At, wish.Source, sign is null ? "a threshold needs `op`: lte, gte, lt or gt" : "a threshold needs a `value`, a finite number", "op: lte, value: 0.5");
            return;
        }
        var every = slice is null ? Duration.Minutes(1) : new Duration(Math.Clamp(slice.Value.Nanoseconds / 4 / Duration.PerSecond * Duration.PerSecond, Duration.PerSecond, Duration.PerMinute));
        wish.Checks.Add(new SloWish(url).Check(query, $"value {sign} {SloNumber.Text(bound)}", every));
        wish.Needs.Add($"availability >= {SloNumber.Percent(target)} over {_window.Over}" + (_method, sliceTarget) switch
        {
            ("Timeslices", 1) => $" per {slice}",
            ("Timeslices", _) => $" per {slice} at {SloNumber.Percent(sliceTarget)}",
            ("RatioTimeslices", _) => $" per {slice} mean",
            _ => "",
        });
        losses.Changed(objective.Map.At, wish.Source, $"how often the value is read is not said: here every {every}", null);
        foreach (var alert in _alerts) losses.Lost(alert.At, wish.Source, "an alert on answers that are compared one by one belongs to a promise, and this is a wish", $"once it is one: alerts: {{ {(Names.Of(alert.Name) is { Length: > 0 } name ? name : "page")}: burn >= {SloNumber.Text(alert.Threshold)} over {alert.Window} }}");
        draft.Wishes.Add(wish);
    }

    /// <summary>Events are counted by Prometheus: a time slice is one look; over the other two methods the whole window is asked at once.</summary>
    private void Counts(Keys objective, SloIndicator counts, string url, decimal target, Duration? slice, decimal sliceTarget, WishDraft wish, Place at)
    {
        if (objective.Text("op") is { } op) Idle(op, "op", wish.Source, "with a threshold");
        if (objective.Text("value") is { } value) Idle(value, "value", wish.Source, "with a threshold");
        var writer = new SloWish(url);
        SloWish.Warn(counts, at, wish.Source, losses);
        if (_method == "Timeslices")
        {
            wish.Checks.Add(writer.Check(counts.Good(slice!.Value), $"value >= {SloNumber.Text(sliceTarget)}", slice.Value));
            wish.Needs.Add($"availability >= {SloNumber.Percent(target)} over {_window.Over}");
            wish.Comments.Add($"Each look is one time slice of {slice}. A slice without any event has no share, and is a gap.");
        }
        else
        {
            if (_window.IsCalendar) losses.Lost(at, wish.Source, $"Prometheus has no calendar: it is asked for the last {_window.Length} instead of {_window.Over}", "budgetingMethod: Timeslices counts here, by the calendar");
            wish.Checks.Add(_method == "Occurrences" ? writer.Whole(counts, _window.Length, target)
                : writer.Check(counts.MeanOfSlices(_window.Length, slice!.Value), $"value >= {SloNumber.Text(target)}", SloWish.EveryOf(_window.Length)));
            wish.Comments.Add(_method == "Occurrences" ? $"One answer tells the share of the last {_window.Length}; it is met while that is at least {SloNumber.Percent(target)}." : $"One answer tells the mean share of the slices of {slice} over {_window.Length}.");
        }
        draft.Wishes.Add(wish);
        foreach (var alert in _alerts) alert.Carry(writer, counts, target, wish, draft, losses);
    }

    private void Idle(ForeignNode.Text text, string key, string subject, string where) =>
        losses.Tell(new(ImportCodes.UnknownKey, FindingKind.UnknownKey, text.At, subject, $"`{key}` is read only {where}, and does nothing here", null, "leave it out"));

    private decimal? Target(Keys objective, string subject)
    {
        var (share, percent) = (objective.Text("target"), objective.Text("targetPercent"));
        if (share is not null && percent is not null) losses.Lost(percent.At, subject, "either `target` or `targetPercent` is allowed: `target` is taken");
        return share is not null || percent is null ? SloNumber.Target(share, 1, subject, losses, objective.Map.At, false) : SloNumber.Target(percent, 100, subject, losses, objective.Map.At, false);
    }

    private Duration? Slice(Keys objective, string subject)
    {
        var text = objective.Text("timeSliceWindow");
        if (_method == "Occurrences")
        {
            if (text is not null) Idle(text, "timeSliceWindow", subject, "with time slices");
            return null;
        }
        if (text is not null && OpenSloWindow.Slice(text.Content) is { } slice && slice < _window.Length) return slice;
        losses.Lost(text?.At ?? objective.Map.At, subject, text is null ? $"{_method} needs `timeSliceWindow`" : $"`{Losses.Short(text.Content)}` is no slice of a window of {_window.Length}", "timeSliceWindow: 1m");
        return null;
    }

    private decimal SliceTarget(Keys objective, string subject)
    {
        var text = objective.Text("timeSliceTarget");
        if (_method != "Timeslices")
        {
            if (text is not null) Idle(text, "timeSliceTarget", subject, "with Timeslices");
            return 1;
        }
        if (text is not null && SloNumber.Read(text.Content) is { } target and > 0 and <= 1) return target;
        losses.Lost(text?.At ?? objective.Map.At, subject, text is null ? "Timeslices need `timeSliceTarget`: all of a slice must be good here" : $"`{Losses.Short(text.Content)}` is no share of a slice: all of it must be good here", "timeSliceTarget: 0.95");
        return 1;
    }
}
