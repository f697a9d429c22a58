using System.Collections.Immutable;
using Kept.Checks;
using Kept.Checks.Found;
using Kept.Egress;
using Kept.Judging;
using Kept.Language;
using Kept.Language.Found;
using Kept.Model;
using Kept.Rules;

namespace Kept.Cli;

/// <summary>A house as its files stand now: read and ruled, without a server.</summary>
/// <param name="House">Null where an error of form refuses it.</param>
/// <param name="Diagnostics">Everything found by reading and by rules, ordered by file and place.</param>
/// <param name="Folder">The folder that relative paths in settings start from.</param>
/// <param name="Files">How many files were read.</param>
/// <param name="Shown">Puts the line of its document to a diagnostic.</param>
internal sealed record HouseOnDisk(House? House, ImmutableArray<Diagnostic> Diagnostics, string Folder, int Files, Func<Diagnostic, Diagnostic> Shown)
{
    /// <summary>What every promise with checks would miss, worst first. Empty for a house that is refused.</summary>
    public ImmutableArray<HollowPromise> Hollow { get; private init; } = [];

    /// <summary>The diagnostics as people read them.</summary>
    public ImmutableArray<Diagnostic> Told => ToldTogether.Of(Diagnostics, House);

    private const int WorthSharing = 64; // below it, waking other threads costs more than they take off

    /// <summary>Where its documents say that targets are listed.</summary>
    public IReadOnlyList<FoundSource> Sources { get; private init; } = [];

    /// <summary>The same with the lists of targets at URLs, asked now. What gives none is told among the diagnostics.</summary>
    public async Task<HouseOnDisk> AskedAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        if (House is null || Sources.All(source => source.Url is null)) return this;
        using var dialer = new Dialer(EgressOptions.From(House.Settings, Folder), time);
        var (lists, told) = (new List<DocumentFile>(), new List<Diagnostic>());
        foreach (var source in Sources.Where(source => source.Url is not null).GroupBy(source => source.List).Select(same => same.MinBy(source => source.Every)!))
        {
            var (bytes, why) = await TargetsAsk.AskAsync(dialer, source.Url!, LoginOf(source), source.Every, TargetLists.MostBytes, time, cancellationToken);
            if (bytes is { } list) lists.Add(new DocumentFile(source.List!, list) { IsTargets = true });
            else told.Add(Shown(new Diagnostic("L132", Severity.Warning, source.At, $"the source of targets `{FoundSource.Shown(source.Url!)}`: {why}", "nothing of it is looked at")));
        }
        var read = Read(path, time, lists);
        return read with { Diagnostics = Ordered(read.Diagnostics.Concat(told)) };
    }

    private static TargetsLogin? LoginOf(FoundSource source) => source.Login is { } login ? new TargetsLogin(login.User, login.Secret, login.IsInClear) : null;

    /// <param name="asked">Lists of targets that were asked for.</param>
    /// <exception cref="UsageException">There is no such file or folder, or nothing in it to read.</exception>
    public static HouseOnDisk Read(string path, TimeProvider time, IReadOnlyList<DocumentFile>? asked = null)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path)) throw new UsageException($"there is no file or folder '{path}'");
        var (files, problems) = HouseFolder.ReadFiles(path);
        if (files.Count == 0 && problems.IsEmpty)
            throw new UsageException($"'{path}' holds no documents: documents are called kept.yaml or NAME.kept.yaml; `kept init {path}` writes the first");
        var folder = Path.GetFullPath(isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
        var reading = HouseReader.Read([.. files, .. asked ?? []], Path.GetFileName(folder.TrimEnd('/')), CheckCatalog.Kinds);
        var now = Instant.From(time.GetUtcNow());
        var ruled = reading.House is { } house ? [.. HouseRules.Check(house, now, files: CheckCatalog.FilesIn(folder)), .. BudgetRules.Check(house, now)] : ImmutableArray<Diagnostic>.Empty;
        var lines = new SourceLines(files);
        var all = Ordered(problems.Concat(reading.Diagnostics).Concat(ruled).Distinct().Select(lines.Shown));
        var refused = reading.House is null || problems.Any(d => d.RefusesHouse);
        return new HouseOnDisk(refused ? null : reading.House!.Found(all), all, folder, files.Count(file => !file.IsTargets), lines.Shown) { Sources = FoundSource.Of(files) };
    }

    /// <summary>The same with the search for hollow checks: what each promise would miss, and the findings beside it among the diagnostics.</summary>
    public HouseOnDisk Tried(Instant now)
    {
        if (House is null) return this;
        // each promise by itself, so that cores can share many of them; the order of the result does not depend on it
        var looking = House.Promises.Where(promise => !promise.Checks.IsEmpty).ToList();
        var hollow = HollowPromise.WorstFirst(looking.Count < WorthSharing ? looking.Select(promise => HollowPromise.Of(promise, now)) : looking.AsParallel().AsOrdered().Select(promise => HollowPromise.Of(promise, now)));
        var all = Ordered(Diagnostics.Concat(HollowFindings.Untold(hollow.SelectMany(one => HollowFindings.Of(one)).Concat(HollowFindings.OfRegimes(House)), Diagnostics).Select(Shown)));
        return this with { House = House with { Diagnostics = all }, Diagnostics = all, Hollow = hollow };
    }

    private static ImmutableArray<Diagnostic> Ordered(IEnumerable<Diagnostic> diagnostics) =>
    [
        .. diagnostics.OrderBy(d => d.At.File?.Path, StringComparer.Ordinal).ThenBy(d => d.At.Line).ThenBy(d => d.At.Column).ThenBy(d => d.Code, StringComparer.Ordinal),
    ];
}

/// <summary>The command line asks for something that is not there; the message says what to do. Ends with exit code 2.</summary>
internal class UsageException(string message) : Exception(message);
