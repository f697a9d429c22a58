using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>How kinds that may speak TLS from the start, or go over to it in the middle (STARTTLS), are told so.</summary>
internal static class Encryption
{
    public const string Upgraded = "starttls", FromTheStart = "tls", None = "none";

    public static readonly CheckField ServerName = new("server-name", FieldForm.Text, "the name to ask for (SNI), which the certificate must bear; the host where it is not given");

    public static CheckField Field(string usual) => new(
        "encryption", FieldForm.OneOf, "starttls: begins in clear and goes over to TLS, a failure where that is not offered; tls: TLS from the start; none: in clear. A certificate that does not hold is a failure", usual,
        [Upgraded, FromTheStart, None]);

    /// <summary>The port where none is written goes by the encryption; a port at which the other way of speaking is the rule can never be.</summary>
    /// <param name="usual">The default of <c>encryption</c>.</param>
    /// <param name="secure">The port of TLS from the start.</param>
    /// <param name="clear">Ports that begin in clear, the usual one first.</param>
    public static Func<CheckTarget, IReadOnlyDictionary<string, FieldValue>, TargetReading> Ports(string usual, int secure, params ImmutableArray<int> clear) => (target, settings) =>
    {
        var encryption = (settings.GetValueOrDefault("encryption") as FieldValue.Text)?.Content ?? usual;
        var isSecure = encryption == FromTheStart;
        if (HostPort.Read(target.Text.Trim()).Port == 0)
        {
            var port = isSecure ? secure : clear[0];
            return TargetReading.Of(target with { Port = port, Rest = HostPort.Write(target.Host, port) });
        }
        return isSecure && clear.Contains(target.Port) ? TargetReading.Wrong($"servers begin in clear at port {target.Port}, and the check speaks TLS from the start (encryption: {encryption})", $"write encryption: {Upgraded}, or port {secure}")
            : !isSecure && target.Port == secure ? TargetReading.Wrong($"servers speak TLS from the start at port {secure}, and the check begins in clear (encryption: {encryption})", $"write encryption: {FromTheStart}, or port {clear[0]}")
            : TargetReading.Of(target);
    };

    public static string Of(Check check) => check.Setting<FieldValue.Text>("encryption")?.Content ?? check.Kind.Field("encryption")!.Default!;

    /// <summary>The name that the certificate must bear; null: the host.</summary>
    /// <exception cref="EgressException">What is written is no name: ours, a gap.</exception>
    public static string? NameOf(Check check) => check.Setting<FieldValue.Text>("server-name")?.Content is { Length: > 0 } wanted
        ? HostText.Canonical(wanted) ?? throw EgressException.OfUs(GapCause.Fault, "the server-name of the check is not a name; write a host, such as shop.example")
        : null;

    /// <summary>Connects, with TLS where it is to be spoken from the start.</summary>
    public static async ValueTask<Lines> OpenAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trust, name) = (attempt.Request.Check, attempt.Request.Trust, NameOf(attempt.Request.Check));
        Stream stream = Of(check) == FromTheStart
            ? await dialer.ConnectTlsAsync(check.Target.Host, check.Target.Port, name, acceptsAny: false, [], trust, attempt.Trail, deadline)
            : await dialer.ConnectAsync(check.Target.Host, check.Target.Port, trust, attempt.Trail, deadline);
        return new Lines(stream, attempt, deadline);
    }
}
