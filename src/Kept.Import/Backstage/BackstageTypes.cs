namespace Kept.Import.Backstage;

/// <summary>Types that people give to what they run. Backstage lets any word be one, and none says of which kind it is: these are the common ones.</summary>
internal static class BackstageTypes
{
    private static readonly string[] Resources = ["database", "bucket", "cluster", "cache", "queue", "topic", "storage", "vault", "stream", "volume", "cdn", "registry", "resource"];

    /// <summary><c>resource</c> for what one keeps things in: <c>database</c>, <c>s3-bucket</c>, <c>kubernetes-cluster</c>; else <c>component</c>.</summary>
    public static string KindOf(string type) => Array.Exists(Resources, word => type == word || type.EndsWith("-" + word, StringComparison.Ordinal)) ? "resource" : "component";
}
