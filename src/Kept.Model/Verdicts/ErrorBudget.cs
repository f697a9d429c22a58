namespace Kept.Model;

/// <summary>How much of a window may be bad, and how much was: exact, in what is counted (looks or slices) and in time.</summary>
/// <param name="Allowed">So many looks or slices of the whole window may be bad.</param>
/// <param name="Spent">So many were.</param>
/// <param name="Each">Microseconds that one of them stands for: the window shared out among all it holds.</param>
public sealed record ErrorBudget(Fraction Allowed, Fraction Spent, Fraction Each)
{
    /// <summary>What is left; below zero where more than the budget was spent.</summary>
    public Fraction Left => Allowed - Spent;

    /// <summary>The budget as time.</summary>
    public Duration AllowedTime => Time(Allowed);

    /// <summary>What was spent, as time.</summary>
    public Duration SpentTime => Time(Spent);

    /// <summary>What is left, as time; nothing where all is spent.</summary>
    public Duration LeftTime => Left.Numerator.Sign <= 0 ? default : Time(Left);

    /// <summary>How many further bad ones it bears: with one more it is overspent.</summary>
    public long Bears => Left.Numerator.Sign <= 0 ? 0 : (long)Left.Floor;

    private Duration Time(Fraction count) => new((long)(count * Each * Fraction.Of(1000)).Floor);
}
