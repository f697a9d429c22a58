using System.Globalization;
using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Judging;
using Kept.Model;

namespace Kept.Import.Exporting.OpenSlo;

/// <summary>SLOs as the text of their documents: sources first, then services, then the SLOs with indicators and alerts in place.</summary>
internal sealed class OpenSloDocuments
{
    private const int LongestDescription = 1050;

    private readonly List<(string? Url, string Name)> _sources = [];
    private readonly List<(string Name, string Title)> _services = [];
    private readonly YamlLines _slos = new();
    private readonly Names _names = new(), _sourceNames = new(), _policyNames = new(), _indicatorNames = new();

    public bool IsEmpty => _services.Count == 0;

    public void Add(Promise promise, OpenSloShape slo, Losses losses)
    {
        var name = _names.Free(slo.Objective <= 0 ? promise.Name.Short : $"{promise.Name.Short}-{(slo.Objective + 1).ToString(CultureInfo.InvariantCulture)}", "slo");
        var service = Names.Of(promise.Name.Agent);
        if (!_services.Exists(known => known.Name == service)) _services.Add((service, promise.Name.Agent));
        _slos.Line(0, "---").Line(0, "apiVersion: openslo/v1").Line(0, "kind: SLO").Line(0, "metadata:").Text(1, "name", name).Text(1, "displayName", promise.Name.ToString()).Line(0, "spec:");
        if (promise.Benefit.Length > 0) _slos.Text(1, "description", promise.Benefit.Length <= LongestDescription ? promise.Benefit : promise.Benefit[..(LongestDescription - 1)] + "…");
        _slos.Text(1, "service", service);
        if (slo.Parts.IsEmpty)
        {
            _slos.Line(1, "indicator:").Line(2, "metadata:").Text(3, "name", name).Line(2, "spec:");
            Indicator(slo, SourceOf(slo.Url), 3);
        }
        _slos.Line(1, "timeWindow:").Line(2, "- duration: " + slo.Window).Line(3, "isRolling: " + (slo.Calendar is null ? "true" : "false"));
        // a Monday that begins a year, so it begins a week, a month and a quarter too
        if (slo.Calendar is { } calendar) _slos.Line(3, "calendar:").Line(4, "startTime: '2024-01-01 00:00:00'").Text(4, "timeZone", calendar.Zone);
        _slos.Line(1, "budgetingMethod: " + slo.Method).Line(1, "objectives:");
        if (slo.Parts.IsEmpty) Objective(slo, slo);
        foreach (var (part, shape) in slo.Parts)
        {
            Objective(slo, shape);
            _slos.Text(3, "displayName", part.Check).Line(3, "compositeWeight: " + SloNumber.Text(part.Weight)).Line(3, "indicator:").Line(4, "metadata:").Text(5, "name", _indicatorNames.Free($"{name}-{part.Check}", "sli")).Line(4, "spec:");
            Indicator(shape, SourceOf(shape.Url), 5);
        }
        Alerts(promise, slo, losses);
    }

    /// <summary>One objective: of a composite its target and method are those of the whole.</summary>
    private void Objective(OpenSloShape slo, OpenSloShape part)
    {
        _slos.Line(2, "- target: " + SloNumber.Text(slo.Target));
        if (part.Threshold is var (_, op, value)) _slos.Line(3, "op: " + op).Line(3, "value: " + SloNumber.Text(value));
        if (slo.Method == "Timeslices") _slos.Line(3, "timeSliceTarget: " + SloNumber.Text(part.SliceTarget));
        if (part.Slice is { } slice) _slos.Line(3, "timeSliceWindow: " + slice);
    }

    public override string ToString()
    {
        var head = new YamlLines().Comment("Written by `kept export openslo`. Kept judges the promises themselves; this says the same to tools that read OpenSLO v1.");
        foreach (var (url, name) in _sources)
        {
            head.Line(0, "---").Line(0, "apiVersion: openslo/v1").Line(0, "kind: DataSource").Line(0, "metadata:").Text(1, "name", name).Line(0, "spec:").Line(1, "type: Prometheus").Line(1, "connectionDetails:");
            if (url is null) head.Line(2, "# the Prometheus that reads /metrics of Kept");
            head.Text(2, "url", url ?? "http://localhost:9090");
        }
        foreach (var (name, title) in _services)
            head.Line(0, "---").Line(0, "apiVersion: openslo/v1").Line(0, "kind: Service").Line(0, "metadata:").Text(1, "name", name).Text(1, "displayName", title).Line(0, "spec: {}");
        return head.ToString() + _slos;
    }

    private string SourceOf(string? url)
    {
        if (_sources.Find(known => known.Url == url) is { Name: { } name }) return name;
        _sources.Add((url, _sourceNames.Free(url is null ? "kept" : "prometheus", "prometheus")));
        return _sources[^1].Name;
    }

    private void Indicator(OpenSloShape slo, string source, int level)
    {
        if (slo.Threshold is var (query, _, _))
        {
            _slos.Line(level, "thresholdMetric:");
            Metric(level + 1, query, source);
            return;
        }
        _slos.Line(level, "ratioMetric:");
        if (slo.Events is not { } events)
        {
            _slos.Line(level + 1, "rawType: success").Line(level + 1, "raw:");
            Metric(level + 2, slo.Ratio!, source);
            return;
        }
        _slos.Line(level + 1, "counter: " + (events.Total.Form == QueryForm.Counter ? "true" : "false")).Line(level + 1, events.IsBad ? "bad:" : "good:");
        Metric(level + 2, events.Part.Text, source);
        _slos.Line(level + 1, "total:");
        Metric(level + 2, events.Total.Text, source);
    }

    private void Metric(int level, string query, string source) =>
        _slos.Line(level, "metricSource:").Line(level + 1, "metricSourceRef: " + source).Line(level + 1, "type: Prometheus").Line(level + 1, "spec:").Text(level + 2, "query", query);

    /// <summary>A policy of OpenSLO has one condition, and a condition one window.</summary>
    private void Alerts(Promise promise, OpenSloShape slo, Losses losses)
    {
        var subject = promise.Name.ToString();
        var lines = new List<(Alert Alert, BurnTest Test)>();
        var able = Feasibility.OfAlerts(promise);
        foreach (var alert in promise.Alerts.IsDefault ? [] : promise.Alerts)
            foreach (var line in alert.Lines)
            {
                if (line.Tests.All(test => test.Objective != slo.Objective)) continue;
                if (slo.Ratio is not null)
                    losses.NotExported(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}`: the indicator is what Kept has counted over the whole window, which hardly moves within {line.Tests[0].Window}, so a burn rate of it would fire far too late", "kept export prometheus-rules writes it over kept_burn_good and kept_burn_bad");
                else if (able.FirstOrDefault(one => ReferenceEquals(one.Line, line)) is { CanFire: false })
                    losses.CannotFire(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}` can never fire, so it is not written", "a lower burn: `kept check` tells how low (B01)");
                else if (line.Tests.Length > 1)
                    losses.NotExported(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}` has several windows, and a condition of OpenSLO has one", "kept export prometheus-rules writes it whole");
                else if (OpenSloShape.Shorthand(line.Tests[0].Window) is null)
                    losses.NotExported(line.At, subject, $"`{line.Text}` of the alert `{alert.Name}`: a length of time of OpenSLO is whole minutes, hours, days or weeks");
                else lines.Add((alert, line.Tests[0]));
            }
        if (lines.Count == 0) return;
        _slos.Line(1, "alertPolicies:");
        foreach (var (alert, test) in lines)
        {
            losses.Differs(alert.At, subject, $"whom the alert `{alert.Name}` tells is not known to Kept: `to-be-named` is written", "name a target of yours");
            var name = _policyNames.Free($"{promise.Name.Short}-{alert.Name}", "alert");
            _slos.Line(2, "- kind: AlertPolicy").Line(3, "metadata:").Text(4, "name", name).Line(3, "spec:").Line(4, "alertWhenBreaching: true").Line(4, "conditions:")
                .Line(5, "- kind: AlertCondition").Line(6, "metadata:").Text(7, "name", name).Line(6, "spec:").Text(7, "severity", alert.Name).Line(7, "condition:")
                .Line(8, "kind: burnrate").Line(8, "op: " + (test.IsStrict ? "gt" : "gte")).Line(8, "threshold: " + SloNumber.Text(test.Factor)).Line(8, "lookbackWindow: " + OpenSloShape.Shorthand(test.Window))
                .Line(4, "notificationTargets:").Line(5, "- targetRef: to-be-named");
        }
    }
}
