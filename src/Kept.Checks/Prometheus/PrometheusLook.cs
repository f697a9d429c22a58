using System.Text.RegularExpressions;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Prometheus;

/// <summary>Asks for one value, and for its age where the check asks for that.</summary>
internal static class PrometheusLook
{
    private const long UsualLimit = 256 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    /// <summary>Only a plain selector tells the age of its sample; a secret in it is not known before the look.</summary>
    public static bool MayTellAge(Check check) => Selector.IsMatch(check.Target.Method) || check.Target.Method.Contains("${", StringComparison.Ordinal);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        attempt.Witness = $"Prometheus at {HostPort.Write(check.Target.Host, check.Target.Port)}";
        var query = attempt.Expand(check.Target.Method);
        var (answer, body) = await AskAsync(dialer, attempt, query, deadline);
        var phases = attempt.Trail.Phases;
        Duration? age = null;
        if (Selector.IsMatch(query) && Seen.IsAsked(check, name => name == "age"))
        {
            // The server's own clock on both sides: ours may differ from it. In milliseconds, as samples are stamped.
            var (ages, _) = await AskAsync(dialer, attempt, $"max(round((time() - timestamp({query})) * 1000))", deadline);
            if (ages.Single is { } milliseconds && Math.Abs(milliseconds) < long.MaxValue / Duration.PerMillisecond) age = Duration.Milliseconds((long)milliseconds);
        }
        // Whether nothing is there because all is well or because nobody measures is not ours to say, unless the check says it.
        if (Missing(answer) is { } missing && !Seen.IsExpected(check, name => name == "series")
            && Seen.IsAsked(check, name => name == "value" && answer.Single is null || name == "values" && answer.All is null || name == "age" && answer.Values.IsEmpty))
            throw EgressException.OfUs(GapCause.Witness, $"{attempt.Witness} knows no value: {missing}; where that is an answer too, expect something of `series`");
        var text = attempt.Redact(Excerpt.Decode(body.Span));
        var seen = new SeenValues(check.Kind)
        {
            ["value"] = answer.Single is { } value ? Value.Of(value) : null,
            ["values"] = answer.All,
            ["series"] = Value.Of(answer.Values.Length),
            ["age"] = age is { } old ? Value.Of(old) : null,
            ["warnings"] = new Value.List([.. answer.Warnings.Select(warning => Value.Of(attempt.Quoted(warning)))]),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, -1, body.Length, Excerpt.Of(text)) with { Phases = phases };
    }

    /// <summary>Why there is no value; null where there is one, and one alone.</summary>
    private static string? Missing(QueryAnswer answer) => answer switch
    {
        { Values.IsEmpty: true } => "the query gives no series",
        { All: null } => "a value is no finite number, or has more than 28 digits",
        { Single: null } => $"the query gives {answer.Values.Length} series",
        _ => null,
    };

    private static async ValueTask<(QueryAnswer Answer, ReadOnlyMemory<byte> Body)> AskAsync(Dialer dialer, Attempt attempt, string query, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var url = new Uri($"{attempt.ExpandInUrl(check.Target.Rest)}/api/v1/query?query={Uri.EscapeDataString(query)}");
        var answer = await Fetch.GetAsync(dialer, attempt, url, "application/json", check.Limit(UsualLimit), follows: false, deadline);
        var (read, error) = QueryAnswer.Read(answer.Body);
        return read is not null && answer.Status == 200 ? (read, answer.Body)
            : throw EgressException.OfUs(GapCause.Witness, $"{attempt.Witness} gave no value (status {answer.Status}): {attempt.Quoted(error ?? "")}");
    }

    /// <summary><c>name</c>, <c>name{…}</c> or <c>{…}</c>: of these alone the time of the sample can be asked for.</summary>
    private static readonly Regex Selector = new(
        """^\s*(?:[a-zA-Z_:][a-zA-Z0-9_:]*\s*(?:\{(?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})?|\{(?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+\})\s*$""",
        RegexOptions.NonBacktracking);
}
