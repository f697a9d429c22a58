using System.CommandLine;
using Kept.Checks;
using Kept.Cli.Adding;
using Kept.Cli.Output;
using Kept.Egress;
using Kept.Model;
using Spectre.Console;

namespace Kept.Cli.Commands;

/// <summary>
/// <c>kept add URL</c>: looks five times, proposes terms in words, and writes the document once they are accepted. <c>kept add --heartbeat NAME</c> proposes an address
/// that the watched thing calls, with a key that nobody can guess.
/// </summary>
internal static class AddCommand
{
    private const int LooksToTake = 5;

    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var url = new Argument<string?>("URL") { Description = "What to look at: https://api.example.com/health", DefaultValueFactory = _ => null };
        var heartbeat = new Option<string?>("--heartbeat") { Description = "Instead of a URL: a job that calls Kept by itself when it is done; its key is made up so that nobody can guess it", HelpName = "NAME" };
        var every = new Option<string>("--every") { Description = "How often the job calls", HelpName = "LENGTH", DefaultValueFactory = _ => "1d" };
        var grace = new Option<string>("--grace") { Description = "How much later it may call", HelpName = "LENGTH", DefaultValueFactory = _ => "1h" };
        var house = new Option<string>("--house") { Description = "The folder of the house to write into", HelpName = "FOLDER", DefaultValueFactory = _ => UpCommand.DefaultHouse() };
        var name = new Option<string?>("--name") { Description = "The promise's name (default: from the URL)", HelpName = "NAME" };
        var own = new Option<bool>("--own") { Description = "The host is ours to promise about: write a promise, not a wish" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Accept the proposed terms without asking" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be written, and write nothing" };
        var command = new Command("add", "Look at a URL five times, propose terms in words, and write them down: a promise where the host is ours, else a wish")
        { url, heartbeat, every, grace, house, name, own, yes, dryRun };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(house)!;
            if (parsed.GetValue(heartbeat) is { } job)
            {
                if (parsed.GetValue(url) is not null) throw new UsageException("a URL is looked at, and a heartbeat calls by itself; write one of them");
                if (!PromiseName.IsName(job)) throw new UsageException($"'{job}' is no name: use lower-case letters, digits, hyphens and dots");
                return WriteHeartbeat(terminal, HeartbeatProposal.New(job, parsed.GetValue(every)!, parsed.GetValue(grace)!), folder, parsed.GetValue(yes), parsed.GetValue(dryRun), time);
            }
            if (parsed.GetValue(url) is not { } text) throw new UsageException("name a URL to look at, or --heartbeat NAME for a job that calls by itself");
            var kind = CheckCatalog.Kinds.Single(kind => kind.Name == "http");
            if (!text.Contains("://", StringComparison.Ordinal)) text = "https://" + text;
            var reading = kind.ReadTarget("GET " + text);
            if (reading.Target is not { } target) throw new UsageException($"{reading.Error}. {reading.Help}");
            if (parsed.GetValue(name) is { } given && !PromiseName.IsName(given))
                throw new UsageException($"'{given}' is no name: use lower-case letters, digits, hyphens and dots");

            var seen = await LookAsync(terminal, kind, target, folder, time, cancellationToken);
            if (seen.All(one => one.Reach != Reach.Answered))
            {
                terminal.Talk.WriteLine($"kept: {target.Rest} did not answer once in {LooksToTake} looks: {seen[^1].Detail}. Nothing was written; add it when it answers.");
                return seen.Any(one => one.Reach == Reach.Failed) ? ExitCodes.Broken : ExitCodes.Unknown;
            }

            var proposal = Proposal.From(target, kind, seen, parsed.GetValue(name));
            var placement = Placement.Find(folder, target, parsed.GetValue(own), proposal, time);
            terminal.Talk.WriteLine();
            terminal.Talk.WriteLine(placement.IsWish
                ? $"{target.Host} is not ours to promise about, so this is a wish: what we hope for, and verify."
                : "Proposed promise:");
            foreach (var line in proposal.InWords) terminal.Talk.WriteLine("  · " + line);
            terminal.Talk.WriteLine();
            return Write(terminal, ref placement, folder, parsed.GetValue(yes), parsed.GetValue(dryRun));
        });
        return command;
    }

    private static int WriteHeartbeat(Terminal terminal, HeartbeatProposal proposal, string folder, bool accepted, bool dryRun, TimeProvider time)
    {
        var placement = Placement.Find(folder, proposal, time);
        terminal.Talk.WriteLine("Proposed promise:");
        foreach (var line in proposal.InWords) terminal.Talk.WriteLine("  · " + line);
        terminal.Talk.WriteLine();
        var written = Write(terminal, ref placement, folder, accepted, dryRun);
        if (written == ExitCodes.Kept && !dryRun)
        {
            terminal.Talk.WriteLine("The job calls this address when it is done; whoever knows it can call, so keep it like a password:");
            terminal.Talk.WriteLine($"  curl -fsS --retry 5 http://localhost:{Server.ServerOptions.DefaultPort}/beat/{Key(placement, proposal)}");
        }
        return written;
    }

    /// <summary>The key as it was written: whoever edited the terms may have taken another.</summary>
    private static string Key(Placement placement, HeartbeatProposal proposal) =>
        System.Text.RegularExpressions.Regex.Match(placement.NewText, @"\bheartbeat: *['""]?(?<key>[^\s'"",}]+)") is { Success: true } found ? found.Groups["key"].Value : proposal.Key;

    private static int Write(Terminal terminal, ref Placement placement, string folder, bool accepted, bool dryRun)
    {
        if (dryRun)
        {
            terminal.Result.Write(placement.NewText);
            return ExitCodes.Kept;
        }
        if (!accepted)
        {
            if (Agreed(terminal, placement, folder) is not { } agreed) return ExitCodes.Broken;
            placement = agreed;
        }
        placement.Write();
        terminal.Talk.WriteLine($"Wrote {placement.File}. Edit it as you like; a running server takes it up by itself.");
        terminal.Talk.WriteLine($"Next: kept status · kept check {folder} · kept up");
        return ExitCodes.Kept;
    }

    private static async Task<IReadOnlyList<Observation>> LookAsync(
        Terminal terminal, CheckKind kind, CheckTarget target, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        // The looks of a proposal go the way that the house's own looks will go: its resolver, its proxy, its authorities.
        using var dialer = new Dialer(EgressOptions.From(Placement.HouseIn(folder, time)?.Settings ?? HouseSettings.Default, folder), time);
        var look = CheckCatalog.Looks(dialer, time)[kind.Name];
        var check = Proposal.Probe(kind, target);
        var seen = new List<Observation>();
        for (var i = 1; i <= LooksToTake; i++)
        {
            var one = await look(new LookRequest(check, DocumentOrigin.Ours), cancellationToken);
            seen.Add(one);
            var words = one.Reach == Reach.Answered ? $"answered {one.Code} in {new Duration(one.Phases.Total).ToWords()}" : one.Detail ?? one.Reach.ToString();
            terminal.Talk.WriteLine($"look {i} of {LooksToTake}: {words}");
        }
        return seen;
    }

    /// <summary>Only a person says yes, as it is or after editing it; where nobody can be asked the flag must be given. Null where nothing is to be written.</summary>
    private static Placement? Agreed(Terminal terminal, Placement placement, string folder)
    {
        if (!Terminal.CanAsk)
        {
            terminal.Talk.WriteLine("kept: nobody is here to accept the terms; add --yes to accept them, or --dry-run to see the document. Nothing was written.");
            return null;
        }
        var text = placement.NewText;
        Placement? readable = placement;
        while (true)
        {
            string[] choices = readable is null ? ["edit", "skip"] : ["accept", "edit", "skip"];
            switch (AnsiConsole.Prompt(new TextPrompt<string>(readable is null ? "Edit it again, or skip it?" : "Accept it as it is, edit it, or skip it?").AddChoices(choices).DefaultValue(choices[0])))
            {
                case "accept":
                    return readable;
                case "skip":
                    terminal.Talk.WriteLine("Nothing was written.");
                    return null;
                default:
                    try
                    {
                        text = Editor.Edit(text, Path.GetFileName(placement.File));
                        readable = placement.Edited(text, folder);
                    }
                    catch (UsageException wrong)
                    {
                        if (wrong is not Editor.FailedException) readable = null; // as it was edited it cannot be written; as it was before it can be reached by editing alone
                        terminal.Talk.WriteLine($"kept: {wrong.Message}");
                    }
                    break;
            }
        }
    }
}
