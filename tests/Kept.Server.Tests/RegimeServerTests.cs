using System.Net;
using System.Text;
using System.Text.Json;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>A real server that looks at a real target under low and under high load: API, page and metrics tell both verdicts, and none of them tells one over both.</summary>
public sealed class RegimeServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-regimes");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Kept_at_low_load_and_broken_at_high_load_are_told_side_by_side()
    {
        var answer = (Status: 200, Body: """{"load":40}""");
        await using var target = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                var (status, body) = answer;
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
            }
        });
        var house = Directory.CreateDirectory(Path.Combine(_folder.FullName, "promises")).FullName;
        await File.WriteAllTextAsync(Path.Combine(house, "shop.kept.yaml"), $$"""
            kept: 1
            agent: shop
            domains: [127.0.0.1]
            until: 2030-12-31
            promises:
              checkout@1:
                version: 1.0
                benefit: As a customer you can pay.
                to: anyone
                docs: docs/checkout.md
                notice: 30d
                coverage: 1%
                keeps: [ availability >= 99.99% over 1h ]
                fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                regimes: { low: load < 100/s, high: load >= 100/s }
                check: { http: GET http://127.0.0.1:{{target.Port}}/, every: 1s, timeout: 900ms, confirm: 1 of 1, expect: [ status == 200 ], measures: { load: body.load as per-s } }
            """);
        await using var up = Started.Up(new ServerOptions(Path.Combine(_folder.FullName, "data"), house, IPAddress.Loopback, 0));
        using var client = await up.ClientAsync();

        await UntilAsync(client, promise => Regime(promise, "low") is { } low && low.GetProperty("current").GetBoolean() && low.GetProperty("looks").GetInt64() >= 2);
        answer = (503, """{"load":250}""");
        await UntilAsync(client, promise => Regime(promise, "high") is { } high && high.GetProperty("outcome").GetString() == "broken");
        answer = (200, """{"load":41}""");
        var promise = await UntilAsync(client, promise => Regime(promise, "low") is { } low && low.GetProperty("current").GetBoolean());

        var (low, high) = (Regime(promise, "low")!.Value, Regime(promise, "high")!.Value);
        Assert.Equal(("broken", "high"), (promise.GetProperty("outcome").GetString(), promise.GetProperty("regime").GetString()));
        Assert.Contains("in regime high (now it is low)", promise.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("broken", low.GetProperty("outcome").GetString());
        Assert.Equal("load >= 100/s", high.GetProperty("when").GetString());
        var (goodLow, countedLow, goodHigh, countedHigh) = (Count(low, "good"), Count(low, "counted"), Count(high, "good"), Count(high, "counted"));
        Assert.Equal(countedLow, goodLow);
        Assert.True(goodLow >= 2 && goodHigh == 0 && countedHigh >= 1);
        Assert.Equal(high.GetProperty("lines").GetRawText(), promise.GetProperty("lines").GetRawText()); // the headline has the figures of one regime

        var page = await client.GetStringAsync("/promises/shop/checkout@1");
        Assert.Contains("Regimes, each judged by itself", page, StringComparison.Ordinal);
        Assert.Contains("load &lt; 100/s", page, StringComparison.Ordinal);
        Assert.Contains("Lines in regime high", page, StringComparison.Ordinal);
        var metrics = await client.GetStringAsync("/metrics");
        Assert.Contains("""regime="high",kept_regime_outcome="broken"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""regime="low",kept_regime_outcome="broken"} 0""", metrics, StringComparison.Ordinal);
        Assert.Contains("""regime="low"} 1""", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("""promise="checkout@1",standing="offered",objective=""", metrics, StringComparison.Ordinal); // no figure without its regime
        var why = await client.GetStringAsync("/api/v1/promises/shop/checkout@1/explain");
        Assert.Contains("regime low", why, StringComparison.Ordinal);
        Assert.Contains("looks of one regime never count in another", why, StringComparison.Ordinal);

        answer = (200, "{}");
        await UntilAsync(client, promise => Regime(promise, "unknown") is { } unknown && unknown.GetProperty("current").GetBoolean() && unknown.GetProperty("outcome").GetString() == "unknown");
        Assert.Equal(ServerExit.Stopped, await up.StopAsync());
    }

    private static long Count(JsonElement regime, string figure) => regime.GetProperty("lines")[1].GetProperty(figure).GetInt64();

    private static JsonElement? Regime(JsonElement verdict, string name)
    {
        foreach (var one in verdict.TryGetProperty("regimes", out var regimes) ? [.. regimes.EnumerateArray()] : Array.Empty<JsonElement>())
            if (one.GetProperty("name").GetString() == name)
                return one;
        return null;
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, Func<JsonElement, bool> so)
    {
        var last = "";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (!patience.IsCancellationRequested)
        {
            using var asked = await client.GetAsync("/api/v1/promises/shop/checkout@1");
            last = await asked.Content.ReadAsStringAsync();
            using var document = asked.IsSuccessStatusCode ? JsonDocument.Parse(last) : null;
            if (document is not null && so(document.RootElement.GetProperty("verdict"))) return document.RootElement.GetProperty("verdict").Clone();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"it never became so; the last answer was {last}");
        return default;
    }
}
