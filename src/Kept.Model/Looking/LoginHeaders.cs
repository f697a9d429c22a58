namespace Kept.Model;

/// <summary>Headers of HTTP by which one logs in, whatever they hold.</summary>
public static class LoginHeaders
{
    private static readonly string[] Names = ["Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"];

    /// <summary>Whether a header is one of them.</summary>
    /// <param name="name">In any case of its letters.</param>
    public static bool Has(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
