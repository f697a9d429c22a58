using System.Globalization;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Command;

/// <summary>Runs a program, where the house lets it.</summary>
internal static class CommandLook
{
    private const long UsualLimit = 64 * 1024;
    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    public static Look With(Dialer dialer, TimeProvider time) => async (request, cancellationToken) =>
    {
        using var program = new ProgramRun();
        return await Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, program, deadline), cancellationToken);
    };

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, ProgramRun program, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var path = check.Target.Rest;
        if (attempt.Request.Trust != DocumentOrigin.Ours) throw EgressException.OfUs(GapCause.EgressDenied, "a document that is not ours may not run programs here");
        var unknown = UnknownCodes(check);
        var allowed = dialer.Options.Programs.Select(AllowedProgram.Read).OfType<AllowedProgram>().Where(program => program.Path == path).ToList();
        if (allowed.Count == 0) throw EgressException.OfUs(GapCause.EgressDenied, $"house.yaml does not let checks run {path}; write there: programs: [{path}]");
        // Who may write the program chooses what we run; the same as with files of secrets.
        if (!File.Exists(path)) throw EgressException.OfUs(GapCause.Local, $"there is no program {path} on this machine");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OfOthers) != 0) throw EgressException.OfUs(GapCause.EgressDenied, $"{path} may be written by others than its owner; write: chmod go-w {path}");

        string[] arguments = [.. (check.Setting<FieldValue.Texts>("arguments")?.Items ?? []).Select(attempt.Expand)];
        foreach (var (name, _) in check.Setting<FieldValue.TextMap>("environment")?.Items ?? [])
            if (!allowed.Any(program => program.Variables.Contains(name)))
                throw EgressException.OfUs(GapCause.EgressDenied, $"house.yaml does not let documents set {attempt.Quoted(name)} for {path}; write there: programs: ['{path} with {name}'], where that variable cannot make the program run something else");
        var environment = (check.Setting<FieldValue.TextMap>("environment")?.Items ?? []).Select(one => KeyValuePair.Create(one.Key, attempt.Expand(one.Value)));
        attempt.Trail.Reading(answered: false); // from here on it is the program that is waited for
        var began = attempt.Trail.Phases.Total;
        var run = await program.EndAsync(path, arguments, environment, check.Limit(UsualLimit), deadline);
        var phases = attempt.Trail.Phases;
        var (output, errors) = (attempt.Redact(Excerpt.Decode(run.Output)), attempt.Redact(Excerpt.Decode(run.Errors)));
        if (run.ExitCode != 0 && !Seen.IsExpected(check, name => name == "exit-code"))
        {
            var how = $"{path} ended with exit code {run.ExitCode}{(SignalOf(run.ExitCode) is { } signal ? $" ({signal})" : "")}: {attempt.Quoted(errors.Length > 0 ? errors : output)}";
            throw unknown.Contains(run.ExitCode) ? EgressException.OfUs(GapCause.Witness, $"the program could not tell: {how}") : EgressException.OfTarget(TargetFailure.ReportedFailure, how);
        }
        var seen = new SeenValues(check.Kind)
        {
            ["exit-code"] = Value.Of(run.ExitCode),
            ["output"] = new Value.Body(output),
            ["error-output"] = new Value.Body(errors),
            ["duration"] = Seen.Phase(Math.Max(1000, phases.Total - began)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, run.ExitCode, run.Output.Length, Excerpt.Of(output.Length > 0 ? output : errors)) with { Phases = phases, NewConnection = true };
    }

    /// <summary>Codes by which a program says that it does not know: plugins end with 3, and 126 and 127 come from a shell or env that found nothing to run.</summary>
    private static HashSet<int> UnknownCodes(Check check)
    {
        if (check.Setting<FieldValue.Texts>("unknown-codes")?.Items is not { } written) return [3, 126, 127];
        var codes = new HashSet<int>();
        foreach (var text in written)
            codes.Add(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is > 0 and < 256
                ? code
                : throw EgressException.OfUs(GapCause.Fault, "one of the unknown-codes of the check is no exit code; write numbers from 1 to 255: unknown-codes: [3, 127]"));
        return codes;
    }

    /// <summary>What ended it, by name; null where it ended by itself.</summary>
    private static string? SignalOf(int code) => (code - 128) switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL: by somebody, or for want of memory",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        > 0 and var other => $"signal {other}",
        _ => null,
    };
}
