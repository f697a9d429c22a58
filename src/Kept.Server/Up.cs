using Kept.Engine;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>A server that is up: takes the first house, says so, follows its documents, and ends in order.</summary>
internal sealed partial class Up(ServerOptions options, RunningHouse running, Looking looking, HouseSource source, ILogger log, Action<HouseSettings> check, HollowSearch hollow, AskedLists? asked = null)
{
    /// <param name="address">Where the web answers.</param>
    /// <param name="ready">Called when there is something to show.</param>
    /// <param name="stopping">Cancelled to stop; cancels itself where the engine ends by itself.</param>
    public async Task<int> RunAsync(Uri address, Action ready, CancellationTokenSource stopping)
    {
        Task? engine = null;
        try
        {
            var signature = source.Signature();
            var reading = Followed(await source.ReadAsync(stopping.Token));
            var trusted = source.BesideSignature();
            check(reading.House?.Settings ?? HouseSettings.Default);
            GiveBack(reading); // before anything is looked at: a pause of ours would be told as slowness of others
            // a first start with documents that do not read still answers, with its own promises and the words of the fault
            await TakeAsync(reading.Refused ? source.ReadOwn() : reading, stopping.Token);
            engine = running.RunAsync(stopping.Token);
            await FirstViewAsync(engine, stopping.Token);
            if (reading.Refused) await TakeAsync(reading, stopping.Token);
            ready();
            Banner(address, reading);
            var watch = new HouseWatch(source, options.HousePath, TakeAsync, options.Time, log).RunAsync(signature, trusted, stopping.Token);
            var searching = Task.Run(() => hollow.RunAsync(stopping.Token), CancellationToken.None); // what is long must not hold up what is due
            var asking = asked?.RunAsync(stopping.Token) ?? Task.CompletedTask;
            await Task.WhenAny(engine, watch);
            await stopping.CancelAsync();
            await engine;
            await Quiet(watch);
            await Quiet(asking);
            await Quiet(searching);
            options.Output.WriteLine("kept: stopped; everything seen is on record.");
            return ServerExit.Stopped;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (engine is not null) await Quiet(engine);
            return ServerExit.Stopped;
        }
        catch (LedgerException fault)
        {
            return KeptServer.Tell(options, ServerExit.StorageFailed, $"the ledger failed ({fault.Code}): {fault.Message}", "see to the disk of the data folder, and start again; nothing recorded is lost");
        }
    }

    /// <summary>Waits until the engine shows the house it was given: a large one takes a moment.</summary>
    private async Task FirstViewAsync(Task engine, CancellationToken cancellationToken)
    {
        bool Shows(HouseView view) =>
            view.Figures.StorageFault is not null || view.House.ContentHash.Length > 0 && (view.Promises.Length > 0 || !view.House.Promises.Any());
        while (!engine.IsCompleted && !Shows(running.View))
            await Task.Delay(TimeSpan.FromMilliseconds(20), options.Time, cancellationToken);
        if (engine.IsFaulted) await engine;
    }

    private async ValueTask TakeAsync(HouseReading reading, CancellationToken cancellationToken)
    {
        reading = Followed(reading);
        // what is taken is shown by pages, and told on by the ledger's events
        var shown = options.IsPublic ? new Discretion(options.HousePath, options.DataFolder).Of(reading) : reading;
        await running.TakeAsync(shown, cancellationToken);
        if (shown.House is { } house) hollow.Take(house);
        var errors = reading.Diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
        var warnings = reading.Diagnostics.Length - errors;
        if (reading.Refused)
        {
            Refused(errors);
            foreach (var diagnostic in reading.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).Take(20))
                options.Errors.WriteLine(DiagnosticText.Render(diagnostic));
        }
        else
        {
            Taken(reading.House!.Promises.Count(), reading.House!.Agents.Length, errors, warnings);
        }
    }

    /// <summary>
    /// Looks go by the settings of a house from here on. The files that settings name were read with the documents; where one went since then, that refuses the
    /// house too, in words.
    /// </summary>
    private HouseReading Followed(HouseReading reading)
    {
        if (reading.House is not { } house) return reading;
        try
        {
            looking.Follow(house.Settings);
            return reading;
        }
        catch (InvalidDataException fault)
        {
            var unusable = new Diagnostic("L100", Severity.Error, new Place(new SourceFile("house.yaml"), 0, 0, 0), fault.Message, "put it back, and save house.yaml again");
            return new HouseReading(null, [unusable, .. reading.Diagnostics]);
        }
    }

    /// <summary>What a large house needed only while it was read goes back to the machine; the collector by itself would keep it for the next time.</summary>
    private static void GiveBack(HouseReading reading)
    {
        if (reading.House is { } house && house.Promises.Skip(LargeHouse).Any()) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private const int LargeHouse = 20_000;

    private void Banner(Uri address, HouseReading reading)
    {
        var view = running.View;
        var own = view.House.Agents.FirstOrDefault(agent => agent.Id == OwnDocument.Agent)?.Promises.Length ?? 0;
        var others = view.Promises.Length - own;
        var url = $"http://{(options.Address.Equals(System.Net.IPAddress.Any) || options.Address.Equals(System.Net.IPAddress.IPv6Any) ? "localhost" : address.Host)}:{address.Port}/";
        var errors = reading.Diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
        var lines = new List<string>
        {
            $"✔ data      {Path.GetFullPath(options.DataFolder)} (SQLite and a log beside it)",
            $"✔ web       {url}  ({(options.IsPublic ? "open to whoever reaches this machine" : "only this machine; --public to open")})",
        };
        if (own > 0) lines.Add($"✔ itself    {Say.Count(own, "promise", "promises")} of Kept about itself, being verified already");
        if (reading.Refused) lines.Add($"✖ house     {options.HousePath} was refused: {Say.Count(errors, "error", "errors")}, told above and on {url}problems; save a correction and it is taken up");
        else if (others > 0) lines.Add($"{(errors > 0 ? "▲" : "✔")} house     {options.HousePath}: {Say.Count(others, "promise or wish", "promises and wishes")}{(errors > 0 ? $", {Say.Count(errors, "error", "errors")} of rules on {url}problems" : "")}");
        lines.Add("Next:  kept add https://api.example.com/health      promise a service of yours");
        lines.Add($"       or write one down in {Path.Combine(options.HousePath, "NAME.kept.yaml")}; it is taken up as soon as it is saved");
        lines.Add("       Ctrl-C stops. Looks go only where your documents say.");
        foreach (var line in lines) options.Output.WriteLine(line);
        options.Output.Flush();
    }

    /// <summary>The end of something that was asked to end: its cancellation is no news, anything else is.</summary>
    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // it ended as it was asked to
        }
    }

    [LoggerMessage(3020, LogLevel.Information, "Documents taken up: {Promises} promises and wishes of {Agents} agents, {Errors} errors of rules, {Warnings} warnings")]
    private partial void Taken(int promises, int agents, int errors, int warnings);

    [LoggerMessage(3021, LogLevel.Error, "Documents refused with {Errors} errors; the house from before stays")]
    private partial void Refused(int errors);
}
