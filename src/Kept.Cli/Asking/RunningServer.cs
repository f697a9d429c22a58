using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kept.Egress;
using Kept.Model;
using Kept.Server;

namespace Kept.Cli.Asking;

/// <summary>A running server, asked over its API.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly Dialer _dialer;
    private readonly Uri _address;
    private readonly TimeProvider _time;

    private RunningServer(Uri address, TimeProvider time)
    {
        (_address, _time) = (address, time);
        _dialer = new Dialer(EgressOptions.From(HouseSettings.Default, "."), time);
    }

    /// <summary>The server that was named, or the one that says in the data folder where it listens; null where none answers.</summary>
    /// <exception cref="UsageException">A server was named, and it is no URL or does not answer.</exception>
    public static async Task<RunningServer?> FindAsync(string? named, string dataFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        var text = named ?? ServerAddress.Read(dataFolder);
        if (text is null) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"'{text}' is no address of a server; write --server http://localhost:7070");
        var server = new RunningServer(address, time);
        try
        {
            await server.AskAsync("/healthz", WireJsonOf.Any, cancellationToken);
            return server;
        }
        catch (UnreachableException)
        {
            server.Dispose();
            // A server that died without cleaning up left its address behind: then the evidence is read without it.
            return named is null ? null : throw new UsageException($"no server answers at {address}");
        }
    }

    /// <summary>Asks for one thing; null where the server has no such thing.</summary>
    /// <exception cref="UnreachableException">Nobody answered, or not in our form.</exception>
    public async Task<T?> AskAsync<T>(string path, JsonTypeInfo<T> form, CancellationToken cancellationToken) where T : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(_ => deadline.Cancel(), null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        try
        {
            var ask = new HttpAsk { Url = new Uri(_address, path), Method = HttpMethod.Get, Trust = DocumentOrigin.Ours, BodyLimit = 256 << 20 };
            var answer = await HttpExchange.AskAsync(_dialer, ask, new DialTrail(_time), deadline.Token);
            if (answer.Status == 404) return null;
            return answer.Status == 200
                ? JsonSerializer.Deserialize(answer.Body.Span, form)
                : throw new UnreachableException($"the server answered {answer.Status}");
        }
        catch (Exception fault) when (fault is EgressException or JsonException or HttpRequestException or IOException)
        {
            throw new UnreachableException(fault.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnreachableException("the server did not answer within 10 s");
        }
    }

    public void Dispose() => _dialer.Dispose();

    private static class WireJsonOf
    {
        public static JsonTypeInfo<Server.Api.WireHealth> Any => Server.Api.WireJson.Default.WireHealth;
    }
}

/// <summary>The server could not be asked. Ends with exit code 5.</summary>
internal sealed class UnreachableException(string message) : Exception(message);
