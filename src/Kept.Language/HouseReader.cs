using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Language.Documents;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Reads the documents of a house: bytes in, house and problems out. Pure, and never throws on any input. All problems of all files are told at once; errors
/// of form refuse the house. The text of a file is dropped when it is read, so memory is that of the house and a few files.
/// </summary>
public static class HouseReader
{
    /// <param name="files">In any order; they are read by path.</param>
    /// <param name="defaultHouseId">The house's id where <c>house.yaml</c> gives none.</param>
    /// <param name="kinds">The kinds of check there are.</param>
    public static HouseReading Read(IReadOnlyList<DocumentFile> files, string defaultHouseId, IReadOnlyList<CheckKind> kinds)
    {
        var problems = new Problems();
        var sorted = files.OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var tables = new DocumentTables(kinds);
        var texts = new SharedTexts();
        var house = HouseOf(sorted, tables, texts, problems);
        var agents = AgentsOf(sorted, tables, texts, house, problems);
        new References(agents, problems).Check();
        CalendarReader.HoldDays(agents, problems);
        RouteReader.CheckChosen(agents, house, problems);
        if (agents.Count == 0 && problems.Errors == 0)
            problems.Error(Codes.NothingToRead, Place.None, "there is no document to read", "write one as kept.yaml or NAME.kept.yaml; it begins with `kept: 1` and `agent: NAME`");
        var diagnostics = DiagnosticText.WithLines(Ordered(problems), sorted);
        if (diagnostics.Any(diagnostic => diagnostic.RefusesHouse)) return new HouseReading(null, diagnostics);
        var id = house.Id ?? defaultHouseId;
        return new HouseReading(new House
        {
            Id = id,
            Name = house.Name ?? id,
            Place = house.Place ?? "here",
            Agents = [.. agents],
            Settings = house.Settings,
            Diagnostics = diagnostics,
            ContentHash = ContentHashOf(sorted),
        }, diagnostics);
    }

    /// <summary>SHA-256 over the paths and bytes of all files, by path: what <see cref="House.ContentHash"/> is, without reading them.</summary>
    public static string ContentHashOf(IEnumerable<DocumentFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            var path = Encoding.UTF8.GetBytes(file.Path);
            BinaryPrimitives.WriteInt32LittleEndian(length, path.Length);
            BinaryPrimitives.WriteInt32LittleEndian(length[4..], file.Bytes.Length);
            hash.AppendData(length);
            hash.AppendData(path);
            hash.AppendData([(byte)((byte)file.Origin | (file.IsTargets ? 0x80 : 0))]);
            hash.AppendData(file.Bytes.Span);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static HouseFile HouseOf(List<DocumentFile> files, DocumentTables tables, SharedTexts texts, Problems problems)
    {
        var house = HouseFile.None;
        var seen = false;
        foreach (var file in files.Where(IsHouseFile))
            if (file.Path.Contains('/', StringComparison.Ordinal) || seen)
                problems.Error(Codes.HouseFile, new Place(new SourceFile(file.Path), 0, 0, 0), "house.yaml stands once, at the top of the house", "remove this one, or move its fields to the one at the top");
            else if (SourceText.From(file, problems) is { } source)
            {
                seen = true;
                house = HouseFileReader.Read(new Reading(source, file.Origin, tables, texts, problems), YamlReader.Read(source, problems));
            }
        return house;
    }

    private static List<Agent> AgentsOf(List<DocumentFile> files, DocumentTables tables, SharedTexts texts, HouseFile house, Problems problems)
    {
        var documents = files.Where(file => !IsHouseFile(file) && !file.IsTargets).ToList();
        var reader = new FileReader(tables, texts, TypesOf(documents, tables), new Found.TargetLists(files));
        var agents = new List<Agent>();
        var byId = new Dictionary<string, Agent>(StringComparer.Ordinal);
        foreach (var agent in reader.Read(documents, problems))
        {
            if (byId.TryGetValue(agent.Id, out var first))
                problems.Error(Codes.AgentTwice, agent.At, $"`{agent.Id}` already has a document: {first.At}", "put everything it promises into one document");
            else if (!house.Ours.IsEmpty && agent.Origin == DocumentOrigin.Ours && !house.Ours.Contains(agent.Id))
                problems.Error(Codes.NotOurs, agent.At, $"`{agent.Id}` is not one of ours: {string.Join(", ", house.Ours.Take(12))}", "add it to `ours:` in house.yaml, or take the document away: others publish their own");
            else
            {
                byId.Add(agent.Id, agent);
                agents.Add(agent);
            }
        }
        RelianceReader.HoldAccepted(agents, byId.ContainsKey, problems);
        return agents;
    }

    /// <summary>
    /// Quantities of all agents, because what one needs may be said in the words of another. Only files that declare some are looked at beforehand, and
    /// only when there is more than one file; what is wrong in them is told when they are read.
    /// </summary>
    private static Dictionary<string, IReadOnlyDictionary<string, QuantityType>> TypesOf(List<DocumentFile> files, DocumentTables tables)
    {
        var types = new Dictionary<string, IReadOnlyDictionary<string, QuantityType>>(StringComparer.Ordinal);
        if (files.Count < 2 || !files.Any(file => Mentions(file, "accepts"u8))) return types;
        foreach (var file in files)
        {
            if (!Mentions(file, "types"u8)) continue;
            var unheard = new Problems();
            if (SourceText.From(file, unheard) is not { } source) continue;
            var reading = new Reading(source, file.Origin, tables, new SharedTexts(), unheard);
            foreach (var document in YamlReader.Read(source, unheard))
                if (AgentReader.Open(document, reading, []) is { } opened)
                    types.TryAdd(opened.Scope.Agent, opened.Scope.Types);
        }
        return types;
    }

    /// <summary>A key may be quoted, stand before a blank, or hide a letter behind an escape.</summary>
    private static bool Mentions(DocumentFile file, ReadOnlySpan<byte> word) => file.Bytes.Span.IndexOf(word) >= 0 || file.Bytes.Span.Contains((byte)'\\');

    private static bool IsHouseFile(DocumentFile file) => !file.IsTargets &&
        (file.Path == HouseFileReader.FileName || file.Path.EndsWith("/" + HouseFileReader.FileName, StringComparison.Ordinal));

    private static IEnumerable<Diagnostic> Ordered(Problems problems)
    {
        var ordered = problems.Found.OrderBy(d => d.At.File?.Path ?? "", StringComparer.Ordinal).ThenBy(d => d.At.Line).ThenBy(d => d.At.Column).ThenBy(d => d.Code, StringComparer.Ordinal);
        return problems.Left == 0 ? ordered
            : ordered.Append(new Diagnostic(Codes.TooLarge, Severity.Error, Place.None, $"{problems.Left:N0} more problems are not listed", "mend those above first"));
    }
}
