using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Kept.Egress.Naming;
using Kept.Model;

namespace Kept.Egress;

/// <summary>What a name server answered.</summary>
/// <param name="Code">Its response code by number (0 NOERROR, 3 NXDOMAIN).</param>
/// <param name="Rcode">The same as its usual word.</param>
/// <param name="Records">The data of the records of the asked type, sorted, in the usual text form; at most 256.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Ttl">The smallest time to live among them; null where there are none.</param>
/// <param name="IsAuthoritative">It speaks for the zone itself.</param>
/// <param name="Size">Bytes of the answer.</param>
public sealed record NameServerAnswer(int Code, string Rcode, ImmutableArray<string> Records, int Count, Duration? Ttl, bool IsAuthoritative, int Size);

/// <summary>Asks one name server one question.</summary>
public static class NameServerAsk
{
    private const int MostRecords = 256, LongestRecord = 1024;

    /// <summary>The types that can be asked for.</summary>
    public static ImmutableArray<string> Types { get; } = ["A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA", "SRV", "CAA", "PTR"];

    /// <summary>Asks a named server (its failure is the target's), or with a null <paramref name="server"/> our own resolver (its failure is a gap).</summary>
    /// <exception cref="EgressException">No answer, or none that can be read.</exception>
    public static async ValueTask<NameServerAnswer> AskAsync(
        Dialer dialer, string? server, int port, string name, string type, DocumentOrigin trust, DialTrail trail, CancellationToken deadline)
    {
        IPEndPoint[] servers;
        if (server is null)
        {
            servers = dialer.OwnNameServers;
        }
        else
        {
            var addresses = await dialer.AllowedAsync(server, port, trust, trail, deadline);
            servers = [new IPEndPoint(addresses[0], port)];
        }
        var where = server is null ? "our name server" : "the name server " + HostPort.Write(server, port);
        trail.Stage = server is null ? DialStage.Naming : DialStage.Waiting;
        trail.Address = servers[0].Address;
        trail.IsNew = true;
        var mark = trail.Mark();
        try
        {
            // A lost packet is asked again once within the look's own time-out; the deadline rules over DnsClient's clock.
            var client = new LookupClient(DnsAsk.Options(servers, dialer.Options.ResolverTimeout, retries: 1));
            var response = await client.QueryAsync(name, Enum.Parse<QueryType>(type), QueryClass.IN, deadline);
            return Read(response, type);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !deadline.IsCancellationRequested)
        {
            deadline.ThrowIfCancellationRequested();
            throw FaultOf(fault, where, server is null);
        }
        finally
        {
            trail.FirstByte = trail.Since(mark);
        }
    }

    private static EgressException FaultOf(Exception fault, string where, bool isOurs)
    {
        for (var at = fault; at is not null; at = at.InnerException)
            if (at is SocketException socket && EgressException.OfSocket(socket.SocketErrorCode, where, fault) is var known && (known.IsOurs || !isOurs))
                return known;
        var silent = fault is OperationCanceledException or DnsResponseException { Code: DnsResponseCode.ConnectionTimeout };
        var words = silent ? $"{where} did not answer" : $"{where} sent an answer that cannot be read";
        return isOurs ? EgressException.OfUs(GapCause.Resolver, words, fault) : EgressException.OfTarget(silent ? TargetFailure.TimedOut : TargetFailure.Malformed, words, fault);
    }

    private static NameServerAnswer Read(IDnsQueryResponse response, string type)
    {
        var texts = new List<string>();
        var count = 0;
        var ttl = int.MaxValue;
        foreach (var record in response.Answers)
        {
            if (!record.RecordType.ToString().Equals(type, StringComparison.OrdinalIgnoreCase)) continue;
            count++;
            ttl = Math.Min(ttl, record.InitialTimeToLive);
            if (texts.Count < MostRecords) texts.Add(Cut(TextOf(record)));
        }
        texts.Sort(StringComparer.Ordinal); // servers turn the order round; equal answers should look equal
        var code = (int)response.Header.ResponseCode;
        return new(code, RcodeOf(code), [.. texts], count, count == 0 ? null : Duration.Seconds(Math.Max(0, ttl)), response.Header.HasAuthorityAnswer, response.MessageSize);
    }

    private static string TextOf(DnsResourceRecord record) => record switch
    {
        AddressRecord address => address.Address.ToString(),
        CNameRecord alias => Name(alias.CanonicalName),
        MxRecord mail => $"{mail.Preference} {Name(mail.Exchange)}",
        TxtRecord text => string.Concat(text.Text),
        NsRecord server => Name(server.NSDName),
        SoaRecord zone => $"{Name(zone.MName)} {Name(zone.RName)} {zone.Serial} {zone.Refresh} {zone.Retry} {zone.Expire} {zone.Minimum}",
        SrvRecord service => $"{service.Priority} {service.Weight} {service.Port} {Name(service.Target)}",
        CaaRecord issuer => $"{issuer.Flags} {issuer.Tag} {issuer.Value}",
        PtrRecord pointer => Name(pointer.PtrDomainName),
        _ => "",
    };

    private static string Name(DnsString name) => name.Value.TrimEnd('.').ToLowerInvariant();

    private static string Cut(string text) => string.Concat(text.Take(LongestRecord).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\ufffd' : c));

    private static string RcodeOf(int code) => code switch
    {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        _ => $"RCODE{code}",
    };
}
