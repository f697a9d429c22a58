using System.Security.Cryptography;
using Kept.Checks;
using Kept.Language.Tests.Documents;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests;

public sealed class CompiledHouseTests
{
    public static TheoryData<string> Houses => ["live-show", "web-shop", "super-shop"];

    [Theory]
    [MemberData(nameof(Houses))]
    public void A_compiled_house_reads_back_equal(string folder)
    {
        var house = GoodExamplesTests.Read(folder).House!;
        var bytes = CompiledHouse.Write(house);
        var back = CompiledHouse.Read(bytes, house.ContentHash, CheckCatalog.Kinds);
        Assert.NotNull(back);
        // everything that is written is in the bytes; and a few things that are not compared by them
        Assert.Equal(bytes, CompiledHouse.Write(back));
        Assert.Equal(house.Promises.Select(Spoken), back.Promises.Select(Spoken));
        Assert.Equal(house.Agents.Select(agent => agent.At), back.Agents.Select(agent => agent.At));
        Assert.Equal(house.Agents.Select(Belonging), back.Agents.Select(Belonging));
        Assert.All(back.Promises.SelectMany(promise => promise.Checks), check => Assert.Same(CheckCatalog.Kinds.Single(kind => kind.Name == check.Kind.Name), check.Kind));
    }

    [Fact]
    public void Limits_that_are_as_much_keep_their_own_words_and_hashes()
    {
        string Shop(string first, string second) => $$"""
            kept: 1
            agent: shop
            domains: [shop.example]
            promises:
              a: { version: 1.0, benefit: You see it., to: anyone, limits: { load: {{first}} }, check: { http: GET https://shop.example/, expect: [ status == 200 ] } }
              b: { version: 1.0, benefit: You see it., to: anyone, limits: { load: {{second}} }, check: { http: GET https://shop.example/, expect: [ status == 200 ] } }
            """;
        var (mixed, same) = (Documents.Houses.Reads(Shop("60/m", "1/s")), Documents.Houses.Reads(Shop("1/s", "1/s")));
        foreach (var house in (House[])[mixed, CompiledHouse.Read(CompiledHouse.Write(mixed), mixed.ContentHash, TestKinds.All)!])
        {
            var promises = house.Promises.ToList();
            Assert.Equal(["60/m", "1/s"], promises.Select(promise => promise.Limits!.Load.ToString()));
            Assert.Equal(same.Promises.ElementAt(1).TermsHash, promises[1].TermsHash);
        }
        Assert.Same(same.Promises.ElementAt(0).Limits, same.Promises.ElementAt(1).Limits);
    }

    [Fact]
    public void Anchors_and_routes_come_back_as_they_were_written()
    {
        const string house = """
            house: h
            anchors:
              connection: [ { tcp: one.example:443 }, { http: GET https://two.example/, name: two, every: 1m, expect: [ status == 200 ] } ]
              clock: { ntp: time.example, expect: [ 'offset in -2s..2s' ] }
            tell:
              oncall: { webhook: 'https://hooks.example/kept', secret: '${env:HOOK}', when: [broken, recovered], canary: 2d }
              mail: { mail: [a@shop.example], smtp: 'smtps://mail.example', from: kept@shop.example, usual: no }
            """;
        var files = new[] { new DocumentFile("house.yaml", System.Text.Encoding.UTF8.GetBytes(house)), new DocumentFile("kept.yaml", System.Text.Encoding.UTF8.GetBytes(Documents.Houses.Shop)) };
        var read = HouseReader.Read(files, "h", Kept.Checks.CheckCatalog.Kinds).House!;
        var back = CompiledHouse.Read(CompiledHouse.Write(read), read.ContentHash, Kept.Checks.CheckCatalog.Kinds)!;
        Assert.Equal(3, back.Settings.Anchors.All.Count());
        Assert.Equal(read.Settings.Anchors.All.Select(Anchor), back.Settings.Anchors.All.Select(Anchor));
        Assert.Equal(2, back.Settings.Routes.Length);
        Assert.Equal(read.Settings.Routes.Select(route => (route.Name, route.Kind, route.IsUsual)), back.Settings.Routes.Select(route => (route.Name, route.Kind, route.IsUsual)));

        static string Anchor(Check check) => $"{check.Name} {check.Kind.Name} {check.Target} {check.Every} {check.Timeout} {string.Join(';', check.Expect.Select(line => line.Text))}";
    }

    [Fact]
    public void Values_of_every_form_survive()
    {
        var house = Documents.Houses.Reads(Documents.Houses.Shop.Replace("check: {", "given: not (region == 'eu') and 2 of (load <= 60/m, version in ['1.0', 'x'], page@1)\n    confidence: 99.5%\n    was: old@3\n    reserves: { encoders: 0.5 }\n    holds-data: yes\n    export: page\n    until: 2027-01-01T12:00:00Z\n    check: { headers: { X-Token: '${env:TOKEN}' }, alpn: [h2, http/1.1], insecure: yes, max-redirects: 3, wait: 1s, body-limit: 1MB, ", StringComparison.Ordinal)
            .Replace("[ status == 200 ]", "[ 'status in 200..299', 'body.items[-1].id matches /^a+$/', 'has(header.etag)', 'count(body.items) > 2', 'every(body.items, it.ok == true)', body.ready, body.x != null, 'header.via contains \"x\"' ]", StringComparison.Ordinal));
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All);
        Assert.NotNull(back);
        Assert.Equal(house.Promises.Select(Spoken), back.Promises.Select(Spoken));
        var settings = back.Promises.Single().Checks[0].Settings;
        Assert.Equal(house.Promises.Single().Checks[0].Settings.Count, settings.Count);
        Assert.Equal(new FieldValue.Bytes(1_000_000), settings["body-limit"]);
        Assert.Equal(["h2", "http/1.1"], ((FieldValue.Texts)settings["alpn"]).Items);
    }

    [Fact]
    public void Slices_accounting_and_alerts_survive()
    {
        var house = Documents.Houses.Reads(
            """
            kept: 1
            agent: shop
            domains: [shop.example]
            promises:
              page:
                version: 1.0
                benefit: You can look around.
                to: anyone
                keeps: [ availability >= 99.5% over 30d per 1m at 95%, latency p95 <= 800ms over this month UTC per 5m mean, availability >= 99% over 1h ]
                accounting: { gaps: bad, own-outage: good, retries: confirmed }
                alerts:
                  page: burn of availability >= 14.4 over 1h and burn of availability > 14.4 over 5m
                  ticket: [ burn of latency >= 1 over 3d, burn of availability >= 2.5 over 1d ]
                check: { http: 'GET https://shop.example/', expect: [ status == 200 ] }
            """);
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All)!.Promises.Single();
        var promise = house.Promises.Single();
        Assert.Equal(new Accounting(GapAccount.Bad, GapAccount.Good, RetryAccount.Confirmed), back.Accounting);
        Assert.Equal([new SliceRule(SliceCount.AtLeast, 0.95m), new SliceRule(SliceCount.Mean, 0), default], back.Keeps.Select(objective => objective.SliceRule));
        Assert.Equal(promise.Alerts.SelectMany(alert => alert.Lines, (alert, line) => (alert.Name, alert.At, line.Text, line.At)), back.Alerts.SelectMany(alert => alert.Lines, (alert, line) => (alert.Name, alert.At, line.Text, line.At)));
        Assert.Equal(promise.Alerts.SelectMany(alert => alert.Lines).SelectMany(line => line.Tests), back.Alerts.SelectMany(alert => alert.Lines).SelectMany(line => line.Tests));
        // of two objectives of availability an alert speaks of the one with the longest window
        Assert.Equal([0, 0, 1, 0], back.Alerts.SelectMany(alert => alert.Lines).SelectMany(line => line.Tests).Select(test => test.Objective));
        Assert.Equal([(14.4m, false), (14.4m, true), (1m, false), (2.5m, false)], back.Alerts.SelectMany(alert => alert.Lines).SelectMany(line => line.Tests).Select(test => (test.Factor, test.IsStrict)));
        // the accounting is a part of the terms; alerts are our own matter
        var plain = Documents.Houses.PromiseOf("notice: 30d");
        Assert.NotEqual(plain.TermsHash, Documents.Houses.PromiseOf("notice: 30d\naccounting: { gaps: bad }").TermsHash);
        Assert.Equal(plain.TermsHash, Documents.Houses.PromiseOf("notice: 30d\naccounting: { gaps: excluded }\nalerts: { page: burn >= 2 over 1h }").TermsHash);
    }

    [Fact]
    public void Parts_and_their_weights_survive()
    {
        var house = Documents.Houses.Reads(
            """
            kept: 1
            agent: shop
            domains: [shop.example]
            promises:
              page:
                version: 1.0
                benefit: You can look around.
                to: anyone
                keeps: [ 'availability of (web weight 2.5, api) >= 99.5% over 30d', 'latency max of (web, api) <= 5s over 1d', availability of web >= 99% over 1h ]
                check:
                  - { name: web, http: 'GET https://shop.example/', expect: [ status == 200 ] }
                  - { name: api, http: 'GET https://shop.example/api', expect: [ status == 200 ] }
            """);
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All)!.Promises.Single();
        Assert.Equal(["(web weight 2.5, api)", "(web, api)", null], back.Keeps.Select(objective => objective.Parts?.ToString()));
        Assert.Equal((5, 2, true, "point"), (back.Keeps[0].PointsOf("web"), back.Keeps[0].PointsOf("api"), back.Keeps[0].Counts("api"), back.Keeps[0].Unit));
        Assert.Equal((1, false, "look"), (back.Keeps[1].PointsOf("web"), back.Keeps[2].Counts("api"), back.Keeps[1].Unit));
        Assert.Equal(house.Promises.Single().Keeps, back.Keeps);
    }

    [Fact]
    public void Parts_that_no_document_could_say_are_read_again()
    {
        var house = Documents.Houses.Reads(Documents.Houses.Shop);
        House With(params ObjectivePart[] parts) => house with
        {
            Agents = [.. house.Agents.Select(agent => agent with { Promises = [.. agent.Promises.Select(promise => promise with { Keeps = [.. promise.Keeps.Select(objective => objective with { Parts = new ObjectiveParts([.. parts]) })] })] })],
        };
        bool Reads(House told) => CompiledHouse.Read(CompiledHouse.Write(told), told.ContentHash, TestKinds.All) is not null;
        Assert.True(Reads(With(new("web", 0.01m), new("api", 1000))));
        Assert.False(Reads(With(new ObjectivePart("web", 1))));
        Assert.False(Reads(With(new("web", 1), new("api", 0))));
        Assert.False(Reads(With(new("web", 1), new("api", 0.001m))));
        Assert.False(Reads(With(new("web", 1001), new("api", 1))));
        Assert.False(Reads(With([.. Enumerable.Range(0, 31).Select(i => new ObjectivePart("c" + i, 1))])));
    }

    [Fact]
    public void Accepted_misses_survive_and_are_no_terms()
    {
        House Read(string misses, string step = "")
        {
            var shop = Documents.Houses.Shop.Replace("[ status == 200 ]", $"[ status == 200 ]{misses}{step}", StringComparison.Ordinal);
            var reading = HouseReader.Read([new DocumentFile("kept.yaml", System.Text.Encoding.UTF8.GetBytes(shop))], "h", CheckCatalog.Kinds);
            Assert.True(reading.House is not null, Documents.Houses.Shown(reading));
            return reading.House;
        }
        var house = Read(", misses: [ { what: certificate-expiring, because: the proxy looks, until: 2027-01-01 }, { what: an empty answer, because: 'it may be: see #7' } ]",
            ", first: { name: login, http: 'POST https://shop.example/login', expect: [ status == 204 ], misses: { what: redirect-loop, because: never seen } }");
        var check = house.Promises.Single().Checks.Single();
        Assert.Equal([("certificate-expiring", "the proxy looks", "2027-01-01T00:00:00Z"), ("an empty answer", "it may be: see #7", null)], check.Misses.Select(miss => (miss.What, miss.Because, miss.Until?.ToString())));
        Assert.Equal("redirect-loop", Assert.Single(check.First.Single().Misses).What);
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, CheckCatalog.Kinds)!.Promises.Single().Checks.Single();
        Assert.Equal(check.Misses, back.Misses);
        Assert.Equal(check.First.Single().Misses, back.First.Single().Misses);
        Assert.Equal(Read("").Promises.Single().TermsHash, Read(", misses: { what: certificate-expiring, because: the proxy looks }").Promises.Single().TermsHash);
    }

    [Fact]
    public void Any_flipped_bit_makes_it_unreadable_and_harms_nothing()
    {
        var house = GoodExamplesTests.Read("web-shop").House!;
        var bytes = CompiledHouse.Write(house);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << (i % 8));
            Assert.Null(CompiledHouse.Read(bytes, house.ContentHash, CheckCatalog.Kinds));
            bytes[i] ^= (byte)(1 << (i % 8));
        }
        for (var length = 0; length < bytes.Length; length += 7) Assert.Null(CompiledHouse.Read(bytes.AsSpan(0, length), house.ContentHash, CheckCatalog.Kinds));
    }

    [Fact]
    public void Damage_under_a_fitting_checksum_is_refused_or_read_but_never_thrown()
    {
        var house = GoodExamplesTests.Read("web-shop").House!;
        var bytes = CompiledHouse.Write(house);
        var random = new Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(68, damaged.Length - 32)] = (byte)random.Next(256);
            SHA256.HashData(damaged.AsSpan(0, damaged.Length - 32)).CopyTo(damaged.AsSpan(damaged.Length - 32));
            CompiledHouse.Read(damaged, house.ContentHash, CheckCatalog.Kinds);
        }
    }

    [Fact]
    public void Other_files_or_other_kinds_make_it_stale()
    {
        var house = GoodExamplesTests.Read("web-shop").House!;
        var bytes = CompiledHouse.Write(house);
        Assert.NotNull(CompiledHouse.Read(bytes, house.ContentHash, [.. CheckCatalog.Kinds, TestKinds.Http with { Name = "gopher" }]));
        Assert.Null(CompiledHouse.Read(bytes, new string('0', 64), CheckCatalog.Kinds));
        Assert.Null(CompiledHouse.Read(bytes, house.ContentHash, [Http]));
        // an observed name more in front would shift every index that the expressions hold
        var shifted = Http with { Sees = Http.Sees.Insert(0, new ObservedName("new", ObservedForm.Text, Dimension.Number, "new")) };
        Assert.Null(CompiledHouse.Read(bytes, house.ContentHash, [shifted, .. CheckCatalog.Kinds.Where(kind => kind != Http)]));
        Assert.Null(CompiledHouse.Read([], house.ContentHash, CheckCatalog.Kinds));
    }

    [Fact]
    public void What_an_agent_is_made_of_survives_with_its_places()
    {
        var house = GoodExamplesTests.Read("super-shop").House!;
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, CheckCatalog.Kinds)!;
        var (shop, app) = (back.Agents.Single(agent => agent.Id == "super-shop"), back.Agents.Single(agent => agent.Id == "app"));
        Assert.Equal(["app", "stock"], shop.Members);
        Assert.Equal((AgentKind.SuperAgent, null, "super-shop"), (shop.Kind, shop.MemberOf, app.MemberOf));
        Assert.Equal(["who reserves first has it", "stock/count@1"], back.ByName[new PromiseName("super-shop", "one-stock", 1)].Irreducible);
        Assert.Equal(shop.PlaceOf("members").Line, shop.PlaceOf(Agent.PlaceKeyOf("stock")).Line);
        Assert.True(shop.PlaceOf(Agent.PlaceKeyOf("stock")).Column > shop.PlaceOf(Agent.PlaceKeyOf("app")).Column);
    }

    private static string Belonging(Agent agent) => string.Join(";", [agent.Id, agent.Kind.ToString(), agent.MemberOf ?? "", .. agent.Members, .. agent.Promises.SelectMany(promise => promise.Irreducible), .. agent.FieldPlaces.Select(pair => pair.ToString())]);

    private static CheckKind Http => CheckCatalog.Kinds.Single(kind => kind.Name == "http");

    private static string Spoken(Promise promise) => string.Join("\n", promise.Name, promise.Version, promise.Benefit, promise.TermsHash, promise.Coverage, promise.Confidence, promise.Was, promise.Export,
        promise.Given is null ? "" : ExpressionText.Of(promise.Given), promise.Uses is null ? "" : ExpressionText.Of(promise.Uses), string.Join(";", promise.Keeps.Select(ExpressionText.Of)),
        string.Join(";", promise.Checks.SelectMany(check => check.Expect).Select(line => ExpressionText.Of(line.Test))), string.Join(";", promise.FieldPlaces), promise.Limits?.Load, promise.Maintenance);
}
