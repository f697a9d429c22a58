using System.Net;
using Kept.Server.Api;
using Kept.Server.DropIn;
using Kept.Server.Metrics;
using Kept.Server.Pages;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kept.Server.Hosting;

/// <summary>How the web side listens.</summary>
/// <param name="Address">Loopback unless it is to be reached from elsewhere.</param>
/// <param name="Port">0 takes any free one.</param>
/// <param name="IsPublic">Answer whatever name it is asked by.</param>
/// <param name="WebFolder">npm's output, null where it was not built.</param>
/// <param name="Proxies">Whose word about the caller is believed; null for nobody's.</param>
/// <param name="Prober">Looks for whoever asks; null where the program reads no modules.</param>
internal sealed record WebOptions(IPAddress Address, int Port, bool IsPublic = false, string? WebFolder = null, TrustedProxies? Proxies = null, Prober? Prober = null);

/// <summary>Puts the web side together: limits, guard, API, metrics, pages. Reads no configuration of its own: what is not passed in does not exist.</summary>
internal static class Web
{
    /// <summary>Bytes of a request's body that are read at all: twice what any address takes, so that most who send too much keep their connection.</summary>
    public const long MostBody = BeatApi.MostBody * 2;

    public static WebApplication Build(Sight sight, WebOptions options, Action<ILoggingBuilder> logging)
    {
        var old = new OldAddresses(sight.View, sight.Time, options.IsPublic); // by the keys that strangers do not see
        var findings = sight.Findings;
        sight = sight with { Findings = () => [.. findings(), .. old.Missing] };
        if (options.IsPublic) sight = Discreet(sight);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Kept.Server" });
        logging(builder.Logging);
        var proxies = options.Proxies ?? TrustedProxies.None;
        var heard = new HeardFrom();
        var bell = new Doorbell(sight, old);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Bound(kestrel.Limits);
            kestrel.Listen(options.Address, options.Port, listen => listen.Use(new Door(sight, proxies, heard).Before));
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddRazorComponents();
        builder.Services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Kept";
            document.Info.Version = "1";
            document.Info.Description = "Promises between services: what is promised, whether it holds, and the evidence. Errors are problem details (RFC 9457) with a code.";
            document.Servers = [];
            return Task.CompletedTask;
        }));
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
            json.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        // a stop waits for answers under way, not for streams that never end
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));

        var app = builder.Build();
        var assets = new Assets(options.WebFolder);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Kept.Web");
        var stopping = app.Lifetime.ApplicationStopping;
        var errors = new ErrorAnswers(sight, assets);
        proxies.Use(app);
        app.Use(next => new Guard(next, sight, errors, bell, options.IsPublic, log, stopping).InvokeAsync);
        app.UseRouting();
        var listener = new Listener(sight, heard, bell);
        app.MapApi(Stopping(sight, stopping), listener);
        PingApi.Map(app, listener, old);
        GatusPush.Map(app, listener, old);
        KumaPush.Map(app, listener, old);
        if (options.Prober is { } prober) ProbeApi.Map(app, prober);
        app.MapOpenApi("/api/v1/openapi.json");
        app.MapMetrics(sight);
        assets.Map(app);
        app.MapPages(sight, assets);
        app.UseEndpoints(_ => { });
        return app;
    }

    /// <summary>What strangers may see: nothing that names folders of this machine, no key.</summary>
    private static Sight Discreet(Sight sight) => sight with { IsPublic = true, View = () => Discretion.Of(sight.View()), Shown = Discretion.Of, HousePath = null, Ledger = new DiscreetLedger(sight.Ledger), Follow = (after, token) => DiscreetLedger.Of(sight.Follow(after, token)) };

    /// <summary>Streams end when the server stops: a reader then comes back with its cursor.</summary>
    private static Sight Stopping(Sight sight, CancellationToken stopping) => sight with { Follow = (after, token) => FollowUntilAsync(sight, after, stopping, token) };

    private static async IAsyncEnumerable<Ledger.Entry> FollowUntilAsync(Sight sight, long after, CancellationToken stopping, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, token);
        await using var entries = sight.Follow(after, either.Token).GetAsyncEnumerator(either.Token);
        while (true)
        {
            try
            {
                if (!await entries.MoveNextAsync()) yield break;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                yield break;
            }
            yield return entries.Current;
        }
    }

    /// <summary>Bounds on what strangers may make us hold.</summary>
    private static void Bound(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = null; // the door bounds them, and tells whom it did not let in
        limits.MaxRequestBodySize = MostBody;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5)); // a reader that takes nothing holds a connection and what waits for it
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.Http2.MaxStreamsPerConnection = 50;
    }
}
