using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Kept.Engine;
using Kept.Ledger;
using Kept.Model;
using Kept.Tell;

namespace Kept.Server.Tests;

/// <summary>The talk's business as a view made by hand, every verdict in it, at one fixed moment; and a ledger that fits.</summary>
internal sealed class MadeHouse
{
    public static readonly Instant Now = At("2026-11-23T20:41:07Z");

    private static readonly CheckKind Http = new("http", "asks over HTTP", "[METHOD] URL", _ => TargetReading.Wrong("", ""), [], [new ObservedName("status", ObservedForm.Quantity, Dimension.Number, "the status")], []);
    private static readonly CheckKind Heartbeat = new("heartbeat", "is called", "KEY", _ => TargetReading.Wrong("", ""), [], [], [], IsPassive: true);
    private static readonly SourceFile File = new("live-show.kept.yaml");

    private int _series;

    public HandMadeLedger Ledger { get; } = new();
    public HouseView View { get; private set; }

    /// <summary>As before the first documents are read: the web answers, and there is nothing to show.</summary>
    public bool IsStarting { get; set; }

    public MadeHouse()
    {
        var during = new Expression.And(Place.None, [
            new Expression.Compare(Place.None, new Operand.Seen(Place.None, "load", -1, []), Comparison.LessOrEqual, new Operand.Literal(Place.None, Value.Of(Quantity.Rate(500, Duration.Seconds(1))))),
            new Expression.During(Place.None, "show"),
        ]);
        var uses = new Expression.And(Place.None, [Holds("storage", "upload"), new Expression.Or(Place.None, [Holds("aws", "render"), Holds("own", "render")])]);
        var views = new List<PromiseView>
        {
            Made("live-show", "image", 2, "As a viewer you see your own picture on screen while the round is still open.", Outcome.Kept, "3 of 3 looks were good", [("latency p95 <= 5s over 1h", 0.954m, 0.22m), ("availability >= 99.5% over 30d", 0.9983m, 0.66m)],
                check: HttpCheck("https://live-show.example/image/health", ["status == 200", "body.ready == true", "time < 5s", "certificate.expires-in > 14d"]), given: during, uses: uses, atRisk: ["because of aws/render@1"], rises: true),
            Made("live-show", "results", 1, "As a viewer you see every vote counted once.", Outcome.Kept, "3 of 3 looks were good", [("availability >= 99.9% over 30d", 0.9999m, 0.88m)], check: HttpCheck("https://live-show.example/results", ["status == 200"])),
            Made("live-show", "moderation", 1, "Nothing goes on air before somebody said yes.", Outcome.Kept, "called 12 min ago, in time", [("availability >= 99% over 30d", 1m, 1m)], check: new Check("heartbeat", Heartbeat, new CheckTarget("moderation-alive", "", 0, "", "moderation-alive"), FrozenDictionary<string, FieldValue>.Empty, Duration.Hours(1), Duration.Seconds(10), Confirmation.AtOnce, [], [], Place.None)),
            Made("live-show", "meme", 3, "You get an animated picture to share.", Outcome.Broken, "status was 503 in 3 of the last 3 looks", [("availability >= 99% over 7d", 0.71m, 0m)], check: HttpCheck("https://live-show.example/meme", ["status == 200", "time < 20s"]), failing: true),
            Made("live-show", "push", 1, "You get a notice on your phone before the round closes.", Outcome.Unknown, "we were not running; the last look is 4 min old", [("availability >= 99% over 7d", 0.997m, 0.6m)], check: HttpCheck("https://push.live-show.example/health", ["status == 200"]), age: 240),
            Made("live-show", "studio", 1, "A cue from the studio reaches 99 of 100 devices within a second.", Outcome.NotInForce, "`during show` is false until Friday 20:30", [("latency p99 <= 1s over 7d", 0.995m, 0.97m)], check: HttpCheck("https://live-show.example/cue", ["status == 200"]), given: new Expression.During(Place.None, "show")),
            Made("live-show", "archive", 1, "You can watch every show again.", Outcome.NotAPromise, "R05: its condition is promised by nobody", [], given: Holds("aws", "quota"), problems: [Problem("R05", 41, 7, "the condition `aws/quota` is promised by nobody the promisees can see", "a conditional promise needs its condition promised too. Accept a promise of aws under relies-on, or state the limit as your own", "    given: aws/quota and during show", 9, new PromiseName("live-show", "archive", 1))]),
            Made("aws", "render", 1, "", Outcome.Broken, "time was 2.4 s in 2 of the last 3 looks", [("availability >= 99.9% over 30d", 0.9991m, 0.09m)], check: HttpCheck("https://render.aws.example/ping", ["status == 200", "time < 1s"]), wish: true),
        };
        View = new HouseView
        {
            AsOf = Now,
            Sequence = 4711,
            House = new House
            {
                Id = "live-show",
                Name = "Live Show",
                Place = "Brussels",
                ContentHash = new string('a', 64),
                Settings = HouseSettings.Default with { Routes = [MadeTelling.Oncall, MadeTelling.Mail, MadeTelling.Push, MadeTelling.Old] },
                Agents = [Speaker(views)],
                Diagnostics = [.. views.SelectMany(view => view.Problems), new Diagnostic("R31", Severity.Warning, new Place(File, 12, 3, 6), "nobody answers for this contact after 30 June 2027", "renew it, or name another", LineText: "  - { role: engineer on call, expires: 2027-06-30 }")],
            },
            Promises = [.. views],
            Loads = new Dictionary<string, LoadView> { ["live-show"] = new(Quantity.Rate(312, Duration.Seconds(1)), Now - Duration.Seconds(4)) }.ToFrozenDictionary(),
            Figures = new EngineFigures(At("2026-11-20T08:00:00Z"), 7, 1, 0, 1_204_331, new Dictionary<GapCause, long> { [GapCause.Restarted] = 24, [GapCause.Late] = 2 }.ToFrozenDictionary(), 0,
                new Duration(310_000), Duration.Milliseconds(4), Duration.Milliseconds(38), 3, Now - Duration.Seconds(1), null),
        };
        Happened();
    }

    public static Instant At(string text) => Instant.TryParse(text, out var at) ? at : throw new FormatException(text);

    /// <summary>The same house whose newest documents were refused.</summary>
    public HouseView Refused() => View with
    {
        Fault = new HouseFault(Now - Duration.Minutes(3), [
            Problem("L012", 23, 9, "`latency p95 <= 5` compares a time with a bare number", "give it a unit: latency p95 <= 5s over 1h", "      - latency p95 <= 5 over 1h", 16),
            Problem("L031", 40, 5, "`chek` is no field of a promise", "did you mean `check`?", "    chek:", 4),
        ]),
    };

    public void Replace(HouseView view) => View = view;

    /// <summary>How telling stands.</summary>
    public TellView Telling { get; set; } = MadeTelling.View;

    public Sight Sight(TimeProvider time) => new() { View = () => IsStarting ? throw new StartingException() : View, Ledger = Ledger, Time = time, Follow = Ledger.FollowAsync, Telling = () => Telling, Beat = (beat, _) => ValueTask.FromResult(Heard(beat)), SentAway = SentAway.Enqueue, HousePath = "promises" };

    public List<Beat> Beats { get; } = [];

    /// <summary>Keys of calls that were refused by a bound; null where it was not read.</summary>
    public ConcurrentQueue<string?> SentAway { get; } = new();

    /// <summary>What the engine answers to a call of a key that is there.</summary>
    public BeatAnswer Hearing { get; set; }

    private BeatAnswer Heard(Beat beat)
    {
        if (beat.Key != "moderation-alive") return BeatAnswer.NoSuchKey;
        if (Hearing == BeatAnswer.Heard) Beats.Add(beat);
        return Hearing;
    }

    private void Happened()
    {
        Ledger.Add(EntryKinds.Started, Now - Duration.Days(3), "", "{}");
        Ledger.Add(EntryKinds.HouseTaken, Now - Duration.Days(3), "", """{"hash":"aaaa"}""");
        Ledger.Add(EntryKinds.PromiseTerms, Now - Duration.Days(3), "live-show/image@2", """{"version":"2.1"}""");
        Ledger.Add(EntryKinds.VerdictChanged, Now - Duration.Days(3) - Duration.Minutes(-3), "live-show/image@2", """{"from":"unknown","to":"kept","reason":"confirmed by 2 of 3 looks"}""");
        Ledger.Add(EntryKinds.VerdictChanged, Now - Duration.Hours(30), "live-show/image@2", """{"from":"kept","to":"broken","reason":"status was 503 in 2 of the last 3 looks"}""");
        Ledger.Add(EntryKinds.VerdictChanged, Now - Duration.Hours(30) + Duration.Seconds(190), "live-show/image@2", """{"from":"broken","to":"kept","reason":"2 of the last 3 looks were good; it was broken for 3 min 10 s"}""");
        Ledger.Add(EntryKinds.VerdictChanged, Now - Duration.Minutes(47), "live-show/meme@3", """{"from":"kept","to":"broken","reason":"status was 503 in 3 of the last 3 looks"}""");
    }

    private static Agent Speaker(IEnumerable<PromiseView> views)
    {
        var all = views.ToList();
        return new Agent
        {
            Id = "live-show",
            Name = "Live Show",
            Kind = AgentKind.Business,
            Domains = ["live-show.example"],
            Until = At("2027-12-31"),
            Contacts = [new Contact("engineer on call", "mailto:oncall@live-show.example", "Mo-Su 08:00-23:00 Europe/Brussels", Duration.Minutes(15), At("2027-06-30"), Place.None)],
            Calendars = [new Calendar("show", [new WeeklySpan(6990, 7080)], "Europe/Brussels", "Fr 20:30-22:00 Europe/Brussels", [], Place.None)],
            Promises = [.. all.Where(view => !view.Promise.IsWish).Select(view => view.Promise)],
            ReliesOn = [
                new Reliance { Agent = "storage", Document = "https://storage.example/.well-known/kept", Accepts = [new Acceptance("upload", 1, "viewer uploads", [], null, Place.None)], At = Place.None },
                new Reliance { Agent = "aws", Status = "https://health.aws.example/api/v2/summary.json", RunsOn = ["aws-eu-west"], Wishes = [.. all.Where(view => view.Promise.IsWish).Select(view => view.Promise)], At = Place.None },
            ],
            At = new Place(File, 2, 1, 5),
        };
    }

    private static Expression.PromiseHolds Holds(string agent, string promise) => new(Place.None, new PromiseName(agent, promise, 0));

    private static Diagnostic Problem(string code, int line, int column, string message, string help, string text, int length, PromiseName? promise = null) =>
        new(code, Severity.Error, new Place(File, line, column, length), message, help, promise, text);

    private static Check HttpCheck(string url, string[] expect) => new("http", Http, new CheckTarget("GET " + url, new Uri(url).Host, 443, "GET", url), FrozenDictionary<string, FieldValue>.Empty,
        Duration.Seconds(60), Duration.Seconds(10), new Confirmation(2, 3), [.. expect.Select(text => new Expectation(text, new Expression.And(Place.None, [])))], [], new Place(File, 30, 7, 4));

    private PromiseView Made(string agent, string name, int line, string benefit, Outcome outcome, string reason, (string Text, decimal Share, decimal Left)[] objectives, Check? check = null, Expression? given = null,
        Expression? uses = null, string[]? atRisk = null, Diagnostic[]? problems = null, bool wish = false, bool rises = false, bool failing = false, int age = 7)
    {
        var full = new PromiseName(agent, name, line);
        var seen = Now - Duration.Seconds(age);
        var checks = check is null ? ImmutableArray<CheckView>.Empty : [Looked(check, outcome, reason, rises, failing, seen)];
        var promise = new Promise
        {
            Name = full,
            Standing = wish ? Standing.Wished : Standing.Offered,
            Version = wish ? "" : line + ".1",
            Benefit = benefit,
            To = wish ? [] : ["viewers", "broadcaster"],
            Docs = "docs/" + name + ".md",
            Notice = Duration.Days(30),
            Keeps = [.. objectives.Select(objective => Objective(objective.Text))],
            Given = given,
            Uses = uses,
            Limits = name == "image" ? new Limits(Quantity.Rate(500, Duration.Seconds(1)), 2000, null, new ResponseForm(429, null, "Retry-After"), "2 working days", null, []) : null,
            Fails = wish ? [] : [new FailureMode(new ResponseForm(503, name + "-later", null), "the plain picture", "after 30s", "nothing", null, Place.None)],
            Checks = check is null ? [] : [check],
            Tell = name switch { "archive" => [], "push" => ["oncall", "push"], _ => default },
            At = new Place(File, 20 + line, 3, name.Length),
            TermsHash = new string('b', 64),
        };
        var lines = new List<VerdictLine>();
        if (check is not null) lines.Add(new VerdictLine(VerdictLine.Now, outcome, reason, 3, 3, 3, 3, seen - Duration.Minutes(3), Now, null));
        lines.AddRange(objectives.Select(objective => new VerdictLine(objective.Text, objective.Left <= 0 ? Outcome.Broken : outcome == Outcome.Unknown ? Outcome.Unknown : Outcome.Kept,
            $"{Say.Percent(objective.Share)} of 43,112 looks", (long)(43_112 * objective.Share), 43_112, 43_198, 43_200, Now - Duration.Days(30), Now, objective.Left)));
        return new PromiseView
        {
            Promise = promise,
            Id = new PromiseId(Ulid.Mint(At("2026-10-03T10:00:00Z"), new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, (byte)line, (byte)_series })),
            Verdict = new Verdict(outcome, reason, check is null ? null : seen, check is null ? null : seen + Duration.Minutes(2), new Assessor("live-show", "Brussels"), "any", [.. lines], [.. atRisk ?? []]),
            Since = failing ? Now - Duration.Minutes(47) : Now - Duration.Hours(30),
            Checks = checks,
            Problems = [.. problems ?? []],
        };
    }

    private static Objective Objective(string text)
    {
        var latency = text.StartsWith("latency", StringComparison.Ordinal);
        var words = text.Split(' ');
        var share = latency ? new Statistic(StatisticKind.Percentile, decimal.Parse(words[1][1..]) / 100) : default;
        var target = latency ? Quantity.Time(words[3] == "5s" ? Duration.Seconds(5) : Duration.Seconds(1)) : Quantity.Ratio(decimal.Parse(words[2].TrimEnd('%')) / 100);
        return new Objective(Place.None, text, latency ? QuantityType.Latency : QuantityType.Availability, share, null, latency ? Comparison.LessOrEqual : Comparison.GreaterOrEqual, target,
            new Window.Rolling(text.EndsWith("1h", StringComparison.Ordinal) ? Duration.Hours(1) : text.EndsWith("7d", StringComparison.Ordinal) ? Duration.Days(7) : Duration.Days(30)), null);
    }

    private CheckView Looked(Check check, Outcome outcome, string reason, bool rises, bool failing, Instant seen)
    {
        var series = ++_series;
        var random = new Random(series);
        var looks = new List<LookRecord>();
        var begin = seen - Duration.Hours(6);
        for (var i = 0; i <= 360; i++)
        {
            var slot = begin + Duration.Minutes(i);
            var unseen = i is > 120 and < 140;
            var bad = failing && i > 312;
            var first = 90_000_000 + random.Next(30_000_000) + (rises && i > 260 ? (i - 260) * 40_000_000L : 0);
            var phases = new Phases(3_000_000 + random.Next(2_000_000), 9_000_000 + random.Next(4_000_000), 21_000_000 + random.Next(6_000_000), first, 0);
            phases = phases with { Total = phases.Dns + phases.Connect + phases.Tls + phases.FirstByte + 14_000_000 + random.Next(9_000_000) };
            looks.Add(unseen
                ? new LookRecord(series, slot, 1, LookClass.Gap, TargetFailure.None, GapCause.Restarted, -1, 0, Phases.None, true, [])
                : new LookRecord(series, slot, 1, bad ? LookClass.Bad : outcome == Outcome.NotInForce ? LookClass.NotInForce : LookClass.Good, bad && i % 9 == 0 ? TargetFailure.TimedOut : TargetFailure.None, GapCause.None, bad ? 503 : 200, 400, bad && i % 9 == 0 ? Phases.None : phases, true, []));
        }
        Ledger.LooksOf[series] = looks;
        Ledger.DaysOf[series] = [.. Enumerable.Range(0, 75).Select(day => new DayTally(new Instant((Now.Microseconds / 86_400_000_000 - day) * 86_400_000_000),
            outcome == Outcome.NotInForce && day % 7 != 3 ? 0 : day == 12 ? 60 : 1430, failing && day < 4 ? 320 : day == 21 ? 3 : 0, day == 12 ? 1380 : 2, outcome == Outcome.NotInForce ? 1440 : 0))];
        Ledger.Read[series] = [new Evidence(series, seen, Encoding.UTF8.GetBytes(failing
            ? """{"class":"bad","reason":"status was 503","address":"192.0.2.7","expectations":[{"text":"status == 200","truth":"false","reason":"status was 503"},{"text":"time < 20s","truth":"true","reason":"time was 131 ms"}],"excerpt":"<html><script>alert(1)</script>503 meme-later"}"""
            : """{"class":"good","reason":"all expectations hold","address":"192.0.2.7","expectations":[{"text":"status == 200","truth":"true","reason":"status was 200"},{"text":"time < 5s","truth":"true","reason":"time was 3.92 s"}],"excerpt":"{ \"ready\": true, \"lagMs\": 412 }"}"""))];
        return new CheckView(check, series, looks[^1], reason, Now + Duration.Seconds(53), check.Kind.IsPassive ? "/beat/" + check.Target.Rest : null);
    }
}
