using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Judging;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.Promises;

/// <summary>A house made ready beside the loop: ids and series from the ledger, and all that can be derived without state.</summary>
internal sealed record Preparation(House House, ImmutableArray<PromiseTerms> Terms)
{
    private const int WorthSharing = 64; // promises; below it, waking other threads costs more than they take off

    public static async Task<Preparation> OfAsync(House house, ILedger ledger, CancellationToken cancellationToken)
    {
        if (ledger.House != house.Id) await ledger.BelongToAsync(house.Id, cancellationToken);
        var promises = Distinct(house);
        var ids = await ledger.IdsOfAsync([.. promises.Select(one => (one.Promise.Name, one.Promise.Was))], cancellationToken);
        var keys = new List<SeriesKey>();
        for (var i = 0; i < promises.Count; i++)
            foreach (var check in promises[i].Promise.Checks)
                keys.Add(new SeriesKey(ids[i], check.Name, house.Place));
        var series = await ledger.SeriesOfAsync(keys, cancellationToken);
        var assessor = new Assessor(house.Id, house.Place);
        var problems = house.Diagnostics.Where(one => one.Promise is not null).ToLookup(one => one.Promise!);
        var plans = new FoldPlans();
        var parts = new List<(ImmutableArray<int> Series, FoldPlan Plan)>(promises.Count);
        var next = 0;
        foreach (var (_, promise) in promises)
        {
            var numbers = ImmutableArray.CreateBuilder<int>(promise.Checks.Length);
            for (var check = 0; check < promise.Checks.Length; check++) numbers.Add(series[next++]);
            parts.Add((numbers.MoveToImmutable(), plans.Of(promise)));
        }
        // three hashes of each promise are most of the work; each is of that promise alone
        PromiseTerms Of(int i) => TermsOf(promises[i].Agent, promises[i].Promise, ids[i], parts[i].Series, assessor, [.. problems[promises[i].Promise.Name]], parts[i].Plan);
        var order = Enumerable.Range(0, promises.Count);
        return new Preparation(house, promises.Count < WorthSharing ? [.. order.Select(Of)] : [.. order.AsParallel().AsOrdered().Select(Of)]);
    }

    // A wish about an agent may have the name of that agent's own promise (the reader has warned); one name is one promise.
    private static List<(Agent Agent, Promise Promise)> Distinct(House house)
    {
        var all = new List<(Agent, Promise)>();
        foreach (var agent in house.Agents)
            foreach (var promise in agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)))
                if (ReferenceEquals(house.ByName[promise.Name], promise))
                    all.Add((agent, promise));
        return all;
    }

    private static PromiseTerms TermsOf(
        Agent agent, Promise promise, PromiseId id, ImmutableArray<int> series, Assessor assessor, ImmutableArray<Diagnostic> problems, FoldPlan plan)
    {
        var errors = problems.Where(one => one.Severity == Severity.Error).ToList();
        var notAPromise = errors.Count == 0 ? null
            : $"{errors[0].Code}: {errors[0].Message}" + (errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "");
        var counted = CountedOf(promise);
        var foldKey = FoldKeyOf(promise, counted, assessor);
        var print = new StringBuilder().Append((UInt128)foldKey).Append('\n').Append(promise.TermsHash).Append('\n').Append(promise.Name).Append('\n').Append(notAPromise).Append('\n').Append(agent.Region).Append('\n').Append(promise.Version).Append('\n').Append(promise.Until);
        foreach (var objective in promise.Keeps) print.Append('\n').Append(objective.Text); // the words of its lines
        foreach (var alert in promise.Alerts) print.Append('\n').Append(alert.Name).Append(": ").AppendJoin("; ", alert.Lines.Select(line => line.Text));
        foreach (var part in new[] { promise.Given, promise.Uses }.OfType<Expression>()) print.Append('\n').Append(ExpressionText.Of(part));
        foreach (var check in promise.Checks)
        {
            print.Append('\n').Append(check.Every).Append(' ').Append(check.Timeout);
            foreach (var step in check.First.Append(check)) Print(step, print);
        }
        return new PromiseTerms
        {
            Promise = promise,
            Agent = agent,
            Id = id,
            Assessor = assessor,
            Series = series,
            Problems = problems,
            NotAPromise = notAPromise,
            Plan = plan,
            Measured = MeasuredBy(promise),
            Counted = counted,
            FoldKey = foldKey,
            Fingerprint = Short(print),
        };
    }

    private static void Print(Check check, StringBuilder print)
    {
        print.Append('\n').Append(check.Name).Append(' ').Append(check.Target.Method).Append(' ').Append(check.Target.Text);
        foreach (var expectation in check.Expect) print.Append('\n').Append(expectation.Text);
        foreach (var (name, value) in check.Settings.OrderBy(one => one.Key, StringComparer.Ordinal)) print.Append('\n').Append(name).Append('=').Append(Words(value));
        foreach (var taking in check.Takes) print.Append('\n').Append(taking.Name).Append(": ").Append(taking.Text);
    }

    private static string? MeasuredBy(Promise promise)
    {
        var lists = promise.Checks.Where(check => check.Measures.Length > 0).Select(check => $"{check.Name}: {string.Join(", ", check.Measures.Select(measure => measure.Quantity.Name))}");
        // The regime of a look stands behind its figures, as a number: under other regimes it would mean another.
        if (!promise.Regimes.IsEmpty) lists = lists.Append("regimes: " + string.Join(", ", promise.Regimes.Select(regime => $"{regime.Name}: {ExpressionText.Of(regime.When)}")));
        return string.Join("; ", lists) is { Length: > 0 } all ? all : null;
    }

    // 128 bits tell terms of one promise apart, and a large house keeps three of them for each.
    private static Bits128 Short(StringBuilder text) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

    private static Bits128 CountedOf(Promise promise)
    {
        var text = new StringBuilder(promise.Version).Append('\n').Append(promise.Coverage).Append('\n').Append(promise.Confidence).Append('\n').Append(promise.Maintenance?.Text);
        if (promise.Maintenance?.During is { } planned) text.Append('\n').Append(planned.Text);
        if (promise.Given is { } given) text.Append('\n').Append(ExpressionText.Of(given));
        if (promise.Accounting != Accounting.Usual) text.Append('\n').Append(promise.Accounting);
        foreach (var regime in promise.Regimes) text.Append("\nregime ").Append(regime.Name).Append(": ").Append(ExpressionText.Of(regime.When));
        foreach (var objective in promise.Keeps) text.Append('\n').Append(ExpressionText.Of(objective));
        return Short(text);
    }

    private static Bits128 FoldKeyOf(Promise promise, Bits128 counted, Assessor assessor)
    {
        var text = new StringBuilder().Append((UInt128)counted).Append('\n').Append(assessor);
        foreach (var check in promise.Checks)
        {
            text.Append('\n').Append(check.Name).Append(' ').Append(check.Kind.Name).Append(' ').Append(check.Confirm);
            foreach (var measure in check.Measures) text.Append(' ').Append(measure.Text);
        }
        return Short(text);
    }

    private static string Words(FieldValue value) => value switch
    {
        FieldValue.Text text => text.Content,
        FieldValue.Texts texts => string.Join('\u001f', texts.Items),
        FieldValue.TextMap map => string.Join('\u001f', map.Items.Select(item => item.Key + '\u001e' + item.Value)),
        _ => value.ToString() ?? "",
    };

    public FrozenDictionary<PromiseName, int> Index()
    {
        var index = new Dictionary<PromiseName, int>(Terms.Length);
        for (var i = 0; i < Terms.Length; i++) index[Terms[i].Promise.Name] = i;
        return index.ToFrozenDictionary();
    }
}
