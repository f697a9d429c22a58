using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Checks.Command;
using Kept.Checks.Consistency;
using Kept.Checks.Dns;
using Kept.Checks.Domain;
using Kept.Checks.Feed;
using Kept.Checks.Grpc;
using Kept.Checks.Heartbeat;
using Kept.Checks.Http;
using Kept.Checks.Icmp;
using Kept.Checks.Imap;
using Kept.Checks.Load;
using Kept.Checks.Mqtt;
using Kept.Checks.Nats;
using Kept.Checks.Ntp;
using Kept.Checks.Postgres;
using Kept.Checks.Prometheus;
using Kept.Checks.Redis;
using Kept.Checks.Reuse;
using Kept.Checks.Smtp;
using Kept.Checks.Ssh;
using Kept.Checks.Tcp;
using Kept.Checks.Tls;
using Kept.Checks.WebSocket;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Every kind of check: its description for readers and judges, and its look for the engine.</summary>
public static class CheckCatalog
{
    /// <summary>One line per kind, in the order of the reference. A kind without a look is passive: it is we who are called.</summary>
    private static readonly ImmutableArray<(CheckKind Kind, Func<Dialer, TimeProvider, Look>? Look)> All =
    [
        (HttpKind.Kind, HttpLook.With),
        (TcpKind.Kind, TcpLook.With),
        (DnsKind.Kind, DnsLook.With),
        (TlsKind.Kind, TlsLook.With),
        (WebSocketKind.Kind, WebSocketLook.With),
        (GrpcKind.Kind, GrpcLook.With),
        (SmtpKind.Kind, SmtpLook.With),
        (ImapKind.Kind, ImapLook.With),
        (SshKind.Kind, SshLook.With),
        (NtpKind.Kind, NtpLook.With),
        (IcmpKind.Kind, IcmpLook.With),
        (RedisKind.Kind, RedisLook.With),
        (PostgresKind.Kind, PostgresLook.With),
        (MqttKind.Kind, MqttLook.With),
        (NatsKind.Kind, NatsLook.With),
        (PrometheusKind.Kind, PrometheusLook.With),
        (DomainKind.Kind, DomainLook.With),
        (FeedKind.Kind, FeedLook.With),
        (ConsistencyKind.Kind, ConsistencyLook.With),
        (ReuseKind.Kind, ReuseLook.With),
        (CommandKind.Kind, CommandLook.With),
        (HeartbeatKind.Kind, null),
    ];

    /// <summary>All kinds, in the order of the reference.</summary>
    public static ImmutableArray<CheckKind> Kinds { get; } = [.. All.Select(one => one.Kind)];

    /// <summary>The look of each kind that dials, by name.</summary>
    public static FrozenDictionary<string, Look> Looks(Dialer dialer, TimeProvider time) =>
        All.Where(one => one.Look is not null).ToFrozenDictionary(one => one.Kind.Name, one => LookOf(one.Kind, one.Look!, dialer, time));

    /// <summary>Reads the files that checks name, for the rules; bounded, and it never throws.</summary>
    /// <param name="folder">Of the house.</param>
    public static ReadNamedFile FilesIn(string folder) => NamedFiles.In(folder);

    private const int MostWatched = 256;

    /// <summary>Where the files lie that checks of our own documents name: what may be asked changes with them.</summary>
    public static ImmutableArray<string> FilesOf(House house, string folder)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var check in house.Promises.Where(promise => promise.Trust == DocumentOrigin.Ours).SelectMany(promise => promise.Checks).Concat(house.Settings.Anchors.All))
            if (check.Kind.Names is { } file && check.Setting<FieldValue.Text>(file.Field)?.Content is { Length: > 0 } name && !name.Contains('\0', StringComparison.Ordinal) && paths.Count < MostWatched)
                paths.Add(NamedFiles.PathOf(folder, check.At, name));
        return [.. paths];
    }

    private static Look LookOf(CheckKind kind, Func<Dialer, TimeProvider, Look> with, Dialer dialer, TimeProvider time)
    {
        var look = with(dialer, time);
        if (kind.Field(InClear.Field.Name) is not null) look = InClear.Over(look, dialer, time);
        return kind.Field(Settings.Addresses.Name) is null ? look : AddressChoice.Over(look, dialer, time);
    }

    /// <summary>Reads <c>metric NAME at URL</c>; null where it cannot be read, so that a condition about load is unknown.</summary>
    public static Func<LoadSource, CancellationToken, ValueTask<Quantity?>> LoadReader(Dialer dialer, TimeProvider time) => new LoadMetric(dialer, time).ReadAsync;
}
