using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>What holds for every tool whose files are read.</summary>
public sealed class EveryToolTests
{
    public static TheoryData<string> Tools => [.. ImportCatalog.Tools.Select(tool => tool.Name)];

    /// <summary>Every case of a tool, in the folder of its name; a tool without a case fails here.</summary>
    [Theory]
    [MemberData(nameof(Tools))]
    public void What_is_written_is_read_without_an_error(string tool)
    {
        var folder = Directory.GetDirectories(Repository.PathOf("tests", "Kept.Import.Tests")).Single(folder => string.Equals(Path.GetFileName(folder), tool, StringComparison.OrdinalIgnoreCase));
        var cases = Directory.GetFiles(Path.Combine(folder, "cases")).Order(StringComparer.Ordinal).ToList();
        var carried = 0;
        foreach (var file in cases)
        {
            var name = Path.GetFileName(file);
            var beside = tool == "blackbox" ? new[] { ("prometheus", Importing.Case("Blackbox", "prometheus.yaml")) } : [];
            var reading = Importing.Of(tool, [(name, File.ReadAllText(file))], beside);
            carried += reading.Carried;
            // what stands here is no part of what there is to do
            Assert.DoesNotContain(reading.Findings, finding => finding.Instead is { } instead && (instead.StartsWith("here ", StringComparison.Ordinal) || instead.Contains("; here ", StringComparison.Ordinal)));
            if (reading.IsBroken) continue;
            var house = HouseReader.Read(reading.Documents, "house", CheckCatalog.Kinds);
            Assert.DoesNotContain(house.Diagnostics, problem => problem.Severity == Severity.Error);
            Assert.All(reading.Checks, check => Assert.True(check.Wish is not null == (check.Fate != Fate.NotCarried)));
            // whatever was not carried whole has its reason among the findings
            Assert.All(reading.Checks.Where(check => check.Fate == Fate.NotCarried), check => Assert.Contains(reading.Findings, finding => finding.Kind is FindingKind.Lost or FindingKind.Hollow && finding.Subject == check.Name));
        }
        Assert.True(carried > 0, $"no case of {tool} is carried");
    }
}
