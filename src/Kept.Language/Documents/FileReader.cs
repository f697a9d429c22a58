using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// Reads files into agents, in a large house some at once: what is in one needs nothing of the others but the quantities they declare, which are known before. No more files
/// are open than there are processors, and what comes out does not depend on how many that is.
/// </summary>
/// <param name="tables">What documents may say.</param>
/// <param name="texts">Of the whole house.</param>
/// <param name="types">The quantities of agents of the house, as far as one file may need those of another.</param>
/// <param name="targets">What was found.</param>
internal sealed class FileReader(DocumentTables tables, SharedTexts texts, Dictionary<string, IReadOnlyDictionary<string, QuantityType>> types, Found.TargetLists targets)
{
    private const long WorthParallel = 256 * 1024;
    private const int WorthSharing = 64; // promises; below it, waking other threads costs more than they take off

    /// <summary>Files between which what may be spent on hints is counted.</summary>
    private const int Batch = 64;

    private readonly ConcurrentDictionary<CheckKind, FrozenDictionary<string, FieldValue>> _settings = [];

    /// <summary>Their agents, in the order of the files. What is wrong is added to <paramref name="problems"/> with each.</summary>
    public IEnumerable<Agent> Read(IReadOnlyList<DocumentFile> files, Problems problems)
    {
        if (files.Sum(file => (long)file.Bytes.Length) < WorthParallel)
        {
            foreach (var file in files)
            {
                var (agents, found) = Agents(Parse(file, problems.HintsLeft), isAlone: true);
                problems.Add(found);
                foreach (var agent in agents) yield return agent;
            }
            yield break;
        }
        foreach (var some in files.Chunk(Batch))
        {
            // one file may spend an eighth of what is left, so that what one spends does not depend on what is read beside it
            var hints = some.Length == 1 ? problems.HintsLeft : problems.HintsLeft / 8;
            // The parser asks the runtime about every key under a lock of the whole process, and two that parse at once wait for each other longer than they work. An unbuffered partitioner
            // hands out its items one after the other: so one file is parsed at a time while others are read.
            foreach (var (agents, found) in Partitioner.Create(some.Select(file => Parse(file, hints)), EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().Select(parsed => Agents(parsed, isAlone: some.Length == 1)))
            {
                problems.Add(found);
                foreach (var agent in agents) yield return agent;
            }
        }
    }

    private static ParsedFile Parse(DocumentFile file, long hints)
    {
        var problems = new Problems(hints);
        return SourceText.From(file, problems) is { } source
            ? new ParsedFile(file, source, YamlReader.Read(source, problems), problems)
            : new ParsedFile(file, null, [], problems);
    }

    private readonly record struct ParsedFile(DocumentFile File, SourceText? Source, IReadOnlyList<YamlDocument> Documents, Problems Problems);

    /// <param name="parsed">The file.</param>
    /// <param name="isAlone">No other is read beside it, so its own promises may share the processors.</param>
    private (List<Agent> Agents, Problems Problems) Agents(ParsedFile parsed, bool isAlone)
    {
        var agents = new List<Agent>();
        if (parsed.Source is not { } source) return (agents, parsed.Problems);
        var reading = new Reading(source, parsed.File.Origin, tables, texts, parsed.Problems);
        var opened = parsed.Documents.Select(document => AgentReader.Open(document, reading, _settings)).OfType<AgentDocument>().ToList();
        foreach (var document in opened)
        {
            var agent = AgentReader.Read(document, id => opened.FindLast(other => other.Scope.Agent == id)?.Scope.Types ?? types.GetValueOrDefault(id), targets);
            // without a good id it is no agent; what was wrong has been told
            if (document.Id.Length > 0) agents.Add(agent.Promises.Length > 0 ? agent with { Promises = WithTermsHashes(agent, isAlone) } : agent);
        }
        return (agents, parsed.Problems);
    }

    private static ImmutableArray<Promise> WithTermsHashes(Agent agent, bool isAlone) => !isAlone || agent.Promises.Length < WorthSharing
        ? [.. agent.Promises.Select(promise => promise with { TermsHash = Terms.Hash(promise, agent) })]
        : [.. agent.Promises.AsParallel().AsOrdered().Select(promise => promise with { TermsHash = Terms.Hash(promise, agent) })];
}
