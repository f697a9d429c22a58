using System.Diagnostics;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Pictures of every page for people to look at; made only when asked for: <c>KEPT_SCREENSHOTS=FOLDER</c>.</summary>
public class Screenshots
{
    private static readonly (string Name, string Path, int Height)[] Pages =
    [
        ("house", "/", 1650), ("promise", "/promises/live-show/image@2", 3300), ("broken", "/promises/live-show/meme@3", 2600), ("agent", "/agents/live-show", 1500),
        ("problems", "/problems", 900), ("evidence", "/evidence", 800), ("telling", "/tell", 1900), ("add", "/add", 1600), ("lost", "/nowhere", 500),
    ];

    [Fact]
    public async Task Pages_can_be_looked_at()
    {
        var folder = Environment.GetEnvironmentVariable("KEPT_SCREENSHOTS");
        if (folder is null) Assert.Skip("made when asked for by KEPT_SCREENSHOTS=FOLDER");
        Directory.CreateDirectory(folder);
        var house = new MadeHouse();
        await using var web = await RunningWeb.StartAsync(house, webFolder: Environment.GetEnvironmentVariable("KEPT_WEB"));
        foreach (var (name, path, height) in Pages.Where(page => Environment.GetEnvironmentVariable("KEPT_PAGES") is not { } only || only.Split(',').Contains(page.Name)))
        {
            await ShootAsync(new Uri(web.Address, path), Path.Combine(folder, name + ".png"), 1200, height, dark: false);
            await ShootAsync(new Uri(web.Address, path), Path.Combine(folder, name + "-dark.png"), 1200, height, dark: true);
            await ShootAsync(new Uri(web.Address, path), Path.Combine(folder, name + "-phone.png"), 500, height * 5 / 4, dark: false);
        }
        if (Environment.GetEnvironmentVariable("KEPT_PAGES") is { } some && !some.Split(',').Contains("parts")) return;
        await using var parts = await RunningWeb.StartAsync(MadeParts.House(), webFolder: Environment.GetEnvironmentVariable("KEPT_WEB"));
        var page = new Uri(parts.Address, "/promises/live-show/checkout@1");
        await ShootAsync(page, Path.Combine(folder, "parts.png"), 1200, 1700, dark: false);
        await ShootAsync(page, Path.Combine(folder, "parts-dark.png"), 1200, 1700, dark: true);
        await ShootAsync(page, Path.Combine(folder, "parts-phone.png"), 500, 2200, dark: false);
    }

    private static async Task ShootAsync(Uri page, string file, int width, int height, bool dark)
    {
        var profile = Directory.CreateTempSubdirectory("kept-shot");
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            "--user-data-dir=" + profile.FullName, "--screenshot=" + file, $"--window-size={width},{height}", .. dark ? (string[])["--blink-settings=preferredColorScheme=0"] : [], page.AbsoluteUri,
        ];
        using var chromium = Process.Start(new ProcessStartInfo("chromium", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40), TimeProvider.System);
        var (output, errors) = (chromium.StandardOutput.ReadToEndAsync(patience.Token), chromium.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await chromium.WaitForExitAsync(patience.Token);
            await Task.WhenAll(output, errors);
        }
        finally
        {
            if (!chromium.HasExited) chromium.Kill(entireProcessTree: true);
        }
        Assert.True(File.Exists(file), await errors);
        profile.Delete(recursive: true);
    }
}
