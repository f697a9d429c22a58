using System.Collections.Frozen;
using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>Imports as the command line does them, on texts.</summary>
internal static class Importing
{
    public static ImportReading Of(string tool, string text, params (string Name, string Text)[] beside) => Of(tool, [("config.yaml", text)], beside);

    public static ImportReading Of(string tool, IReadOnlyList<(string Path, string Text)> files, params (string Name, string Text)[] beside) =>
        Of(tool, Request([.. files.Select(file => File(file.Path, file.Text))], beside));

    public static ImportRequest Request(IReadOnlyList<ForeignFile> files, params (string Name, string Text)[] beside) =>
        new([.. files], beside.ToFrozenDictionary(one => one.Name, one => File(one.Name + ".yaml", one.Text)), CheckCatalog.Kinds, "watch", new DateOnly(2099, 12, 31));

    public static ImportReading Of(string tool, ImportRequest request)
    {
        var reading = ImportCatalog.Read(ImportCatalog.Tools.Single(one => one.Name == tool), request);
        // whatever the file held: what comes out loads
        if (reading.Documents.Length > 0)
        {
            var house = HouseReader.Read(reading.Documents, "house", CheckCatalog.Kinds);
            Assert.Empty(house.Diagnostics.Where(problem => problem.RefusesHouse));
            if (reading.Tool.HasChecks) Assert.Equal(reading.Carried, house.House!.Promises.Count(promise => promise.IsWish));
            Assert.All(reading.Documents, document => Assert.False(Formatter.Format(document).Changed));
        }
        return reading;
    }

    public static string Case(string tool, string name) => System.IO.File.ReadAllText(Repository.PathOf("tests", "Kept.Import.Tests", tool, "cases", name));

    /// <summary>Everything that came out, as text.</summary>
    public static string Shown(ImportReading reading)
    {
        var text = new StringBuilder();
        text.AppendLine($"score {reading.Score}, carried {reading.Carried} of {reading.Checks.Length}, hollow {reading.Hollow}{(reading.IsBroken ? ", broken" : "")}");
        foreach (var check in reading.Checks) text.AppendLine($"{check.Fate}: {check.Name} -> {check.Wish ?? "nothing"} ({check.At})");
        foreach (var finding in reading.Findings)
        {
            text.AppendLine($"{finding.At} {finding.Kind} {finding.Code} [{finding.Subject}] {finding.Message}");
            if (finding.Shows is { } shows) text.AppendLine("    shows " + shows);
            if (finding.Instead is { } instead) text.AppendLine("    write " + instead);
            if (finding.Here is { } here) text.AppendLine("    here " + here);
        }
        foreach (var document in reading.Documents) text.AppendLine($"--- {document.Path}").Append(Encoding.UTF8.GetString(document.Bytes.Span));
        return text.ToString();
    }

    private static ForeignFile File(string path, string text) => new(path, path, Encoding.UTF8.GetBytes(text));
}
