using Kept.Model;
using Kept.Tell;

namespace Kept.Server.Tests;

/// <summary>Telling as a view made by hand: a route of each state, and two silences.</summary>
internal static class MadeTelling
{
    private static readonly Instant Now = MadeHouse.Now;

    public static readonly TellRoute Oncall = new("oncall", RouteKind.Webhook, "https://hooks.our.example/kept") { Secret = "${env:HOOK_SECRET}" };
    public static readonly TellRoute Mail = new("mail", RouteKind.Mail, "smtp://mail.our.example:587") { From = "kept@our.example", To = ["ops@our.example"], When = Tidings.Broken | Tidings.Recovered };
    public static readonly TellRoute Push = new("push", RouteKind.Ntfy, "https://ntfy.our.example/kept") { IsUsual = false, Canary = Duration.Zero };
    public static readonly TellRoute Old = new("old-pager", RouteKind.Webhook, "https://pager.our.example/in") { Secret = "${env:PAGER_SECRET}", IsUsual = false, When = Tidings.Alerts };

    public static TellView View { get; } = new(
    [
        new("oncall", "webhook", 1_204, 0, 0, Now - Duration.Minutes(47), "it answered 204", null, null, null, false, []) { Settings = Oncall, CanaryDue = Now + Duration.Minutes(23 * 60 + 13) },
        new("mail", "mail", 87, 2, 1, Now - Duration.Hours(26), "mail.our.example:587 took it: queued as 4711", Now - Duration.Minutes(47), "mail.our.example:587 answered 451: try later", Now + Duration.Seconds(260), false,
            [new("msg_1", "✖ live-show/push@1 is broken", Now - Duration.Hours(27), "mail.our.example:587 answered 550: no such user")])
        {
            Settings = Mail,
            CanaryDue = Now - Duration.Hours(2),
            Letters = [new("msg_2", "✖ live-show/meme@3 is broken", Now - Duration.Minutes(47)), new("msg_3", "✖ aws/render@1 is unmet", Now - Duration.Minutes(12))],
        },
        new("push", "ntfy", 0, 0, 0, null, null, null, null, null, false, []) { Settings = Push },
        new("old-pager", "webhook", 311, 1, 4, Now - Duration.Days(40), "it answered 200", Now - Duration.Days(9), "it answered 410: it is gone for good", null, true, []) { Settings = Old, Letters = [new("msg_4", "▲ live-show/image@2: page burns its error budget", Now - Duration.Hours(30))] },
    ],
    [
        new Silence(4650, "live-show/meme@3", Now + Duration.Minutes(80), "ann", "the new renderer is being rolled out", Now - Duration.Minutes(40)),
        new Silence(4702, "aws", Now + Duration.Days(2), "", "they said so on their status page", Now - Duration.Minutes(5)),
    ], null);
}
