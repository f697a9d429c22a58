using Kept.Model;

namespace Kept.Language;

/// <summary>The field an expression stands in, which decides what it may speak of.</summary>
/// <param name="Kind">The kind of check whose observations an expectation reads; null in <c>given</c> and <c>uses</c>.</param>
/// <param name="OwnAgent">Whose promises a name without an agent means; null in expectations.</param>
/// <param name="IsDependence">True in <c>uses</c>: a monotone formula over promises.</param>
internal sealed record Speech(CheckKind? Kind, string? OwnAgent, bool IsDependence)
{
    public static Speech Expectation(CheckKind kind) => new(kind, null, false);

    public static Speech Condition(string ownAgent) => new(null, ownAgent, false);

    public static Speech Dependence(string ownAgent) => new(null, ownAgent, true);

    public bool IsExpectation => Kind is not null;

    /// <summary>What a condition may read besides promises and calendars.</summary>
    public static readonly IReadOnlyList<ObservedName> Surroundings =
    [
        new("load", ObservedForm.Quantity, Dimension.Rate, "requests per time that arrive, the mean of the last minute"),
        new("region", ObservedForm.Text, Dimension.Number, "the region the agent runs in"),
        new("version", ObservedForm.Text, Dimension.Number, "the version of the promise that was seen"),
    ];

    public static ObservedName? Surrounding(string name) => Surroundings.FirstOrDefault(known => known.Name == name);

    public string What => IsExpectation ? "an expectation" : IsDependence ? "a dependence" : "a condition";
}
