using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>One run of the command line as a process of its own: its exit code, and what it printed where.</summary>
internal sealed record Ran(int Exit, string Result, string Talk)
{
    /// <summary>Runs <c>./kept</c> with these words to its end.</summary>
    public static async Task<Ran> KeptAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.PathOf("kept"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        try
        {
            var result = process.StandardOutput.ReadToEndAsync(limit.Token);
            var talk = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Ran(process.ExitCode, await result, await talk);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>It ended so, and told each of these words.</summary>
    public void Told(int exit, params string[] words)
    {
        Assert.True(Exit == exit, $"it ended with {Exit} instead of {exit}:\n{Result}\n{Talk}");
        foreach (var word in words) Assert.True((Result + Talk).Contains(word, StringComparison.Ordinal), $"it does not tell `{word}`:\n{Result}\n{Talk}");
        Assert.DoesNotContain("   at Kept.", Talk, StringComparison.Ordinal); // words for people, no stack of calls
        Assert.DoesNotContain("Unhandled exception", Talk, StringComparison.Ordinal);
    }
}

/// <summary><c>./kept up</c> on a house of its own, which a test ends in any way and starts again on the same data.</summary>
internal sealed class KeptProcess : ServerProcess
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(20) };
    private string? _data;

    public int Port { get; } = FreePort();

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public string DataFolder
    {
        get => _data ?? Path.Combine(Folder, "data");
        set => _data = value;
    }

    public string House => Path.Combine(Folder, "shop");

    public string Document => Path.Combine(House, "shop.kept.yaml");

    public void Write(string document)
    {
        Directory.CreateDirectory(House);
        File.WriteAllText(Document, document);
    }

    /// <summary>Starts, and waits until the house answers.</summary>
    public async Task StartAsync()
    {
        Run(Repository.PathOf("kept"), "--help"); // the build is in nobody's time
        Launch(new ProcessStartInfo(Repository.PathOf("kept"), ["up", House, "--data", DataFolder, "--port", $"{Port}"]));
        await UntilAsync(async () => (await TryAsync("healthz")).Status == HttpStatusCode.OK, "it answers");
    }

    /// <summary>Kills the server itself: the wrapper has become it.</summary>
    public async Task KillAsync()
    {
        Assert.Contains("kept.dll", (await File.ReadAllTextAsync($"/proc/{ProcessId}/cmdline")).Replace('\0', ' '), StringComparison.Ordinal);
        Signal("KILL");
        Assert.Equal(137, await WaitForExitAsync(TimeSpan.FromSeconds(20)));
    }

    public Task<Ran> LedgerVerifyAsync() => Ran.KeptAsync("ledger", "verify", "--data", DataFolder);

    public async Task<(HttpStatusCode? Status, string Text)> TryAsync(string path, HttpMethod? method = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Address, path));
            using var answer = await _http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
        {
            return (null, fault.Message);
        }
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        var (status, text) = await TryAsync(path);
        Assert.True(status == HttpStatusCode.OK, $"{path} answered {status}: {text}\n{Output}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public async Task<string> OutcomeAsync(string promise) =>
        (await JsonAsync("api/v1/promises/" + promise)).GetProperty("verdict").GetProperty("outcome").GetString()!;

    /// <summary>A verdict shows as soon as it is judged; only what the ledger holds outlives a kill, a sync later.</summary>
    public Task UntilRecordedAsync(string promise, string outcome) =>
        UntilAsync(async () => (await EventsAsync()).Exists(fact => fact.GetProperty("type").GetString()!.EndsWith("verdict.changed", StringComparison.Ordinal)
            && fact.GetProperty("subject").GetString() == promise && fact.GetProperty("data").GetProperty("outcome").GetString() == outcome), $"it is recorded that {promise} is {outcome}");

    public async Task UntilAsync(Func<Task<bool>> holds, string what, int seconds = 40)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            if (await holds()) return;
            if (!IsRunning) break;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"it did not come about that {what}; the server {(IsRunning ? "runs" : "ended")} and printed:\n{Output}");
    }

    /// <summary>All facts of the ledger after a sequence, as the API tells them.</summary>
    public async Task<List<JsonElement>> EventsAsync(string after = "")
    {
        var all = new List<JsonElement>();
        while (true)
        {
            var page = await JsonAsync($"api/v1/events?limit=1000&after={after}");
            all.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.GetProperty("next").GetString()!;
            if (!page.GetProperty("more").GetBoolean()) return all;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>A house with a promise about a port, looked at every second, and a heartbeat.</summary>
    public static string Shop(int port) =>
        ShopDocument.With($$"""
        web@1:
          benefit: You get an answer.
          check:
            http: GET http://127.0.0.1:{{port}}/health
            expect: [ status == 200 ]
        again@1:
          benefit: You get an answer the second time too.
          check:
            http: GET http://127.0.0.1:{{port}}/again
            expect: [ status == 200 ]
        backup@1:
          benefit: The backup runs.
          check: { heartbeat: nightly-backup, every: 1s, grace: 5s, confirm: 1 of 1 }
        """);
}
