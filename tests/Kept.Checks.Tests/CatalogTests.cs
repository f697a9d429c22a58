using System.Reflection;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class CatalogTests
{
    public static TheoryData<string> Kinds => [.. CheckCatalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_described_whole(string name)
    {
        var kind = Looking.Kind(name);
        Assert.Equal(kind.Sees.Length, kind.Sees.Select(seen => seen.Name).Distinct().Count());
        Assert.Equal(kind.Fields.Length, kind.Fields.Select(field => field.Name).Distinct().Count());
        Assert.Equal(kind.Failures.Length, kind.Failures.Distinct().Count());
        Assert.NotEmpty(kind.Failures);
        Assert.DoesNotContain(kind.Fields, field => CheckCatalog.Kinds.Any(other => other.Name == field.Name)); // such a key would name a second kind
        Assert.All(kind.Failures, failure => Assert.True(failure.IsTried, $"`{failure}` is no standard failure: give it the looks it would have"));
        Assert.DoesNotContain(kind.Fields, field => field.Name is "name" && name != "tls" || field.Name is "every" or "timeout" or "confirm" or "expect" or "measures");
        var page = File.ReadAllText(Repository.PathOf("docs", "checks", name + ".md"));
        foreach (var field in kind.Fields) Assert.Contains($"`{field.Name}`", page, StringComparison.Ordinal);
        foreach (var seen in kind.Sees) Assert.Contains($"`{seen.Name}`", page, StringComparison.Ordinal);
        foreach (var failure in kind.Failures) Assert.Contains($"`{failure}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_that_dials_has_a_look_and_no_other()
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        Assert.Equal(CheckCatalog.Kinds.Where(kind => !kind.IsPassive).Select(kind => kind.Name).Order(), CheckCatalog.Looks(dialer, TimeProvider.System).Keys.Order());
    }

    [Fact]
    public void Constants_of_places_are_the_places_of_their_names()
    {
        var types = typeof(CheckCatalog).Assembly.GetTypes().Where(type => type.GetField("Kind", BindingFlags.Public | BindingFlags.Static)?.FieldType == typeof(CheckKind)).ToList();
        Assert.Equal(CheckCatalog.Kinds.Length, types.Count);
        foreach (var type in types)
            foreach (var constant in type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral && field.FieldType == typeof(int)))
            {
                var name = constant.Name switch { "Dns" => "time.dns", "Connect" => "time.connect", "Tls" or "Handshake" => "time.tls", "FirstByte" => "time.first-byte", "OfTls" => "certificate.expires-in", var other => other };
                var kind = (CheckKind)type.GetField("Kind", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
                Assert.Equal(name, kind.Sees[(int)constant.GetValue(null)!].Name, (a, b) => string.Equals(Letters(a), Letters(b), StringComparison.OrdinalIgnoreCase));
            }
    }

    /// <summary>A constant has no place for the dots and dashes of a name.</summary>
    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));

    /// <summary>What CONTRIBUTING promises to whoever adds a kind: its own folder, and one line of the catalogue.</summary>
    [Fact]
    public void A_kind_stands_in_one_line_of_the_catalogue_and_in_one_folder()
    {
        var lines = File.ReadLines(Repository.PathOf("src", "Kept.Checks", "CheckCatalog.cs")).ToList();
        foreach (var folder in Directory.EnumerateDirectories(Repository.PathOf("src", "Kept.Checks")).Select(Path.GetFileName).Where(name => File.Exists(Repository.PathOf("src", "Kept.Checks", name!, name + "Kind.cs"))))
        {
            var saying = lines.Where(line => line.Contains($"{folder}Kind", StringComparison.Ordinal) || line.Contains($"{folder}Look", StringComparison.Ordinal)).ToList();
            Assert.True(saying.Count == 1, $"{folder} takes {saying.Count} lines of CheckCatalog");
            Assert.Contains(CheckCatalog.Kinds, kind => string.Equals(kind.Name, folder, StringComparison.OrdinalIgnoreCase));
            var elsewhere = Directory.EnumerateFiles(Repository.PathOf("src", "Kept.Checks"), "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != folder && Path.GetFileName(file) != "CheckCatalog.cs" && File.ReadAllText(file).Contains($"{folder}Kind", StringComparison.Ordinal));
            Assert.Empty(elsewhere);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_a_target_never_throws(string name)
    {
        var random = new Random(7);
        const string alphabet = "aZ0 .:/[]@?#%${}\t\r\n\\é\ud800①-_GET https://at";
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var prefix = i % 3 == 0 ? "http://" : i % 3 == 1 ? "A x at " : "";
            var reading = Looking.Kind(name).ReadTarget(prefix + text);
            Assert.NotEqual(reading.Target is null, reading.Error is null);
        }
    }
}
