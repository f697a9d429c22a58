using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>One object of OpenSLO.</summary>
internal sealed class OpenSloObject(string kind, string name, Place at, Keys keys)
{
    public string Kind { get; } = kind;
    public string Name { get; } = name;
    public Place At { get; } = at;
    public Keys Keys { get; } = keys;

    /// <summary>Its name for people.</summary>
    public string? Title { get; init; }

    public Keys? Spec { get; init; }

    /// <summary>Something referred to it.</summary>
    public bool IsUsed { get; set; }
}

/// <summary>All objects of the files, by kind and name; a reference is looked up here.</summary>
internal sealed class OpenSloObjects(Losses losses)
{
    private static readonly string[] Kinds = ["SLO", "SLI", "Service", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget"];

    private readonly List<OpenSloObject> _all = [];

    public int Count => _all.Count;

    public IEnumerable<OpenSloObject> Of(string kind) => _all.Where(one => one.Kind == kind);

    /// <summary>A document, or a sequence of them.</summary>
    public void Add(ForeignNode root)
    {
        switch (root)
        {
            case ForeignNode.Map map:
                if (Object(map, null) is { } one) Keep(one);
                break;
            case ForeignNode.List list:
                foreach (var item in list.Items) if (item is ForeignNode.Map inner && Object(inner, null) is { } read) Keep(read);
                break;
            case ForeignNode.Text { IsNothing: true }:
                break;
            default:
                losses.Unread(root.At, $"{root.Form} stands where an object of OpenSLO is due");
                break;
        }
    }

    /// <summary>The object of that name, marked as used; null, and told, where there is none.</summary>
    public OpenSloObject? Find(string kind, ForeignNode.Text name, string subject)
    {
        if (_all.Find(one => one.Kind == kind && one.Name == name.Content) is { } found)
        {
            found.IsUsed = true;
            return found;
        }
        losses.Lost(name.At, subject, $"there is no {kind} `{Losses.Short(name.Content)}` in these files", "import the folder that holds it too");
        return null;
    }

    /// <summary>An object that stands where it is used: its kind may be left out, and it has no version.</summary>
    public OpenSloObject? Inline(string kind, Keys keys) => Object(keys.Map, kind);

    public void TellUnused()
    {
        foreach (var one in _all.Where(one => one is { IsUsed: false, Kind: "SLI" or "AlertPolicy" or "AlertCondition" or "DataSource" }))
            losses.Lost(one.At, one.Name, $"nothing refers to this {one.Kind}, so it is not in the documents");
    }

    private void Keep(OpenSloObject one)
    {
        if (_all.Exists(other => other.Kind == one.Kind && other.Name == one.Name))
            losses.Lost(one.At, one.Name, $"there is another {one.Kind} of this name before it, and references mean that one", "give each its own name");
        _all.Add(one);
    }

    private OpenSloObject? Object(ForeignNode.Map map, string? inlineKind)
    {
        var keys = new Keys(map, "", losses);
        var version = keys.Text("apiVersion");
        var kind = keys.Text("kind");
        if (inlineKind is null && version?.Content != "openslo/v1")
        {
            losses.Lost(version?.At ?? map.At, "", version is null ? "the document has no apiVersion" : $"`{Losses.Short(version.Content)}` is not read, only openslo/v1 is",
                version?.Content.Contains("openslo", StringComparison.Ordinal) == true ? "convert it with OpenSLO's own tools first" : "write: apiVersion: openslo/v1");
            return null;
        }
        var is_ = inlineKind ?? kind?.Content ?? "";
        if (!Kinds.Contains(is_) || inlineKind is not null && kind is not null && kind.Content != inlineKind)
        {
            losses.Lost(kind?.At ?? map.At, "", kind is null ? "the document has no kind" : $"`{Losses.Short(kind.Content)}` is no kind of object here", "one of " + string.Join(", ", inlineKind is null ? Kinds : [inlineKind]));
            return null;
        }
        var metadata = keys.Inner("metadata");
        var name = metadata?.Text("name")?.Content ?? "";
        if (name.Length == 0) losses.Lost(metadata?.Map.At ?? map.At, "", $"this {is_} has no name", "metadata: { name: checkout-availability }");
        keys.Subject = name;
        var title = metadata?.Text("displayName")?.Content;
        if (metadata is not null)
        {
            metadata.Subject = name;
            if (metadata.Map["labels"] is not null || metadata.Map["annotations"] is not null)
                losses.Lost(metadata.At(metadata.Map["labels"] is null ? "annotations" : "labels"), name, "labels and annotations have no place in a document of ours");
            metadata.Pass("labels", "annotations");
            metadata.TellUnknown(null, OpenSloImport.Refuses);
        }
        var spec = keys.Inner("spec");
        keys.TellUnknown(null, OpenSloImport.Refuses);
        if (spec is null) losses.Lost(map.At, name, $"this {is_} has no spec");
        return new OpenSloObject(is_, name, map.At, keys) { Title = title, Spec = spec };
    }
}
