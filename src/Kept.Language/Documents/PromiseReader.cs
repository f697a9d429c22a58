using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the promises of an agent, and wishes about others.</summary>
internal sealed class PromiseReader(Reading reading, AgentScope scope, Written? defaults, Instant? agentUntil)
{
    private readonly Problems _problems = reading.Problems;
    private readonly CheckReader _checks = new(reading, scope);
    private readonly Written? _checkDefaults = defaults?.Inner("check", reading.Tables.CheckDefaults);

    public ImmutableArray<Promise> Promises(Written document)
    {
        var promises = ImmutableArray.CreateBuilder<Promise>();
        var lines = new Dictionary<PromiseName, Place>();
        foreach (var (key, value) in document.Pairs("promises"))
        {
            var name = FieldValues.LineName(key.Content, scope.Agent, 1, _problems);
            _problems.About = name;
            if (name is not null && !lines.TryAdd(name, key.At))
                _problems.Error(Codes.PromiseTwice, key.At, $"`{key.Text}` is the same promise as in line {lines[name].Line}: a name without a line is line 1", $"another line is another promise: {name.Promise}@{name.Line + 1}");
            else if (Written.Of(reading.Tables.Promise, value, reading, key.At, defaults) is { } written)
            {
                // read under a stand-in name too, so that a wrong name does not hide what is wrong inside
                var promise = Promise(name ?? new PromiseName(scope.Agent, "unnamed", 1), written);
                if (name is not null) promises.Add(promise);
            }
            _problems.About = null;
        }
        return promises.ToImmutable();
    }

    /// <summary>The same for what is read apart, with problems of its own.</summary>
    public PromiseReader Apart(Problems problems) => new(new Reading(reading.Source, reading.Origin, reading.Tables, reading.Texts, problems), scope, defaults, agentUntil);

    public Promise Wish(PromiseName name, Written written)
    {
        var checks = _checks.Read(written, _checkDefaults);
        var wish = new Promise
        {
            Name = name,
            Standing = Standing.Wished,
            Benefit = written.Text("purpose") ?? "",
            Keeps = Objectives(written, "needs", scope.Quantity),
            Given = written.Scalar("given") is { } given ? ExpressionReader.Condition(given, scope.Agent, _problems) : null,
            Coverage = Share(written, "coverage", true) ?? 0.95m,
            Confidence = Share(written, "confidence", false),
            Checks = checks,
            Regimes = new RegimeReader(reading, scope).Read(written, checks, Accounting.Usual),
            Tell = RouteReader.Chosen(written, reading),
            Until = agentUntil,
            Origin = reading.Origin,
            At = written.At,
            FieldPlaces = written.Places,
        };
        CheckObjectives(wish);
        return Measured(wish);
    }

    public ImmutableArray<Objective> Objectives(Written written, string field, Func<string, QuantityType?> quantities)
    {
        var objectives = ImmutableArray.CreateBuilder<Objective>();
        foreach (var text in written.Texts(field))
            if (ExpressionReader.Objective(text, quantities, _problems) is { } objective)
                objectives.Add(objective);
        return objectives.ToImmutable();
    }

    /// <summary>A promise from a template that was filled; null, and told, where it is none.</summary>
    public Promise? Filled(PromiseName name, YamlMap node) => Written.Of(reading.Tables.PromiseTemplate, node, reading, node.At, defaults) is { } written ? Promise(name, written) : null;

    private Promise Promise(PromiseName name, Written written)
    {
        var usesText = written.Scalar("uses");
        var notDisclosed = usesText is { Text: "not disclosed" };
        var promise = new Promise
        {
            Name = new PromiseName(reading.Texts.Share(name.Agent), reading.Texts.Share(name.Promise), name.Line),
            Standing = Standing.Offered,
            Version = written.Text("version") ?? "",
            Benefit = written.Text("benefit") ?? "",
            To = FieldValues.Each(written.Texts("to"), text => FieldValues.Name(text, "an agent", _problems)),
            Docs = written.Text("docs"),
            Notice = written.Scalar("notice") is { } notice ? ExpressionReader.Duration(notice, _problems) : null,
            Until = written.Scalar("until") is { } until ? FieldValues.Date(until, _problems) : agentUntil,
            Keeps = Objectives(written, "keeps", scope.Quantity),
            Given = written.Scalar("given") is { } given ? ExpressionReader.Condition(given, scope.Agent, _problems) : null,
            Uses = usesText is { } uses && !notDisclosed ? ExpressionReader.Dependence(uses, scope.Agent, _problems) : null,
            UsesNotDisclosed = notDisclosed,
            Limits = written.Inner("limits", DocumentTables.Limits) is { } limits ? Limits(limits) : null,
            Fails = Failures(written),
            Maintenance = written.Inner("maintenance", DocumentTables.Maintenance) is { } maintenance ? Maintenance(maintenance) : null,
            Checks = _checks.Read(written, _checkDefaults),
            Coverage = Share(written, "coverage", true) ?? 0.95m,
            Confidence = Share(written, "confidence", false),
            Accounting = written.Inner("accounting", DocumentTables.Accounting) is { } accounting ? AlertReader.Accounting(accounting, _problems) : Accounting.Usual,
            Tell = RouteReader.Chosen(written, reading),
            Irreducible = [.. written.Texts("irreducible").Select(text => text.Text)],
            Was = written.Scalar("was") is { } was && FieldValues.Reference(was, scope.Agent, _problems) is { } former ? former.Line == 0 ? former with { Line = 1 } : former : null,
            Reserves = Reserves(written),
            HoldsData = written.Scalar("holds-data") is { } holds && (FieldValues.YesNo(holds, _problems) ?? false),
            Export = written.Scalar("export") is { } export ? FieldValues.Reference(export, scope.Agent, _problems) : null,
            Origin = reading.Origin,
            At = written.At,
            FieldPlaces = written.Places,
        };
        CheckObjectives(promise);
        promise = Measured(promise with { Regimes = new RegimeReader(reading, scope).Read(written, promise.Checks, promise.Accounting) });
        return promise with { Alerts = new AlertReader(reading).Alerts(written, promise.Keeps) };
    }

    private Maintenance? Maintenance(Written written)
    {
        var maintenance = written.Scalar("excludes") is { } excludes ? FieldValues.Maintenance(excludes, reading.Texts, _problems) : null;
        if (written.Scalar("during") is not { } during) return maintenance;
        if (scope.Calendars.FirstOrDefault(calendar => calendar.Name == during.Text) is { } planned) return maintenance is null ? null : maintenance with { During = planned };
        _problems.Error(Codes.UnknownCalendar, during.At, $"there is no calendar `{FieldValues.Short(during)}`{_problems.Hint(during.Text, scope.Calendars.Select(calendar => calendar.Name))}", "declare it: `calendars: { patching: { open: 'Su 02:00-03:00 Europe/Brussels' } }`");
        return maintenance;
    }

    /// <summary>Load and rate are known from elsewhere, unless a check of the promise measures them: then its looks decide.</summary>
    private static Promise Measured(Promise promise)
    {
        bool IsMeasured(Objective objective) => objective.Quantity.Source == QuantitySource.Surroundings
            && promise.Checks.Any(check => objective.Counts(check.Name) && check.Measures.Any(measure => measure.Quantity.Name == objective.Quantity.Name));
        return !promise.Keeps.Any(IsMeasured) ? promise : promise with
        {
            Keeps = [.. promise.Keeps.Select(objective => IsMeasured(objective) ? objective with { Quantity = objective.Quantity with { Source = QuantitySource.Measured } } : objective)],
        };
    }

    private decimal? Share(Written written, string field, bool hundredIsFine) =>
        written.Scalar(field) is { } text ? FieldValues.Share(text, hundredIsFine, _problems) : null;

    /// <summary>An objective that no check of the promise can see would stay unknown for ever. A promise without any check is a matter for the rules.</summary>
    private void CheckObjectives(Promise promise)
    {
        if (promise.Checks.IsEmpty) return;
        foreach (var objective in promise.Keeps)
        {
            string[] named = objective.Parts is { } parts ? [.. parts.Each.Select(part => part.Check)] : objective.OfCheck is { } one ? [one] : [];
            if (named.FirstOrDefault(name => promise.Checks.All(check => check.Name != name)) is { } wanted)
            {
                _problems.Error(Codes.UnknownCheck, objective.At, $"the promise has no check called `{wanted}`{_problems.Hint(wanted, promise.Checks.Select(check => check.Name))}", "its checks are " + string.Join(", ", promise.Checks.Select(check => check.Name)));
                continue;
            }
            var able = promise.Checks.Where(check => objective.Counts(check.Name)).ToList();
            // of all checks one that sees it is enough; of those that are named each
            var blind = able.FirstOrDefault(check => !Sees(check, objective.Quantity));
            if (named.Length == 0 ? able.Exists(check => Sees(check, objective.Quantity)) : blind is null)
            {
                if (named.Length != 1) Pooled(objective, able);
                if (objective.IsTooFine(able))
                    _problems.Error(ExpressionCodes.Weight, objective.At, $"with these weights and rhythms a slice holds up to {objective.PointsInSlice(able):N0} points, too many for an exact mean of so many slices",
                        "write weights as small whole numbers (3 beside 1), longer slices or a shorter window; or `at 95%` instead of `mean`");
                continue;
            }
            _problems.Error(Codes.NotMeasured, objective.At, named.Length == 0 ? $"no check of the promise measures `{objective.Quantity.Name}`" : $"the check `{blind!.Name}` does not measure `{objective.Quantity.Name}`",
                objective.Quantity.Source == QuantitySource.LookTime ? "a heartbeat calls us, so there is no time to measure; add a check that looks"
                    : $"say where a check sees it: `measures: {{ {objective.Quantity.Name}: body.field as UNIT }}`");
        }
    }

    private static bool Sees(Check check, QuantityType quantity) => quantity.Source switch
    {
        QuantitySource.GoodLooks => true,
        QuantitySource.LookTime => !check.Kind.IsPassive,
        _ => check.Measures.Any(measure => measure.Quantity.Name == quantity.Name),
    };

    /// <summary>Looks are counted alike, so a check that is looked at far more often hides one that always fails; weights may make up for it.</summary>
    private void Pooled(Objective objective, IReadOnlyList<Check> checks)
    {
        if (objective.Slice is not null || objective.Statistic.Kind == StatisticKind.Every || objective.Quantity.Source is not (QuantitySource.GoodLooks or QuantitySource.LookTime)) return;
        var counted = checks.Where(check => Sees(check, objective.Quantity)).ToList();
        Duration Pace(Check check) => new(check.Every.Nanoseconds / objective.PointsOf(check.Name)); // time per point
        var (often, seldom) = (counted.MinBy(Pace)!, counted.MaxBy(Pace)!);
        // what differs by weight alone is meant
        if (Pace(seldom) <= Pace(often) * 2 || seldom.Every <= often.Every * 2) return;
        if (objective.Parts is { IsWeighted: true } weighted)
            _problems.Warning(Codes.Pooled, objective.At, $"`{often.Name}` is looked at every {often.Every} and `{seldom.Name}` every {seldom.Every}, and a weight counts for each look: with these weights `{seldom.Name}` is {ShareOf(counted, seldom, weighted)} of what is counted",
                $"write the weight of `{seldom.Name}` so that it makes up for its rhythm, or give them one rhythm");
        else
            _problems.Warning(Codes.Pooled, objective.At, $"`{often.Name}` is looked at every {often.Every} and `{seldom.Name}` every {seldom.Every}, and their looks count alike: `{seldom.Name}` could fail for ever and hardly show",
                $"write a line for each (`of {often.Name}`, `of {seldom.Name}`), give them one rhythm, or weights that make up for it (`of ({often.Name}, {seldom.Name} weight {WeightFor(often, seldom)})`)");
    }

    /// <summary>With it the seldom one counts about as much as the other, in time.</summary>
    private static string WeightFor(Check often, Check seldom) =>
        decimal.Round(Math.Min(1000m, (decimal)seldom.Every.Nanoseconds / Math.Max(1, often.Every.Nanoseconds))).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string ShareOf(IReadOnlyList<Check> counted, Check one, ObjectiveParts parts)
    {
        decimal Pace(Check check) => (decimal)parts.PointsOf(check.Name) / Math.Max(1, check.Every.Nanoseconds);
        return Pace(one) / counted.Sum(Pace) is var share && share < 0.0001m ? "less than 0.01%" : Quantity.Ratio(decimal.Round(share, 4, MidpointRounding.ToZero)).ToString();
    }

    private Limits Limits(Written written)
    {
        var others = ImmutableArray.CreateBuilder<KeyValuePair<string, Quantity>>();
        foreach (var (key, value) in written.Further)
            if (scope.Quantity(key.Text) is { } type)
            {
                if (reading.Scalar(value, $"`{key.Text}`") is { } text && ExpressionReader.Quantity(text, type.Dimension, _problems) is { } quantity) others.Add(new(type.Name, quantity));
            }
            else
                _problems.Error(Codes.UnknownField, key.At, $"limits know no `{YamlReader.Short(key.Text)}`{_problems.Hint(key.Text, DocumentTables.Limits.Fields.Select(field => field.Name).Concat(scope.QuantityNames))}", "write load, burst, size, beyond, raise, ramp, or a quantity that is built in or declared under `types:`");
        var limits = new Limits(
            written.Scalar("load") is { } load ? ExpressionReader.Quantity(load, Dimension.Rate, _problems) : null,
            written.Scalar("burst") is { } burst ? FieldValues.Amount(burst, _problems) : null,
            written.Scalar("size") is { } size ? ExpressionReader.Quantity(size, Dimension.Size, _problems) : null,
            written.Scalar("beyond") is { } beyond ? FieldValues.Response(beyond, reading.Texts, _problems) : null,
            written.Text("raise"), written.Text("ramp"), others.ToImmutable());
        return reading.Texts.Parts.Share(limits);
    }

    private ImmutableArray<FailureMode> Failures(Written promise)
    {
        var failures = ImmutableArray.CreateBuilder<FailureMode>();
        foreach (var node in promise.Items("fails"))
            if (Written.Of(DocumentTables.Failure, node, reading, node.At) is { } written)
            {
                var code = written.Scalar("code") is { } text ? FieldValues.Response(text, reading.Texts, _problems) : null;
                var becomes = written.Scalar("becomes") is { } to ? FieldValues.Reference(to, scope.Agent, _problems) : null;
                if (code is not null) failures.Add(new FailureMode(code, written.Text("sees"), written.Text("retry"), written.Text("loses"), becomes, written.PlaceOf("becomes")));
            }
        return failures.ToImmutable();
    }

    private ImmutableArray<Reservation> Reserves(Written written)
    {
        var reserves = ImmutableArray.CreateBuilder<Reservation>();
        foreach (var (key, value) in written.Pairs("reserves"))
            if (FieldValues.Name(key.Content, "a resource", _problems) is { } resource && reading.Scalar(value, $"`{resource}`") is { } text && FieldValues.Amount(text, _problems) is { } amount)
                reserves.Add(new Reservation(reading.Texts.Share(resource), amount, key.At));
        return reserves.ToImmutable();
    }
}
