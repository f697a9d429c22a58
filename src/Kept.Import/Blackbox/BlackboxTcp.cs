using System.Text.RegularExpressions;

namespace Kept.Import.Blackbox;

/// <summary>The prober <c>tcp</c>: a connection, perhaps with TLS, and one text out and one in. A longer dialogue is told as lost.</summary>
internal static partial class BlackboxTcp
{
    public static void Read(Keys settings, BlackboxExpectations lines)
    {
        lines.Expect("connected", settings.Map.At);
        if (settings.Flag("tls") == true) lines.Check.Fields.Add(new("over-tls", "yes"));
        Dialogue(settings, lines);
        lines.Tls(settings);
        lines.Network(settings);
    }

    private static void Dialogue(Keys settings, BlackboxExpectations lines)
    {
        var steps = settings.Items("query_response").Select(step =>
        {
            var read = (Expect: step.Text("expect")?.Content, Send: step.Text("send")?.Content, Tls: step.Flag("starttls") == true);
            step.Lost("expect_bytes", "bytes are not expected, only text");
            step.Pass("labels");
            step.TellUnknown(null, BlackboxImport.Refuses);
            return read;
        }).ToList();
        if (steps.Count == 0) return;
        var (sent, expected) = (steps.Select(step => step.Send).OfType<string>().ToList(), steps.Select(step => step.Expect).OfType<string>().ToList());
        // the exporter ends what it sends with a line feed; what is expected must be a text that stands there, not a pattern
        var fits = !steps.Exists(step => step.Tls) && sent.Count <= 1 && expected.Count <= 1 && expected.TrueForAll(text => Plain().IsMatch(text))
            && (sent.Count == 0 || expected.Count == 0 || steps.FindIndex(step => step.Send is not null) <= steps.FindIndex(step => step.Expect is not null));
        if (!fits)
        {
            lines.Losses.Lost(settings.At("query_response"), lines.Subject, steps.Exists(step => step.Tls) ? "STARTTLS within a dialogue is not spoken by this kind" : "a dialogue of several steps, or with patterns, is not carried",
                "one text to send and one to wait for can be said: send: 'PING', reads: '+PONG'");
            return;
        }
        if (sent is [var text]) lines.Check.Fields.Add(new("send", text + "\n"));
        if (expected is [var wanted]) lines.Check.Fields.Add(new("reads", wanted.TrimStart('^')));
    }

    [GeneratedRegex(@"^\^?[^\\^$.|?*+()\[\]{}]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
