using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

public sealed class DocumentTests
{
    [Theory]
    [InlineData("%YAML 1.2\n---\n", true)]
    [InlineData("# head\n\n%YAML 1.2   # the one that is read\n# more\n---\n", true)]
    [InlineData("%YAML 1.1\n---\n", false)]
    [InlineData("%YAML 1.2\n", false)] // nothing says that the document begins
    [InlineData("%YAML 1.2\nx: 1\n---\n", false)]
    [InlineData("%YAML 1.2\n%TAG ! tag:x:\n---\n", false)]
    [InlineData("%YAML 1.20\n---\n", false)]
    public void The_version_of_YAML_that_is_read_may_be_named(string head, bool isRead)
    {
        var text = head + Houses.Shop;
        if (isRead)
        {
            Assert.Equal(Houses.Reads(Houses.Shop).Promises.Single().TermsHash, Houses.Reads(text).Promises.Single().TermsHash);
            Assert.Equal(head.Split('\n')[0], Formatter.Format(text).Split('\n')[0]);
            Assert.Equal(Formatter.Format(text), Formatter.Format(Formatter.Format(text)));
        }
        else
        {
            Houses.Refuses("L001", text);
        }
    }

    [Fact]
    public void What_a_document_does_not_say_has_its_default()
    {
        var house = Houses.Reads(Houses.Shop);
        var promise = house.Promises.Single();
        Assert.Equal(("test-house", "here", "test-house"), (house.Id, house.Place, house.Name));
        Assert.Equal(("shop/page@1", 0.95m, null), (promise.Name.ToString(), promise.Coverage, promise.Confidence));
        var check = promise.Checks.Single();
        Assert.Equal(("http", Duration.Seconds(60), Duration.Seconds(10), "2 of 3"), (check.Name, check.Every, check.Timeout, check.Confirm.ToString()));
        Assert.Equal(new FieldValue.Text("refuse"), check.Settings["redirects"]);
    }

    [Fact]
    public void A_quick_check_has_half_its_time_to_answer()
    {
        var check = Houses.Reads(Houses.Shop.Replace("check: {", "check: { every: 4s,", StringComparison.Ordinal)).Promises.Single().Checks[0];
        Assert.Equal(Duration.Seconds(2), check.Timeout);
    }

    [Fact]
    public void Defaults_hold_where_a_promise_writes_nothing_else()
    {
        var house = Houses.Reads("""
            kept: 1
            agent: shop
            until: 2030-01-01
            defaults: { to: [team], notice: 7d, coverage: 90%, check: { every: 5m, timeout: 20s, confirm: 3 of 5, redirects: follow } }
            promises:
              a: { check: { http: 'https://shop.example/a' } }
              b: { to: anyone, check: { http: 'https://shop.example/b', every: 10s } }
              c: { check: { tcp: 'shop.example:1', confirm: now } }
            """);
        var (a, b, c) = (house.Agents[0].Promises[0], house.Agents[0].Promises[1], house.Agents[0].Promises[2]);
        Assert.Equal(("team", Duration.Days(7), 0.9m, "2030-01-01T00:00:00Z"), (a.To[0], a.Notice!.Value, a.Coverage, a.Until.ToString()));
        Assert.Equal((Duration.Minutes(5), Duration.Seconds(20), "3 of 5", new FieldValue.Text("follow")), (a.Checks[0].Every, a.Checks[0].Timeout, a.Checks[0].Confirm.ToString(), a.Checks[0].Setting<FieldValue.Text>("redirects")!));
        // a default that is too long for a quick check gives way
        Assert.Equal(("anyone", Duration.Seconds(10), Duration.Seconds(5)), (b.To[0], b.Checks[0].Every, b.Checks[0].Timeout));
        Assert.Equal((Confirmation.AtOnce, false), (c.Checks[0].Confirm, c.Checks[0].Settings.ContainsKey("redirects")));
    }

    [Fact]
    public void A_fault_in_the_defaults_is_told_once() =>
        Assert.Single(Houses.Read("kept: 1\nagent: a\ndefaults: { notice: soon }\npromises: { a: { to: x }, b: { to: x }, c: { to: x } }").Diagnostics);

    [Fact]
    public void A_fault_in_one_document_of_a_file_hides_nothing_in_the_others()
    {
        var reading = Houses.Read("kept: 1\nagent: [\n---\nkept: 1\nagent: b\nnaem: B\n---\n!![\n---\nkept: 3\nagent: c");
        Assert.Equal(["L001", "L011", "L001", "L017"], reading.Diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal(6, reading.Diagnostics[1].At.Line);
    }

    [Fact]
    public void All_files_are_read_by_name_whatever_their_order()
    {
        var one = Houses.Read(("b.kept.yaml", "kept: 1\nagent: b"), ("a.kept.yaml", "kept: 1\nagent: a"), ("house.yaml", "house: mine\nplace: cellar"));
        Assert.Equal(("a b", "mine", "cellar"), (string.Join(' ', one.House!.Agents.Select(agent => agent.Id)), one.House.Id, one.House.Place));
        var other = Houses.Read(("house.yaml", "house: mine\nplace: cellar"), ("a.kept.yaml", "kept: 1\nagent: a"), ("b.kept.yaml", "kept: 1\nagent: b"));
        Assert.Equal(one.House.ContentHash, other.House!.ContentHash);
        Assert.NotEqual(one.House.ContentHash, Houses.Read(("a.kept.yaml", "kept: 1\nagent: a"), ("b.kept.yaml", "kept: 1\nagent: b ")).House!.ContentHash);
    }

    [Fact]
    public void A_house_file_sets_what_it_sets()
    {
        var settings = Houses.Read(("house.yaml", "house: h\nlimits: { looks: 8, per-host: 2 }\nproxy: http://proxy.example:3128\ntrust: ca.pem\nresolver: '[::1]:5300'\nkeep: { looks: 30d }\nours: [a]"), ("kept.yaml", "kept: 1\nagent: a")).House!.Settings;
        Assert.Equal((8, 2, "http://proxy.example:3128", "ca.pem", "[::1]:5300", Duration.Days(30)), (settings.LooksAtOnce, settings.LooksPerHost, settings.Proxy, settings.TrustedCertificates[0], settings.Resolver, settings.KeepLooks));
    }

    [Fact]
    public void A_house_says_which_programs_may_run_and_where_registries_are_also_from_its_compiled_form()
    {
        var house = Houses.Read(("house.yaml", "house: h\nprograms: [/usr/bin/true, '/opt/a b/check', '/opt/plugin with LANG TOKEN']\nregistries: { be: 'https://rdap.dns.be/', co.uk: 'http://127.0.0.1:81/uk' }"), ("kept.yaml", "kept: 1\nagent: a")).House!;
        foreach (var settings in new[] { house.Settings, CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All)!.Settings })
        {
            Assert.Equal(["/usr/bin/true", "/opt/a b/check", "/opt/plugin with LANG TOKEN"], settings.Programs);
            Assert.Equal([new("be", "https://rdap.dns.be/"), new("co.uk", "http://127.0.0.1:81/uk")], settings.Registries);
        }
        Assert.Empty(HouseSettings.Default.Programs);
        Assert.Empty(HouseSettings.Default.Registries);
    }

    [Theory]
    [InlineData("programs: check_disk", "no absolute path of a program")]
    [InlineData("programs: [/bin/../bin/sh]", "no absolute path of a program")]
    [InlineData("programs: [/bin//sh]", "no absolute path of a program")]
    [InlineData("programs: [/bin/]", "no absolute path of a program")]
    [InlineData("programs: ['/bin/echo with A=b']", "no absolute path of a program")]
    [InlineData("registries: { be: rdap.dns.be }", "no address of an RDAP server")]
    [InlineData("registries: { be: 'https://rdap.dns.be/?a=b' }", "no address of an RDAP server")]
    [InlineData("registries: { be: 'ftp://rdap.dns.be/' }", "no address of an RDAP server")]
    public void A_program_or_a_registry_that_is_none_refuses_the_house(string line, string words)
    {
        var reading = Houses.Read(("house.yaml", "house: h\n" + line), ("kept.yaml", "kept: 1\nagent: a"));
        Assert.Null(reading.House);
        Assert.Contains(reading.Diagnostics, diagnostic => diagnostic.Message.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://proxy.example:3128"), InlineData("socks5://proxy.example:1080"), InlineData("http://proxy.example"), InlineData("http://proxy.example:0"), InlineData("http://proxy.example:70000")]
    [InlineData("http://proxy.example:3128/path"), InlineData("http://:3128"), InlineData("proxy.example:3128"), InlineData("http://[::1:3128"), InlineData("http://1.2.3:80"), InlineData("http://me:hush-hush@proxy.example")]
    public void A_proxy_that_looks_cannot_go_through_refuses_the_house(string proxy)
    {
        var refused = Houses.Read(("house.yaml", $"house: h\nproxy: '{proxy}'"), ("kept.yaml", "kept: 1\nagent: a")).Diagnostics.Single();
        Assert.Equal(("L046", true), (refused.Code, refused.RefusesHouse));
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fr 20:30-22:00 UTC", "6990-7080")]
    [InlineData("Mo,We 00:00-24:00 UTC", "0-1440 2880-4320")]
    [InlineData("Mo-Su 00:00-24:00 UTC", "0-10080")]
    [InlineData("Sa-Mo 08:00-09:00 UTC", "480-540 7680-7740 9120-9180")]
    [InlineData("Su 22:00-02:00 UTC", "9960-10200")]
    [InlineData("Mo 22:00-02:00 UTC", "1320-1560")]
    public void Hours_become_minutes_of_the_week(string open, string spans)
    {
        var calendar = Houses.Reads(Houses.WithTop($"calendars: {{ c: {{ open: '{open}' }} }}")).Agents[0].Calendars.Single();
        Assert.Equal((spans, "UTC"), (string.Join(' ', calendar.Open.Select(span => $"{span.From}-{span.To}")), calendar.Zone));
    }

    [Theory]
    [InlineData("Mo 09:00-09:00 UTC"), InlineData("Mo 25:00-26:00 UTC"), InlineData("Mo 09:00-17:60 UTC"), InlineData("Mo 24:00-09:00 UTC"), InlineData("mo 09:00-17:00 UTC"), InlineData("Mo-We-Fr 09:00-17:00 UTC"), InlineData(", 09:00-17:00 UTC"), InlineData("09:00-17:00")]
    public void Hours_that_are_none_are_refused(string open)
    {
        Houses.Refuses("L034", Houses.WithTop($"calendars: {{ c: {{ open: '{open}' }} }}"));
        Houses.Refuses("L034", Houses.WithTop($"contact: {{ role: owner, reach: 'mailto:a@b.example', hours: '{open}' }}"));
    }

    [Fact]
    public void The_hours_of_a_contact_are_read_like_those_of_a_calendar()
    {
        var contact = Houses.Reads(Houses.WithTop("contact: { role: owner, reach: 'mailto:a@b.example', hours: 'Mo-Fr 09:00-17:00 Europe/Brussels' }")).Agents[0].Contacts.Single();
        Assert.Equal("Mo-Fr 09:00-17:00 Europe/Brussels", contact.Hours);
        Houses.Refuses("L035", Houses.WithTop("contact: { role: owner, reach: 'mailto:a@b.example', hours: 'Mo-Fr 09:00-17:00 Europe/Brusels' }"));
    }

    [Theory]
    [InlineData("accepts: { p: { needs: [ 'lag p95 <= 3s over 1d' ] } }", "types: { lag: { unit: s, direction: provider, means: delay } }")]
    [InlineData("'accepts' : { p: { needs: [ 'lag p95 <= 3s over 1d' ] } }", "types : { lag: { unit: s, direction: provider, means: delay } }")]
    [InlineData("\"acc\\x65pts\": { p: { needs: [ 'lag p95 <= 3s over 1d' ] } }", "\"typ\\x65s\": { lag: { unit: s, direction: provider, means: delay } }")]
    public void Quantities_of_another_are_found_however_their_keys_are_written(string accepts, string types) =>
        Assert.Equal("lag", Houses.Reads($"kept: 1\nagent: a\nrelies-on: {{ z: {{ document: 'https://z.example/kept', {accepts} }} }}", $"kept: 1\nagent: z\n{types}").Agents.Single(agent => agent.Id == "a").ReliesOn[0].Accepts[0].Needs[0].Quantity.Name);

    [Fact]
    public void An_objective_on_load_is_decided_by_the_check_that_measures_it_and_refused_without_one()
    {
        string With(string measures) => $$"""
            kept: 1
            agent: a
            promises: { p: { version: 1.0, keeps: [ 'load <= 500/s over 1h' ], check: { http: 'GET https://a.example/'{{measures}} } } }
            """;
        Assert.Equal(QuantitySource.Measured, Houses.Reads(With(", measures: { load: body.perSecond as per-s }")).Promises.Single().Keeps.Single().Quantity.Source);
        Assert.Contains("measures `load`", Houses.Refuses("L031", With("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Objectives_count_the_checks_they_name()
    {
        var promise = Houses.Reads("""
            kept: 1
            agent: a
            types: { lag: { unit: ms, direction: provider, means: delay } }
            promises:
              p:
                keeps: [ latency p95 of web <= 1s over 1h, lag max <= 3s over 1d, availability of port >= 99% over 30d ]
                check:
                  - { name: web, http: 'https://a.example', measures: { lag: body.lag as ms } }
                  - { name: port, tcp: 'a.example:5' }
            """).Promises.Single();
        Assert.Equal(["web", null, "port"], promise.Keeps.Select(objective => objective.OfCheck));
        Assert.Equal("1ms", promise.Checks[0].Measures[0].Unit.ToString());
    }

    [Fact]
    public void What_is_needed_of_another_may_be_said_in_its_words()
    {
        var house = Houses.Reads(
            "kept: 1\nagent: a\nrelies-on: { z: { document: 'https://z.example/kept', accepts: { p: { needs: [ 'lag p95 <= 3s over 1d' ] } } } }",
            "kept: 1\nagent: z\ntypes: { lag: { unit: s, direction: provider, means: delay } }");
        Assert.Equal("lag", house.Agents.Single(agent => agent.Id == "a").ReliesOn[0].Accepts[0].Needs[0].Quantity.Name);
    }

    [Fact]
    public void Equal_terms_have_equal_hashes_however_they_are_written()
    {
        var one = Houses.PromiseOf("limits: { load: 60/m, beyond: 429 with Retry-After }\ngiven: load<=100/s\nuses: not disclosed\nnotice: 24h");
        var same = Houses.PromiseOf("notice: 1d\nlimits:\n  beyond: 429 with Retry-After\n  load: 60/m\nuses: 'not disclosed'\ngiven:   'load <= 100/s'");
        Assert.Equal(one.TermsHash, same.TermsHash);
        foreach (var change in new[] { "notice: 2d", "docs: y", "limits: { load: 61/m }", "given: load <= 100/s", "uses: not disclosed", "fails: [ { code: 503 } ]", "maintenance: { excludes: 'announced 1h before, up to 1h/7d' }", "coverage: 90%" })
            Assert.NotEqual(Houses.PromiseOf("docs: x").TermsHash, Houses.PromiseOf(change).TermsHash);
        Assert.Equal(Houses.PromiseOf("docs: x").TermsHash, Houses.PromiseOf("docs: x\nuntil: 2030-01-01").TermsHash); // renewing it changes none of its words
    }

    [Theory]
    [InlineData("confirm: 1 of 3", true), InlineData("expect: [ status == 204 ]", true), InlineData("expect: [ status==200 ]", false), InlineData("confirm: 2 of 3", false)]
    [InlineData("every: 30s", false), InlineData("timeout: 1s", false), InlineData("name: other", true), InlineData("measures: { size: body.bytes as B }", true)]
    public void What_decides_kept_is_a_term_and_how_often_we_look_is_our_own_matter(string field, bool isTerm)
    {
        string With(string more, string http = "GET https://shop.example/") => Houses.Reads($$"""
            kept: 1
            agent: shop
            domains: [shop.example]
            types: { size-of-it: { unit: B, direction: provider, means: how much there is } }
            promises: { page: { version: 1.0, check: { http: '{{http}}'{{more}} } } }
            """).Promises.Single().TermsHash;
        var before = With(field.StartsWith("expect", StringComparison.Ordinal) ? ", expect: [ status == 200 ]" : "");
        if (isTerm) Assert.NotEqual(before, With(", " + field));
        else Assert.Equal(before, With(", " + field));
        Assert.NotEqual(With(""), With("", "GET https://shop.example/other"));
    }

    [Fact]
    public void The_key_of_a_heartbeat_is_no_term()
    {
        string With(string key) => Houses.Reads($"kept: 1\nagent: shop\npromises: {{ copy: {{ version: 1.0, check: {{ heartbeat: {key}, every: 1d }} }} }}\n").Promises.Single().TermsHash;
        Assert.Equal(With("key-aaaaaaaaaaaaaaaaaaaa"), With("key-bbbbbbbbbbbbbbbbbbbb"));
    }

    [Fact]
    public void A_changed_calendar_is_a_changed_promise()
    {
        string Terms(string open) => Houses.Reads(Houses.With("given: during c") + $"calendars: {{ c: {{ open: '{open}' }} }}\n").Promises.Single().TermsHash;
        Assert.Equal(Terms("Mo-Fr 09:00-17:00 UTC"), Terms("Mo,Tu,We,Th,Fr 09:00-17:00 UTC"));
        Assert.NotEqual(Terms("Mo-Fr 09:00-17:00 UTC"), Terms("Mo-Fr 09:00-18:00 UTC"));
        Assert.NotEqual(Terms("Mo-Fr 09:00-17:00 UTC"), Terms("Mo-Fr 09:00-17:00 Europe/Brussels"));
    }

    [Fact]
    public void References_may_name_own_accepted_and_housemates_promises()
    {
        const string other = "kept: 1\nagent: b\npromises: { q@2: { check: { tcp: 'b.example:1' } } }";
        var house = Houses.Reads(Houses.With("uses: b/q and b/q@2 and s/x and s/x@3") + "relies-on: { s: { document: 'https://s.example/kept', accepts: { x: { line: 3 } } } }\n", other);
        Assert.NotNull(house);
        Assert.Contains("line 3", Houses.Refuses("L029", Houses.With("uses: s/x@4") + "relies-on: { s: { document: 'https://s.example/kept', accepts: { x: { line: 3 } } } }\n").Message, StringComparison.Ordinal);
        Houses.Refuses("L029", Houses.With("uses: b/q@3"), other);
        Houses.Refuses("L029", Houses.With("given: paeg"));
        Houses.Refuses("L029", Houses.With("export: takeout"));
    }

    [Fact]
    public void Many_problems_are_counted_and_not_all_listed()
    {
        var reading = Houses.Read("kept: 1\nagent: a\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"wrong{i}: x\n")));
        Assert.Equal(1_001, reading.Diagnostics.Length);
        Assert.Equal("4,000 more problems are not listed", reading.Diagnostics[^1].Message);
    }

    [Fact]
    public void Members_and_their_super_agent_have_a_document_in_the_house()
    {
        var shop = Houses.Shop.Replace("agent: shop", "agent: shop\nkind: super-agent\nmembers: [app, app, stock]", StringComparison.Ordinal);
        const string app = "kept: 1\nagent: app\nmember-of: shop\n", stock = "kept: 1\nagent: stock\nmember-of: shop\n";
        var house = Houses.Reads(shop, app, stock);
        Assert.Equal(["app", "stock"], house.Agents.Single(agent => agent.Id == "shop").Members);
        Assert.Equal("shop", house.Agents.Single(agent => agent.Id == "app").MemberOf);
        var ghost = Houses.Refuses("L049", shop, app);
        Assert.Equal((4, "stock".Length), (ghost.At.Line, ghost.At.Length));
        Assert.Contains("did you mean `shop`?", Houses.Refuses("L049", Houses.Shop, app.Replace("member-of: shop", "member-of: shpo", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
        // a published document of another house names members that only that house knows
        var other = new DocumentFile("other.kept.yaml", System.Text.Encoding.UTF8.GetBytes("kept: 1\nagent: rival\nkind: super-agent\nmembers: [inside]\n"), DocumentOrigin.Others);
        Assert.NotNull(HouseReader.Read([new DocumentFile("kept.yaml", System.Text.Encoding.UTF8.GetBytes(Houses.Shop)), other], "test-house", TestKinds.All).House);
    }
}
