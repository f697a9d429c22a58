using System.Collections.Immutable;
using Kept.Checks;
using Kept.Judging;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Kept.Rules;

namespace Kept.Server;

/// <summary>
/// Reads a house from its folder: documents, the server's own, and the rules. Compiled houses are kept in the ledger by the hash of their files, so that a start
/// without a change reads no text.
/// </summary>
/// <param name="distrust">Why a compiled house may not be used, null where it may: it is as true as the folder it lies in is ours.</param>
internal sealed partial class HouseSource(string path, Func<DocumentFile?> own, ILedger ledger, TimeProvider time, ILogger log, Func<string?> distrust)
{
    private const string CompiledKey = "house.compiled";

    /// <summary>Of more promises than this, what is no longer asked for is let go.</summary>
    private const int LargeHouse = 20_000;

    /// <summary>Reads everything anew. Never throws for what is in the documents.</summary>
    public async ValueTask<HouseReading> ReadAsync(CancellationToken cancellationToken)
    {
        // a house that vanished (a mount that went, a folder renamed) is no house without promises: nobody took anything back
        if (!File.Exists(path) && !Directory.Exists(path)) return Refused([Vanished()]);
        var (files, problems) = HouseFolder.ReadFiles(path);
        if (Found is { } found) (files, problems) = await found.CompleteAsync(files, problems, cancellationToken);
        var reading = await CompileAsync(files, cancellationToken);
        if (problems.Any(problem => problem.RefusesHouse)) return Refused([.. problems, .. reading.Diagnostics]);
        if (reading.House is not { } house) return Refused(reading.Diagnostics);
        var now = Instant.From(time.GetUtcNow());
        var (before, named) = (TermsBefore(), CheckCatalog.FilesIn(KeptServer.FolderOf(path)));
        if (HouseRules.CheckCompiled(house, now, before, named) is not { } ruled)
        {
            // no document could say this: the compiled form is another's, or damaged
            NotUsed("it says what no document could");
            reading = await CompileAnewAsync(files, cancellationToken);
            if (reading.House is not { } read) return Refused(reading.Diagnostics);
            (house, ruled) = (read, HouseRules.Check(read, now, before, named));
        }
        RulesChangeAt = new[] { HouseRules.NextChange(house, now), BudgetRules.NextChange(house, now) }.Min();
        _beside = [.. house.Settings.TrustedCertificates.Select(file => Path.Combine(KeptServer.FolderOf(path), file)), .. CheckCatalog.FilesOf(house, KeptServer.FolderOf(path))];
        var all = ImmutableArray.Create<Diagnostic>([.. problems, .. house.Diagnostics, .. ruled, .. BudgetRules.Check(house, now)]);
        house = house.Found(all);
        if (Found is null or { IsWhole: true }) Volatile.Write(ref _whole, house.ContentHash);
        return new HouseReading(house.Promises.Take(LargeHouse + 1).Count() > LargeHouse ? house.WithoutFieldPlaces() : house, all);
    }

    /// <summary>The house from before stays, as it was judged; its rules are asked again with the next documents.</summary>
    private HouseReading Refused(ImmutableArray<Diagnostic> diagnostics)
    {
        RulesChangeAt = null;
        return new HouseReading(null, diagnostics);
    }

    private Diagnostic Vanished() => new("L041", Severity.Error, new Place(new SourceFile(Path.GetFileName(Path.TrimEndingDirectorySeparator(path))), 0, 0, 0), "there is no such file or folder any more, or it may not be seen; the house from before stays",
        "put it back, and it is taken up again; to take back promises, remove their documents from the folder");

    /// <summary>When the rules may say something else of the same documents, because a term passes; null where none will.</summary>
    public Instant? RulesChangeAt { get; private set; }

    public bool IsRulesChangeDue => RulesChangeAt is { } at && Instant.From(time.GetUtcNow()) >= at;

    /// <summary>The server's own promises alone: what stands while the first documents are refused.</summary>
    public HouseReading ReadOwn() => own() is { } document
        ? HouseReader.Read([document], DefaultId, CheckCatalog.Kinds)
        : new HouseReading(new House { Id = DefaultId, Name = DefaultId, ContentHash = HouseReader.ContentHashOf([]) }, []);

    /// <summary>What of the documents can be seen without reading them: equal text, nothing to do. Never throws.</summary>
    public string Signature() => HouseFolder.Glance(path);

    /// <summary>Lists of targets that documents name; null where there are none to follow.</summary>
    public FoundLists? Found { get; init; }

    /// <summary>The same of what stands beside the documents of the house read last and changes without them: certificates that it trusts, files that checks name, lists of targets. Never throws.</summary>
    public string BesideSignature() => Found?.Signature() + "\n" + string.Join('\n', _beside.Select(HouseFolder.StampOf));

    private ImmutableArray<string> _beside = [];
    private string? _whole;

    /// <summary>
    /// Whether this house is the one read last from the documents with a list of every source: what it does not make is made no more. Not so of the server's own that stands in for refused
    /// documents, of none at all, and while a URL has never answered. From any thread.
    /// </summary>
    public bool IsWhole(House house) => Volatile.Read(ref _whole) is { } hash && hash == house.ContentHash;

    private string DefaultId
    {
        get
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).ToLowerInvariant();
            name = name.EndsWith(".kept.yaml", StringComparison.Ordinal) ? name[..^".kept.yaml".Length] : name;
            return PromiseName.IsName(name) ? name : "house";
        }
    }

    /// <summary>From the compiled house of the last start where the files are the same, else from their text.</summary>
    private async ValueTask<HouseReading> CompileAsync(IReadOnlyList<DocumentFile> files, CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentFile> all = own() is { } document ? [.. files, document] : files;
        var hash = HouseReader.ContentHashOf(all);
        if (distrust() is { } why) NotUsed(why);
        else if (ledger.Cached(CompiledKey) is { } compiled && CompiledHouse.Read(compiled, hash, CheckCatalog.Kinds) is { } house) return new HouseReading(house, house.Diagnostics);
        return await CompileAnewAsync(files, cancellationToken);
    }

    private async ValueTask<HouseReading> CompileAnewAsync(IReadOnlyList<DocumentFile> files, CancellationToken cancellationToken)
    {
        var hash = HouseReader.ContentHashOf(own() is { } document ? [.. files, document] : files);
        var reading = Compile(files);
        if (reading.House is { } read && read.ContentHash == hash) await RememberAsync(read, cancellationToken);
        return reading;
    }

    private async ValueTask RememberAsync(House house, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.CacheAsync(CompiledKey, CompiledHouse.Write(house), cancellationToken);
        }
        catch (LedgerException)
        {
            // it only makes the next start quicker; that storage fails is told by the engine, which cannot do without it
        }
    }

    private HouseReading Compile(IReadOnlyList<DocumentFile> files)
    {
        if (own() is not { } document) return HouseReader.Read(files, DefaultId, CheckCatalog.Kinds);
        var reading = HouseReader.Read([.. files, document], DefaultId, CheckCatalog.Kinds);
        // a house that names its own agents, or has one called kept, has no room for ours; it stands alone then
        return files.Count > 0 && reading.Diagnostics.Any(problem => problem.Severity == Severity.Error && (problem.At.File?.Path == OwnDocument.Path || problem.Message.Contains($"`{OwnDocument.Agent}`", StringComparison.Ordinal)))
            ? HouseReader.Read(files, DefaultId, CheckCatalog.Kinds)
            : reading;
    }

    /// <summary>The terms the ledger saw last of every promise, to notice a change without a new version.</summary>
    private Dictionary<PromiseName, TermsSeen> TermsBefore()
    {
        var seen = new Dictionary<PromiseName, TermsSeen>();
        for (long after = 0; ;)
        {
            var entries = ledger.Entries(new EntryQuery(after, 10_000, EntryKinds.PromiseTerms));
            foreach (var entry in entries)
            {
                after = entry.Sequence;
                using var body = EntryWords.Parse(entry.Body);
                if (body is not null && PromiseName.TryParse(entry.Subject, null, out var name) && EntryWords.Member(body.RootElement, "termsHash") is { } hash)
                    seen[name] = new TermsSeen(EntryWords.Member(body.RootElement, "version") ?? "", hash);
            }
            if (entries.Count < 10_000) return seen;
        }
    }

    [LoggerMessage(3012, LogLevel.Warning, "The compiled house is not used: {Why}; the documents are read instead")]
    private partial void NotUsed(string why);
}
