using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Healthchecks;

/// <summary>Checks as wishes with a heartbeat each.</summary>
internal sealed partial class HealthchecksChecks(ImportRequest request, HouseDraft draft, Losses losses)
{
    /// <summary>The API's own bounds: a minute to a year.</summary>
    private const long LongestSeconds = 31_536_000;

    private static readonly string[] WordsOfMails = ["subject", "subject_fail", "start_kw", "success_kw", "failure_kw"];

    private static readonly string[] OfTheMoment =
    [
        "n_pings", "started", "last_ping", "next_ping", "last_duration", "manual_resume", "badge_url", "uuid", "ping_url", "update_url", "pause_url", "resume_url", "unique_key", "created",
        "filter_subject", "filter_body", "filter_http_body", "filter_default_fail",
    ];

    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);
    private readonly Subjects _subjects = new();
    private readonly Names _keys = new();
    private bool _toldOfRoutes;

    public void Read(Keys check)
    {
        var name = Written(check, "name") ?? Written(check, "slug") ?? "check without a name";
        var subject = check.Subject = _subjects.Free(name);
        var (slug, tags, described) = (Written(check, "slug"), Written(check, "tags"), Written(check, "desc"));
        var (every, grace, status) = (Every(check), Seconds(check, "grace"), check.Text("status")?.Content);
        Told(check, status);
        check.Pass(OfTheMoment);
        foreach (var (key, value) in check.Map.Entries)
            if (!IsKnown(key.Content) && value is not ForeignNode.Text { IsNothing: true } && _unknown.Add(key.Content))
                losses.UnknownKey(key.At, "", key.Content, OfTheMoment, "it may come from a newer version: look whether the check misses something", "is passed over");
        if (status == "paused")
        {
            NotCarried(check, "it is paused", "take it along when it runs again");
            return;
        }
        if (every is not { } period)
        {
            NotCarried(check, "how often it must call cannot be said here", "write it as `timeout`, in seconds");
            return;
        }
        var address = _keys.Free(slug ?? name, "job");
        if (request.Kind("heartbeat") is null)
        {
            NotCarried(check, "this program has no kind `heartbeat`", null);
            return;
        }
        var heartbeat = new CheckDraft("heartbeat", address) { Every = period, Confirm = (1, 1) };
        heartbeat.Field("grace", (grace ?? Duration.Hours(1)).ToString());
        var wish = new WishDraft(subject, check.Map.At, name, name) { Purpose = described is { Length: <= 1_000 } ? described : subject };
        if (tags is { Length: > 0 and <= 500 }) wish.Comments.Add("tags: " + tags);
        wish.Checks.Add(heartbeat);
        draft.Wishes.Add(wish);
        if (!HasUuid(check))
        {
            losses.Changed(check.Map.At, subject, "a key that may only read gives no UUID, so the job calls another address from now on", $"ask again with a key that may write; or curl -fsS http://localhost:7070/beat/{address}");
            return;
        }
        var variable = $"HEALTHCHECKS_{address.Replace('-', '_').ToUpperInvariant()}_UUID";
        heartbeat.Maps.Add(new("healthchecks", [new("uuid", $"${{env:{variable}}}")]));
        heartbeat.Secrets.Add($"${{env:{variable}}}");
        heartbeat.AreSecretsTold = true;
        losses.Tell(new Finding(ImportCodes.SecretLeftOut, FindingKind.Changed, check.Map.At, subject, $"its UUID stands in the answer as it is, and is not written into a document: it is read from `{variable}` where Kept runs, and the job goes on calling /ping/UUID, of this server", null, $"export {variable}='the last part of its ping address'"));
    }

    /// <summary>Whether the answer says by which UUID it is pinged; an answer to a key that may only read does not.</summary>
    private static bool HasUuid(Keys check) => check.Map["uuid"] is ForeignNode.Text { Content: var own } && Uuid().IsMatch(own) || check.Map["ping_url"] is ForeignNode.Text { Content: var address } && Uuid().IsMatch(address);

    /// <summary>How long it may be silent: its period, or the longest pause of its schedule.</summary>
    private Duration? Every(Keys check)
    {
        var (schedule, zone) = (check.Text("schedule"), check.Text("tz")?.Content ?? "UTC");
        if (Seconds(check, "timeout") is { } timeout) return timeout;
        if (schedule is null) return check.Map["timeout"] is null ? Duration.Days(1) : null; // the API's own default
        if (HealthchecksCron.Pauses(schedule.Content) is not var (shortest, longest))
        {
            losses.Lost(schedule.At, check.Subject, $"the schedule `{Losses.Short(schedule.Content)}` is no plain cron line, so its pauses are not known here", "write how long it may be silent: every: 25h");
            return null;
        }
        // where clocks go back, a pause of more than an hour may last one hour more
        var pause = longest > Duration.Hours(1) && zone is not ("UTC" or "Etc/UTC" or "GMT") ? longest + Duration.Hours(1) : longest;
        if (pause != shortest)
            losses.Changed(schedule.At, check.Subject, $"it is due by the clock there, at `{Losses.Short(schedule.Content)}` {Losses.Short(zone)}; here it may be silent for {pause}, the longest pause of that schedule, so a call that is missed within a shorter one is noticed later");
        return pause;
    }

    private void Told(Keys check, string? status)
    {
        var channels = check.Map["channels"] as ForeignNode.Text;
        check.Pass("channels");
        if (channels is { Content: "" })
            losses.Hollow(ImportCodes.WatchesTooLittle, check.At("channels"), check.Subject, "it has no integration", "it goes down and nobody is told", "choose one, or see to alerts on Kept's own metrics at /metrics");
        else if (channels is not null && !_toldOfRoutes)
        {
            losses.Lost(check.At("channels"), "", "integrations are not carried, of this check and of all others", "alert on Kept's own metrics at /metrics");
            _toldOfRoutes = true;
        }
        if (status == "new")
            losses.Hollow(ImportCodes.WatchesTooLittle, check.At("status"), check.Subject, "it was never called, and until it is, its silence is never noticed", "the job never ran, and the check stays `new`", "call it once", "it is unknown until then, and silence counts from its first call");
        if (check.Text("methods") is { Content.Length: > 0 } methods) losses.Lost(methods.At, check.Subject, $"only {Losses.Short(methods.Content)} counts there; here every way of calling does");
        foreach (var word in WordsOfMails)
            if (check.Text(word) is { Content.Length: > 0 } text)
                losses.Lost(text.At, check.Subject, $"the words of `{word}` are not looked for", "report the outcome: /beat/KEY/fail, or the exit code; or expect: [ not (body contains 'failed') ]");
    }

    /// <summary>What people wrote, without the UUID of a check: whoever has it can call in its name.</summary>
    private static string? Written(Keys check, string key) => check.Text(key) is { } text && !string.IsNullOrWhiteSpace(text.Content) ? Uuid().Replace(text.Content.Trim(), "…") : null;

    private Duration? Seconds(Keys check, string key)
    {
        if (check.Text(key) is not { } text) return null;
        if (long.TryParse(text.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= LongestSeconds) return Duration.Seconds(seconds);
        losses.Lost(text.At, check.Subject, $"`{Losses.Short(text.Content)}` is no number of seconds from 1 to a year, in `{key}`");
        return null;
    }

    private static bool IsKnown(string key) => key is "name" or "slug" or "tags" or "desc" or "grace" or "timeout" or "schedule" or "tz" or "status" or "methods" or "channels" || WordsOfMails.Contains(key) || OfTheMoment.Contains(key);

    [GeneratedRegex("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    private void NotCarried(Keys check, string why, string? instead)
    {
        losses.Lost(check.Map.At, check.Subject, why, instead);
        draft.NotCarried.Add((check.Subject, check.Map.At));
    }
}
