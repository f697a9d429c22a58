using System.Net;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// Where a password may be told: over TLS, and in clear to this very machine alone (a loopback address, dialled without a proxy). Anywhere else whoever stands between reads it, so it is not sent.
/// </summary>
internal static class Secrecy
{
    /// <summary>Whether the check tells something by which others could log in: a password, or a user that is itself a secret, as where a token stands in its place.</summary>
    public static bool IsAsked(IReadOnlyDictionary<string, FieldValue> settings) => Text(settings, "password").Length > 0 || Secrets.IsIn(Text(settings, "user"));

    /// <summary>Whether the connection is one that nobody else reads.</summary>
    public static bool Holds(Dialer dialer, DialTrail trail) => trail.Tls is not null || !trail.IsBehindProxy && trail.Address is { } address && dialer.IsThisMachine(address);

    /// <summary>A host that is written as the address of another machine is refused when the document is read.</summary>
    public static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings) =>
        IsAsked(settings) && settings.GetValueOrDefault(Settings.OverTls.Name) is not FieldValue.YesNo { IsYes: true } && IPAddress.TryParse(target.Host, out var address) && !AddressPolicy.IsThisMachine(address)
            ? TargetReading.Wrong($"a password goes to {HostPort.Write(target.Host, target.Port)} over TLS only", "write over-tls: yes; in clear it may go to this very machine alone, such as 127.0.0.1")
            : TargetReading.Of(target);

    /// <summary>The same before anything is dialled.</summary>
    /// <exception cref="EgressException">It is another machine: ours, a gap.</exception>
    public static void DemandBefore(Dialer dialer, CheckTarget target)
    {
        if (IPAddress.TryParse(target.Host, out var address) && !dialer.IsThisMachine(address)) throw Refused(target);
    }

    /// <summary>What is dialled by a name is judged by the address that answered.</summary>
    /// <exception cref="EgressException">Others could read what is said: ours, a gap.</exception>
    public static void Demand(Dialer dialer, Attempt attempt)
    {
        if (!Holds(dialer, attempt.Trail)) throw Refused(attempt.Request.Check.Target);
    }

    private static string Text(IReadOnlyDictionary<string, FieldValue> settings, string field) => (settings.GetValueOrDefault(field) as FieldValue.Text)?.Content ?? "";

    private static EgressException Refused(CheckTarget target) => EgressException.OfUs(GapCause.Fault, $"a password goes to {HostPort.Write(target.Host, target.Port)} over TLS only; write over-tls: yes");
}
