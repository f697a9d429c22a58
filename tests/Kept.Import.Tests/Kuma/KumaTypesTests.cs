using System.Text.Json;
using Kept.Import.Kuma;
using Xunit;

namespace Kept.Import.Tests.Kuma;

/// <summary>Every type of monitor is carried, or its loss is named.</summary>
public sealed class KumaTypesTests
{
    /// <summary>The types of Uptime Kuma 1.23 and 2.5 (server/model/monitor.js, server/monitor-types).</summary>
    public static readonly TheoryData<string> All =
    [
        "http", "keyword", "json-query", "port", "ping", "dns", "push", "group", "docker", "steam", "gamedig", "mqtt", "kafka-producer", "sqlserver", "postgres", "mysql", "mongodb", "radius", "redis",
        "grpc-keyword", "tailscale-ping", "real-browser", "rabbitmq", "snmp", "smtp", "manual", "websocket-upgrade", "ntp", "oracledb", "sip-options", "system-service", "pm2", "globalping", "shiny-new-type",
    ];

    private static string Backup(string monitor) => $"{{\"version\":\"2.0.0\",\"monitorList\":[{monitor}]}}";

    private static string Monitor(string type, string more = "") =>
        $$"""{"id":1,"name":"one","type":"{{type}}","url":"{{(type.StartsWith("websocket", StringComparison.Ordinal) ? "wss" : "https")}}://x.example/","hostname":"x.example","port":99,"interval":60,"timeout":30,"accepted_statuscodes":["200-299"],"keyword":"fine","jsonPath":"a","expectedValue":"1","databaseConnectionString":"{{type}}://me:hidden@db.example/x"{{(more.Length > 0 ? "," + more : "")}}}""";

    [Theory]
    [MemberData(nameof(All))]
    public void Every_type_is_carried_or_its_loss_is_named(string type)
    {
        var reading = Importing.Of("kuma", Backup(Monitor(type)));
        if (type == "group") Assert.Empty(reading.Checks);
        else if (type == "push" || KumaTypes.Carried.ContainsKey(type)) Assert.Equal(1, reading.Carried);
        else
        {
            var lost = Assert.Single(reading.Findings, finding => finding.Kind == FindingKind.Lost);
            Assert.False(string.IsNullOrEmpty(lost.Instead));
            Assert.Equal(Fate.NotCarried, Assert.Single(reading.Checks).Fate);
            Assert.True(type == "shiny-new-type" || !lost.Message.Contains("not known here", StringComparison.Ordinal), lost.Message);
        }
        Assert.DoesNotContain("hidden", Importing.Shown(reading), StringComparison.Ordinal);
    }

    /// <summary>What is good while nothing answers is promised by nothing here, so it is told; never written the other way round.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Upside_down_is_never_written_as_if_it_were_upright(string type)
    {
        if (type is "group") return;
        var reading = Importing.Of("kuma", Backup(Monitor(type, "\"upsideDown\":true")));
        if (type is "keyword" or "dns") Assert.Contains(reading.Findings, finding => finding.Kind == FindingKind.Hollow && finding.Message.Contains("upside down", StringComparison.Ordinal));
        else Assert.Equal(0, reading.Carried);
    }

    [Theory]
    [InlineData("\"method\":\"POST\",\"httpBodyEncoding\":\"form\",\"body\":\"username=admin&password=hunter2\"")]
    [InlineData("\"method\":\"POST\",\"body\":\"grant_type=client_credentials&client_secret=hunter2\"")]
    [InlineData("\"method\":\"POST\",\"httpBodyEncoding\":\"xml\",\"body\":\"<login><password>hunter2</password></login>\"")]
    [InlineData("\"url\":\"http://cam.example/snap?usr=a&pass=hunter2\"")]
    [InlineData("\"url\":\"https://shop.example/cb?code=hunter2&x=1\"")]
    public void A_secret_in_a_form_in_XML_or_in_a_query_is_never_written(string setting)
    {
        var shown = Importing.Shown(Importing.Of("kuma", Backup("{" + setting + "," + Monitor("http")[1..])));
        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
        Assert.Contains("${env:KUMA_ONE_", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"accepted_statuscodes\":[\"200-299\",\"401\",\"403\"]", "status in 200..299 or status in [401, 403]")]
    [InlineData("\"accepted_statuscodes\":[\"503\"]", "status == 503")]
    [InlineData("\"accepted_statuscodes_json\":\"[\\\"404\\\"]\",\"accepted_statuscodes\":null", "status == 404")]
    [InlineData("\"maxretries\":4", "confirm: 5 of 5")]
    [InlineData("\"interval\":20,\"timeout\":0", "timeout: 16s")]
    [InlineData("\"method\":\"POST\",\"body\":\"a=1\",\"httpBodyEncoding\":\"form\"", "Content-Type: application/x-www-form-urlencoded")]
    [InlineData("\"headers\":\"not json\"", "the headers are no JSON")]
    [InlineData("\"authMethod\":\"ntlm\"", "logging in by ntlm is not done here")]
    [InlineData("\"authMethod\":\"oauth2-cc\"", "Bearer ${env:KUMA_ONE_TOKEN}")]
    [InlineData("\"url\":\"not a url\"", "the target is none here")]
    [InlineData("\"url\":null", "it has no URL")]
    [InlineData("\"active\":false", "it is paused")]
    [InlineData("\"domainExpiryNotification\":true", "check: { domain: shop.example")]
    [InlineData("\"interval\":0", "every: 1s")]
    public void Settings_of_http_are_carried_or_told(string setting, string expected)
    {
        // the setting stands first: of a key that is written twice the first counts
        var monitor = "{" + setting + "," + Monitor("http")[1..];
        Assert.Contains(expected, Importing.Shown(Importing.Of("kuma", Backup(monitor))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$.a.b", "==", "5", "body.a.b in [5, '5']")]
    [InlineData("a[0].`the name`", "==", "x", "body.a[0]['the name'] == 'x'")]
    [InlineData("ready", "==", "true", "body.ready == true or body.ready == 'true'")]
    [InlineData("$count(items)", ">", "3", "count(body.items) > 3")]
    [InlineData("state", "!=", "down", "not (body.state == 'down')")]
    [InlineData("state", "contains", "o'k", "body.state contains 'o''k'")]
    [InlineData("a.b", "<", "x", null)]
    [InlineData("$sum(items.price)", "==", "3", null)]
    [InlineData("items[price > 3]", "==", "3", null)]
    [InlineData("a b", "==", "3", null)]
    [InlineData("a..b", "==", "3", null)]
    [InlineData("", "~", "3", null)]
    public void Queries_that_are_plain_paths_are_carried(string query, string symbol, string expected, string? expectation)
    {
        var monitor = $$"""{"id":1,"name":"one","type":"json-query","url":"https://x.example/","interval":60,"jsonPath":{{JsonSerializer.Serialize(query)}},"jsonPathOperator":"{{symbol}}","expectedValue":"{{expected}}"}""";
        var reading = Importing.Of("kuma", Backup(monitor));
        var text = Importing.Shown(reading);
        if (expectation is null) Assert.Contains(reading.Findings, finding => finding.Kind == FindingKind.Lost && finding.Message.Contains("has no form here", StringComparison.Ordinal));
        else Assert.True(text.Contains("- " + expectation, StringComparison.Ordinal) || text.Contains("- '" + expectation.Replace("'", "''", StringComparison.Ordinal) + "'", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("postgres", "postgres://u%40x:p%2Fw@[2001:db8::1]:5433/shop?sslmode=verify-full", "postgres: '[2001:db8::1]:5433'")]
    [InlineData("postgres", "host=db.example user=me password=hidden", "none of the form postgres://")]
    [InlineData("redis", "redis://cache.example", "redis: cache.example")]
    [InlineData("redis", "redis://me:hidden:more@cache.example:1/0", "user: me")]
    public void Connection_strings_are_taken_apart(string type, string connection, string expected)
    {
        var text = Importing.Shown(Importing.Of("kuma", Backup($$"""{"id":1,"name":"one","type":"{{type}}","databaseConnectionString":"{{connection}}","interval":60}""")));
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
    }
}
