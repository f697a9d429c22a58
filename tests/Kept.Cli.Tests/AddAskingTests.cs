using System.Diagnostics;
using System.Text;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept add</c> at a terminal, which <c>script</c> of util-linux provides: terms are accepted, edited first, or skipped.</summary>
public sealed class AddAskingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it on a terminal and gives one answer each time it asks.</summary>
    private static async Task<(int ExitCode, string Shown)> AskedAsync(TestHouse house, string editor, params string[] answers)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "kept");
        using var run = Process.Start(new ProcessStartInfo("script")
        {
            ArgumentList = { "-qec", $"'{program}' add --heartbeat nightly --house '{house.Folder}'", "/dev/null" },
            Environment = { ["EDITOR"] = editor, ["VISUAL"] = "", ["NO_COLOR"] = "1", ["TERM"] = "dumb" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var _ = patience.Token.Register(() => run.Kill(entireProcessTree: true));
        var shown = new StringBuilder();
        var buffer = new char[4096];
        var (answered, read) = (0, 0);
        while ((read = await run.StandardOutput.ReadAsync(buffer, patience.Token)) > 0)
        {
            shown.Append(buffer, 0, read);
            if (answered == answers.Length || Asked(shown.ToString()) <= answered) continue;
            await run.StandardInput.WriteAsync(answers[answered++] + "\n");
            await run.StandardInput.FlushAsync(patience.Token);
        }
        await run.WaitForExitAsync(patience.Token);
        return (run.ExitCode, shown.ToString());
    }

    // a question ends with its default in parentheses
    private static int Asked(string shown) => shown.Split("skip it? ").Skip(1).Count(rest => rest.Contains("):", StringComparison.Ordinal));

    [Fact]
    public async Task Terms_can_be_edited_before_they_are_accepted()
    {
        Repository.Require(File.Exists("/usr/bin/script"), "script (util-linux)");
        using var house = new TestHouse();
        var (code, shown) = await AskedAsync(house, "sed -i s/99%/97.5%/", "edit", "accept");
        Assert.True(code == 0, shown);
        Assert.Contains("availability >= 97.5%", await File.ReadAllTextAsync(house.PathOf("nightly.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_after_editing_is_not_offered_for_accepting()
    {
        Repository.Require(File.Exists("/usr/bin/script"), "script (util-linux)");
        using var house = new TestHouse();
        var (code, shown) = await AskedAsync(house, "sed -i 's/^agent:/agnt:/'", "edit", "skip");
        Assert.True(code == 1, shown);
        Assert.Contains("would not be read", shown, StringComparison.Ordinal);
        Assert.Contains("Edit it again, or skip it?", shown, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(house.Folder));
    }

    [Fact]
    public async Task An_editor_that_fails_leaves_the_terms_as_they_were()
    {
        Repository.Require(File.Exists("/usr/bin/script"), "script (util-linux)");
        using var house = new TestHouse();
        var (code, shown) = await AskedAsync(house, "false", "edit", "accept");
        Assert.True(code == 0, shown);
        Assert.Contains("`false` ended with exit code 1", shown, StringComparison.Ordinal);
        Assert.Contains("availability >= 99%", await File.ReadAllTextAsync(house.PathOf("nightly.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terms_that_are_skipped_are_not_written()
    {
        Repository.Require(File.Exists("/usr/bin/script"), "script (util-linux)");
        using var house = new TestHouse();
        var (code, shown) = await AskedAsync(house, "false", "skip");
        Assert.True(code == 1 && shown.Contains("Nothing was written", StringComparison.Ordinal), shown);
        Assert.Empty(Directory.GetFiles(house.Folder));
    }
}
