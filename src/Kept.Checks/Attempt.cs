using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>One look under way: its deadline, what is noted along the way, and the secrets that must not be told.</summary>
internal sealed class Attempt
{
    /// <summary>A deadline that comes this much late was held up by ourselves (a stopped process, a starved machine): nothing can be said of the target.</summary>
    public static readonly Duration Stalled = Duration.Milliseconds(750);

    private readonly List<string> _secrets = [];
    private (int Of, IReadOnlyList<string> Forms)? _forms;

    private Attempt(LookRequest request, TimeProvider time)
    {
        (Request, StartedAt, Trail) = (request, Instant.From(time.GetUtcNow()), new DialTrail(time));
    }

    public LookRequest Request { get; }
    public Instant StartedAt { get; }
    public DialTrail Trail { get; }

    /// <summary>Set where not the target is asked but somebody who knows about it: whatever keeps that one from saying is a gap, and no failure of the target.</summary>
    public string? Witness { get; set; }

    public string Expand(string text) => Secrets.Expand(Permitted(text), _secrets);
    public string ExpandInUrl(string text) => Secrets.Expand(Permitted(text), _secrets, Uri.EscapeDataString);

    public string Redact(string text)
    {
        if (_secrets.Count == 0) return text;
        if (_forms is null || _forms.Value.Of != _secrets.Count) _forms = (_secrets.Count, Secrets.FormsOf(_secrets));
        return Secrets.RedactForms(text, _forms.Value.Forms);
    }

    /// <summary>Whoever wrote the document also chose the target: one that is not ours would have our secrets sent to itself.</summary>
    private string Permitted(string text) => Request.Trust == DocumentOrigin.Ours || !Secrets.IsIn(text)
        ? text
        : throw EgressException.OfUs(GapCause.EgressDenied, "a document that is not ours may not use secrets of this machine");

    /// <summary>Looks within the check's time-out. Every exception but the caller's own cancellation becomes an observation.</summary>
    public static async ValueTask<Observation> RunAsync(
        LookRequest request, TimeProvider time, Func<Attempt, CancellationToken, ValueTask<Observation>> look, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = new Attempt(request, time);
        using var deadline = new CancellationTokenSource(request.Check.Timeout.ToTimeSpan(), time);
        using var leave = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        try
        {
            return await look(attempt, deadline.Token);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            return attempt.TimedOut();
        }
        catch (Exception fault)
        {
            return attempt.Failed(EgressException.From(fault, request.Check.Target.Host));
        }
    }

    /// <summary>
    /// Behind a proxy that looks names up by itself the target's address is known to nobody here. An expectation about it is then ours to leave open, not the
    /// target's to fail.
    /// </summary>
    private bool AsksForUnknownAddress => Trail is { IsBehindProxy: true, Address: null }
        && Request.Check.Expect.Any(expectation => expectation.Test.SelfAndDescendants().Any(node => node switch
        {
            Expression.Compare compare => IsAddress(compare.Left) || IsAddress(compare.Right),
            Expression.InList list => IsAddress(list.Left),
            Expression.Contains contains => IsAddress(contains.Left) || IsAddress(contains.Right),
            Expression.Matches matches => IsAddress(matches.Left),
            Expression.Has has => IsAddress(has.What),
            _ => false,
        }));

    private static bool IsAddress(Operand operand) => operand is Operand.Seen { Name: "ip" };

    public Observation Answered(ImmutableArray<Value?> values, int code, long size, string? excerpt) => AsksForUnknownAddress
        ? Observation.OfGap(StartedAt, GapCause.Local, "behind a proxy the address of the target is not known, and an expectation asks for `ip`")
        : new()
        {
            StartedAt = StartedAt,
            Reach = Reach.Answered,
            Phases = Trail.Phases,
            Code = code,
            Size = size,
            Values = values,
            Excerpt = excerpt,
            Address = Trail.Address?.ToString(),
            NewConnection = Trail.IsNew,
        };

    private Observation Failed(EgressException fault) => new()
    {
        StartedAt = StartedAt,
        Reach = fault.IsOurs || Witness is not null ? Reach.Gap : Reach.Failed,
        Failure = Witness is null ? fault.Failure : TargetFailure.None,
        Gap = fault.IsOurs || Witness is null ? fault.Gap : GapCause.Witness,
        Detail = Redact(fault.IsOurs || Witness is null ? fault.Message : $"{Witness} could not be asked: {fault.Message}"),
        Phases = Trail.Phases,
        Address = Trail.Address?.ToString(),
        NewConnection = Trail.IsNew,
    };

    private Observation TimedOut()
    {
        var timeout = Request.Check.Timeout;
        var target = Request.Check.Target;
        var phases = Trail.Phases;
        var took = new Duration(phases.Total);
        if (took - timeout > Stalled)
            return Failed(EgressException.OfUs(GapCause.Late, $"we were held up ourselves: the time-out of {timeout.ToWords()} was noticed after {took.ToWords()}"));
        // Timers may ring a little early; a look that timed out took at least its time-out.
        phases = phases with { Total = Math.Max(phases.Total, timeout.Nanoseconds) };
        return Failed(Trail.Stage switch
        {
            DialStage.Naming => EgressException.OfUs(GapCause.Resolver, $"our name server did not answer for {target.Host} within {timeout.ToWords()}"),
            DialStage.Proxy => EgressException.OfUs(GapCause.Route, $"the proxy did not open a tunnel to {target.Host} within {timeout.ToWords()}"),
            DialStage.Starting => EgressException.OfUs(GapCause.Local, $"the look did not begin within {timeout.ToWords()}"),
            _ => EgressException.OfTarget(TargetFailure.TimedOut, $"no whole answer within {timeout.ToWords()}: still {Trail.Waited}"),
        }) with
        { Phases = phases };
    }
}
