using Kept.Model;

namespace Kept.Checks.Tcp;

/// <summary>The kind <c>tcp</c>.</summary>
internal static class TcpKind
{
    public const int Connected = 0, Answer = 1, Size = 2, Time = 3, Dns = 4, Connect = 5, Tls = 6, FirstByte = 7, Ip = 8, OfTls = 9;

    public static readonly CheckKind Kind = new(
        "tcp", "Opens a TCP connection; may send a text and wait for one.", "HOST:PORT", text => Targets.HostAndPort(text, "tcp", 0, "db.example:5432"),
        Fields:
        [
            new("send", FieldForm.Text, "a text to send once connected; the first line that comes back is the answer unless 'reads' says more", MayHoldSecret: true),
            new("reads", FieldForm.Text, "reads until this text has come; without it the look fails", MayHoldSecret: true),
            new("over-tls", FieldForm.YesNo, "speaks TLS from the start; an untrusted certificate is a failure", "no"),
            new("body-limit", FieldForm.Size, "most bytes of the answer; more is a failure; at most 16MiB", "64KiB", Most: "16MiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("connected", ObservedForm.Flag, Dimension.Number, "true: a look that could not connect is a failure"),
            new("answer", ObservedForm.Body, Dimension.Number, "what was read; empty where the check neither sends nor reads", Typical: new Value.Body("")),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the answer"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected (and having sent) to the first byte", Optional: true),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures: ["refused", "timeout", "reset", "name-not-found", "handshake-failed", .. AwaitedAnswers.Others, "ten-times-slower", "too-large"],
        Typical: Healthy);

    /// <summary>Without TLS no certificate; an answer only where one is waited for.</summary>
    private static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        var reads = check.Setting<FieldValue.Text>("reads")?.Content;
        if (reads is { Length: > 0 }) yield return new("answer", new Value.Body(reads));
        else if (check.Setting<FieldValue.Text>("send")?.Content is { Length: > 0 }) yield return new("answer", new Value.Body("ready\n"));
    }
}
