using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// Every field of every document, as data. Reading, the messages about unknown and missing fields, and the JSON Schema are made from these tables, so they
/// cannot differ. Fields of checks come from the kinds that the program has.
/// </summary>
internal sealed class DocumentTables
{
    public const string NamePattern = "^[a-z0-9][a-z0-9.-]{0,99}$";
    private const string LineNamePattern = "^[a-z0-9][a-z0-9.-]{0,99}(@[1-9][0-9]{0,3})?$";
    private const string DurationPattern = "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d|w)$";

    private static readonly Form.Text Words = new("text");
    private static readonly Form.Text Name = new("a name: lower-case letters, digits, - and .", NamePattern);
    private static readonly Form.Text Length = new("a length of time with its unit, such as 30s or 7d", DurationPattern);
    private static readonly Form.Text Date = new("a date such as 2027-12-31, or a time such as 2027-12-31T18:00:00Z", "^[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static readonly Form.Text Expression = new("a condition; quoted whole when it holds a comma, a bracket or `: `");
    private static readonly Form.Text Objective = new("QUANTITY [STATISTIC] [of CHECK] COMPARISON VALUE over WINDOW [per SLICE [at SHARE | mean]]");
    private static readonly Form AlertLines = new Form.List(new Form.Text("burn [of QUANTITY] >= FACTOR over WINDOW, several joined by and"), OrOne: true);
    private static readonly Form.Text Whole = new("a whole number", "^[0-9]+$");
    private static readonly Form.Text Amount = new("a number", "^[0-9]+(\\.[0-9]+)?$");
    private static readonly Form.Text Quantity = new("a number with its unit, such as 500/s or 10MB");
    private static readonly Form.Text Share = new("a share such as 95%", "^[0-9]+(\\.[0-9]+)?%$");
    private static readonly Form.Text YesOrNo = new("yes or no", Choices: ["yes", "no"]);
    private static readonly Form.Text Url = new("an http or https URL", "^https?://");
    private static readonly Form.Text SecretRef = new("a reference to a secret: ${env:NAME} or ${file:PATH}", @"^\$\{(env|file):[^}]+\}$");
    private static readonly Form.Text Response = new("STATUS [NAME] [with HEADER]", "^[1-5][0-9][0-9]( .*)?$");
    private static readonly Form.Text PromiseRef = new("a promise: agent/promise, promise, promise@2", "^([a-z0-9][a-z0-9.-]*/)?[a-z0-9][a-z0-9.-]*(@[1-9][0-9]{0,3})?$");

    private static readonly Form Regimes = new Form.Map("regime", Expression, NamePattern);
    private const string RegimesMean = "Contexts in which it is judged apart, such as load bands, versions or the minutes after a start: the first whose condition is true takes the look.";

    public static readonly Shape KnownMiss = new("known-miss", "an accepted miss",
    [
        new("what", new Form.Text("the name of a failure of the kind, or its words as kept check prints them"), "The failure.", Required: true, Example: "what: certificate-expiring"),
        new("because", Words, "Why it may be missed.", Required: true, Example: "because: the proxy before it watches its certificate"),
        new("until", Date, "From then on it counts as missed again."),
    ]);

    private static readonly Field Misses = new("misses", new Form.List(new Form.Of(KnownMiss), OrOne: true), "Failures that it lets pass, knowingly, each with the reason.");

    private static readonly Form WordList = new Form.List(Words, OrOne: true), NameList = new Form.List(Name, OrOne: true),
        ObjectiveList = new Form.List(Objective, OrOne: true), ExpressionList = new Form.List(Expression, OrOne: true);

    public DocumentTables(IReadOnlyList<CheckKind> kinds)
    {
        Kinds = kinds;
        CheckDefaults = new("check-defaults", "the defaults of checks", [.. CommonCheckFields(kinds), .. KindFields(kinds)]);
        IReadOnlyList<CheckKind> withSteps = [.. kinds.Where(kind => kind.TakesSteps)];
        Step = new("step", "a step", [.. StepFields(), .. TargetFields(withSteps), .. KindFields(withSteps)]);
        Check = new("check", "a check", [.. TargetFields(kinds), .. CheckDefaults.Fields, Misses, .. withSteps.Count > 0 ? FirstField(withSteps) : []]);
        var checks = new Form.List(new Form.Of(Check), OrOne: true);
        ImmutableArray<Field> promiseFields = PromiseFields();
        Promise = new("promise", "a promise", [.. promiseFields, new("check", checks, "How it is looked at: one check, or a list of named ones of which all must pass.")]);
        Defaults = new("defaults", "the defaults",
        [
            .. promiseFields.Where(field => field.Name != "was").Select(field => field with { Required = false }),
            new("check", new Form.Of(CheckDefaults), "Fields of checks that set nothing else."),
        ]);
        Wish = new("wish", "a wish",
        [
            new("needs", ObjectiveList, "What we need of it."),
            new("purpose", Words, "What for."),
            new("given", Expression, "When we need it; at other times it is not in force."),
            new("coverage", Share, "How much of a window must have been looked at before an objective is met. By default 95%."),
            new("confidence", Share, "Judge objectives with confidence bounds of this level."),
            new("regimes", Regimes, RegimesMean),
            new("tell", NameList, "The routes of the house over which somebody is told; or nobody. By default the usual ones."),
            new("check", checks, "How it is looked at.", Required: true, Example: "check: { http: 'GET https://…', expect: [ status == 200 ] }"),
        ]);
        PromiseTemplate = new("promise-template", "a promise about what is found",
        [
            .. promiseFields.Where(field => field.Name != "was"),
            new("check", checks, "How each is looked at.", Required: true, Example: "check: { http: 'GET https://${__address__}/', expect: [ status == 200 ] }"),
        ]);
        FoundOwn = new("found-own", "what is found of ours",
        [
            From,
            new("promise", new Form.Of(PromiseTemplate), "The promise about each: in its benefit, its version, the targets of its checks and their headers, ${LABEL} is the value of a label.", Required: true, Example: "promise: { version: 1.0, check: { http: 'GET https://${__address__}/', expect: [ status == 200 ] } }"),
            FoundName,
            Reach,
        ]);
        Found = new("found", "what is found",
        [
            From,
            new("wish", new Form.Of(Wish), "The wish about each: in its purpose, the targets of its checks and their headers, ${LABEL} is the value of a label.", Required: true, Example: "wish: { check: { http: 'GET https://${__address__}/', expect: [ status == 200 ] } }"),
            FoundName,
            Reach,
        ]);
        Reliance = new("reliance", "a relation",
        [
            new("agent", Name, "The id of the other agent, where the key is not its id."),
            new("document", Url, "Where it publishes its promises."),
            new("status", Url, "Its own status page."),
            new("terms", Words, "Where its terms stand in words."),
            new("runs-on", NameList, "Bases it is known to stand on: two suppliers on one base fall together."),
            new("accepts", new Form.Map("promise", new Form.Of(Acceptance), NamePattern), "What we accept of its promises, by name."),
            new("wishes", new Form.Map("promise", new Form.Of(Wish), LineNamePattern), "What we wish and observe where it promised nothing."),
            new("found", new Form.List(new Form.Of(Found), OrOne: true), "Wishes about targets that are found: one for each, from a template."),
        ]);
        Document = new("document", "a document", DocumentFields());
        Anchors = new("anchors", "the anchors",
        [
            new("connection", checks, "While none of these is good we are offline: whoever does not answer us is unknown, not broken."),
            new("resolver", checks, "While none of these is good our resolver fails: names that are not found are unknown."),
            new("clock", checks, "While those of these that answer are all bad our clock is wrong: everything is unknown. Each has expectations."),
        ]);
        House = new("house", "a house", HouseFields());
    }

    public IReadOnlyList<CheckKind> Kinds { get; }
    public Shape Document { get; }
    public Shape Promise { get; }
    public Shape Defaults { get; }
    public Shape Check { get; }
    public Shape Anchors { get; }
    public Shape House { get; }
    public Shape CheckDefaults { get; }
    public Shape Step { get; }
    public Shape Found { get; }
    public Shape FoundOwn { get; }
    public Shape PromiseTemplate { get; }
    public Shape Reliance { get; }
    public Shape Wish { get; }

    public static readonly Shape Source = new("source", "a source of targets",
    [
        new("files", WordList, "Files of targets as Prometheus reads them (file_sd: .json, .yml, .yaml), relative to the house; * stands for a part of a file's name."),
        new("http", Url, "A URL that lists them as Prometheus asks for them (http_sd); the running server asks it."),
        new("every", Length, "Of http: how often it is asked, at least 5s. By default 60s."),
        new("bearer", SecretRef, "Of http: a token that is shown to it."),
        new("user", Words, "Of http: who logs in."),
        new("password", SecretRef, "Of http: the password of the user."),
        new("in-clear", YesOrNo, "Of http: whether token or password may go without TLS to another machine. By default no."),
    ]);

    private static readonly Field From = new("from", new Form.Of(Source), "Where targets are listed.", Required: true, Example: "from: { files: targets/*.json }"),
        FoundName = new("name", Words, "The name of each, made of labels. By default ${__address__}."),
        Reach = new("reach", new Form.Text("where targets may lie", Choices: ["public", "anywhere"]), "What may be looked at: public, addresses of the public internet alone, or anywhere, also this machine and its networks. By default public.");

    public static readonly Shape Contact = new("contact", "a contact",
    [
        new("role", Words, "Who answers.", Required: true, Example: "role: engineer on call"),
        new("reach", Words, "Where: a mailto:, tel: or https: address.", Required: true, Example: "reach: 'mailto:oncall@example.com'"),
        new("hours", new Form.Text("DAYS HH:MM-HH:MM ZONE, such as Mo-Fr 09:00-17:00 Europe/Brussels"), "When somebody is there."),
        new("answers", new Form.Text("within LENGTH, such as within 15m"), "How fast an answer comes."),
        new("expires", Date, "When this contact is no longer good."),
    ]);

    public static readonly Shape Attention = new("attention", "the attention",
    [
        new("checks", new Form.Text("a rate such as 200/s"), "How many looks we can spend."),
        new("people", new Form.Text("time per time, such as 10h/week"), "How much of people's time we can spend."),
        new("relationships", Whole, "How many relations we can care for."),
    ]);

    public static readonly Shape Load = new("load", "the source of load",
        [new("from", new Form.Text("metric NAME at URL, or looks"), "The metric that tells the load; or looks: the load is what the looks of this house put on the host that is looked at.", Required: true, Example: "from: 'metric http_requests_per_second at https://…/metrics'")]);

    public static readonly Shape Type = new("type", "a quantity",
    [
        new("unit", new Form.Text("s, B, %, /s or 1"), "Its unit.", Required: true, Example: "unit: s"),
        new("direction", new Form.Text("provider or consumer", Choices: ["provider", "consumer"]), "Who is bound by it: provider (quality: the offer must lie inside the need) or consumer (use must lie inside the offer).", Required: true, Example: "direction: provider"),
        new("means", Words, "What it is, in one sentence.", Required: true, Example: "means: time from accept to screen"),
    ]);

    public static readonly Shape Calendar = new("calendar", "a calendar",
    [
        new("open", WordList, "When, the end exclusive. Every week: DAYS HH:MM-HH:MM ZONE. On dates: [DAYS] DATES HH:MM-HH:MM ZONE, or DATE HH:MM to DATE HH:MM ZONE.", Required: true, Example: "open: 'Mo-Fr 08:00-18:00 Europe/Brussels'"),
        new("forecast", new Form.Map("quantity", Quantity), "What is expected then."),
    ]);

    public static readonly Shape Limits = new("limits", "the limits",
    [
        new("load", new Form.Text("a rate such as 500/s"), "Requests per time it holds for."),
        new("burst", Amount, "How many at once."),
        new("size", new Form.Text("a size such as 10MB"), "The largest thing."),
        new("beyond", Response, "What happens beyond."),
        new("raise", Words, "How, and how fast, the limit can be raised."),
        new("ramp", Words, "How fast load may grow."),
    ], Further: Quantity);

    public static readonly Shape Failure = new("failure", "a way of failing",
    [
        new("code", Response, "The answer then.", Required: true, Example: "code: 503 later"),
        new("sees", Words, "What a promisee sees."),
        new("retry", Words, "Whether and when to try again."),
        new("loses", Words, "What is lost."),
        new("becomes", PromiseRef, "The weaker promise that takes over."),
    ]);

    public static readonly Shape Maintenance = new("maintenance", "the maintenance",
        [new("excludes", new Form.Text("announced LENGTH before, up to LENGTH/LENGTH"), "Maintenance that does not count.", Required: true, Example: "excludes: 'announced 72h before, up to 4h/30d'"),
        new("during", new Form.Text("the name of a calendar of the agent"), "When it is planned. These terms announce it: it counts as maintenance from so long after them on, and while no more of it was planned than there may be.")]);

    public static readonly Shape Accounting = new("accounting", "the accounting",
    [
        new("gaps", new Form.Text("excluded, bad or good", Choices: ["excluded", "bad", "good"]), "What a look counts as that we could not take although we ran. By default excluded."),
        new("own-outage", new Form.Text("excluded, bad or good", Choices: ["excluded", "bad", "good"]), "What a look counts as that was due while we did not run. By default excluded."),
        new("retries", new Form.Text("each or confirmed", Choices: ["each", "confirmed"]), "Whether each bad look counts, or only one that `confirm` bears out. By default each."),
        new("maintenance", new Form.Text("excluded, good, bad or counted", Choices: ["excluded", "good", "bad", "counted"]), "What a look counts as in announced maintenance: nothing, good, bad, or as at any other time. By default excluded."),
    ]);

    public static readonly Shape Acceptance = new("acceptance", "an acceptance",
    [
        new("line", Whole, "Which line of the promise. By default 1."),
        new("purpose", Words, "What for."),
        new("needs", ObjectiveList, "What we need of it; the offer must lie inside."),
        new("use", new Form.Text("QUANTITY COMPARISON VALUE, such as rate <= 500/s"), "How we bind ourselves in using it."),
    ]);

    public static readonly Shape HouseLimits = new("house-limits", "the limits of the house",
    [
        new("looks", Whole, "Most looks under way at a time. By default 512."),
        new("per-host", Whole, "Most looks under way to one host. By default 16."),
    ]);

    public static readonly Shape Keep = new("keep", "what is kept", [new("looks", Length, "How long single looks are kept. By default 400d.")]);

    public static readonly Shape Route = new("route", "a route",
    [
        new("webhook", Url, "Signed JSON is posted to this URL (Standard Webhooks)."),
        new("secret", SecretRef, "Of a webhook: what signs its messages, whsec_ and Base64, or at least 16 characters."),
        new("mail", WordList, "Mail goes to these addresses."),
        new("smtp", new Form.Text("smtp://HOST:PORT or smtps://HOST:PORT", "^smtps?://"), "Of mail: the server. smtp goes over to TLS (STARTTLS) before anything is said; only on this machine it need not."),
        new("from", Words, "Of mail: who it is from."),
        new("user", Words, "Of mail: who logs in."),
        new("password", SecretRef, "Of mail: the password of the user."),
        new("ntfy", Url, "Goes to this topic of an ntfy server."),
        new("token", SecretRef, "Of ntfy: an access token."),
        new("unencrypted", YesOrNo, "Of ntfy: whether the token may go over plain http to another machine. By default no."),
        new("when", new Form.List(new Form.Text("what it is told", Choices: [.. TidingsWords.All]), OrOne: true), "What it is told. By default all of it."),
        new("usual", YesOrNo, "Whether it is for promises that name no route. By default yes."),
        new("unknown-after", Length, "How long something is unknown before that is told. By default 10m."),
        new("canary", new Form.Text("a length of time of at least 1h, or no", "^([0-9]+(\\.[0-9]+)?(h|d|w)|no|false)$"), "A route that carried nothing for so long is tried with a message that says so. By default 1d."),
    ]);

    public static readonly Shape Probe = new("probe", "the probe",
    [
        new("modules", Words, "A configuration of blackbox_exporter, relative to the house: how /probe looks.", Required: true, Example: "modules: blackbox.yml"),
        new("reach", new Form.Text("where targets may lie", Choices: ["public", "anywhere"]), "What may be probed: public, addresses of the public internet alone, or anywhere, also this machine and its networks. By default public."),
        new("at-once", Whole, "Most probes under way at a time; one more is told to come back. By default 16."),
    ]);

    private ImmutableArray<Field> HouseFields() =>
    [
        new("house", Name, "The id of the house.", Required: true, Example: "house: our-company"),
        new("name", Words, "Shown to people."),
        new("place", Name, "Where we look from; part of every verdict. By default here."),
        new("limits", new Form.Of(HouseLimits), "Bounds on looking."),
        new("proxy", new Form.Text("http://HOST:PORT or http://USER:PASSWORD@HOST:PORT", "^http://"), "A proxy for looks; environment variables are not read."),
        new("trust", WordList, "PEM files of private certificate authorities, relative to the house."),
        new("resolver", new Form.Text("an address with port, such as 127.0.0.1:53"), "The name server for looks, instead of the system's."),
        new("keep", new Form.Of(Keep), "How long things are kept."),
        new("programs", WordList, "Programs that checks of the kind command may run, as absolute paths; after `with` the variables that documents may set for one: '/opt/plugin with LANG TOKEN'. By default none."),
        new("registries", new Form.Map("domain", Url), "RDAP servers for checks of the kind domain, by the last labels of a name, such as be."),
        new("tell", new Form.Map("route", new Form.Of(Route), NamePattern), "Ways to those who are told when a promise breaks, by name."),
        new("pages", Url, "Where others reach the pages of this house, for links in messages."),
        new("ours", NameList, "The agents that are ours; a document of another is then an error."),
        new("probe", new Form.Of(Probe), "Look for Prometheus as blackbox_exporter does, at /probe. Whoever reaches the server can have it look, so it is off where this is not written."),
        new("anchors", new Form.Of(Anchors), "What is known to be well, by which we know whether we ourselves can see."),
    ];

    private ImmutableArray<Field> DocumentFields() =>
    [
        new("kept", new Form.Text("1", "^1$", ["1"]), "Version of this language.", Required: true, Example: "kept: 1"),
        new("agent", Name, "The only agent this document speaks for.", Required: true, Example: "agent: web-shop"),
        new("name", Words, "Shown to people."),
        new("kind", new Form.Text("the kind of agent", Choices: ["business", "service", "team", "person", "super-agent"]), "What sort of agent it is."),
        new("domains", WordList, "What is ours to promise about: host names and all below them, addresses, networks, localhost."),
        new("until", Date, "When its promises end unless renewed."),
        new("contact", new Form.List(new Form.Of(Contact), OrOne: true), "Who answers."),
        new("attention", new Form.Of(Attention), "What we can spend on others."),
        new("load", new Form.Of(Load), "Where load is read, for conditions."),
        new("region", Name, "Where it runs."),
        new("types", new Form.Map("quantity", new Form.Of(Type), NamePattern), "Quantities beyond the built-in ones."),
        new("calendars", new Form.Map("calendar", new Form.Of(Calendar), NamePattern), "Times of need, for conditions."),
        new("capacities", new Form.Map("resource", Amount, NamePattern), "Exclusive resources and how much of each there is."),
        new("members", NameList, "Of a super agent: the agents it is made of."),
        new("member-of", Name, "The super agent this agent belongs to."),
        new("defaults", new Form.Of(Defaults), "Fields that hold for every promise that does not write them."),
        new("promises", new Form.Map("promise", new Form.Of(Promise), LineNamePattern), "What it gives, by name and line: image, image@2."),
        new("found", new Form.List(new Form.Of(FoundOwn), OrOne: true), "What it gives with each target that is found: a promise for each, from a template."),
        new("relies-on", new Form.Map("agent", new Form.Of(Reliance), NamePattern), "What it accepts from others, by their id."),
    ];

    private static ImmutableArray<Field> PromiseFields() =>
    [
        new("version", Words, "Its version, as text: 2.10 stays 2.10."),
        new("benefit", Words, "What the promisee gains, as a sentence."),
        new("to", NameList, "The promisees, or anyone."),
        new("docs", Words, "A document in words, relative to the house or a URL."),
        new("notice", Length, "How long before a change or a withdrawal its agent says so."),
        new("until", Date, "When it ends unless renewed."),
        new("keeps", ObjectiveList, "What it keeps over a window."),
        new("given", Expression, "The condition; when false, the promise is not in force."),
        new("uses", new Form.Text("promises with and, or, k of (…); or: not disclosed"), "How it is kept: the promises it stands on."),
        new("limits", new Form.Of(Limits), "The limits it holds within, and what happens beyond."),
        new("fails", new Form.List(new Form.Of(Failure), OrOne: true), "The documented ways of failing."),
        new("maintenance", new Form.Of(Maintenance), "Announced maintenance that does not count."),
        new("coverage", Share, "How much of a window must have been looked at before an objective is kept. By default 95%."),
        new("confidence", Share, "Judge objectives with confidence bounds of this level."),
        new("regimes", Regimes, RegimesMean),
        new("accounting", new Form.Of(Accounting), "How looks count that nobody took, or that nothing confirms."),
        new("alerts", new Form.Map("alert", AlertLines, NamePattern), "When the error budget is used up too fast, by name; one line that holds suffices."),
        new("tell", NameList, "The routes of the house over which somebody is told; or nobody. By default the usual ones."),
        new("irreducible", WordList, "Of a super agent: what the members coordinate on where no member's promise equals this one."),
        new("was", PromiseRef, "Its former name, so that its history follows."),
        new("reserves", new Form.Map("resource", Amount, NamePattern), "Exclusive resources it takes."),
        new("holds-data", YesOrNo, "It holds data of its promisees."),
        new("export", PromiseRef, "The promise that gives promisees their data."),
    ];

    private static IEnumerable<Field> CommonCheckFields(IReadOnlyList<CheckKind> kinds) =>
    [
        new("name", Name, "Unique in its promise. By default the kind's name."),
        new("every", Length, "From the start of one look to the start of the next, at least 1s. By default 60s" + string.Concat(kinds.Where(kind => kind.Every is not null).Select(kind => $", of {kind.Name} {kind.Every}")) + "."),
        new("timeout", Length, "Bounds the whole look. By default 10s, or half of every where that is less."),
        new("confirm", new Form.Text("K of N, such as 2 of 3", "^([0-9]+ of [0-9]+|now)$"), "How many of the last looks must be bad before it is broken now. By default 2 of 3."),
        new("expect", ExpressionList, "What must be true of an answer; all of it."),
        new("measures", new Form.Map("quantity", new Form.Text("PATH [as UNIT], such as body.lagMs as ms"), NamePattern), "Quantities read from what is seen."),
    ];

    private ImmutableArray<Field> FirstField(IReadOnlyList<CheckKind> kinds) =>
        [new("first", new Form.List(new Form.Of(Step), OrOne: true), $"Steps that lead to it, one after another within the same look: {string.Join(", ", kinds.Select(kind => kind.Name))}. Cookies go along.")];

    private static IEnumerable<Field> StepFields() =>
    [
        new("name", Name, "Unique in its check; what the step takes is sent on as ${NAME.VALUE}.", Required: true, Example: "name: login"),
        Misses,
        new("expect", ExpressionList, "What must be true of its answer; else the look ends here."),
        new("take", new Form.Map("value", new Form.Text("NAME [matches /PATTERN/], such as body.token"), NamePattern), "Values of its answer for the steps after it."),
    ];

    private static IEnumerable<Field> TargetFields(IReadOnlyList<CheckKind> kinds) =>
        kinds.Select(kind => new Field(kind.Name, new Form.Text(kind.TargetForm), kind.Means));

    /// <summary>Fields of all kinds; where two kinds share a name, the first gives its form and both say what it means.</summary>
    private static IEnumerable<Field> KindFields(IReadOnlyList<CheckKind> kinds) =>
        kinds.SelectMany(kind => kind.Fields, (kind, field) => new KindField(kind, field)).GroupBy(one => one.Field.Name, StringComparer.Ordinal)
            .Select(group => new Field(group.Key, FormOf([.. group.Select(one => one.Field)]), string.Join(" ", group.GroupBy(one => one.Field.Means.TrimEnd('.')).Select(alike => $"{string.Join(", ", alike.Select(one => one.Kind.Name))}: {alike.Key}."))));

    private sealed record KindField(CheckKind Kind, CheckField Field);

    /// <summary>The keys of a field of checks that has only known ones.</summary>
    public static Shape ShapeOf(CheckField field) => new(field.Name, $"`{field.Name}`",
        [.. field.Keys.Select(key => new Field(key.Name, key.IsSecret ? SecretRef : key.IsUrl ? Url : key.Choices.IsDefault ? Words : new Form.Text("one of the choices", Choices: key.Choices), key.Means, key.Example is not null, key.Example is null ? null : $"{key.Name}: {key.Example}"))]);

    private static Form FormOf(ImmutableArray<CheckField> fields)
    {
        if (fields.FirstOrDefault(field => !field.Keys.IsDefaultOrEmpty) is { } keyed) return new Form.Of(ShapeOf(keyed));
        var first = fields[0].Form;
        return fields.All(field => field.Form == first) ? first switch
        {
            FieldForm.Duration => Length,
            FieldForm.Size => new Form.Text("a size such as 64KiB"),
            FieldForm.Whole => Whole,
            FieldForm.YesNo => YesOrNo,
            FieldForm.OneOf => new Form.Text("one of the choices", Choices: [.. fields.SelectMany(field => field.Choices).Distinct(StringComparer.Ordinal)]),
            FieldForm.Texts => WordList,
            FieldForm.TextMap => new Form.Map("name", Words),
            _ => Words,
        }
        : fields.All(field => field.Form is not (FieldForm.Texts or FieldForm.TextMap)) ? Words : new Form.Either(Words, new Form.List(Words));
    }
}
