using CsCheck;
using Kept.Checks;
using Kept.Import.Gatus;
using Kept.Language.Foreign;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>Files of others are hostile: nothing throws, nothing unfolds, and whatever is written loads.</summary>
public sealed class HostileFilesTests
{
    [Fact]
    public void Aliases_that_unfold_to_millions_are_refused_with_their_line()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(c => $"{c}: &{c} [{string.Join(',', Enumerable.Repeat("*" + (char)(c - 1), 9))}]\n"));
        var reading = Importing.Of("gatus", bomb + "endpoints: *i\n");
        Assert.True(reading.IsBroken);
        Assert.Contains(reading.Findings, finding => finding.Message.Contains("pieces", StringComparison.Ordinal) && finding.At.Line is > 3 and < 10);
    }

    [Theory]
    [InlineData("a: &a [*a]\nendpoints: []\n")]                                       // an anchor within itself
    [InlineData("endpoints: *nowhere\n")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("\0\u0001")]
    [InlineData("")]
    [InlineData("endpoints: 5\n")]
    [InlineData("- a\n- b\n")]
    [InlineData("endpoints: [1, [2], {name: {a: b}, url: [x], conditions: {}, alerts: 3, client: [], headers: x}]\nexternal-endpoints: [x]\nmaintenance: 4\nalerting: [a]\n")]
    public void What_is_no_configuration_is_told_and_nothing_is_written(string text)
    {
        var reading = Importing.Of("gatus", text);
        Assert.NotEmpty(reading.Findings);
        Assert.Empty(reading.Documents);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_followed_and_own_keys_win()
    {
        var root = (ForeignNode.Map)ForeignYaml.Read(new("x.yaml", "base: &b { a: 1, c: 2 }\nlist:\n  - <<: *b\n    a: 3\n  - { <<: [*b, { d: 4 }], c: 5 }\n"u8.ToArray())).Roots[0];
        var items = ((ForeignNode.List)root["list"]!).Items.Cast<ForeignNode.Map>().Select(map => string.Join(' ', map.Entries.Select(entry => $"{entry.Key}={entry.Value}")));
        Assert.Equal(["a=3 c=2", "c=5 a=1 d=4"], items);
    }

    /// <summary>Pieces of real configurations in any order: <see cref="Importing.Of(string, string, ValueTuple{string, string}[])"/> holds that what comes out loads.</summary>
    [Fact]
    public void Cut_and_mixed_configurations_never_throw()
    {
        var lines = (Importing.Case("Gatus", "hackspace.yaml") + Importing.Case("Gatus", "shop.yaml")).Split('\n');
        Gen.Select(Gen.Int[0, lines.Length - 1].Array[1, 40], Gen.Int[0, 200]).Sample((picked, cut) =>
        {
            var text = string.Join('\n', picked.Order().Select(index => lines[index]));
            Importing.Of("gatus", "endpoints:\n" + text[..Math.Max(0, text.Length - cut)]);
            return true;
        }, iter: 100);
    }

    [Fact]
    public void Mixed_modules_never_throw()
    {
        var (modules, jobs) = (Importing.Case("Blackbox", "blackbox.yaml").Split('\n'), Importing.Case("Blackbox", "prometheus.yaml"));
        Gen.Int[0, modules.Length - 1].Array[1, 40].Sample(picked =>
        {
            Importing.Of("blackbox", "modules:\n" + string.Join('\n', picked.Order().Select(index => modules[index])), ("prometheus", jobs));
            return true;
        }, iter: 80);
    }

    private static readonly string[] Sides = [.. GatusOperand.Placeholders, "[BODY].a.b", "[BODY][0]", "len([BODY].x)", "has([BODY].x)", "[HEADER].X", "has([HEADER].X)", "[BODY].v", "2.10", "true", "false", "200", "0x1F", "010", "1e6", "30d", "5s", "pat(*a*)", "pat([)", "any(1, 2)", "\"UP\"", "x", "", "[", "]", "a[0]]", "[BODY].[", "(", "age([BODY].t)"];

    /// <summary>Whatever stands on either side: no exception, and what is claimed about a condition is what its evaluator says of any observation.</summary>
    [Fact]
    public void No_condition_breaks_the_evaluator_and_no_claim_is_false()
    {
        var bodies = new[] { "", "{}", "{\"a\":{\"b\":5}}", "[1]", "not json", "{\"x\":[1,2]}", "{\"a\":{\"b\":\"UP\"}}", "\"UP\"", "1000000", "{\"v\":\"2.10\"}", "{\"v\":2.10}" };
        var kind = CheckCatalog.Kinds.Single(one => one.Name == "http");
        Gen.Select(Gen.OneOf(Sides), Gen.OneOf(" == ", " != ", " <= ", " >= ", " < ", " > "), Gen.OneOf(Sides), Gen.OneOf(bodies), Gen.Int[0, 599], Gen.Long[-5, 40_000_000_000]).Sample((left, symbol, right, body, status, time) =>
        {
            var condition = left + symbol + right;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            if (status % 3 != 0) headers["X"] = status % 3 == 1 ? "true" : "2.10";
            var seen = new GatusSeen { Body = body, Status = status, DurationMs = Math.Abs(time), CertificateExpirationMs = time, Connected = status % 2 == 0, Ip = "192.0.2.9", DnsRcode = "NOERROR", Headers = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(headers, StringComparer.OrdinalIgnoreCase) };
            var verdict = GatusCondition.Evaluate(condition, seen);
            foreach (var one in GatusHollow.Find(condition, seen))
            {
                Assert.InRange(one.Start + one.Length, 0, condition.Length);
                if (one.Code == ImportCodes.CannotFail && one.Message.StartsWith("nothing", StringComparison.Ordinal)) Assert.True(verdict.Passes);
                if (one.Code == ImportCodes.CannotPass && one.Message.StartsWith("nothing", StringComparison.Ordinal)) Assert.False(verdict.Passes, $"{condition} passes on {seen}");
            }
            if (GatusTranslation.Of(condition, kind).Expectation is { Length: > 0 } text) Assert.NotNull(ExpectationText.Read(text, kind).Expectation);
        }, iter: 1_500);
    }
}
