using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Kept.Model;

/// <summary>One part of an objective that counts several checks in one budget: <c>web weight 3</c>.</summary>
/// <param name="Check">The check whose looks it counts.</param>
/// <param name="Weight">How much a look of it counts beside those of the other parts; one where nothing is written.</param>
public sealed record ObjectivePart(string Check, decimal Weight)
{
    /// <summary>A weight is at least this …</summary>
    public const decimal LeastWeight = 0.01m;

    /// <summary>… and at most this, with two digits after the point: then points are whole numbers that no window makes too large.</summary>
    public const decimal MostWeight = 1000;

    /// <summary>Whether a weight is one that is counted exactly.</summary>
    public static bool IsWeight(decimal weight) => weight is >= LeastWeight and <= MostWeight && decimal.Round(weight, 2) == weight;
}

/// <summary>
/// <c>of (web weight 3, api)</c>: the checks that one objective counts together. A look of a part counts so many points as its weight says, in the smallest whole numbers
/// of that ratio, so that what is counted stays whole; without weights a look is a point.
/// </summary>
public sealed class ObjectiveParts : IEquatable<ObjectiveParts>
{
    /// <summary>More are not counted together.</summary>
    public const int MostParts = 30;

    private readonly ImmutableArray<long> _points;

    /// <param name="each">At least two, each of another check.</param>
    public ObjectiveParts(ImmutableArray<ObjectivePart> each)
    {
        Each = each;
        var hundredths = each.Select(part => (long)(part.Weight * 100)).ToList();
        var common = (long)hundredths.Aggregate(BigInteger.Zero, (divisor, next) => BigInteger.GreatestCommonDivisor(divisor, next));
        _points = [.. hundredths.Select(weight => weight / Math.Max(1, common))];
        IsWeighted = _points.Any(points => points != 1);
    }

    /// <summary>As they are written.</summary>
    public ImmutableArray<ObjectivePart> Each { get; }

    /// <summary>Some look counts more than another.</summary>
    public bool IsWeighted { get; }

    /// <summary>How many points a look of a check counts; none where it is no part.</summary>
    public long PointsOf(string check)
    {
        for (var i = 0; i < Each.Length; i++)
            if (Each[i].Check == check)
                return _points[i];
        return 0;
    }

    public bool Equals(ObjectiveParts? other) => other is not null && Each.AsSpan().SequenceEqual(other.Each.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ObjectiveParts);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var part in Each) hash.Add(part);
        return hash.ToHashCode();
    }

    /// <summary><c>(web weight 3, api)</c>.</summary>
    public override string ToString() =>
        $"({string.Join(", ", Each.Select(part => part.Weight == 1 ? part.Check : string.Create(CultureInfo.InvariantCulture, $"{part.Check} weight {part.Weight:0.##}")))})";
}
