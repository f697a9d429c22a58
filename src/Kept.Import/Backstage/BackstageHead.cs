using Kept.Language.Foreign;

namespace Kept.Import.Backstage;

/// <summary>The metadata of an entity that is for people: title, description, links. Labels and annotations are for other programs, and told.</summary>
internal sealed class BackstageHead
{
    private const int LongestText = 1_000, MostLinks = 20;

    /// <summary>Written by the catalogue itself into what it answers.</summary>
    private static readonly string[] OfTheCatalogue =
        ["backstage.io/managed-by-location", "backstage.io/managed-by-origin-location", "backstage.io/view-url", "backstage.io/edit-url", "backstage.io/source-location", "backstage.io/orphan"];

    public string? Title { get; }
    public string? Description { get; }
    public string? Docs { get; }
    public List<string> Comments { get; } = [];

    public BackstageHead(Keys metadata, Losses losses)
    {
        Title = Words(metadata, "title", losses);
        Description = Words(metadata, "description", losses);
        metadata.Pass("uid", "etag", "generation");
        if (metadata.List("tags") is { Items.IsEmpty: false } tags) Comments.Add("tags: " + string.Join(", ", tags.Items.OfType<ForeignNode.Text>().Take(50).Select(tag => tag.Content)));
        foreach (var link in metadata.Items("links").Take(MostLinks))
        {
            var url = link.Text("url");
            var title = link.Text("title")?.Content;
            link.Pass("icon", "type");
            link.TellUnknown(null, BackstageCatalogue.Ignored);
            if (url is null || Address(url.Content) is not { } address)
            {
                losses.Lost(url?.At ?? link.Map.At, metadata.Subject, url is null ? "a link without a url" : $"`{Losses.Short(url.Content)}` is no address of a page", "an http or https address, without login");
                continue;
            }
            if (Docs is null) Docs = address;
            Comments.Add("link: " + (title is null ? address : $"{title} {address}"));
        }
        var annotations = metadata.Mapping("annotations");
        foreach (var key in annotations?.Entries.Where(entry => entry.Key.Content is "backstage.io/view-url").Select(entry => entry.Value).OfType<ForeignNode.Text>() ?? [])
            Docs ??= Address(key.Content);
        Told(metadata, "annotations", annotations, losses);
        Told(metadata, "labels", metadata.Mapping("labels"), losses);
        metadata.Pass("name", "namespace");
        metadata.TellUnknown(null, BackstageCatalogue.Ignored);
    }

    /// <summary>For programs of theirs; the values are not shown, for tokens stand there too.</summary>
    private static void Told(Keys metadata, string key, ForeignNode.Map? map, Losses losses)
    {
        if (map?.Entries.Where(entry => !OfTheCatalogue.Contains(entry.Key.Content)).Select(entry => entry.Key).ToList() is not { Count: > 0 } own) return;
        losses.Lost(own[0].At, metadata.Subject, $"{key} have no place in a document of ours: {Losses.Short(string.Join(", ", own.Take(10).Select(name => name.Content)))}");
    }

    private static string? Words(Keys keys, string key, Losses losses)
    {
        if (keys.Text(key) is not { } text || string.IsNullOrWhiteSpace(text.Content)) return null;
        var words = string.Join(' ', text.Content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (words.Length <= LongestText) return words;
        losses.Lost(text.At, keys.Subject, $"of `{key}` the first {LongestText} characters are carried");
        return words[..(char.IsHighSurrogate(words[LongestText - 1]) ? LongestText - 1 : LongestText)];
    }

    /// <summary>A page that can be opened: no login in it, and nothing that a document of ours would read as a secret.</summary>
    internal static string? Address(string text) =>
        text.Length <= 500 && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && !text.Contains("${", StringComparison.Ordinal) && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? text : null;
}
