using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>The pages of the single tools: what stands on them is what comes out.</summary>
public sealed partial class ImportPagesTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A monitor as the page has it, and looks as the page shows them.</summary>
    private const string Kuma = """
        CREATE TABLE monitor (id integer primary key, name text, type text, url text, parent integer, interval integer, active boolean default 1);
        CREATE TABLE heartbeat (id integer primary key, monitor_id integer, status smallint, msg text, time datetime, ping integer);
        CREATE TABLE stat_daily (id integer primary key, monitor_id integer, timestamp integer, ping float, up smallint, down smallint);
        INSERT INTO monitor (id, name, type, url, parent, interval) VALUES (1, 'shop', 'group', NULL, NULL, 60), (2, 'front page', 'http', 'https://shop.example/', 1, 60);
        INSERT INTO heartbeat (monitor_id, status, msg, time, ping) VALUES (2, 1, '200 - OK', '2026-01-01 00:00:00.250', 120), (2, 2, 'timeout of 48000ms exceeded', '2026-01-01 00:01:00.250', NULL), (2, 3, 'Monitor under maintenance', '2026-01-01 00:02:00.250', NULL);
        INSERT INTO stat_daily (monitor_id, timestamp, ping, up, down) VALUES (2, 1767225600, 118.5, 1436, 4);
        """;

    private static IEnumerable<string> Blocks(string page, string form) => Fence().Matches(File.ReadAllText(Repository.PathOf("docs", "reference", page))).Where(block => block.Groups["form"].Value == form).Select(block => block.Groups["text"].Value);

    [Theory]
    [InlineData("kuma", "backup.json")]
    [InlineData("healthchecks", "checks.json")]
    [InlineData("cloudprober", "cloudprober.cfg")]
    public async Task What_the_page_of_a_tool_shows_is_what_comes_out(string tool, string file)
    {
        var page = $"import-{tool}.md";
        using var place = new TestHouse().With(file, Blocks(page, tool).Single());
        var report = await CommandLine.RunAtAsync(Then, "import", tool, place.PathOf(file), "-o", place.PathOf("house"));
        var shown = report.Result.Replace(place.PathOf(file), file, StringComparison.Ordinal);
        Assert.All(Blocks(page, "report"), block => Assert.Contains(block, shown, StringComparison.Ordinal));
        var document = await File.ReadAllTextAsync(place.PathOf($"house/imported-from-{tool}.kept.yaml"), TestContext.Current.CancellationToken);
        Assert.All(Blocks(page, "document"), block => Assert.Contains(block, document, StringComparison.Ordinal));
        Assert.Equal(0, (await CommandLine.RunAtAsync(Then, "check", place.PathOf("house"))).ExitCode);
    }

    [Fact]
    public async Task The_past_of_Kuma_stands_beside_the_documents_and_is_not_overwritten()
    {
        using var place = new TestHouse();
        Database(place.PathOf("kuma.db"), Kuma);
        string[] import = ["import", "kuma", place.PathOf("kuma.db"), "--history", "-o", place.PathOf("house")];
        var run = await CommandLine.RunAtAsync(Then, import);
        Assert.Equal(0, run.ExitCode);
        var history = place.PathOf("house/imported-from-kuma.history.jsonl");
        Assert.Equal(Blocks("import-kuma.md", "history").Single(), File.ReadAllText(history).Replace(place.PathOf("kuma.db"), "kuma.db", StringComparison.Ordinal));
        Assert.Contains("as uptime-kuma recorded it, and no evidence of ours", run.Result, StringComparison.Ordinal);
        Assert.Contains("3 looks: 1 good, 1 bad, 1 gaps · 2026-01-01 to 2026-01-01 · 1 of its own counts per day · 0 left out", run.Result, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandLine.RunAtAsync(Then, "check", place.PathOf("house"))).ExitCode);

        File.Delete(place.PathOf("house/imported-from-kuma.kept.yaml"));
        var again = await CommandLine.RunAtAsync(Then, import);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("history.jsonl is there already, and nothing is overwritten", again.Talk, StringComparison.Ordinal);
        Assert.False(File.Exists(place.PathOf("house/imported-from-kuma.kept.yaml")));

        var json = await CommandLine.RunAtAsync(Then, "import", "kuma", place.PathOf("kuma.db"), "--history", "-o", place.PathOf("other"), "--json");
        using var answer = JsonDocument.Parse(json.Result);
        Assert.Equal("uptime-kuma", answer.RootElement.GetProperty("history").GetProperty("assessor").GetString());
        Assert.Equal(1, answer.RootElement.GetProperty("history").GetProperty("days")[0].GetProperty("bad").GetInt64());
    }

    /// <summary>Half a history is no history: the documents are taken back with it.</summary>
    [Fact]
    public async Task A_past_that_cannot_be_read_leaves_nothing_behind()
    {
        using var place = new TestHouse().With("backup.json", Blocks("import-kuma.md", "kuma").Single());
        Database(place.PathOf("kuma.db"), Kuma.Replace("ping integer);", "latency integer);", StringComparison.Ordinal).Replace("time, ping) VALUES", "time, latency) VALUES", StringComparison.Ordinal));
        foreach (var (file, why) in new[] { ("kuma.db", "lacks the column `ping`"), ("backup.json", "a backup holds no history") })
        {
            var run = await CommandLine.RunAtAsync(Then, "import", "kuma", place.PathOf(file), "--history", "-o", place.PathOf("house"));
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(why, run.Result, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(place.PathOf("house")));
        }
        var nowhere = await CommandLine.RunAtAsync(Then, "import", "kuma", place.PathOf("kuma.db"), "--history");
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("-o FOLDER", nowhere.Talk, StringComparison.Ordinal);
    }

    /// <summary>Lines of a backup are shown, and the secrets that stand in them are not.</summary>
    [Fact]
    public async Task A_report_of_a_backup_shows_no_secret()
    {
        var run = await CommandLine.RunAtAsync(Then, "import", "kuma", Repository.PathOf("tests", "Kept.Import.Tests", "Kuma", "cases", "backup.json"));
        Assert.DoesNotContain("hidden", run.Result, StringComparison.Ordinal);
        var json = await CommandLine.RunAtAsync(Then, "import", "kuma", Repository.PathOf("tests", "Kept.Import.Tests", "Kuma", "cases", "backup.json"), "--json");
        Assert.DoesNotContain("hidden", json.Result, StringComparison.Ordinal);
    }

    private static void Database(string path, string content)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = content;
        command.ExecuteNonQuery();
    }

    [GeneratedRegex(@"^```(?<form>[\w-]*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
