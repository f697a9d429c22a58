using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Mqtt;

/// <summary>Connects, may send a message round, and leaves.</summary>
internal static class MqttLook
{
    private const long UsualLimit = 64 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    public static bool IsFive(Check check) => check.Setting<FieldValue.Text>("speaks")?.Content == "5";

    /// <summary>Whoever asks for one of these wants to see a refusal, and judges it.</summary>
    public static bool TellsRefusal(string name) => name is "return-code" or "reason";

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var isFive = IsFive(check);
        var (user, password, topic) = (attempt.Expanded("user"), attempt.Expanded("password"), check.Target.Rest);
        await using var wire = await Wire.OpenAsync(dialer, attempt, check.IsOverTls(), tellsLogin: true, check.Limit(UsualLimit), deadline);
        var packets = new Packets(wire, isFive);
        var mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        // 3.1.1 allows a password only beside a user
        await packets.ConnectAsync("kept" + mark, user ?? (password is null || isFive ? null : ""), password);
        var (kind, _, content) = await packets.NextAsync();
        if (kind != Packets.ConnAck) throw wire.Malformed("it did not answer to connecting");
        var (code, sessionPresent) = packets.CodeOfConnAck(content);
        var reason = Meaning(code, isFive);
        if (code != 0 && !Seen.IsExpected(check, TellsRefusal)) throw wire.Refuses($"did not let us in: {reason} (code {code.ToString(CultureInfo.InvariantCulture)})");
        var trip = code == 0 && topic.Length > 0 ? await RoundAsync(attempt, wire, packets, topic, Encoding.ASCII.GetBytes("kept " + mark)) : null;
        var phases = attempt.Trail.Phases with { FirstByte = wire.FirstByte };
        if (code == 0) await packets.LeaveAsync();
        var seen = new SeenValues(check.Kind)
        {
            ["return-code"] = Value.Of(code),
            ["reason"] = Value.Of(reason),
            ["session-present"] = Value.Of(sessionPresent),
            ["round-trip"] = trip is { } took ? Value.Of(took) : null,
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, code, wire.Received, reason) with { Phases = phases };
    }

    private static async ValueTask<Duration?> RoundAsync(Attempt attempt, Wire wire, Packets packets, string topic, byte[] message)
    {
        await packets.SubscribeAsync(topic);
        // What was kept for the topic may come before the answer does.
        while (true)
        {
            var (kind, _, content) = await packets.NextAsync();
            if (kind == Packets.Publish) continue;
            if (kind != Packets.SubAck) throw Left(wire, kind, content);
            if (packets.CodeOfSubAck(content) is >= 0x80 and var refusal) throw wire.Refuses($"did not let us subscribe to {topic} (code {refusal.ToString(CultureInfo.InvariantCulture)})");
            break;
        }
        var sent = attempt.Trail.Phases.Total;
        await packets.PublishAsync(topic, message);
        Duration? came = null;
        for (var taken = false; came is null || !taken;)
        {
            var (kind, flags, content) = await packets.NextAsync();
            switch (kind)
            {
                case Packets.PubAck:
                    if (packets.CodeOfPubAck(content) is >= 0x80 and var refusal) throw wire.Refuses($"did not let us publish to {topic} (code {refusal.ToString(CultureInfo.InvariantCulture)})");
                    taken = true;
                    break;
                case Packets.Publish:
                    var (where, what) = packets.Published(flags, content);
                    if (where == topic && what.Span.SequenceEqual(message)) came ??= new Duration(attempt.Trail.Phases.Total - sent);
                    break;
                default:
                    throw Left(wire, kind, content);
            }
        }
        return came;
    }

    private static EgressException Left(Wire wire, int kind, byte[] content) => kind == Packets.Disconnect
        ? wire.Refuses($"ended the connection: {Meaning(content.Length > 0 ? content[0] : 0, isFive: true)} (code {(content.Length > 0 ? content[0] : 0).ToString(CultureInfo.InvariantCulture)})")
        : wire.Malformed($"it sent a packet of kind {kind.ToString(CultureInfo.InvariantCulture)}, which nobody asked for");

    /// <summary>MQTT 3.1.1 §3.2.2.3; MQTT 5 §3.2.2.2 and §3.14.2.1.</summary>
    public static string Meaning(int code, bool isFive) => (isFive, code) switch
    {
        (_, 0) => "accepted",
        (false, 1) or (true, 0x84) => "it does not speak this version of MQTT",
        (false, 2) or (true, 0x85) => "it does not take the name of this client",
        (false, 3) or (true, 0x88) => "the server is not available",
        (false, 4) or (true, 0x86) => "wrong user or password",
        (false, 5) or (true, 0x87) => "not authorized",
        (true, 0x89) => "the server is busy",
        (true, 0x8a) => "this client is banned",
        (true, 0x8b) => "the server is shutting down",
        (true, 0x8e) => "somebody else took this session",
        (true, 0x97) => "quota used up",
        (true, 0x9c) or (true, 0x9d) => "it says to use another server",
        (true, 0x9f) => "too many connections",
        _ => "a reason of its own",
    };
}
