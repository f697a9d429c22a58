using System.Collections.Frozen;
using System.Globalization;
using Kept.Import.Gatus;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Cloudprober;

/// <summary>Probes: each with its targets, its rhythm, its checks of what came back.</summary>
internal sealed class CloudproberProbes(ImportRequest request, HouseDraft draft, Dictionary<string, Keys> shared, Losses losses)
{
    private static readonly Duration StandardEvery = Duration.Seconds(2), StandardTimeout = Duration.Seconds(1), Quickest = Duration.Seconds(1);
    private const int MostLooks = 64, MostTargets = 20_000;
    private readonly Subjects _subjects = new();

    private static readonly string[] Settings = ["ping_probe", "http_probe", "dns_probe", "external_probe", "udp_probe", "udp_listener_probe", "grpc_probe", "tcp_probe", "browser_probe", "system_probe", "external_grpc_probe", "starlark_probe", "script_probe", "sql_probe", "user_defined_probe"];

    /// <summary>Types of probes that have no kind here, with what takes their place.</summary>
    public static readonly FrozenDictionary<string, string> Lost = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["EXTERNAL"] = "run it with the kind `command`, which `programs:` in house.yaml allows, or let it call a heartbeat",
        ["UDP"] = "a heartbeat from the service itself tells more",
        ["UDP_LISTENER"] = "a heartbeat from the service itself tells more",
        ["GRPC"] = "look at its HTTP port, or let the service call a heartbeat",
        ["EXTERNAL_GRPC"] = "let the program that probes call a heartbeat",
        ["BROWSER"] = "look at the page with http, and at what it loads",
        ["SYSTEM"] = "ask an exporter of the machine with the kind `prometheus`",
        ["STARLARK"] = "write its steps as checks of their own",
        ["SCRIPT"] = "write its steps as checks of their own",
        ["SQL"] = "ask PostgreSQL with the kind `postgres`",
        ["EXTENSION"] = "let the program that probes call a heartbeat",
        ["USER_DEFINED"] = "let the program that probes call a heartbeat",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What the message of a type may hold (probes/*/proto/config.proto), for probes of which no target is read.</summary>
    private static readonly FrozenDictionary<string, string[]> Known = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["HTTP"] = ["protocol", "scheme", "relative_url", "port", "resolve_first", "export_response_as_metrics", "method", "headers", "header", "body", "body_file", "keep_alive", "oauth_config", "disable_http2", "disable_cert_validation", "tls_config", "proxy_url", "proxy_connect_header", "user_agent", "max_idle_conns", "max_redirects", "latency_breakdown", "response_metrics_options", "interval_between_targets_msec", "requests_per_probe", "requests_interval_msec"],
        ["PING"] = ["packets_per_probe", "packets_interval_msec", "resolve_targets_interval", "payload_size", "use_datagram_socket", "disable_integrity_check"],
        ["DNS"] = ["resolved_domain", "query_type", "min_answers", "resolve_first", "recursion_desired", "query_class", "dns_proto", "requests_per_probe", "requests_interval_msec"],
        ["TCP"] = ["port", "tls_handshake", "tls_config", "resolve_first", "interval_between_targets_msec"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private bool _toldOfRoutes;

    public void Read(Keys probe)
    {
        var name = probe.Text("name")?.Content ?? "probe";
        probe.Subject = name;
        var type = probe.Text("type");
        var settings = Setting(probe, type?.Content);
        var (every, timeout) = (Length(probe, "interval", StandardEvery), Length(probe, "timeout", StandardTimeout));
        var confirm = Confirmation(probe);
        var given = CloudproberSchedule.Given(probe, draft, losses);
        var labels = string.Join(", ", CloudproberImport.Each(probe, "additional_label", losses).Select(label => $"{label.Text("key")?.Content}={label.Text("value")?.Content}"));
        var targets = CloudproberTargets.Of(probe, shared, losses);
        var isNegative = probe.Flag("negative_test") == true;
        var validators = CloudproberImport.Each(probe, "validator", losses).ToList();
        probe.Lost("run_on", "on which machine it runs is not carried", "run Kept where it should look from");
        probe.Lost("source_ip", "from which address a look goes out cannot be said");
        probe.Lost("source_interface", "from which interface a look goes out cannot be said");
        probe.Pass("latency_distribution", "latency_unit", "latency_metric_name", "stats_export_interval_msec", "debug_options", "startup_delay_msec", "ip_version");
        probe.Pass(Settings);
        if (type is null) NotCarried(probe, probe.Map.At, name, "it has no type, and Cloudprober does not start with it", "write type: HTTP, PING, DNS or TCP");
        else if (Lost.TryGetValue(type.Content, out var instead)) NotCarried(probe, type.At, name, $"a probe of the type {type.Content} has no kind of check here", instead);
        else if (type.Content is not ("HTTP" or "PING" or "DNS" or "TCP")) NotCarried(probe, type.At, name, $"`{Losses.Short(type.Content)}` is no type of a probe, and Cloudprober does not start with it", "write type: HTTP, PING, DNS or TCP");
        else if (isNegative) NotCarried(probe, probe.At("negative_test"), name, "it is good while the target does not answer, and nothing here promises that", "look from where the target must not be reached, and ask for what answers there instead");
        else if (targets.Count == 0) NotCarried(probe, probe.At("targets"), name, "no target of it is known from this file", null);
        else
            foreach (var target in targets)
            {
                if (draft.Wishes.Count + draft.NotCarried.Count >= MostTargets)
                {
                    losses.Unread(target.At, $"all probes together have more than {MostTargets.ToString("N0", CultureInfo.InvariantCulture)} targets", "divide it, and import the parts one by one");
                    break;
                }
                var subject = _subjects.Free($"{name}/{target.Name}");
                var its = new CloudproberCheck(request, probe, settings, target, subject, losses);
                if (its.Read(type.Content, validators) is not { } check)
                {
                    draft.NotCarried.Add((subject, target.At));
                    continue;
                }
                losses.Inherit(name, subject);
                Rhythm(probe, check, every, timeout);
                check.Confirm = confirm;
                var wish = new WishDraft(subject, target.At, name, target.Name) { Purpose = $"{target.Name}, probed as {name}", Given = given };
                if (labels.Length > 0) wish.Comments.Add("labels: " + labels);
                wish.Checks.Add(check);
                draft.Wishes.Add(wish);
            }
        settings.Subject = name;
        if (type is not null && Known.TryGetValue(type.Content, out var known))
        {
            settings.Pass(known);
            settings.TellUnknown(null, CloudproberImport.Refuses);
        }
        probe.TellUnknown(key => key is "target" ? "write `targets`" : null, CloudproberImport.Refuses);
    }

    /// <summary>The message for its own type; those of others are ignored there.</summary>
    private Keys Setting(Keys probe, string? type)
    {
        var own = type?.ToLowerInvariant() + "_probe";
        foreach (var other in Settings)
            if (other != own && probe.Map.Key(other) is { } misplaced && type is not null)
                losses.Lost(misplaced.At, probe.Subject, $"`{other}` says nothing about a probe of the type {Losses.Short(type)}", $"write `{own}`");
        return probe.Map[own] is ForeignNode.Map map ? new Keys(map, probe.Subject, losses) : new Keys(new ForeignNode.Map(probe.Map.At, []), probe.Subject, losses);
    }

    private Duration Length(Keys probe, string key, Duration standard)
    {
        var (text, milliseconds) = (probe.Text(key), probe.Text(key + "_msec"));
        if (text is not null)
        {
            if (GoDuration.Read(text.Content) is { } nanoseconds and > 0) return new Duration(nanoseconds);
            losses.Lost(text.At, probe.Subject, $"`{Losses.Short(text.Content)}` is no length of time to Cloudprober, which does not start with it", "write 10s, 500ms or 1m");
        }
        else if (milliseconds is not null)
        {
            if (long.TryParse(milliseconds.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= int.MaxValue) return Duration.Milliseconds(number);
            losses.Lost(milliseconds.At, probe.Subject, $"`{Losses.Short(milliseconds.Content)}` is no number of milliseconds");
        }
        return standard;
    }

    private void Rhythm(Keys probe, CheckDraft check, Duration every, Duration timeout)
    {
        check.Every = every < Quickest ? Quickest : every;
        if (check.Every != every) losses.Changed(probe.At("interval_msec"), probe.Subject, $"it is looked at every {check.Every} instead of every {every}");
        check.Timeout = timeout < check.Every ? timeout : check.Every.Value / 2;
        if (timeout >= check.Every) losses.Changed(probe.At("timeout_msec"), probe.Subject, $"a look may take {timeout} and the next is due after {check.Every}; here it is given up after {check.Timeout}");
    }

    /// <summary>The least that an alert asks for: 3 of 5 is said here just so. Without an alert one failure is a fact, and whether it pages is a rule's business.</summary>
    private (int, int) Confirmation(Keys probe)
    {
        (int Failures, int Total)? least = null;
        foreach (var alert in CloudproberImport.Each(probe, "alert", losses))
        {
            var condition = alert.Inner("condition");
            var failures = Whole(condition, "failures") ?? 1;
            var total = Math.Max(failures, Whole(condition, "total") ?? failures);
            if (least is null || failures < least.Value.Failures) least = (failures, total);
            if (alert.Map["notify"] is { } notify && !_toldOfRoutes)
            {
                losses.Lost(notify.At, "", "who is told is not carried, of this probe and of all others", "alert on Kept's own metrics at /metrics");
                _toldOfRoutes = true;
            }
            else if (alert.Map["notify"] is null)
                losses.Hollow(ImportCodes.WatchesTooLittle, alert.Map.At, probe.Subject, "an alert without `notify` reaches nobody", "the probe fails and nobody is told", "name who is told, or alert on Kept's own metrics at /metrics");
        }
        return least ?? (1, 1);

        static int? Whole(Keys? keys, string key) => keys?.Text(key) is { } text && int.TryParse(text.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? Math.Min(number, MostLooks) : null;
    }

    private void NotCarried(Keys probe, Place at, string name, string why, string? instead)
    {
        losses.Lost(at, name, why, instead);
        draft.NotCarried.Add((name, probe.Map.At));
    }
}
