using System.Collections.Frozen;
using System.Globalization;
using Kept.Engine;
using Kept.Judging;
using Kept.Language;
using Kept.Model;

namespace Kept.Server.DropIn;

/// <summary>Reads how a module looks at a target, from a file of modules; null where it has no such module.</summary>
/// <returns>The check, or why there is none.</returns>
public delegate (Check? Check, string? Why)? ReadModule(DocumentFile modules, string module, string target);

/// <summary>What became of a probe.</summary>
/// <param name="Status">The status of HTTP it is answered with: 200 with metrics, else with words.</param>
/// <param name="Text">Metrics, or words.</param>
internal readonly record struct Probed(int Status, string Text);

/// <summary>Looks once for whoever asks, as house.yaml allows: the engine knows nothing of it, and no evidence is kept.</summary>
/// <param name="view">The house as the engine has it.</param>
/// <param name="looks">The look of each kind.</param>
/// <param name="folder">Where the house lies.</param>
/// <param name="read">Reads modules.</param>
internal sealed class Prober(Func<HouseView> view, FrozenDictionary<string, Look> looks, string folder, ReadModule read, TimeProvider time)
{
    /// <summary>What the exporter leaves of Prometheus' time-out for the way back.</summary>
    private const decimal Offset = 0.5m;

    private const decimal UsualTimeout = 120;
    private const int LongestTarget = 2_048, LongestModule = 200, MostKnown = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Module, string Target), (Check? Check, string? Why)> _known = [];
    private string _stamp = "";
    private DocumentFile? _file;
    private int _underWay;

    /// <summary>What house.yaml allows; null: nothing.</summary>
    public ProbeSettings? Settings => view().House.Settings.Probe;

    /// <param name="timeout">The header of Prometheus, or null.</param>
    public async Task<Probed> ProbeAsync(ProbeSettings settings, string module, string target, string? timeout, CancellationToken cancellationToken)
    {
        if (module.Length == 0) module = "http_2xx";
        if (module.Length > LongestModule || target.Length > LongestTarget || target.Any(char.IsControl)) return new Probed(400, "Target or module is longer than can be meant, or holds control characters");
        if (ReadOnce(settings, module, target) is not var (check, why)) return new Probed(400, $"Unknown module {Quoted(module)}");
        if (TimeoutOf(timeout) is not { } seconds) return new Probed(500, $"Failed to parse timeout from Prometheus header: {Quoted(timeout!)}");
        if (target.Length == 0) return new Probed(400, "Target parameter is missing");
        if (check is null) return new Probed(400, $"Module {Quoted(module)} cannot look at it here: {why}");
        if (!looks.TryGetValue(check.Kind.Name, out var look)) return new Probed(400, $"Unknown prober {Quoted(check.Kind.Name)}");
        if (Interlocked.Increment(ref _underWay) > settings.AtOnce)
        {
            Interlocked.Decrement(ref _underWay);
            return new Probed(503, $"{settings.AtOnce} probes are under way already; ask again in a moment");
        }
        try
        {
            var bound = new Duration((long)(seconds * Duration.PerSecond));
            check = check with { Timeout = bound > Duration.Zero && bound < check.Timeout ? bound : check.Timeout };
            var began = time.GetTimestamp();
            var seen = await look(new LookRequest(check, settings.MayReachInside ? DocumentOrigin.Ours : DocumentOrigin.Others) { Objects = Judge.Objection }, cancellationToken);
            var took = time.GetElapsedTime(began);
            var judged = Judge.Look(check, seen, new Judged(Truth.True, ""));
            // what we could not see is no failure of the target: Prometheus then has no sample, and its own `up` says so
            if (judged.Class is not (LookClass.Good or LookClass.Bad))
                return seen.Gap == GapCause.EgressDenied ? new Probed(403, "house.yaml does not let /probe reach that target: it is not on the public internet") : new Probed(503, $"Kept could not look: {judged.Reason}");
            return new Probed(200, ProbeMetrics.Of(check, seen, judged, took));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>The seconds Prometheus waits less what the way back needs; null where its header is none.</summary>
    private static decimal? TimeoutOf(string? header)
    {
        var seconds = UsualTimeout;
        if (!string.IsNullOrEmpty(header))
        {
            if (!decimal.TryParse(header, NumberStyles.Float & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out seconds)) return null;
            if (seconds == 0) seconds = UsualTimeout;
        }
        return Math.Min(seconds - Offset, UsualTimeout);
    }

    private (Check? Check, string? Why)? ReadOnce(ProbeSettings settings, string module, string target)
    {
        var path = Path.Combine(folder, settings.Modules);
        var stamp = settings.Modules + "|" + HouseFolder.StampOf(path);
        lock (_lock)
        {
            if (stamp != _stamp)
            {
                _known.Clear();
                (_stamp, _file) = (stamp, null);
            }
            if (_known.TryGetValue((module, target), out var known)) return known;
            if ((_file ??= HouseFolder.ReadBeside(folder, settings.Modules)) is not { } file) return (null, $"the file of modules {settings.Modules} cannot be read, or does not lie in the folder of the house");
            if (read(file, module, target) is not { } fresh) return null;
            if (_known.Count >= MostKnown) _known.Clear();
            return _known[(module, target)] = fresh;
        }
    }

    /// <summary>As Go quotes a text: what is no letter or sign of ASCII is escaped.</summary>
    private static string Quoted(string text) =>
        "\"" + string.Concat(text.Select(c => c is '"' or '\\' ? "\\" + c : c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}")) + "\"";
}
