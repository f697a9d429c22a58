using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Kept.Engine;
using Kept.Judging;
using Kept.Language;
using Kept.Model;
using Kept.Server.Hosting;

namespace Kept.Server.DropIn;

/// <summary>Says how a module looks at a target; null where there is no such module. From any thread.</summary>
/// <returns>The check, or why there is none.</returns>
public delegate (Check? Check, string? Why)? ReadModule(string module, string target);

/// <summary>Reads a file of modules, once for as long as it stays as it is.</summary>
public delegate ReadModule ReadModules(DocumentFile modules);

/// <summary>What became of a probe.</summary>
/// <param name="Status">The status of HTTP it is answered with: 200 with metrics, else with words.</param>
/// <param name="Text">Metrics, or words.</param>
internal readonly record struct Probed(int Status, string Text);

/// <summary>Looks once for whoever asks, as house.yaml allows: the engine knows nothing of it, and no evidence is kept.</summary>
/// <param name="view">The house as the engine has it.</param>
/// <param name="looks">The look of each kind.</param>
/// <param name="folder">Where the house lies.</param>
/// <param name="read">Reads modules.</param>
internal sealed class Prober(Func<HouseView> view, FrozenDictionary<string, Look> looks, string folder, ReadModules read, TimeProvider time)
{
    /// <summary>What the exporter leaves of Prometheus' time-out for the way back.</summary>
    private const decimal Offset = 0.5m;

    private const decimal UsualTimeout = 120, Least = 0.001m;
    private const int LongestTarget = 2_048, LongestModule = 200, MostKnown = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Module, string Target), (Check? Check, string? Why)> _known = [];
    private string _stamp = "";
    private Lazy<ReadModule?> _modules = new(() => null);
    private readonly Dictionary<IPAddress, int> _callers = [];
    private int _underWay;

    /// <summary>What house.yaml allows; null: nothing.</summary>
    public ProbeSettings? Settings => view().House.Settings.Probe;

    /// <param name="timeout">The header of Prometheus, or null.</param>
    /// <param name="from">Who asks: one address holds at most half of the places, and this machine is not bounded.</param>
    public async Task<Probed> ProbeAsync(ProbeSettings settings, string module, string target, string? timeout, IPAddress? from, CancellationToken cancellationToken)
    {
        if (module.Length == 0) module = "http_2xx";
        if (module.Length > LongestModule || target.Length > LongestTarget || target.Any(char.IsControl)) return new Probed(400, "Target or module is longer than can be meant, or holds control characters");
        var caller = CallerBounds.KeyOf(from);
        if (Enter(settings, caller) is { } full) return new Probed(503, full);
        try
        {
            return await ProbeAsync(settings, module, target, timeout, cancellationToken);
        }
        finally
        {
            Leave(caller);
        }
    }

    private async Task<Probed> ProbeAsync(ProbeSettings settings, string module, string target, string? timeout, CancellationToken cancellationToken)
    {
        if (ReadOnce(settings, module, target) is not var (check, why)) return new Probed(400, $"Unknown module {Quoted(module)}");
        if (TimeoutOf(timeout) is not { } seconds) return new Probed(500, $"Failed to parse timeout from Prometheus header: {Quoted(timeout!)}");
        if (target.Length == 0) return new Probed(400, "Target parameter is missing");
        if (check is null) return new Probed(400, $"Module {Quoted(module)} cannot look at it here: {why}");
        if (!looks.TryGetValue(check.Kind.Name, out var look)) return new Probed(400, $"Unknown prober {Quoted(check.Kind.Name)}");
        var bound = new Duration((long)(seconds * Duration.PerSecond));
        check = check with { Timeout = bound < check.Timeout ? bound : check.Timeout };
        var began = time.GetTimestamp();
        // a look over HTTP shows headers where a line asks for them, or where there is none: the exporter tells of one whatever the module asks
        var looked = check.Kind.Name == "http" ? check with { Expect = [] } : check;
        var seen = Judge.Deciding(check, await look(new LookRequest(looked, settings.MayReachInside ? DocumentOrigin.Ours : DocumentOrigin.Others) { Objects = Judge.Objection }, cancellationToken));
        var took = time.GetElapsedTime(began);
        var judged = Judge.Look(check, seen, new Judged(Truth.True, ""));
        // what we could not see is no failure of the target: Prometheus then has no sample, and its own `up` says so
        if (judged.Class is not (LookClass.Good or LookClass.Bad))
            return seen.Gap == GapCause.EgressDenied ? new Probed(403, "house.yaml does not let /probe reach that target: it is not on the public internet") : new Probed(503, $"Kept could not look: {judged.Reason}");
        return new Probed(200, ProbeMetrics.Of(check, seen, judged, took));
    }

    /// <summary>The seconds Prometheus waits less what the way back needs, more than none and no more than the usual; null where its header is none.</summary>
    private static decimal? TimeoutOf(string? header)
    {
        var seconds = UsualTimeout;
        if (!string.IsNullOrEmpty(header))
        {
            if (!decimal.TryParse(header, NumberStyles.Float & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out seconds)) return null;
            if (seconds == 0) seconds = UsualTimeout;
        }
        if (seconds <= Offset) seconds = Offset + Least;
        return Math.Min(seconds, UsualTimeout + Offset) - Offset;
    }

    /// <summary>Enters; null when let in (then leave), else why not.</summary>
    private string? Enter(ProbeSettings settings, IPAddress? caller)
    {
        lock (_lock)
        {
            if (_underWay >= settings.AtOnce) return $"{settings.AtOnce} probes are under way already; ask again in a moment";
            if (caller is not null)
            {
                var (its, most) = (_callers.GetValueOrDefault(caller), Math.Max(1, settings.AtOnce / 2));
                if (its >= most) return $"{most} probes of yours are under way already; ask again in a moment";
                _callers[caller] = its + 1;
            }
            _underWay++;
            return null;
        }
    }

    private void Leave(IPAddress? caller)
    {
        lock (_lock)
        {
            _underWay--;
            if (caller is null) return;
            if (_callers.GetValueOrDefault(caller) is var its and > 1) _callers[caller] = its - 1;
            else _callers.Remove(caller);
        }
    }

    private (Check? Check, string? Why)? ReadOnce(ProbeSettings settings, string module, string target)
    {
        var stamp = settings.Modules + "|" + HouseFolder.StampOf(Path.Combine(folder, settings.Modules));
        Lazy<ReadModule?> modules;
        lock (_lock)
        {
            if (stamp != _stamp)
            {
                _known.Clear();
                (_stamp, _modules) = (stamp, new Lazy<ReadModule?>(() => HouseFolder.ReadBeside(folder, settings.Modules) is { } file ? read(file) : null));
            }
            if (_known.TryGetValue((module, target), out var known)) return known;
            modules = _modules;
        }
        // outside of the lock: whoever looks meanwhile need not wait for a text to be read
        if (modules.Value is not { } modulesRead) return (null, $"the file of modules {settings.Modules} cannot be read, or does not lie in the folder of the house");
        if (modulesRead(module, target) is not { } fresh) return null;
        lock (_lock)
        {
            if (stamp != _stamp) return fresh;
            if (_known.Count >= MostKnown) _known.Clear();
            return _known[(module, target)] = fresh;
        }
    }

    /// <summary>As Go quotes a text: what is no letter or sign of ASCII is escaped.</summary>
    private static string Quoted(string text) =>
        "\"" + string.Concat(text.Select(c => c is '"' or '\\' ? "\\" + c : c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}")) + "\"";
}
