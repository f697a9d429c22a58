using Kept.Model;

namespace Kept.Import.Exporting.Blackbox;

/// <summary>A check of the kind <c>tcp</c> as a module: one text out, one in.</summary>
internal static class BlackboxTcpShape
{
    public static BlackboxShape Of(Check check, string subject, Losses losses)
    {
        var shape = new BlackboxShape("tcp", check.Target.Text.Trim());
        if (check.Setting<FieldValue.YesNo>("over-tls") is { IsYes: true }) shape.Set("tls", "true");
        if (check.Setting<FieldValue.Text>("send") is { Content.Length: > 0 } send)
            if (Secrets.IsIn(send.Content)) losses.Secret(check.At, subject, "what is sent");
            else
            {
                if (!send.Content.EndsWith('\n')) losses.Differs(check.At, subject, "the exporter ends what it sends with a line feed");
                shape.Add("query_response", $"send: {YamlLines.Quoted(send.Content.EndsWith('\n') ? send.Content[..^1] : send.Content)}");
            }
        if (check.Setting<FieldValue.Text>("reads") is { Content.Length: > 0 } reads) shape.Add("query_response", $"expect: {YamlLines.Quoted(BlackboxShape.Pattern(reads.Content))}");
        BlackboxShape.Lines(check, subject, losses, test => test is Expression.IsTrue { What.Name: "connected" });
        return shape;
    }
}
