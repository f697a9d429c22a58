using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the regimes of a promise: names, and when a look belongs to each.</summary>
internal sealed class RegimeReader(Reading reading, AgentScope scope)
{
    private readonly Problems _problems = reading.Problems;

    /// <param name="written">The promise or wish.</param>
    /// <param name="checks">Its checks, read before: what they see and measure tells regimes apart.</param>
    /// <param name="accounting">How it is counted.</param>
    public ImmutableArray<Regime> Read(Written written, ImmutableArray<Check> checks, Accounting accounting)
    {
        var pairs = written.Pairs("regimes");
        if (pairs.Count == 0)
        {
            if (written.Has("regimes")) _problems.Error(Codes.Regime, written.PlaceOf("regimes"), "`regimes` names none", "write them by name: `regimes: { low: load < 100/s, high: load >= 100/s }`, or leave the field out");
            return [];
        }
        if (pairs.Count > Regime.Most)
        {
            _problems.Error(Codes.Regime, pairs[Regime.Most].Key.At, $"a promise has at most {Regime.Most} regimes, and this one names {pairs.Count}", "join some of them: each is judged by itself, and needs looks enough of its own");
            return [];
        }
        var speech = Speech.Regime(KindOf(checks), scope.Agent, name => MeasuredBy(checks, name), scope.Quantity);
        var regimes = ImmutableArray.CreateBuilder<Regime>(pairs.Count);
        foreach (var (key, value) in pairs)
        {
            if (FieldValues.Name(key.Content, "a regime", _problems) is not { } name) continue;
            if (Regime.Reserved.Contains(name))
                _problems.Error(Codes.Regime, key.At, $"`{name}` is no name to give: {MeansOf(name)}", "call the regime otherwise");
            else if (reading.Scalar(value, $"`{name}`") is { } text && ExpressionReader.Regime(text, speech, _problems) is { } when)
                regimes.Add(new Regime(reading.Texts.Share(name), when, reading.Texts.Share(text.Text), key.At));
        }
        if (accounting.Assumes)
            _problems.Error(Codes.RegimeAccounting, pairs[0].Key.At, "looks that nobody took count by the `accounting` of this promise, and of such a look nobody knows the regime", "leave `gaps` and `own-outage` as they are, excluded; or name no regimes");
        new RegimeOverlaps(_problems).Check(regimes);
        Seen(regimes, checks);
        return regimes.ToImmutable();
    }

    private static string MeansOf(string name) => name switch
    {
        Regime.Any => "it stands for a promise without regimes",
        Regime.Other => "it is where none of the conditions was true",
        _ => "it is where nobody knows",
    };

    /// <summary>Names of a kind have a meaning only where all checks are of it.</summary>
    private static CheckKind? KindOf(ImmutableArray<Check> checks) => checks.Select(check => check.Kind).Distinct().ToList() is [var one] ? one : null;

    private static QuantityType? MeasuredBy(ImmutableArray<Check> checks, string name) =>
        checks.SelectMany(check => check.Measures).FirstOrDefault(measure => measure.Quantity.Name == name)?.Quantity;

    /// <summary>A look that cannot see what tells its regime is always of the regime unknown.</summary>
    private void Seen(IReadOnlyList<Regime> regimes, ImmutableArray<Check> checks)
    {
        foreach (var regime in regimes)
            foreach (var asked in regime.When.Asked.Where(asked => asked.Index < 0 && asked.Figure is null).DistinctBy(asked => asked.Name))
                if (MeasuredBy(checks, asked.Name) is not null && checks.FirstOrDefault(check => !check.Measures.Any(measure => measure.Quantity.Name == asked.Name)) is { } blind)
                    _problems.Warning(Codes.RegimeUnseen, asked.At, $"the check `{blind.Name}` does not measure `{asked.Name}`: the regime of its looks is always unknown",
                        $"measure it there too, or look at `{blind.Name}` in a promise of its own with `{asked.Name} of PROMISE`");
    }
}
