using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Promises in the compiled form.</summary>
internal static class PromiseTape
{
    public static void Write(this TapeWriter tape, Promise promise)
    {
        tape.Name(promise.Name);
        tape.Byte((byte)promise.Standing);
        tape.Text(promise.Version);
        tape.Text(promise.Benefit);
        tape.Texts(promise.To);
        tape.Text(promise.Docs);
        tape.Maybe(promise.Notice, notice => tape.Whole(notice.Nanoseconds));
        tape.Maybe(promise.Until, until => tape.Whole(until.Microseconds));
        tape.List(promise.Keeps, tape.Write);
        tape.MaybeOf(promise.Given, tape.Write);
        tape.MaybeOf(promise.Uses, tape.Write);
        tape.MaybeOf(promise.Limits, tape.Write);
        tape.List(promise.Fails, tape.Write);
        tape.MaybeOf(promise.Maintenance, maintenance =>
        {
            tape.Whole(maintenance.Announced.Nanoseconds);
            tape.Whole(maintenance.UpTo.Nanoseconds);
            tape.Whole(maintenance.Per.Nanoseconds);
            tape.Text(maintenance.Text);
            tape.MaybeOf(maintenance.During, calendar => tape.Shared(calendar, tape.Write));
        });
        tape.List(promise.Checks, tape.Write);
        tape.Amount(promise.Coverage);
        tape.Maybe(promise.Confidence, tape.Amount);
        tape.Byte((byte)promise.Accounting.Gaps);
        tape.Byte((byte)promise.Accounting.OwnOutage);
        tape.Byte((byte)promise.Accounting.Retries);
        tape.Byte((byte)promise.Accounting.Maintenance);
        tape.List(promise.Regimes, regime =>
        {
            tape.Text(regime.Name);
            tape.Write(regime.When);
            tape.Text(regime.Text);
            tape.At(regime.At);
        });
        tape.List(promise.Alerts, tape.Write);
        tape.Flag(promise.Tell.IsDefault);
        tape.Texts(promise.Tell.IsDefault ? [] : promise.Tell);
        tape.Texts(promise.Irreducible);
        tape.MaybeOf(promise.Was, tape.Name);
        tape.List(promise.Reserves, reservation =>
        {
            tape.Text(reservation.Resource);
            tape.Amount(reservation.Amount);
            tape.At(reservation.At);
        });
        tape.MaybeOf(promise.Export, tape.Name);
        tape.Flag(promise.HoldsData);
        tape.Flag(promise.UsesNotDisclosed);
        tape.Byte((byte)promise.Origin);
        tape.Flag(promise.IsFoundOutside);
        tape.Text(promise.FoundIn);
        tape.At(promise.At);
        tape.Places(promise.FieldPlaces);
        tape.Text(promise.TermsHash);
    }

    public static Promise Promise(this TapeReader tape, IReadOnlyDictionary<string, CheckKind> kinds)
    {
        var promise = tape.Read(kinds);
        if (promise.Was is { } was && was.Agent != promise.Name.Agent) throw TapeReader.Damaged(); // nobody inherits from another agent
        foreach (var alert in promise.Alerts)
            foreach (var line in alert.Lines)
                foreach (var test in line.Tests)
                    if (test.Objective < 0 || test.Objective >= promise.Keeps.Length) throw TapeReader.Damaged();
        return promise;
    }

    private static Promise Read(this TapeReader tape, IReadOnlyDictionary<string, CheckKind> kinds) => new()
    {
        Name = tape.Name(),
        Standing = tape.One<Standing>(),
        Version = tape.Text(),
        Benefit = tape.Text(),
        To = tape.Texts(),
        Docs = tape.MaybeText(),
        Notice = tape.Maybe(() => tape.Length()),
        Until = tape.Maybe(() => new Instant(tape.Whole())),
        Keeps = tape.List(tape.Objective),
        Given = tape.MaybeOf(tape.Expression),
        Uses = tape.MaybeOf(tape.Expression),
        Limits = tape.MaybeOf(tape.Limits),
        Fails = tape.List(tape.Failure),
        Maintenance = tape.MaybeOf(() => new Maintenance(tape.Length(), tape.Length(), tape.Length(), tape.Text()) { During = tape.MaybeOf(() => tape.Shared(tape.Calendar)) }),
        Checks = tape.List(() => tape.Check(kinds)),
        Coverage = tape.Amount(),
        Confidence = tape.Maybe(tape.Amount),
        Accounting = new Accounting(tape.One<GapAccount>(), tape.One<GapAccount>(), tape.One<RetryAccount>()) { Maintenance = tape.One<MaintenanceAccount>() } is var accounting && accounting == Accounting.Usual ? Accounting.Usual : accounting,
        Regimes = tape.List(() => new Regime(tape.Text(), tape.Expression(), tape.Text(), tape.At())),
        Alerts = tape.List(tape.Alert),
        Tell = tape.Flag() ? (tape.Texts(), default(ImmutableArray<string>)).Item2 : tape.Texts(),
        Irreducible = tape.Texts(),
        Was = tape.MaybeOf(tape.Name),
        Reserves = tape.List(() => new Reservation(tape.Text(), tape.Amount(), tape.At())),
        Export = tape.MaybeOf(tape.Name),
        HoldsData = tape.Flag(),
        UsesNotDisclosed = tape.Flag(),
        Origin = tape.One<DocumentOrigin>(),
        IsFoundOutside = tape.Flag(),
        FoundIn = tape.MaybeText(),
        At = tape.At(),
        FieldPlaces = tape.Places(),
        TermsHash = tape.Text(),
    };

    private static void Write(this TapeWriter tape, Alert alert)
    {
        tape.Text(alert.Name);
        tape.At(alert.At);
        tape.List(alert.Lines, line =>
        {
            tape.Text(line.Text);
            tape.At(line.At);
            tape.List(line.Tests, test =>
            {
                tape.Whole(test.Objective);
                tape.Text(test.Quantity);
                tape.Flag(test.IsStrict);
                tape.Amount(test.Factor);
                tape.Whole(test.Window.Nanoseconds);
                tape.At(test.At);
            });
        });
    }

    private static Alert Alert(this TapeReader tape)
    {
        var (name, at) = (tape.Text(), tape.At());
        return new Alert(name, tape.List(() =>
        {
            var (text, place) = (tape.Text(), tape.At());
            return new BurnLine(text, place, tape.List(() => new BurnTest(tape.Int(), tape.MaybeText(), tape.Flag(), tape.Amount(), tape.Length(), tape.At())));
        }), at);
    }

    public static void Places(this TapeWriter tape, System.Collections.Immutable.ImmutableArray<KeyValuePair<string, Place>> places) => tape.List(places, pair =>
    {
        tape.Text(pair.Key);
        tape.At(pair.Value);
    });

    public static System.Collections.Immutable.ImmutableArray<KeyValuePair<string, Place>> Places(this TapeReader tape) =>
        tape.List(() => KeyValuePair.Create(tape.Text(), tape.At()));

    private static void Write(this TapeWriter tape, Limits limits)
    {
        tape.Maybe(limits.Load, tape.Quantity);
        tape.Maybe(limits.Burst, tape.Amount);
        tape.Maybe(limits.Size, tape.Quantity);
        tape.MaybeOf(limits.Beyond, tape.Write);
        tape.Text(limits.Raise);
        tape.Text(limits.Ramp);
        tape.List(limits.Others, pair =>
        {
            tape.Text(pair.Key);
            tape.Quantity(pair.Value);
        });
    }

    private static Limits Limits(this TapeReader tape) => tape.Parts.Share(new Limits(tape.Maybe(tape.Quantity), tape.Maybe(tape.Amount), tape.Maybe(tape.Quantity), tape.MaybeOf(tape.Response),
        tape.MaybeText(), tape.MaybeText(), tape.List(() => KeyValuePair.Create(tape.Text(), tape.Quantity()))));

    private static void Write(this TapeWriter tape, ResponseForm response)
    {
        tape.Whole(response.Status);
        tape.Text(response.Name);
        tape.Text(response.Header);
    }

    private static ResponseForm Response(this TapeReader tape) => tape.Parts.Share(new ResponseForm(tape.Int(), tape.MaybeText(), tape.MaybeText()));

    private static void Write(this TapeWriter tape, FailureMode failure)
    {
        tape.Write(failure.Code);
        tape.Text(failure.Sees);
        tape.Text(failure.Retry);
        tape.Text(failure.Loses);
        tape.MaybeOf(failure.Becomes, tape.Name);
        tape.At(failure.At);
    }

    private static FailureMode Failure(this TapeReader tape) => new(tape.Response(), tape.MaybeText(), tape.MaybeText(), tape.MaybeText(), tape.MaybeOf(tape.Name), tape.At());
}
