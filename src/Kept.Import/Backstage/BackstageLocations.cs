using System.IO.Enumeration;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Backstage;

/// <summary>A location names further files. Nothing is fetched: those among the given files are read anyway, and the others are told.</summary>
internal sealed class BackstageLocations(ImportRequest request, HouseDraft draft, Losses losses)
{
    public void Read(BackstageEntity entity)
    {
        var spec = entity.Spec;
        spec.Pass("type", "presence");
        List<ForeignNode> targets = [.. spec.Node("target") is { } one ? new[] { one } : [], .. spec.List("targets")?.Items ?? []];
        var unread = targets.Count == 0;
        if (unread) losses.Lost(entity.At, entity.Subject, "it names no target");
        foreach (var target in targets)
            if (target is not ForeignNode.Text text) losses.Lost(target.At, entity.Subject, $"{target.Form} stands where a file is due");
            else if (!IsGiven(text))
            {
                unread = true;
                losses.Tell(new(ImportCodes.Dangling, FindingKind.Lost, text.At, entity.Subject, $"`{Losses.Short(text.Content)}` is not among these files, and nothing is fetched", null, "import the folder that holds it too"));
            }
        if (unread) draft.NotCarried.Add((entity.Subject, entity.At));
        else draft.Carried.Add((entity.Subject, entity.At, "the files it names"));
    }

    private bool IsGiven(ForeignNode.Text target)
    {
        if (target.Content.Contains("://", StringComparison.Ordinal) || target.Content.Length is 0 or > 500) return false;
        var folder = target.At.File.Path is var path && path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";
        var parts = new List<string>();
        foreach (var part in $"{folder}/{target.Content}".Split('/'))
            if (part == ".." && parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or ".")) parts.Add(part);
        var pattern = string.Join('/', parts);
        return request.Files.Any(file => FileSystemName.MatchesSimpleExpression(pattern, string.Join('/', file.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")), ignoreCase: false));
    }
}
