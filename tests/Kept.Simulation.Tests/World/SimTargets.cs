using System.Collections.Frozen;
using Kept.Checks;
using Kept.Model;

namespace Kept.Simulation.Tests.World;

/// <summary>What a target does now.</summary>
internal enum Does { Answers, AnswersBadly, Refuses, SaysNothing, WeCannotLook, NeverEnds, Throws }

/// <summary>One attempt as the world knows it: what the engine says of it is held against this.</summary>
internal sealed record Attempt(string Target, Instant Began, Does Did)
{
    public Instant? Ended { get; set; }
}

/// <summary>The network: every attempt is written down with what truly came of it.</summary>
internal sealed class SimTargets(TimeProvider time, Func<int, int> draw)
{
    private readonly Dictionary<string, Does> _does = new(StringComparer.Ordinal);

    /// <summary>By target, oldest first.</summary>
    public Dictionary<string, List<Attempt>> Made { get; } = new(StringComparer.Ordinal);

    public long Count { get; private set; }

    public Does this[string target] { set => _does[target] = value; }

    /// <summary>Everything fails, for it is our own line that is cut.</summary>
    public bool IsCut { get; set; }

    public void Heal()
    {
        _does.Clear();
        IsCut = false;
    }

    public FrozenDictionary<string, Look> All => CheckCatalog.Kinds.Where(kind => !kind.IsPassive).ToFrozenDictionary(kind => kind.Name, _ => (Look)LookAsync);

    private async ValueTask<Observation> LookAsync(LookRequest request, CancellationToken cancellationToken)
    {
        var (check, at) = (request.Check, Instant.From(time.GetUtcNow()));
        var does = IsCut ? Does.Refuses : _does.GetValueOrDefault(check.Target.Text);
        var attempt = new Attempt(check.Target.Text, at, does);
        Count++;
        if (!Made.TryGetValue(attempt.Target, out var made)) Made[attempt.Target] = made = [];
        made.Add(attempt);
        if (draw(4) == 0 && does is not (Does.NeverEnds or Does.SaysNothing)) await Task.Delay(TimeSpan.FromMilliseconds(draw(900)), time, cancellationToken);
        if (does == Does.SaysNothing) await Task.Delay(check.Timeout.ToTimeSpan(), time, cancellationToken);
        if (does == Does.NeverEnds) await new TaskCompletionSource().Task;
        attempt.Ended = Instant.From(time.GetUtcNow());
        return does switch
        {
            Does.Answers => Answered(check, at, 200),
            Does.AnswersBadly => Answered(check, at, 503),
            Does.Refuses => Observation.OfFailure(at, TargetFailure.Refused, "refused", Took(5)),
            Does.SaysNothing => Observation.OfFailure(at, TargetFailure.TimedOut, "no answer", Took((int)(check.Timeout.Nanoseconds / 1_000_000))),
            Does.WeCannotLook => Observation.OfGap(at, GapCause.Resolver, "our resolver"),
            _ => throw new InvalidOperationException("a fault in the look"),
        };
    }

    private static Phases Took(int milliseconds) => new(-1, -1, -1, -1, Duration.Milliseconds(milliseconds).Nanoseconds);

    private static Observation Answered(Check check, Instant at, int status) => new()
    {
        StartedAt = at,
        Reach = Reach.Answered,
        Code = status,
        Excerpt = "",
        Address = "192.0.2.1",
        Phases = Took(5),
        Values = [.. check.Kind.Sees.Select(name => name.Name switch
        {
            "status" when name.Form == ObservedForm.Quantity => Value.Of(status),
            "time" => Value.Of(Duration.Milliseconds(5)),
            "body" or "answer" => new Value.Body(""),
            "size" => Value.Of(Quantity.Bytes(0)),
            _ => null,
        })],
    };
}
