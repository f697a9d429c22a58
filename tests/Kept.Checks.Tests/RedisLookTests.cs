using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Kept.TestKit.Servers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

public sealed class RedisLookTests
{
    private static async Task<Observation> LookAsync(string answer, string command = "PING", params (string, FieldValue)[] settings)
    {
        await using var peer = Peer(answer);
        return await Looking.LookAsync("redis", $"{command} at 127.0.0.1:{peer.Port}", Duration.Milliseconds(600), settings: settings);
    }

    [Fact]
    public async Task A_real_server_answers_every_sort_of_value()
    {
        await using var server = new RedisServer();
        using var root = new CertificateAuthority();
        await server.StartTlsAsync(root.Issue(["127.0.0.1"]));
        var at = $" at 127.0.0.1:{server.Port}";
        var pong = await Looking.LookAsync("redis", $"127.0.0.1:{server.Port}");
        pong.Answers();
        Assert.Equal("PONG", pong.Text("redis", "answer"));
        Assert.Null(pong.See("redis", "value"));
        ServerProcess.Run("redis-cli", "-p", server.Port.ToString(), "set", "depth", "12.50");
        ServerProcess.Run("redis-cli", "-p", server.Port.ToString(), "rpush", "queue", "a", "b", "\"c\"");
        Assert.Equal(12.50m, (await Looking.LookAsync("redis", "GET depth" + at)).Amount("redis", "value"));
        Assert.Equal(3, (await Looking.LookAsync("redis", "LLEN queue" + at)).Amount("redis", "value"));
        Assert.Equal("""["a","b","\"c\""]""", (await Looking.LookAsync("redis", "LRANGE queue 0 -1" + at)).Text("redis", "answer"));
        Assert.Equal("null", (await Looking.LookAsync("redis", "GET nothing" + at)).Text("redis", "answer"));
        Assert.StartsWith("[\"master\",", (await Looking.LookAsync("redis", "ROLE" + at)).Text("redis", "answer"), StringComparison.Ordinal);
        (await Looking.LookAsync("redis", "LLEN depth" + at)).Fails(TargetFailure.ReportedFailure, "answered LLEN with an error: WRONGTYPE");
        Assert.StartsWith("WRONGTYPE", (await AskAsync("redis", "LLEN depth" + at, "error")).Text("redis", "error"), StringComparison.Ordinal);
        (await Looking.LookAsync("redis", "PING" + at, settings: ("database", Text("99")))).Fails(TargetFailure.ReportedFailure, "out of range");

        var secure = await Looking.LookAsync("redis", $"127.0.0.1:{server.TlsPort}", null, new EgressOptions { PrivateRoots = [root.Certificate] }, settings: ("over-tls", Yes));
        secure.Answers();
        Assert.Equal("1.3", secure.Text("redis", "tls.version"));
        (await Looking.LookAsync("redis", $"127.0.0.1:{server.TlsPort}", settings: ("over-tls", Yes))).Fails(TargetFailure.CertificateInvalid, "not trusted here");
    }

    [Fact]
    public async Task A_real_server_with_a_password_lets_in_who_has_it_and_it_is_told_to_nobody()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_REDIS", "r3dis-s3cret");
        await using var server = new RedisServer();
        await server.StartAsync("--requirepass", "r3dis-s3cret");
        var at = $"127.0.0.1:{server.Port}";
        (await Looking.LookAsync("redis", at)).Fails(TargetFailure.ReportedFailure, "NOAUTH");
        (await Looking.LookAsync("redis", at, settings: ("password", Text("wrong")))).Fails(TargetFailure.ReportedFailure, "did not let us in: WRONGPASS");
        (await Looking.LookAsync("redis", at, settings: ("password", Text("${env:KEPT_TEST_REDIS}")))).Answers();
        (await Looking.LookAsync("redis", at, settings: [("user", Text("default")), ("password", Text("${env:KEPT_TEST_REDIS}"))])).Answers();
        var echo = await Looking.LookAsync("redis", "ECHO ${env:KEPT_TEST_REDIS} at " + at, settings: ("password", Text("${env:KEPT_TEST_REDIS}")));
        Assert.Equal(("•••", "•••"), (echo.Text("redis", "answer"), echo.Excerpt));
        (await Looking.LookAsync("redis", at, settings: ("password", Text("${env:KEPT_TEST_NOT_SET}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
    }

    [Theory]
    [InlineData("+OK\r\n", "OK", null)]
    [InlineData(":-7\r\n", "-7", "-7")]
    [InlineData("$5\r\n1\r\n23\r\n", "1\r\n23", null)]
    [InlineData("$0\r\n\r\n", "", null)]
    [InlineData("$-1\r\n", "null", null)]
    [InlineData("*-1\r\n", "null", null)]
    [InlineData("*0\r\n", "[]", null)]
    [InlineData("*3\r\n:1\r\n$-1\r\n*1\r\n-ERR in it\r\n", "[1,null,[\"ERR in it\"]]", null)]
    [InlineData("$4\r\n1e99\r\n", "1e99", null)]
    public async Task Each_form_of_answer_is_read(string answer, string text, string? number)
    {
        var seen = await LookAsync(answer);
        seen.Answers();
        Assert.Equal(text, seen.Text("redis", "answer"));
        Assert.Equal(number is null ? null : Value.Of(decimal.Parse(number)), seen.See("redis", "value"));
    }

    [Theory]
    [InlineData("-LOADING Redis is loading\r\n", TargetFailure.ReportedFailure, "LOADING")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", TargetFailure.Malformed, "no answer of Redis")]
    [InlineData("\r\n", TargetFailure.Malformed, "empty line")]
    [InlineData(":seven\r\n", TargetFailure.Malformed, "a number is none")]
    [InlineData("$3\r\nabcdef\r\n", TargetFailure.Malformed, "line longer")]
    [InlineData("$3\r\nabcd\r\n", TargetFailure.Malformed, "longer than it announced")]
    [InlineData("$-2\r\n", TargetFailure.Malformed, "negative")]
    [InlineData("$9223372036854775807\r\n", TargetFailure.TooLarge, "64KiB")]
    [InlineData("$70000\r\n", TargetFailure.TooLarge, "64KiB")]
    [InlineData("*9999999\r\n", TargetFailure.TooLarge, "64KiB")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", TargetFailure.Malformed, "nests deeper")]
    [InlineData("$5\r\nab", TargetFailure.TimedOut, "reading the answer")]
    public async Task What_breaks_the_protocol_fails(string answer, TargetFailure failure, string words) => (await LookAsync(answer)).Fails(failure, words);

    [Theory]
    [InlineData("SET a b at cache.example", "'SET' is not a command that a check may give")]
    [InlineData("FLUSHALL at cache.example", "'FLUSHALL'")]
    [InlineData("get a at cache.example", "capitals")]
    [InlineData("EVAL x 0 at cache.example", "'EVAL'")]
    [InlineData(" at cache.example", "before 'at'")]
    [InlineData("redis://cache.example", "not at a URL")]
    [InlineData("PING at user@cache.example", "no user name")]
    public void What_a_check_may_not_ask_is_refused_when_it_is_read(string target, string error) => Assert.Contains(error, Looking.Kind("redis").ReadTarget(target).Error, StringComparison.Ordinal);

    [Fact]
    public void The_host_is_what_the_check_speaks_about()
    {
        Assert.Equal(("cache.example", 6379, "PING"), Looking.Target("redis", "Cache.Example.") is var target ? (target.Host, target.Port, target.Rest) : default);
        Assert.Equal(("::1", 7000, "GET a at b"), Looking.Target("redis", "GET a at b at [::1]:7000") is var other ? (other.Host, other.Port, other.Rest) : default);
    }
}
