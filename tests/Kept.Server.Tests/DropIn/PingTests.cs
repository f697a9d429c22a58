using System.Text;
using Kept.Engine;
using Kept.Server.DropIn;
using Kept.Server.Hosting;
using Xunit;

namespace Kept.Server.Tests.DropIn;

/// <summary>Callers of Healthchecks that know nothing of Kept, as they call: curl with a UUID, or a ping key and a slug.</summary>
public sealed class PingTests
{
    [Theory]
    [InlineData("", BeatKind.Success, 0)]
    [InlineData("/", BeatKind.Success, 0)]
    [InlineData("/start", BeatKind.Start, 0)]
    [InlineData("/fail", BeatKind.Fail, 0)]
    [InlineData("/log", BeatKind.Log, 0)]
    [InlineData("/0", BeatKind.ExitCode, 0)]
    [InlineData("/255", BeatKind.ExitCode, 255)]
    public async Task A_ping_by_uuid_or_slug_means_what_it_meant_there(string behind, BeatKind kind, int code)
    {
        await using var house = await CalledHouse.StartAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Post })
            foreach (var path in new[] { $"/ping/{CalledHouse.Uuid}", $"/ping/{CalledHouse.PlainUuid}", $"/ping/{CalledHouse.PingKey}/weekly" })
            {
                var (status, body, answer) = await house.CallAsync(method, path + behind);
                Assert.Equal((200, method == HttpMethod.Head ? "" : "OK"), (status, body));
                Assert.Equal("100000", answer.Headers.GetValues("Ping-Body-Limit").Single());
                Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
            }
        Assert.Equal(Enumerable.Repeat(new[] { "nightly-backup", CalledHouse.PlainUuid, "weekly-report" }, 3).SelectMany(keys => keys), house.Beats.Select(beat => beat.Key));
        Assert.All(house.Beats, beat => Assert.Equal((kind, code, "127.0.0.1"), (beat.Kind, beat.ExitCode, beat.From)));
    }

    [Theory]
    [InlineData("/ping/11111111-2222-4333-8444-555555555555", 404, "not found")]
    [InlineData("/ping/hc-ping-key-0001/nobody?create=1", 404, "not found")]
    [InlineData("/ping/hc-ping-key-0002/weekly?create=1", 404, "not found")]
    [InlineData("/ping/weekly", 404, "not found")]
    [InlineData("/ping/nightly-backup", 404, "not found")]
    [InlineData("/ping/hc-ping-key-0001/double", 409, "ambiguous slug")]
    [InlineData("/ping/f618072a-7bde-4eee-af63-71a77c5723bc/256", 400, "invalid url format")]
    [InlineData("/ping/f618072a-7bde-4eee-af63-71a77c5723bc/-1", 400, "invalid url format")]
    [InlineData("/ping/f618072a-7bde-4eee-af63-71a77c5723bc/stop", 400, "invalid url format")]
    [InlineData("/ping/f618072a-7bde-4eee-af63-71a77c5723bc?rid=7", 400, "invalid uuid format")]
    [InlineData("/ping/f618072a-7bde-4eee-af63-71a77c5723bc/fail/now", 404, "not found")]
    public async Task What_cannot_be_taken_is_told_in_its_words_and_reaches_nobody(string path, int status, string words)
    {
        await using var house = await CalledHouse.StartAsync();
        var (told, body, answer) = await house.CallAsync(HttpMethod.Post, path);
        Assert.Equal((status, words), (told, body));
        Assert.False(answer.Headers.Contains("Ping-Body-Limit"));
        Assert.Empty(house.Beats);
        Assert.Empty(house.House.SentAway);
    }

    [Fact]
    public async Task A_long_body_is_cut_where_healthchecks_cuts_it_and_the_ping_counts()
    {
        await using var house = await CalledHouse.StartAsync();
        var log = new string('x', PingApi.MostBody * 3);
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Post, $"/ping/{CalledHouse.Uuid}/1?rid=A618072A-7bde-4eee-af63-71a77c5723bc", new StringContent(log))).Status);
        Assert.Equal((PingApi.MostBody, "a618072a-7bde-4eee-af63-71a77c5723bc"), (house.Beats.Single().Body!.Length, house.Beats.Single().Run));
        Assert.Equal(413, (await house.CallAsync(HttpMethod.Post, $"/ping/{CalledHouse.Uuid}", new ByteArrayContent(new byte[PingApi.MostTaken + 1]))).Status);
        Assert.Single(house.Beats);
        Assert.Equal("nightly-backup", house.House.SentAway.Single()); // it called, and what it said is not known
    }

    [Fact]
    public async Task A_body_that_never_ends_is_given_up_and_the_silence_is_ours()
    {
        await using var house = await CalledHouse.StartAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, house.Web.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /ping/{CalledHouse.Uuid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"));
        using var reader = new StreamReader(stream);
        var answer = reader.ReadLineAsync();
        while (!answer.IsCompleted)
        {
            house.Web.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        Assert.Contains(" 408 ", await answer, StringComparison.Ordinal);
        Assert.Equal("nightly-backup", house.House.SentAway.Single());
        Assert.Empty(house.Beats);
    }

    [Fact]
    public async Task What_keeps_strangers_from_calling_is_in_no_log_no_answer_and_no_evidence()
    {
        using var log = new Overheard();
        await using var house = await CalledHouse.StartAsync(log: log);
        await house.CallAsync(HttpMethod.Post, $"/ping/{CalledHouse.Uuid}", new StringContent($"+ curl https://hc-ping.com/{CalledHouse.Uuid}/start"));
        Assert.Equal("+ curl https://hc-ping.com/•••/start", house.Beats.Single().Body);
        house.Web.House.Replace(null!); // a fault of ours
        foreach (var path in new[] { $"/ping/{CalledHouse.Uuid}", $"/api/push/{CalledHouse.KumaToken}" })
        {
            var (status, body, _) = await house.CallAsync(HttpMethod.Get, path);
            Assert.Equal(500, status);
            Assert.DoesNotContain(CalledHouse.Uuid, body, StringComparison.Ordinal);
        }
        string[] said = [.. log.Errors, .. log.Warnings];
        Assert.NotEmpty(said);
        Assert.All(said, line => Assert.False(line.Contains(CalledHouse.Uuid, StringComparison.Ordinal) || line.Contains(CalledHouse.KumaToken, StringComparison.Ordinal), line));
    }

    [Theory]
    [InlineData(BeatAnswer.NotRunning, 503)]
    [InlineData(BeatAnswer.TooOften, 429)]
    public async Task A_ping_that_was_not_recorded_is_never_told_that_it_was(BeatAnswer answered, int status)
    {
        await using var house = await CalledHouse.StartAsync();
        house.Hearing = answered;
        foreach (var path in new[] { $"/ping/{CalledHouse.Uuid}", $"/ping/{CalledHouse.PingKey}/weekly/fail", $"/api/push/{CalledHouse.KumaToken}" })
        {
            var (told, body, answer) = await house.CallAsync(HttpMethod.Get, path);
            Assert.Equal(status, told);
            Assert.NotEqual("OK", body);
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task While_the_house_is_read_a_ping_is_told_to_come_back()
    {
        await using var house = await CalledHouse.StartAsync();
        house.House.IsStarting = true;
        Assert.Equal(503, (await house.CallAsync(HttpMethod.Get, $"/ping/{CalledHouse.Uuid}")).Status);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_ping()
    {
        await using var house = await CalledHouse.StartAsync();
        foreach (var path in new[] { $"/ping/{CalledHouse.Uuid}", $"/api/push/{CalledHouse.KumaToken}" })
            Assert.Equal(400, (await house.CallAsync(HttpMethod.Get, path, null, ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.Empty(house.Beats);
    }

    [Fact]
    public async Task Guessing_is_told_to_wait_and_who_knows_the_uuid_is_heard_all_the_same()
    {
        await using var house = await CalledHouse.StartAsync();
        var limited = 0;
        for (var i = 0; i < BeatBounds.OfWrongKeys.Burst + 20; i++)
            if ((await house.CallAsync(HttpMethod.Get, $"/ping/{Guid.NewGuid()}")) is { Status: 429, Body: "rate limited" }) limited++;
        Assert.True(limited > 0);
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, $"/ping/{CalledHouse.Uuid}")).Status);
    }

    [Fact]
    public async Task A_uuid_that_is_turned_over_works_without_a_restart_and_one_that_is_missing_is_said()
    {
        await using var house = await CalledHouse.StartAsync();
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, $"/ping/{CalledHouse.Uuid}")).Status);
        const string Next = "99999999-7bde-4eee-af63-71a77c5723bc";
        house.Write("uuid", Next);
        house.Web.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(404, (await house.CallAsync(HttpMethod.Get, $"/ping/{CalledHouse.Uuid}")).Status);
        Assert.Equal(200, (await house.CallAsync(HttpMethod.Get, $"/ping/{Next}")).Status);
        var old = new OldAddresses(() => house.House.View, house.Web.Time, isPublic: false);
        Assert.Contains("not-there does not exist", Assert.Single(old.Missing), StringComparison.Ordinal);
        Assert.DoesNotContain("not-there", Assert.Single(new OldAddresses(() => house.House.View, house.Web.Time, isPublic: true).Missing), StringComparison.Ordinal);
        house.Write("uuid", "no uuid");
        house.Web.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(404, (await house.CallAsync(HttpMethod.Get, $"/ping/{Next}")).Status);
        Assert.Equal(2, new OldAddresses(() => house.House.View, house.Web.Time, isPublic: false).Missing.Count);
    }
}
