using CsCheck;
using Kept.Import.Cloudprober;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Cloudprober;

/// <summary>Cloudprober's configuration in its three forms.</summary>
public sealed class CloudproberImportTests
{
    private static ImportReading Of(string text, string file = "cloudprober.cfg") => Importing.Of("cloudprober", [(file, text)]);

    [Fact]
    public void A_configuration_is_carried_with_its_losses() => Snapshot.Matches(Importing.Shown(Of(Importing.Case("Cloudprober", "cloudprober.cfg"))));

    [Fact]
    public void A_broken_file_tells_its_line_and_what_was_understood_before_it()
    {
        var reading = Of("probe { name: \"a\" type: PING targets { host_names: \"192.0.2.1\" } }\nprobe {\n  name: \"b\n}\n");
        Assert.True(reading.IsBroken);
        Assert.Equal(3, Assert.Single(reading.Findings, finding => finding.Kind == FindingKind.Unread).At.Line);
        Assert.Equal(["a/192.0.2.1"], reading.Checks.Select(check => check.Name));
    }

    /// <summary>The types of Cloudprober (probes/proto/config.proto).</summary>
    [Theory]
    [InlineData("PING"), InlineData("HTTP"), InlineData("DNS"), InlineData("TCP"), InlineData("EXTERNAL"), InlineData("UDP"), InlineData("UDP_LISTENER"), InlineData("GRPC"), InlineData("BROWSER"), InlineData("SYSTEM")]
    [InlineData("EXTERNAL_GRPC"), InlineData("STARLARK"), InlineData("SQL"), InlineData("SCRIPT"), InlineData("EXTENSION"), InlineData("USER_DEFINED"), InlineData("SHINY")]
    public void Every_type_is_carried_or_its_loss_is_named(string type)
    {
        var reading = Of($"probe {{ name: \"x\" type: {type} targets {{ host_names: \"x.example:99\" }} }}");
        var isCarried = type is "PING" or "HTTP" or "DNS" or "TCP";
        Assert.Equal(isCarried ? 1 : 0, reading.Carried);
        Assert.Equal(!isCarried, reading.Findings.Any(finding => finding.Kind == FindingKind.Lost && finding.Message.Contains(type, StringComparison.Ordinal) && finding.Instead is not null));
    }

    [Theory]
    [InlineData("cloudprober.yaml", "probe:\n  - name: web\n    type: HTTP\n    interval: 30s\n    targets: { hostNames: www.shop.example }\n    httpProbe: { relativeUrl: /health }\n    validator: [ { name: s, httpValidator: { successStatusCodes: '200' } } ]\n")]
    [InlineData("cloudprober.json", "{\"probe\":[{\"name\":\"web\",\"type\":\"HTTP\",\"interval\":\"30s\",\"targets\":{\"hostNames\":\"www.shop.example\"},\"httpProbe\":{\"relative_url\":\"/health\"},\"validator\":[{\"httpValidator\":{\"successStatusCodes\":\"200\"}}]}]}")]
    [InlineData("cloudprober.cfg", "probe: { name: 'web', type: HTTP; interval: \"30s\" targets: < host_names: \"www.\" 'shop.example' > http_probe { relative_url: \"\\/health\"[1:] } }")]
    public void The_same_is_said_in_each_form(string file, string text)
    {
        text = text.Replace("\"\\/health\"[1:]", "\"\\057health\"", StringComparison.Ordinal);
        var shown = Importing.Shown(Of(text, file));
        Assert.Contains("GET http://www.shop.example/health", shown, StringComparison.Ordinal);
        Assert.Contains("every: 30s", shown, StringComparison.Ordinal);
        Assert.Contains(file.EndsWith("cfg", StringComparison.Ordinal) ? "status in 200..299" : "status == 200", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".a.b == \"x y\"", "body.a.b == 'x y'")]
    [InlineData(".items[0].n >= 1.5", "body.items[0].n >= 1.5")]
    [InlineData(".ready == true", "body.ready == true")]
    [InlineData(".items | length > 3", null)]
    [InlineData("", null)]
    public void Filters_of_jq_that_are_plain_comparisons_are_carried(string filter, string? expectation)
    {
        var shown = Importing.Shown(Of($"probe {{ name: \"x\" type: HTTP targets {{ host_names: \"x.example\" }} validator {{ json_validator {{ jq_filter: '{filter}' }} }} }}"));
        if (expectation is null) Assert.Contains("Lost I02 [x/x.example]", shown, StringComparison.Ordinal);
        else Assert.True(shown.Contains("- " + expectation, StringComparison.Ordinal) || shown.Contains("- '" + expectation.Replace("'", "''", StringComparison.Ordinal) + "'", StringComparison.Ordinal), shown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("probe")]
    [InlineData("probe {")]
    [InlineData("probe { name: }")]
    [InlineData("probe { name: \"\\q\" }")]
    [InlineData("probe { name: \"\\ud800\" }")]
    [InlineData("probe { name: [1, 2 }")]
    [InlineData("{{ if")]
    [InlineData("}")]
    [InlineData("probe: 5")]
    [InlineData("\0\u0001")]
    [InlineData("probe { type: HTTP targets { host_names: [[[1]]] } http_probe: 3 validator: 4 alert: \"x\" schedule: [1] }")]
    public void What_is_no_configuration_is_told_and_nothing_is_written(string text)
    {
        var reading = Of(text);
        Assert.NotEmpty(reading.Findings);
        Assert.Empty(reading.Documents);
    }

    [Fact]
    public void Nesting_numbers_and_sizes_are_bounded()
    {
        Assert.True(Of(string.Concat(Enumerable.Repeat("a{", 100_000))).IsBroken);
        Assert.True(Of("a:" + new string('[', 100_000)).IsBroken);
        Assert.True(Of(string.Concat(Enumerable.Repeat("a:1 ", TextProto.MostPieces + 1))).IsBroken);
        var many = string.Join(',', Enumerable.Range(0, 9_000).Select(n => $"h{n}"));
        var reading = Of($"shared_targets {{ name: \"s\" targets {{ host_names: \"{many}\" }} }} " + string.Concat(Enumerable.Repeat("probe { name: \"p\" type: TCP targets { shared_targets: \"s\" } }\n", 50)));
        Assert.True(reading.IsBroken);
        Assert.InRange(reading.Checks.Length, 20_000, 20_000);
        Assert.True(Of(new string(' ', TextProto.MostBytes + 1)).IsBroken);
        Assert.True(Of("a: \"" + new string('x', TextProto.LongestText + 2) + "\"").IsBroken);
    }

    /// <summary>Pieces of a real configuration in any order and cut anywhere: what comes out loads.</summary>
    [Fact]
    public void Cut_and_mixed_configurations_never_throw()
    {
        var whole = Importing.Case("Cloudprober", "cloudprober.cfg");
        var lines = whole.Split('\n');
        Gen.Select(Gen.Int[0, lines.Length - 1].Array[1, 40], Gen.Int[0, 60], Gen.Int[0, whole.Length]).Sample((picked, cut, length) =>
        {
            var text = string.Join('\n', picked.Order().Select(index => lines[index]));
            Of(text[..Math.Max(0, text.Length - cut)]);
            Of(whole[..length]);
            return true;
        }, iter: 80);
    }
}
