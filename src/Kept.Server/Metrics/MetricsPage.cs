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
                writer.Sample("", promise.States[i], promise.View.Verdict.Outcome == States[i] ? 1 : 0);
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
        await BurnsAsync(pipe, writer, promises, cancellationToken);
        if (telling is not null) TellMetrics.Write(writer, telling);
        Engine(writer, house);
        writer.End();
        await pipe.FlushAsync(cancellationToken);
    }

    /// <summary>Of promises that name regimes; a house without such has no such families. At most ten regimes of a promise: those that are named, other, and unknown.</summary>
    private static async Task RegimesAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        if (!Array.Exists(promises, promise => promise.Regimes.Length > 0)) return;
        writer.Family("kept_regime_outcome", "stateset", "", "The verdict of a promise in each of its regimes; exactly one state is 1.");
        foreach (var promise in promises)
        {
            foreach (var (regime, _, states) in promise.Regimes)
                for (var i = 0; i < States.Length; i++) writer.Sample("", states[i], regime.Verdict.Outcome == States[i] ? 1 : 0);
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_regime_current", "gauge", "", "1 for the regime that the newest look belongs to.");
        foreach (var promise in promises)
            foreach (var (regime, labels, _) in promise.Regimes) writer.Sample("", labels, regime.IsCurrent ? 1 : 0);
        await FlushAsync(pipe, cancellationToken);
    }

    private static async Task ChecksAsync(PipeWriter pipe, OpenMetrics writer, Labelled[] promises, CancellationToken cancellationToken)
    {
        writer.Family("kept_look_timestamp_seconds", "gauge", "seconds", "When the newest look of a check was due.");
        foreach (var promise in promises)
        {
            for (var i = 0; i < promise.View.Checks.Length; i++)
                if (promise.View.Checks[i].Last is { } last)
                    writer.Moment(promise.Checks[i], last.Slot);
            await FlushAsync(pipe, cancellationToken);
        }
        writer.Family("kept_look_duration_seconds", "gauge", "seconds", "How long the newest look of a check took; absent where it got no answer.");
        foreach (var promise in promises)
        {
            for (var i = 0; i < promise.View.Checks.Length; i++)
                if (promise.View.Checks[i].Last is { Phases.Total: >= 0 } last)
                    writer.Seconds(promise.Checks[i], last.Phases.Total);
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
                for (var i = 0; i < promise.Objectives.Length; i++) writer.Sample("", promise.Objectives[i].Labels, of(promise.Objectives[i].Line));
                await FlushAsync(pipe, cancellationToken);
            }
        }
        writer.Family("kept_objective_budget_left_ratio", "gauge", "ratio", "Share of an objective's error budget that is left.");
        foreach (var promise in promises)
        {
            foreach (var (line, labels) in promise.Objectives)
                if (line.BudgetLeft is { } left)
                    writer.Sample("", labels, left);
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
                foreach (var (burn, labels) in promise.Burns) writer.Sample("", labels, of(burn));
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

    /// <summary>A promise with its labels as bytes, made once for all families.</summary>
    private sealed class Labelled
    {
        public Labelled(PromiseView view)
        {
            View = view;
            var (agent, promise) = (view.Promise.Name.Agent, view.Promise.Name.Short);
            var standing = Say.Wire(view.Promise.Standing);
            Labels = OpenMetrics.Labels(("agent", agent), ("promise", promise), ("standing", standing));
            States = [.. MetricsPage.States.Select(state => OpenMetrics.Labels(("agent", agent), ("promise", promise), ("standing", standing), ("kept_promise_outcome", state.Wire())))];
            Checks = [.. view.Checks.Select(check => OpenMetrics.Labels(("agent", agent), ("promise", promise), ("standing", standing), ("check", check.Check.Name)))];
            // Where regimes are named, each has figures of its own, and there is none over all of them.
            var verdicts = view.Verdict.Regimes.IsEmpty ? [((string?)null, view.Verdict)] : view.Verdict.Regimes.Select(regime => ((string?)regime.Name, regime.Verdict)).ToArray();
            Objectives = [.. verdicts.SelectMany(one => one.Item2.Lines.Where(line => line.Text != VerdictLine.Now).DistinctBy(line => line.Text)
                .Select(line => (line, Of(one.Item1, ("objective", line.Text)))))];
            Burns = [.. verdicts.SelectMany(one => one.Item2.Alerts.SelectMany(alert => alert.Burns).DistinctBy(burn => (burn.Objective, burn.Window))
                .Select(burn => (burn, Of(one.Item1, ("objective", burn.Objective), ("window", burn.Window.ToString())))))];
            Regimes = [.. view.Verdict.Regimes.Select(regime => (regime, Of(regime.Name), MetricsPage.States.Select(state => Of(regime.Name, ("kept_regime_outcome", state.Wire()))).ToArray()))];

            byte[] Of(string? regime, params ReadOnlySpan<(string, string)> more) => regime is null
                ? OpenMetrics.Labels([("agent", agent), ("promise", promise), ("standing", standing), .. more])
                : OpenMetrics.Labels([("agent", agent), ("promise", promise), ("standing", standing), ("regime", regime), .. more]);
        }

        public PromiseView View { get; }
        public byte[] Labels { get; }
        public byte[][] States { get; }
        public byte[][] Checks { get; }
        public (RegimeVerdict Regime, byte[] Labels, byte[][] States)[] Regimes { get; }
        public (VerdictLine Line, byte[] Labels)[] Objectives { get; }
        public (BurnFigures Burn, byte[] Labels)[] Burns { get; }
    }
}
