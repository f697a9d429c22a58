using Xunit;

namespace Kept.Import.Tests;

/// <summary>A file of another tool makes this machine read no secret that it did not name as a variable, and no report shows a credential of it.</summary>
public sealed class SecretsOfOursTests
{
    /// <summary>Each is plain text to Gatus, or becomes a reference only when its parts meet.</summary>
    [Theory]
    [InlineData("url: 'https://x.example/?k=${file:/run/secrets/db}'")]
    [InlineData("url: 'https://x.example/?k=$${env:AWS_SECRET}'")]
    [InlineData("url: 'https://x.example/', headers: { X-A: '${file:/etc/shadow}' }")]
    [InlineData("url: 'https://x.example/', headers: { X-A: 'a$${env:AWS_SECRET}' }")]
    [InlineData("url: 'https://x.example/', headers: { X-A: '${env:A$B}' }")]
    [InlineData("url: 'https://x.example/', headers: { X-A: '${KEY}', X-B: '$${env:KEY}' }")]
    [InlineData("url: 'https://x.example/', method: POST, body: 'a ${env:AWS_SECRET}'")]
    [InlineData("url: 'https://x.example/', method: POST, graphql: true, body: '$${file:/run/secrets/db}'")]
    [InlineData("url: 'https://x.example/', method: POST, body: '$$[ENDPOINT_GROUP]', group: '{env:AWS_SECRET}'")]
    [InlineData("url: 'https://x.example/', method: POST, body: '[ENDPOINT_GROUP]', group: '${file:/run/secrets/db}'")]
    [InlineData("url: 'tcp://x.example:1', body: '${file:/run/secrets/db}'")]
    public void A_reference_that_is_text_to_Gatus_is_not_written_and_told(string endpoint)
    {
        var reading = Importing.Of("gatus", $"endpoints:\n  - {{ name: x, conditions: ['[CONNECTED] == true'], {endpoint} }}\n  - {{ name: other, url: 'https://y.example', conditions: ['[STATUS] == 200'] }}\n");
        Assert.Contains(reading.Findings, finding => finding.Kind == FindingKind.Lost && finding.Message.Contains("is plain text there", StringComparison.Ordinal));
        Assert.Equal(["other"], reading.Checks.Where(check => check.Wish is not null).Select(check => check.Name));
    }

    [Theory]
    [InlineData("body: '${file:/run/secrets/db}'")]
    [InlineData("body: '${env:AWS_SECRET}'")]
    [InlineData("headers: { Authorization: 'Bearer ${file:/run/secrets/db}' }")]
    [InlineData("headers: { '${env:AWS_SECRET}': x }")]
    public void The_exporter_knows_no_variables_so_every_reference_is_text(string setting)
    {
        var reading = Importing.Of("blackbox", $"modules:\n  m: {{ prober: http, http: {{ method: POST, {setting} }} }}\n",
            ("prometheus", "scrape_configs:\n  - { job_name: j, metrics_path: /probe, params: { module: [m] }, static_configs: [ { targets: ['https://x.example/'] } ] }\n"));
        Assert.Empty(reading.Documents);
        Assert.Contains(reading.Findings, finding => finding.Kind == FindingKind.Lost && finding.Message.Contains("is plain text there", StringComparison.Ordinal));
    }

    /// <summary>Not with a scheme that nobody knows, not where the message is cut before the @, not in what is said of a wrong value.</summary>
    [Theory]
    [InlineData("url: 'mongodb://me:hidden@x.example/'")]
    [InlineData("url: 'me:hidden@x.example'")]
    [InlineData("url: 'mongodb+srv://me:hi@hidden@x.example/'")]
    [InlineData("url: 'https://x.example/', interval: 'redis://me:hidden@x.example'")]
    [InlineData("url: 'https://x.example/', interval: 'redis://me:hidden-LONG@x.example'")]
    [InlineData("url: 'https://x.example/', interval: 'password: hidden'")]
    public void No_message_shows_a_password(string endpoint)
    {
        var reading = Importing.Of("gatus", $"endpoints:\n  - {{ name: x, conditions: ['[STATUS] == 200'], {endpoint.Replace("LONG", new string('x', 100), StringComparison.Ordinal)} }}\n");
        Assert.NotEmpty(reading.Findings);
        Assert.All(reading.Findings, finding => Assert.DoesNotContain("hidden", finding.Message + finding.Shows + finding.Instead + finding.Here, StringComparison.Ordinal));
    }

    /// <summary>Past the bound findings are only counted; the score and the fates count them all the same.</summary>
    [Fact]
    public void What_is_only_counted_still_makes_a_check_hollow()
    {
        var noise = string.Concat(Enumerable.Range(0, Losses.Most + 50).Select(n => $", k{n}: 1"));
        var reading = Importing.Of("gatus", $"endpoints:\n  - {{ name: noisy, url: 'https://x.example', conditions: ['[STATUS] == 200']{noise} }}\n  - {{ name: empty, url: 'https://y.example', conditions: ['[STATUS] >= 0'] }}\n"
            + "  - { name: less, url: 'https://z.example', conditions: ['[STATUS] == 200'], client: { tunnel: t } }\n");
        Assert.True(reading.Left >= 50);
        Assert.Equal(Losses.Most, reading.Findings.Length);
        Assert.Equal([Fate.Whole, Fate.Hollow, Fate.Partly], reading.Checks.Select(check => check.Fate));
        Assert.Equal((1, 66), (reading.Hollow, reading.Score));
    }
}
