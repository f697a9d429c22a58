using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kept.Tell.Tests;

/// <summary>What a receiver got.</summary>
internal sealed record Got(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    public string Type => Json.GetProperty("type").GetString()!;
    public JsonElement Data => Json.GetProperty("data");
    public string Id => Headers["webhook-id"];
}

/// <summary>A receiver over real HTTP that answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Got> Got { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            receiver.Got.Enqueue(new Got(context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), body));
            await receiver.Answer(context);
        });
        await app.StartAsync();
        return receiver;
    }

    public void Says(int status, Action<HttpContext>? also = null) => Answer = context =>
    {
        context.Response.StatusCode = status;
        also?.Invoke(context);
        return Task.CompletedTask;
    };

    /// <summary>Holds its answer back until it is let go.</summary>
    public (Task Arrived, Action Go) Holds(int status)
    {
        var (arrived, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Answer = async context =>
        {
            arrived.TrySetResult();
            await go.Task;
            context.Response.StatusCode = status;
        };
        return (arrived.Task, go.SetResult);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
