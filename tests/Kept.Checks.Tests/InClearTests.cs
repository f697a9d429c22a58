using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>Secrets over HTTP without TLS: to this machine, or where the document says that they may.</summary>
public sealed class InClearTests
{
    private static TargetReading Settled(string kind, string target, params (string Name, FieldValue Value)[] fields) =>
        Looking.Kind(kind).Settles!(Looking.Target(kind, target), fields.ToDictionary(field => field.Name, field => field.Value));

    private static FieldValue Map(params (string, string)[] pairs) => new FieldValue.TextMap([.. pairs.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))]);

    private static readonly (string, FieldValue) Bearer = ("headers", Map(("authorization", "Bearer x"))), Key = ("headers", Map(("X-Mine", "${env:KEY}"))), Allowed = ("in-clear", Yes);

    public static TheoryData<string, string, string> Refused => new()
    {
        { "http", "http://shop.example/", "the header authorization goes to shop.example:80 in clear" }, { "http", "POST http://192.0.2.7:8080/", "goes to 192.0.2.7:8080 in clear" },
        { "websocket", "ws://shop.example/live", "the header authorization goes to shop.example:80 in clear" }, { "grpc", "shop.example:50051", "the header authorization goes to shop.example:50051 in clear" },
        { "prometheus", "up at http://prometheus.example:9090", "goes to prometheus.example:9090 in clear" }, { "feed", "http://shop.example/feed", "goes to shop.example:80 in clear" },
        { "consistency", "http://shop.example/order", "the header authorization goes to shop.example:80 in clear" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_secret_to_another_machine_is_refused_with_what_to_write(string kind, string target, string words)
    {
        var refused = Settled(kind, target, Bearer);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Contains(kind == "grpc" ? "write over-tls: yes, or in-clear: yes" : "write https://", refused.Help, StringComparison.Ordinal);
        Assert.NotNull(Settled(kind, target, Key).Error);
        Assert.NotNull(Settled(kind, target, Bearer, Allowed).Target);
        Assert.NotNull(Settled(kind, target, ("headers", Map(("accept", "text/plain")))).Target);
        var here = target.Replace("shop.example", "localhost", StringComparison.Ordinal).Replace("prometheus.example", "[::1]", StringComparison.Ordinal).Replace("192.0.2.7", "127.0.0.1", StringComparison.Ordinal);
        Assert.NotNull(Settled(kind, here, Bearer).Target);
        if (kind != "grpc") Assert.NotNull(Settled(kind, target.Replace("http://", "https://", StringComparison.Ordinal).Replace("ws://", "wss://", StringComparison.Ordinal), Bearer).Target);
        else Assert.NotNull(Settled(kind, target, Bearer, ("over-tls", Yes)).Target);
    }

    [Fact]
    public void Replicas_and_predecessors_are_others_too()
    {
        var (here, replica) = ("http://localhost:8080/api", ("replicas", (FieldValue)new FieldValue.Texts(["https://a.example/", "http://b.example:81/"])));
        Assert.NotNull(Settled("consistency", here, replica).Target);
        var refused = Settled("consistency", here, replica, Bearer);
        Assert.Equal("replica: the header authorization goes to b.example:81 in clear, where whoever stands between reads it", refused.Error);
        Assert.Contains("in-clear: yes", refused.Help, StringComparison.Ordinal);
        Assert.NotNull(Settled("consistency", here, replica, Bearer, Allowed).Target);
        Assert.NotNull(Settled("consistency", here, ("replicas", new FieldValue.Texts(["https://a.example/", "http://127.0.0.1:81/"])), Bearer).Target);
        Assert.StartsWith("replica: the secret in the URL goes to b.example:80", Settled("consistency", here, ("replicas", new FieldValue.Texts(["http://b.example/?k=${env:KEY}"]))).Error, StringComparison.Ordinal);
        Assert.StartsWith("the header authorization goes to shop.example:80", Settled("consistency", "http://shop.example/", ("replicas", new FieldValue.Texts(["addresses"])), Bearer).Error, StringComparison.Ordinal);
        (string, FieldValue) after = ("after", new FieldValue.Texts(["/search?q={marker}"])), secret = ("after", new FieldValue.Texts(["/a", "/login?k=${env:KEY}"]));
        Assert.NotNull(Settled("reuse", "http://shop.example/", after).Target);
        Assert.StartsWith("the header Cookie goes to shop.example:80", Settled("reuse", "http://shop.example/", after, ("after-headers", Map(("Cookie", "a={marker}")))).Error, StringComparison.Ordinal);
        Assert.StartsWith("the secret in the URL goes to shop.example:80", Settled("reuse", "http://shop.example/", secret).Error, StringComparison.Ordinal);
        foreach (var fields in new (string, FieldValue)[][] { [after, Bearer, Allowed], [secret, Allowed] }) Assert.NotNull(Settled("reuse", "http://shop.example/", fields).Target);
        Assert.NotNull(Settled("reuse", "https://shop.example/", secret, Bearer).Target);
    }

    [Fact]
    public void Each_way_to_say_who_we_are_is_seen()
    {
        string? Error(string target, params (string, FieldValue)[] fields) => Settled("http", target, fields).Error;
        var tokens = Map(("token-url", "https://login.example/token"), ("client-id", "a"), ("client-secret", "b"));
        Assert.StartsWith("a password goes", Error("http://shop.example/", ("user", Text("a")), ("password", Text("b"))), StringComparison.Ordinal);
        Assert.StartsWith("a token goes", Error("http://shop.example/", ("oauth2", tokens)), StringComparison.Ordinal);
        Assert.Null(Error("https://shop.example/", ("oauth2", tokens)));
        Assert.StartsWith("the client secret goes to login.example:80 in clear", Error("https://shop.example/", ("oauth2", Map(("token-url", "http://login.example/token"), ("client-id", "a"), ("client-secret", "b")))), StringComparison.Ordinal);
        Assert.StartsWith("the secret in the URL goes", Error("http://shop.example/?key=${env:KEY}"), StringComparison.Ordinal);
        Assert.StartsWith("the secret in `body` goes", Error("POST http://shop.example/", ("body", Text("key=${file:/run/key}"))), StringComparison.Ordinal);
        Assert.Null(Error("http://shop.example/", ("user", Text("a"))));
        Assert.Null(Error("http://shop.example/", ("client-key", Text("${file:/run/key}"))));
    }

    [Fact]
    public void What_a_step_took_is_a_secret_too()
    {
        string? Error(string target, params (string, FieldValue)[] fields) => Settled("http", target, fields).Error;
        Assert.StartsWith("the header X-Session goes to shop.example:80 in clear", Error("http://shop.example/", ("headers", Map(("X-Session", "${login.token}")))), StringComparison.Ordinal);
        Assert.StartsWith("what a step took in the URL goes", Error("http://shop.example/?t=${login.token}"), StringComparison.Ordinal);
        Assert.StartsWith("what a step took in `body` goes", Error("POST http://shop.example/", ("body", Text("t=${login.token}"))), StringComparison.Ordinal);
        Assert.Null(Error("https://shop.example/?t=${login.token}"));
        Assert.Null(Error("http://localhost/?t=${login.token}"));
        Assert.Null(Error("http://shop.example/?t=${login.token}", Allowed));
    }

    /// <summary>Behind a proxy localhost is the proxy's, and the way to it is no longer on this machine.</summary>
    [Theory]
    [InlineData("http", "http://localhost:1234/")]
    [InlineData("http", "http://127.0.0.1:1234/")]
    [InlineData("feed", "http://localhost:1234/feed")]
    [InlineData("prometheus", "up at http://localhost:1234")]
    [InlineData("websocket", "ws://localhost:1234/live")]
    [InlineData("grpc", "localhost:1234")]
    public async Task Nothing_is_told_to_a_proxy_in_clear(string kind, string target)
    {
        await using var proxy = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"));
        var through = new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" };
        (await Looking.LookAsync(kind, target, null, through, settings: Bearer)).IsGap(GapCause.Fault, "the header authorization goes in clear to the proxy");
        Assert.Equal(0, proxy.Connections);
        var told = (await Looking.LookAsync(kind, target, null, through, settings: [Bearer, Allowed])).Detail!;
        Assert.Contains("cannot reach", told, StringComparison.Ordinal);
        Assert.Contains("cannot reach", (await Looking.LookAsync(kind, target, null, through)).Detail!, StringComparison.Ordinal);
        Assert.True(proxy.Connections >= 2);
    }

    [Fact]
    public async Task Neither_a_step_nor_the_secret_of_a_client_is_told_to_a_proxy_in_clear()
    {
        await using var proxy = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"));
        using var dialer = new Dialer(new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        Task<Observation> SeenAsync(Check check) => look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken).AsTask();
        var tokens = Looking.CheckOf("http", "https://shop.example/", settings: ("oauth2", Map(("token-url", "http://localhost:1234/token"), ("client-id", "a"), ("client-secret", "b"))));
        (await SeenAsync(tokens)).IsGap(GapCause.Fault, "the client secret goes in clear to the proxy");
        var steps = Looking.CheckOf("http", "https://shop.example/") with { First = [Looking.CheckOf("http", "http://localhost:1234/login", settings: Bearer) with { Name = "login" }] };
        (await SeenAsync(steps)).IsGap(GapCause.Fault, "the header authorization goes in clear to the proxy");
        Assert.Equal(0, proxy.Connections);
    }
}
