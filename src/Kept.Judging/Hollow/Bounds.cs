using Kept.Model;

namespace Kept.Judging;

/// <summary>The numbers that a value may be: one interval, without some single points. Amounts of one dimension.</summary>
internal sealed class Bounds
{
    private decimal? _low, _high;
    private bool _lowIn, _highIn;
    private HashSet<decimal>? _not;

    /// <summary>The upper end that the document itself writes, before what the kind says is added.</summary>
    public decimal? High => _high;

    public void Add(Comparison comparison, decimal amount)
    {
        switch (comparison)
        {
            case Comparison.Equal:
                From(amount, true);
                To(amount, true);
                break;
            case Comparison.NotEqual: (_not ??= []).Add(amount); break;
            case Comparison.Less: To(amount, false); break;
            case Comparison.LessOrEqual: To(amount, true); break;
            case Comparison.Greater: From(amount, false); break;
            default: From(amount, true); break;
        }
    }

    public bool IsEmpty => _low is { } low && _high is { } high && (low > high || (low == high && (!_lowIn || !_highIn || _not?.Contains(low) == true)));

    public bool Contains(decimal amount) =>
        (_low is not { } low || amount > low || (_lowIn && amount == low)) && (_high is not { } high || amount < high || (_highIn && amount == high)) && _not?.Contains(amount) != true;

    /// <summary>A number inside, the preferred one where it is; whole where one is found.</summary>
    public decimal? Pick(decimal preferred)
    {
        if (Contains(preferred)) return preferred;
        foreach (var candidate in Candidates())
            if (Contains(candidate))
                return candidate;
        return null;
    }

    private IEnumerable<decimal> Candidates()
    {
        // not more single points are left out than this tries
        var steps = (_not?.Count ?? 0) + 2;
        if (_low is { } low && low < decimal.MaxValue / 2)
            for (var i = 0; i < steps; i++) yield return decimal.Ceiling(low) + i;
        if (_high is { } high && high > decimal.MinValue / 2)
            for (var i = 0; i < steps; i++) yield return decimal.Floor(high) - i;
        if (_low is { } from) yield return from;
        if (_high is { } to) yield return to;
        if (_low is { } a && _high is { } b)
            for (var i = 1; i <= steps; i++) yield return a + ((b - a) / (steps + 1) * i);
        for (var i = 0; i < steps; i++) yield return i;
    }

    private void From(decimal amount, bool isIn)
    {
        if (_low is { } low && (low > amount || (low == amount && !_lowIn))) return;
        (_low, _lowIn) = (amount, isIn);
    }

    private void To(decimal amount, bool isIn)
    {
        if (_high is { } high && (high < amount || (high == amount && !_highIn))) return;
        (_high, _highIn) = (amount, isIn);
    }
}
