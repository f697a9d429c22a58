using System.Xml.Linq;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>The table of rooms in ARCHITECTURE.md is the law: a new edge is a change there, not a side effect of a project file.</summary>
public class LayeringTests
{
    private sealed record Room(string[] Rooms, string[] Packages);

    [Fact]
    public void Every_room_stands_in_the_table_and_references_only_what_the_table_allows()
    {
        var table = ReadTable();
        var actual = Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), XDocument.Load);
        Assert.Equal(table.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));

        foreach (var (name, project) in actual)
        {
            Assert.Equal(table[name].Rooms.Order(StringComparer.Ordinal), Edges(project, "ProjectReference").Order(StringComparer.Ordinal));
            Assert.Equal(table[name].Packages.Order(StringComparer.Ordinal), Edges(project, "PackageReference").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_project_stands_in_the_solution()
    {
        var solution = XDocument.Load(Repository.PathOf("Kept.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value).Order(StringComparer.Ordinal);
        var onDisk = new[] { "src", "tests", "bench" }.Where(folder => Directory.Exists(Repository.PathOf(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(onDisk, solution);
    }

    private static Dictionary<string, Room> ReadTable()
    {
        var text = File.ReadAllText(Repository.PathOf("ARCHITECTURE.md"));
        var rows = text.Split("<!-- rooms -->")[1].Split("<!-- /rooms -->")[0].Split('\n').Where(line => line.StartsWith("| Kept.", StringComparison.Ordinal));
        return rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(
            cells => cells[1],
            cells => new Room([.. List(cells[2]).Select(name => "Kept." + name)], List(cells[3])));

        static string[] List(string cell) => cell == "–" ? [] : cell.Split(',', StringSplitOptions.TrimEntries);
    }

    private static IEnumerable<string> Edges(XDocument project, string kind) =>
        project.Descendants(kind).Select(item => item.Attribute("Include")!.Value)
            .Select(name => kind == "ProjectReference" ? Path.GetFileNameWithoutExtension(name.Replace('\\', '/')) : name);
}
