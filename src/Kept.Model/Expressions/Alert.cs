using System.Collections.Immutable;

namespace Kept.Model;

/// <summary><c>page: burn &gt;= 14.4 over 1h and burn &gt;= 14.4 over 5m</c>: fires while one of its lines holds.</summary>
/// <param name="Name">Unique in its promise: <c>page</c>, <c>ticket</c>.</param>
/// <param name="Lines">Each says several windows of which all must burn; one line suffices.</param>
/// <param name="At">Where it is written.</param>
public sealed record Alert(string Name, ImmutableArray<BurnLine> Lines, Place At);

/// <summary>One line of an alert.</summary>
/// <param name="Text">As written.</param>
/// <param name="At">Where.</param>
/// <param name="Tests">All must hold.</param>
public sealed record BurnLine(string Text, Place At, ImmutableArray<BurnTest> Tests);

/// <summary>
/// <c>burn [of QUANTITY] &gt;= FACTOR over WINDOW</c>: in that window the share of bad looks is at least so many times what the objective allows. At 1 the budget lasts exactly as
/// long as the objective's own window.
/// </summary>
/// <param name="Objective">Which of the promise's objectives; −1 until the promise is read.</param>
/// <param name="Quantity">The quantity as written; null where the promise has only one objective with a budget.</param>
/// <param name="IsStrict"><c>&gt;</c> instead of <c>&gt;=</c>.</param>
/// <param name="Factor">How many times.</param>
/// <param name="Window">The last so much time.</param>
/// <param name="At">Where it is written.</param>
public sealed record BurnTest(int Objective, string? Quantity, bool IsStrict, decimal Factor, Duration Window, Place At);

/// <summary>Whether an alert fires. <see cref="Unknown"/> is the default: nothing assessed is unknown, and never quiet.</summary>
public enum AlertState { Unknown, Quiet, Firing }

/// <summary>One alert at a moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Firing, quiet or unknown.</param>
/// <param name="Reason">In words, with figures.</param>
public sealed record AlertLine(string Name, AlertState State, string Reason)
{
    /// <summary>What each of its windows holds, by objective and window, each once.</summary>
    public ImmutableArray<BurnFigures> Burns { get; init; } = [];

    public bool Equals(AlertLine? other) => other is not null && Name == other.Name && State == other.State && Reason == other.Reason && Burns.AsSpan().SequenceEqual(other.Burns.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, State, Reason);
}

/// <summary>What was counted over one window of an alert.</summary>
/// <param name="Objective">The objective as written.</param>
/// <param name="Window">The last so much time.</param>
/// <param name="Bad">Bad looks or slices; a fraction where shares of slices are added up.</param>
/// <param name="Counted">Looks or slices with evidence.</param>
/// <param name="Open">Those that are missing and may still come: an alert fires only where even they could not mend it.</param>
public sealed record BurnFigures(string Objective, Duration Window, Fraction Bad, long Counted, long Open);
