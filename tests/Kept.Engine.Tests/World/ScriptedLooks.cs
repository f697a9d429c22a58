using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Engine.Tests.World;

/// <summary>What a target does when it is looked at.</summary>
internal abstract record Script
{
    public sealed record Answers(int Status, string Body = "", TimeSpan Took = default) : Script;

    /// <summary>An answer in which these names are seen so; the others as a healthy target of its kind shows them.</summary>
    public sealed record Shows(IReadOnlyDictionary<string, Value?> Values) : Script;

    public sealed record Fails(TargetFailure Failure, TimeSpan Took = default) : Script;

    public sealed record Misses(GapCause Cause) : Script;

    /// <summary>Says nothing: the look times out by its own time-out.</summary>
    public sealed record Swallows : Script;

    /// <summary>Never ends, not even when it is cancelled: a look with a fault of ours.</summary>
    public sealed record NeverEnds : Script;

    public sealed record Throws : Script;
}

/// <summary>Targets that do what a test wrote down, by target text, by host, or else all alike. Looks for every kind that dials.</summary>
internal sealed class ScriptedLooks(TimeProvider time, IEnumerable<CheckKind> kinds)
{
    private readonly Dictionary<string, Script> _scripts = new(StringComparer.Ordinal);

    private readonly HashSet<string> _forgotten = [];

    /// <summary>Every look that was made: target and moment.</summary>
    public List<(string Target, Instant At)> Made { get; } = [];
    public int UnderWay { get; private set; }
    public int MostUnderWay { get; private set; }
    public Script Otherwise { get; set; } = new Script.Answers(200);
    /// <summary>Keep no list of looks: for tests that make very many.</summary>
    public bool IsQuiet { get; set; }

    public FrozenDictionary<string, Look> All => kinds.Where(kind => !kind.IsPassive && !_forgotten.Contains(kind.Name)).ToFrozenDictionary(kind => kind.Name, _ => (Look)LookAsync);

    /// <summary>As if this build had no look for a kind.</summary>
    public void Forget(string kind) => _forgotten.Add(kind);

    public Script this[string targetOrHost] { set => _scripts[targetOrHost] = value; }

    /// <summary>All targets answer well from now on.</summary>
    public void Heal()
    {
        _scripts.Clear();
        Otherwise = new Script.Answers(200);
    }

    private async ValueTask<Observation> LookAsync(LookRequest request, CancellationToken cancellationToken)
    {
        var check = request.Check;
        var at = Instant.From(time.GetUtcNow());
        if (!IsQuiet) Made.Add((check.Target.Text, at));
        var script = _scripts.GetValueOrDefault(check.Target.Text) ?? _scripts.GetValueOrDefault(check.Target.Host) ?? Otherwise;
        MostUnderWay = Math.Max(MostUnderWay, ++UnderWay);
        try
        {
            switch (script)
            {
                case Script.Answers answer:
                    if (answer.Took > TimeSpan.Zero) await Task.Delay(answer.Took, time, cancellationToken);
                    return Answered(check, at, answer);
                case Script.Shows shows:
                    return Answered(check, at, new Script.Answers(0), shows.Values);
                case Script.Fails fail:
                    if (fail.Took > TimeSpan.Zero) await Task.Delay(fail.Took, time, cancellationToken);
                    return Observation.OfFailure(at, fail.Failure, fail.Failure.ToString(), new Phases(-1, -1, -1, -1, Duration.From(fail.Took).Nanoseconds));
                case Script.Misses miss:
                    return Observation.OfGap(at, miss.Cause, miss.Cause.ToString());
                case Script.Swallows:
                    await Task.Delay(check.Timeout.ToTimeSpan(), time, cancellationToken);
                    return Observation.OfFailure(at, TargetFailure.TimedOut, "no answer", new Phases(-1, -1, -1, -1, check.Timeout.Nanoseconds));
                case Script.NeverEnds:
                    await new TaskCompletionSource().Task;
                    throw new InvalidOperationException("it ended");
                default:
                    throw new InvalidOperationException("a fault in the look");
            }
        }
        finally
        {
            UnderWay--;
        }
    }

    private static Observation Answered(Check check, Instant at, Script.Answers answer, IReadOnlyDictionary<string, Value?>? shown = null)
    {
        var total = answer.Took > TimeSpan.Zero ? Duration.From(answer.Took) : Duration.Milliseconds(5);
        return new Observation
        {
            StartedAt = at,
            Reach = Reach.Answered,
            Code = answer.Status,
            Size = answer.Body.Length,
            Excerpt = answer.Body,
            Address = "192.0.2.1",
            Phases = new Phases(-1, -1, -1, -1, total.Nanoseconds),
            Values = [.. check.Kind.Sees.Select(name => shown is not null && shown.TryGetValue(name.Name, out var value) ? value : name.Name switch
            {
                "status" when name.Form == ObservedForm.Quantity => Value.Of(answer.Status),
                "time" => Value.Of(total),
                "body" or "answer" => new Value.Body(answer.Body),
                "size" => Value.Of(Quantity.Bytes(answer.Body.Length)),
                _ => Healthy(check.Kind.Name, name.Name),
            })],
        };
    }

    /// <summary>What a target that speaks no HTTP shows when nothing is wrong with it.</summary>
    private static Value? Healthy(string kind, string name) => (kind, name) switch
    {
        ("tcp", "connected") or ("tls", "trusted") or ("dns", "authoritative") => Value.Of(true),
        ("tls", "problems") => new Value.List([]),
        ("tls", "certificate.expires-in") => Value.Of(Duration.Days(60)),
        ("tls", "tls.version") => Value.Of("1.3"),
        ("dns", "rcode") => Value.Of("NOERROR"),
        ("dns", "answers") => new Value.List([Value.Of("192.0.2.1")]),
        ("dns", "count") => Value.Of(1),
        ("dns", "ttl") => Value.Of(Duration.Minutes(1)),
        ("smtp", "starttls") or ("websocket", "opened") or ("ntp", "synchronized") => Value.Of(true),
        ("smtp" or "imap", "auth") => new Value.List([Value.Of("PLAIN")]),
        ("smtp" or "imap", "certificate.expires-in") => Value.Of(Duration.Days(60)),
        ("ssh", "protocol") => Value.Of("2.0"),
        ("ntp", "stratum") => Value.Of(2),
        ("ntp", "offset") => Value.Of(Duration.Milliseconds(-3)),
        ("icmp", "loss") => Value.Of(Quantity.Ratio(0)),
        ("icmp", "lost") => Value.Of(0),
        ("icmp", "round-trip.median") => Value.Of(Duration.Milliseconds(8)),
        ("redis" or "postgres" or "prometheus", "value") or ("prometheus", "series") => Value.Of(1),
        ("mqtt", "return-code") or ("command", "exit-code") or ("grpc", "grpc.status") => Value.Of(0),
        ("grpc", "status") => Value.Of("SERVING"),
        ("domain", "expires-in") => Value.Of(Duration.Days(200)),
        ("domain", "status") => new Value.List([Value.Of("active")]),
        ("prometheus", "warnings") => new Value.List([]),
        ("feed", "age") => Value.Of(Duration.Hours(1)),
        ("feed", "count") => Value.Of(10),
        _ => null,
    };
}
