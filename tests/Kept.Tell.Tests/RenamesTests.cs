using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>Names that change at once, come back, or are overtaken by what was on its way under the former name; and ends that nobody could be told in time.</summary>
public sealed class RenamesTests
{
    private static readonly TellRoute Route = Bench.Webhook("http://127.0.0.1:9/");

    /// <summary>A ledger in memory and the fold over it; a message counts as heard when it is made.</summary>
    private sealed class Told
    {
        private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2027-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        private readonly ILedger _ledger;
        private readonly Retelling _retelling = new();
        private long _read;

        public Told()
        {
            _ledger = Ledgers.InMemory(_time, new Random(1));
            Write((EntryKinds.RouteBegan, "", new JsonObject { ["route"] = Route.Name, ["leads"] = "x" }));
        }

        /// <summary>Nothing is made while it is so: telling stands still, or cannot read.</summary>
        public bool IsStill { get; set; }

        public List<string> Heard { get; } = [];
        public Dictionary<string, string> Believed { get; } = new(StringComparer.Ordinal);
        private Instant Now => Instant.From(_time.GetUtcNow());

        public void Write(params (string Kind, string Subject, JsonObject Body)[] drafts) =>
            _ledger.AppendAsync([.. drafts.Select(draft => Message.DraftOf(draft.Kind, Now, "", draft.Body) with { Subject = draft.Subject })], CancellationToken.None).AsTask().GetAwaiter().GetResult();

        public void Verdict(string promise, Outcome outcome) => Write((EntryKinds.VerdictChanged, promise, new JsonObject { ["outcome"] = outcome.Wire(), ["previous"] = "unknown", ["reason"] = "as seen" }));

        /// <summary>Of one house: all at once.</summary>
        public void Rename(params (string Was, string Now)[] names) => Write([.. names.Select(one => (EntryKinds.PromiseNamed, one.Now, new JsonObject { ["was"] = one.Was }))]);

        public void Pass(TimeSpan by)
        {
            _time.Advance(by);
            Read();
            if (IsStill) return;
            var house = new House { Id = "h", Settings = HouseSettings.Default with { Routes = [Route] }, Agents = [new Agent { Id = "shop", At = Place.None, Promises = [.. "abcdefgh".Select(c => new Promise { Name = new PromiseName("shop", $"{c}", 1), Standing = Standing.Offered, At = Place.None })] }] };
            foreach (var draft in Choice.For(Route, house, _retelling, Now)) Queue(draft);
        }

        /// <summary>Time goes by, and nobody reads.</summary>
        public void Wait(TimeSpan by) => _time.Advance(by);

        /// <summary>The newest message is given up: nobody got it.</summary>
        public void DropNewest()
        {
            var newest = _ledger.Entries(new EntryQuery(Limit: 1, Kind: EntryKinds.TellQueued, NewestFirst: true))[0];
            Write((EntryKinds.TellDropped, "", new JsonObject { ["route"] = Route.Name, ["id"] = "msg_" + newest.Id, ["why"] = "400" }));
        }

        /// <summary>A message made before what was written since was read.</summary>
        public void Queue(EntryDraft draft)
        {
            _ledger.AppendAsync([draft], CancellationToken.None).AsTask().GetAwaiter().GetResult();
            Read();
            using var body = JsonDocument.Parse(draft.Body);
            foreach (var item in body.RootElement.GetProperty("items").EnumerateArray())
            {
                var (key, outcome) = (item.GetProperty("about").GetString()!, item.GetProperty("outcome").GetString()!);
                var former = item.TryGetProperty("formerly", out var was) ? was.GetString() : null;
                Heard.Add(former is null ? $"{key} {outcome}" : $"{key} (formerly {former}) {outcome}");
                if (former is not null) Believed.Remove(former);
                Believed[key] = outcome;
            }
        }

        /// <summary>What would be made now, without making it.</summary>
        public IReadOnlyList<EntryDraft> Due(House house)
        {
            Read();
            return Choice.For(Route, house, _retelling, Now);
        }

        private void Read()
        {
            foreach (var entry in _ledger.Entries(new EntryQuery(_read, int.MaxValue)))
            {
                _retelling.Take(entry);
                _read = entry.Sequence;
            }
            _retelling.Rest();
        }
    }

    private static string P(char name) => $"shop/{name}@1";

    [Fact]
    public void Two_that_change_their_names_with_each_other_keep_what_was_told_of_each()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Verdict(P('b'), Outcome.Kept);
        told.Pass(TimeSpan.FromSeconds(5));
        told.Rename((P('a'), P('b')), (P('b'), P('a')));
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('b'), Outcome.Kept); // which was a
        told.Pass(TimeSpan.FromHours(1));
        Assert.Equal(["shop/a@1 broken", "shop/b@1 (formerly shop/a@1) kept"], told.Heard);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chain_of_names_moves_each_by_one_in_whatever_order_it_is_written(bool isForward)
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Verdict(P('b'), Outcome.Unknown);
        told.Pass(TimeSpan.FromMinutes(11));
        (string, string)[] chain = [(P('a'), P('b')), (P('b'), P('c'))];
        told.Rename(isForward ? chain : [.. chain.Reverse()]);
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('c'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        told.Verdict(P('b'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["shop/b@1 (formerly shop/a@1) kept", "shop/c@1 (formerly shop/b@1) kept"], told.Heard.Where(one => one.EndsWith(" kept", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(4, told.Heard.Count);
    }

    [Fact]
    public void A_verdict_that_comes_late_under_the_former_name_is_of_the_promise_that_bore_it()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Kept);
        told.Rename((P('a'), P('b')));
        told.Verdict(P('a'), Outcome.Broken); // it waited for the disk
        told.Pass(TimeSpan.FromSeconds(5));
        told.Verdict(P('b'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["shop/b@1 broken", "shop/b@1 kept"], told.Heard);
    }

    [Fact]
    public void A_message_that_was_being_made_under_the_former_name_is_ended_under_the_new_one()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.IsStill = true;
        told.Pass(TimeSpan.FromSeconds(5));
        var house = new House { Id = "h", Settings = HouseSettings.Default with { Routes = [Route] }, Agents = [new Agent { Id = "shop", At = Place.None, Promises = [new Promise { Name = new PromiseName("shop", "a", 1), Standing = Standing.Offered, At = Place.None }] }] };
        var made = Assert.Single(told.Due(house));
        told.Rename((P('a'), P('b')));
        told.Queue(made);
        told.IsStill = false;
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('b'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["shop/a@1 broken", "shop/b@1 (formerly shop/a@1) kept"], told.Heard);
    }

    [Fact]
    public void Two_houses_taken_one_after_the_other_are_not_one()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        told.Rename((P('a'), P('b')));
        told.Wait(TimeSpan.FromMilliseconds(300));
        told.Rename((P('b'), P('a'))); // taken back at once
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["shop/a@1 broken", "shop/a@1 kept"], told.Heard);
    }

    [Fact]
    public void The_end_of_what_was_heard_is_told_though_a_message_about_another_trouble_never_arrived()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        told.IsStill = true;
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Broken);
        told.IsStill = false;
        told.Pass(TimeSpan.FromSeconds(5));
        told.DropNewest();
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal("shop/a@1 kept", told.Heard[^1]);
    }

    [Fact]
    public void A_name_that_comes_back_is_no_former_one()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        told.Rename((P('a'), P('b')));
        told.Pass(TimeSpan.FromHours(1));
        told.Rename((P('b'), P('a')));
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["shop/a@1 broken", "shop/a@1 kept"], told.Heard);
        told.Write((EntryKinds.PromiseNamed, P('b'), [])); // another promise takes the name
        told.Verdict(P('b'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("shop/b@1 broken", told.Heard[^1]);
    }

    [Fact]
    public void The_end_of_what_was_told_is_told_also_where_another_trouble_came_and_went_meanwhile()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        told.IsStill = true;
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Broken); // nobody could be told of its end, nor of this
        told.Pass(TimeSpan.FromMinutes(10));
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(10));
        told.IsStill = false;
        told.Pass(TimeSpan.FromSeconds(1));
        told.Pass(TimeSpan.FromHours(1));
        Assert.Equal(["shop/a@1 broken", "shop/a@1 kept"], told.Heard);
    }

    [Fact]
    public void Another_trouble_is_told_anew_though_the_end_of_the_first_was_not()
    {
        var told = new Told();
        told.Verdict(P('a'), Outcome.Broken);
        told.Pass(TimeSpan.FromSeconds(5));
        told.IsStill = true;
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromHours(1));
        told.Verdict(P('a'), Outcome.Broken);
        told.IsStill = false;
        told.Pass(TimeSpan.FromSeconds(5));
        told.Pass(TimeSpan.FromHours(1));
        Assert.Equal(["shop/a@1 broken", "shop/a@1 broken"], told.Heard);
        told.Verdict(P('a'), Outcome.Kept);
        told.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal("shop/a@1 kept", told.Heard[^1]);
    }

    /// <summary>Whatever breaks, mends, changes its name and stands still: in the end, when all is well, nobody believes that something is not; the oracle is the list of promises itself.</summary>
    [Fact]
    public void In_the_end_everybody_believes_what_is() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7], Gen.Int[0, 7], Gen.Int[0, 900]).Array[5, 60].Sample(steps =>
    {
        var told = new Told();
        var names = "abcd".Select(P).ToList(); // promise by place, with the name it bears
        foreach (var (act, one, other, seconds) in steps)
        {
            var at = one % names.Count;
            switch (act)
            {
                case 0: told.Verdict(names[at], Outcome.Broken); break;
                case 1: told.Verdict(names[at], Outcome.Kept); break;
                case 2: told.IsStill = !told.IsStill; break;
                case 3 when names.Contains(P((char)('a' + other))): // with another, who bears that name
                    var with = names.IndexOf(P((char)('a' + other)));
                    if (with == at) break;
                    told.Rename((names[at], names[with]), (names[with], names[at]));
                    (names[at], names[with]) = (names[with], names[at]);
                    break;
                case 3:
                    told.Rename((names[at], P((char)('a' + other))));
                    names[at] = P((char)('a' + other));
                    break;
                default: break;
            }
            told.Pass(TimeSpan.FromSeconds(seconds));
        }
        told.IsStill = false;
        foreach (var name in names) told.Verdict(name, Outcome.Kept);
        for (var i = 0; i < 5; i++) told.Pass(TimeSpan.FromMinutes(40));
        Assert.All(told.Believed, pair => Assert.True(pair.Value == "kept", $"{pair.Key} is believed to be {pair.Value}: {string.Join("; ", told.Heard)}"));
    }, iter: 500, threads: 1);
}
