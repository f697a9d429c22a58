using System.IO.Pipelines;
using System.Reflection;
using Kept.Engine;
using Kept.Model;
using Kept.Server.Api;
using Kept.Tell;

namespace Kept.Server.Metrics;

/// <summary><c>/metrics</c>: every promise and the engine itself, of the same view that pages and API show.</summary>
internal static class MetricsPage
{
    private static readonly Outcome[] States = [Outcome.Kept, Outcome.Broken, Outcome.NotInForce, Outcome.Unknown, Outcome.NotAPromise];

    /// <summary>Flushed whenever this much is written, so that ten thousand promises need no large buffer.</summary>
    private const int Chunk = 32 * 1024;

    public static void MapMetrics(this IEndpointRouteBuilder routes, Sight sight) => routes.MapMethods("/metrics", ["GET", "HEAD"], async (HttpContext context) =>
    {
        context.Response.ContentType = OpenMetrics.ContentType;
        await WriteAsync(context.Response.BodyWriter, sight.View(), context.RequestAborted, sight.Teller?.View);
    }).ExcludeFromDescription();

    internal static async Task WriteAsync(PipeWriter pipe, HouseView house, CancellationToken cancellationToken, TellView? telling = null)
    {
        var writer = new OpenMetrics(pipe);
        var promises = house.Promises.Select(view => new Labelled(view)).ToArray();

        writer.Family("kept_promise_outcome", "stateset", "", "The verdict of each promise or wish; exactly one state is 1.");
        foreach (var promise in promises)
        {
            for (var i = 0; i < States.Length; i++)
                writer.Sample("", promise.Labels, promise.View.Verdict.Outcome == States[i] ? 1 : 0, ("kept_promise_outcome", States[i].Wire()));
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_promise_seen_timestamp_seconds", "gauge", "seconds", "Event time of the newest evidence a verdict rests on.");
        foreach (var promise in promises)
        {
            if (promise.View.Verdict.SeenAt is { } at) writer.Moment(promise.Labels, at);
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_promise_since_timestamp_seconds", "gauge", "seconds", "Since when the verdict is what it is.");
        foreach (var promise in promises)
        {
            writer.Moment(promise.Labels, promise.View.Since);
            await FlushAsync(pipe, cancellationToken);
        }
        await RegimesAsync(pipe, writer, promises, cancellationToken);
        await ChecksAsync(pipe, writer, promises, cancellationToken);
        await LinesAsync(pipe, writer, promises, cancellationToken);
        await PartMetrics.WriteAsync(pipe, writer, [.. promises.Where(promise => promise.HasParts).Select(promise => (promise.Labels, promise.Parts))], States, FlushAsync, cancellationToken);
        await BurnsAsync(pipe, writer, promises, cancellationToken);
        if (telling is not null) TellMetrics.Write(writer, telling);
        Engine(writer, house);
        writer.End();
        await pipe.FlushAsync(cancellationToken);
    }

    /// <summary>Of promises that name regimes; a house without such has no such families. At most ten regimes of a promise: those that are named, other, and unknown.</summary>
    private static async Task RegimesAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        if (!Array.Exists(promises, promise => !promise.View.Verdict.Regimes.IsEmpty)) return;
        writer.Family("kept_regime_outcome", "stateset", "", "The verdict of a promise in each of its regimes; exactly one state is 1.");
        foreach (var promise in promises)
        {
            foreach (var regime in promise.View.Verdict.Regimes)
                foreach (var state in States)
                    writer.Sample("", promise.Labels, regime.Verdict.Outcome == state ? 1 : 0, ("regime", regime.Name), ("kept_regime_outcome", state.Wire()));
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_regime_current", "gauge", "", "1 for the regime that the newest look belongs to.");
        foreach (var promise in promises)
        {
            foreach (var regime in promise.View.Verdict.Regimes) writer.Sample("", promise.Labels, regime.IsCurrent ? 1 : 0, ("regime", regime.Name));
            await FlushAsync(pipe, cancellationToken);
        }
    }

    private static async Task ChecksAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        writer.Family("kept_look_timestamp_seconds", "gauge", "seconds", "When the newest look of a check was due.");
        foreach (var promise in promises)
        {
            foreach (var check in promise.View.Checks)
                if (check.Last is { } last)
                    writer.Moment(promise.Labels, last.Slot, ("check", check.Check.Name));
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_look_duration_seconds", "gauge", "seconds", "How long the newest look of a check took; absent where it got no answer.");
        foreach (var promise in promises)
        {
            foreach (var check in promise.View.Checks)
                if (check.Last is { Phases.Total: >= 0 } last)
                    writer.Seconds(promise.Labels, last.Phases.Total, ("check", check.Check.Name));
            await FlushAsync(pipe, cancellationToken);
        }
    }

    private static async Task LinesAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        (string Name, string Help, Func<VerdictLine, long> Of)[] counts =
        [
            ("kept_objective_good", "Good looks or slices in the window of an objective; points, where its looks have weights.", line => line.Good),
            ("kept_objective_bad", "Bad looks or slices in the window of an objective.", line => line.Counted - line.Good),
            ("kept_objective_gap", "Looks or slices that were due in the window of an objective and could not be counted.", line => Math.Max(0, line.Due - line.Counted + line.Assumed)),
        ];
        foreach (var (name, help, of) in counts)
        {
            writer.Family(name, "gauge", "", help);
            foreach (var promise in promises)
            {
                foreach (var (regime, line) in promise.Objectives) writer.Sample("", promise.Labels, of(line), ("regime", regime), ("objective", line.Text));
                await FlushAsync(pipe, cancellationToken);
            }
        }
        writer.Family("kept_objective_budget_left_ratio", "gauge", "ratio", "Share of an objective's error budget that is left.");
        foreach (var promise in promises)
        {
            foreach (var (regime, line) in promise.Objectives)
                if (line.BudgetLeft is { } left)
                    writer.Sample("", promise.Labels, left, ("regime", regime), ("objective", line.Text));
            await FlushAsync(pipe, cancellationToken);
        }
    }

    /// <summary>What the windows of alerts hold: an alert of a rule over these figures fires exactly when Kept says firing.</summary>
    private static async Task BurnsAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        (string Name, string Help, Func<BurnFigures, decimal> Of)[] counts =
        [
            ("kept_burn_good", "Good looks or slices in a window of an alert; points, where the looks of its objective have weights.", burn => burn.Counted - InDecimals(burn.Bad)),
            ("kept_burn_bad", "Bad looks or slices in a window of an alert.", burn => InDecimals(burn.Bad)),
            ("kept_burn_gap", "Looks or slices that are missing from a window of an alert, or may still come into it.", burn => burn.Open),
        ];
        foreach (var (name, help, of) in counts)
        {
            writer.Family(name, "gauge", "", help);
            foreach (var promise in promises)
            {
                foreach (var (regime, burn) in promise.Burns) writer.Sample("", promise.Labels, of(burn), ("regime", regime), ("objective", burn.Objective), ("window", burn.Window.ToString()));
                await FlushAsync(pipe, cancellationToken);
            }
        }
    }

    /// <summary>Whole where looks or slices are counted; where shares of slices are added up, cut after nine digits.</summary>
    private static decimal InDecimals(Fraction bad) => (decimal)(bad * Fraction.Of(1_000_000_000)).Floor / 1_000_000_000m;

    private static void Engine(OpenMetrics writer, HouseView house)
    {
        var figures = house.Figures;
        writer.Family("kept_engine_checks", "gauge", "", "Checks on the schedule.");
        writer.Sample("", default, figures.Checks);
        writer.Family("kept_engine_looks_under_way", "gauge", "", "Looks under way.");
        writer.Sample("", default, figures.UnderWay);
        writer.Family("kept_engine_looks_waiting", "gauge", "", "Looks that are due and wait for a place.");
        writer.Sample("", default, figures.Queue);
        writer.Family("kept_engine_looks", "counter", "", "Looks finished since start.");
        writer.Sample("_total", default, figures.Looks);
        writer.Family("kept_engine_gaps", "counter", "", "Slots recorded as gaps since start, by cause.");
        foreach (var (cause, count) in figures.Gaps.OrderBy(pair => pair.Key)) writer.Sample("_total", OpenMetrics.Labels(("cause", Say.Wire(cause))), count);
        writer.Family("kept_engine_faults", "counter", "", "Faults of our own that were caught since start.");
        writer.Sample("_total", default, figures.Faults);
        writer.Family("kept_engine_lateness_seconds", "gauge", "seconds", "From when a look was due to when it began, over the last minutes.");
        writer.Seconds(OpenMetrics.Labels(("quantile", "0.5")), figures.LatenessP50.Nanoseconds);
        writer.Seconds(OpenMetrics.Labels(("quantile", "0.99")), figures.LatenessP99.Nanoseconds);
        writer.Seconds(OpenMetrics.Labels(("quantile", "1")), figures.LatenessMax.Nanoseconds);
        if (house.Anchors is { } anchors)
        {
            writer.Family("kept_anchor_good", "gauge", "", "1 where an anchor of the house was good when it was asked last.");
            foreach (var one in anchors.Seen) writer.Sample("", OpenMetrics.Labels(("anchor", one.Anchor.Name), ("kind", one.Anchor.Kind.Name), ("target", one.Anchor.Target.Text)), one.IsGood ? 1 : 0);
            writer.Family("kept_blind", "gauge", "", "1 while we cannot see ourselves (offline, no resolver, a wrong clock), so that what we see says nothing of others.");
            writer.Sample("", default, anchors.Blind is null ? 0 : 1);
        }
        writer.Family("kept_ledger_unrecorded_looks", "gauge", "", "Looks that wait to be recorded.");
        writer.Sample("", default, figures.UnrecordedLooks);
        writer.Family("kept_ledger_refused_records", "counter", "", "Records that the ledger can never take; each was given up and logged, all others were recorded.");
        writer.Sample("_total", default, figures.RefusedRecords);
        writer.Family("kept_ledger_recording", "gauge", "", "1 while the ledger takes what is seen.");
        writer.Sample("", default, figures.StorageFault is null ? 1 : 0);
        writer.Family("kept_ledger_sequence", "counter", "", "The newest entry of the ledger.");
        writer.Sample("_total", default, house.Sequence);
        writer.Family("kept_house_refused", "gauge", "", "1 while the newest documents are refused and the house from before stays.");
        writer.Sample("", default, house.Fault is null ? 0 : 1);
        writer.Family("kept_start_timestamp_seconds", "gauge", "seconds", "When the engine started.");
        writer.Moment(default, figures.StartedAt);
        writer.Family("kept_assessor", "info", "", "Who says all this, and from where it looks.");
        writer.Sample("_info", OpenMetrics.Labels(("house", house.House.Id), ("place", house.House.Place)), 1);
        writer.Family("kept_build", "info", "", "The program.");
        writer.Sample("_info", OpenMetrics.Labels(("version", Version)), 1);
    }

    internal static string Version { get; } =
        typeof(MetricsPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static async ValueTask FlushAsync(PipeWriter pipe, CancellationToken cancellationToken)
    {
        if (pipe.UnflushedBytes > Chunk) await pipe.FlushAsync(cancellationToken);
    }

    /// <summary>A promise with the labels that all its samples have, as bytes. What a sample has besides is written with it: of a hundred thousand promises that would be a hundred megabytes.</summary>
    private sealed class Labelled(PromiseView view)
    {
        public PromiseView View { get; } = view;

        public byte[] Labels { get; } = OpenMetrics.Labels(("agent", view.Promise.Name.Agent), ("promise", view.Promise.Name.Short), ("standing", Say.Wire(view.Promise.Standing)));

        /// <summary>Where regimes are named, each has figures of its own, and there is none over all of them.</summary>
        private IEnumerable<(string? Regime, Verdict Verdict)> Verdicts => View.Verdict.Regimes.IsEmpty ? [(null, View.Verdict)] : View.Verdict.Regimes.Select(regime => ((string?)regime.Name, regime.Verdict));

        public IEnumerable<(string? Regime, VerdictLine Line)> Objectives =>
            Verdicts.SelectMany(one => one.Verdict.Lines.Where(line => line.Text != VerdictLine.Now).DistinctBy(line => line.Text), (one, line) => (one.Regime, line));

        public bool HasParts => View.Promise.Keeps.Any(keep => keep.Parts is not null);

        public IReadOnlyList<PartMetrics.Part> Parts => [.. Objectives.SelectMany(one => one.Line.Parts, (one, part) => new PartMetrics.Part(one.Regime, one.Line, part))];

        public IEnumerable<(string? Regime, BurnFigures Burn)> Burns =>
            Verdicts.SelectMany(one => one.Verdict.Alerts.SelectMany(alert => alert.Burns).DistinctBy(burn => (burn.Objective, burn.Window)), (one, burn) => (one.Regime, burn));
    }
}
