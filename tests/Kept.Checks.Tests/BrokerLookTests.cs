using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Kept.TestKit.Servers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>The kinds <c>mqtt</c> and <c>nats</c>.</summary>
public sealed class BrokerLookTests
{
    private static readonly Duration Short = Duration.Milliseconds(700);

    [Theory]
    [InlineData("3.1.1")]
    [InlineData("5")]
    public async Task A_real_MQTT_broker_takes_a_message_round(string version)
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_MQTT", "mqtt-s3cret");
        using var root = new CertificateAuthority();
        await using var server = new Mosquitto();
        await server.StartAsync("kept", "mqtt-s3cret", root.Issue(["127.0.0.1"]));
        (string, FieldValue)[] login = [("speaks", Text(version)), ("user", Text("kept")), ("password", Text("${env:KEPT_TEST_MQTT}"))];
        var seen = await Looking.LookAsync("mqtt", $"kept/probe at 127.0.0.1:{server.Port}", settings: login);
        seen.Answers();
        Assert.Equal((0m, "accepted", Value.Of(false)), (seen.Amount("mqtt", "return-code"), seen.Text("mqtt", "reason"), seen.See("mqtt", "session-present")));
        Assert.InRange(seen.Amount("mqtt", "round-trip"), 1000, seen.Amount("mqtt", "time"));
        var plain = await Looking.LookAsync("mqtt", $"127.0.0.1:{server.Port}", settings: login);
        plain.Answers();
        Assert.Null(plain.See("mqtt", "round-trip"));
        (await Looking.LookAsync("mqtt", $"kept/probe at 127.0.0.1:{server.TlsPort}", null, new EgressOptions { PrivateRoots = [root.Certificate] }, settings: [.. login, ("over-tls", Yes)])).Answers();
        (await Looking.LookAsync("mqtt", $"127.0.0.1:{server.TlsPort}", settings: [.. login, ("over-tls", Yes)])).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        (await Looking.LookAsync("mqtt", $"127.0.0.1:{server.Port}", settings: ("speaks", Text(version)))).Fails(TargetFailure.ReportedFailure, "did not let us in: not authorized");
        (await Looking.LookAsync("mqtt", $"127.0.0.1:{server.Port}", settings: ("password", Text("${env:KEPT_TEST_NOT_SET}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
        await server.StopAsync();
        (await Looking.LookAsync("mqtt", $"127.0.0.1:{server.Port}")).Fails(TargetFailure.Refused, "refused");
    }

    /// <summary>Bytes in hexadecimal; two vertical lines wait for the next thing that we send.</summary>
    private static byte[][] Bytes(string answers) => [.. answers.Split("||").Select(answer => Convert.FromHexString(answer.Replace(" ", "", StringComparison.Ordinal)))];

    [Theory]
    [InlineData("3.1.1", "", "20 02 00 01", TargetFailure.ReportedFailure, "does not speak this version of MQTT (code 1)")]
    [InlineData("3.1.1", "", "20 02 00 03", TargetFailure.ReportedFailure, "the server is not available (code 3)")]
    [InlineData("3.1.1", "", "20 02 00 04", TargetFailure.ReportedFailure, "wrong user or password (code 4)")]
    [InlineData("3.1.1", "", "20 02 00 05", TargetFailure.ReportedFailure, "not authorized (code 5)")]
    [InlineData("5", "", "20 03 00 86 00", TargetFailure.ReportedFailure, "wrong user or password (code 134)")]
    [InlineData("5", "", "20 03 00 89 00", TargetFailure.ReportedFailure, "busy (code 137)")]
    [InlineData("3.1.1", "", "20 03 00 00 00", TargetFailure.Malformed, "its answer to connecting is none")]
    [InlineData("3.1.1", "", "20 01 00", TargetFailure.Malformed, "its answer to connecting is none")]
    [InlineData("3.1.1", "", "30 02 00 00", TargetFailure.Malformed, "did not answer to connecting")]
    [InlineData("3.1.1", "", "20 ff ff ff ff 01", TargetFailure.Malformed, "more than four bytes")]
    [InlineData("3.1.1", "", "20 ff ff ff 7f", TargetFailure.TooLarge, "64KiB")]
    [InlineData("3.1.1", "", "48 54 54 50", TargetFailure.TimedOut, "reading the answer")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 01 80", TargetFailure.ReportedFailure, "did not let us subscribe to t (code 128)")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 02 00", TargetFailure.Malformed, "its answer to subscribing is none")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 01 00 || 40 02 00 02", TargetFailure.TimedOut, "reading the answer")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 01 00 || 40 02 00 02 30 05 00 01 74 68 69", TargetFailure.TimedOut, "reading the answer")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 01 00 || 40 02 00 09", TargetFailure.Malformed, "its answer to publishing is none")]
    [InlineData("3.1.1", "t", "20 02 00 00 || 90 03 00 01 00 || 30 03 00 09 74", TargetFailure.Malformed, "a message is cut")]
    [InlineData("3.1.1", "t", "20 02 00 00 || d0 00", TargetFailure.Malformed, "which nobody asked for")]
    [InlineData("5", "t", "20 03 00 00 00 || 90 04 00 01 00 87", TargetFailure.ReportedFailure, "did not let us subscribe to t (code 135)")]
    [InlineData("5", "t", "20 03 00 00 00 || 90 04 00 01 00 00 || 40 04 00 02 87 00", TargetFailure.ReportedFailure, "did not let us publish to t (code 135)")]
    [InlineData("5", "t", "20 03 00 00 00 || e0 02 8b 00", TargetFailure.ReportedFailure, "ended the connection: the server is shutting down")]
    [InlineData("5", "t", "20 03 00 00 00 || 90 04 00 01 7f 00", TargetFailure.Malformed, "properties of a packet are cut")]
    public async Task A_broker_that_refuses_or_breaks_MQTT_fails(string version, string topic, string answers, TargetFailure failure, string words)
    {
        await using var peer = Peer(Bytes(answers));
        (await Looking.LookAsync("mqtt", topic.Length > 0 ? $"{topic} at 127.0.0.1:{peer.Port}" : $"127.0.0.1:{peer.Port}", Short, settings: ("speaks", Text(version)))).Fails(failure, words);
    }

    [Fact]
    public async Task A_refusal_of_MQTT_is_an_answer_for_who_asks_about_it()
    {
        await using var peer = Peer(Bytes("20 02 00 05"));
        var seen = await AskAsync("mqtt", $"127.0.0.1:{peer.Port}", "return-code");
        seen.Answers();
        Assert.Equal((5m, 5, "not authorized"), (seen.Amount("mqtt", "return-code"), seen.Code, seen.Text("mqtt", "reason")));
    }

    [Theory]
    [InlineData("mqtt", "a/+ at broker.example", "is a pattern")]
    [InlineData("mqtt", "$SYS/x at broker.example", "belong to the broker")]
    [InlineData("nats", "orders.* at nats.example", "no single subject")]
    [InlineData("nats", "a b at nats.example", "one word")]
    [InlineData("nats", "orders. at nats.example", "no single subject")]
    public void What_is_no_topic_or_subject_is_refused_when_it_is_read(string kind, string target, string error) => Assert.Contains(error, Looking.Kind(kind).ReadTarget(target).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_real_NATS_server_answers_and_tells_that_nobody_listens()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_NATS", "nats-s3cret");
        using var root = new CertificateAuthority();
        await using var server = new NatsServer();
        await server.StartAsync("kept", "nats-s3cret", root.Issue(["127.0.0.1"]));
        (string, FieldValue)[] login = [("over-tls", Yes), ("user", Text("kept")), ("password", Text("${env:KEPT_TEST_NATS}"))];
        var trusting = new EgressOptions { PrivateRoots = [root.Certificate] };
        var seen = await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}", null, trusting, settings: login);
        seen.Answers();
        Assert.StartsWith("2.", seen.Text("nats", "server-version"), StringComparison.Ordinal);
        Assert.Equal((Value.Of(false), "1.3"), (seen.See("nats", "jetstream"), seen.Text("nats", "tls.version")));
        (await Looking.LookAsync("nats", $"orders.health at 127.0.0.1:{server.Port}", null, trusting, settings: login)).Fails(TargetFailure.ReportedFailure, "nobody answers on orders.health");
        (await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}", null, trusting, settings: [("over-tls", Yes), ("user", Text("kept")), ("password", Text("wrong"))])).Fails(TargetFailure.ReportedFailure, "Authorization Violation");
        Assert.Equal("Authorization Violation", (await AskAsync("nats", $"127.0.0.1:{server.Port}", "error", trusting, ("over-tls", Yes))).Text("nats", "error"));
        (await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}", null, null, settings: login)).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        (await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}", null, null, settings: ("user", Text("kept")))).Fails(TargetFailure.ReportedFailure, "wants TLS: write over-tls: yes");
        (await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}", settings: ("password", Text("${env:KEPT_TEST_NOT_SET}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
        await server.StopAsync();
        (await Looking.LookAsync("nats", $"127.0.0.1:{server.Port}")).Fails(TargetFailure.Refused, "refused");
    }

    /// <summary>A NATS server that answers each request by a script, which gets the inbox.</summary>
    private static ScriptedPeer Nats(Func<string, string> reply) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        var buffer = new byte[4096];
        await stream.WriteAsync("INFO {\"version\":\"2.9.0\",\"server_name\":\"one\",\"jetstream\":true}\r\n"u8.ToArray(), stop);
        _ = await stream.ReadAsync(buffer, stop);
        await stream.WriteAsync("INFO {}\r\nPING\r\nPONG\r\n"u8.ToArray(), stop);
        var asked = "";
        while (!asked.Contains("PUB", StringComparison.Ordinal)) asked += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, stop));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(reply(asked[(asked.IndexOf("SUB ", StringComparison.Ordinal) + 4)..asked.IndexOf(" 1\r\n", StringComparison.Ordinal)])), stop);
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
    });

    [Fact]
    public async Task A_request_over_NATS_shows_its_reply()
    {
        await using var peer = Nats(inbox => $"MSG other 9 2\r\nno\r\nMSG {inbox} 1 15\r\n{{\"ready\": true}}\r\n");
        var seen = await Looking.LookAsync("nats", $"a.b at 127.0.0.1:{peer.Port}", settings: ("send", Text("hello")));
        seen.Answers();
        Assert.Equal(("{\"ready\": true}", "one", Value.Of(true)), (seen.Text("nats", "answer"), seen.Text("nats", "server-name"), seen.See("nats", "jetstream")));
        await using var headed = Nats(inbox => $"HMSG {inbox} 1 reply.to 12 14\r\nNATS/1.0\r\n\r\nok\r\n");
        Assert.Equal("ok", (await Looking.LookAsync("nats", $"a.b at 127.0.0.1:{headed.Port}")).Text("nats", "answer"));
    }

    [Theory]
    [InlineData("HMSG {0} 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n", TargetFailure.ReportedFailure, "nobody answers on a.b")]
    [InlineData("-ERR 'Permissions Violation for Publish to \"a.b\"'\r\n", TargetFailure.ReportedFailure, "Permissions Violation")]
    [InlineData("MSG {0} 1 99999999\r\n", TargetFailure.TooLarge, "64KiB")]
    [InlineData("MSG {0} 1 9223372036854775807\r\n", TargetFailure.TooLarge, "64KiB")]
    [InlineData("MSG {0} 1 -1\r\n", TargetFailure.Malformed, "length of a message is none")]
    [InlineData("MSG {0} 1 2\r\nlonger\r\n", TargetFailure.Malformed, "line longer")]
    [InlineData("HMSG {0} 1 9 2\r\nok\r\n", TargetFailure.Malformed, "head of a message is longer")]
    [InlineData("HELLO\r\n", TargetFailure.Malformed, "something else than a message")]
    [InlineData("MSG {0} 1 5\r\nab", TargetFailure.TimedOut, "reading the answer")]
    public async Task A_reply_over_NATS_that_is_none_fails(string reply, TargetFailure failure, string words)
    {
        await using var peer = Nats(inbox => reply.Replace("{0}", inbox, StringComparison.Ordinal));
        (await Looking.LookAsync("nats", $"a.b at 127.0.0.1:{peer.Port}", Short)).Fails(failure, words);
    }

    [Theory]
    [InlineData("220 mail.example ESMTP\r\n", TargetFailure.Malformed, "does not begin as a NATS server does")]
    [InlineData("INFO {\"version\"\r\n", TargetFailure.Malformed, "no JSON")]
    [InlineData("INFO []\r\n", TargetFailure.Malformed, "no JSON object")]
    [InlineData("INFO {\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}\r\n", TargetFailure.Malformed, "no JSON")]
    [InlineData("INFO {}\r\nHELLO\r\n", TargetFailure.Malformed, "something else than a pong")]
    public async Task A_greeting_that_is_none_fails(string greeting, TargetFailure failure, string words)
    {
        await using var peer = Greeting(greeting);
        (await Looking.LookAsync("nats", $"127.0.0.1:{peer.Port}", Short)).Fails(failure, words);
        await using var tempts = Greeting("INFO {\"tls_available\":true}\r\nPONG\r\n");
        (await Looking.LookAsync("nats", $"127.0.0.1:{tempts.Port}", Short, settings: ("over-tls", Yes))).Fails(TargetFailure.Malformed, "it said more in clear");
        await using var never = Greeting("INFO {}\r\n");
        (await Looking.LookAsync("nats", $"127.0.0.1:{never.Port}", Short, settings: ("over-tls", Yes))).Fails(TargetFailure.TlsFailed, "does not speak TLS");
    }
}
