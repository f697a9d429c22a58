using System.Diagnostics;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>What analyzers cannot say: lengths, names, reasons beside suppressions, words that must not stand in the tree.</summary>
public partial class TidyTests
{
    private const int LinesMax = 400;

    private static readonly string[] EmptySuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Service", "Impl", "Base", "Info", "Data"];

    /// <summary>Files that git would see: tracked, or untracked and not ignored.</summary>
    private static IReadOnlyList<string> Files { get; } = ListFiles();

    private static IEnumerable<string> Sources => Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    [Fact]
    public void No_source_file_grows_past_the_limit()
    {
        var long_ = Sources.Select(file => (file, lines: File.ReadLines(Repository.PathOf(file)).Count()))
            .Where(entry => entry.lines > LinesMax).Select(entry => $"{entry.file} has {entry.lines} lines: is it one thing?");
        Assert.Empty(long_);
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var empty = Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => TypeName().Matches(File.ReadAllText(Repository.PathOf(file))).Select(match => (file, name: match.Groups["name"].Value)))
            .Where(entry => EmptySuffixes.Any(suffix => entry.name.EndsWith(suffix, StringComparison.Ordinal)))
            .Select(entry => $"{entry.file}: {entry.name}");
        Assert.Empty(empty);
    }

    [Fact]
    public void Every_suppression_has_its_reason_on_the_same_line()
    {
        var bare = Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(Repository.PathOf(file)).Select((line, index) => (file, line, number: index + 1)))
            .Where(entry => entry.line.Contains("#pragma " + "warning disable", StringComparison.Ordinal) && !entry.line.Contains("//", StringComparison.Ordinal))
            .Select(entry => $"{entry.file}:{entry.number}");
        Assert.Empty(bare);
    }

    [Fact]
    public void No_unfinished_work_stands_in_the_tree()
    {
        var unfinished = Sources.Where(file => !file.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(Repository.PathOf(file)).Select((line, index) => (file, line, number: index + 1)))
            .Where(entry => Unfinished().IsMatch(entry.line)).Select(entry => $"{entry.file}:{entry.number}: {entry.line.Trim()}");
        Assert.Empty(unfinished);
    }

    [Fact]
    public void Every_version_pin_has_a_reason_and_a_licence()
    {
        var bare = File.ReadLines(Repository.PathOf("Directory.Packages.props"))
            .Where(line => line.Contains("<PackageVersion ", StringComparison.Ordinal) && !Reason().IsMatch(line));
        Assert.Empty(bare);
    }

    [Fact]
    public void Every_version_pin_is_of_a_package_that_some_project_uses()
    {
        var projects = string.Concat(Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith("Directory.Build.props", StringComparison.Ordinal))
            .Select(file => File.ReadAllText(Repository.PathOf(file))));
        Assert.All(Pin().Matches(File.ReadAllText(Repository.PathOf("Directory.Packages.props"))),
            pin => Assert.Contains($"<PackageReference Include=\"{pin.Groups["name"].Value}\"", projects, StringComparison.Ordinal));
    }

    [Fact]
    public void Interfaces_have_more_than_one_implementation()
    {
        var text = Sources.Select(file => File.ReadAllText(Repository.PathOf(file))).ToList();
        var implemented = text.SelectMany(SourceText.Types).SelectMany(type => type.Bases).CountBy(name => name).ToDictionary();
        var interfaces = Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => InterfaceName().Matches(File.ReadAllText(Repository.PathOf(file))).Select(match => match.Groups["name"].Value)).ToList();
        Assert.NotEmpty(interfaces);
        Assert.All(interfaces, name => Assert.True(implemented.GetValueOrDefault(name) >= 2, $"{name} has {implemented.GetValueOrDefault(name)} implementations"));
    }

    [Fact]
    public void Who_takes_an_interface_does_not_implement_it()
    {
        const string text = """
            internal sealed class Taker(ILedger ledger) : Base<ILedger>(ledger), IDisposable { }
            public sealed record Parts(ILedger Ledger, Func<ILedger, int> Of);
            public class Real<T>(int n) : Kept.Model.ILedger, IComparable<Real<T>>
                where T : ILedger
            {
                private sealed class Inner : ILedger;
            }
            """;
        Assert.Equal(["Base", "IDisposable", "ILedger", "IComparable", "ILedger"], SourceText.Types(text).SelectMany(type => type.Bases));
        Assert.Equal(["Taker", "Parts", "Real", "Inner"], SourceText.Types(text).Select(type => type.Name));
    }

    [Fact]
    public void Links_in_documents_lead_to_files_that_exist()
    {
        var dead =
            from file in Files
            where file.EndsWith(".md", StringComparison.Ordinal)
            from Match link in Link().Matches(File.ReadAllText(Repository.PathOf(file)))
            let target = link.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let path = Path.Combine(Path.GetDirectoryName(Repository.PathOf(file))!, target)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{file}: {target}";
        Assert.Empty(dead);
    }

    private static IReadOnlyList<string> ListFiles()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(file => File.Exists(Repository.PathOf(file)))];
    }

    [GeneratedRegex(@"^\s*(public|internal|private|file)?\s*(static |sealed |abstract |readonly |partial )*(class|record struct|record|struct|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\binterface (?<name>I[A-Z]\w+)")]
    private static partial Regex InterfaceName();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b|\bXXX\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"<!-- .+ \[[\w.-]+\] -->")]
    private static partial Regex Reason();

    [GeneratedRegex("<PackageVersion Include=\"(?<name>[^\"]+)\"")]
    private static partial Regex Pin();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
