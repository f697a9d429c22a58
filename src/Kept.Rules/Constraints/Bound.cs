using Kept.Model;

namespace Kept.Rules;

/// <summary>
/// An objective as a set: at least <see cref="Share"/> of the looks of a window have a value in <see cref="Allowed"/>. A quantity without a statistic is one figure
/// of the window, so its share is one. Two bounds are about the same thing when quantity, statistic family, slice and what is looked at are equal.
/// </summary>
/// <remarks>
/// With half-lines and one window the following are exact, not only safe (see the tests, which compare them with all small samples): the bounds P(A) ≥ s and
/// P(B) ≥ t exclude each other iff A∩B = ∅ and s+t &gt; 1; the first implies the second, where both say something, iff A ⊆ B and s ≥ t. What holds in every window of a length holds in
/// every window of a whole multiple of it, which is a sum of such windows.
/// </remarks>
internal sealed record Bound(Objective Objective, string Subject, SpanSet Allowed, SpanSet Domain, decimal Share)
{
    public static Bound Of(Objective objective, string subject)
    {
        var domain = DomainOf(objective.Quantity);
        var share = objective.Statistic.Kind == StatisticKind.Percentile ? objective.Statistic.Share : 1m;
        return new(objective, subject, SpanSet.Of(objective.Operator, objective.Target).And(domain), domain, share);
    }

    /// <summary>No value satisfies it.</summary>
    public bool IsImpossible => Allowed.IsEmpty && Share > 0;

    /// <summary>Every value satisfies it: it says nothing. (A time-out has no value and still fails a bound on latency, but <c>latency &gt;= 0</c> was not meant so.)</summary>
    public bool SaysNothing => Share == 0 || Domain.IsWithin(Allowed);

    public bool SameThing(Bound other) =>
        Objective.Quantity.Name == other.Objective.Quantity.Name && Objective.Quantity.Dimension == other.Objective.Quantity.Dimension
        && (Objective.Statistic.Kind == StatisticKind.None) == (other.Objective.Statistic.Kind == StatisticKind.None)
        && Objective.Slice == other.Objective.Slice && Objective.SliceRule == other.Objective.SliceRule && Subject == other.Subject;

    public bool Implies(Bound other) =>
        SameThing(other) && Carries(Objective.Window, other.Objective.Window) && Share >= other.Share && Allowed.IsWithin(other.Allowed);

    public bool Excludes(Bound other) =>
        SameThing(other) && (Carries(Objective.Window, other.Objective.Window) || Carries(other.Objective.Window, Objective.Window))
        && Share + other.Share > 1 && Allowed.And(other.Allowed).IsEmpty;

    /// <summary>What holds in every window of the first kind holds in every window of the second.</summary>
    public static bool Carries(Window from, Window to) => (from, to) switch
    {
        (Window.Rolling a, Window.Rolling b) => a.Length.Nanoseconds > 0 && b.Length.Nanoseconds % a.Length.Nanoseconds == 0,
        (Window.Calendar a, Window.Calendar b) => a.Zone == b.Zone && (a.Unit == b.Unit || Holds(b.Unit, a.Unit)),
        _ => false,
    };

    /// <summary>Whether the larger unit of the calendar is always made of whole smaller ones (a month is not made of whole weeks).</summary>
    private static bool Holds(CalendarUnit large, CalendarUnit small) => (large, small) switch
    {
        (CalendarUnit.Week or CalendarUnit.Month or CalendarUnit.Quarter or CalendarUnit.Year, CalendarUnit.Day) => true,
        (CalendarUnit.Quarter or CalendarUnit.Year, CalendarUnit.Month) => true,
        (CalendarUnit.Year, CalendarUnit.Quarter) => true,
        _ => false,
    };

    private static SpanSet DomainOf(QuantityType quantity)
    {
        var zero = new Quantity(0, quantity.Dimension, quantity.Dimension == Dimension.Rate ? Duration.PerSecond : 0);
        return quantity.Dimension switch
        {
            Dimension.Ratio => SpanSet.OfRange(Quantity.Ratio(0), Quantity.Ratio(1)),
            // an agent's own quantity may be signed (a temperature, a clock offset); the built-in ones are not
            Dimension.Number or Dimension.Time when !IsBuiltIn(quantity) => SpanSet.All,
            _ => SpanSet.Of(Comparison.GreaterOrEqual, zero),
        };
    }

    private static bool IsBuiltIn(QuantityType quantity) => QuantityType.BuiltIn.Contains(quantity);
}
