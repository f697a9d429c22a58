using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>A server that strangers can reach tells codes and plain sentences of its own machine, and never where its folders lie.</summary>
public class DiscretionTests
{
    [Theory]
    [InlineData("S01", "Another process holds the database in /srv/kept-data (a backup tool, or an open sqlite3 shell?). End it; nothing was written and it may be tried again.", "another program holds the database")]
    [InlineData("S02", "The disk under /srv/kept-data is full, or may not grow. Make room; nothing was written half, and it may be tried again.", "the disk is full, or may not grow")]
    [InlineData("S03", "The database in /srv/kept-data is damaged: a page is torn. Nothing was changed.", "what is stored does not hold")]
    [InlineData("S03", "/srv/kept-data/kept.db was removed while Kept was running. Stop Kept, put the file back or restore a backup, and start again.", "what is stored does not hold")]
    [InlineData("S04", "The ledger's folder /srv/kept-data cannot be written: Access to the path '/srv/kept-data/kept.db' is denied. Give this user the right to write there, or name another folder.", "the data folder cannot be written")]
    [InlineData("S08", "The ledger in /srv/kept-data met a fault of its own: FormatException: /srv/x", "it met a fault of its own")]
    [InlineData("S09", "The disk under /srv/kept-data failed: Input/output error : '/srv/kept-data/hot/7' What was not acknowledged is not recorded and may be tried again.", "the disk or the database failed")]
    [InlineData(null, "IOException: words of a system about /srv/kept-data", "the storage fails")]
    public async Task Storage_that_fails_is_told_by_code_and_sentence_without_its_folder(string? code, string fault, string sentence)
    {
        var house = new MadeHouse();
        house.Replace(house.View with { Figures = house.View.Figures with { StorageFault = fault } });
        await using (var web = await RunningWeb.StartAsync(house))
            foreach (var path in new[] { "/", "/api/v1/house", "/api/v1/figures" }) Assert.Contains("/srv/", await web.GetAsync(path), StringComparison.Ordinal); // at this machine alone, all of it is told
        await using var open = await RunningWeb.StartAsync(house, isPublic: true);
        foreach (var path in new[] { "/", "/api/v1/house", "/api/v1/figures" })
        {
            var text = await open.GetAsync(path);
            Assert.Contains((code is null ? "" : code + ": ") + sentence + "; the log of the server says more", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/srv", text, StringComparison.Ordinal);
        }
        Assert.Contains("kept_ledger_recording 0", await open.GetAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_the_ledger_refuses_is_told_without_its_folder()
    {
        await using var web = await RunningWeb.StartAsync(isPublic: true);
        web.House.Ledger.Fault = new LedgerException("S02", "The disk under /srv/kept-data is full");
        foreach (var path in new[] { "/api/v1/events", "/evidence" })
        {
            var text = await web.GetAsync(path);
            Assert.Contains("S02", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/srv", text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("promises</code>", await web.GetAsync("/add"), StringComparison.Ordinal); // nor the folder of its documents
    }

    [Theory]
    [InlineData("the file cannot be read: Access to the path '/srv/my house/shop.kept.yaml' is denied", "the file cannot be read: Access to the path '…/shop.kept.yaml' is denied")]
    [InlineData("the file cannot be read: Access to the path '/mnt/else where/shop.kept.yaml' is denied", "the file cannot be read: Access to the path '…/shop.kept.yaml' is denied")]
    [InlineData("it cannot be read: Too many levels of symbolic links : /mnt/a/b", "it cannot be read: Too many levels of symbolic links : …/b")]
    [InlineData("availability and/or latency", "availability and/or latency")]
    public void A_document_that_cannot_be_read_is_told_by_its_name(string words, string told)
    {
        var discretion = new Discretion("/srv/my house", "data");
        var reading = new HouseReading(null, [Problem("L041", words), Problem("L011", "'/srv/my house' is what the document says")]);
        var (unreadable, other) = (discretion.Of(reading).Diagnostics[0], discretion.Of(reading).Diagnostics[1]);
        Assert.Equal((told, "shop.kept.yaml"), (unreadable.Message, unreadable.At.File.Path));
        Assert.Equal(reading.Diagnostics[1], other);
        var good = new HouseReading(null, [Problem("R05", "/srv/my house")]);
        Assert.Same(good, discretion.Of(good));
    }

    [Fact]
    public async Task The_key_of_a_heartbeat_is_told_to_nobody_but_this_machine()
    {
        string[] paths = ["/promises/live-show/moderation@1", "/api/v1/promises", "/api/v1/promises/live-show/moderation@1", "/api/v1/promises/live-show/moderation@1/explain", "/agents/live-show", "/", "/metrics"];
        var house = new MadeHouse();
        await using (var web = await RunningWeb.StartAsync(house))
        {
            Assert.Contains("/beat/moderation-alive", await web.GetAsync(paths[0]), StringComparison.Ordinal);
            Assert.Contains("/beat/moderation-alive", await web.GetAsync(paths[2]), StringComparison.Ordinal);
        }
        await using var open = await RunningWeb.StartAsync(house, isPublic: true);
        foreach (var path in paths) Assert.DoesNotContain("moderation-alive", await open.GetAsync(path), StringComparison.Ordinal);
        Assert.Contains("at an address that is not shown", await open.GetAsync(paths[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    check: { heartbeat: nightly-backup-7c9e, every: 1d }")]
    [InlineData("    check: { http: GET https://user:password@shop.example/ }")]
    [InlineData("    headers: { Authorization: Basic dXNlcjpwYXNzd29yZA== }")]
    public void A_line_of_a_document_is_not_shown(string line)
    {
        var reading = new HouseReading(null, [Problem("R09", "only heartbeats verify it") with { LineText = line, Help = "write `every: 1d`" }]);
        var told = new Discretion().Of(reading).Diagnostics[0];
        Assert.Null(told.LineText);
        Assert.Equal(("only heartbeats verify it", "write `every: 1d`"), (told.Message, told.Help));
    }

    [Theory]
    [InlineData("`https://user:password@shop.example/` holds a password", "`https://…@shop.example/` holds a password")]
    [InlineData("`heartbeat: nightly-7c9e` is no URL", "`heartbeat: … is no URL")]
    [InlineData("`mailto:oncall@shop.example` answers", "`mailto:oncall@shop.example` answers")]
    public void Words_of_a_problem_hold_no_password_and_no_key(string words, string told) =>
        Assert.Equal(told, new Discretion().Of(new HouseReading(null, [Problem("L011", words)])).Diagnostics[0].Message);

    [Fact]
    public async Task A_secret_that_a_look_lacks_is_told_by_its_cause_and_in_the_log_by_its_name_once()
    {
        var logged = new List<string>();
        var missing = new Observation { StartedAt = MadeHouse.Now, Reach = Reach.Gap, Gap = GapCause.SecretMissing, Phases = Phases.None, Detail = "the secret file /srv/secrets/token does not exist" };
        var seen = missing;
        var look = Discretion.Of((_, _) => ValueTask.FromResult(seen), (target, why) => logged.Add($"{target}: {why}"));
        var check = new MadeHouse().View.Promises[0].Checks[0].Check;
        for (var i = 0; i < 3; i++) Assert.Equal(missing with { Detail = null }, await look(new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None));
        Assert.Equal($"{check.Target.Text}: the secret file /srv/secrets/token does not exist", Assert.Single(logged));
        seen = missing with { Gap = GapCause.Resolver };
        Assert.Equal(seen, await look(new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None));
    }

    [Fact]
    public async Task What_was_recorded_while_only_this_machine_could_read_it_is_told_without_folders_and_secrets()
    {
        var house = new MadeHouse();
        var push = house.View.Promises.First(view => view.Promise.Name.Promise == "push");
        const string Why = "a secret that the look needs is not set: the secret file /srv/secrets/token does not exist";
        house.Ledger.Add(EntryKinds.HouseRefused, MadeHouse.Now, "", """{"problems":1,"first":[{"code":"L041","at":"/srv/my house/shop.kept.yaml","message":"Access to the path '/srv/my house/shop.kept.yaml' is denied","help":"see https://user:password@shop.example/"}]}""");
        house.Ledger.Add(EntryKinds.VerdictChanged, MadeHouse.Now, push.Promise.Name.ToString(), $$"""{"outcome":"unknown","reason":"{{Why}}; 1 of 2 objectives decided"}""");
        house.Ledger.Read[push.Checks[0].Series] = [new Evidence(push.Checks[0].Series, MadeHouse.Now, System.Text.Encoding.UTF8.GetBytes($$"""{"class":"gap","reason":"{{Why}}","detail":"the secret file /srv/secrets/token does not exist"}"""))];
        string[] paths = ["/api/v1/events?after=0", "/api/v1/promises/live-show/push/evidence", "/promises/live-show/push", "/evidence"];
        await using (var web = await RunningWeb.StartAsync(house))
            foreach (var path in paths[..3]) Assert.Contains("/srv/", await web.GetAsync(path), StringComparison.Ordinal);
        await using var open = await RunningWeb.StartAsync(house, isPublic: true);
        foreach (var path in paths)
        {
            var text = await open.GetAsync(path);
            Assert.DoesNotContain("/srv", text, StringComparison.Ordinal);
            Assert.DoesNotContain("password", text, StringComparison.Ordinal);
        }
        Assert.Contains("a secret that the look needs is not set; 1 of 2 objectives decided", await open.GetAsync(paths[0]), StringComparison.Ordinal);
        Assert.Contains("…/shop.kept.yaml", await open.GetAsync(paths[0]), StringComparison.Ordinal);
    }

    /// <summary>A token may stand in the path of a source as well as in its query.</summary>
    [Fact]
    public async Task Strangers_do_not_read_where_lists_of_targets_come_from()
    {
        string[] lines = ["the source of targets `https://sd.example:8443/t0ken/list`: it answers 500; nothing of it is looked at yet", "of 2 targets in `https://sd.example:8443/t0ken/list`, 1 is left out: `https://h.example/t0ken` does not fit", "`https://sd.example:8443/t0ken/list` lists no targets: it is empty"];
        var place = new Place(new SourceFile("watch.kept.yaml"), 4, 5, 6);
        var reading = new Discretion("/srv").Of(new HouseReading(null, [.. lines.Select(line => new Diagnostic("L132", Severity.Warning, place, line, null))]));
        Assert.Equal([lines[0].Replace("t0ken/list", "…", StringComparison.Ordinal), "of 2 targets in `https://sd.example:8443/…`, 1 is left out: `https://h.example/…` does not fit", "`https://sd.example:8443/…` lists no targets: it is empty"], reading.Diagnostics.Select(one => one.Message));

        var house = new MadeHouse();
        var name = house.View.Promises[0].Promise.Name;
        foreach (var list in new[] { "https://sd.example:8443/t0ken/list", "t0ken/hosts.json" })
            house.Ledger.Add(EntryKinds.PromiseGone, MadeHouse.Now, name.ToString(), $$"""{"promise":"{{name}}","foundIn":"{{list}}","standing":"offered"}""");
        house.Ledger.Add(EntryKinds.PromiseTerms, MadeHouse.Now, name.ToString(), $$"""{"promise":"{{name}}","version":"1.0","foundIn":"t0ken/hosts.json"}""");
        house.Ledger.Add(EntryKinds.HouseRefused, MadeHouse.Now, "", $$"""{"problems":1,"first":[{"code":"L132","at":"watch.kept.yaml:4:5","message":"{{lines[0]}}"}]}""");
        string[] paths = ["/api/v1/events?after=0", "/evidence"];
        await using (var web = await RunningWeb.StartAsync(house))
            foreach (var path in paths) Assert.Contains("t0ken/hosts.json", await web.GetAsync(path), StringComparison.Ordinal);
        await using var open = await RunningWeb.StartAsync(house, isPublic: true);
        foreach (var path in paths) Assert.DoesNotContain("t0ken", await open.GetAsync(path), StringComparison.Ordinal);
        Assert.Contains("is withdrawn: a list that is not shown lists its target no more", await open.GetAsync("/evidence"), StringComparison.Ordinal);
    }

    private static Diagnostic Problem(string code, string words) => new(code, Severity.Error, new Place(new SourceFile("/srv/my house/shop.kept.yaml"), 0, 0, 0), words, null);
}
