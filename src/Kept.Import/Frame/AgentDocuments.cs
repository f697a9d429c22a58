using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Import.Writing;
using Kept.Language;
using Kept.Model;

namespace Kept.Import;

/// <summary>Writes the agents of a draft, and reads them as the program would: what would be refused is told, and then none of them is written.</summary>
internal static class AgentDocuments
{
    /// <summary>Agents in one file: one that people read, and far below the bound of a file.</summary>
    private const int InOne = 100;

    public static ImmutableArray<DocumentFile> Write(ImportRequest request, HouseDraft draft, Losses losses)
    {
        if (draft.Agents.Count == 0) return [];
        var (files, lines) = (ImmutableArray.CreateBuilder<DocumentFile>(), new List<(string File, int Line, AgentDraft Agent)>());
        foreach (var (part, agents) in draft.Agents.Chunk(InOne).Index())
        {
            var name = (part == 0 ? request.Agent : $"{request.Agent}-{(part + 1).ToString(CultureInfo.InvariantCulture)}") + ".kept.yaml";
            var (text, starts) = AgentText.Of(draft.Comments, agents, request.Until);
            files.Add(new DocumentFile(name, Encoding.UTF8.GetBytes(text)));
            lines.AddRange(starts.Select(start => (name, start.Line, start.Agent)));
        }
        var wrong = HouseReader.Read(files.ToImmutable(), "imported", request.Kinds).Diagnostics.Where(problem => problem.RefusesHouse).ToList();
        foreach (var problem in wrong)
        {
            var of = lines.LastOrDefault(line => line.File == problem.At.File?.Path && line.Line <= problem.At.Line).Agent;
            losses.Tell(new(ImportCodes.Unread, FindingKind.Unread, of?.At ?? Place.None, of?.Source ?? "", $"it cannot be written as a document of ours: {problem.Message}", null, problem.Help));
        }
        return wrong.Count > 0 ? [] : [.. files.Select(file => file with { Bytes = Encoding.UTF8.GetBytes(Formatter.Format(Encoding.UTF8.GetString(file.Bytes.Span))) })];
    }
}
