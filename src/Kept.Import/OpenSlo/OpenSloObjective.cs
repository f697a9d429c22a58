using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
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
        var subjects = new Subjects();
        var terms = objectives.Select((objective, index) => Terms(objective, objectives.Count == 1 ? _subject : subjects.Free($"{_subject}/{objective.Text("displayName")?.Content ?? (index + 1).ToString(CultureInfo.InvariantCulture)}"), indicator)).ToList();
        var isComposite = indicator is null && terms.Count > 1 && terms.Exists(its => its.Indicator is not null);
        if (!isComposite || !Together(terms, spec)) Apart(terms);
        if (objectives.Count == 0) draft.NotCarried.Add((_subject, slo.At));
        spec.TellUnknown(null, OpenSloImport.Refuses);
    }

    private OpenSloTerms Terms(Keys objective, string subject, OpenSloIndicator? common)
    {
        objective.Subject = subject;
        var own = Indicator(objective, subject);
        if (own is not null && common is not null) losses.Lost(objective.Map.At, subject, "an indicator stands beside the objectives and in one of them, which OpenSLO refuses: each objective is a wish of its own");
        return OpenSloTerms.Read(objective, subject, own ?? common, _method, _window, losses);
    }

    /// <summary>Each objective as a wish of its own.</summary>
    private void Apart(IReadOnlyList<OpenSloTerms> terms)
    {
        foreach (var its in terms)
        {
            // what was told of the whole SLO holds for each of its objectives
            if (its.Subject != _subject) losses.Inherit(_subject, its.Subject);
            its.Objective.Lost("compositeWeight", "a wish of its own has no weight");
            var before = draft.Wishes.Count;
            if (its.Indicator is { } indicator) One(its, indicator);
            else losses.Lost(its.Objective.Map.At, its.Subject, "it has no indicator that could be read, so nothing can be looked at", "indicator: { metadata: { name: … }, spec: { ratioMetric: … } }");
            if (draft.Wishes.Count == before) draft.NotCarried.Add((its.Subject, its.Objective.Map.At));
        }
    }

    /// <summary>All parts as one wish; false, and told why, where each must be one of its own.</summary>
    private bool Together(IReadOnlyList<OpenSloTerms> parts, Keys spec)
    {
        var wish = new WishDraft(_subject, spec.Map.At, _service.Length > 0 ? _service : "services", _subject) { Purpose = _description ?? slo.Title };
        if (_description is not null && slo.Title is { } title) wish.Comments.Add(title);
        var composite = new OpenSloComposite(parts, _method, _window);
        if (!composite.Fill(wish, losses))
        {
            // of each part: how it fares goes by what was told of it
            foreach (var part in parts) losses.Lost(part.Objective.Map.At, part.Subject, $"the parts of `{Losses.Short(_subject)}` are not one budget here: {composite.WhyNot}. Each is a wish of its own", "parts of one target, each over Prometheus, all with a threshold or all with counted events");
            return false;
        }
        foreach (var part in parts) losses.Inherit(part.Subject, _subject);
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

    private void One(OpenSloTerms terms, OpenSloIndicator indicator)
    {
        if (terms.Target is not { } target || _method != "Occurrences" && terms.Slice is null) return;
        var subject = terms.Subject;
        var wish = new WishDraft(subject, terms.Objective.Map.At, _service.Length > 0 ? _service : "services", subject.Replace('/', '-')) { Purpose = _description ?? slo.Title };
        if (_description is not null && slo.Title is { } title) wish.Comments.Add(title);
        var asked = $"{_method}, {SloNumber.Percent(target)} over {_window.Over}";
        if (indicator.Url is not { } url)
        {
            losses.Lost(indicator.At, subject, indicator.Type.Length == 0 ? "its source has no type, so nobody knows whom to ask" : $"{Losses.Short(indicator.Type)} is not asked here, only Prometheus and what speaks its API",
                "look at the service itself: check: { http: 'GET https://service.example/health', expect: [ status == 200 ] }");
            draft.Comments.Add($"Not carried: {subject} of {_service}: {asked}; it asks {indicator.Type}: {Losses.Short(indicator.Asks)}");
            return;
        }
        if (indicator.Threshold is { } threshold) Values(terms, threshold, url, target, wish);
        else if (indicator.Counts is { } counts) Counts(terms, counts, url, target, wish, indicator.At);
    }

    /// <summary>Each answer is compared with a value, and the good answers are counted: the three methods are our own.</summary>
    private void Values(OpenSloTerms terms, string query, string url, decimal target, WishDraft wish)
    {
        if (terms.Bound is not var (sign, bound)) return;
        var (slice, sliceTarget) = (terms.Slice, terms.SliceTarget);
        var every = slice is null ? Duration.Minutes(1) : new Duration(Math.Clamp(slice.Value.Nanoseconds / 4 / Duration.PerSecond * Duration.PerSecond, Duration.PerSecond, Duration.PerMinute));
        wish.Checks.Add(new SloWish(url).Check(query, $"value {sign} {SloNumber.Text(bound)}", every));
        wish.Needs.Add($"availability >= {SloNumber.Percent(target)} over {_window.Over}" + (_method, sliceTarget) switch
        {
            ("Timeslices", 1) => $" per {slice}",
            ("Timeslices", _) => $" per {slice} at {SloNumber.Percent(sliceTarget)}",
            ("RatioTimeslices", _) => $" per {slice} mean",
            _ => "",
        });
        losses.Changed(wish.At, wish.Source, $"how often the value is read is not said: here every {every}", null);
        foreach (var alert in _alerts) losses.Lost(alert.At, wish.Source, "an alert on answers that are compared one by one belongs to a promise, and this is a wish", $"once it is one: alerts: {{ {(Names.Of(alert.Name) is { Length: > 0 } name ? name : "page")}: burn >= {SloNumber.Text(alert.Threshold)} over {alert.Window} }}");
        draft.Wishes.Add(wish);
    }

    /// <summary>Events are counted by Prometheus: a time slice is one look; over the other two methods the whole window is asked at once.</summary>
    private void Counts(OpenSloTerms terms, SloIndicator counts, string url, decimal target, WishDraft wish, Place at)
    {
        var (slice, sliceTarget) = (terms.Slice, terms.SliceTarget);
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
}
