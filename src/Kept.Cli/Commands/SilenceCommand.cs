using System.CommandLine;
using System.Globalization;
using Kept.Cli.Asking;
using Kept.Cli.Output;
using Kept.Model;
using Kept.Server.Api;

namespace Kept.Cli.Commands;

/// <summary><c>kept silence</c>: nobody is told of something for a while. It is looked at and judged as ever, and what is still broken when the silence ends is told.</summary>
internal static class SilenceCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var scope = new Argument<string>("PROMISE|AGENT|all") { Description = "What nobody is told of" };
        var length = new Option<string>("--for") { Description = "For how long: 30m, 2h, 1d", HelpName = "LENGTH", Required = true };
        var because = new Option<string>("--because") { Description = "Why; whoever finds the silence reads it", HelpName = "TEXT", Required = true };
        var by = new Option<string>("--by") { Description = "Who asks (default: the user of this machine)", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var command = new Command("silence", "Tell nobody of a promise, an agent or everything for a while; looking and judging go on") { scope, length, because, by, data, server, List(terminal, time), End(terminal, time) };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await TellCommand.FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            var path = $"/api/v1/tell/silences?scope={Text(parsed.GetValue(scope)!)}&length={Text(parsed.GetValue(length)!)}&because={Text(parsed.GetValue(because)!)}&by={Text(parsed.GetValue(by)!)}";
            var silence = await running.DoAsync(HttpMethod.Post, path, WireJson.Default.WireSilence, cancellationToken);
            terminal.Result.WriteLine($"{silence.Scope} is silent until {silence.Until}. Next: kept silence end {silence.Id.ToString(CultureInfo.InvariantCulture)}");
            return ExitCodes.Kept;
        });
        return command;
    }

    private static Command List(Terminal terminal, TimeProvider time)
    {
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var command = new Command("list", "The silences that hold") { data, server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await TellCommand.FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            var telling = await running.AskAsync("/api/v1/tell", WireJson.Default.WireTelling, cancellationToken) ?? throw new UnreachableException("the server knows no silences: it is an older one");
            if (telling.Silences.Count == 0) terminal.Talk.WriteLine("Nothing is silent.");
            terminal.Table(telling.Silences.Select(one => (IReadOnlyList<string>)[one.Id.ToString(CultureInfo.InvariantCulture), terminal.Strong(one.Scope), $"until {one.Until}", Left(one, telling.AsOf), one.By, one.Because]));
            return ExitCodes.Kept;
        });
        return command;
    }

    private static Command End(Terminal terminal, TimeProvider time)
    {
        var id = new Argument<long>("NUMBER") { Description = "Of the silence, as `kept silence list` shows it" };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var command = new Command("end", "End a silence before its time") { id, data, server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await TellCommand.FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            await running.DoAsync(HttpMethod.Delete, $"/api/v1/tell/silences/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}?by={Text(Environment.UserName)}", WireJson.Default.WireTelling, cancellationToken);
            terminal.Result.WriteLine("Ended; what is still broken is told now.");
            return ExitCodes.Kept;
        });
        return command;
    }

    /// <summary>For how long still, by the clock of the server.</summary>
    private static string Left(WireSilence silence, string asOf) =>
        Instant.TryParse(silence.Until, out var until) && Instant.TryParse(asOf, out var now) && until > now
            ? $"for {Duration.Seconds((until - now).Nanoseconds / Duration.PerSecond).ToWords()} still"
            : "";

    private static string Text(string text) => Uri.EscapeDataString(text);
}
