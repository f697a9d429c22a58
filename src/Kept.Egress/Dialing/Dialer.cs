using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kept.Egress.Http;
using Kept.Egress.Naming;
using Kept.Egress.Tls;
using Kept.Model;

namespace Kept.Egress;

/// <summary>
/// The only code that dials. Looks up the name itself, judges every address it is about to dial (so no spelling, redirect or changed DNS answer gets around
/// the policy), connects, shakes hands, and notes the time of each phase. Safe for use by many looks at once.
/// </summary>
public sealed class Dialer : IDisposable
{
    private static readonly TimeSpan NextAddressAfter = TimeSpan.FromMilliseconds(250); // RFC 8305, connection attempt delay

    /// <summary>Content that was cut in the middle of its compression is not whole; without this .NET reads it as if it ended there. Asked once per process, before the first use.</summary>
    static Dialer() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    private readonly NameResolver _names;
    private readonly ChainJudge _chains;
    private readonly ProxyAddress? _proxy;
    private readonly HttpLanes _lanes;
    private readonly ClientIdentities _identities = new();

    public Dialer(EgressOptions options, TimeProvider time)
    {
        (Options, Time) = (options, time);
        _names = new NameResolver(options, time);
        _chains = new ChainJudge(options.PrivateRoots, time);
        _proxy = options.Proxy is { } proxy ? ProxyAddress.Parse(proxy) : null;
        _lanes = new HttpLanes(this);
    }

    public EgressOptions Options { get; }
    internal TimeProvider Time { get; }
    internal HttpLanes Lanes => _lanes;
    /// <summary>Whether everything goes through a proxy: then nothing that is sent stays on this machine, whatever its target is called.</summary>
    public bool UsesProxy => _proxy is not null;
    internal IPEndPoint[] OwnNameServers => _names.Servers;

    /// <summary>Whether what is said to an address stays on this machine.</summary>
    public bool IsThisMachine(IPAddress address) => AddressPolicy.IsThisMachine(address) && Options.Special(address) is not null;

    /// <summary>Opens a TCP connection.</summary>
    /// <param name="host">Canonical (<see cref="HostText"/>).</param>
    /// <exception cref="EgressException">It could not be opened.</exception>
    /// <exception cref="OperationCanceledException">Of <paramref name="cancellationToken"/>.</exception>
    public async ValueTask<NetworkStream> ConnectAsync(string host, int port, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken)
    {
        trail.IsNew = true;
        if (_proxy is null) return new NetworkStream(await DialAsync(host, port, trust, trail.Aim, trail, cancellationToken), ownsSocket: true);

        // The proxy looks names up by itself. For what others wrote, and where it matters which address is dialled, we look first and name it the judged one.
        var known = trust != DocumentOrigin.Ours || !trail.Aim.IsAny(host) ? (await AllowedAsync(host, port, trust, trail, cancellationToken))[0] : IPAddress.TryParse(host, out var literal) ? literal : null;
        var target = known?.ToString() ?? host;
        NetworkStream stream;
        try
        {
            stream = new NetworkStream(await DialAsync(_proxy.Host, _proxy.Port, DocumentOrigin.Ours, Aim.Any, trail, cancellationToken), ownsSocket: true);
        }
        catch (EgressException fault) when (!fault.IsOurs)
        {
            throw EgressException.OfUs(GapCause.Route, fault.Message.Replace(HostPort.Write(_proxy.Host, _proxy.Port), _proxy.Where, StringComparison.Ordinal), fault);
        }
        finally
        {
            // What was dialled is the proxy; only where we name an address to it do we know the target's.
            (trail.Address, trail.IsBehindProxy) = (known, true);
        }
        try
        {
            trail.Stage = DialStage.Proxy;
            await _proxy.OpenTunnelAsync(stream, target, port, cancellationToken);
            return stream;
        }
        catch (Exception fault)
        {
            await stream.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw fault as EgressException ?? EgressException.OfUs(GapCause.Route, $"{_proxy.Where} cut the connection", fault);
        }
    }

    /// <summary>Opens a TLS connection with a full handshake.</summary>
    /// <param name="name">The name to ask for, which the certificate must bear; the host when null.</param>
    /// <param name="acceptsAny">True where a bad certificate is something to see, not a failure.</param>
    public ValueTask<SslStream> ConnectTlsAsync(
        string host, int port, string? name, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken) =>
        ConnectTlsAsync(host, port, name, acceptsAny, protocols, null, trust, trail, cancellationToken);

    internal async ValueTask<SslStream> ConnectTlsAsync(
        string host, int port, string? name, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, ClientIdentity? identity, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(host, port, trust, trail, cancellationToken);
        return await UpgradeAsync(stream, host, port, name, acceptsAny, protocols, identity, trail, cancellationToken);
    }

    /// <summary>Whom looks show themselves as: a certificate and its key, both as PEM text.</summary>
    /// <exception cref="EgressException">They cannot be read, do not belong together, or do not hold now: ours, a gap.</exception>
    public ClientIdentity IdentityOf(string certificate, string key)
    {
        var identity = _identities.Of(certificate, key);
        identity.RequireValid(Instant.From(Time.GetUtcNow()));
        return identity;
    }

    /// <summary>The policy of the chain for a handshake that a library does: .NET's own chain trusts nobody then and fetches nothing, and <see cref="Holds"/> decides.</summary>
    public static X509ChainPolicy OfflineChain() => ChainJudge.Blank();

    /// <summary>Whether a certificate that was shown in such a handshake holds, by the same chain as that of every look.</summary>
    /// <param name="errors">As the handshake told them: only whose name it bears is taken from there.</param>
    public bool Holds(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors, string name) => Handshake.Judged(_chains, leaf, chain, errors, name).Problems.IsEmpty;

    /// <summary>Shakes hands over a connection that is open, as where a protocol changes over to TLS (STARTTLS); the chain is judged as for one that began with it.</summary>
    /// <param name="stream">Owned from here on, also on failure. Nothing may have been read ahead of it: who sits between could have put that there.</param>
    /// <param name="name">The name to ask for, which the certificate must bear; the host when null.</param>
    /// <param name="acceptsAny">True where a bad certificate is something to see, not a failure.</param>
    public ValueTask<SslStream> UpgradeAsync(
        Stream stream, string host, int port, string? name, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, DialTrail trail, CancellationToken cancellationToken) =>
        UpgradeAsync(stream, host, port, name, acceptsAny, protocols, null, trail, cancellationToken);

    private async ValueTask<SslStream> UpgradeAsync(
        Stream stream, string host, int port, string? name, bool acceptsAny, IReadOnlyList<SslApplicationProtocol> protocols, ClientIdentity? identity, DialTrail trail, CancellationToken cancellationToken)
    {
        trail.Stage = DialStage.Handshaking;
        var mark = trail.Mark();
        try
        {
            return await Handshake.ShakeAsync(stream, name ?? host, HostPort.Write(host, port), acceptsAny, protocols, identity, _chains, trail, cancellationToken);
        }
        finally
        {
            trail.Handshake = DialTrail.Sum(trail.Handshake, trail.Since(mark));
        }
    }

    /// <summary>The addresses of a name that may be dialled for a document of that origin; at least one.</summary>
    internal ValueTask<IPAddress[]> AllowedAsync(string host, int port, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken) =>
        AllowedAsync(host, port, trust, trail.Aim, trail, cancellationToken);

    private async ValueTask<IPAddress[]> AllowedAsync(string host, int port, DocumentOrigin trust, Aim aim, DialTrail trail, CancellationToken cancellationToken)
    {
        var addresses = aim.OnlyOf(host) is { } only ? [only] : await AddressesAsync(host, aim.Family, trail, cancellationToken);
        if (trust == DocumentOrigin.Ours) return addresses;
        var allowed = Array.FindAll(addresses, address => Options.Special(address) is null);
        if (allowed.Length > 0) return allowed;
        trail.Address = addresses[0];
        throw EgressException.OfUs(GapCause.EgressDenied,
            $"{(port == 0 ? host : HostPort.Write(host, port))} is not on the public internet ({Options.Special(addresses[0])}), and this document is not ours");
    }

    /// <summary>All addresses of a host, of one family or of both, as its name servers list them; whether one may be dialled is judged when it is. At least one.</summary>
    /// <param name="host">Canonical (<see cref="HostText"/>).</param>
    /// <param name="family">IPv4 or IPv6; <see cref="AddressFamily.Unspecified"/>: both, as soon as those of one are known.</param>
    /// <exception cref="EgressException">It has none, or our resolver could not say.</exception>
    public async ValueTask<IPAddress[]> AddressesAsync(string host, AddressFamily family, DialTrail trail, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return family == AddressFamily.Unspecified || family == Aim.FamilyOf(literal) ? [literal]
                : throw EgressException.OfTarget(TargetFailure.NameNotFound, $"{host} has no {Aim.Name(family)} address: it is one of {Aim.Name(Aim.FamilyOf(literal))}");
        trail.Stage = DialStage.Naming;
        var mark = trail.Mark();
        try
        {
            return await _names.ResolveAsync(host, family, cancellationToken);
        }
        finally
        {
            trail.Dns = DialTrail.Sum(trail.Dns, trail.Since(mark));
        }
    }

    /// <summary>
    /// Every address of a host, IPv4 before IPv6 and in the order of their bytes, so that a name server that turns them round changes nothing; and what could not be found
    /// out. Each family is waited for to its end: what is slow to be known is not left out.
    /// </summary>
    /// <exception cref="EgressException">It has none, or our resolver could say nothing at all.</exception>
    public async ValueTask<(ImmutableArray<IPAddress> Known, ImmutableArray<(AddressFamily Family, EgressException Fault)> Unknown)> AllAddressesAsync(string host, DialTrail trail, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal)) return ([literal], []);
        trail.Stage = DialStage.Naming;
        var mark = trail.Mark();
        var (four, six) = (FamilyAsync(AddressFamily.InterNetwork), FamilyAsync(AddressFamily.InterNetworkV6));
        await Task.WhenAll(four, six);
        trail.Dns = DialTrail.Sum(trail.Dns, trail.Since(mark));
        var (all, faults) = ((await four).Addresses.Concat((await six).Addresses).ToImmutableArray(), new[] { (await four).Fault, (await six).Fault }.OfType<EgressException>().ToList());
        if (all.Length == 0) throw faults.Find(fault => fault.Failure != TargetFailure.NameNotFound) ?? EgressException.OfTarget(TargetFailure.NameNotFound, faults[0].Message.Replace("no IPv4 address", "no address", StringComparison.Ordinal));
        return (all, [.. new[] { await four, await six }.Where(one => one.Fault is { Failure: not TargetFailure.NameNotFound }).Select(one => (one.Family, one.Fault!))]);

        async Task<(AddressFamily Family, IPAddress[] Addresses, EgressException? Fault)> FamilyAsync(AddressFamily family)
        {
            try
            {
                var some = await _names.ResolveAsync(host, family, cancellationToken);
                return (family, [.. some.OrderBy(address => Convert.ToHexString(address.GetAddressBytes()), StringComparer.Ordinal)], null);
            }
            catch (EgressException fault)
            {
                return (family, [], fault);
            }
        }
    }

    private async ValueTask<Socket> DialAsync(string host, int port, DocumentOrigin trust, Aim aim, DialTrail trail, CancellationToken cancellationToken)
    {
        var addresses = await AllowedAsync(host, port, trust, aim, trail, cancellationToken);
        trail.Stage = DialStage.Connecting;
        trail.Address = addresses[0];
        var mark = trail.Mark();
        try
        {
            var socket = addresses.Length == 1
                ? await ConnectOneAsync(addresses[0], port, cancellationToken)
                : await ConnectFirstAsync(addresses, port, cancellationToken);
            if (addresses.Length > 1 && socket.RemoteEndPoint is IPEndPoint end) trail.Address = end.Address;
            return socket;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw EgressException.From(fault, HostPort.Write(host, port));
        }
        finally
        {
            trail.Connect = DialTrail.Sum(trail.Connect, trail.Since(mark));
        }
    }

    private static async ValueTask<Socket> ConnectOneAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        // A socket of IPv6 has no way to ::ffff:192.0.2.1, which every other client reaches as 192.0.2.1.
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tries the addresses in order, the next one as soon as one fails or hesitates, as every client of the target does (RFC 8305). The first that connects wins.</summary>
    private async ValueTask<Socket> ConnectFirstAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tries = new List<Task<Socket>>();
        var next = 0;
        Exception? told = null;
        try
        {
            while (true)
            {
                if (next < addresses.Length) tries.Add(ConnectOneAsync(addresses[next++], port, others.Token).AsTask());
                if (tries.Count == 0) throw told!;
                var ended = Task.WhenAny(tries);
                if (next < addresses.Length) await Task.WhenAny(ended, Task.Delay(NextAddressAfter, Time, others.Token));
                else await ended;
                while (tries.Find(one => one.IsCompleted) is { } done)
                {
                    tries.Remove(done);
                    if (done.IsCompletedSuccessfully) return await done;
                    cancellationToken.ThrowIfCancellationRequested();
                    told = MoreTelling(told, done.Exception!.InnerException!);
                }
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await others.CancelAsync();
            foreach (var loser in tries)
                _ = loser.ContinueWith(static late => { if (late.IsCompletedSuccessfully) late.Result.Dispose(); else _ = late.Exception; }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Of several addresses' errors, one where the target spoke says more than "no route to IPv6 from here".</summary>
    private static Exception MoreTelling(Exception? before, Exception now) =>
        before is null || EgressException.From(before, "").IsOurs && !EgressException.From(now, "").IsOurs ? now : before;

    public void Dispose()
    {
        _lanes.Dispose();
        _names.Dispose();
    }
}
