using System.Globalization;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>Who is told: providers with their default alerts. Thresholds become confirmations; routes are told as lost.</summary>
internal sealed class GatusAlerting
{
    /// <summary>Gatus' own defaults.</summary>
    private const int Failures = 3, Successes = 2;

    /// <summary>The most looks that a confirmation of ours counts.</summary>
    private const int MostLooks = 64;

    private readonly Dictionary<string, (Place At, int? Failures, int? Successes)> _providers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Losses _losses;
    private bool _toldOfDefaults;

    private GatusAlerting(Losses losses) => _losses = losses;

    public static GatusAlerting Of(IEnumerable<Keys> files, Losses losses)
    {
        var alerting = new GatusAlerting(losses);
        foreach (var file in files)
            if (file.Mapping("alerting") is { } map)
                foreach (var (key, value) in map.Entries)
                {
                    var standard = (value as ForeignNode.Map)?["default-alert"] as ForeignNode.Map;
                    alerting._providers.TryAdd(key.Content, (key.At, Whole(standard?["failure-threshold"]), Whole(standard?["success-threshold"])));
                    losses.Lost(key.At, "", $"the route `{Losses.Short(key.Content)}` is not carried", "alert on Kept's own metrics at /metrics");
                }
        return alerting;
    }

    /// <summary>The confirmation that an endpoint's alerts ask for; at once where it has none, as Gatus shows it then.</summary>
    public (int Count, int Of) Confirmation(Keys endpoint)
    {
        var least = 0;
        foreach (var alert in endpoint.Items("alerts"))
        {
            var type = alert.Text("type");
            var enabled = alert.Flag("enabled");
            var failures = alert.Text("failure-threshold") is { } text ? Whole(text) : null;
            var successes = alert.Text("success-threshold") is { } back ? Whole(back) : null;
            alert.Pass("send-on-resolved", "description", "provider-override", "minimum-reminder-interval");
            alert.TellUnknown();
            if (enabled == false) continue;
            if (type is null)
            {
                _losses.Hollow(ImportCodes.WatchesTooLittle, alert.Map.At, endpoint.Subject, "an alert without a type reaches nobody", null, "write `type:` with one of the providers under `alerting:`");
                continue;
            }
            _used.Add(type.Content);
            if (!_providers.TryGetValue(type.Content, out var provider))
                _losses.Hollow(ImportCodes.WatchesTooLittle, type.At, endpoint.Subject, $"no `{Losses.Short(type.Content)}` is configured under `alerting`, so this alert reaches nobody", "the endpoint fails and nobody is told", "configure it, or name a provider that is");
            var threshold = Math.Clamp(failures ?? provider.Failures ?? Failures, 1, MostLooks);
            if (least == 0 || threshold < least) least = threshold;
            var wanted = successes ?? provider.Successes ?? Successes;
            if (wanted == threshold) continue;
            if (successes is not null || provider.Successes is not null)
                _losses.Changed(successes is not null ? alert.At("success-threshold") : provider.At, endpoint.Subject, $"Gatus takes it back after {N(wanted)} good looks; here a confirmation turns both ways after {N(threshold)}");
            else if (!_toldOfDefaults)
            {
                _losses.Changed(alert.Map.At, "", $"without a `success-threshold` Gatus takes an alert back after {N(Successes)} good looks; here a confirmation turns both ways, after {N(threshold)} of this one and so of every other");
                _toldOfDefaults = true;
            }
        }
        return least == 0 ? (1, 1) : (least, least);
    }

    /// <summary>A route that no endpoint uses tells nobody of anything.</summary>
    public void TellUnused()
    {
        foreach (var (name, (at, _, _)) in _providers)
            if (!_used.Contains(name))
                _losses.Hollow(ImportCodes.WatchesTooLittle, at, "", $"`{Losses.Short(name)}` is configured, and no endpoint has an alert of this type", "every endpoint fails and nobody is told", $"add `alerts: [ {{ type: {Losses.Short(name)} }} ]` to the endpoints that matter");
    }

    private static int? Whole(ForeignNode? node) =>
        node is ForeignNode.Text text && int.TryParse(text.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static string N(int number) => number.ToString(CultureInfo.InvariantCulture);
}
