using Kept.Language.Foreign;

namespace Kept.Import.OpenSlo;

/// <summary>A metric as an indicator names it: which sort of source, where, and the query.</summary>
/// <param name="Type">As written, empty where nobody says.</param>
/// <param name="Url">Where it is asked; null of a source that is not asked here.</param>
/// <param name="Query">Null where there is none.</param>
internal sealed record OpenSloMetric(string Type, string? Url, ForeignNode.Text? Query)
{
    public bool IsPrometheus => Url is not null;
}

/// <summary>Where metrics come from: sources by reference or in place. The specification leaves open how a source says its address, so the usual words are tried.</summary>
internal sealed class OpenSloSources(OpenSloObjects objects, ImportRequest request, Losses losses)
{
    private static readonly string[] Addresses = ["url", "address", "endpoint", "server", "host", "uri", "prometheusUrl", "serverUrl"];

    /// <param name="metric">The mapping that holds <c>metricSource</c>.</param>
    public OpenSloMetric? Read(Keys metric, string subject)
    {
        metric.Subject = subject;
        var source = metric.Inner("metricSource");
        metric.TellUnknown(null, OpenSloImport.Refuses);
        if (source is null)
        {
            losses.Lost(metric.Map.At, subject, "there is no metricSource, so nobody knows where to ask");
            return null;
        }
        source.Subject = subject;
        var type = source.Text("type")?.Content;
        string? url = null;
        if (source.Text("metricSourceRef") is { } reference && objects.Find("DataSource", reference, subject) is { Spec: { } details } named)
        {
            details.Subject = named.Name;
            type ??= details.Text("type")?.Content;
            details.Pass("type", "description");
            url = Address(details, named.Name);
            details.TellUnknown(null, OpenSloImport.Refuses);
        }
        var spec = source.Inner("spec");
        source.TellUnknown(null, OpenSloImport.Refuses);
        var query = spec?.Text("query") ?? spec?.Text("promql") ?? spec?.Text("expr");
        if (spec is not null)
        {
            spec.Subject = subject;
            spec.Pass("query", "promql", "expr");
            // what else a source takes is for that source to know, so it is no unknown key; of Prometheus there is nothing else
            foreach (var (key, _) in spec.Map.Entries)
                if (key.Content is not ("query" or "promql" or "expr" or "dimensions"))
                    losses.Lost(key.At, subject, $"`{Losses.Short(key.Content)}` of the source is not carried");
        }
        var isPrometheus = string.Equals(type, "prometheus", StringComparison.OrdinalIgnoreCase);
        return new OpenSloMetric(type ?? "", isPrometheus ? url ?? request.PrometheusOr(metric.Map.At, subject, losses) : null, query);
    }

    private string? Address(Keys details, string name)
    {
        if (details.Inner("connectionDetails") is not { } connection) return null;
        string? url = null;
        foreach (var (key, value) in connection.Map.Entries)
            if (Addresses.Contains(key.Content) && value is ForeignNode.Text text && (text.Content.StartsWith("http://", StringComparison.Ordinal) || text.Content.StartsWith("https://", StringComparison.Ordinal))) url ??= text.Content.TrimEnd('/');
            else losses.Lost(key.At, name, $"`{Losses.Short(key.Content)}` of the connection is not copied into a document", "headers: { Authorization: 'Bearer ${env:PROMETHEUS_TOKEN}' }");
        return url;
    }
}
