using System.Text;
using Kept.Checks;
using Kept.Import.Exporting;
using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>Exports as the command line does them, on texts.</summary>
internal static class Exporting
{
    public static ExportWriting Of(string tool, string text) => ExportCatalog.Write(ExportCatalog.Tools.Single(one => one.Name == tool), Read(text));

    public static House Read(string text)
    {
        var house = HouseReader.Read([new DocumentFile("house.kept.yaml", Encoding.UTF8.GetBytes(text))], "house", CheckCatalog.Kinds);
        Assert.True(house.House is not null, string.Join('\n', house.Diagnostics));
        return house.House;
    }

    public static string Case(string name) => File.ReadAllText(Repository.PathOf("tests", "Kept.Import.Tests", "Exports", "cases", name));

    public static string Text(ExportWriting export) => string.Concat(export.Files.Select(file => Encoding.UTF8.GetString(file.Bytes.Span)));

    /// <summary>Everything that came out, as text.</summary>
    public static string Shown(string tool, string text)
    {
        var export = Of(tool, text);
        var shown = new StringBuilder($"written {export.Written} of {export.All}\n");
        foreach (var finding in export.Findings)
        {
            shown.Append($"{finding.At} {finding.Kind} {finding.Code} [{finding.Subject}] {finding.Message}\n");
            if (finding.Instead is { } instead) shown.Append($"    write {instead}\n");
        }
        foreach (var file in export.Files) shown.Append($"--- {file.Path}\n").Append(Encoding.UTF8.GetString(file.Bytes.Span));
        return shown.ToString();
    }
}
