using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kept.Checks;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

// Looks over HTTP beside a bare SocketsHttpHandler, against a server in a process of its own on loopback.
//   dotnet run -c Release --project bench/Kept.Looks [SECONDS] [IN-FLIGHT]
if (args is ["serve", var pfx]) return await ServeAsync(pfx);
var inFlight = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 16;
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;

using var root = new CertificateAuthority();
var folder = Directory.CreateTempSubdirectory("kept-looks-");
var file = Path.Combine(folder.FullName, "server.pfx");
await File.WriteAllBytesAsync(file, root.Issue(["localhost", "127.0.0.1"]).Export(X509ContentType.Pfx));
using var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", file]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
var ports = (await server.StandardOutput.ReadLineAsync())!.Split(' ');
var (plain, secure) = ($"http://127.0.0.1:{ports[0]}/", $"https://localhost:{ports[1]}/");
try
{
    Console.WriteLine($"{inFlight} in flight, {seconds:0.#} s each, {Environment.ProcessorCount} processors, runtime {Environment.Version}");
    Console.WriteLine("| what | looks/s | CPU s per 1,000 | p50 ms | p99 ms | of bare |");
    Console.WriteLine("|---|---|---|---|---|---|");
    await PairAsync("new connection", Bare(plain, fresh: true), Look(plain, "new", 10));
    await PairAsync("kept connection, always", Bare(plain, fresh: false), Look(plain, "kept", int.MaxValue));
    await PairAsync("kept connection, new each 10th (default)", null, Look(plain, "kept", 10));
    await PairAsync("TLS, new connection, whole handshake", Bare(secure, fresh: true), Look(secure, "new", 10));
    await PairAsync("TLS, kept, always", Bare(secure, fresh: false), Look(secure, "kept", int.MaxValue));
    await PairAsync("TLS, kept, new each 10th (default)", null, Look(secure, "kept", 10));
}
finally
{
    server.StandardInput.Close();
    await server.WaitForExitAsync();
    folder.Delete(recursive: true);
}
return 0;

// Best of three of each, turn about, so that both meet the same machine.
async Task PairAsync(string what, Func<Task<bool>>? bare, Func<Task<bool>> ours)
{
    Run? bestBare = null, bestOurs = null;
    for (var turn = 0; turn < 3; turn++)
    {
        if (bare is not null) bestBare = Better(bestBare, await MeasureAsync(bare));
        bestOurs = Better(bestOurs, await MeasureAsync(ours));
    }
    if (bestBare is { } b) Console.WriteLine($"| bare: {what} | {b.PerSecond:N0} | {b.Cpu:0.000} | {b.P50:0.00} | {b.P99:0.00} | |");
    var o = bestOurs!;
    Console.WriteLine($"| look: {what} | {o.PerSecond:N0} | {o.Cpu:0.000} | {o.P50:0.00} | {o.P99:0.00} | {(bestBare is null ? "" : (o.PerSecond / bestBare.PerSecond).ToString("P0", CultureInfo.InvariantCulture))} |");
}

static Run Better(Run? before, Run now) => before is null || now.PerSecond > before.PerSecond ? now : before;

async Task<Run> MeasureAsync(Func<Task<bool>> act)
{
    for (var i = 0; i < 200; i++) if (!await act()) throw new InvalidOperationException("the target does not answer");
    GC.Collect();
    var stop = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
    var (cpu, began) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
    var times = new List<double>[inFlight];
    await Task.WhenAll(Enumerable.Range(0, inFlight).Select(lane => Task.Run(async () =>
    {
        var mine = times[lane] = new List<double>(100_000);
        while (Stopwatch.GetTimestamp() < stop)
        {
            var from = Stopwatch.GetTimestamp();
            if (!await act()) throw new InvalidOperationException("a look failed");
            mine.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
    })));
    var all = times.SelectMany(list => list).Order().ToArray();
    return new(all.Length / Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds * 1000 / all.Length, all[all.Length / 2], all[all.Length * 99 / 100]);
}

Func<Task<bool>> Bare(string url, bool fresh)
{
    var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, PooledConnectionLifetime = fresh ? TimeSpan.Zero : Timeout.InfiniteTimeSpan };
    handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
    handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(root.Certificate);
    // A look never resumes a session: it would show the certificate of the session before.
    handler.SslOptions.AllowTlsResume = !fresh;
    var client = new HttpClient(handler);
    var uri = new Uri(url);
    return async () =>
    {
        using var response = await client.GetAsync(uri, CancellationToken.None);
        return response.StatusCode == HttpStatusCode.OK && (await response.Content.ReadAsByteArrayAsync()).Length == 3;
    };
}

Func<Task<bool>> Look(string url, string connection, int perConnection)
{
    var dialer = new Dialer(new EgressOptions { PrivateRoots = [root.Certificate], LooksPerConnection = perConnection }, TimeProvider.System);
    var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
    var kind = CheckCatalog.Kinds.Single(kind => kind.Name == "http");
    FieldValue Text(string text) => new FieldValue.Text(text);
    var status = new Operand.Seen(Place.None, "status", kind.IndexOf("status"), []);
    var expects = new Expectation("status == 200", new Expression.Compare(Place.None, status, Comparison.Equal, new Operand.Literal(Place.None, Value.Of(200))));
    var check = new Check("http", kind, kind.ReadTarget(url).Target!, new Dictionary<string, FieldValue> { ["connection"] = Text(connection), ["version"] = Text("1.1") }.ToFrozenDictionary(),
        Duration.Minutes(1), Duration.Seconds(10), Confirmation.AtOnce, [expects], [], Place.None);
    var request = new LookRequest(check, DocumentOrigin.Ours);
    return async () => await look(request, CancellationToken.None) is { Reach: Reach.Answered, Code: 200 };
}

static async Task<int> ServeAsync(string pfx)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseKestrelHttpsConfiguration();
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Listen(IPAddress.Loopback, 0);
        kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(X509CertificateLoader.LoadPkcs12FromFile(pfx, null)));
    });
    await using var app = builder.Build();
    app.Run(static context => context.Response.WriteAsync("ok\n"));
    await app.StartAsync();
    Console.WriteLine(string.Join(' ', app.Urls.Select(url => new Uri(url).Port)));
    await Console.In.ReadToEndAsync(); // until the one who started us closes it
    await app.StopAsync();
    return 0;
}

internal sealed record Run(double PerSecond, double Cpu, double P50, double P99);
