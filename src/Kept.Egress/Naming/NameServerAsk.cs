using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
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
public sealed record NameServerAnswer(int Code, string Rcode, ImmutableArray<string> Records, int Count, Duration? Ttl, bool IsAuthoritative, int Size)
{
    /// <summary>How many records its sections hold.</summary>
    public DnsSections Sections { get; init; }
}

/// <summary>How many records the sections of an answer hold, whatever their type; those that only carry options (EDNS) are none.</summary>
/// <param name="Authority">Null, as the next one, where what stands behind the answers cannot be read.</param>
public readonly record struct DnsSections(int Answers, int? Authority, int? Additional);

/// <summary>Asks one name server one question.</summary>
public static class NameServerAsk
{
    private const int MostRecords = 256, LongestRecord = 1024;

    /// <summary>The types that can be asked for.</summary>
    public static ImmutableArray<string> Types { get; } = ["A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA", "SRV", "CAA", "PTR"];

    private static readonly int[] Numbers = [1, 28, 5, 15, 16, 2, 6, 33, 257, 12];

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
            // A lost packet is asked again once within the look's own time-out.
            var answer = await DnsExchange.AskAsync(servers, name, Numbers[Types.IndexOf(type)], dialer.Options.ResolverTimeout, dialer.Time, deadline);
            var texts = answer.Records.Take(MostRecords).Select(record => Cut(record.Text)).ToList();
            texts.Sort(StringComparer.Ordinal); // servers turn the order round; equal answers should look equal
            Duration? ttl = answer.Records.Count == 0 ? null : Duration.Seconds(Math.Max(0, answer.Records.Min(record => record.Ttl)));
            return new(answer.Code, RcodeOf(answer.Code), [.. texts], answer.Records.Count, ttl, answer.IsAuthoritative, answer.Size) { Sections = answer.Sections };
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
        if (fault is SocketException socket && EgressException.OfSocket(socket.SocketErrorCode, where, fault) is var known && (known.IsOurs || !isOurs)) return known;
        var silent = fault is OperationCanceledException or SocketException;
        var words = silent ? $"{where} did not answer" : $"{where} sent an answer that cannot be read";
        return isOurs ? EgressException.OfUs(GapCause.Resolver, words, fault) : EgressException.OfTarget(silent ? TargetFailure.TimedOut : TargetFailure.Malformed, words, fault);
    }

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
