using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks.Mqtt;

/// <summary>Failures of MQTT brokers, as a look would see them.</summary>
internal static class MqttFailures
{
    public static readonly Failure VersionRefused = Refusal("version-refused", "a broker that does not speak this version", 1, 0x84);

    public static readonly Failure LoginRefused = ToldFailures.LoginRefused(MqttLook.TellsRefusal, look => Shown(look, 4, 0x86));

    public static readonly Failure NotAuthorized = Refusal("not-authorized", "a broker that does not let this client in", 5, 0x87);

    public static readonly Failure Unavailable = Refusal("unavailable", "a broker that says it is not available", 3, 0x88);

    public static readonly Failure SubscribeRefused = StandardFailures.Failing("subscribe-refused", "a broker that does not let us subscribe", TargetFailure.ReportedFailure, look => HasTopic(look.Check));

    /// <summary>3.1.1 has no words for it: the message is lost.</summary>
    public static readonly Failure PublishRefused = StandardFailures.Failing(
        "publish-refused", "a broker that does not let us publish", TargetFailure.ReportedFailure, look => HasTopic(look.Check) && MqttLook.IsFive(look.Check));

    public static readonly Failure MessageLost = StandardFailures.Failing("message-lost", "a message that does not come back", TargetFailure.TimedOut, look => HasTopic(look.Check));

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("round-trip", HasTopic(check) ? Value.Of(Duration.Milliseconds(50)) : null);
    }

    private static bool HasTopic(Check check) => check.Target.Rest.Length > 0;

    private static Failure Refusal(string name, string means, int three, int five) => ToldFailures.Telling(name, means, MqttLook.TellsRefusal, look => Shown(look, three, five));

    private static ImmutableArray<(string, Value?)> Shown(HealthyLook look, int three, int five)
    {
        var isFive = MqttLook.IsFive(look.Check);
        var code = isFive ? five : three;
        return [("return-code", Value.Of((decimal)code)), ("reason", Value.Of(MqttLook.Meaning(code, isFive))), ("round-trip", null)];
    }
}
