using Kept.Model;

namespace Kept.Checks.Imap;

/// <summary>The kind <c>imap</c>.</summary>
internal static class ImapKind
{
    public const int Greeting = 0, Capabilities = 1, Auth = 2, StartTls = 3, LoggedIn = 4, Time = 5, Dns = 6, Connect = 7, Tls = 8, FirstByte = 9, Ip = 10, OfTls = 11;

    private static readonly Failure LoginRefused = StandardFailures.Answering(
        "login-refused", "a server that refuses the password", look => ToldFailures.LogsIn(look.Check) ? [("logged-in", Value.Of(false))] : []);

    public static readonly CheckKind Kind = new(
        "imap", "Opens a mailbox server, sees what it can do, and may log in. Reads no mail.", "HOST[:PORT]", text => Targets.HostAndPort(text, "imap", 993, "mail.example:993"),
        Fields:
        [
            Encryption.Field(Encryption.FromTheStart),
            Encryption.ServerName,
            new("user", FieldForm.Text, "logs in as this user, over TLS only", MayHoldSecret: true),
            new("password", FieldForm.Text, "the password, named as a secret: ${env:NAME} or ${file:PATH}", MayHoldSecret: true),
            Settings.Addresses,
        ],
        Sees:
        [
            new("greeting", ObservedForm.Text, Dimension.Number, "what the server says first, without its OK"),
            new("capabilities", ObservedForm.List, Dimension.Number, "what it says it can do, in capitals: 'IMAP4REV1', 'IDLE', 'AUTH=PLAIN'; over TLS where TLS is spoken"),
            new("auth", ObservedForm.List, Dimension.Number, "the ways to log in that it offers there, in capitals: 'PLAIN'; empty where it offers none", Typical: new Value.List([Value.Of("PLAIN")])),
            new("starttls", ObservedForm.Flag, Dimension.Number, "in clear it offers to go over to TLS"),
            new("logged-in", ObservedForm.Flag, Dimension.Number, "it took the user and the password; missing where the check names none", Optional: true),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of the greeting"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "service-refused", Lines.AnswerOther, Lines.AnswerTruncated, MailFailures.StartTlsMissing, "handshake-failed", "certificate-expired", "certificate-expiring",
            "certificate-other-name", "certificate-self-signed", MailFailures.AuthMissing, LoginRefused, "ten-times-slower", "malformed", "too-large",
        ],
        Typical: Healthy,
        Settles: Settled);

    private static readonly Func<CheckTarget, IReadOnlyDictionary<string, FieldValue>, TargetReading> Ports = Encryption.Ports(Encryption.FromTheStart, 993, 143);

    /// <summary>What could never log in is told when the document is read.</summary>
    private static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings)
    {
        var (hasUser, hasPassword) = (settings.ContainsKey("user"), settings.ContainsKey("password"));
        if (hasUser != hasPassword) return TargetReading.Wrong("to log in, the check writes both user and password", hasUser ? "add password: ${env:NAME}" : "add user: NAME");
        return hasPassword && settings.GetValueOrDefault("encryption") is FieldValue.Text { Content: Encryption.None }
            ? TargetReading.Wrong("a password goes over TLS only", "write encryption: tls or encryption: starttls")
            : Ports(target, settings);
    }

    private static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check) =>
        MailFailures.Healthy(check, "IMAP4REV1", "IDLE", "AUTH=PLAIN").Append(new("logged-in", ToldFailures.LogsIn(check) ? Value.Of(true) : null));
}
