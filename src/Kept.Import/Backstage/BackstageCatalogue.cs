using System.Globalization;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Backstage;

/// <summary>All entities of the files, by name: first every head is read, then every reference is followed.</summary>
internal sealed class BackstageCatalogue(HouseDraft draft, Losses losses)
{
    /// <summary>The largest catalogues that are told of have some ten thousands; a document of ours for each would help nobody.</summary>
    public const int MostEntities = 20_000;

    public const string Ignored = "means nothing to Backstage";

    private static readonly string[] Kinds = ["Component", "API", "Resource", "System", "Domain", "Group", "User", "Location"];

    private const int MostGuesses = 50;

    private readonly Dictionary<BackstageName, BackstageEntity> _byName = [];
    private int _guesses;

    /// <summary>In the order of the files.</summary>
    public List<BackstageEntity> All { get; } = [];

    public IEnumerable<BackstageEntity> Of(string kind) => All.Where(entity => entity.Name.Kind == kind);

    /// <summary>The entity that a reference means; null, and told, where there is none.</summary>
    /// <param name="kinds">Of which kind it may be; the first where the reference names none.</param>
    public BackstageEntity? Find(ForeignNode.Text reference, BackstageEntity from, string field, params ReadOnlySpan<string> kinds)
    {
        if (BackstageName.Parse(reference.Content, kinds[0], from.Name.Namespace) is not { } name)
        {
            losses.Lost(reference.At, from.Subject, $"`{Losses.Short(reference.Content)}` is no reference to an entity, in `{field}`", $"write KIND:NAMESPACE/NAME: {kinds[0]}:default/orders");
            return null;
        }
        if (!kinds.Contains(name.Kind))
        {
            losses.Lost(reference.At, from.Subject, $"`{field}` takes no {name.Kind}, and `{name}` is one", $"write {string.Join(" or ", kinds.ToArray().Select(kind => kind + ":NAME"))}");
            return null;
        }
        if (_byName.TryGetValue(name, out var found)) return found;
        losses.Tell(new(ImportCodes.Dangling, FindingKind.Lost, reference.At, from.Subject, $"`{field}` refers to `{name}`, and no entity of that name is in these files", null, Nearest(name) is { } near ? $"did you mean `{near}`? Else import the file that holds it too" : "import the file that holds it too"));
        return null;
    }

    /// <summary>Every entity that a list of references means, each once.</summary>
    public IEnumerable<BackstageEntity> FindAll(BackstageEntity from, string field, params string[] kinds)
    {
        if (from.Spec.List(field) is not { } list) yield break;
        var seen = new HashSet<BackstageName>();
        foreach (var item in list.Items)
            if (item is not ForeignNode.Text text) losses.Lost(item.At, from.Subject, $"{item.Form} stands where a reference is due, in `{field}`");
            else if (Find(text, from, field, kinds) is { } found && seen.Add(found.Name)) yield return found;
    }

    /// <summary>Reads the head of an entity. A document that is none is told.</summary>
    public void Add(ForeignNode root)
    {
        if (root is ForeignNode.Text { IsNothing: true }) return;
        if (root is not ForeignNode.Map map)
        {
            losses.Unread(root.At, $"{root.Form} stands where an entity is due", "an entity begins with: apiVersion: backstage.io/v1alpha1");
            return;
        }
        if (All.Count >= MostEntities)
        {
            losses.Unread(map.At, $"there are more than {MostEntities.ToString("N0", CultureInfo.InvariantCulture)} entities", "divide the folder, and import the parts one by one");
            return;
        }
        var keys = new Keys(map, "", losses);
        var (version, kind, metadata) = (keys.Text("apiVersion"), keys.Text("kind"), keys.Inner("metadata"));
        var name = metadata?.Text("name");
        var subject = $"{kind?.Content.ToLowerInvariant() ?? "entity"}:{Losses.Short(name?.Content ?? "without a name")}";
        if (version is null || !version.Content.StartsWith("backstage.io/v1", StringComparison.Ordinal) || Array.Find(Kinds, one => string.Equals(one, kind?.Content, StringComparison.OrdinalIgnoreCase)) is not { } known)
        {
            var why = version is null || kind is null ? "it has no " + (version is null ? "apiVersion" : "kind") : version.Content.StartsWith("backstage.io/v1", StringComparison.Ordinal) ? $"`{Losses.Short(kind.Content)}` is no kind that promises anything" : $"`{Losses.Short(version.Content)}` is no version of the catalogue";
            NotCarried((kind ?? version)?.At ?? map.At, subject, why, "one of " + string.Join(", ", Kinds) + ", of backstage.io/v1alpha1");
            return;
        }
        var space = metadata?.Text("namespace")?.Content ?? BackstageName.DefaultNamespace;
        if (metadata is null || name is null || !BackstageName.IsName(name.Content) || !BackstageName.IsName(space))
        {
            NotCarried(name?.At ?? metadata?.Map.At ?? map.At, subject, name is null ? "it has no name" : $"`{Losses.Short(BackstageName.IsName(name.Content) ? space : name.Content)}` is no name of Backstage's", "letters, digits, and -_. between them; a template is filled in by Backstage before it is a catalogue");
            return;
        }
        var full = new BackstageName(known.ToLowerInvariant(), space.ToLowerInvariant(), name.Content.ToLowerInvariant());
        keys.Subject = metadata.Subject = full.ToString();
        var head = new BackstageHead(metadata, losses);
        var spec = keys.Inner("spec") ?? new Keys(new ForeignNode.Map(map.At, []), full.ToString(), losses);
        keys.Pass("relations", "status");
        keys.TellUnknown(null, Ignored);
        var entity = new BackstageEntity(full, map.At, spec) { Title = head.Title ?? name.Content, Description = head.Description, Docs = head.Docs, Comments = head.Comments };
        if (!_byName.TryAdd(full, entity)) NotCarried(name.At, full.ToString(), $"another entity of this name stands before it, at {_byName[full].At}", "Backstage takes one of them: give each its own name");
        else All.Add(entity);
    }

    public void NotCarried(Place at, string subject, string why, string? instead)
    {
        losses.Lost(at, subject, why, instead);
        draft.NotCarried.Add((subject, at));
    }

    /// <summary>A slip is worth a guess; a file of nothing but slips is not.</summary>
    private string? Nearest(BackstageName name) => ++_guesses > MostGuesses ? null : ExpectationText.Nearest(name.ToString(), All.Where(entity => entity.Name.Kind == name.Kind).Take(2_000).Select(entity => entity.Subject));
}
