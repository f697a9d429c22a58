using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Output;
using Kept.Cli.Reporting;
using Kept.Judging;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary><c>kept report</c>: a past stretch counted anew from the stored looks, under the promise's accounting or another; and what objectives and alerts can do at all.</summary>
internal static class ReportCommand
{
    private const int LongestDays = 400;

    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var name = new Argument<string?>("NAME") { Description = "Only this promise, or this agent's", DefaultValueFactory = _ => null };
        var house = new Option<string>("--house") { Description = "The documents: a file, or the folder of a house", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var from = new Option<string?>("--from") { Description = "The first day or moment, in UTC (default: 30 days before the end)", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "The first day or moment that no longer counts, in UTC (default: now)", HelpName = "TIME" };
        var policy = new Option<string?>("--policy") { Description = "Another accounting: gaps=bad,own-outage=bad,retries=confirmed, or a file with these", HelpName = "POLICY" };
        var feasibility = new Option<bool>("--feasibility") { Description = "What objectives and alerts can do: how many failures they bear or need, how soon they fire, how often by chance" };
        var noise = new Option<string?>("--noise") { Description = "The share of looks that are bad by chance, for --feasibility (default: what was seen)", HelpName = "SHARE" };
        var data = Shared.DataFolder();
        var json = Shared.Json();
        var command = new Command("report", "Counts a past stretch of time anew from the stored looks: events, time, budget, and what another accounting would say") { name, house, from, to, policy, feasibility, noise, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var now = Instant.From(time.GetUtcNow());
            var end = parsed.GetValue(to) is { } until ? Moment("--to", until) : now;
            var begin = parsed.GetValue(from) is { } since ? Moment("--from", since) : end - Duration.Days(30);
            if (begin >= end) throw new UsageException($"--from {begin} is not before --to {end}");
            if (end - begin > Duration.Days(LongestDays)) throw new UsageException($"a report is about at most {LongestDays} days");
            if (begin > now) throw new UsageException($"--from {begin} is yet to come");
            var read = HouseOnDisk.Read(parsed.GetValue(house)!, time);
            if (read.House is not { } documents) throw new UsageException($"the documents do not read; `kept check {parsed.GetValue(house)}` says why");
            var promises = Asked(documents, parsed.GetValue(name));
            var assessor = new Assessor(documents.Id, documents.Place);
            var asked = parsed.GetValue(policy);
            if (asked is not null) PolicyText.Read(asked, Accounting.Usual); // what is wrong is said whether there are looks or not
            var share = parsed.GetValue(noise) is { } written ? Share(written) : null;
            using var open = Open(parsed.GetValue(data)!, onlyFeasibility: parsed.GetValue(feasibility), time);
            if (asked is not null && promises.FirstOrDefault(promise => !promise.Regimes.IsEmpty && PolicyText.Read(asked, promise.Accounting).Assumes) is { } apart)
                throw new UsageException($"{apart.Name} is judged by regimes, and of a look that nobody took nobody knows the regime: it cannot be counted with {PolicyText.Read(asked, apart.Accounting)}");
            var reports = new List<(Promise Promise, PromiseReport? Report)>();
            foreach (var promise in promises)
            {
                var other = asked is null ? null : PolicyText.Read(asked, promise.Accounting);
                reports.Add((promise, open is null ? null : await PromiseReport.ReadAsync(promise, assessor, new RecordedLooks(open.Ledger, documents.Place), begin, end, now, other, cancellationToken)));
            }
            // What alerts can do depends on the accounting too.
            Promise Counted(Promise promise) => asked is null ? promise : promise with { Accounting = PolicyText.Read(asked, promise.Accounting) };
            if (parsed.GetValue(json)) terminal.Result.WriteLine(Json(documents, reports, assessor, share, parsed.GetValue(feasibility), Counted, now));
            else
                foreach (var (promise, report) in reports)
                {
                    if (parsed.GetValue(feasibility)) FeasibilityText.Write(terminal, AgentOf(documents, promise), Counted(promise), AlertsOf(Counted(promise), report, share), now);
                    else ReportText.Write(terminal, report!, assessor);
                }
            return ExitCodes.Kept;
        });
        return command;
    }

    private static System.Collections.Immutable.ImmutableArray<BurnFeasibility> AlertsOf(Promise promise, PromiseReport? report, Fraction? noise) =>
        Feasibility.OfAlerts(promise, objective => noise ?? (report is { } known ? known.Noise(objective) : null));

    /// <summary>Whose document says so: of a wish who wishes it.</summary>
    private static Agent AgentOf(House house, Promise promise) => house.Agents.First(agent => agent.Promises.Contains(promise) || agent.ReliesOn.Any(reliance => reliance.Wishes.Contains(promise)));

    private sealed class OpenedLedger(ILedger ledger) : IDisposable
    {
        public ILedger Ledger { get; } = ledger;

        public void Dispose() => Ledger.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static OpenedLedger? Open(string folder, bool onlyFeasibility, TimeProvider time)
    {
        if (Directory.Exists(folder)) return new OpenedLedger(Ledgers.OpenSqliteReadOnly(folder, time));
        if (onlyFeasibility) return null; // what a document says can be said without looks
        throw new UsageException($"there is no data folder '{folder}'; name the one of the server with --data");
    }

    private static List<Promise> Asked(House house, string? name)
    {
        var all = house.Promises.Where(promise => promise.Keeps.Length > 0).ToList();
        if (name is null) return all.Count > 0 ? all : throw new UsageException("no promise of these documents has an objective to report about");
        var fitting = Names.Matching(all.Select(promise => promise.Name.ToString()), name).ToHashSet();
        var found = all.Where(promise => fitting.Contains(promise.Name.ToString()) || promise.Name.Agent == name).ToList();
        return found.Count > 0 ? found : throw new UsageException($"no promise with an objective is called '{name}' in these documents");
    }

    private static Instant Moment(string option, string text) =>
        Instant.TryParse(text, out var at) || Instant.TryParse(text + "T00:00:00Z", out at) ? at : throw new UsageException($"{option} takes a day such as 2026-11-01, or a moment such as 2026-11-01T12:00:00Z, in UTC");

    private static Fraction Share(string text)
    {
        var isPercent = text.EndsWith('%');
        return decimal.TryParse(isPercent ? text[..^1] : text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var share) && isPercent && share is >= 0 and <= 100
            ? Fraction.Of(share / 100) : throw new UsageException("--noise takes a share such as 0.1%");
    }

    private static string Json(House documents, List<(Promise Promise, PromiseReport? Report)> reports, Assessor assessor, Fraction? noise, bool feasibility, Func<Promise, Promise> counted, Instant now) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("assessor");
        json.WriteString("house", assessor.House);
        json.WriteString("place", assessor.Place);
        json.WriteEndObject();
        json.WriteStartArray("promises");
        foreach (var (promise, report) in reports)
        {
            json.WriteStartObject();
            if (report is not null) ReportJson.Write(json, report);
            else json.WriteString("promise", promise.Name.ToString());
            if (feasibility) ReportJson.Write(json, AgentOf(documents, promise), counted(promise), AlertsOf(counted(promise), report, noise), now);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
