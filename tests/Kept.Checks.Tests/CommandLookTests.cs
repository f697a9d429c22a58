using System.Diagnostics;
using Kept.Egress;
using Kept.Model;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

public sealed class CommandLookTests
{
    private const string Shell = "/bin/sh";
    private static readonly EgressOptions Allowing = new() { Programs = [$"{Shell} with PATH A", "/bin/echo", "/usr/bin/env with PLUGIN TOKEN", "/nowhere/at-all", "/etc/passwd"] };

    private static FieldValue.Texts Arguments(params string[] items) => new([.. items]);

    private static Task<Observation> RunAsync(string script, Duration? timeout = null, params (string, FieldValue)[] more) =>
        Looking.LookAsync("command", Shell, timeout, Allowing, settings: [("arguments", Arguments("-c", script)), .. more]);

    [Fact]
    public async Task A_program_shows_how_it_ended_and_what_it_wrote()
    {
        var seen = await RunAsync("echo '{\"free\": 12}'; echo careful >&2");
        seen.Answers();
        Assert.Equal(("{\"free\": 12}\n", "careful\n", 0m, 0), (seen.Text("command", "output"), seen.Text("command", "error-output"), seen.Amount("command", "exit-code"), seen.Code));
        Assert.InRange(seen.Amount("command", "duration"), 1000, seen.Amount("command", "time"));
        (await RunAsync("echo 'disk full' >&2; exit 2")).Fails(TargetFailure.ReportedFailure, "/bin/sh ended with exit code 2: disk full");
        (await RunAsync("kill -9 $$")).Fails(TargetFailure.ReportedFailure, "exit code 137 (SIGKILL");
        var asked = await AskAsync("command", Shell, "exit-code", Allowing, ("arguments", Arguments("-c", "exit 3")));
        asked.Answers();
        Assert.Equal((3m, 3), (asked.Amount("command", "exit-code"), asked.Code));
    }

    [Fact]
    public async Task Arguments_are_given_as_they_are_and_nothing_is_inherited()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_COMMAND", "c0mmand-s3cret");
        var echoed = await Looking.LookAsync("command", "/bin/echo", null, Allowing, settings: ("arguments", Arguments("$HOME; rm -rf /", "`id`", "a  b", "")));
        Assert.Equal("$HOME; rm -rf / `id` a  b \n", echoed.Text("command", "output"));
        var environment = await Looking.LookAsync("command", "/usr/bin/env", null, Allowing, settings: ("environment", new FieldValue.TextMap([new("PLUGIN", "yes"), new("TOKEN", "${env:KEPT_TEST_COMMAND}")])));
        environment.Answers();
        var lines = environment.Text("command", "output").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ToList();
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("KEPT_LOOK=", lines[0], StringComparison.Ordinal);
        Assert.Equal(["PLUGIN=yes", "TOKEN=•••"], lines[1..]);
        Assert.Equal("/\n", (await RunAsync("pwd")).Text("command", "output"));
        Assert.Equal("", (await RunAsync("cat")).Text("command", "output")); // nothing to read, and no terminal
    }

    [Fact]
    public async Task Only_what_the_house_allows_runs_and_never_for_documents_of_others()
    {
        var marker = Path.Combine(Path.GetTempPath(), $"kept-never-{Guid.NewGuid():N}");
        (string, FieldValue) touch = ("arguments", Arguments("-c", $"echo > {marker}"));
        (await Looking.LookAsync("command", Shell, settings: touch)).IsGap(GapCause.EgressDenied, "write there: programs: [/bin/sh]");
        (await Looking.LookAsync("command", "/bin/../bin/sh".Replace("/..", "", StringComparison.Ordinal) + "x", null, Allowing, settings: touch)).IsGap(GapCause.EgressDenied, "does not let checks run");
        (await Looking.LookAsync("command", Shell, null, Allowing, DocumentOrigin.Others, touch)).IsGap(GapCause.EgressDenied, "may not run programs here");
        Assert.False(File.Exists(marker));
        (await Looking.LookAsync("command", "/nowhere/at-all", null, Allowing)).IsGap(GapCause.Local, "there is no program /nowhere/at-all");
        (await Looking.LookAsync("command", "/etc/passwd", null, Allowing)).IsGap(GapCause.Local, "did not start");
        (await RunAsync("true", null, ("environment", new FieldValue.TextMap([new("A", "${env:KEPT_TEST_NOT_SET}")])))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
        var open = Path.Combine(Path.GetTempPath(), $"kept-open-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(open, "#!/bin/sh\ntrue\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);
        (await Looking.LookAsync("command", open, null, new EgressOptions { Programs = [open] })).IsGap(GapCause.EgressDenied, "may be written by others");
        File.Delete(open);
    }

    /// <summary>A variable may be as much as the program: BASH_ENV is run by a shell, LD_PRELOAD by every program.</summary>
    [Theory]
    [InlineData("BASH_ENV")]
    [InlineData("LD_PRELOAD")]
    [InlineData("ENV")]
    [InlineData("a")]
    public async Task A_variable_that_the_house_does_not_allow_for_the_program_is_not_set(string name)
    {
        var marker = Path.Combine(Path.GetTempPath(), $"kept-never-{Guid.NewGuid():N}");
        var seen = await RunAsync($"echo > {marker}", null, ("environment", new FieldValue.TextMap([new("PATH", "/bin"), new(name, "/tmp/evil")])));
        seen.IsGap(GapCause.EgressDenied, $"write there: programs: ['/bin/sh with {name}']");
        Assert.False(File.Exists(marker));
        (await Looking.LookAsync("command", "/bin/echo", null, Allowing, settings: ("environment", new FieldValue.TextMap([new("PATH", "/bin")])))).IsGap(GapCause.EgressDenied, "for /bin/echo"); // of another program
    }

    [Fact]
    public async Task A_program_that_says_it_does_not_know_is_a_gap_unless_the_check_says_otherwise()
    {
        (await RunAsync("echo 'UNKNOWN - no such mount'; exit 3")).IsGap(GapCause.Witness, "exit code 3: UNKNOWN - no such mount");
        (await RunAsync("/nowhere/at-all")).IsGap(GapCause.Witness, "exit code 127");
        (await RunAsync("/etc/passwd")).IsGap(GapCause.Witness, "exit code 126");
        (string, FieldValue) codes = ("unknown-codes", Arguments("4"));
        (await RunAsync("exit 3", null, codes)).Fails(TargetFailure.ReportedFailure, "exit code 3");
        (await RunAsync("exit 4", null, codes)).IsGap(GapCause.Witness, "exit code 4");
        (await RunAsync("true", null, ("unknown-codes", Arguments("four")))).IsGap(GapCause.Fault, "unknown-codes: [3, 127]");
    }

    [Fact]
    public async Task A_measure_of_the_exit_code_does_not_make_a_failure_good()
    {
        using var dialer = new Dialer(Allowing, TimeProvider.System);
        var check = Looking.CheckOf("command", Shell, null, ("arguments", Arguments("-c", "exit 2")));
        check = check with { Measures = [new Measure(QuantityType.Latency, new Operand.Seen(Place.None, "exit-code", 0, []), Quantity.Number(1), "exit-code")] };
        (await CheckCatalog.Looks(dialer, TimeProvider.System)["command"](new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Fails(TargetFailure.ReportedFailure, "exit code 2");
    }

    [Fact]
    public async Task The_pipes_of_a_run_are_closed_with_it()
    {
        if (!OperatingSystem.IsLinux()) return;
        await RunAsync("true");
        static int Pipes() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(file => File.ResolveLinkTarget(file, false)?.Name.StartsWith("pipe:", StringComparison.Ordinal) == true);
        var before = Pipes();
        for (var i = 0; i < 20; i++) (await RunAsync("true")).Answers();
        Assert.InRange(Pipes(), 0, before + 10); // others of this process may open some meanwhile
    }

    [Theory]
    [InlineData("writes for ever", "while :; do echo y; done", TargetFailure.TooLarge, "64KiB")]
    [InlineData("drips", "while :; do printf x; sleep 0.02; done", TargetFailure.TimedOut, "no whole answer within 500 ms")]
    [InlineData("sleeps", "sleep 61", TargetFailure.TimedOut, "no whole answer within 500 ms")]
    [InlineData("ends and leaves a child that holds its output", "(trap '' HUP TERM; sleep 62) & exit 0", TargetFailure.TimedOut, "no whole answer within 500 ms")]
    [InlineData("closes its output and goes on", "exec >&- 2>&-; sleep 63", TargetFailure.TimedOut, "no whole answer within 500 ms")]
    [InlineData("makes itself a group of its own", "setsid sleep 64 & setsid sh -c 'sleep 65 & sleep 66' & wait", TargetFailure.TimedOut, "no whole answer within 500 ms")]
    public async Task A_program_that_does_not_end_is_killed_with_all_that_it_started(string what, string script, TargetFailure failure, string words)
    {
        Assert.NotEqual("", what);
        var timeout = Duration.Milliseconds(500);
        var path = ("environment", (FieldValue)new FieldValue.TextMap([new("PATH", "/usr/bin:/bin")]));
        var clock = Stopwatch.StartNew();
        var seen = await RunAsync(script, timeout, path);
        seen.Fails(failure, words);
        if (failure == TargetFailure.TimedOut) Assert.InRange(seen.Phases.Total, timeout.Nanoseconds, timeout.Nanoseconds + 300 * Duration.PerMillisecond);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        NothingIsLeft();
    }

    [Fact]
    public async Task What_a_program_leaves_running_behind_itself_is_ended_too()
    {
        (await RunAsync("setsid sleep 67 >/dev/null 2>&1 & exit 0", null, ("environment", new FieldValue.TextMap([new("PATH", "/usr/bin:/bin")])))).Answers();
        NothingIsLeft();
    }

    /// <summary>No process that is not yet ended carries the mark of a look that is over (other tests of this class do not run meanwhile).</summary>
    private static void NothingIsLeft()
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Yield())
        {
            var left = Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Where(IsMarked).ToList();
            if (left.Count == 0) return;
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(5), string.Join(' ', left));
        }

        static bool IsMarked(string folder)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, "environ")).Contains("KEPT_LOOK=", StringComparison.Ordinal);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("check_disk", "not the absolute path")]
    [InlineData("./check_disk", "not the absolute path")]
    [InlineData("/usr/../bin/sh", "not the plain path")]
    [InlineData("/bin//sh", "not the plain path")]
    [InlineData("/bin/", "not the plain path")]
    public void What_is_no_path_of_a_program_is_refused_when_it_is_read(string target, string error) => Assert.Contains(error, Looking.Kind("command").ReadTarget(target).Error, StringComparison.Ordinal);
}
