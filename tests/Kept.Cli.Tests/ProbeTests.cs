using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>/probe as Prometheus asks it of blackbox_exporter, over its own configuration and real sockets.</summary>
public sealed class ProbeTests
{
    private const string Modules = """
        modules:
          http_2xx: { prober: http, timeout: 5s }
          http_word: { prober: http, timeout: 5s, http: { fail_if_body_not_matches_regexp: [ 'all is well' ] } }
          http_login: { prober: http, http: { basic_auth: { username: a, password: b } } }
          http_token: { prober: http, http: { headers: { authorization: Bearer x } } }
          http_key: { prober: http, http: { headers: { X-API-Key: x } } }
          tcp: { prober: tcp, timeout: 3s }
          dns: { prober: dns, timeout: 3s, dns: { query_name: shop.example, query_type: A } }
        """;

    private static TestHouse House(string? probe)
    {
        var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        house.With("house/watch.kept.yaml", "kept: 1\nagent: watch\n").With("house/house.yaml", "house: h\n" + (probe is null ? "" : $"probe: {probe}\n"));
        return house.With("house/blackbox.yml", Modules);
    }

    [Fact]
    public async Task It_gives_the_metrics_of_the_exporter_for_what_a_target_does()
    {
        using var house = House("{ modules: blackbox.yml, reach: anywhere }");
        await using var kept = await RunningKept.UpAsync(house);
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("all is well")));
        await using var ill = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 503 Later\r\nContent-Length: 3\r\n\r\nill"));

        var (status, text) = await kept.GetAsync($"/probe?target={well.Url}&module=http_word");
        Assert.Equal(200, status);
        Assert.Equal((1, 200, 11, 0, 0, 4, 0), (Figure(text, "probe_success"), Figure(text, "probe_http_status_code"), Figure(text, "probe_http_content_length"), Figure(text, "probe_http_redirects"), Figure(text, "probe_http_ssl"), Figure(text, "probe_ip_protocol"), Figure(text, "probe_failed_due_to_regex")));
        Assert.Equal((1.1m, 3_668_918_509m), (Figure(text, "probe_http_version"), Figure(text, "probe_ip_addr_hash")));
        Assert.True(Figure(text, "probe_duration_seconds") > 0);
        foreach (var phase in (string[])["resolve", "connect", "tls", "processing", "transfer"]) Assert.True(Figure(text, $"probe_http_duration_seconds{{phase=\"{phase}\"}}") >= 0, phase);

        text = (await kept.GetAsync($"/probe?target={ill.Url.Replace("http://", "", StringComparison.Ordinal)}")).Body; // http_2xx is the usual one, and http:// is put before
        Assert.Equal((0, 503, 0), (Figure(text, "probe_success"), Figure(text, "probe_http_status_code"), Figure(text, "probe_failed_due_to_regex")));
        text = (await kept.GetAsync($"/probe?target={ill.Url}&module=http_word")).Body;
        Assert.Equal((0, 1), (Figure(text, "probe_success"), Figure(text, "probe_failed_due_to_regex")));

        text = (await kept.GetAsync($"/probe?target=127.0.0.1:{well.Port}&module=tcp")).Body;
        Assert.Equal(1, Figure(text, "probe_success"));
        text = (await kept.GetAsync("/probe?target=127.0.0.1:1&module=tcp")).Body;
        Assert.Equal(0, Figure(text, "probe_success"));

        await using var names = new NameServer((_, _) => new NameAnswer(0, NameRecord.Address("shop.example", "192.0.2.7")));
        text = (await kept.GetAsync($"/probe?target=127.0.0.1:{names.Port}&module=dns")).Body;
        Assert.Equal((1, 1, 1), (Figure(text, "probe_success"), Figure(text, "probe_dns_answer_rrs"), Figure(text, "probe_dns_query_succeeded")));
        Assert.Equal((0, 0), (Figure(text, "probe_dns_authority_rrs"), Figure(text, "probe_dns_additional_rrs")));

        // a target that drips: the time-out of Prometheus less half a second holds
        await using var drip = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }
        });
        var began = Stopwatch.GetTimestamp();
        text = (await kept.GetAsync($"/probe?target={drip.Url}", ("X-Prometheus-Scrape-Timeout-Seconds", "1.2"))).Body;
        Assert.Equal(0, Figure(text, "probe_success"));
        Assert.True(Figure(text, "probe_duration_seconds") is > 0.5m and < 2m, text);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Promtool_takes_every_line_of_it()
    {
        var promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Repository.Require(promtool is not null, "promtool (prometheus)");
        using var house = House("{ modules: blackbox.yml, reach: anywhere }");
        await using var kept = await RunningKept.UpAsync(house);
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("all is well")));
        foreach (var (target, module) in new[] { (well.Url, "http_word"), ($"127.0.0.1:{well.Port}", "tcp"), ("127.0.0.1:1", "dns") })
        {
            using var check = Process.Start(new ProcessStartInfo(promtool!, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await check.StandardInput.WriteAsync((await kept.GetAsync($"/probe?target={target}&module={module}")).Body);
            check.StandardInput.Close();
            var said = await check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await check.WaitForExitAsync(TestContext.Current.CancellationToken);
            // what remains is promtool's taste in names, which are the exporter's
            Assert.DoesNotContain("error while linting", said, StringComparison.Ordinal);
            Assert.True(check.ExitCode is 0 or 3, said);
        }
    }

    [Fact]
    public async Task The_time_of_the_content_and_the_health_of_a_service_are_told()
    {
        using var house = House("{ modules: blackbox.yml, reach: anywhere }");
        house.With("house/blackbox.yml", Modules + "\n  grpc: { prober: grpc, timeout: 3s }\n");
        await using var kept = await RunningKept.UpAsync(house);
        await using var dated = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 200 OK\r\nLast-Modified: Tue, 15 Nov 1994 12:45:26 GMT\r\nContent-Length: 2\r\n\r\nok"));
        Assert.Equal(784_903_526m, Figure((await kept.GetAsync($"/probe?target={dated.Url}")).Body, "probe_http_last_modified_timestamp_seconds"));
        foreach (var said in (string[])["", "Last-Modified: soon\r\n"])
        {
            await using var bare = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 200 OK\r\n{said}Content-Length: 2\r\n\r\nok"));
            Assert.DoesNotContain("last_modified", (await kept.GetAsync($"/probe?target={bare.Url}")).Body, StringComparison.Ordinal);
        }
        var text = (await kept.GetAsync("/probe?target=127.0.0.1:1&module=grpc")).Body;
        Assert.Equal((0, 0, 0), (Figure(text, "probe_success"), Figure(text, "probe_grpc_healthcheck_response{serving_status=\"SERVING\"}"), Figure(text, "probe_grpc_healthcheck_response{serving_status=\"NOT_SERVING\"}")));
        Assert.True(Figure(text, "probe_grpc_duration_seconds{phase=\"resolve\"}") >= 0 && Figure(text, "probe_grpc_duration_seconds{phase=\"check\"}") >= 0);
    }

    /// <summary>The configuration that every page on blackbox_exporter shows, in Prometheus itself.</summary>
    [Fact]
    public async Task A_real_Prometheus_scrapes_it_with_the_usual_relabelling()
    {
        var prometheus = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "prometheus")).FirstOrDefault(File.Exists);
        Repository.Require(prometheus is not null, "prometheus");
        using var house = House("{ modules: blackbox.yml, reach: anywhere }");
        await using var kept = await RunningKept.UpAsync(house);
        await using var well = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("all is well")));
        await using var ill = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 503 Later\r\nContent-Length: 3\r\n\r\nill"));
        house.With("prometheus.yml", $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: blackbox
                metrics_path: /probe
                params: { module: [http_2xx] }
                static_configs: [ { targets: [ '{{well.Url}}', '{{ill.Url}}' ] } ]
                relabel_configs:
                  - { source_labels: [__address__], target_label: __param_target }
                  - { source_labels: [__param_target], target_label: instance }
                  - { target_label: __address__, replacement: '{{kept.Client.BaseAddress!.Host}}:{{kept.Client.BaseAddress!.Port}}' }
            """);
        var port = FreePort();
        using var server = Process.Start(new ProcessStartInfo(prometheus!, [$"--config.file={house.PathOf("prometheus.yml")}", $"--storage.tsdb.path={house.PathOf("tsdb")}", $"--web.listen-address=127.0.0.1:{port}"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var talk = Task.WhenAll(server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        try
        {
            using var client = new HttpClient();
            var told = "";
            for (var i = 0; i < 600 && !(told.Contains($"{well.Url}\"}},\"1\"", StringComparison.Ordinal) && told.Contains($"{ill.Url}\"}},\"0\"", StringComparison.Ordinal)); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
                try
                {
                    // each as INSTANCE"},"VALUE"
                    told = Regex.Replace(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/query?query=probe_success"), TestContext.Current.CancellationToken), "\"instance\":\"([^\"]*)\"[^}]*},\"value\":\\[[0-9.]+,", "$1\"},", RegexOptions.None, TimeSpan.FromSeconds(5));
                }
                catch (HttpRequestException)
                {
                    // it is still starting
                }
            }
            Assert.Contains($"{well.Url}\"}},\"1\"", told, StringComparison.Ordinal);
            Assert.Contains($"{ill.Url}\"}},\"0\"", told, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
            await talk;
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Theory]
    [InlineData("?target=http://127.0.0.1:1/&module=nobody", 400, "Unknown module \"nobody\"")]
    [InlineData("?target=http://127.0.0.1:1/&module=%22%0a", 400, "Unknown module \"\\\"\\u000a\"")]
    [InlineData("?module=http_2xx", 400, "Target parameter is missing")]
    [InlineData("?target=shop.example&module=http_login", 400, "Module \"http_login\" cannot look at it here: credentials are not copied into a document")]
    [InlineData("?target=shop.example&module=http_token", 400, "Module \"http_token\" cannot look at it here: the module logs in, and whoever asks would choose to whom")]
    [InlineData("?target=shop.example&module=http_key", 400, "the module logs in, and whoever asks would choose to whom")]
    [InlineData("?target=shop.example&hostname=other.example", 400, "the parameter hostname is not known here")]
    [InlineData("?target=http://${env:HOME}/", 400, "would read a secret of this machine")]
    [InlineData("?target=ftp://shop.example/", 400, "cannot look at it here")]
    [InlineData("?target=a%0d%0aHost:b", 400, "control characters")]
    [InlineData("?target=http://127.0.0.1:1/", 403, "does not let /probe reach that target")]
    [InlineData("?target=http://[::ffff:10.0.0.1]/", 403, "does not let /probe reach that target")]
    [InlineData("?target=http://169.254.169.254/latest/meta-data/", 403, "does not let /probe reach that target")]
    [InlineData("?target=http://localhost:1/", 403, "does not let /probe reach that target")]
    [InlineData("?target=127.0.0.1:1&module=tcp", 403, "does not let /probe reach that target")]
    public async Task What_may_not_be_probed_is_refused_in_words(string query, int status, string words)
    {
        using var house = House("{ modules: blackbox.yml }");
        await using var kept = await RunningKept.UpAsync(house);
        var (told, body) = await kept.GetAsync("/probe" + query);
        if (query.Contains("%0a\"", StringComparison.Ordinal) || query.Contains("module=%22%0a", StringComparison.Ordinal)) Assert.Equal(400, told);
        else
        {
            Assert.Equal(status, told);
            Assert.Contains(words, body, StringComparison.Ordinal);
        }
        Assert.Equal(500, (await kept.GetAsync("/probe?target=shop.example", ("X-Prometheus-Scrape-Timeout-Seconds", "soon"))).Status);
        Assert.Equal(400, (await kept.GetAsync("/probe?target=shop.example", ("Sec-Fetch-Site", "cross-site"))).Status);
    }

    [Fact]
    public async Task It_is_off_unless_the_house_turns_it_on_and_its_file_is_one_of_the_house()
    {
        using var house = House(null);
        await using var kept = await RunningKept.UpAsync(house);
        Assert.Equal(404, (await kept.GetAsync("/probe?target=http://127.0.0.1:1/")).Status);
        File.CreateSymbolicLink(house.PathOf("house/elsewhere.yml"), "/etc/hostname");
        house.With("house/house.yaml", "house: h\nprobe: { modules: elsewhere.yml }\n");
        for (var i = 0; i < 300 && (await kept.GetAsync("/probe?target=a.example")).Status == 404; i++) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        var (status, body) = await kept.GetAsync("/probe?target=a.example");
        Assert.Equal(400, status);
        Assert.Contains("cannot be read, or does not lie in the folder of the house", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_are_under_way_than_the_house_allows()
    {
        using var house = House("{ modules: blackbox.yml, reach: anywhere, at-once: 1 }");
        await using var kept = await RunningKept.UpAsync(house);
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var slow = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            asked.TrySetResult();
            await go.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(ScriptedPeer.Ok()), stop);
        });
        var first = kept.GetAsync($"/probe?target={slow.Url}");
        await asked.Task;
        Assert.Equal(503, (await kept.GetAsync($"/probe?target={slow.Url}")).Status);
        go.SetResult();
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await kept.GetAsync($"/probe?target={slow.Url}")).Status);
    }

    private static decimal Figure(string text, string name) => decimal.Parse(Regex.Match(text, "^" + Regex.Escape(name) + " (.*)$", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);
}
