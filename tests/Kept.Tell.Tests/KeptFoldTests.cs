using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Kept.Egress;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>A start goes on from what was kept, and knows exactly what a fold over the whole ledger knows.</summary>
public sealed class KeptFoldTests
{
    private static readonly Instant Begin = Instant.TryParse("2027-01-01T00:00:00Z", out var at) ? at : default;
    private static readonly string[] Names = ["shop/p1@1", "shop/p2@1", "shop/p3@1", "cdn/files@1"], Ways = ["oncall", "mail", "push"];
    private static readonly string[] Outcomes = ["kept", "broken", "unknown", "not-in-force", "not-a-promise", "of a later version"];

    /// <summary>Entries of every kind that telling reads, and of some that it does not; bodies of other programs and broken ones among them.</summary>
    private static readonly Gen<(string Kind, string Subject, JsonObject? Body)> Draft = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[0, 40], Gen.Bool).Select((kind, which, outcome, number, flag) =>
    {
        var (name, way) = (Names[which], Ways[which % 3]);
        JsonObject Route(params (string Name, JsonNode? Value)[] members)
        {
            var body = new JsonObject { ["route"] = way };
            foreach (var (member, value) in members) body[member] = value;
            return body;
        }
        return kind switch
        {
            0 or 1 => (EntryKinds.VerdictChanged, name, new JsonObject { ["outcome"] = Outcomes[outcome], ["previous"] = Outcomes[(outcome + 1) % 5], ["reason"] = $"reason {number} \"ö\" 💥\n", ["isWish"] = flag }),
            2 => (EntryKinds.AlertChanged, name, new JsonObject { ["alert"] = flag ? "page" : "ticket", ["state"] = (string[])["firing", "quiet", "unknown"] is var states ? states[outcome % 3] : "", ["reason"] = "burns" }),
            3 => (EntryKinds.PromiseGone, name, []),
            4 => (EntryKinds.RouteBegan, "", Route(("leads", $"way {number % 3}"))),
            5 or 6 => (EntryKinds.TellQueued, "", Route(("kind", flag ? "one" : outcome == 0 ? "canary" : "digest"), ("answers", number % 4 == 0 ? "msg_1" : null),
                ("items", outcome == 0 && !flag ? new JsonArray() : new JsonArray(Item(name, outcome % 5, number), Item(Names[(which + 1) % 4] + "#page", (outcome + 2) % 5, number))))),
            7 => (EntryKinds.TellTold, "", Route(("id", $"msg {number}"), ("answer", flag ? $"it answered {number}" : null), ("former", outcome == 0 ? true : null))),
            8 => (EntryKinds.TellFailing, "", Route(("id", "msg"), ("why", flag ? $"it answered {number}" : null))),
            9 => (EntryKinds.TellDropped, "", Route(("id", $"msg {number}"), ("why", "refused"), ("gone", flag))),
            10 => (EntryKinds.SilenceBegan, name, new JsonObject { ["scope"] = flag ? "all" : name, ["until"] = (Begin + Duration.Hours(number)).ToString(), ["by"] = "ann", ["because"] = "a move" }),
            11 => (EntryKinds.SilenceEnded, name, new JsonObject { ["silence"] = number }),
            12 => (flag ? EntryKinds.VerdictChanged : EntryKinds.TellQueued, name, outcome == 0 ? null : new JsonObject { ["outcome"] = 4, ["route"] = outcome % 2 == 0 ? "oncall" : 5 }),
            13 or 14 => (EntryKinds.PromiseNamed, name, flag ? new JsonObject { ["was"] = Names[outcome % 4] } : []),
            _ => (EntryKinds.Gap, name, new JsonObject { ["cause"] = "late" }),
        };
    });

    private static JsonObject Item(string key, int outcome, int number) => new()
    {
        ["about"] = key,
        ["outcome"] = Outcomes[outcome],
        ["previous"] = Outcomes[(outcome + 3) % 5],
        ["since"] = (Begin + Duration.Minutes(number)).ToString(),
        ["reason"] = "why",
        ["sequence"] = number,
        ["isWish"] = false,
        ["episode"] = Begin.ToString(),
    };

    private static async Task<IReadOnlyList<Entry>> LedgerOfAsync((string Kind, string Subject, JsonObject? Body)[] drafts)
    {
        await using var ledger = Ledgers.InMemory(TimeProvider.System, new Random(1));
        var messages = new List<string>();
        var at = Begin;
        foreach (var (kind, subject, body) in drafts)
        {
            at += Duration.Seconds(17 * (1 + messages.Count % 7));
            // what was told or dropped is mostly a message that was made
            if (body?["id"] is not null && messages.Count > 0 && int.TryParse(body["id"]!.ToString().Split(' ')[^1], out var number)) body["id"] = messages[number % messages.Count];
            var entry = (await ledger.AppendAsync([body is null ? new EntryDraft(kind, 1, at, "team", subject, "[1]"u8.ToArray()) : Message.DraftOf(kind, at, "", body) with { Subject = subject }], default))[0];
            if (kind == EntryKinds.TellQueued) messages.Add("msg_" + entry.Id);
        }
        return ledger.Entries(new EntryQuery(Limit: int.MaxValue));
    }

    [Fact]
    public Task After_a_restart_at_any_place_the_state_is_the_one_without() => Draft.Array[1, 60].SampleAsync(async drafts =>
    {
        var entries = await LedgerOfAsync(drafts);
        var (whole, restarted) = (new Retelling(), new Retelling());
        foreach (var entry in entries)
        {
            whole.Take(entry);
            restarted.Take(entry);
            restarted = Retelling.OfKept(restarted.Keep(entry.Occurred), entry.Occurred)!; // a restart after every entry
            Assert.Equal(Encoding.UTF8.GetString(whole.Keep(entry.Occurred)), Encoding.UTF8.GetString(restarted.Keep(entry.Occurred)));
            Assert.Equal((whole.Sequence, whole.Hash), (entry.Sequence, entry.Hash));
        }
        // and what is decided from it is the same: the same messages to the same routes
        var house = Bench.HouseOf([.. Ways.Select(way => Bench.Webhook("http://127.0.0.1:9/" + way, way) with { Canary = Duration.Minutes(5) })]);
        foreach (var after in (Duration[])[Duration.Zero, Duration.Seconds(4), Duration.Minutes(2), Duration.Hours(30)])
            foreach (var route in house.Settings.Routes.Where(route => whole.Routes.ContainsKey(route.Name)))
            {
                var now = entries[^1].Occurred + after;
                Assert.Equal(Texts(Choice.For(route, house, whole, now)), Texts(Choice.For(route, house, restarted, now)));
                Assert.Equal(Choice.QuietSince(whole.Routes[route.Name]), Choice.QuietSince(restarted.Routes[route.Name]));
            }
    }, iter: 300, threads: 1);

    [Fact]
    public async Task What_is_due_at_one_moment_is_told_in_one_order_before_and_after_a_restart()
    {
        // one entry, that the promise is gone, ends two matters: the alert's, which was first, and its own
        (string, string, JsonObject?)[] drafts =
        [
            (EntryKinds.RouteBegan, "", new JsonObject { ["route"] = Ways[0], ["leads"] = "way 1" }),
            (EntryKinds.AlertChanged, Names[0], new JsonObject { ["alert"] = "page", ["state"] = "firing", ["reason"] = "burns" }),
            (EntryKinds.VerdictChanged, Names[0], new JsonObject { ["outcome"] = "broken", ["previous"] = "kept", ["reason"] = "down" }),
            (EntryKinds.TellQueued, "", new JsonObject { ["route"] = Ways[0], ["kind"] = "digest", ["items"] = new JsonArray(Item(Names[0] + "#page", 1, 3), Item(Names[0], 1, 3)) }),
            (EntryKinds.PromiseGone, Names[0], []),
        ];
        var entries = await LedgerOfAsync(drafts);
        var whole = new Retelling();
        foreach (var entry in entries) whole.Take(entry);
        var now = entries[^1].Occurred + Duration.Hours(1);
        var house = Bench.HouseOf([.. Ways.Select(way => Bench.Webhook("http://127.0.0.1:9/" + way, way))]);
        var route = house.Settings.Routes.Single(one => one.Name == Ways[0]);
        var told = Texts(Choice.For(route, house, whole, now)).ToList();
        Assert.Equal(2, told.Count);
        Assert.Equal(told, Texts(Choice.For(route, house, Retelling.OfKept(whole.Keep(now), now)!, now)));
    }

    private static IEnumerable<string> Texts(IEnumerable<EntryDraft> drafts) => drafts.Select(draft => draft.Kind + Encoding.UTF8.GetString(draft.Body.Span));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"form":9,"sequence":1,"hash":"","matters":[],"routes":[],"silences":[],"former":[]}""")]
    [InlineData("""{"form":2,"sequence":1,"hash":"","matters":[],"routes":[],"silences":[],"former":[]}""")]
    [InlineData("""{"form":3,"sequence":1,"hash":"","matters":[{"key":"a"}],"routes":[],"silences":[],"former":[]}""")]
    [InlineData("""{"form":3,"sequence":1,"hash":"","matters":[],"routes":[{"name":"a","leads":"","began":"today"}],"silences":[],"former":[]}""")]
    [InlineData("""{"form":3,"sequence":"1","hash":"","matters":[],"routes":[],"silences":[],"former":[]}""")]
    public void What_cannot_be_read_is_nothing_kept(string kept) => Assert.Null(Retelling.OfKept(Encoding.UTF8.GetBytes(kept), Begin));

    [Fact]
    public async Task A_start_reads_what_came_after_the_orderly_end_and_no_more()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        for (var i = 0; i < 50; i++) await bench.VerdictAsync("p1", i % 2 == 0 ? Outcome.Broken : Outcome.Kept);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await EndAsync(bench.Teller);
        await bench.VerdictAsync("p2", Outcome.Broken);
        var counting = (Counting)(object)DispatchProxy.Create<ILedger, Counting>();
        counting.Of = bench.Ledger;
        using var dialer = new Dialer(EgressOptions.From(HouseSettings.Default, "."), bench.Time);
        var next = new Teller(new TellParts((ILedger)(object)counting, () => bench.House, () => dialer, bench.Time, NullLogger.Instance, () => null));
        await next.TurnAsync(default);
        await next.QuietAsync();
        Assert.InRange(counting.Entries, 1, 3); // the one that vouches for what was kept, and the new one
        Assert.Equal(1, next.View.Routes[0].ToldCount);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        await next.TurnAsync(default);
        await next.QuietAsync();
        Assert.Equal(["shop/p1@1", "shop/p2@1"], receiver.Got.Select(got => got.Json.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task What_was_kept_of_another_ledger_or_of_entries_that_are_gone_is_not_believed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bench = await Bench.OfAsync(Bench.Webhook(receiver.Url));
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        await EndAsync(bench.Teller);
        var kept = bench.Ledger.Cached("retelling")!;
        foreach (var more in (int[])[0, 40]) // an older copy, and one that went on otherwise
        {
            await using var other = await Bench.OfAsync(Bench.Webhook(receiver.Url));
            for (var i = 0; i < more; i++) await other.VerdictAsync("p2", i % 2 == 0 ? Outcome.Broken : Outcome.Kept);
            await other.Ledger.CacheAsync("retelling", kept, default);
            await other.RestartAsync();
            Assert.Equal((0L, 0), (other.Teller.View.Routes[0].ToldCount, other.Teller.View.Routes[0].Waiting));
        }
    }

    private static async Task EndAsync(Teller teller)
    {
        using var stop = new CancellationTokenSource();
        var running = teller.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;
    }

    /// <summary>A ledger that counts what is read of it.</summary>
    public class Counting : DispatchProxy
    {
        public ILedger Of { get; set; } = null!;
        public int Entries { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var answer = targetMethod!.Invoke(Of, args);
            if (answer is IReadOnlyList<Entry> entries) Entries += entries.Count;
            return answer;
        }
    }

    /// <summary>How long a start takes on a large ledger; made only when asked for: <c>KEPT_TELL_ENTRIES=1000000</c>.</summary>
    [Fact]
    public async Task A_start_on_a_large_ledger_can_be_measured()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("KEPT_TELL_ENTRIES"), out var count)) Assert.Skip("made when asked for by KEPT_TELL_ENTRIES=1000000");
        var folder = Directory.CreateTempSubdirectory("kept-tell-");
        await using (var ledger = Ledgers.OpenSqlite(folder.FullName, TimeProvider.System, new Random(1)))
        {
            for (var at = 0; at < count; at += 2000)
                await ledger.AppendAsync([.. Enumerable.Range(at, Math.Min(2000, count - at)).Select(i => Message.DraftOf(EntryKinds.VerdictChanged, Begin + Duration.Seconds(i), "",
                    new JsonObject { ["outcome"] = i / 10_000 % 2 == 0 ? "kept" : "broken", ["previous"] = "unknown", ["isWish"] = false, ["reason"] = "3 of 3 looks were good" }) with { Subject = $"shop/p{i % 10_000}@1" })], default);
            using var dialer = new Dialer(EgressOptions.From(HouseSettings.Default, "."), TimeProvider.System);
            foreach (var start in (string[])["over the whole ledger", "from what was kept"])
            {
                var teller = new Teller(new TellParts(ledger, () => null, () => dialer, TimeProvider.System, NullLogger.Instance, () => null));
                var clock = Stopwatch.StartNew();
                await teller.TurnAsync(default);
                TestContext.Current.SendDiagnosticMessage($"a start {start}: {clock.ElapsedMilliseconds} ms, {ledger.LastSequence} entries, {ledger.Cached("retelling")!.Length} bytes kept");
                await Console.Error.WriteLineAsync($"a start {start}: {clock.ElapsedMilliseconds} ms, {ledger.LastSequence} entries, {ledger.Cached("retelling")!.Length} bytes kept");
            }
        }
        folder.Delete(recursive: true);
    }
}
