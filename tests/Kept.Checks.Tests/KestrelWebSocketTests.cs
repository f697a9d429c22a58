using System.Net;
using System.Net.WebSockets;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>A WebSocket server that others wrote (Kestrel), over TLS: what we speak is understood, and what it speaks.</summary>
public sealed class KestrelWebSocketTests
{
    [Fact]
    public async Task A_real_server_is_opened_answered_pinged_and_closed()
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue(["localhost"]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var app = builder.Build();
        app.UseWebSockets();
        app.Map("/live", async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest || context.Request.Headers.Authorization != "Bearer right")
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }
            using var socket = await context.WebSockets.AcceptWebSocketAsync("v2");
            var buffer = new byte[200_000];
            for (var length = 0; ;)
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
                if (got.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync((WebSocketCloseStatus)4000, "goodbye", context.RequestAborted);
                    return;
                }
                length += got.Count;
                if (!got.EndOfMessage) continue;
                // In parts, as large messages come.
                for (var at = 0; at < length; at += 10_000)
                    await socket.SendAsync(buffer.AsMemory(at, Math.Min(10_000, length - at)), got.MessageType, at + 10_000 >= length, context.RequestAborted);
                length = 0;
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var port = new Uri(app.Urls.Single()).Port;
        var trusting = new EgressOptions { PrivateRoots = [root.Certificate] };
        Task<Observation> LookAsync(string token, string send) => Looking.LookAsync("websocket", $"wss://localhost:{port}/live", Duration.Seconds(10), trusting, settings:
        [
            ("headers", new FieldValue.TextMap([new("Authorization", $"Bearer {token}")])), ("subprotocol", new FieldValue.Texts(["v1", "v2"])),
            ("send", new FieldValue.Text(send)), ("ping", new FieldValue.YesNo(true)), ("body-limit", new FieldValue.Bytes(150_000)),
        ]);
        foreach (var length in new[] { 1, 125, 126, 65_535, 65_536, 140_000 })
        {
            var said = new string('é', length / 2) + (length % 2 == 1 ? "x" : "");
            var seen = await LookAsync("right", said);
            seen.Answers();
            Assert.Equal(said, seen.Text("websocket", "answer"));
            Assert.Equal(Encoding.UTF8.GetByteCount(said), seen.Amount("websocket", "size"));
            Assert.Equal(("v2", "goodbye"), (seen.Text("websocket", "subprotocol"), seen.Text("websocket", "close-reason")));
            Assert.Equal(4000, seen.Amount("websocket", "close-code"));
            Assert.True(seen.Amount("websocket", "time.pong") > 0);
        }
        (await LookAsync("wrong", "x")).Fails(TargetFailure.ReportedFailure, "it answered 401");
        (await LookAsync("right", new string('x', 150_001))).Fails(TargetFailure.TooLarge, "body-limit");
        await app.StopAsync(TestContext.Current.CancellationToken);
        (await LookAsync("right", "x")).Fails(TargetFailure.Refused, "refused");
    }
}
