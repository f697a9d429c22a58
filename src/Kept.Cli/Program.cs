using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using Kept.Cli.Asking;
using Kept.Cli.Commands;
using Kept.Cli.Output;
using Kept.Ledger;

namespace Kept.Cli;

/// <summary>The <c>kept</c> command: one file per verb under Commands.</summary>
internal static class Program
{
    /// <summary>How long a verb that was interrupted may take to put away what it holds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        // The first Ctrl-C or SIGTERM lets what is under way be recorded; the second one ends at once.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Console.OutputEncoding = System.Text.Encoding.UTF8;
        var run = Task.Run(() => RunAsync(args, Terminal.OfProcess(args.Contains("--no-color")), TimeProvider.System, stop.Token), CancellationToken.None);
        // `up` is ended by being interrupted, and takes the time it needs until everything is on record; no other verb keeps a person waiting.
        if (args.FirstOrDefault(word => !word.StartsWith('-')) == "up") return await run;
        return await Task.WhenAny(run, InterruptedAsync(stop.Token)) == run ? await run : ExitCodes.Interrupted;
    }

    private static async Task InterruptedAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.Delay(Patience, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Runs one command line; the tests' way in.</summary>
    internal static async Task<int> RunAsync(string[] args, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        var root = Build(terminal, time);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) terminal.Talk.WriteLine($"kept: {error.Message}");
            terminal.Talk.WriteLine($"Write `kept {VerbOf(parsed)}--help` for what it takes.");
            return ExitCodes.Usage;
        }
        try
        {
            // Signals are ours alone: the library would end `up` two seconds after the first one, recorded or not.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Result, Error = terminal.Talk };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (UsageException wrong)
        {
            terminal.Talk.WriteLine($"kept: {wrong.Message}");
            return ExitCodes.Usage;
        }
        catch (LedgerException store)
        {
            terminal.Talk.WriteLine($"kept: {store.Code}: {store.Message}");
            return ExitCodes.Unreachable;
        }
        catch (UnreachableException silent)
        {
            terminal.Talk.WriteLine($"kept: {silent.Message}");
            return ExitCodes.Unreachable;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            terminal.Talk.WriteLine($"kept: {fault.Message}");
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>The whole grammar of the command line.</summary>
    internal static RootCommand Build(Terminal terminal, TimeProvider time)
    {
        var root = new RootCommand(
            """
            Kept keeps track of promises between services.

            Start:  kept up            run it, here, with no configuration
                    kept add URL       promise a service of yours, or watch one of others
            See:    kept status        how every promise stands
                    kept explain NAME  why: the rule, its inputs, their ages
                    kept report        a past month counted anew, with budgets
            CI:     kept check .       every problem of the documents, no network
                    kept verify .      look once at everything
            """)
        {
            UpCommand.Build(terminal, time),
            AddCommand.Build(terminal, time),
            InitCommand.Build(terminal, time),
            StatusCommand.Build(terminal, time),
            TellCommand.Build(terminal, time),
            SilenceCommand.Build(terminal, time),
            ExplainCommand.Build(terminal, time),
            ReportCommand.Build(terminal, time),
            CheckCommand.Build(terminal, time),
            VerifyCommand.Build(terminal, time),
            TryCommand.Build(terminal, time),
            ImportCommand.Build(terminal, time),
            ExportCommand.Build(terminal, time),
            FmtCommand.Build(terminal),
            SchemaCommand.Build(terminal),
            LedgerCommand.Build(terminal, time),
            DoctorCommand.Build(terminal, time),
        };
        root.Options.Add(Shared.NoColour);
        return root;
    }

    /// <summary>The verb with those above it, each with a blank after it: <c>import gatus </c>.</summary>
    private static string VerbOf(ParseResult parsed)
    {
        var words = "";
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent) words = command.Command.Name + " " + words;
        return words;
    }
}
