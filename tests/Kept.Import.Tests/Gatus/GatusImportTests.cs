using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Gatus;

/// <summary>Whole configurations, as people write them.</summary>
public sealed class GatusImportTests
{
    [Fact]
    public void A_workshop_that_moved_over_learns_what_was_hollow() => Snapshot.Matches(Importing.Shown(Importing.Of("gatus", Importing.Case("Gatus", "hackspace.yaml"))));

    [Fact]
    public void A_careful_shop_is_carried_nearly_whole() => Snapshot.Matches(Importing.Shown(Importing.Of("gatus", Importing.Case("Gatus", "shop.yaml"))));

    [Fact]
    public void A_broken_file_tells_its_line_and_what_was_understood_before_it()
    {
        var reading = Importing.Of("gatus", Importing.Case("Gatus", "broken.yaml"));
        Snapshot.Matches(Importing.Shown(reading));
        Assert.True(reading.IsBroken);
        Assert.Equal(9, Assert.Single(reading.Findings, finding => finding.Kind == FindingKind.Unread).At.Line);
        Assert.Equal(["front", "back"], reading.Checks.Select(check => check.Name));
        Assert.DoesNotContain(reading.Findings, finding => finding.Kind == FindingKind.Hollow);
    }

    [Fact]
    public void Several_files_are_one_configuration()
    {
        var reading = Importing.Of("gatus", [
            ("a/alerting.yaml", "alerting:\n  ntfy: { topic: x, default-alert: { failure-threshold: 5 } }\n"),
            ("a/core.yaml", "endpoints:\n  - { name: one, url: 'https://one.example/', conditions: ['[STATUS] == 200'], alerts: [ { type: ntfy } ] }\n"),
            ("a/more.yaml", "endpoints:\n  - { name: two, url: 'https://two.example/', conditions: ['[STATUS] == 200'], alerts: [ { type: pager } ] }\n")]);
        var text = Importing.Shown(reading);
        Assert.Contains("confirm: 5 of 5", text, StringComparison.Ordinal);
        Assert.Contains(" Hollow I08 [two] no `pager` is configured", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_of_the_environment_are_secrets_here()
    {
        var text = Importing.Shown(Importing.Of("gatus", """
            endpoints:
              - name: api
                url: https://api.example/?key=$KEY
                headers: { X-Token: "${TOKEN}", X-Price: "5$$", Cookie: plain }
                body: "$BODY and $5"
                conditions: ["[BODY].user == $USER_NAME"]
            """));
        Assert.Contains("GET https://api.example/?key=${env:KEY}", text, StringComparison.Ordinal);
        Assert.Contains("X-Token: '${env:TOKEN}'", text, StringComparison.Ordinal);
        Assert.Contains("X-Price: '5$'", text, StringComparison.Ordinal);
        Assert.Contains("body: '${env:BODY} and $5'", text, StringComparison.Ordinal);
        Assert.Contains("I09 [api] the header `Cookie` holds a secret as it is written", text, StringComparison.Ordinal);
        // what the document will read is told, each once
        foreach (var name in (string[])["KEY", "TOKEN", "BODY"]) Assert.Contains($"I09 [api] every look reads `${{env:{name}}}`", text, StringComparison.Ordinal);
        // and nothing expands an expectation
        Assert.Contains("I02 [api] `[BODY].user == $USER_NAME` is not carried: no expectation holds a variable", text, StringComparison.Ordinal);
        Assert.DoesNotContain("- 'body.user", text, StringComparison.Ordinal);
    }

    /// <summary>Every scheme is carried, or its loss names the kind that will take it.</summary>
    [Theory]
    [InlineData("https://x.example/", "http:"), InlineData("tcp://x.example:1", "tcp:"), InlineData("tls://x.example:443", "tls:")]
    [InlineData("udp://x.example:1", "no kind of check for udp"), InlineData("sctp://x.example:1", "no kind of check for sctp"), InlineData("gopher://x.example", "`gopher://` is no scheme that Gatus knows"), InlineData("x.example/health", "the URL has no scheme that Gatus knows")]
    [InlineData("https://me:secret@x.example/", "a URL holds no user name or password")]
    public void Every_scheme_is_carried_or_told(string url, string expected) =>
        Assert.Contains(expected, Importing.Shown(Importing.Of("gatus", $"endpoints:\n  - name: x\n    url: {url}\n    conditions: ['[CONNECTED] == true']\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("icmp://x.example", "ip4", "IPv4", null)]
    [InlineData("icmp://x.example", "ip6", "IPv6", null)]
    [InlineData("icmp://x.example", "ip", null, null)]
    [InlineData("icmp://192.0.2.1", "ip4", null, null)]
    [InlineData("icmp://192.0.2.1", "ip6", null, "the target is an address of IPv4, and IPv6 alone is asked for")]
    [InlineData("http://192.0.2.1/", "ip6", null, "`network` is read for ping alone, and does nothing here")]
    [InlineData("http://[2001:db8::1]/", "ip6", null, "`network` is read for ping alone, and does nothing here")]
    [InlineData("icmp://x.example", "tcp", null, "`tcp` is no network: ip, ip4 or ip6")]
    [InlineData("https://x.example", "ip6", "IPv6", "Gatus reads `network` for ping alone, so this endpoint is looked at over either")]
    public void The_family_of_addresses_is_carried(string url, string network, string? addresses, string? told)
    {
        var reading = Importing.Of("gatus", $"endpoints: [ {{ name: a, url: '{url}', client: {{ network: {network} }}, conditions: ['[CONNECTED] == true'] }} ]\n");
        var document = System.Text.Encoding.UTF8.GetString(Assert.Single(reading.Documents).Bytes.Span);
        if (addresses is null) Assert.DoesNotContain("addresses:", document, StringComparison.Ordinal);
        else Assert.Contains($"addresses: {addresses}\n", document, StringComparison.Ordinal);
        // what is said to stand here stands there
        Assert.Equal(addresses is not null && told is not null, Importing.Shown(reading).Split("--- ")[0].Contains("`addresses: IPv", StringComparison.Ordinal));
        var its = reading.Findings.Where(finding => finding.Message.Contains("network", StringComparison.Ordinal) || finding.Message.Contains("address of", StringComparison.Ordinal)).ToList();
        if (told is null) Assert.Empty(its);
        else Assert.Equal(told, Assert.Single(its).Message);
    }

    [Theory]
    [InlineData("icmp://192.0.2.1", "icmp"), InlineData("ssh://x.example:22", "ssh"), InlineData("wss://x.example/", "websocket"), InlineData("grpcs://x.example:443", "grpc"), InlineData("starttls://x.example:587", "smtp")]
    public void A_kind_that_is_still_to_come_is_named(string url, string kind)
    {
        var reading = Importing.Of("gatus", $"endpoints:\n  - name: x\n    url: {url}\n    conditions: ['[CONNECTED] == true']\n");
        Assert.True(reading.Carried == 1 || reading.Findings.Any(finding => finding.Kind == FindingKind.Lost && finding.Message.Contains($"`{kind}`", StringComparison.Ordinal)), Importing.Shown(reading));
    }

    [Fact]
    public void What_a_scheme_says_of_TLS_is_carried_and_what_could_never_be_is_told()
    {
        string Shown(string url) => Importing.Shown(Importing.Of("gatus", $"endpoints:\n  - name: x\n    url: {url}\n    conditions: ['[RESPONSE_TIME] < 500']\n"));
        Assert.Contains("over-tls: ", Shown("grpcs://x.example:443"), StringComparison.Ordinal);
        Assert.DoesNotContain("over-tls: ", Shown("grpc://x.example:50051"), StringComparison.Ordinal);
        Assert.Contains("smtp: 'x.example:587'", Shown("starttls://x.example:587"), StringComparison.Ordinal);
        // a document with it would be refused
        Assert.Contains("the target is none here: servers speak TLS from the start at port 465", Shown("starttls://x.example:465"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_that_does_not_exist_costs_the_window_and_nothing_else()
    {
        var reading = Importing.Of("gatus", "maintenance: { start: '01:00', duration: 1h, timezone: Europe/Nowhere }\nendpoints: [ { name: a, url: 'https://a.example', conditions: ['[STATUS] == 200'] } ]\n");
        Assert.Equal(1, reading.Carried);
        Assert.Contains(reading.Findings, finding => finding.Kind == FindingKind.Lost && finding.At.Line == 1);
    }

    [Fact]
    public void Hours_that_hold_stay_where_others_do_not()
    {
        var shown = Importing.Shown(Importing.Of("gatus", """
            maintenance: { start: '01:00', duration: 1h, timezone: Europe/Riga }
            endpoints:
              - { name: a, url: 'https://a.example', conditions: ['[STATUS] == 200'], maintenance-windows: [ { start: '03:00', duration: 1h, timezone: Europe/Nowhere }, { start: '05:00', duration: 2h, every: [Sunday] } ] }
            """));
        Assert.Contains("given: not during maintenance and not during maintenance-3", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("maintenance-2", shown, StringComparison.Ordinal);
        Assert.Matches("config.yaml:3:[0-9]+ Lost I02 \\[\\] the hours cannot be written here", shown);
    }

    [Theory]
    [InlineData("start: '23:00', duration: 24h", "Hollow I04 [] the maintenance window lasts all day, every day")]
    [InlineData("start: '00:00', duration: 24h, every: [Monday]", "open: 'Mo 00:00-24:00 UTC'")]
    [InlineData("start: '12:00', duration: 24h, every: [Monday]", "a window of a whole day that begins within a day has no form here")]
    public void A_window_of_a_whole_day_is_carried_or_told(string window, string expected)
    {
        var reading = Importing.Of("gatus", $"maintenance: {{ {window} }}\nendpoints: [ {{ name: a, url: 'https://a.example', conditions: ['[STATUS] == 200'] }} ]\n");
        Assert.Contains(expected, Importing.Shown(reading), StringComparison.Ordinal);
        Assert.Equal(1, reading.Carried);
    }

    /// <summary>Gatus' own thresholds are 3 and 2; a provider's stand in their place, an alert's in theirs.</summary>
    [Theory]
    [InlineData("ntfy: { topic: x }", "{ type: ntfy }", "confirm: 3 of 3", "without a `success-threshold` Gatus takes an alert back after 2 good looks")]
    [InlineData("ntfy: { topic: x, default-alert: { failure-threshold: 5, success-threshold: 4 } }", "{ type: ntfy }", "confirm: 5 of 5", "Gatus takes it back after 4 good looks")]
    [InlineData("ntfy: { topic: x, default-alert: { success-threshold: 4 } }", "{ type: ntfy, failure-threshold: 2, success-threshold: 1 }", "confirm: 2 of 2", "Gatus takes it back after 1 good looks")]
    [InlineData("ntfy: { topic: x, default-alert: { success-threshold: 4 } }", "{ type: ntfy, failure-threshold: 4 }", "confirm: 4 of 4", null)]
    public void Thresholds_of_alerts_have_their_defaults(string provider, string alert, string confirm, string? told)
    {
        var shown = Importing.Shown(Importing.Of("gatus", $"alerting: {{ {provider} }}\nendpoints: [ {{ name: a, url: 'https://a.example', conditions: ['[STATUS] == 200'], alerts: [ {alert} ] }} ]\n"));
        Assert.Contains(confirm, shown, StringComparison.Ordinal);
        if (told is null) Assert.DoesNotContain("takes it back", shown, StringComparison.Ordinal);
        else Assert.Contains(told, shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_of_a_ping_is_that_of_its_way()
    {
        var shown = Importing.Shown(Importing.Of("gatus", "endpoints: [ { name: a, url: 'icmp://a.example', conditions: ['[CONNECTED] == true', '[RESPONSE_TIME] < 100'] } ]\n"));
        Assert.Contains("- round-trip.median < 100ms", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_domain_is_a_promise_of_its_own()
    {
        var shown = Importing.Shown(Importing.Of("gatus", "endpoints: [ { name: a, url: 'https://a.example', conditions: ['[STATUS] == 200', '[DOMAIN_EXPIRATION] > 720h'] } ]\n"));
        Assert.Contains("check: { domain: a.example, every: 1d, expect: [ expires-in > 30d ] }", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_endpoints_are_divided_into_documents_that_load()
    {
        var text = "endpoints:\n" + string.Concat(Enumerable.Range(0, 1_100).Select(n => $"  - {{ name: same, group: g{n % 7}, url: 'https://h{n}.example/', conditions: ['[STATUS] == 200'] }}\n"));
        var reading = Importing.Of("gatus", text);
        Assert.Equal(1_100, reading.Carried);
        Assert.Equal(["watch.kept.yaml", "watch-2.kept.yaml", "watch-3.kept.yaml"], reading.Documents.Select(document => document.Path));
        Assert.Equal(100, reading.Score);
    }
}
