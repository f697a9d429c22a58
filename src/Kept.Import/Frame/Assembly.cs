using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Import.Writing;
using Kept.Language;
using Kept.Model;

namespace Kept.Import;

/// <summary>
/// Makes documents of what was carried, and reads them as the program would: a wish whose text would be refused is taken out and told as lost, so that what is
/// written always loads.
/// </summary>
internal static class Assembly
{
    /// <summary>A document of more wishes is divided: a file has at most 1 MiB, and nobody reads ten thousand lines.</summary>
    private const int WishesInOne = 500;

    public static ImportReading Of(ForeignTool tool, ImportRequest request, HouseDraft draft, Losses losses)
    {
        var refused = new HashSet<WishDraft>(ReferenceEqualityComparer.Instance);
        SecretReferences.Hold(draft, refused, losses);
        SentInClear.Allow(draft, request, losses);
        ImmutableArray<DocumentFile> documents = [];
        Dictionary<WishDraft, string> names = [];
        // Each round takes out at least one wish, and what is wrong is told all at once, so few rounds are needed.
        while (draft.Wishes.Count > refused.Count)
        {
            (documents, names, var lines) = Write(request, draft, refused);
            var wrong = HouseReader.Read(documents, "imported", request.Kinds).Diagnostics.Where(problem => problem.RefusesHouse).ToList();
            if (wrong.Count == 0)
            {
                documents = [.. documents.Select(document => document with { Bytes = Encoding.UTF8.GetBytes(Formatter.Format(Encoding.UTF8.GetString(document.Bytes.Span))) })];
                break;
            }
            var before = refused.Count;
            // hours that are none make every wish that names them wrong: they go first
            if (wrong.Exists(problem => !lines.Exists(line => line.File == problem.At.File?.Path && line.Line <= problem.At.Line)) && TakeOutCalendars(request, draft, losses)) continue;
            foreach (var problem in wrong)
                if (lines.LastOrDefault(line => line.File == problem.At.File?.Path && line.Line <= problem.At.Line).Wish is { } wish && refused.Add(wish))
                    losses.Lost(wish.At, wish.Source, $"it cannot be written as a check of ours: {problem.Message}", problem.Help);
            if (refused.Count == before) throw new InvalidOperationException($"the written document is refused, and not because of one wish: {wrong[0].At} {wrong[0].Code}: {wrong[0].Message}");
            (documents, names) = ([], []);
        }
        documents = documents.AddRange(AgentDocuments.Write(request, draft, losses));
        var checks = Checks(draft, names, losses);
        return new ImportReading(tool, documents, checks, InOrder(losses), losses.Left, checks.Count(check => losses.IsHollow(check.Name)), losses.IsBroken);
    }

    /// <summary>Hours that are none here (a zone that does not exist) are taken out with the conditions that name them; other hours stay.</summary>
    private static bool TakeOutCalendars(ImportRequest request, HouseDraft draft, Losses losses)
    {
        var wrong = draft.Calendars.Select(calendar => (Calendar: calendar, Why: Refusal(request, calendar))).Where(one => one.Why is not null).ToList();
        foreach (var (calendar, why) in wrong)
        {
            losses.Lost(calendar.At, "", $"the hours cannot be written here: {why!.Message}", why.Help);
            draft.Calendars.Remove(calendar);
            foreach (var wish in draft.Wishes)
                if (wish.Given is { } given)
                    wish.Given = string.Join(" and ", given.Split(" and ").Where(part => !part.Split(' ', '(', ')').Contains(calendar.Name))) is { Length: > 0 } rest ? rest : null;
        }
        return wrong.Count > 0;
    }

    private static Diagnostic? Refusal(ImportRequest request, CalendarDraft calendar)
    {
        var alone = new HouseDraft();
        alone.Calendars.Add(calendar);
        var (text, _) = DocumentText.Of(alone, request.Agent, request.Until, []);
        return HouseReader.Read([new DocumentFile("calendar.kept.yaml", Encoding.UTF8.GetBytes(text.Replace("relies-on:\n", "", StringComparison.Ordinal)))], "imported", request.Kinds).Diagnostics.FirstOrDefault(problem => problem.RefusesHouse);
    }

    private static (ImmutableArray<DocumentFile>, Dictionary<WishDraft, string>, List<(string File, int Line, WishDraft Wish)>) Write(ImportRequest request, HouseDraft draft, HashSet<WishDraft> refused)
    {
        var documents = ImmutableArray.CreateBuilder<DocumentFile>();
        var names = new Dictionary<WishDraft, string>(ReferenceEqualityComparer.Instance);
        var lines = new List<(string, int, WishDraft)>();
        var part = 0;
        // over all parts: two agents' wishes of one name about one agent would be an error
        var taken = new Dictionary<string, Names>(StringComparer.Ordinal);
        foreach (var wishes in draft.Wishes.Where(wish => !refused.Contains(wish)).Chunk(WishesInOne))
        {
            part++;
            var agent = part == 1 ? request.Agent : $"{request.Agent}-{part.ToString(CultureInfo.InvariantCulture)}";
            var grouped = Grouped(wishes, agent, names, taken);
            var (text, starts) = DocumentText.Of(draft, agent, request.Until, grouped);
            var file = $"{agent}.kept.yaml";
            documents.Add(new DocumentFile(file, Encoding.UTF8.GetBytes(text)));
            lines.AddRange(starts.Select(start => (file, start.Line, start.Wish)));
        }
        return (documents.ToImmutable(), names, lines);
    }

    /// <summary>By the agent they are about; an agent keeps its name in every part.</summary>
    private static List<(string, IReadOnlyList<(string, WishDraft)>)> Grouped(WishDraft[] wishes, string wisher, Dictionary<WishDraft, string> names, Dictionary<string, Names> taken)
    {
        var groups = new List<(string Agent, List<(string, WishDraft)> Wishes)>();
        foreach (var wish in wishes)
        {
            var agent = Names.Of(wish.Agent) is { Length: > 0 } name ? name : "others";
            // an agent does not rely on itself
            if (agent == wisher) agent += "-watched";
            var at = groups.FindIndex(group => group.Agent == agent);
            if (at < 0)
            {
                at = groups.Count;
                groups.Add((agent, []));
            }
            if (!taken.TryGetValue(agent, out var its)) taken.Add(agent, its = new Names());
            var free = its.Free(wish.Name, "check");
            groups[at].Wishes.Add((free, wish));
            names[wish] = $"{agent}/{free}";
        }
        return [.. groups.Select(group => (group.Agent, (IReadOnlyList<(string, WishDraft)>)group.Wishes))];
    }

    private static ImmutableArray<ImportedCheck> Checks(HouseDraft draft, Dictionary<WishDraft, string> names, Losses losses) =>
    [
        .. draft.Wishes.Select(wish => new ImportedCheck(wish.Source, wish.At, names.GetValueOrDefault(wish),
            !names.ContainsKey(wish) ? Fate.NotCarried : losses.IsHollow(wish.Source) ? Fate.Hollow : losses.HasLost(wish.Source) ? Fate.Partly : Fate.Whole)),
        .. draft.Carried.Select(one => new ImportedCheck(one.Name, one.At, one.Became, losses.HasLost(one.Name) ? Fate.Partly : Fate.Whole)),
        .. draft.NotCarried.Select(one => new ImportedCheck(one.Name, one.At, null, Fate.NotCarried)),
    ];

    private static ImmutableArray<Finding> InOrder(Losses losses) =>
        [.. losses.Found.OrderBy(finding => finding.At.File?.Path ?? "", PlaceOrder.Paths).ThenBy(finding => finding.At.Line).ThenBy(finding => finding.At.Column).ThenBy(finding => finding.Kind)];
}
