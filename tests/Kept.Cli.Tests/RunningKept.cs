using System.Net;
using Kept.Cli.Commands;
using Kept.Server;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>The server as `kept up` starts it, over the documents of a test house.</summary>
internal sealed class RunningKept : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _errors = new();
    private readonly Task<int> _running;

    private RunningKept(TestHouse house, bool isPublic, TimeProvider? time)
    {
        Output = TextWriter.Synchronized(_output);
        var options = new ServerOptions(house.PathOf("data"), house.PathOf("house"), IPAddress.Loopback, 0) { Output = Output, Errors = TextWriter.Synchronized(_errors), WithOwnPromises = false, ReadModules = UpCommand.ReadModules, IsPublic = isPublic, Time = time ?? TimeProvider.System };
        _running = Task.Run(() => KeptServer.RunAsync(options, _stop.Token));
    }

    private readonly StringWriter _output = new();

    private TextWriter Output { get; }
    public HttpClient Client { get; private set; } = null!;

    public static async Task<RunningKept> UpAsync(TestHouse house, bool isPublic = false, TimeProvider? time = null)
    {
        var running = new RunningKept(house, isPublic, time);
        while (!running.Said().Contains("Ctrl-C", StringComparison.Ordinal))
        {
            if (running._running.IsCompleted) Assert.Fail($"it ended with {await running._running}: {running._errors}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        running.Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(System.Text.RegularExpressions.Regex.Match(running.Said(), "http://[^ ]+/").Value) };
        return running;
    }

    public async Task<(int Status, string Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private string Said()
    {
        lock (Output) return _output.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Client.Dispose();
        _stop.Dispose();
    }
}
