using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Commands;
using Kept.Cli.Output;
using Kept.Ledger;

namespace Kept.Cli;

/// <summary>The <c>kept</c> command: one file per verb under Commands.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C lets what is under way be recorded; the second one ends at once.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };
        Console.OutputEncoding = System.Text.Encoding.UTF8;
        return await RunAsync(args, Terminal.OfProcess(args.Contains("--no-color")), TimeProvider.System, stop.Token);
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
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Result, Error = terminal.Talk }, cancellationToken);
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
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
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
            CI:     kept check .       every problem of the documents, no network
                    kept verify .      look once at everything
            """)
        {
            UpCommand.Build(terminal, time),
            AddCommand.Build(terminal, time),
            InitCommand.Build(terminal),
            StatusCommand.Build(terminal, time),
            ExplainCommand.Build(terminal, time),
            CheckCommand.Build(terminal, time),
            VerifyCommand.Build(terminal, time),
            FmtCommand.Build(terminal),
            SchemaCommand.Build(terminal),
            LedgerCommand.Build(terminal, time),
        };
        root.Options.Add(Shared.NoColour);
        return root;
    }

    private static string VerbOf(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
}
