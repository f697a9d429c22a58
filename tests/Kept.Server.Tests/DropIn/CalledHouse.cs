using Kept.Checks;
using Kept.Engine;
using Kept.Language;
using Xunit;

namespace Kept.Server.Tests.DropIn;

/// <summary>A web side whose house has heartbeats that are called as other tools' callers call. Secrets are files, so that nothing of it touches other tests.</summary>
internal sealed class CalledHouse : IAsyncDisposable
{
    public const string Uuid = "f618072a-7bde-4eee-af63-71a77c5723bc", PlainUuid = "0c8983c9-9d73-446f-adb5-0641fdacc9d4", PingKey = "hc-ping-key-0001", GatusToken = "gatus-token-9f2c", KumaToken = "Kuma7pushT0ken";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-dropin");

    public MadeHouse House { get; } = new();
    public RunningWeb Web { get; private set; } = null!;

    /// <summary>What the engine is told.</summary>
    public List<Beat> Beats { get; } = [];
    public BeatAnswer Hearing { get; set; }

    public static async Task<CalledHouse> StartAsync(bool isPublic = false, Microsoft.Extensions.Logging.ILoggerProvider? log = null)
    {
        var made = new CalledHouse();
        made.Write("uuid", Uuid);
        made.Write("ping-key", PingKey);
        made.Write("gatus", GatusToken);
        made.Write("kuma", KumaToken);
        var reading = HouseReader.Read([new DocumentFile("jobs.kept.yaml", System.Text.Encoding.UTF8.GetBytes(made.Document()))], "jobs", CheckCatalog.Kinds);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        made.House.Replace(made.House.View with { House = reading.House! });
        made.Web = await RunningWeb.StartAsync(made.House, isPublic, log: log, with: sight => sight with { Beat = (beat, _) => ValueTask.FromResult(made.Heard(beat)) });
        return made;
    }

    private BeatAnswer Heard(Beat beat)
    {
        if (Hearing == BeatAnswer.Heard)
            lock (Beats) Beats.Add(beat);
        return Hearing;
    }

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public void Write(string name, string secret) => System.IO.File.WriteAllText(File(name), secret + "\n");

    private string Document() => $$"""
        kept: 1
        agent: jobs
        relies-on:
          office:
            wishes:
              nightly: { check: { heartbeat: nightly-backup, every: 1d, healthchecks: { uuid: '${file:{{File("uuid")}}}' } } }
              plain: { check: { heartbeat: {{PlainUuid}}, every: 1d } }
              weekly: { check: { heartbeat: weekly-report, every: 7d, healthchecks: { ping-key: '${file:{{File("ping-key")}}}', slug: weekly } } }
              twin: { check: { heartbeat: twin, every: 7d, healthchecks: { ping-key: '${file:{{File("ping-key")}}}', slug: double } } }
              other-twin: { check: { heartbeat: other-twin, every: 7d, healthchecks: { ping-key: '${file:{{File("ping-key")}}}', slug: double } } }
              core: { check: { heartbeat: core-job, every: 1h, gatus: { endpoint: core_job, token: '${file:{{File("gatus")}}}' } } }
              push: { check: { heartbeat: push-job, every: 1m, kuma: { token: '${file:{{File("kuma")}}}' } } }
              lost: { check: { heartbeat: lost-job, every: 1m, kuma: { token: '${file:{{File("not-there")}}}' } } }
        """;

    public async Task<(int Status, string Body, HttpResponseMessage Answer)> CallAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        var answer = await Web.Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    public async ValueTask DisposeAsync()
    {
        await Web.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
