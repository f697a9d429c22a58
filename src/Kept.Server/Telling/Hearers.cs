using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Kept.Model;

namespace Kept.Server;

/// <summary>Who hears of how many promises of a house. Counted once for each house, in one pass: strangers may ask for the page as often as they like.</summary>
internal sealed class Hearers
{
    /// <summary>So many of those that nobody hears of are named.</summary>
    public const int MostNames = 5;

    private static readonly ConditionalWeakTable<House, Hearers> Counted = [];

    private readonly FrozenDictionary<string, int> _promises;

    private Hearers(House house)
    {
        var promises = house.Settings.Routes.ToDictionary(route => route.Name, _ => 0, StringComparer.Ordinal);
        var usual = house.Settings.Routes.Where(route => route.IsUsual).Select(route => route.Name).ToList();
        var (likeMost, untold) = (0, ImmutableArray.CreateBuilder<PromiseName>());
        foreach (var promise in house.Promises)
        {
            var isTold = usual.Count > 0;
            if (promise.Tell.IsDefault) likeMost++;
            else
            {
                isTold = false;
                foreach (var route in promise.Tell.Distinct(StringComparer.Ordinal))
                    if (promises.TryGetValue(route, out var count)) (promises[route], isTold) = (count + 1, true);
            }
            if (isTold) continue;
            UntoldCount++;
            if (untold.Count < MostNames) untold.Add(promise.Name);
        }
        foreach (var route in usual) promises[route] += likeMost;
        (_promises, Untold) = (promises.ToFrozenDictionary(StringComparer.Ordinal), untold.ToImmutable());
    }

    public static Hearers Of(House house) => Counted.GetValue(house, static house => new Hearers(house));

    /// <summary>Promises that go over no route.</summary>
    public int UntoldCount { get; }

    /// <summary>The first of them.</summary>
    public ImmutableArray<PromiseName> Untold { get; }

    /// <summary>Promises that go over this route.</summary>
    public int PromisesOf(string route) => _promises.GetValueOrDefault(route);
}
