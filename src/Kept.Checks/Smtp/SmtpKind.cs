using Kept.Model;

namespace Kept.Checks.Smtp;

/// <summary>The kind <c>smtp</c>.</summary>
internal static class SmtpKind
{
    public const int Greeting = 0, Capabilities = 1, Auth = 2, StartTls = 3, SizeLimit = 4, Time = 5, Dns = 6, Connect = 7, Tls = 8, FirstByte = 9, Ip = 10, OfTls = 11;

    public static readonly CheckKind Kind = new(
        "smtp", "Greets a mail server, goes over to TLS and sees what it offers. Never sends mail.", "HOST[:PORT]", text => Targets.HostAndPort(text, "smtp", 25, "mail.example:587"),
        Fields:
        [
            Encryption.Field(Encryption.Upgraded),
            Encryption.ServerName,
            new("ehlo", FieldForm.Text, "the name we greet with, where a server wants a certain one", "kept.invalid"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("greeting", ObservedForm.Text, Dimension.Number, "what the server says first, after its code 220"),
            new("capabilities", ObservedForm.List, Dimension.Number, "what it says it can do, as it writes it: 'SIZE 10240000', 'AUTH PLAIN LOGIN'; over TLS where TLS is spoken"),
            new("auth", ObservedForm.List, Dimension.Number, "the ways to log in that it offers there, in capitals: 'PLAIN', 'LOGIN'; empty where it offers none", Typical: new Value.List([Value.Of("PLAIN")])),
            new("starttls", ObservedForm.Flag, Dimension.Number, "in clear it offers to go over to TLS"),
            new("size-limit", ObservedForm.Quantity, Dimension.Size, "the largest message it takes; missing where it names none", Optional: true),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of the greeting"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "service-refused", Lines.AnswerOther, Lines.AnswerTruncated, MailFailures.StartTlsMissing, "handshake-failed", "certificate-expired", "certificate-expiring",
            "certificate-other-name", "certificate-self-signed", MailFailures.AuthMissing, "ten-times-slower", "malformed", "too-large",
        ],
        Typical: static check => MailFailures.Healthy(check, "PIPELINING", "SIZE 10240000", "AUTH PLAIN LOGIN"),
        Settles: Encryption.Ports(Encryption.Upgraded, 465, 25, 587));
}
