using System.Collections.Immutable;
using Kept.Language;
using Kept.Language.Found;
using Kept.Model;

namespace Kept.Server;

/// <summary>The lists of targets that documents name, as they count now: each the last good one, with what is wrong with its newest.</summary>
/// <param name="folder">Where the house lies.</param>
/// <param name="asked">The lists at URLs.</param>
/// <param name="remembered">The last good lists of files, over a restart.</param>
/// <param name="time">When a file was read last and well.</param>
internal sealed class FoundLists(string folder, AskedLists asked, RememberedFiles remembered, TimeProvider time)
{
    private const string Code = "L132";

    private readonly Dictionary<string, (DocumentFile File, int Count, DateTimeOffset Read)> _good = remembered.All();
    private IReadOnlyList<FoundSource> _sources = [];

    /// <summary>Every URL has given a list, now or before the start, when they were completed last: what is in none of them is gone, and not only unknown yet.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>What of them can be seen without reading them. Never throws.</summary>
    public string Signature() => _sources.Count == 0 ? "" : TargetFiles.Glance(folder, _sources) + "\n" + asked.Version;

    /// <summary>The files of a house with the lists as they count, and the problems with what is wrong with the lists.</summary>
    public async ValueTask<(IReadOnlyList<DocumentFile> Files, ImmutableArray<Diagnostic> Problems)> CompleteAsync(IReadOnlyList<DocumentFile> files, ImmutableArray<Diagnostic> problems, CancellationToken cancellationToken)
    {
        _sources = FoundSource.Of(files);
        var isWhole = true;
        asked.Follow(_sources);
        var there = new HashSet<string>(files.Where(file => file.IsTargets).Select(file => file.Path), StringComparer.Ordinal);
        var (all, told, changed) = (new List<DocumentFile>(), problems.ToBuilder(), new List<string>());
        foreach (var file in files)
        {
            if (!file.IsTargets)
            {
                all.Add(file);
                continue;
            }
            var source = _sources.FirstOrDefault(one => one.Names(file.Path));
            var reading = TargetLists.Read(file);
            var before = _good.TryGetValue(file.Path, out var good) ? good.Count : 0;
            if (reading.IsGood)
            {
                all.Add(file);
                if (good.File is not { } known || !known.Bytes.Span.SequenceEqual(file.Bytes.Span)) changed.Add(file.Path);
                _good[file.Path] = (file, reading.Targets.Length > 0 ? reading.Targets.Length : before, time.GetUtcNow());
                if (reading.Targets.IsEmpty && before > 0) Tell(source, file.Path, $"it lists no target, and listed {before:N0} before: nothing of it is looked at", "put them back, or remove the file where they are gone");
            }
            else if (before > 0)
            {
                all.Add(good.File);
                Tell(source, file.Path, reading.Why + $"; the last good list, of {before:N0} targets, read at {Minute(good.Read)}, counts", "mend it, and it is taken up again");
            }
            else all.Add(file); // the reader tells what is wrong with it
        }
        foreach (var (path, good) in _good.Where(one => !there.Contains(one.Key)).OrderBy(one => one.Key, StringComparer.Ordinal).ToList())
        {
            var source = _sources.FirstOrDefault(one => one.Names(path));
            var isGone = TargetFiles.IsGone(folder, path);
            if (source is not null && !isGone && there.Count < TargetFiles.MostFiles)
            {
                // a folder that went (a mount, a share) took nothing back
                there.Add(path);
                all.Add(good.File);
                if (good.Count > 0) Tell(source, path, $"it cannot be seen; the last good list, of {good.Count:N0} targets, read at {Minute(good.Read)}, counts", "put it back, and it is taken up again; a file that is deleted from its folder ends what it listed");
                continue;
            }
            _good.Remove(path);
            changed.Add(path);
            if (source is not null && isGone && good.Count > 0) Tell(source, path, $"it was deleted, and listed {good.Count:N0} before: nothing of it is looked at", "put it back where that was an oversight");
        }
        foreach (var source in _sources.Where(source => source.Url is not null).DistinctBy(source => source.List))
        {
            var (list, why, isNewest, confirmed) = asked.Of(source.List!);
            if (list is not null) all.Add(list);
            else isWhole = false;
            if (why is not null) Tell(source, source.Url!, why + (list is null ? "; nothing of it is looked at yet" : isNewest ? "" : $"; the last good list{(confirmed is { } at ? ", given last at " + Minute(at) + "," : "")} counts"), "it is asked again in its rhythm");
        }
        IsWhole = isWhole;
        if (changed.Count > 0) await remembered.SetAsync(_good, changed, cancellationToken);
        return (all, told.ToImmutable());

        static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC";

        void Tell(FoundSource? source, string path, string why, string help)
        {
            var shown = FoundSource.Shown(path);
            told.Add(new Diagnostic(Code, Severity.Warning, source?.At ?? Place.None, $"the source of targets `{(shown.Length <= 80 ? shown : shown[..79] + "…")}`: {why}", help));
        }
    }
}
