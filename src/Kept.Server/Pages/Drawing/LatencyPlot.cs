using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Server.Pages;

/// <summary>
/// The times of looks as a stacked area over time: dns, connect, tls, first byte, body. Gaps interrupt the areas and are drawn as dashes; bad looks are
/// marked. Only for the eye: coordinates are rounded, and no verdict is taken from here.
/// </summary>
public sealed class LatencyPlot
{
    public const int Width = 720, Height = 190;

    public static readonly string[] Phases = ["dns", "connect", "tls", "first", "body"];
    public static readonly string[] PhaseWords = ["dns", "connect", "tls", "first byte", "body"];

    /// <summary>A line of the scale.</summary>
    public sealed record Tick(decimal At, string Label);

    /// <summary>A promised limit; null height where it lies far above what is drawn.</summary>
    public sealed record Limit(long Nanoseconds, decimal? Y, string Label);

    private readonly Series _series;
    private readonly decimal _top;

    private LatencyPlot(Series series, decimal top)
    {
        _series = series;
        _top = top;
    }

    public bool IsEmpty => _series.Points.Count == 0;

    public IReadOnlyList<Tick> TimeTicks { get; private init; } = [];
    public IReadOnlyList<Tick> ScaleTicks { get; private init; } = [];
    public IReadOnlyList<Limit> Limits { get; private init; } = [];

    /// <param name="series">What is drawn, reduced to about the width of the drawing.</param>
    /// <param name="limits">Promised limits in nanoseconds with their words.</param>
    public static LatencyPlot Of(Series series, IEnumerable<(long Nanoseconds, string Words)> limits)
    {
        var worst = series.Points.Select(point => point.Look.Phases.Total).DefaultIfEmpty(-1).Max();
        var promised = limits.DistinctBy(limit => limit.Nanoseconds).ToList();
        // a limit that lies within four times of what was seen belongs into the drawing; one far above would flatten it
        var near = promised.Where(limit => limit.Nanoseconds <= Math.Max(worst, Duration.PerMillisecond) * 4).Select(limit => limit.Nanoseconds);
        var highest = near.Append(Math.Max(worst, Duration.PerMillisecond)).Max();
        var step = NiceStep(highest / 4m);
        var top = Math.Ceiling(highest * 1.02m / step) * step;
        var scale = new List<Tick>();
        for (var value = 0m; value <= top; value += step)
            scale.Add(new Tick(Height - (Height * value / top), value == 0 ? "0" : new Duration((long)value).ToWords()));
        return new LatencyPlot(series, top)
        {
            ScaleTicks = scale,
            TimeTicks = TimeScale(series.From, series.To),
            Limits = [.. promised.Select(limit => new Limit(limit.Nanoseconds, limit.Nanoseconds <= top ? Height - (Height * limit.Nanoseconds / top) : null, limit.Words))],
        };
    }

    /// <summary>The area of one phase, stacked on those before it; one closed figure per stretch without a gap.</summary>
    public string Area(int phase)
    {
        var path = new StringBuilder();
        foreach (var stretch in Stretches())
        {
            var lower = new StringBuilder();
            for (var i = 0; i < stretch.Count; i++)
            {
                var parts = Parts(stretch[i].Look.Phases);
                var x = X(stretch[i].At);
                path.Append(i == 0 ? 'M' : 'L').Append(Figure(x)).Append(',').Append(Figure(Y(parts.Take(phase + 1).Sum())));
                lower.Insert(0, $"L{Figure(x)},{Figure(Y(parts.Take(phase).Sum()))}");
                if (stretch.Count > 1) continue;
                // a single look between gaps would have no width: give it the width of a hair
                path.Append(CultureInfo.InvariantCulture, $"h1.5V{Figure(Y(parts.Take(phase).Sum()))}");
            }
            path.Append(lower).Append('Z');
        }
        return path.ToString();
    }

    /// <summary>Where we did not see: dashes along the ground.</summary>
    public string Gaps()
    {
        var path = new StringBuilder();
        foreach (var (from, to) in _series.Gaps)
            path.Append(CultureInfo.InvariantCulture, $"M{Figure(X(from))},{Height - 3}H{Figure(Math.Max(X(to), X(from) + 2))}");
        return path.ToString();
    }

    /// <summary>Where bad looks stand, at most a hundred and the newest ones.</summary>
    public IEnumerable<(decimal X, decimal Y, string Words)> Bad() =>
        _series.Points.Where(point => point.Bad > 0).TakeLast(100)
            .Select(point => (X(point.At), point.Look.Phases.Total < 0 ? Height - 6 : Y(point.Look.Phases.Total), $"{Say.When(point.At, _series.To)}: {(point.Look.Failure == TargetFailure.None ? "bad" : Say.Failure(point.Look.Failure))}"));

    private IEnumerable<List<Point>> Stretches()
    {
        var stretch = new List<Point>();
        Point? before = null;
        foreach (var point in _series.Points)
        {
            var interrupted = point.Look.Phases.Total < 0 || before is { } last && (point.At - last.At).Nanoseconds > _series.Step.Nanoseconds * 5 / 2;
            if (interrupted && stretch.Count > 0)
            {
                yield return stretch;
                stretch = [];
            }
            if (point.Look.Phases.Total >= 0) stretch.Add(point);
            before = point;
        }
        if (stretch.Count > 0) yield return stretch;
    }

    /// <summary>Dns, connect, tls, first byte and the rest, in nanoseconds; a missing phase has no width.</summary>
    internal static long[] Parts(Phases phases)
    {
        long[] parts = [Math.Max(0, phases.Dns), Math.Max(0, phases.Connect), Math.Max(0, phases.Tls), Math.Max(0, phases.FirstByte), 0];
        parts[4] = Math.Max(0, phases.Total - parts.Sum());
        return parts;
    }

    private decimal X(Instant at) => Width * (decimal)(at.Microseconds - _series.From.Microseconds) / Math.Max(1, _series.To.Microseconds - _series.From.Microseconds);

    private decimal Y(long nanoseconds) => Height - (Height * nanoseconds / _top);

    public static string Figure(decimal value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static decimal NiceStep(decimal rough)
    {
        var step = 1m;
        while (step * 10 < rough) step *= 10;
        return rough <= step ? step : rough <= step * 2 ? step * 2 : rough <= step * 5 ? step * 5 : step * 10;
    }

    private static readonly long[] Rhythms =
        [10, 30, 60, 120, 300, 600, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 5 * 86_400, 10 * 86_400, 30 * 86_400];

    private static List<Tick> TimeScale(Instant from, Instant to)
    {
        var seconds = Math.Max(1, (to - from).Nanoseconds / Duration.PerSecond);
        var rhythm = Rhythms.FirstOrDefault(candidate => seconds / candidate <= 7, Rhythms[^1]);
        var ticks = new List<Tick>();
        for (var at = ((from.Microseconds / 1_000_000 / rhythm) + 1) * rhythm; at * 1_000_000 <= to.Microseconds; at += rhythm)
        {
            var time = new Instant(at * 1_000_000);
            var label = time.ToDateTimeOffset().ToString(rhythm >= 86_400 ? "d MMM" : rhythm < 60 ? "HH:mm:ss" : seconds > 86_400 * 3 / 2 ? "d MMM HH:mm" : "HH:mm", CultureInfo.InvariantCulture);
            ticks.Add(new Tick(Width * (decimal)(time.Microseconds - from.Microseconds) / Math.Max(1, to.Microseconds - from.Microseconds), label));
        }
        return ticks;
    }
}
