using System.Text;
using Kept.Checks.Found;
using Kept.Egress;
using Kept.Language.Found;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Server.Tests.Reading;

/// <summary>Lists of targets behind a login: the secret goes to the source, and nowhere else.</summary>
public sealed class SourceLoginTests : IDisposable
{
    private const string Secret = "s3cret-of-the-source", List = """[ { "targets": [ "a.example" ] } ]""";

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"kept-sd-{Guid.NewGuid():N}");

    public SourceLoginTests() => File.WriteAllText(_file, Secret + "\n");

    public void Dispose() => File.Delete(_file);

    private static string Json(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static async Task<(string? List, string? Why)> AskAsync(string url, TargetsLogin login)
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var (bytes, why) = await TargetsAsk.AskAsync(dialer, url, login, Duration.Seconds(60), TargetLists.MostBytes, TimeProvider.System, TestContext.Current.CancellationToken);
        return (bytes is { } given ? Encoding.UTF8.GetString(given.Span) : null, why);
    }

    /// <summary>A source that lets in whoever shows this header, and keeps what it was shown.</summary>
    private static ScriptedPeer Locked(string header, List<string> heads, string body = List) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
        {
            lock (heads) heads.Add(head);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Contains(header + "\r\n", StringComparison.Ordinal) ? Json(body) : "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), stop);
        }
    });

    [Fact]
    public async Task A_token_and_a_password_are_shown_as_HTTP_says()
    {
        var heads = new List<string>();
        await using var bearer = Locked("Authorization: Bearer " + Secret, heads);
        Assert.Equal((List, null), await AskAsync(bearer.Url, new TargetsLogin(null, $"${{file:{_file}}}", false)));
        await using var basic = Locked("Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("kept:" + Secret)), heads);
        Assert.Equal((List, null), await AskAsync(basic.Url, new TargetsLogin("kept", $"${{file:{_file}}}", false)));
        Assert.Equal((null, "it answers 401"), await AskAsync(basic.Url, new TargetsLogin("other", $"${{file:{_file}}}", false)));
    }

    [Fact]
    public async Task A_secret_that_is_not_set_is_told_by_its_name_and_nothing_is_asked()
    {
        var heads = new List<string>();
        await using var source = Locked("Authorization: Bearer x", heads);
        var (list, why) = await AskAsync(source.Url, new TargetsLogin(null, "${env:KEPT_TEST_NO_SUCH_SECRET}", false));
        Assert.Null(list);
        Assert.Equal("the environment variable KEPT_TEST_NO_SUCH_SECRET is not set", why);
        Assert.Empty(heads);
    }

    [Fact]
    public async Task A_source_that_leads_elsewhere_takes_the_secret_nowhere_and_one_that_repeats_it_is_no_list()
    {
        var heads = new List<string>();
        await using var elsewhere = Locked("Accept: application/json", heads);
        await using var moved = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 302 Found\r\nLocation: {elsewhere.Url}/\r\nContent-Length: 0\r\n\r\n"));
        Assert.Equal((List, null), await AskAsync(moved.Url, new TargetsLogin(null, $"${{file:{_file}}}", false)));
        Assert.DoesNotContain(Secret, Assert.Single(heads), StringComparison.Ordinal);

        foreach (var told in new[] { Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes("kept:" + Secret)) })
        {
            await using var echo = Locked("Accept: application/json", [], $$"""[ { "targets": [ "a.example" ], "labels": { "team": "{{told}}" } } ]""");
            Assert.Equal((null, "what it answers repeats the secret it was shown"), await AskAsync(echo.Url, new TargetsLogin("kept", $"${{file:{_file}}}", false)));
        }
    }

    [Fact]
    public async Task Behind_a_proxy_nothing_goes_in_clear_unless_the_document_says_so()
    {
        await using var proxy = ScriptedPeer.Tcp(ScriptedPeer.Answering(Json(List)));
        using var dialer = new Dialer(new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, TimeProvider.System);
        var (list, why) = await TargetsAsk.AskAsync(dialer, "http://localhost:1/", new TargetsLogin(null, $"${{file:{_file}}}", false), Duration.Seconds(60), TargetLists.MostBytes, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null(list);
        Assert.Equal("its secret would go in clear to the proxy, which reads it", why);
        Assert.Equal(0, proxy.Connections);
    }
}
