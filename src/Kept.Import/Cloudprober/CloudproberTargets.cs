using System.Globalization;
using Kept.Model;

namespace Kept.Import.Cloudprober;

/// <summary>One target that the file itself names.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">Where it is written with the target.</param>
/// <param name="Url">A whole URL, for HTTP.</param>
internal sealed record CloudproberTarget(string Name, Place At, string Host, int? Port, string? Url);

/// <summary>The targets of a probe; those that are found at run time are told as lost.</summary>
internal static class CloudproberTargets
{
    private const int Most = 10_000;

    private static readonly string[] Found = ["gce_targets", "rds_targets", "file_targets", "k8s", "consul"];

    public static IReadOnlyList<CloudproberTarget> Of(Keys probe, Dictionary<string, Keys> shared, Losses losses)
    {
        var targets = probe.Inner("targets");
        if (targets is null) return [];
        targets.Subject = probe.Subject;
        if (targets.Text("shared_targets") is { } name)
        {
            if (shared.TryGetValue(name.Content, out var meant)) targets = meant;
            else losses.Lost(name.At, probe.Subject, $"there are no shared targets `{Losses.Short(name.Content)}`", "name one of " + string.Join(", ", shared.Keys.Take(12)));
        }
        var read = new List<CloudproberTarget>();
        if (targets.Text("host_names") is { } names)
        {
            var at = 0;
            foreach (var part in names.Content.Split(','))
            {
                var host = part.Trim();
                if (host.Length > 0 && read.Count < Most && Plain(host, names.Part(at, part.Length), probe.Subject, losses) is { } target) read.Add(target);
                at += part.Length + 1;
            }
        }
        foreach (var endpoint in CloudproberImport.Each(targets, "endpoint", losses))
        {
            var (called, ip, url) = (endpoint.Text("name")?.Content ?? "endpoint", endpoint.Text("ip")?.Content, endpoint.Text("url")?.Content);
            var port = endpoint.Text("port") is { } text && int.TryParse(text.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
            endpoint.Pass("labels");
            endpoint.TellUnknown(null, CloudproberImport.Refuses);
            if (IsTemplate(called + ip + url, endpoint.Map.At, probe.Subject, losses) || read.Count >= Most) continue;
            if (ip is not null && url is null) losses.Changed(endpoint.At("ip"), probe.Subject, $"the address of `{Losses.Short(called)}` is looked at; another name is not asked for");
            read.Add(new CloudproberTarget(called, endpoint.Map.At, ip ?? called, port, url));
        }
        foreach (var found in Found) targets.Lost(found, $"targets that `{found}` finds are not known from this file", "write them as host_names, or import again where they are listed");
        targets.Lost("regex", "which targets its pattern leaves is not worked out: all of them are carried");
        targets.Lost("dns_options", "one probe has no name server of its own here", "`resolver:` in house.yaml is for all looks");
        targets.Lost("dns_server", "one probe has no name server of its own here", "`resolver:` in house.yaml is for all looks");
        targets.Pass("dummy_targets", "exclude_lameducks", "re_eval_sec", "shared_targets");
        targets.TellUnknown(key => key is "host_name" ? "write `host_names`" : null, CloudproberImport.Refuses);
        return read;
    }

    private static CloudproberTarget? Plain(string text, Place at, string subject, Losses losses)
    {
        if (IsTemplate(text, at, subject, losses)) return null;
        if (text.Contains("://", StringComparison.Ordinal)) return new(text, at, text, null, text);
        var colon = text.LastIndexOf(':');
        var port = colon > 0 && text.IndexOf(':') == colon | text[colon - 1] == ']' && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        return new(text, at, (port is null ? text : text[..colon]).Trim('[', ']'), port, null);
    }

    private static bool IsTemplate(string text, Place at, string subject, Losses losses)
    {
        if (!text.Contains("{{", StringComparison.Ordinal)) return false;
        losses.Lost(at, subject, $"`{Losses.Short(text)}` holds a Go template, which is not run", "import what Cloudprober's page /config-parsed shows");
        return true;
    }
}
