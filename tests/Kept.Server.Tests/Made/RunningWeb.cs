using System.Net;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kept.Server.Tests;

/// <summary>The web side over a real socket on loopback, about a house made by hand.</summary>
internal sealed class RunningWeb : IAsyncDisposable
{
    private RunningWeb(MadeHouse house, WebApplication app, FakeTimeProvider time)
    {
        House = house;
        App = app;
        Time = time;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };
    }

    public MadeHouse House { get; }
    public WebApplication App { get; }
    public FakeTimeProvider Time { get; }
    public Uri Address { get; }
    public HttpClient Client { get; }

    /// <param name="house">What is shown.</param>
    /// <param name="isPublic">Answers by every name.</param>
    /// <param name="webFolder">npm's output.</param>
    /// <param name="isStarting">The web answers already, the house is not read yet.</param>
    /// <param name="proxies">Whose word about the caller is believed.</param>
    /// <param name="log">Hears what is logged.</param>
    /// <param name="with">Changes what it answers from.</param>
    public static async Task<RunningWeb> StartAsync(MadeHouse? house = null, bool isPublic = false, string? webFolder = null, bool isStarting = false, TrustedProxies? proxies = null, ILoggerProvider? log = null, Func<Sight, Sight>? with = null)
    {
        house ??= new MadeHouse();
        var time = new FakeTimeProvider(MadeHouse.Now.ToDateTimeOffset());
        var sight = house.Sight(time);
        if (isStarting) sight = sight with { View = () => throw new StartingException() };
        if (with is not null) sight = with(sight);
        var app = Web.Build(sight, new WebOptions(IPAddress.Loopback, 0, isPublic, webFolder, proxies), logging =>
        {
            if (log is not null) logging.AddProvider(log);
        });
        await app.StartAsync();
        return new RunningWeb(house, app, time);
    }

    public async Task<string> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
