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
        if (!dialer.Options.Programs.Contains(path)) throw EgressException.OfUs(GapCause.EgressDenied, $"house.yaml does not let checks run {path}; write there: programs: [{path}]");
        // Who may write the program chooses what we run; the same as with files of secrets.
        if (!File.Exists(path)) throw EgressException.OfUs(GapCause.Local, $"there is no program {path} on this machine");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OfOthers) != 0) throw EgressException.OfUs(GapCause.EgressDenied, $"{path} may be written by others than its owner; write: chmod go-w {path}");

        string[] arguments = [.. (check.Setting<FieldValue.Texts>("arguments")?.Items ?? []).Select(attempt.Expand)];
        var environment = (check.Setting<FieldValue.TextMap>("environment")?.Items ?? []).Select(one => KeyValuePair.Create(one.Key, attempt.Expand(one.Value)));
        attempt.Trail.Reading(answered: false); // from here on it is the program that is waited for
        var began = attempt.Trail.Phases.Total;
        var run = await program.EndAsync(path, arguments, environment, check.Limit(UsualLimit), deadline);
        var phases = attempt.Trail.Phases;
        var (output, errors) = (attempt.Redact(Excerpt.Decode(run.Output)), attempt.Redact(Excerpt.Decode(run.Errors)));
        if (run.ExitCode != 0 && !Seen.IsAsked(check, name => name == "exit-code"))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{path} ended with exit code {run.ExitCode}: {attempt.Quoted(errors.Length > 0 ? errors : output)}");
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
}
