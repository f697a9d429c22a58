using System.Text.Json;
using System.Xml;
using Kept.Model;

namespace Kept.Checks.Feed;

/// <summary>One entry: when it is from, and its title.</summary>
internal readonly record struct FeedEntry(Instant? At, string? Title);

/// <summary>A feed as read: RSS 0.9 to 2.0, Atom (RFC 4287), JSON Feed 1.1.</summary>
internal sealed record FeedText(string Format, string? Title, IReadOnlyList<FeedEntry> Entries)
{
    private const int MostEntries = 10_000, Deepest = 64, LongestText = 64 * 1024;

    /// <summary>A clock that goes a little wrong is no entry of the future.</summary>
    private static readonly Duration Tolerance = Duration.Minutes(5);

    /// <param name="charset">What its header says of it; null: nothing.</param>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static FeedText Read(ReadOnlyMemory<byte> body, string? charset = null)
    {
        var text = FeedCharset.Text(body.Span, charset);
        try
        {
            return text.AsSpan().TrimStart(" \t\r\n") is ['{', ..] ? ReadJson(text) : ReadXml(text);
        }
        catch (XmlException fault)
        {
            throw new FormatException(fault.Message.Contains("DTD", StringComparison.Ordinal) ? "it has a document type (DTD), which no feed needs and no reader should follow" : $"its XML breaks off or is wrong in line {fault.LineNumber}", fault);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new FormatException("its JSON is wrong or breaks off", fault);
        }
    }

    /// <summary>The newest entry that is not of the future: one dated 2099 would be the newest for ever, and nobody would notice that nothing new comes.</summary>
    public FeedEntry? Newest(Instant now)
    {
        FeedEntry? newest = null;
        foreach (var entry in Entries)
            if (entry.At is { } at && at <= now + Tolerance && (newest is null || at > newest.Value.At))
                newest = entry;
        return newest;
    }

    private static FeedText ReadJson(string text)
    {
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Deepest });
        var root = json.RootElement;
        if (Text(root, "version")?.Contains("jsonfeed.org", StringComparison.Ordinal) != true || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            throw new FormatException("it is JSON, but no JSON Feed");
        return new FeedText("json", Text(root, "title"), [.. items.EnumerateArray().Take(MostEntries).Select(item => new FeedEntry(FeedDate.Later(Text(item, "date_published"), Text(item, "date_modified")), Text(item, "title")))]);

        static string? Text(JsonElement element, string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
    }

    private static FeedText ReadXml(string body)
    {
        using var xml = XmlReader.Create(new StringReader(body), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            MaxCharactersFromEntities = 1024,
            CloseInput = true,
        });
        if (xml.MoveToContent() != XmlNodeType.Element) throw new FormatException("it is no feed");
        var format = xml.LocalName switch
        {
            "rss" or "RDF" => "rss",
            "feed" => "atom",
            var other => throw new FormatException(other.Equals("html", StringComparison.OrdinalIgnoreCase) ? "it is a page of HTML, not a feed" : $"it is XML, but no feed: it begins with {(other.Length <= 40 ? other : other[..40])}"),
        };
        var (entries, title) = (new List<FeedEntry>(), (string?)null);
        string? entryTitle = null, first = null, second = null;
        var entryDepth = -1;
        while (xml.Read())
        {
            if (xml.Depth > Deepest) throw new FormatException($"it nests deeper than {Deepest}");
            if (xml.NodeType == XmlNodeType.EndElement && xml.Depth == entryDepth) Close();
            if (xml.NodeType != XmlNodeType.Element) continue;
            var (name, depth) = (xml.LocalName, xml.Depth);
            if (entryDepth < 0 && name is "item" or "entry" && depth is 1 or 2)
            {
                (entryDepth, entryTitle, first, second) = (depth, null, null, null);
                if (xml.IsEmptyElement) Close();
            }
            else if (entryDepth < 0 && name == "title" && depth <= 2)
            {
                title ??= TextOf(xml);
            }
            else if (depth == entryDepth + 1)
            {
                if (name == "title") entryTitle ??= TextOf(xml);
                else if (name is "pubDate" or "published" or "issued" or "date") first ??= TextOf(xml);
                else if (name is "updated" or "modified") second ??= TextOf(xml);
            }
        }
        return new FeedText(format, title, entries);

        void Close()
        {
            if (entries.Count < MostEntries) entries.Add(new FeedEntry(FeedDate.Later(first, second), entryTitle));
            entryDepth = -1;
        }
    }

    /// <summary>The text of an element, without what is marked up inside it. Leaves the reader at its end.</summary>
    private static string? TextOf(XmlReader xml)
    {
        if (xml.IsEmptyElement) return null;
        var (depth, text) = (xml.Depth, new System.Text.StringBuilder());
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.Depth > Deepest) throw new FormatException($"it nests deeper than {Deepest}");
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && text.Length < LongestText) text.Append(xml.Value);
        }
        return text.ToString().Trim();
    }
}
