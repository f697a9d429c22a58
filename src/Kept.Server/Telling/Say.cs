using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Engine;
using Kept.Language;
using Kept.Model;

namespace Kept.Server;

/// <summary>Figures, ages and times as people read them.</summary>
internal static partial class Say
{
    /// <summary><c>1,204</c>.</summary>
    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 promise</c>, <c>12 promises</c>.</summary>
    public static string Count(long n, string one, string many) => Count(n) + " " + (n == 1 ? one : many);

    /// <summary><c>99.83 %</c>. Rounded towards zero, so that 100 % means all of it.</summary>
    public static string Percent(decimal share)
    {
        var percent = share * 100;
        var digits = percent is > 99 and < 100 ? 3 : percent >= 10 ? 1 : 2;
        var scale = 1m;
        for (var i = 0; i < digits; i++) scale *= 10;
        return (Math.Truncate(percent * scale) / scale).ToString("0.###", CultureInfo.InvariantCulture) + " %";
    }

    /// <summary><c>2 s ago</c>, <c>in 8 s</c>, <c>now</c>; two figures at most.</summary>
    public static string Age(Instant at, Instant now)
    {
        var age = now - at;
        if (Math.Abs(age.Nanoseconds) < Duration.PerSecond) return "just now";
        return age.Nanoseconds > 0 ? Length(age) + " ago" : "in " + Length(new Duration(-age.Nanoseconds));
    }

    /// <summary>A length without its smallest parts: whole seconds from one second on, two units at most.</summary>
    public static string Length(Duration length) =>
        Math.Abs(length.Nanoseconds) < Duration.PerSecond ? length.ToWords()
            : new Duration(length.Nanoseconds / Duration.PerSecond * Duration.PerSecond).ToWords();

    /// <summary>The time of day today, with the date on other days; UTC.</summary>
    public static string When(Instant at, Instant now)
    {
        var time = at.ToDateTimeOffset();
        var today = now.ToDateTimeOffset();
        return time.Date == today.Date ? time.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : time.Year == today.Year ? time.ToString("d MMM HH:mm", CultureInfo.InvariantCulture)
            : time.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Words that were written for machines too, with the instants of looks as people read them: <c>no look since 04:01:02</c>. One without parts of a second was read
    /// elsewhere, such as the end of a certificate, and is told as it was read.
    /// </summary>
    public static string Told(string words, Instant now) => Written().Replace(words, match => Instant.TryParse(match.Value, out var at) ? When(at, now) : match.Value);

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Written();

    public static string Day(Instant at) => at.ToDateTimeOffset().ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string Date(Instant at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What a failure means, in words.</summary>
    public static string Failure(TargetFailure failure) => failure switch
    {
        TargetFailure.NameNotFound => "the name does not exist",
        TargetFailure.NameServerFailed => "its name server failed",
        TargetFailure.Refused => "the connection was refused",
        TargetFailure.TimedOut => "no whole answer in time",
        TargetFailure.Reset => "the connection was cut",
        TargetFailure.TlsFailed => "the TLS handshake failed",
        TargetFailure.CertificateInvalid => "the certificate does not hold",
        TargetFailure.Malformed => "the answer breaks its protocol",
        TargetFailure.TooLarge => "the answer is too large",
        TargetFailure.RedirectRefused => "it redirects to where the check may not go",
        TargetFailure.Unreachable => "its network says it is unreachable",
        TargetFailure.Silent => "it kept silent",
        TargetFailure.ReportedFailure => "it reported a failure itself",
        TargetFailure.StepFailed => "a step on the way did not answer as it must",
        TargetFailure.Leftover => "its answer held what another had sent",
        _ => "it answered",
    };

    /// <summary>Why we could not look, in words; ours, never the target's.</summary>
    public static string Gap(GapCause cause) => cause switch
    {
        GapCause.Resolver => "our resolver did not answer",
        GapCause.Route => "we had no route",
        GapCause.Budget => "our budget of looks was used up",
        GapCause.Late => "we were too late",
        GapCause.Restarted => "we were not running",
        GapCause.Clock => "our clock jumped",
        GapCause.EgressDenied => "our policy forbids the address",
        GapCause.Local => "a limit of this machine",
        GapCause.Fault => "a fault of ours",
        GapCause.SecretMissing => "a secret it needs is not set",
        GapCause.Storage => "we could not record what we saw",
        GapCause.NotArmed => "it never called yet",
        GapCause.Paused => "looking was paused",
        GapCause.Witness => "who knows about it did not answer",
        GapCause.TooFew => "there were too few answers for the stated confidence",
        _ => "no cause noted",
    };

    /// <summary>The stable name of a gap's cause, for machines: <c>not-armed</c>.</summary>
    public static string Wire(GapCause cause) => Kebab(cause.ToString());

    /// <summary>The stable name of a failure, for machines: <c>name-not-found</c>.</summary>
    public static string Wire(TargetFailure failure) => Kebab(failure.ToString());

    public static string Wire(Truth truth) => Kebab(truth.ToString());

    public static string Wire(LookClass look) => Kebab(look.ToString());

    public static string Wire(Standing standing) => Kebab(standing.ToString());

    public static string Wire(AlertState state) => Kebab(state.ToString());

    /// <summary>A budget in what is counted and in time: <c>3 of 1,008 used, 16 h 45 min left</c>; null where there is none.</summary>
    public static string? Budget(VerdictLine line) => line.Budget is { } budget
        ? $"{budget.Spent.ToWords(1)} of {budget.Allowed.ToWords(1)} bad ones used, {budget.LeftTime.ToWords()} of {budget.AllowedTime.ToWords()} left" : null;

    private static string Kebab(string name) => string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>What a promise keeps, in one line of words.</summary>
    public static string Terms(Promise promise) =>
        promise.Keeps.Length > 0 ? string.Join(", ", promise.Keeps.Select(Words.Of))
            : promise.Checks.SelectMany(check => check.Expect).Select(expectation => expectation.Text) is var texts && texts.Any() ? string.Join(", ", texts)
            : promise.Uses is not null ? "as good as what it stands on"
            : "no terms that can be judged";

    /// <summary>The path of a promise's page.</summary>
    public static string Path(PromiseName name) => $"/promises/{name.Agent}/{name.Short}";

    /// <summary>The newest look over all checks, with the check it belongs to.</summary>
    public static (CheckView View, LookRecord Look)? Newest(PromiseView view) =>
        view.Checks.Where(check => check.Last is not null).OrderByDescending(check => check.Last!.Slot).Select(check => ((CheckView, LookRecord)?)(check, check.Last!)).FirstOrDefault();

    /// <summary>
    /// The least budget left over all lines, as it may stand beside a headline; null where no line has one. What is broken now may have nearly all of a month's budget
    /// left, and what was never seen all of it: beside such a headline that would read as if all were well. There only a spent one is told, the others beside their lines.
    /// </summary>
    public static decimal? Budget(Verdict verdict) => verdict.Lines.Min(line => line.BudgetLeft) switch
    {
        { } least when verdict.Outcome == Outcome.Kept || (verdict.Outcome == Outcome.Broken && least <= 0) => least,
        _ => null,
    };
}
