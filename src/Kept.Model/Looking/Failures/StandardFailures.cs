using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>Failures that many kinds share, by name. A look that fails is bad whatever is expected; an answer is judged by the expectations.</summary>
public static class StandardFailures
{
    private const string ErrorPage = "<!doctype html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>";

    /// <summary>A page that stands in place of the service and says so to people only.</summary>
    public const string MaintenancePage = "<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>";

    private static readonly Duration AnHour = Duration.Hours(1);

    /// <summary>All of them, in the order of a reference.</summary>
    public static ImmutableArray<Failure> All { get; } =
    [
        Failing("refused", "a refused connection", TargetFailure.Refused),
        Failing("timeout", "no answer within the time-out", TargetFailure.TimedOut),
        Failing("reset", "a connection that is cut", TargetFailure.Reset),
        Failing("unreachable", "a host that cannot be reached", TargetFailure.Unreachable),
        Failing("name-not-found", "a name that does not exist", TargetFailure.NameNotFound),
        Failing("server-failure", "name servers that fail", TargetFailure.NameServerFailed),
        Failing("handshake-failed", "a TLS handshake that fails", TargetFailure.TlsFailed, OverTls),
        Failing("no-tls", "a server that speaks no TLS", TargetFailure.TlsFailed, OverTls),
        Failing("service-refused", "a server that greets and refuses service", TargetFailure.Refused),
        Failing("certificate", "a certificate that does not hold", TargetFailure.CertificateInvalid, OverTls),
        Failing("certificate-expired", "an expired certificate", TargetFailure.CertificateInvalid, OverTls),
        Failing("certificate-other-name", "a certificate of another name", TargetFailure.CertificateInvalid, OverTls),
        Failing("certificate-self-signed", "a self-signed certificate", TargetFailure.CertificateInvalid, OverTls),
        new("certificate-expiring", "a certificate with an hour left", look => OverTls(look) ? [look.Answers("a certificate with an hour left", ("certificate.expires-in", Value.Of(AnHour)))] : []),
        Failing("malformed", "an answer that breaks its protocol", TargetFailure.Malformed),
        Failing("too-large", "an answer larger than the check allows", TargetFailure.TooLarge),
        Failing("redirect-loop", "a redirect that leads in a circle", TargetFailure.RedirectRefused),
        Failing("silent", "a call that never came", TargetFailure.Silent),
        Failing("reported-failure", "a failure that it reported itself", TargetFailure.ReportedFailure),
        new("slow", "an answer ten times slower", Slower),
        new("ten-times-slower", "an answer ten times slower", Slower),
        new("body-empty", "an empty answer", look => look.Content is null ? [] : [look.AnswersBody("an empty answer", "")]),
        new("answer-empty", "an empty answer", look => look.Content is null ? [] : [look.AnswersBody("an empty answer", "")]),
        new("body-html", "an HTML page in place of the answer", look => look.Content is null ? [] : [look.AnswersBody("an HTML page in place of the answer", MaintenancePage, "text/html")]),
        new("answer-other", "another answer", look => look.Content is null ? [] : [look.AnswersBody("another answer", "500 internal error\n")]),
        new("body-truncated", "an answer cut in the middle", Truncated),
        new("answer-truncated", "an answer cut in the middle", Truncated),
        new("field-missing", "a field that is missing", look => FieldFailures.Missing(look)),
        new("field-null", "a field that is null", look => FieldFailures.Null(look)),
        new("field-default", "a field that nobody set", look => FieldFailures.Default(look)),
        new("field-other-type", "a field of another type", look => FieldFailures.OtherType(look)),
        new("date-stale", "a date that no longer moves", look => FieldFailures.Stale(look)),
    ];

    /// <summary>The failure of that name, or null.</summary>
    public static Failure? Named(string name) => ByName.GetValueOrDefault(name);

    private static readonly Dictionary<string, Failure> ByName = All.ToDictionary(failure => failure.Name, StringComparer.Ordinal);

    /// <summary>A failure without an answer.</summary>
    /// <param name="applies">To which checks it can happen; to all where it is not given.</param>
    public static Failure Failing(string name, string means, TargetFailure failure, Func<HealthyLook, bool>? applies = null) =>
        new(name, means, look => applies is null || applies(look) ? [look.Fails(failure, means)] : [], IsGrave: true);

    /// <summary>A failure that is told by an answer in which some names show something else.</summary>
    public static Failure Answering(string name, string means, Func<HealthyLook, ImmutableArray<(string Name, Value? Value)>> others, bool isGrave = true) =>
        new(name, means, look => others(look) is { IsDefaultOrEmpty: false } changes ? [look.Answers(means, changes.AsSpan())] : [], isGrave);

    /// <summary>What a failing service says in place of its content: in JSON where it speaks JSON, else as a page.</summary>
    public static (string Content, string Type) ErrorContent(HealthyLook look, string says) =>
        look.Content is { } content && content.AsSpan().TrimStart() is ['{' or '[', ..] ? ($$"""{"error":"{{says}}"}""", "application/json") : (ErrorPage, "text/html");

    private static bool OverTls(HealthyLook look) => look["certificate.expires-in"] is not null;

    /// <summary>All its phases grow alike, and what is timed besides by as much as the whole; beyond the time-out nobody waits.</summary>
    private static IEnumerable<FailedLook> Slower(HealthyLook look)
    {
        var whole = look["time"] is not null ? "time" : "duration";
        if (look[whole] is not Value.Measured { Quantity: { Dimension: Dimension.Time, Amount: > 0 } before }) return [];
        var isPassive = look.Check.Kind.IsPassive;
        var words = $"an answer that takes {look.Slow.ToWords()}";
        if (!isPassive && look.Slow >= look.Check.Timeout) return [look.Fails(TargetFailure.TimedOut, words)];
        var changes = new List<(string, Value?)>();
        foreach (var name in look.Check.Kind.Sees)
            if (name.IsOfLook && look[name.Name] is Value.Measured { Quantity: { Dimension: Dimension.Time } part })
                changes.Add((name.Name, Value.Of(new Duration((long)Math.Clamp(part.Amount + look.Slow.Nanoseconds - before.Amount, 1, long.MaxValue / 2)))));
            else if ((name.Name == whole || name.Name.StartsWith("time.", StringComparison.Ordinal)) && look[name.Name] is Value.Measured { Quantity: { Dimension: Dimension.Time } time })
                changes.Add((name.Name, Value.Of(Scaled(time.AsDuration, before.AsDuration, look.Slow))));
        var slow = look.Answers(isPassive ? $"a run that takes {look.Slow.ToWords()}" : words, changes.ToArray());
        return [slow with { Seen = slow.Seen with { Phases = slow.Seen.Phases with { Total = look.Slow.Nanoseconds } } }];
    }

    private static Duration Scaled(Duration part, Duration before, Duration after) =>
        new((long)Math.Clamp(decimal.Round((decimal)part.Nanoseconds * after.Nanoseconds / before.Nanoseconds), 1, long.MaxValue / 2));

    private static IEnumerable<FailedLook> Truncated(HealthyLook look) =>
        look.Content is { Length: > 1 } content ? [look.AnswersBody("an answer cut in the middle", content[..(content.Length / 2)])] : [];
}
