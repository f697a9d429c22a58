using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>A scheme of Gatus' URLs and the kind of check that takes its place. A kind that this program does not have is named in the loss.</summary>
/// <param name="Scheme">As the URL begins.</param>
/// <param name="Kind">The kind of ours; null where none is meant to come.</param>
/// <param name="Target">The kind's target, from the method and the whole URL.</param>
internal sealed record GatusTarget(string Scheme, string? Kind, Func<string, string, string> Target)
{
    /// <summary>Every scheme that Gatus knows; one line each.</summary>
    public static readonly ImmutableArray<GatusTarget> All =
    [
        new("https://", "http", (method, url) => $"{method} {url}"),
        new("http://", "http", (method, url) => $"{method} {url}"),
        new("tcp://", "tcp", (_, url) => url["tcp://".Length..]),
        new("tls://", "tls", (_, url) => url["tls://".Length..]),
        new("starttls://", "smtp", (_, url) => url["starttls://".Length..]),
        new("icmp://", "icmp", (_, url) => url["icmp://".Length..]),
        new("ssh://", "ssh", (_, url) => url["ssh://".Length..]),
        new("wss://", "websocket", (_, url) => url),
        new("ws://", "websocket", (_, url) => url),
        new("grpcs://", "grpc", (_, url) => url["grpcs://".Length..]),
        new("grpc://", "grpc", (_, url) => url["grpc://".Length..]),
        new("udp://", null, (_, url) => url),
        new("sctp://", null, (_, url) => url),
    ];

    public static GatusTarget? Of(string url) => All.FirstOrDefault(target => url.StartsWith(target.Scheme, StringComparison.Ordinal));

    /// <summary>What the check is told besides its target; kinds that take nothing of it leave it out.</summary>
    public static bool Takes(CheckKind kind, string field) => kind.Field(field) is not null;
}
