using System.Collections.Immutable;
using Kept.Language;
using Kept.Language.Found;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests.Reading;

/// <summary>Files of targets beside a house that runs: what of a file that went, or is none any more, takes promises back.</summary>
public sealed class FoundFilesTests : IDisposable
{
    private const string Good = """[ { "targets": [ "a.example", "b.example" ] } ]""", Other = """[ { "targets": [ "c.example" ] } ]""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-found");
    private readonly FakeTimeProvider _time = new(MadeHouse.Now.ToDateTimeOffset());
    private readonly ILedger _ledger = Ledgers.InMemory(TimeProvider.System, new Random(1));
    private FoundLists _lists;

    public FoundFilesTests()
    {
        Directory.CreateDirectory(PathOf("targets"));
        Write("watch.kept.yaml", "kept: 1\nagent: watch\nrelies-on:\n  web:\n    found: [ { from: { files: [ targets/*.json, targets/*.yml ] }, wish: { check: { tcp: '${__address__}:443', expect: [ connected ] } } } ]\n");
        _lists = Started();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);

    private void Write(string path, string text) => File.WriteAllText(PathOf(path), text);

    private FoundLists Started() => new(_folder.FullName, new AskedLists((_, _) => throw new InvalidOperationException("there is no URL"), _ledger, _time, NullLogger.Instance), new RememberedFiles(_ledger), _time);

    /// <summary>What counts now, and what of the lists is told.</summary>
    private async Task<(string Wishes, string Told)> ReadAsync()
    {
        var (files, problems) = HouseFolder.ReadFiles(_folder.FullName);
        (files, problems) = await _lists.CompleteAsync(files, problems, default);
        var reading = HouseReader.Read(files, "h", Kept.Checks.CheckCatalog.Kinds);
        Assert.NotNull(reading.House);
        ImmutableArray<Diagnostic> all = [.. problems, .. reading.Diagnostics];
        Assert.All(all, one => Assert.Equal(("L132", Severity.Warning, 5), (one.Code, one.Severity, one.At.Line)));
        return (string.Join(' ', reading.House.Promises.Select(promise => promise.Name.Promise)), string.Join('\n', all.Select(one => one.Message)));
    }

    private void MakeUnreadable(string how)
    {
        var file = PathOf("targets/a.json");
        File.Delete(file);
        switch (how)
        {
            case "empty": Write("targets/a.json", ""); break;
            case "large": File.WriteAllBytes(file, new byte[TargetLists.MostBytes + 1]); break;
            case "dangling": File.CreateSymbolicLink(file, "gone.json"); break;
            case "away": File.CreateSymbolicLink(file, "/etc/hostname"); break;
            case "a folder": Directory.CreateDirectory(file); break;
            case "its folder": Directory.Delete(PathOf("targets"), recursive: true); break;
            case "its folder is a file":
                Directory.Delete(PathOf("targets"), recursive: true);
                Write("targets", Good);
                break;
        }
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("large")]
    [InlineData("dangling")]
    [InlineData("away")]
    [InlineData("a folder")]
    [InlineData("its folder")]
    [InlineData("its folder is a file")]
    public async Task A_file_that_cannot_be_read_takes_nothing_back_and_is_told(string how)
    {
        Write("targets/a.json", Good);
        Assert.Equal(("a.example b.example", ""), await ReadAsync());
        MakeUnreadable(how);
        for (var i = 0; i < 2; i++)
        {
            var (wishes, told) = await ReadAsync();
            Assert.Equal("a.example b.example", wishes);
            Assert.EndsWith("; the last good list, of 2 targets, read at 2026-11-23 20:41 UTC, counts", told, StringComparison.Ordinal);
        }
        if (Directory.Exists(PathOf("targets/a.json"))) Directory.Delete(PathOf("targets/a.json"));
        if (File.Exists(PathOf("targets"))) File.Delete(PathOf("targets"));
        Directory.CreateDirectory(PathOf("targets"));
        File.Delete(PathOf("targets/a.json"));
        Write("targets/a.json", Other);
        Assert.Equal(("c.example", ""), await ReadAsync());
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("its folder")]
    public async Task A_restart_goes_on_with_the_last_good_list_of_a_file_that_broke_meanwhile(string how)
    {
        Write("targets/a.json", Good);
        await ReadAsync();
        Write("targets/a.json", Good.Replace('b', 'd'));
        await ReadAsync();
        MakeUnreadable(how);
        _time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 2; i++)
        {
            _lists = Started();
            var (wishes, told) = await ReadAsync();
            Assert.Equal("a.example d.example", wishes);
            Assert.EndsWith("; the last good list, of 2 targets, read at 2026-11-23 20:41 UTC, counts", told, StringComparison.Ordinal);
        }
        Directory.CreateDirectory(PathOf("targets"));
        File.Delete(PathOf("targets/a.json"));
        _lists = Started();
        Assert.Equal(("", "the source of targets `targets/a.json`: it was deleted, and listed 2 before: nothing of it is looked at"), await ReadAsync());
        Directory.Delete(PathOf("targets"));
        _lists = Started();
        Assert.Equal(("", ""), await ReadAsync()); // what ended does not come back
    }

    [Fact]
    public async Task A_file_that_was_deleted_ends_what_it_listed_and_that_is_told()
    {
        Write("targets/a.json", Good);
        Write("targets/b.json", Other);
        await ReadAsync();
        File.Delete(PathOf("targets/a.json"));
        var (wishes, told) = await ReadAsync();
        Assert.Equal(("c.example", "the source of targets `targets/a.json`: it was deleted, and listed 2 before: nothing of it is looked at"), (wishes, told));
    }

    [Fact]
    public async Task A_source_that_the_document_names_no_more_ends_what_it_listed_without_a_word()
    {
        Write("targets/a.json", Good);
        await ReadAsync();
        File.WriteAllText(PathOf("watch.kept.yaml"), File.ReadAllText(PathOf("watch.kept.yaml")).Replace("targets/*.json", "targets/b.json", StringComparison.Ordinal));
        Assert.Equal(("", ""), await ReadAsync());
    }

    /// <summary>YAML that says nothing would be a list of nothing.</summary>
    [Theory]
    [InlineData("targets/a.yml")]
    [InlineData("targets/a.json")]
    public async Task An_empty_file_is_no_empty_list_and_an_empty_list_is_one(string path)
    {
        Write(path, "");
        var (wishes, told) = await ReadAsync();
        Assert.Equal("", wishes);
        Assert.Contains("is empty or too large", told, StringComparison.Ordinal);
        Write(path, "[]");
        Assert.Equal(("", ""), await ReadAsync());
        Write(path, Good);
        await ReadAsync();
        Write(path, "[]");
        (wishes, told) = await ReadAsync();
        Assert.Equal("", wishes);
        Assert.Contains("it lists no target, and listed 2 before", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_files_by_name_are_read_and_that_there_are_more_is_told()
    {
        for (var i = TargetFiles.MostFiles + 20; i > 0; i--) Write($"targets/{i * 7919 % 1000:D3}.json", $$"""[ { "targets": [ "h{{i * 7919 % 1000:D3}}" ] } ]""");
        var expected = string.Join(' ', Enumerable.Range(1, TargetFiles.MostFiles + 20).Select(i => i * 7919 % 1000).Order().Take(TargetFiles.MostFiles).Select(i => $"h{i:D3}"));
        var (wishes, told) = await ReadAsync();
        Assert.Equal(expected, wishes);
        Assert.StartsWith("the sources of this house name more than 500 files; those after `targets/", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_beyond_those_that_are_taken_are_told()
    {
        Write("watch.kept.yaml", "kept: 1\nagent: watch\nrelies-on:\n  web:\n    found:\n" + string.Concat(Enumerable.Range(0, FoundSource.Most + 5).Select(i => $"      - {{ from: {{ files: targets/{i}.json }}, name: 'n{i}-${{__address__}}', wish: {{ check: {{ tcp: '${{__address__}}:443', expect: [ connected ] }} }} }}\n")));
        foreach (var i in new[] { FoundSource.Most - 1, FoundSource.Most }) Write($"targets/{i}.json", Other);
        var (files, problems) = HouseFolder.ReadFiles(_folder.FullName);
        Assert.Equal(["targets/99.json"], files.Where(file => file.IsTargets).Select(file => file.Path));
        var told = Assert.Single(problems);
        Assert.Equal(("L132", Severity.Warning, 106), (told.Code, told.Severity, told.At.Line));
        Assert.Contains("more than 100 sources", told.Message, StringComparison.Ordinal);
    }
}
