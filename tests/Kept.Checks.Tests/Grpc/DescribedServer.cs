using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Kept.Checks.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Kestrel with the service of <c>all.proto</c>, and what describes it, in the version that the test wants.</summary>
internal sealed class DescribedServer : IAsyncDisposable
{
    private static readonly ImmutableArray<ReadOnlyMemory<byte>> Files = Schema.FilesOf(File.ReadAllBytes(Path.Combine(ProtoJsonTests.Folder, "all.pb")));

    private readonly WebApplication _app;
    private int _described;

    private DescribedServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.First()).Port;
    /// <summary>Bytes that it sends beside the descriptors, once in each call.</summary>
    public int Padding { get; set; }
    /// <summary>How many calls asked for descriptors.</summary>
    public int Described => Volatile.Read(ref _described);
    /// <summary>What the method was asked last, and the metadata it came with.</summary>
    public byte[] Asked { get; private set; } = [];
    public string? Token { get; private set; }
    /// <summary>What it answers, as JSON; and how the call ends.</summary>
    public string Answer { get; set; } = "{}";
    public (int Code, string Message) End { get; set; }

    /// <param name="version"><c>v1</c>, <c>v1alpha</c>; null: it describes nothing.</param>
    /// <param name="sendsAll">A file comes with all that it imports; else each has to be asked for.</param>
    public static async Task<DescribedServer> StartAsync(string? version, bool sendsAll, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var server = new DescribedServer(app);
        if (version is not null) app.MapPost($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", context => server.DescribeAsync(context, sendsAll));
        app.MapPost("/kept.test.Orders/Get", server.GetAsync);
        app.MapFallback(async context =>
        {
            await WholeAsync(context);
            await EndAsync(context, 12, "unknown method");
        });
        await app.StartAsync(stop);
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task EndAsync(HttpContext context, int code, string message)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", $"{code}");
        if (message.Length > 0) context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        return Task.CompletedTask;
    }

    private static async Task<byte[]> WholeAsync(HttpContext context)
    {
        var whole = new MemoryStream();
        await context.Request.Body.CopyToAsync(whole, context.RequestAborted);
        return whole.ToArray();
    }

    private async Task GetAsync(HttpContext context)
    {
        Asked = (await WholeAsync(context))[5..];
        Token = context.Request.Headers.Authorization;
        context.Response.ContentType = "application/grpc+proto";
        context.Response.Headers["x-served-by"] = "orders-1";
        if (End.Code == 0) await context.Response.Body.WriteAsync(GrpcAnswer.Framed(ProtoRequest.Write(ProtoJsonTests.All.Message("kept.test.All"), Answer, ProtoJsonTests.All)), context.RequestAborted);
        context.Response.AppendTrailer("x-cost", "3");
        context.Response.AppendTrailer("grpc-status", $"{End.Code}");
        if (End.Code != 0) context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(End.Message));
    }

    private async Task DescribeAsync(HttpContext context, bool sendsAll)
    {
        Interlocked.Increment(ref _described);
        var questions = await WholeAsync(context);
        context.Response.ContentType = "application/grpc";
        for (var at = 0; at < questions.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(questions.AsSpan(at + 1));
            var (field, name) = Schema.Parts(questions.AsMemory(at + 5, length)).Single();
            at += 5 + length;
            await context.Response.Body.WriteAsync(GrpcAnswer.Framed(Described1(field, Schema.Text(name.Span), sendsAll, at == 5 + length ? Padding : 0)), context.RequestAborted);
        }
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static byte[] Described1(int field, string name, bool sendsAll, int padding)
    {
        var (answer, inner) = (new ProtoWriter(), new ProtoWriter());
        var found = Files.Where(file => field == 3 ? Schema.NamesOf(file).Name == name : Schema.NamesOf(file).Name == "all.proto" && name == "kept.test.Orders").ToList();
        if (found.Count == 0)
        {
            inner.NonZero(1, 5);
            inner.Text(2, $"Symbol not found: {name}");
            answer.Counted(7, inner.Written);
            return answer.Written.ToArray();
        }
        foreach (var file in sendsAll ? Files : [.. found]) inner.Counted(1, file.Span);
        answer.Text(1, "");
        answer.Counted(4, inner.Written);
        if (padding > 0) answer.Counted(15, new byte[padding]);
        return answer.Written.ToArray();
    }
}
