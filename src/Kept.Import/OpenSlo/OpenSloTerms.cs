using Kept.Import.Slo;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>What one objective asks, read once and told once: the same whether it becomes a wish of its own or a part of one budget.</summary>
/// <param name="Objective">As it is written.</param>
/// <param name="Subject">What findings call it.</param>
/// <param name="Indicator">Its own, or that of the whole SLO; null where none could be read.</param>
internal sealed record OpenSloTerms(Keys Objective, string Subject, OpenSloIndicator? Indicator)
{
    /// <summary>Between 0 and 1; null, and told, where it has none.</summary>
    public decimal? Target { get; private init; }

    /// <summary>Null where the method has none, and, told, where none is written.</summary>
    public Duration? Slice { get; private init; }

    /// <summary>How much of a slice must be good; 1 is all.</summary>
    public decimal SliceTarget { get; private init; } = 1;

    /// <summary>What the answers of a threshold are compared with; null of events, and, told, where it is not written.</summary>
    public (string Sign, decimal Value)? Bound { get; private init; }

    public static OpenSloTerms Read(Keys objective, string subject, OpenSloIndicator? indicator, string method, OpenSloWindow window, Losses losses)
    {
        var reader = new Reader(objective, subject, method, window, losses);
        var terms = new OpenSloTerms(objective, subject, indicator) { Target = reader.Target(), Slice = reader.Slice(), SliceTarget = reader.SliceTarget(), Bound = indicator is null ? null : reader.Bound(indicator) };
        objective.Pass("displayName", "op", "value", "compositeWeight");
        objective.TellUnknown(null, OpenSloImport.Refuses);
        return terms;
    }

    private sealed class Reader(Keys objective, string subject, string method, OpenSloWindow window, Losses losses)
    {
        public decimal? Target()
        {
            var (share, percent) = (objective.Text("target"), objective.Text("targetPercent"));
            if (share is not null && percent is not null) losses.Lost(percent.At, subject, "either `target` or `targetPercent` is allowed: `target` is taken");
            return share is not null || percent is null ? SloNumber.Target(share, 1, subject, losses, objective.Map.At, false) : SloNumber.Target(percent, 100, subject, losses, objective.Map.At, false);
        }

        public Duration? Slice()
        {
            var text = objective.Text("timeSliceWindow");
            if (method == "Occurrences")
            {
                if (text is not null) Idle(text, "timeSliceWindow", "with time slices");
                return null;
            }
            if (text is not null && OpenSloWindow.Slice(text.Content) is { } slice && slice < window.Length) return slice;
            losses.Lost(text?.At ?? objective.Map.At, subject, text is null ? $"{method} needs `timeSliceWindow`" : $"`{Losses.Short(text.Content)}` is no slice of a window of {window.Length}", "timeSliceWindow: 1m");
            return null;
        }

        public decimal SliceTarget()
        {
            var text = objective.Text("timeSliceTarget");
            if (method != "Timeslices")
            {
                if (text is not null) Idle(text, "timeSliceTarget", "with Timeslices");
                return 1;
            }
            if (text is not null && SloNumber.Read(text.Content) is { } target and > 0 and <= 1) return target;
            losses.Lost(text?.At ?? objective.Map.At, subject, text is null ? "Timeslices need `timeSliceTarget`: all of a slice must be good here" : $"`{Losses.Short(text.Content)}` is no share of a slice: all of it must be good here", "timeSliceTarget: 0.95");
            return 1;
        }

        public (string, decimal)? Bound(OpenSloIndicator indicator)
        {
            var (op, value) = (objective.Text("op"), objective.Text("value"));
            if (indicator.Counts is not null)
            {
                if (op is not null) Idle(op, "op", "with a threshold");
                if (value is not null) Idle(value, "value", "with a threshold");
            }
            if (indicator.Threshold is null) return null;
            var sign = op?.Content switch { "lte" => "<=", "gte" => ">=", "lt" => "<", "gt" => ">", _ => null };
            if (sign is not null && value is not null && SloNumber.Read(value.Content) is { } bound) return (sign, bound);
            losses.Lost((sign is null ? op : value)?.At ?? objective.Map.At, subject, sign is null ? "a threshold needs `op`: lte, gte, lt or gt" : "a threshold needs a `value`, a finite number", "op: lte, value: 0.5");
            return null;
        }

        private void Idle(ForeignNode.Text text, string key, string where) =>
            losses.Tell(new(ImportCodes.UnknownKey, FindingKind.UnknownKey, text.At, subject, $"`{key}` is read only {where}, and does nothing here", null, "leave it out"));
    }
}
