using Kept.Model;

namespace Kept.Rules;

/// <summary>Small phrases that several rules share, so that they sound alike.</summary>
internal static class Wording
{
    /// <summary>For <c>to:</c>, everybody.</summary>
    public const string Anyone = "anyone";

    public static bool IsToAnyone(this Promise promise) => promise.To.Contains(Anyone);

    /// <summary><c>a</c>, <c>a and b</c>, <c>a, b and c</c>; long lists end in how many more there are.</summary>
    public static string List(IEnumerable<string> words, string joiner = "and")
    {
        var all = words.ToList();
        if (all.Count > 4) return string.Join(", ", all.Take(3)) + $" {joiner} {all.Count - 3} more";
        return all.Count < 2 ? string.Concat(all) : string.Join(", ", all.SkipLast(1)) + $" {joiner} " + all[^1];
    }

    public static string Quoted(PromiseName name) => $"`{name}`";

    /// <summary>The promise as its own document names it.</summary>
    public static string Own(Promise promise) => $"`{promise.Name.Short}`";

    /// <summary>The promises a condition or a dependence names, each once, where it is first named.</summary>
    public static IEnumerable<Expression.PromiseHolds> PromisesIn(Expression? expression) =>
        expression?.SelfAndDescendants().OfType<Expression.PromiseHolds>().DistinctBy(node => node.Name) ?? [];

    /// <summary>Facts of the surroundings a condition asks for: <c>load</c>, <c>region</c>, <c>version</c>, each once.</summary>
    public static IEnumerable<Operand.Seen> FactsIn(Expression? expression) =>
        expression?.SelfAndDescendants().SelectMany(OperandsOf).OfType<Operand.Seen>().DistinctBy(seen => seen.Name) ?? [];

    private static IEnumerable<Operand> OperandsOf(Expression node) => node switch
    {
        Expression.Compare compare => [compare.Left, compare.Right],
        Expression.InList list => [list.Left],
        Expression.InRange range => [range.Left],
        Expression.Contains contains => [contains.Left, contains.Right],
        Expression.Matches matches => [matches.Left],
        Expression.IsTrue flag => [flag.What],
        _ => [],
    };

    public static string Day(Instant at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The host of a URL in lower case without brackets; null where it is no absolute URL.</summary>
    public static string? HostOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host.Trim('[', ']').ToLowerInvariant() : null;
}
