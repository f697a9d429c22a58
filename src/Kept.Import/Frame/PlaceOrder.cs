using System.Globalization;

namespace Kept.Import;

/// <summary>The order in which findings are told: by the name of the file; records of a database (<c>kuma.db, monitor 12</c>) by their number.</summary>
internal static class PlaceOrder
{
    public static readonly IComparer<string> Paths = Comparer<string>.Create((one, other) =>
    {
        var (name, number) = Parted(one);
        var (otherName, otherNumber) = Parted(other);
        var byName = string.CompareOrdinal(name, otherName);
        return byName != 0 ? byName : number != otherNumber ? number.CompareTo(otherNumber) : string.CompareOrdinal(one, other);
    });

    private static (string Name, long Number) Parted(string path)
    {
        var at = path.LastIndexOf(' ');
        return at >= 0 && long.TryParse(path.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (path[..at], number) : (path, -1);
    }
}
