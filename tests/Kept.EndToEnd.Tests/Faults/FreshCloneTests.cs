using System.Diagnostics;
using System.Net;
using Kept.TestKit;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>What the README says, in a clone that nobody built before.</summary>
public sealed class FreshCloneTests
{
    [Fact]
    public async Task A_fresh_clone_builds_checks_its_examples_answers_and_starts_quickly_the_second_time()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("KEPT_TEST_ALL") == "1" || Environment.GetEnvironmentVariable("CI") == "true", "a slow run (it builds everything anew): ./test --all");
        Repository.Require(Directory.Exists(Repository.PathOf(".git")) || File.Exists(Repository.PathOf(".git")), "the repository");
        await using var clone = new Clone();
        ServerProcess.Run("git", "clone", "--quiet", "--depth", "1", "file://" + Repository.Root, clone.Root);

        var clock = Stopwatch.StartNew();
        // what is not committed would be missing for everybody else: only the clone's own files count
        ServerProcess.Run(clone.Kept, "check", Path.Combine(clone.Root, "examples", "good", "web-shop"));
        var build = clock.Elapsed;
        var readme = await File.ReadAllTextAsync(Path.Combine(clone.Root, "README.md"));
        foreach (var example in new[] { "examples/good/web-shop", "./kept up", "./kept check", "./kept verify", "./kept status", "./kept explain" }) Assert.Contains(example, readme, StringComparison.Ordinal);
        foreach (var house in Directory.GetDirectories(Path.Combine(clone.Root, "examples", "good"))) ServerProcess.Run(clone.Kept, "check", house);

        var first = await clone.UpAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var page = await clone.PageAsync(http, "kept/page@1");
        Assert.Contains("kept add https", page, StringComparison.Ordinal); // how to add the next
        await clone.StopAsync();
        var built = File.GetLastWriteTimeUtc(Path.Combine(clone.Root, "artifacts", "kept", "kept.dll"));
        var second = await clone.UpAsync();
        await clone.StopAsync();
        await clone.UpAsync("examples/good/web-shop");
        foreach (var line in File.ReadLines(Path.Combine(clone.Root, "examples", "good", "web-shop", "kept.yaml")).Where(line => line.StartsWith("agent: ", StringComparison.Ordinal)))
            await clone.PageAsync(http, line["agent: ".Length..].Trim() + "/");
        await clone.StopAsync();
        Assert.Equal(built, File.GetLastWriteTimeUtc(Path.Combine(clone.Root, "artifacts", "kept", "kept.dll"))); // nothing changed, so nothing was built
        TestContext.Current.TestOutputHelper!.WriteLine($"first build {build.TotalSeconds:0.0} s, first answer {first.TotalSeconds:0.00} s, second start {second.TotalSeconds:0.00} s");
        Assert.True(build < TimeSpan.FromMinutes(10), $"the first build took {build}");
        Assert.True(second < TimeSpan.FromSeconds(10), $"the second start took {second}");
        Assert.Equal("", ServerProcess.Run("git", "-C", clone.Root, "status", "--porcelain")); // running it leaves no file that git would see
    }

    private sealed class Clone : ServerProcess
    {
        public int Port { get; } = FreePort();

        public string Root => Path.Combine(Folder, "kept");

        public string Kept => Path.Combine(Root, "kept");

        /// <summary>Starts it as the README says, and tells how long it took to answer.</summary>
        public async Task<TimeSpan> UpAsync(params string[] house)
        {
            var clock = Stopwatch.StartNew();
            Launch(new ProcessStartInfo(Kept, ["up", .. house, "--port", $"{Port}"]) { WorkingDirectory = Root });
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
            while (true)
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/"));
                    if (answer.StatusCode == HttpStatusCode.OK) return clock.Elapsed;
                }
                catch (HttpRequestException) when (IsRunning && clock.Elapsed < TimeSpan.FromMinutes(1))
                {
                    // it does not listen yet
                }
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        /// <summary>The page, once it shows what is looked for.</summary>
        public async Task<string> PageAsync(HttpClient http, string shows)
        {
            for (var clock = Stopwatch.StartNew(); ;)
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/"));
                var page = await answer.Content.ReadAsStringAsync();
                if (page.Contains(shows, StringComparison.Ordinal)) return page;
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"the page does not show {shows}:\n{page}");
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }

        public override async Task StopAsync()
        {
            if (!IsRunning) return;
            Signal("TERM");
            Assert.Equal(0, await WaitForExitAsync(TimeSpan.FromSeconds(20)));
        }
    }
}
