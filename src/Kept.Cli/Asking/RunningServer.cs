using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kept.Egress;
using Kept.Model;
using Kept.Server;
using Kept.Server.Api;

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

    /// <summary>The server that was named, or the one that says in the data folder where it listens; null where none runs there.</summary>
    /// <exception cref="UsageException">A server was named, and it is no URL.</exception>
    /// <exception cref="UnreachableException">A server was named and does not answer, or the data folder names one that is not on this machine.</exception>
    public static async Task<RunningServer?> FindAsync(string? named, string dataFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            if (!Uri.TryCreate(named, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new UsageException($"'{named}' is no address of a server; write --server http://localhost:7070");
            var (server, why) = await TryAsync(address, null, time, cancellationToken);
            return server ?? throw new UnreachableException($"no Kept answers at {address}: {why}");
        }
        if (ServerAddress.Read(dataFolder) is not { } left) return null;
        var file = Path.Combine(dataFolder, ServerAddress.FileName);
        if (!Uri.TryCreate(left.Url, UriKind.Absolute, out var found) || found.Scheme != "http")
            throw new UnreachableException($"{file} holds no address of a server. Remove it, or name a server: --server http://localhost:7070");
        if (!IsOfThisMachine(found))
            throw new UnreachableException($"{file} names {found.GetLeftPart(UriPartial.Authority)}, which is not this machine, and a running Kept writes only its own address there. It was not asked. "
                + $"Remove the file, or, if you mean that server, write --server {found.GetLeftPart(UriPartial.Authority)}");
        // A server that died without cleaning up left its address behind: then the evidence is read without it.
        return (await TryAsync(found, left.Mark, time, cancellationToken)).Server;
    }

    /// <summary>Loopback, or an address of an interface of this machine. Names are not believed: what they lead to is decided elsewhere.</summary>
    internal static bool IsOfThisMachine(Uri address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
        && (IPAddress.IsLoopback(ip) || NetworkInterface.GetAllNetworkInterfaces().Any(card => card.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(ip))));

    /// <param name="address">Who to ask.</param>
    /// <param name="mark">The run it must be, where that is known.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    private static async Task<(RunningServer? Server, string Why)> TryAsync(Uri address, string? mark, TimeProvider time, CancellationToken cancellationToken)
    {
        var server = new RunningServer(address, time);
        try
        {
            var health = await server.AskAsync("/healthz", WireJson.Default.WireHealth, cancellationToken);
            if (health is { Status: "up" } && (mark is null || health.Mark == mark)) return (server, "");
            server.Dispose();
            return (null, "what answers there is another program");
        }
        catch (UnreachableException silent)
        {
            server.Dispose();
            return (null, silent.Message);
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

    /// <summary>Asks the server to do something; what it refuses is told in its own words.</summary>
    /// <exception cref="UsageException">It refused.</exception>
    /// <exception cref="UnreachableException">Nobody answered, or not in our form.</exception>
    public async Task<T> DoAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> form, CancellationToken cancellationToken) where T : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(_ => deadline.Cancel(), null, TimeSpan.FromSeconds(40), Timeout.InfiniteTimeSpan); // a receiver that is tried has twenty
        try
        {
            var ask = new HttpAsk { Url = new Uri(_address, path), Method = method, Trust = DocumentOrigin.Ours, BodyLimit = 16 << 20, Headers = [new("X-Kept-Ask", "1")] };
            var answer = await HttpExchange.AskAsync(_dialer, ask, new DialTrail(_time), deadline.Token);
            return answer.Status switch
            {
                200 => JsonSerializer.Deserialize(answer.Body.Span, form) ?? throw new UnreachableException("the server answered nothing"),
                400 => throw new UsageException(JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.WireProblem)?.Detail ?? "the server refused"),
                404 or 405 => throw new UsageException("that server is reached by strangers (--public), so nothing is asked of it that changes anything; or it is an older one"),
                _ => throw new UnreachableException($"the server answered {answer.Status}"),
            };
        }
        catch (Exception fault) when (fault is EgressException or JsonException or HttpRequestException or IOException)
        {
            throw new UnreachableException(fault.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnreachableException("the server did not answer within 40 s");
        }
    }

    /// <summary>Every promise and wish, however many pages they fill.</summary>
    /// <exception cref="UnreachableException">Nobody answered, or not in our form.</exception>
    public async Task<IReadOnlyList<WirePromise>> PromisesAsync(CancellationToken cancellationToken)
    {
        var all = new List<WirePromise>();
        string? after = null;
        do
        {
            var path = "/api/v1/promises?limit=1000" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after));
            var page = await AskAsync(path, WireJson.Default.WirePromises, cancellationToken) ?? throw new UnreachableException("the server has no list of promises");
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    public void Dispose() => _dialer.Dispose();
}

/// <summary>The server could not be asked. Ends with exit code 5.</summary>
internal sealed class UnreachableException(string message) : Exception(message);
