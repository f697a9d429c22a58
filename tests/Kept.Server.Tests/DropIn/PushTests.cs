using Kept.Engine;
using Kept.Model;
using Kept.Server.DropIn;
using Xunit;

namespace Kept.Server.Tests.DropIn;

/// <summary>What pushed to Gatus or Uptime Kuma, as it pushes.</summary>
public sealed class PushTests
{
    private const string Endpoint = "/api/v1/endpoints/core_job/external", Kuma = "/api/push/" + CalledHouse.KumaToken;
    private static readonly (string, string) Bearer = ("Authorization", "Bearer " + CalledHouse.GatusToken);

    [Fact]
    public async Task An_external_endpoint_of_gatus_is_heard_with_its_duration_and_its_error()
    {
        await using var house = await CalledHouse.StartAsync();
        Assert.Equal((200, ""), Short(await house.CallAsync(HttpMethod.Post, Endpoint + "?success=true&duration=1m2.5s", null, Bearer)));
        Assert.Equal((200, ""), Short(await house.CallAsync(HttpMethod.Post, "/api/v1/endpoints/Core_Job/external?success=false&error=disk%20full%0a%1b[31mred", null, Bearer)));
        Assert.Equal((200, ""), Short(await house.CallAsync(HttpMethod.Post, Endpoint + "?success=false&error=one", new StringContent("""{"error":"two"}"""), Bearer)));
        Assert.Equal((200, ""), Short(await house.CallAsync(HttpMethod.Post, Endpoint + "?success=false", new StringContent("[[[["), Bearer)));
        Assert.Equal(["core-job", "core-job", "core-job", "core-job"], house.Beats.Select(beat => beat.Key));
        Assert.Equal((BeatKind.Success, Duration.Milliseconds(62_500), null, null), (house.Beats[0].Kind, house.Beats[0].Took, house.Beats[0].Why, house.Beats[0].Body));
        Assert.Equal((BeatKind.Fail, "disk full  [31mred"), (house.Beats[1].Kind, house.Beats[1].Why));
        Assert.Equal("one; two", house.Beats[2].Why);
        Assert.Null(house.Beats[3].Why);
    }

    [Theory]
    [InlineData(Endpoint, null, 400, "missing or invalid success query parameter")]
    [InlineData(Endpoint + "?success=yes", "gatus-token-9f2c", 400, "missing or invalid success query parameter")]
    [InlineData(Endpoint + "?success=true", null, 401, "invalid Authorization header")]
    [InlineData(Endpoint + "?success=true", "gatus-token-9f2", 401, "invalid token")]
    [InlineData("/api/v1/endpoints/core_other/external?success=true", "gatus-token-9f2c", 404, "not found")]
    [InlineData(Endpoint + "?success=true&duration=soon", "gatus-token-9f2c", 400, "invalid duration: time: invalid duration \"soon\"")]
    [InlineData(Endpoint + "?success=true&duration=-5s", "gatus-token-9f2c", 400, "invalid duration: time: invalid duration \"-5s\"")]
    [InlineData(Endpoint + "?success=true&duration=99999999999h", "gatus-token-9f2c", 400, "invalid duration: time: invalid duration \"99999999999h\"")]
    public async Task What_gatus_refuses_is_refused_in_its_words(string path, string? token, int status, string words)
    {
        await using var house = await CalledHouse.StartAsync();
        Assert.Equal((status, words), Short(await house.CallAsync(HttpMethod.Post, path, null, token is null ? [] : [("Authorization", "Bearer " + token)])));
        Assert.Empty(house.Beats);
    }

    [Fact]
    public async Task A_push_monitor_of_kuma_is_heard_by_whatever_method_with_its_message_and_its_ping()
    {
        await using var house = await CalledHouse.StartAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Put })
            Assert.Equal((200, """{"ok":true}"""), Short(await house.CallAsync(method, Kuma + "?status=up&msg=OK&ping=12.5")));
        Assert.All(house.Beats, beat => Assert.Equal(("push-job", BeatKind.Success, "OK", new Duration(12_500_000)), (beat.Key, beat.Kind, beat.Body, beat.Took)));
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, Kuma)).Status); // no query at all is up
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, Kuma + "?status=down&msg=" + Uri.EscapeDataString("<b>it\u202e is " + CalledHouse.KumaToken + " down</b>"))).Status);
        Assert.Equal((BeatKind.Fail, "<b>it  is ••• down</b>"), (house.Beats[^1].Kind, house.Beats[^1].Why));
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, Kuma + "?status=DOWN&ping=&msg=" + new string('m', 3000))).Status);
        Assert.Equal((BeatKind.Fail, 201, null), (house.Beats[^1].Kind, house.Beats[^1].Why!.Length, house.Beats[^1].Took));
    }

    [Theory]
    [InlineData("/api/push/nobody", 404, """{"ok":false,"msg":"Monitor not found or not active."}""")]
    [InlineData("/api/push/push-job", 404, """{"ok":false,"msg":"Monitor not found or not active."}""")]
    [InlineData(Kuma + "?ping=-1", 400, """{"ok":false,"msg":"Invalid ping value: -1ms cannot be negative"}""")]
    public async Task What_kuma_refuses_is_refused_in_its_words(string path, int status, string words)
    {
        await using var house = await CalledHouse.StartAsync();
        Assert.Equal((status, words), Short(await house.CallAsync(HttpMethod.Get, path)));
        Assert.Equal(400, (await house.CallAsync(HttpMethod.Get, Kuma + "?ping=86400001")).Status);
        Assert.Equal(400, (await house.CallAsync(HttpMethod.Get, Kuma + "?ping=soon")).Status);
        Assert.Empty(house.Beats);
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("10s", 10_000_000_000L)]
    [InlineData("1h0m0.5s", 3_600_500_000_000L)]
    [InlineData("850ms", 850_000_000L)]
    [InlineData("1.5µs", 1_500L)]
    [InlineData(".5s", 500_000_000L)]
    [InlineData("", null)]
    [InlineData("10", null)]
    [InlineData("s", null)]
    [InlineData("1s 2s", null)]
    [InlineData("1..2s", null)]
    [InlineData("999999999999999999999999s", null)]
    [InlineData("9000h", null)]
    public void A_length_of_time_is_read_as_go_writes_it(string text, long? nanoseconds) => Assert.Equal(nanoseconds, GoDuration.Read(text)?.Nanoseconds);

    private static (int, string) Short((int Status, string Body, HttpResponseMessage) answer) => (answer.Status, answer.Body);
}
