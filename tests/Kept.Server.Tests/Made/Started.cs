using System.Text;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>A server that runs until it is stopped, with what it said.</summary>
internal sealed class Started : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Voice _output = new(), _errors = new();
    private readonly Task<int> _running;

    private Started(ServerOptions options) => _running = Task.Run(() => KeptServer.RunAsync(options with { Output = _output, Errors = _errors }, _stop.Token));

    public static Started Up(ServerOptions options) => new(options);

    public string Output => _output.Text;
    public string Errors => _errors.Text;

    /// <summary>Waits for the banner, and asks where it says that the page is.</summary>
    public async Task<HttpClient> ClientAsync()
    {
        for (var i = 0; i < 900 && !Output.Contains("Ctrl-C", StringComparison.Ordinal); i++)
        {
            if (_running.IsCompleted) Assert.Fail($"it ended with {await _running}: {Errors}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        var url = System.Text.RegularExpressions.Regex.Match(Output, "http://[^ ]+/").Value;
        return new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
    }

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }
}

internal sealed class Voice : StringWriter
{
    private readonly StringBuilder _text = new();
    public override void Write(char value)
    {
        lock (_text) _text.Append(value);
    }
    public override void Write(string? value)
    {
        lock (_text) _text.Append(value);
    }
    public override void WriteLine(string? value) => Write(value + "\n");
    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }
}
