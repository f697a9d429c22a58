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
