using System.Net;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class Http2LookTests
{
    private static async Task<(WebApplication App, int Port)> ServeAsync(CertificateAuthority root, HttpProtocols protocols, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(root.Issue(["localhost"]));
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return (app, new Uri(app.Urls.Single()).Port);
    }

    [Fact]
    public async Task HTTP2_is_spoken_where_TLS_agrees_on_it_and_told_apart()
    {
        using var root = new CertificateAuthority();
        var options = new EgressOptions { PrivateRoots = [root.Certificate] };
        var (both, port) = await ServeAsync(root, HttpProtocols.Http1AndHttp2, context => context.Response.WriteAsync(context.Request.Protocol));
        await using (both)
        {
            foreach (var (asked, spoken) in new[] { ("auto", "2"), ("2", "2"), ("1.1", "1.1") })
            {
                var seen = await Looking.LookAsync("http", $"https://localhost:{port}/", null, options, settings: ("version", new FieldValue.Text(asked)));
                seen.Answers();
                Assert.Equal(spoken, seen.Text("http", "version"));
                Assert.Equal("HTTP/" + spoken, seen.Text("http", "body"));
                Assert.True(seen.Phases is { Dns: > 0, Connect: > 0, Tls: > 0, FirstByte: > 0 });
                Assert.Equal("Test Root", seen.Text("http", "certificate.issuer"));
            }
        }
        var (old, oldPort) = await ServeAsync(root, HttpProtocols.Http1, context => context.Response.WriteAsync(context.Request.Protocol));
        await using (old)
        {
            Assert.Equal("1.1", (await Looking.LookAsync("http", $"https://localhost:{oldPort}/", null, options)).Text("http", "version"));
            var refused = await Looking.LookAsync("http", $"https://localhost:{oldPort}/", null, options, settings: ("version", new FieldValue.Text("2")));
            Assert.True(refused is { Reach: Reach.Failed, Failure: TargetFailure.Malformed or TargetFailure.TlsFailed }, $"{refused.Failure} {refused.Gap} {refused.Detail}");
        }
    }

    [Fact]
    public async Task A_stream_that_is_reset_or_never_ends_fails_alone()
    {
        using var root = new CertificateAuthority();
        var (app, port) = await ServeAsync(root, HttpProtocols.Http2, async context =>
        {
            if (context.Request.Path == "/reset") context.Abort();
            else if (context.Request.Path == "/hang") await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            else await context.Response.WriteAsync("ok");
        });
        await using (app)
        {
            using var dialer = new Dialer(new EgressOptions { PrivateRoots = [root.Certificate] }, TimeProvider.System);
            var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
            Task<Observation> At(string path) => look(new LookRequest(Looking.CheckOf("http", $"https://localhost:{port}{path}", Duration.Milliseconds(800)), DocumentOrigin.Ours), CancellationToken.None).AsTask();
            (await At("/ok")).Answers();
            var both = await Task.WhenAll(At("/reset"), At("/hang"), At("/ok"));
            Assert.True(both[0] is { Reach: Reach.Failed, Failure: TargetFailure.Malformed or TargetFailure.Reset }, $"{both[0].Failure} {both[0].Gap} {both[0].Detail}");
            both[1].Fails(TargetFailure.TimedOut, "waiting for the answer");
            both[2].Answers();
            (await At("/ok")).Answers();
        }
    }
}
