using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kept.TestKit;
using Kept.TestKit.Servers;

namespace Kept.EndToEnd.Tests.Servers;

/// <summary>The product as its user starts it: <c>./kept up</c>.</summary>
public sealed class KeptUp : ServerProcess
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public int Port { get; } = FreePort();

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public string DataFolder => Path.Combine(Folder, "data");

    public string House => Path.Combine(Folder, "house");

    public string Document => Path.Combine(House, "shop.kept.yaml");

    /// <summary>Writes a house of its settings and one document, and starts on it.</summary>
    public async Task StartAsync(string settings, string document)
    {
        Directory.CreateDirectory(House);
        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), settings);
        await File.WriteAllTextAsync(Document, document);
        await StartAsync(House);
    }

    public async Task StartAsync(string? house)
    {
        // The build belongs to nobody's time: the wrapper builds once, before the clock of any test starts.
        Run(Repository.PathOf("kept"), "--help");
        var arguments = new List<string> { "up" };
        if (house is not null) arguments.Add(house);
        arguments.AddRange(["--data", DataFolder, "--port", Port.ToString()]);
        Launch(new ProcessStartInfo(Repository.PathOf("kept"), arguments));
        await AcceptsAsync(Port);
    }

    public async Task<JsonElement> GetAsync(string path) => await _http.GetFromJsonAsync<JsonElement>(new Uri(Address, path));

    public async Task<string> TextAsync(string path) => await _http.GetStringAsync(new Uri(Address, path));

    public async Task<HttpStatusCode> CallAsync(string path)
    {
        using var answer = await _http.PostAsync(new Uri(Address, path), new StringContent(""));
        return answer.StatusCode;
    }

    /// <summary>Waits until a promise reads as expected, or fails with what it read last.</summary>
    public async Task<JsonElement> UntilAsync(string promise, string outcome, string because = "", int seconds = 30)
    {
        var clock = Stopwatch.StartNew();
        JsonElement last = default;
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            try
            {
                last = await GetAsync("api/v1/promises/" + promise);
                var verdict = last.GetProperty("verdict");
                if (verdict.GetProperty("outcome").GetString() == outcome && verdict.GetProperty("reason").GetString()!.Contains(because, StringComparison.OrdinalIgnoreCase)) return last;
            }
            catch (HttpRequestException) when (IsRunning)
            {
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        throw new Xunit.Sdk.XunitException($"{promise} did not become '{outcome}' because '{because}' within {seconds} s; it reads:\n{last}\nThe server printed:\n{Output}");
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }
}
