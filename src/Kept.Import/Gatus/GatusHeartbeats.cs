using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>External endpoints: what reports to Gatus by itself. With an interval of silence they become heartbeats.</summary>
internal sealed class GatusHeartbeats(ImportRequest request, HouseDraft draft, Losses losses, GatusAlerting alerting)
{
    private readonly Names _keys = new();

    public void Read(Keys endpoint)
    {
        var (name, group) = (endpoint.Text("name")?.Content ?? "external endpoint", endpoint.Text("group")?.Content);
        var subject = endpoint.Subject = group is null ? name : $"{group}/{name}";
        var enabled = endpoint.Flag("enabled");
        var token = endpoint.Text("token");
        var confirm = alerting.Confirmation(endpoint);
        var windows = endpoint.Items("maintenance-windows").Select(window => GatusMaintenance.Calendar(window, draft, losses)).ToList();
        var every = endpoint.Inner("heartbeat") is { } heartbeat ? Interval(heartbeat) : null;
        if (every is null)
        {
            var misplaced = endpoint.Map.Key("interval");
            var meant = misplaced is null ? null : GatusText.Length(endpoint, "interval", losses);
            losses.Hollow(ImportCodes.WatchesTooLittle, misplaced?.At ?? endpoint.Map.At, subject,
                misplaced is null ? "nothing says how often it must report, so its silence is never noticed" : "`interval` is not read here, so the dead man's switch is off: its silence is never noticed",
                "it reports once and never again, and stays healthy", "write `heartbeat: { interval: 25h }`", "every heartbeat has its `every` and `grace`");
            every = meant;
        }
        endpoint.TellUnknown(key => key is "url" or "conditions" ? "an external endpoint is not looked at; move it to `endpoints:`" : null);
        if (enabled == false) NotCarried(endpoint, subject, "it is switched off", "take it along when it is switched on again");
        else if (every is not { } length) NotCarried(endpoint, subject, "a heartbeat needs to know how often it is due", "write `heartbeat: { interval: 25h }` and import again");
        else if (request.Kind("heartbeat") is null) NotCarried(endpoint, subject, "this program has no kind `heartbeat`");
        else
        {
            var key = _keys.Free(subject, "job");
            var check = new CheckDraft("heartbeat", key) { Every = length, Confirm = confirm };
            check.Fields.Add(new("grace", "1m"));
            check.Comments.Add("Whoever knows this key can call in its name: make it longer, as `kept add --heartbeat` does.");
            var wish = new WishDraft(subject, endpoint.Map.At, group ?? name, name) { Purpose = subject, Given = GatusMaintenance.Given(windows) };
            wish.Checks.Add(check);
            draft.Wishes.Add(wish);
            Address(check, subject, KeyOf(group, name), token?.Content, endpoint.Map.At, key);
        }
    }

    /// <summary>What reports goes on pushing as it does. A token that came from a variable there comes from it here; one in clear is not written.</summary>
    private void Address(CheckDraft check, string subject, string endpoint, string? token, Place at, string key)
    {
        if (string.IsNullOrWhiteSpace(token) || endpoint.Length > 200)
        {
            losses.Changed(at, subject, "it has no token there, so what reports calls another address from now on", $"curl -fsS http://localhost:7070/beat/{key}");
            return;
        }
        var read = new List<string>();
        var reference = GatusText.WithSecrets(token, read);
        var ownName = read is not [var one] || one != reference;
        var name = $"GATUS_{key.Replace('-', '_').ToUpperInvariant()}_TOKEN";
        if (ownName) reference = $"${{env:{name}}}";
        else name = reference["${env:".Length..^1];
        check.Maps.Add(new("gatus", [new("endpoint", endpoint), new("token", reference)]));
        check.Secrets.Add(reference);
        check.AreSecretsTold = true;
        losses.Tell(new Finding(ImportCodes.SecretLeftOut, FindingKind.Changed, at, subject, $"{(ownName ? "its token stands in the configuration as it is, and is not written into a document" : "its token comes from a variable there, and here from the same")}: `{name}` is read where Kept runs, and what reports goes on pushing to /api/v1/endpoints/{endpoint}/external, of this server", null, $"export {name}='its token'"));
    }

    /// <summary>As Gatus makes it of group and name.</summary>
    private static string KeyOf(string? group, string name)
    {
        return Part(group ?? "") + "_" + Part(name);

        static string Part(string text) => string.Concat(text.Trim().ToLowerInvariant().Select(c => c is '/' or '_' or ',' or '.' or '#' or '+' or '&' or ' ' ? '-' : c));
    }

    private Duration? Interval(Keys heartbeat)
    {
        var length = GatusText.Length(heartbeat, "interval", losses);
        heartbeat.TellUnknown();
        return length is { } every && every < Duration.Seconds(1) ? null : length;
    }

    private void NotCarried(Keys endpoint, string subject, string why, string? instead = null)
    {
        losses.Lost(endpoint.Map.At, subject, why, instead);
        draft.NotCarried.Add((subject, endpoint.Map.At));
    }
}
