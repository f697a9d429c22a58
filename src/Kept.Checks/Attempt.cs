using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>One look under way: its deadline, what is noted along the way, and the secrets that must not be told.</summary>
internal sealed class Attempt
{
    /// <summary>A deadline that comes this much late was held up by ourselves (a stopped process, a starved machine): nothing can be said of the target.</summary>
    public static readonly Duration Stalled = Duration.Milliseconds(750);

    private readonly List<string> _secrets = [];
    private List<StepSeen>? _steps;
    private readonly TimeProvider _time;
    private readonly Aim _aim;
    private DialTrail _whole;
    private string? _step;
    private (int Of, IReadOnlyList<string> Forms)? _forms;

    private Attempt(LookRequest request, TimeProvider time)
    {
        (Request, StartedAt, _time) = (request, Instant.From(time.GetUtcNow()), time);
        _aim = AddressChoice.AimOf(request);
        Trail = _whole = new DialTrail(time) { Aim = _aim, NamedBefore = request.Only?.Named ?? -1 };
    }

    public LookRequest Request { get; }
    public Instant StartedAt { get; }
    /// <summary>Of the whole look, or of the step under way.</summary>
    public DialTrail Trail { get; private set; }

    /// <summary>Those of the step under way, with the time of the whole look.</summary>
    public Phases Phases => ReferenceEquals(Trail, _whole) ? Trail.Phases : Trail.Phases with { Total = _whole.Phases.Total - _leftOut };

    /// <summary>Set while something else than the target is waited for: what a time-out then means.</summary>
    public Func<Duration, EgressException>? OnTimeOut { get; set; }

    /// <summary>A token was fetched within this look: one that is refused is then none that was withdrawn meanwhile.</summary>
    public bool GotToken { get; set; }

    /// <summary>What was done so far was no part of what is measured; the deadline stays.</summary>
    /// <param name="did">What it was, for the message that it took too long: <c>getting a token</c>.</param>
    public void Restart(string did)
    {
        _didBefore = did;
        _spentBefore += new Duration(_whole.Phases.Total);
        _sentBefore.Add(Trail.Sent);
        Trail = _whole = new DialTrail(_time) { Aim = _aim };
    }

    /// <summary>What was done so far for the question under way was no part of what is measured; the steps before it, and the deadline, stay.</summary>
    /// <param name="did">What it was, for the message that it took too long.</param>
    public void AskAnew(string did)
    {
        if (ReferenceEquals(Trail, _whole))
        {
            Restart(did);
            return;
        }
        _didBefore = did;
        var spent = Trail.Phases.Total;
        (_spentBefore, _leftOut) = (_spentBefore + new Duration(spent), _leftOut + spent);
        _sentBefore.Add(Trail.Sent);
        Trail = new DialTrail(_time) { Aim = _aim };
    }

    private Duration _spentBefore;
    private long _leftOut;
    private RequestCounts _sentBefore;

    /// <summary>Requests were sent beside the trail of the look.</summary>
    public void AlsoSent(DialTrail beside) => _sentBefore.Add(beside.Sent);

    /// <summary>All requests of the look so far.</summary>
    private RequestCounts Sent
    {
        get
        {
            var sent = new RequestCounts();
            sent.Add(_sentBefore);
            sent.Add(Trail.Sent);
            return sent;
        }
    }

    // of a registry the house knows the servers; all of them are its lane
    private int ToTarget(in RequestCounts sent, int least) => sent.Total == 0 ? least : Request.Check.Target.Dials is not null ? sent.Total : sent.To(Request.Check.Target.Host);

    private ImmutableArray<HostRequests> Elsewhere(in RequestCounts sent) => Request.Check.Target.Dials is not null ? [] : [.. sent.Besides(Request.Check.Target.Host)];

    private string _didBefore = "";

    /// <summary>Begins a step of several; what fails from here on is told with its name.</summary>
    /// <param name="name">Of the step.</param>
    /// <param name="words">Before what happened: <c>step 2 `login`: </c>.</param>
    public void Begin(string name, string words)
    {
        (_step, Words) = (name, words);
        _sentBefore.Add(Trail.Sent);
        Trail = new DialTrail(_time) { Aim = _aim };
    }

    /// <summary>Notes that the step under way was answered.</summary>
    public void End(int code)
    {
        if (_step is { } name) (_steps ??= []).Add(new StepSeen(name, code, Trail.Phases));
        _step = null;
    }

    /// <summary>What was sent or answered and must not be told, though no document says so.</summary>
    public void Hide(string secret)
    {
        if (!_secrets.Contains(secret)) _secrets.Add(secret);
    }

    private string Words { get; set; } = "";

    private ImmutableArray<StepSeen> Steps
    {
        get
        {
            if (_step is not null) End(-1); // what ended the look ended this step
            return _steps is null ? [] : [.. _steps];
        }
    }

    /// <summary>Set where not the target is asked but somebody who knows about it: whatever keeps that one from saying is a gap, and no failure of the target.</summary>
    public string? Witness { get; set; }

    public string Expand(string text) => Secrets.Expand(Permitted(text), _secrets);
    /// <summary>Of what goes to nobody (a private key): nothing can tell it back, and it need not be looked for in answers.</summary>
    public string ExpandUnsent(string text) => Secrets.Expand(Permitted(text));
    public string ExpandInJson(string text) => Secrets.Expand(Permitted(text), _secrets, value => JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
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
        using var deadline = new CancellationTokenSource(Left(request).ToTimeSpan(), time);
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

    /// <summary>Of the time-out, once its name is known.</summary>
    private static Duration Left(LookRequest request)
    {
        var left = request.Check.Timeout - new Duration(Math.Max(0, request.Only?.Named ?? 0));
        return left > Duration.Milliseconds(1) ? left : Duration.Milliseconds(1);
    }

    public const string UnknownAddress = "behind a proxy the address of the target is not known, and an expectation asks for `ip`";

    /// <summary>
    /// Behind a proxy that looks names up by itself the target's address is known to nobody here. An expectation about it is then ours to leave open, not the
    /// target's to fail.
    /// </summary>
    public bool AsksForUnknownAddress(Check check) => Trail is { IsBehindProxy: true, Address: null }
        && check.Expect.Any(expectation => expectation.Test.SelfAndDescendants().Any(node => node switch
        {
            Expression.Compare compare => IsAddress(compare.Left) || IsAddress(compare.Right),
            Expression.InList list => IsAddress(list.Left),
            Expression.Contains contains => IsAddress(contains.Left) || IsAddress(contains.Right),
            Expression.Matches matches => IsAddress(matches.Left),
            Expression.Has has => IsAddress(has.What),
            _ => false,
        }));

    private static bool IsAddress(Operand operand) => operand is Operand.Seen { Name: "ip" };

    public Observation Answered(ImmutableArray<Value?> values, int code, long size, string? excerpt) => AsksForUnknownAddress(Request.Check)
        ? Observation.OfGap(StartedAt, GapCause.Local, UnknownAddress)
        : new()
        {
            StartedAt = StartedAt,
            Reach = Reach.Answered,
            Phases = Phases,
            Code = code,
            Size = size,
            Values = values,
            Excerpt = excerpt,
            Address = Trail.Address?.ToString(),
            NewConnection = Trail.IsNew,
            Beside = Trail.Tls is { } tls ? new SeenBeside { Chain = tls.Certificate.Chain } : null,
            Requests = ToTarget(Sent, 1),
            Elsewhere = Elsewhere(Sent),
            Steps = Steps,
        };

    /// <summary>A step was answered, and not as it must: the look ends there.</summary>
    public Observation Stopped(string why, int code, long size, string? excerpt) =>
        Failed(EgressException.OfTarget(TargetFailure.StepFailed, why)) with { Code = code, Size = size, Excerpt = excerpt };

    /// <summary>What a fault means for the look.</summary>
    public Observation Failed(EgressException fault) => new()
    {
        StartedAt = StartedAt,
        Reach = fault.IsOurs || Witness is not null ? Reach.Gap : Reach.Failed,
        Failure = Witness is null ? fault.Failure : TargetFailure.None,
        Gap = fault.IsOurs || Witness is null ? fault.Gap : GapCause.Witness,
        Detail = Redact(Words + (fault.IsOurs || Witness is null ? fault.Message : $"{Witness} could not be asked: {fault.Message}")),
        Phases = Phases,
        Address = Trail.Address?.ToString(),
        NewConnection = Trail.IsNew,
        Requests = ToTarget(Sent, fault.IsOurs ? 0 : 1),
        Elsewhere = Elsewhere(Sent),
        Steps = Steps,
    };

    private Observation TimedOut()
    {
        var timeout = Request.Check.Timeout;
        var target = Request.Check.Target;
        var phases = Phases;
        var took = new Duration(phases.Total);
        if (_spentBefore + took - timeout > Stalled)
            return Failed(EgressException.OfUs(GapCause.Late, $"we were held up ourselves: the time-out of {timeout.ToWords()} was noticed after {took.ToWords()}"));
        if (OnTimeOut is null && _spentBefore > Duration.Zero && took + (timeout / 10) < timeout)
            return Failed(EgressException.OfUs(GapCause.Witness, $"{_didBefore} took {_spentBefore.ToWords()} of the {timeout.ToWords()} that the look may take, so its target had only {took.ToWords()}"));
        // Timers may ring a little early; a look that timed out took at least its time-out.
        phases = phases with { Total = Math.Max(phases.Total, timeout.Nanoseconds) };
        return Failed(OnTimeOut is { } told ? told(timeout) : Trail.Stage switch
        {
            DialStage.Naming => EgressException.OfUs(GapCause.Resolver, $"our name server did not answer for {target.Host} within {timeout.ToWords()}"),
            DialStage.Proxy => EgressException.OfUs(GapCause.Route, $"the proxy did not open a tunnel to {target.Host} within {timeout.ToWords()}"),
            DialStage.Starting => EgressException.OfUs(GapCause.Local, $"the look did not begin within {timeout.ToWords()}"),
            _ => EgressException.OfTarget(TargetFailure.TimedOut, $"no whole answer within {timeout.ToWords()}: still {Trail.Waited}"),
        }) with
        { Phases = phases };
    }
}
