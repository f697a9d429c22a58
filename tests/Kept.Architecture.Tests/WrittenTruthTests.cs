using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>What ARCHITECTURE.md says about the code, held against the code.</summary>
public sealed partial class WrittenTruthTests
{
    private static readonly string Architecture = File.ReadAllText(Repository.PathOf("ARCHITECTURE.md"));

    [Fact]
    public void The_core_rooms_that_are_named_are_those_that_the_build_guards()
    {
        var named = CoreRooms().Match(Architecture).Groups["rooms"].Value.Split(',', StringSplitOptions.TrimEntries).Select(room => "Kept." + room).Order(StringComparer.Ordinal).ToList();
        var guarded = GuardedRoom().Matches(File.ReadAllText(Repository.PathOf("src", "Directory.Build.props"))).Select(match => match.Groups["room"].Value).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(named);
        Assert.Equal(named, guarded);
    }

    [Fact]
    public void The_rules_that_are_named_are_those_that_exist()
    {
        var row = Architecture.Split('\n').Single(line => line.StartsWith("| Kept.Rules |", StringComparison.Ordinal));
        var named = RuleRange().Matches(row).SelectMany(range =>
        {
            var from = int.Parse(range.Groups["from"].ValueSpan);
            var to = range.Groups["to"].Success ? int.Parse(range.Groups["to"].ValueSpan) : from;
            return Enumerable.Range(from, to - from + 1).Select(n => $"R{n:00}");
        }).ToList();
        var coded = SourceText.Under("src", "Kept.Rules").SelectMany(file => RuleId().Matches(File.ReadAllText(file)).Select(match => match.Groups["id"].Value)).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(coded, named);
        Assert.Contains($"{coded.Count} rules", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_ledger_locks_among_the_core_rooms()
    {
        var rooms = CoreRooms().Match(Architecture).Groups["rooms"].Value.Split(',', StringSplitOptions.TrimEntries);
        var locking = rooms.Where(room => SourceText.Under("src", "Kept." + room).Any(file => Locking().IsMatch(File.ReadAllText(file)))).ToList();
        Assert.Equal(["Ledger"], locking);
        Assert.Contains("only the ledger locks", Architecture, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_path_in_backticks_leads_to_something()
    {
        foreach (var page in new[] { "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md" })
            foreach (Match path in PathInText().Matches(File.ReadAllText(Repository.PathOf(page))))
            {
                var text = path.Groups["path"].Value;
                if (text.Contains('<') || text.Contains("NN", StringComparison.Ordinal)) continue; // a pattern for something that is yet to be written
                var full = Repository.PathOf(text);
                Assert.True(File.Exists(full) || Directory.Exists(full), $"{page}: {text}");
            }
    }

    [Fact]
    public void Every_type_in_backticks_exists()
    {
        var declared = SourceText.Under("src").Concat(SourceText.Under("tests")).SelectMany(file => SourceText.Types(File.ReadAllText(file))).Select(type => type.Name).Append(nameof(TimeProvider)).ToHashSet();
        foreach (var page in new[] { "ARCHITECTURE.md", "CONTRIBUTING.md" })
            foreach (Match type in TypeInText().Matches(File.ReadAllText(Repository.PathOf(page))))
                Assert.True(declared.Contains(type.Groups["name"].Value), $"{page}: {type.Groups["name"].Value}");
    }

    [GeneratedRegex(@"Core rooms \((?<rooms>[\w, ]+)\)")]
    private static partial Regex CoreRooms();

    [GeneratedRegex(@"'\$\(MSBuildProjectName\)' == '(?<room>Kept\.\w+)'")]
    private static partial Regex GuardedRoom();

    [GeneratedRegex(@"\bR(?<from>\d\d)(?:–R(?<to>\d\d))?")]
    private static partial Regex RuleRange();

    [GeneratedRegex("\"(?<id>R[0-9]{2})\"")]
    private static partial Regex RuleId();

    [GeneratedRegex(@"^\s*(using )?lock \(|\bMonitor\.|\bSemaphoreSlim\b|\bReaderWriterLock|new Lock\(", RegexOptions.Multiline)]
    private static partial Regex Locking();

    [GeneratedRegex("`(?<path>(?:src|docs|tests|examples|eng|bench)/[^` ]+)`")]
    private static partial Regex PathInText();

    [GeneratedRegex("`(?<name>[A-Z][a-z]+[A-Z][A-Za-z]+)`")]
    private static partial Regex TypeInText();
}
