using Kept.Model;

namespace Kept.Judging;

/// <summary>What a condition may ask about besides a look. What is not known is null, and then the condition is unknown, never false.</summary>
/// <param name="OutcomeOf">How another promise stands, by its name as written; unknown where nobody knows.</param>
/// <param name="Load">The load now; null where no source is declared or it cannot be read.</param>
/// <param name="Region">Of the agent that promises.</param>
/// <param name="Version">Of the promise's terms.</param>
/// <param name="CalendarOf">A calendar by name; null where there is none.</param>
public sealed record Surroundings(Func<PromiseName, Outcome> OutcomeOf, Quantity? Load, string? Region, string? Version, Func<string, Calendar?> CalendarOf)
{
    /// <summary>A figure by its name in a regime (<c>lag</c>, <c>load of shop/traffic</c>); null where nobody knows it. Not asked by conditions.</summary>
    public Func<Operand.Seen, Quantity?>? FigureOf { get; init; }
}

/// <summary>A value of three, and why, in words.</summary>
public readonly record struct Judged(Truth Truth, string Reason);
