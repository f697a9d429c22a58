using System.Collections.Frozen;
using System.Reflection;
using Kept.Model;

namespace Kept.Server.Hosting;

/// <summary>
/// Style sheet, script and icon: held in the program, so that pages work wherever it lies. The zooming of plots is built by npm and may be missing; then the
/// pages leave its tags out.
/// </summary>
public sealed class Assets
{
    private sealed record Asset(byte[] Bytes, string Type, string Hash);

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly string[] Built = ["plot.js", "plot.css"];

    private readonly FrozenDictionary<string, Asset> _assets;

    /// <param name="webFolder">Where npm's output lies; null or absent where it was not built.</param>
    public Assets(string? webFolder)
    {
        var assets = new Dictionary<string, Asset>();
        var here = Assembly.GetExecutingAssembly();
        foreach (var name in here.GetManifestResourceNames())
        {
            if (!name.StartsWith("assets/", StringComparison.Ordinal)) continue;
            using var stream = here.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Add(assets, name["assets/".Length..], bytes);
        }
        if (webFolder is not null && Built.All(name => File.Exists(Path.Combine(webFolder, name))))
            foreach (var name in Built)
                Add(assets, name, File.ReadAllBytes(Path.Combine(webFolder, name)));
        _assets = assets.ToFrozenDictionary();
    }

    /// <summary>Whether plots can be zoomed.</summary>
    public bool HasPlot => _assets.ContainsKey("plot.js");

    /// <summary>The address of an asset; it changes with the content, so browsers may keep what they have.</summary>
    public string Url(string name) => $"/assets/{name}?v={_assets[name].Hash[..10]}";

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/assets/{name}", ["GET", "HEAD"], (HttpContext context, string name) =>
    {
        if (!_assets.TryGetValue(name, out var asset)) return Results.NotFound();
        context.Response.Headers.CacheControl = context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(asset.Bytes, asset.Type, entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{asset.Hash[..20]}\""));
    }).ExcludeFromDescription();

    private static void Add(Dictionary<string, Asset> assets, string name, byte[] bytes) =>
        assets[name] = new Asset(bytes, Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream"), ContentHash.Of(bytes));
}
