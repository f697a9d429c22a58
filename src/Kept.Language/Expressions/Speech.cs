using Kept.Model;

namespace Kept.Language;

/// <summary>The field an expression stands in, which decides what it may speak of.</summary>
/// <param name="Kind">The kind of check whose observations an expectation reads; null in <c>given</c> and <c>uses</c>.</param>
/// <param name="OwnAgent">Whose promises a name without an agent means; null in expectations.</param>
/// <param name="IsDependence">True in <c>uses</c>: a monotone formula over promises.</param>
internal sealed record Speech(CheckKind? Kind, string? OwnAgent, bool IsDependence)
{
    /// <summary>In a regime: the quantities that its promise's checks measure, by name; null elsewhere.</summary>
    public Func<string, QuantityType?>? Measured { get; init; }

    /// <summary>In a regime: any quantity by name, for figures that another promise measures (<c>load of shop/traffic</c>).</summary>
    public Func<string, QuantityType?>? Quantities { get; init; }

    /// <summary>When a look belongs to a regime: what conditions speak of, and besides what its check saw and measured.</summary>
    /// <param name="kind">Of the checks; null where they are of several kinds.</param>
    /// <param name="ownAgent">Whose promises a name without an agent means.</param>
    /// <param name="measured">What the checks measure.</param>
    /// <param name="quantities">All that there are.</param>
    public static Speech Regime(CheckKind? kind, string ownAgent, Func<string, QuantityType?> measured, Func<string, QuantityType?> quantities) =>
        new(kind, ownAgent, false) { Measured = measured, Quantities = quantities };

    public static Speech Expectation(CheckKind kind) => new(kind, null, false);

    public static Speech Condition(string ownAgent) => new(null, ownAgent, false);

    public static Speech Dependence(string ownAgent) => new(null, ownAgent, true);

    public bool IsExpectation => OwnAgent is null;

    public bool IsRegime => Measured is not null;

    /// <summary>What a condition may read besides promises and calendars.</summary>
    public static readonly IReadOnlyList<ObservedName> Surroundings =
    [
        new("load", ObservedForm.Quantity, Dimension.Rate, "requests per time that arrive, the mean of the last minute"),
        new("region", ObservedForm.Text, Dimension.Number, "the region the agent runs in"),
        new("version", ObservedForm.Text, Dimension.Number, "the version of the promise that was seen"),
    ];

    public static ObservedName? Surrounding(string name) => Surroundings.FirstOrDefault(known => known.Name == name);

    public string What => IsExpectation ? "an expectation" : IsDependence ? "a dependence" : IsRegime ? "a regime" : "a condition";
}
