using System.Text;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Exports;

/// <summary>Checks as modules and targets, and back.</summary>
public sealed class BlackboxExportTests
{
    [Fact]
    public void Checks_become_modules_and_secrets_stay() => Snapshot.Matches(Exporting.Shown("blackbox", Exporting.Case("house.kept.yaml")));

    [Fact]
    public void What_came_from_modules_comes_back_equal()
    {
        var (modules, jobs) = (Importing.Case("Blackbox", "blackbox.yaml"), Importing.Case("Blackbox", "prometheus.yaml"));
        var first = Document(Importing.Of("blackbox", modules, ("prometheus", jobs)));
        var export = Exporting.Of("blackbox", first);
        string File(string name) => Encoding.UTF8.GetString(export.Files.Single(file => file.Path == name).Bytes.Span);
        var again = Importing.Of("blackbox", File("blackbox.yml"), ("prometheus", File("prometheus.yml")), ("targets", File("blackbox-targets.yml")));
        Assert.DoesNotContain(again.Findings, finding => finding.Kind is FindingKind.Unread or FindingKind.UnknownKey or FindingKind.Lost);
        Assert.Equal(7, again.Carried);
        // a target without a scheme is http, and a module that asks for no status takes 2xx, which was told
        Assert.Contains(export.Findings, finding => finding.Message.Contains("no line asks for a status", StringComparison.Ordinal));
        Assert.Equal(Checks(first), Checks(Document(again)).Replace("http-old-example", "old-example", StringComparison.Ordinal).Replace("redirects: follow\n expect:\n - status in 200..299\n  caches:", "redirects: follow\n  caches:", StringComparison.Ordinal));
    }

    private static string Document(ImportReading reading) => Encoding.UTF8.GetString(reading.Documents.Single().Bytes.Span);

    /// <summary>Without what the module was called.</summary>
    private static string Checks(string document)
    {
        var lines = document.Split('\n').Where(line => !line.Contains("purpose:", StringComparison.Ordinal) && !line.StartsWith('#')).Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? " " + line.Trim() : line);
        return string.Join('\n', lines);
    }
}
