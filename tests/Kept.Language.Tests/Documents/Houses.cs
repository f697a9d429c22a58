using System.Text;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Reading of short documents in tests.</summary>
internal static class Houses
{
    /// <summary>A document that reads well, for tests that change one thing.</summary>
    public const string Shop = """
        kept: 1
        agent: shop
        domains: [shop.example]
        promises:
          page:
            version: 1.0
            benefit: You can look around.
            to: anyone
            keeps: [ availability >= 99.5% over 30d ]
            check: { http: GET https://shop.example/, expect: [ status == 200 ] }
        """;

    public static HouseReading Read(params string[] files) =>
        Read([.. files.Select((text, i) => (i == 0 ? "kept.yaml" : $"a{i}.kept.yaml", text))]);

    public static HouseReading Read(params (string Path, string Text)[] files) =>
        HouseReader.Read([.. files.Select(file => new DocumentFile(file.Path, Encoding.UTF8.GetBytes(file.Text)))], "test-house", TestKinds.All);

    public static HouseReading Read(byte[] bytes) => HouseReader.Read([new DocumentFile("kept.yaml", bytes)], "test-house", TestKinds.All);

    public static House Reads(params string[] files)
    {
        var reading = Read(files);
        Assert.True(reading.House is not null && reading.Diagnostics.IsEmpty, Shown(reading));
        return reading.House;
    }

    /// <summary>The first diagnostic of that code; the reading is refused.</summary>
    public static Diagnostic Refuses(string code, params string[] files)
    {
        var reading = Read(files);
        Assert.Null(reading.House);
        var found = reading.Diagnostics.FirstOrDefault(diagnostic => diagnostic.Code == code);
        Assert.True(found is not null, $"no {code} in\n{Shown(reading)}");
        return found;
    }

    /// <summary>The shop with one more line, or lines, in its promise.</summary>
    public static string With(string lines) => Shop + "\n" + string.Join("\n", lines.Split('\n').Select(line => "    " + line)) + "\n";

    /// <summary>The shop with one more line, or lines, in its document.</summary>
    public static string WithTop(string lines) => Shop + "\n" + lines + "\n";

    public static Promise PromiseOf(string lines) => Reads(With(lines)).Agents[0].Promises[0];

    public static string Shown(HouseReading reading) => string.Join("\n", reading.Diagnostics.Select(DiagnosticText.Render));
}
