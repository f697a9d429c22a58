using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Output;
using Kept.Model;
using Kept.Server.Api;

namespace Kept.Cli.Commands;

/// <summary><c>kept tell list</c> and <c>kept tell test</c>: whom the running server tells, and whether it reaches them.</summary>
internal static class TellCommand
{
    public static Command Build(Terminal terminal, TimeProvider time) => new("tell", "Who is told when a promise breaks: the routes, and whether they work") { List(terminal, time), Test(terminal, time) };

    private static Command List(Terminal terminal, TimeProvider time)
    {
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var command = new Command("list", "Each route: what it carried, what waits, when it was last proven. 0 all work, 1 one fails, 3 one was never proven") { data, server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            var telling = await running.AskAsync("/api/v1/tell", WireJson.Default.WireTelling, cancellationToken) ?? throw new UnreachableException("the server tells nobody: it is an older one");
            if (telling.Routes.Count == 0) terminal.Talk.WriteLine("No routes. Write one under `tell:` in house.yaml.");
            terminal.Table(telling.Routes.Select(route => (IReadOnlyList<string>)
            [
                terminal.As(Colour(route.State), $"{Terminal.Glyph(Colour(route.State))} {route.State}"), terminal.Strong(route.Name), route.Kind,
                $"{route.Told} told, {route.Waiting} waiting, {route.GivenUp} given up", route.LastError is { } error && route.State != "working" ? error : terminal.Quiet(route.ProvenAt is { } proven ? $"proven {proven}" : "never proven"),
            ]));
            foreach (var waiting in telling.Routes.SelectMany(route => (route.Letters ?? []).Select(letter => (route.Name, letter)))) // an older server does not say
                terminal.Talk.WriteLine($"{Terminal.Glyph(Outcome.Unknown)} waits for {waiting.Name}: \"{waiting.letter.Title}\" ({waiting.letter.At})");
            foreach (var dead in telling.Routes.SelectMany(route => route.DeadLetters.Select(letter => (route.Name, letter))))
                terminal.Talk.WriteLine($"{Terminal.Glyph(Outcome.Broken)} {dead.Name} never carried \"{dead.letter.Title}\" ({dead.letter.At}): {dead.letter.Why}");
            if (telling.Fault is { } fault) terminal.Talk.WriteLine($"{Terminal.Glyph(Outcome.Broken)} nothing can be told for now: {fault}");
            return telling.Fault is not null || telling.Routes.Any(route => route.State is "failing" or "gone") ? ExitCodes.Broken
                : telling.Routes.Any(route => route.State == "unproven") ? ExitCodes.Unknown : ExitCodes.Kept;
        });
        return command;
    }

    private static Command Test(Terminal terminal, TimeProvider time)
    {
        var name = new Argument<string?>("ROUTE") { Description = "Only this route", DefaultValueFactory = _ => null };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var command = new Command("test", "Send a message over each route, and tell what its receiver answered. 0 all carried it, 1 one did not") { name, data, server };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            var path = "/api/v1/tell/test" + (parsed.GetValue(name) is { } route ? "?route=" + Uri.EscapeDataString(route) : "");
            var tested = await running.DoAsync(HttpMethod.Post, path, WireJson.Default.WireTested, cancellationToken);
            if (tested.Routes.Count == 0) throw new UsageException("the house has no route; write one under `tell:` in house.yaml");
            terminal.Table(tested.Routes.Select(one => (IReadOnlyList<string>)
                [terminal.As(one.Carried ? Outcome.Kept : Outcome.Broken, $"{Terminal.Glyph(one.Carried ? Outcome.Kept : Outcome.Broken)} {(one.Carried ? "carried" : "failed")}"), terminal.Strong(one.Route), one.Kind, one.Words]));
            return tested.Routes.All(one => one.Carried) ? ExitCodes.Kept : ExitCodes.Broken;
        });
        return command;
    }

    private static Outcome Colour(string state) => state switch { "working" => Outcome.Kept, "unproven" => Outcome.Unknown, _ => Outcome.Broken };

    /// <exception cref="UsageException">No server runs.</exception>
    internal static async Task<RunningServer> FindAsync(string? named, string dataFolder, TimeProvider time, CancellationToken cancellationToken) =>
        await RunningServer.FindAsync(named, dataFolder, time, cancellationToken) ?? throw new UsageException($"no server runs on '{dataFolder}', and only a running one tells; start it with `kept up`, or name it with --server");
}
