using System.Collections.Immutable;
using Kept.Checks;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;

namespace Kept.Cli;

/// <summary>What one look decided about one promise.</summary>
/// <param name="Promise">The promise or wish.</param>
/// <param name="Outcome">What its expectations decided now.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Checks">Each check with what it saw.</param>
/// <param name="Notes">What one look cannot decide.</param>
/// <param name="NotDecidedByOneLook">Unknown only because it needs more than one look (heartbeats, objectives alone).</param>
internal sealed record LookedAt(Promise Promise, Outcome Outcome, string Reason, ImmutableArray<LookedCheck> Checks, ImmutableArray<string> Notes, bool NotDecidedByOneLook);

/// <summary>One check: what was seen and what it meant; or why nothing was looked at.</summary>
internal sealed record LookedCheck(Check Check, Observation? Seen, JudgedLook? Look, string? Why);

/// <summary>Looks once at every check of a house, bounded, and judges with conditions known from the same round.</summary>
internal static class OneLook
{
    public static async Task<IReadOnlyList<LookedAt>> AtAsync(House house, string folder, int atOnce, TimeProvider time, CancellationToken cancellationToken)
    {
        using var dialer = new Dialer(EgressOptions.From(house.Settings, folder), time);
        var looks = CheckCatalog.Looks(dialer, time);
        var readLoad = CheckCatalog.LoadReader(dialer, time);
        using var places = new SemaphoreSlim(atOnce);

        var promises = house.Promises.ToList();
        var seen = promises.Select(promise => promise.Checks.Select(check => SeeAsync(check, promise.Trust)).ToArray()).ToList();
        var read = await Task.WhenAll(house.Agents.Where(agent => agent.Load is { IsLooks: false } && AsksForLoad(agent)).Select(async agent => (agent.Id, Load: await ReadLoadAsync(agent.Load!))));
        var loads = read.ToDictionary(one => one.Id, one => one.Load);

        var observations = new List<Observation?[]>();
        foreach (var round in seen) observations.Add(await Task.WhenAll(round));
        return Judge(house, promises, observations, loads, Instant.From(time.GetUtcNow()));

        async Task<Quantity?> ReadLoadAsync(LoadSource source)
        {
            async Task<Quantity?> OnceAsync()
            {
                await places.WaitAsync(cancellationToken);
                try
                {
                    return await readLoad(source, cancellationToken);
                }
                finally
                {
                    places.Release();
                }
            }
            var load = await OnceAsync();
            if (!source.IsCounter || load is not null) return load;
            await Task.Delay(BetweenReadings, time, cancellationToken);
            return await OnceAsync();
        }

        async Task<Observation?> SeeAsync(Check check, DocumentOrigin origin)
        {
            if (!looks.TryGetValue(check.Kind.Name, out var look)) return null;
            await places.WaitAsync(cancellationToken);
            try
            {
                return Judging.Judge.Deciding(check, await look(new LookRequest(check, origin) { Objects = Judging.Judge.Objection }, cancellationToken));
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>How long after its first reading a counter is read again: one reading tells nothing of its growth.</summary>
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromSeconds(2);

    private static bool AsksForLoad(Agent agent) => agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)).Any(promise => (promise.Given?.AsksFor("load") ?? false) || promise.Regimes.Any(regime => regime.When.AsksFor("load")));

    /// <summary>Conditions may name promises of the same round, so outcomes are repeated until they no longer change (cycles stay unknown).</summary>
    internal static IReadOnlyList<LookedAt> Judge(
        House house, IReadOnlyList<Promise> promises, IReadOnlyList<Observation?[]> seen, IReadOnlyDictionary<string, Quantity?> loads, Instant now)
    {
        var outcomes = new Dictionary<PromiseName, Outcome>();
        IReadOnlyList<LookedAt> results = [];
        for (var round = 0; round < 64; round++)
        {
            results = [.. promises.Select((promise, i) => One(house, promise, seen[i], loads, now, name => outcomes.GetValueOrDefault(house.Find(name)?.Name ?? name), Figure))];
            var next = results.GroupBy(one => one.Promise.Name).ToDictionary(group => group.Key, group => group.First().Outcome);
            var settled = next.All(pair => outcomes.GetValueOrDefault(pair.Key) == pair.Value);
            outcomes = next;
            if (settled) break;
        }
        return results;

        // What a look of the same round measured.
        Quantity? Figure(Operand.Seen asked)
        {
            if (asked.Figure is not { } figure || house.Find(figure.Promise) is not { } promise) return null;
            for (var i = 0; i < promises.Count; i++)
                for (var check = 0; ReferenceEquals(promises[i], promise) && check < seen[i].Length; check++)
                    if (seen[i][check] is { } there && RegimeJudge.FigureOf(promise.Checks[check], Judging.Judge.Look(promise.Checks[check], there, new Judged(Truth.True, "")).Measured, figure.Quantity) is { } found)
                        return found;
            return null;
        }
    }

    /// <summary>Which regime one look belongs to: what is decided by it is decided of that one.</summary>
    private static IEnumerable<string> RegimesOf(Promise promise, IEnumerable<LookedCheck> checks, Surroundings around, Instant now) => promise.Regimes.IsEmpty ? [] : checks.Where(check => check.Seen is not null)
        .Select(check => (check.Check.Name, Regime: RegimeJudge.Of(promise, check.Check, check.Seen!, check.Look!.Measured, around, now)))
        .Select(one => $"{(promise.Checks.Length > 1 ? one.Name + ": " : "")}regime {Regime.NamesOf(promise)[(int)(one.Regime ?? promise.Regimes.Length + 1)]}");

    private static LookedAt One(
        House house, Promise promise, Observation?[] seen, IReadOnlyDictionary<string, Quantity?> loads, Instant now, Func<PromiseName, Outcome> outcomeOf, Func<Operand.Seen, Quantity?> figureOf)
    {
        var agent = house.Agents.FirstOrDefault(one => one.Promises.Contains(promise) || one.ReliesOn.Any(reliance => reliance.Wishes.Contains(promise)));
        var surroundings = new Surroundings(outcomeOf, agent is null ? null : loads.GetValueOrDefault(agent.Id), agent?.Region, promise.Version,
            name => agent?.Calendars.FirstOrDefault(calendar => calendar.Name == name))
        { FigureOf = figureOf };
        var inForce = Judging.Judge.Given(promise.Given, now, surroundings);
        var checks = promise.Checks.Select((check, i) => seen[i] is { } observation
            ? new LookedCheck(check, observation, Judging.Judge.Look(check, observation, inForce), null)
            : new LookedCheck(check, null, null, check.Kind.IsPassive ? "a heartbeat: one look cannot decide it" : "no look for this kind")).ToImmutableArray();
        ImmutableArray<string> notes = [.. RegimesOf(promise, checks, surroundings, now), .. promise.Keeps.Select(objective => $"{objective.Text}: not decided by one look")];

        if (house.NotPromises[promise.Name].FirstOrDefault() is { } error)
            return new LookedAt(promise, Outcome.NotAPromise, $"{error.Code}: {error.Message}", checks, notes, false);
        if (checks.IsEmpty && promise.Uses is { } stands) return ByWhatItUses(stands);
        if (checks.IsEmpty) return new LookedAt(promise, Outcome.Unknown, "it has no check, and names nothing it stands on: one look cannot decide it", checks, notes, true);

        LookedCheck? With(LookClass kind) => checks.FirstOrDefault(check => check.Look?.Class == kind);
        return With(LookClass.Bad) is { } bad ? Of(Outcome.Broken, bad)
            : With(LookClass.NotInForce) is { } off ? Of(Outcome.NotInForce, off)
            : (With(LookClass.Gap) ?? With(LookClass.ConditionUnknown)) is { } gap ? Of(Outcome.Unknown, gap)
            : With(LookClass.Good) is { } good ? Of(Outcome.Kept, good)
            : new LookedAt(promise, Outcome.Unknown, checks[0].Why ?? "nothing was looked at", checks, notes, true);

        // as the running house judges it: by what it stands on, while it is in force
        LookedAt ByWhatItUses(Expression uses)
        {
            if (inForce.Truth != Truth.True)
                return inForce.Truth == Truth.False
                    ? new LookedAt(promise, Outcome.NotInForce, "not in force: " + inForce.Reason, checks, notes, false)
                    : new LookedAt(promise, Outcome.Unknown, "whether it was in force is unknown: " + inForce.Reason, checks, notes, false);
            var value = Judging.Judge.Given(uses, now, surroundings);
            var outcome = value.Truth switch { Truth.True => Outcome.Kept, Truth.False => Outcome.Broken, _ => Outcome.Unknown };
            return new LookedAt(promise, outcome, "by what it stands on: " + value.Reason, checks, notes,
                outcome == Outcome.Unknown && uses.SelfAndDescendants().OfType<Expression.PromiseHolds>().All(named => house.Find(named.Name) is not null)); // what is unknown there is told there
        }

        LookedAt Of(Outcome outcome, LookedCheck because) => new(promise, outcome, because.Look!.Reason, checks, notes, false);
    }
}
