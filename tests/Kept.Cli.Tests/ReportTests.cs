using System.Text.Json;
using Kept.Ledger;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>`kept report` over a ledger whose looks are known one by one.</summary>
public sealed class ReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly Instant Begin = Instant.From(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero)), End = Instant.From(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    private const string Document =
        """
        kept: 1
        agent: shop
        domains: [shop.example]
        until: 2099-12-31
        promises:
          page:
            version: 1.0
            benefit: You can look around.
            to: anyone
            keeps:
              - availability >= 99.5% over 30d
              - availability >= 99% over 30d per 1h at 90%
              - availability >= 99% over 30d per 1h mean
            alerts:
              page: burn >= 14.4 over 1h and burn >= 14.4 over 10m
              never: burn >= 201 over 1h
            check: { http: 'GET https://shop.example/', every: 60s, confirm: 2 of 3, expect: [ status == 200 ] }
        """;

    /// <summary>A month of minutes: an outage of three hours, single failures, gaps of two sorts, and an hour of which nothing is recorded.</summary>
    private static (LookClass Class, GapCause Gap)? Minute(long minute) => minute switch
    {
        >= 5_000 and < 5_180 => (LookClass.Bad, GapCause.None),
        >= 9_000 and < 9_060 => null,
        >= 12_000 and < 12_040 => (LookClass.Gap, GapCause.Restarted),
        _ when minute % 4_321 == 7 => (LookClass.Bad, GapCause.None), // alone: ten of them
        _ when minute % 5_000 == 0 => (LookClass.Gap, GapCause.Late),
        >= 20_000 and < 20_120 => (LookClass.NotInForce, GapCause.None),
        _ => (LookClass.Good, GapCause.None),
    };

    private static async Task<TestHouse> HouseAsync()
    {
        var house = new TestHouse().With("kept.yaml", Document);
        File.WriteAllText(house.PathOf("house.yaml"), "house: shop\n");
        await using var ledger = Ledgers.OpenSqlite(house.PathOf("data"), TimeProvider.System, new Random(1));
        var id = await ledger.IdOfAsync(new PromiseName("shop", "page", 1), null, default);
        var series = (await ledger.SeriesOfAsync([new SeriesKey(id, "http", "here")], default))[0];
        var looks = new List<LookRecord>();
        for (long minute = -120; minute < 43_200 + 120; minute++)
            if (Minute(minute) is var (kind, gap))
                looks.Add(new LookRecord(series, Begin + Duration.Minutes(minute), ledger.Epoch, kind, TargetFailure.None, gap, kind is LookClass.Good or LookClass.Bad ? 200 : -1, 0,
                    kind is LookClass.Good or LookClass.Bad ? Phases.None with { Total = 20 * Duration.PerMillisecond } : Phases.None, true, []));
        foreach (var some in looks.Chunk(5_000)) await ledger.RecordAsync(some, [], default);
        return house;
    }

    private static Task<CommandLine> ReportAsync(TestHouse house, params string[] more) =>
        CommandLine.RunAtAsync(Now, ["report", "--house", house.Folder, "--data", house.PathOf("data"), "--from", "2026-11-01", "--to", "2026-12-01", .. more]);

    [Fact]
    public async Task A_month_is_counted_to_the_last_look_under_every_accounting()
    {
        using var house = await HouseAsync();
        var run = await ReportAsync(house, "shop/page", "--json");
        Assert.True(run.ExitCode == 0, run.Talk);
        var promise = JsonDocument.Parse(run.Result).RootElement.GetProperty("promises")[0];
        var minutes = Enumerable.Range(0, 43_200).Select(minute => Minute(minute)).ToList();
        long Count(Func<(LookClass Class, GapCause Gap), bool> which) => minutes.Count(one => one is { } look && which(look));
        var (good, bad, late, restarted, outside) = (Count(l => l.Class == LookClass.Good), Count(l => l.Class == LookClass.Bad), Count(l => l.Gap == GapCause.Late), Count(l => l.Gap == GapCause.Restarted), Count(l => l.Class == LookClass.NotInForce));
        var check = promise.GetProperty("checks")[0];
        Assert.Equal((good, bad, late, restarted, outside), (check.GetProperty("good").GetInt64(), check.GetProperty("bad").GetInt64(), check.GetProperty("gaps").GetProperty("late").GetInt64(),
            check.GetProperty("gaps").GetProperty("restarted").GetInt64(), check.GetProperty("notInForce").GetInt64()));

        var by = promise.GetProperty("accountings").EnumerateArray().ToDictionary(one => one.GetProperty("accounting").GetString()!, one => one.GetProperty("objectives"));
        var usual = by["gaps=excluded, own-outage=excluded, retries=each"][0];
        Assert.Equal((good, good + bad, "kept"), (usual.GetProperty("good").GetInt64(), usual.GetProperty("counted").GetInt64(), usual.GetProperty("outcome").GetString()));
        Assert.Equal(("43081/200", "190"), (usual.GetProperty("budget").GetProperty("allowed").GetString(), usual.GetProperty("budget").GetProperty("spent").GetString()));
        var harsh = by["gaps=bad, own-outage=bad, retries=each"][0];
        Assert.Equal((good, good + bad + late + restarted + 60), (harsh.GetProperty("good").GetInt64(), harsh.GetProperty("counted").GetInt64()));
        var confirmed = by["gaps=excluded, own-outage=excluded, retries=confirmed"][0];
        Assert.Equal((good, good + 180), (confirmed.GetProperty("good").GetInt64(), confirmed.GetProperty("counted").GetInt64()));

        // slices: hours with looks, and the exact sum of their shares
        var hours = minutes.Chunk(60).Select(hour => (Good: hour.Count(one => one?.Class == LookClass.Good), Seen: hour.Count(one => one?.Class is LookClass.Good or LookClass.Bad))).Where(hour => hour.Seen > 0).ToList();
        var slices = by["gaps=excluded, own-outage=excluded, retries=each"][1];
        Assert.Equal((hours.Count(hour => hour.Good * 10 >= hour.Seen * 9), hours.Count), (slices.GetProperty("good").GetInt32(), slices.GetProperty("counted").GetInt32()));
        var mean = by["gaps=excluded, own-outage=excluded, retries=each"][2];
        Assert.Equal(hours.Aggregate(Fraction.Zero, (sum, hour) => sum + new Fraction(hour.Good, hour.Seen)).ToString(), mean.GetProperty("sum").GetString());
    }

    [Fact]
    public async Task It_is_a_text_that_one_can_show()
    {
        using var house = await HouseAsync();
        var plain = await ReportAsync(house);
        var other = await ReportAsync(house, "--policy", "gaps=bad,own-outage=bad");
        await File.WriteAllTextAsync(house.PathOf("policy"), "# what the contract says\ngaps: bad\nown-outage: bad\n", TestContext.Current.CancellationToken);
        Assert.Equal(other.Result, (await ReportAsync(house, "--policy", house.PathOf("policy"))).Result);
        var feasibility = await ReportAsync(house, "--feasibility");
        var noisy = await ReportAsync(house, "--feasibility", "--noise", "0.1%");
        Snapshot.Matches(plain.Result + "----- gaps=bad,own-outage=bad\n" + other.Result + "----- feasibility\n" + feasibility.Result + "----- noise 0.1%\n" + noisy.Result);
    }

    [Fact]
    public async Task What_cannot_be_reported_says_why()
    {
        using var house = await HouseAsync();
        foreach (var (arguments, words) in new[]
        {
            (new[] { "--policy", "gaps=maybe" }, "write one of excluded, bad, good"), (["--policy", "luck=good"], "knows no 'luck'"), (["--from", "yesterday"], "--from takes a day"), (["--from", "2026-12-01"], "is not before"),
            (["--noise", "3"], "takes a share"), (["nobody"], "is called 'nobody'"), (["--data", house.PathOf("none")], "there is no data folder"), (["--from", "2024-01-01"], "at most 400 days"),
        })
        {
            var run = await CommandLine.RunAtAsync(Now, [.. ((string[])["report", "--house", house.Folder, "--data", house.PathOf("data"), "--from", "2026-11-01", "--to", "2026-12-01"]).Where((_, i) => arguments[0] is not ("--data" or "--from") || (arguments[0] == "--data" ? i is not (3 or 4) : i is not (5 or 6))), .. arguments]);
            Assert.Equal(ExitCodes.Usage, run.ExitCode);
            Assert.Contains(words, run.Talk, StringComparison.Ordinal);
            Assert.Empty(run.Result);
        }
        // a wrong policy is wrong without looks too, and a right one changes what alerts can do
        var wrong = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility", "--policy", "gaps=maybe");
        Assert.Equal((ExitCodes.Usage, ""), (wrong.ExitCode, wrong.Result));
        var confirmed = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility", "--policy", "retries=confirmed");
        Assert.Contains("only confirmed ones count, so 5 failures at least", confirmed.Result, StringComparison.Ordinal);
        // without looks a document still says what it can do, and a promise that was never looked at is unknown, not kept
        var before = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility");
        Assert.Equal(0, before.ExitCode);
        Assert.Contains("can never fire", before.Result, StringComparison.Ordinal);
        await using (Ledgers.OpenSqlite(house.PathOf("empty"), TimeProvider.System, new Random(1))) { }
        var empty = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("empty"), "--json");
        Assert.All(JsonDocument.Parse(empty.Result).RootElement.GetProperty("promises")[0].GetProperty("accountings").EnumerateArray().SelectMany(one => one.GetProperty("objectives").EnumerateArray()),
            line => Assert.NotEqual("kept", line.GetProperty("outcome").GetString()));
    }

    /// <summary>Hours of a calendar are known beforehand: how many looks they get, and that an alert has too few of them. Of the past it is told which regimes no look was in.</summary>
    [Fact]
    public async Task How_many_looks_each_regime_gets_is_said_and_which_had_none()
    {
        using var house = new TestHouse().With("kept.yaml", Document.Replace("until: 2099-12-31\n", "until: 2099-12-31\ncalendars: { noon: { open: 'Mo-Su 12:00-12:01 UTC' }, day: { open: 'Mo-Su 08:00-20:00 UTC' } }\n", StringComparison.Ordinal)
            .Replace("    alerts:", "    regimes: { noon: during noon, day: during day, never: during noon and not during day, slow: time > 1h }\n    alerts:", StringComparison.Ordinal));
        File.WriteAllText(house.PathOf("house.yaml"), "house: shop\n");
        var run = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility");
        Assert.True(run.ExitCode == 0, run.Talk);
        foreach (var line in new[] { "regime noon: 30 looks of this window, by its calendar", "regime day: 21,570 looks of this window, by its calendar", "regime never: no look of this window, so nothing is said of it", "regime slow: 0 to 21,600 looks of this window, as it is measured",
            "in regime noon it can never fire: at most 1 look of it falls into 1 h, and 2 must be bad" })
            Assert.Contains("    " + line + "\n", run.Result, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility", "--json")).Result).RootElement.GetProperty("promises")[0].GetProperty("feasibility");
        Assert.Equal(("day", 21_570L, 21_570L, true), json.GetProperty("objectives")[0].GetProperty("regimes")[1] is var day ? (day.GetProperty("regime").GetString(), day.GetProperty("looksAtLeast").GetInt64(), day.GetProperty("looksAtMost").GetInt64(), day.GetProperty("byCalendar").GetBoolean()) : default);
        Assert.Equal(["noon"], json.GetProperty("alerts")[0].GetProperty("neverInRegimes").EnumerateArray().Select(regime => regime.GetString()));

        // the looks of a day, the regime of each as its record says it
        await using (var ledger = Ledgers.OpenSqlite(house.PathOf("data"), TimeProvider.System, new Random(1)))
        {
            var id = await ledger.IdOfAsync(new PromiseName("shop", "page", 1), null, default);
            var series = (await ledger.SeriesOfAsync([new SeriesKey(id, "http", "here")], default))[0];
            var terms = HouseOnDisk.Read(house.Folder, TimeProvider.System).House!.Promises.Single().TermsHash;
            await ledger.RecordAsync([.. Enumerable.Range(0, 1_440).Select(minute => new LookRecord(series, Begin + Duration.Minutes(minute), ledger.Epoch, LookClass.Good, TargetFailure.None, GapCause.None, 200, 0, Phases.None with { Total = 1_000 }, true,
                [minute is >= 480 and < 1_200 ? 1 : 4]))], [], default);
            await ledger.AppendAsync([new EntryDraft(EntryKinds.PromiseTerms, 1, Begin - Duration.Hours(1), "house", "shop/page@1", System.Text.Encoding.UTF8.GetBytes($$"""{"promise":"shop/page@1","termsHash":"{{terms}}"}"""))], default);
        }
        var report = await ReportAsync(house);
        Assert.True(report.ExitCode == 0, report.Talk);
        Assert.Contains("  regimes: 720 looks in day, 720 looks in other\n  no look in the whole stretch was in noon, never, slow: nothing is said of them\n", report.Result, StringComparison.Ordinal);
        var counts = JsonDocument.Parse((await ReportAsync(house, "--json")).Result).RootElement.GetProperty("promises")[0].GetProperty("looksByRegime");
        Assert.Equal((0, 720, 720, 0), (counts.GetProperty("noon").GetInt32(), counts.GetProperty("day").GetInt32(), counts.GetProperty("other").GetInt32(), counts.GetProperty("unknown").GetInt32()));
    }

    [Fact]
    public async Task What_a_promise_with_regimes_can_do_is_said_of_one_regime()
    {
        using var house = new TestHouse().With("kept.yaml", Document.Replace("    alerts:", "    regimes: { slow: load < 10/s, quick: load >= 10/s }\n    alerts:", StringComparison.Ordinal).Replace("expect: [ status == 200 ]", "expect: [ status == 200 ], measures: { load: body.load as per-s }", StringComparison.Ordinal));
        var run = await CommandLine.RunAtAsync(Now, "report", "--house", house.Folder, "--data", house.PathOf("none"), "--feasibility");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("judged apart in slow, quick and other, each by its own looks\n", run.Result, StringComparison.Ordinal);
        Assert.Contains("    regime quick: 0 to 43,200 looks of this window, as it is measured\n", run.Result, StringComparison.Ordinal);
        using var plain = new TestHouse().With("kept.yaml", Document);
        Assert.DoesNotContain("judged apart", (await CommandLine.RunAtAsync(Now, "report", "--house", plain.Folder, "--data", plain.PathOf("none"), "--feasibility")).Result, StringComparison.Ordinal);
    }

    /// <summary>The outage of the month lies in planned maintenance: whether it was announced before is told by entries under the name of that day.</summary>
    [Theory]
    [InlineData("page", "", true, 10)]
    [InlineData("front", "was: page@1", false, 10)]
    [InlineData("front", "was: page@1", true, 10)]
    [InlineData("front", "", false, null)]
    public async Task A_promise_that_was_renamed_keeps_what_was_announced_under_its_former_name(string name, string was, bool isTakenUp, int? bad)
    {
        using var house = await HouseAsync();
        house.With("kept.yaml", Document.Replace("  page:\n", $"  {name}@1:\n{(was.Length > 0 ? $"    {was}\n" : "")}    maintenance: {{ excludes: 'announced 24h before, up to 4h/7d', during: works }}\n", StringComparison.Ordinal)
            .Replace("promises:", "calendars: { works: { open: We 11:00-15:00 UTC } }\npromises:", StringComparison.Ordinal));
        const string Announcement = "announced 24h before, up to 4h/7d during We 11:00-15:00 UTC";
        await using (var ledger = Ledgers.OpenSqlite(house.PathOf("data"), TimeProvider.System, new Random(1)))
        {
            EntryDraft Terms(string subject, string maintenance, Instant at) => new(EntryKinds.PromiseTerms, 1, at, "team", subject, System.Text.Encoding.UTF8.GetBytes($$"""{"maintenance":"{{maintenance}}"}"""));
            await ledger.AppendAsync([Terms("shop/page@1", "announced 24h before, up to 1h/7d during We 11:00-15:00 UTC", Begin - Duration.Days(30)), Terms("shop/page@1", Announcement, Begin - Duration.Days(10))], default);
            // the server took the renamed house up after the outage: that announces nothing anew
            if (isTakenUp && was.Length > 0)
            {
                await ledger.IdOfAsync(new PromiseName("shop", name, 1), new PromiseName("shop", "page", 1), default);
                await ledger.AppendAsync([Terms($"shop/{name}@1", Announcement, Begin + Duration.Days(20))], default);
            }
        }
        var run = await ReportAsync(house, "shop/" + name, "--json");
        Assert.True(run.ExitCode is 0 or 3, run.Talk);
        var told = JsonDocument.Parse(run.Result).RootElement.GetProperty("promises")[0].GetProperty("accountings")[0].GetProperty("objectives")[0];
        if (bad is { } spent) Assert.Equal(spent.ToString(System.Globalization.CultureInfo.InvariantCulture), told.GetProperty("budget").GetProperty("spent").GetString());
        else Assert.Equal(0, told.GetProperty("counted").GetInt64()); // another promise, of which nothing is known
    }
}
