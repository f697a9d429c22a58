using System.Text;
using System.Text.Json;
using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.EndToEnd.Tests.Secrecy;

/// <summary>
/// Secrets of the house are sent to targets that tell them back in every way a target can, in good answers and in bad ones. Afterwards no byte that the product
/// wrote, printed or answered holds any of them, in any usual form.
/// </summary>
public sealed class SecretsTests : IAsyncLifetime
{
    /// <summary>Each survives every escaping unchanged: whatever form a secret was told in, its core is in it.</summary>
    private const string TokenCore = "Zq8w7XvKp4Lm", FileCore = "Hn3tRb9YcWd6", PasswordCore = "Gu5sJf2QeTx1", ProxyCore = "Vy7kMz4BaDo9", Plain = "Wd4nCs8LhRj3";
    private const string Token = "t/" + TokenCore + "+&\"<9>,", InFile = "f " + FileCore + "\\'=%é", Password = "p:" + PasswordCore + "?#/ö";

    private readonly KeptUp _kept = new();
    private readonly NameServer _names = new((_, _) => NameAnswer.NoSuchName);
    private ScriptedPeer? _web;
    private ScriptedPeer? _line;
    private ScriptedPeer? _nonsense;

    private string House => Path.Combine(_kept.Folder, "house");

    private string SecretFile => Path.Combine(_kept.Folder, "the-secret");

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("KEPT_E2E_TOKEN", Token);
        Environment.SetEnvironmentVariable("KEPT_E2E_PLAIN", Plain);
        Environment.SetEnvironmentVariable("KEPT_E2E_BASIC", Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:" + Password)));
        await File.WriteAllTextAsync(SecretFile, InFile + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(House);
        _web = ScriptedPeer.Tcp(WebAsync);
        _line = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var buffer = new byte[1024];
            var count = await stream.ReadAsync(buffer, stop);
            await stream.WriteAsync(buffer.AsMemory(0, count), stop);
        });
        _nonsense = ScriptedPeer.Tcp(ScriptedPeer.Once($"{Token} {InFile} {Password} is no HTTP\r\n\r\n"));
    }

    /// <summary>Tells back what it was sent, in all the ways that targets write such things.</summary>
    private static async Task WebAsync(Stream stream, CancellationToken stop)
    {
        while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
        {
            var said = head.Contains(InFile, StringComparison.Ordinal) ? InFile : ""; // not every look sends this one
            var echo = string.Join('\n', new[] { Token, said, Password, Plain }.SelectMany(Written)) + "\n" + head + "\n" + Convert.ToBase64String(Encoding.UTF8.GetBytes(head));
            var path = head.Split(' ')[1];
            var first = Uri.EscapeDataString(Token);
            var answer = path switch
            {
                _ when path.StartsWith("/moved", StringComparison.Ordinal) => $"HTTP/1.1 302 Found\r\nLocation: /there/{first}?again={first}\r\nContent-Length: 0\r\n\r\n",
                _ when path.StartsWith("/scheme", StringComparison.Ordinal) => $"HTTP/1.1 302 Found\r\nLocation: {Plain}:{first}\r\nContent-Length: 0\r\n\r\n",
                _ when path.StartsWith("/host", StringComparison.Ordinal) => $"HTTP/1.1 302 Found\r\nLocation: http://a.{Plain}.invalid/\r\nContent-Length: 0\r\n\r\n",
                _ when path.StartsWith("/error", StringComparison.Ordinal) => $"HTTP/1.1 500 {Token} {Password}\r\nWWW-Authenticate: Basic realm=\"{Password}\"\r\nContent-Length: {Encoding.UTF8.GetByteCount(echo)}\r\n\r\n{echo}",
                _ => $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Echo: {Token} {said} {Password}\r\nX-{Plain}: yes\r\nETag: \"{first}\"\r\nContent-Length: {Encoding.UTF8.GetByteCount(echo)}\r\n\r\n{echo}",
            };
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stop);
        }
    }

    private static IEnumerable<string> Written(string secret) =>
    [
        secret, Uri.EscapeDataString(secret), System.Net.WebUtility.UrlEncode(secret), System.Net.WebUtility.HtmlEncode(secret), JsonSerializer.Serialize(secret),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:" + secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("x:" + secret + "!")).Replace('+', '-').Replace('/', '_'),
    ];

    [Fact]
    public async Task Nothing_the_product_writes_prints_or_answers_holds_a_secret_that_targets_tell_back()
    {
        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), $"house: shop\nresolver: 127.0.0.1:{_names.Port}\n");
        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Document());
        await _kept.StartAsync(House);
        var promises = new[] { "body", "header", "error", "moved", "scheme", "host", "nonsense", "line", "until", "absent" };
        foreach (var promise in promises.Except(["absent"])) await _kept.UntilAsync($"shop/{promise}@1", "broken");
        await _kept.UntilAsync("shop/absent@1", "unknown", "a secret that the look needs is not set");

        var seen = new Dictionary<string, string>();
        foreach (var path in new[]
        {
            "", "?state=broken", "agents/shop", "evidence", "add", "problems", "metrics", "healthz", "api/v1/openapi.json", "api/v1/house", "api/v1/agents", "api/v1/agents/shop",
            "api/v1/promises?limit=100", "api/v1/events?limit=1000", "api/v1/figures", "api/v1/problems",
        }) seen[path] = await AnswerAsync(path);
        foreach (var promise in promises)
        {
            foreach (var view in new[] { "", "/verdict", "/explain", "/looks", "/evidence?limit=100" }) seen[$"api {promise}{view}"] = await AnswerAsync($"api/v1/promises/shop/{promise}@1{view}");
            seen[$"page {promise}"] = await AnswerAsync($"promises/shop/{promise}@1");
            seen[$"explain {promise}"] = await KeptAsync("explain", $"shop/{promise}@1", "--data", _kept.DataFolder);
        }
        Assert.Contains("•••", seen["api body/evidence?limit=100"].Replace("\\u2022", "•", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal); // it was there to be hidden
        seen["status"] = await KeptAsync("status", "--data", _kept.DataFolder, "--json");
        var report = Path.Combine(_kept.Folder, "report.xml");
        seen["verify"] = await KeptAsync("verify", House, "--junit", report);
        seen["verify --json"] = await KeptAsync("verify", House, "--json");
        seen["junit"] = await File.ReadAllTextAsync(report);
        seen["check"] = await KeptAsync("check", House);
        _kept.Signal("TERM");
        Assert.Equal(0, await _kept.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        seen["status afterwards"] = await KeptAsync("status", "--data", _kept.DataFolder);
        foreach (var promise in promises) seen[$"explain {promise} afterwards"] = await KeptAsync("explain", $"shop/{promise}@1", "--data", _kept.DataFolder, "--json");
        seen["the log"] = _kept.Output;
        foreach (var (where, text) in seen) HoldsNone(where, Encoding.UTF8.GetBytes(text));
        SearchFolder();
    }

    [Fact]
    public async Task The_credentials_of_a_proxy_are_told_to_the_proxy_alone()
    {
        Environment.SetEnvironmentVariable("KEPT_E2E_PROXY", "q:" + ProxyCore + "@/ü");
        var heads = 0;
        await using var proxy = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (await ScriptedPeer.ReadHeadAsync(stream, stop) is not { } head) return;
            if (head.Contains("Proxy-Authorization: Basic ", StringComparison.Ordinal)) Interlocked.Increment(ref heads);
            var answer = head.Contains(":81 ", StringComparison.Ordinal) ? "HTTP/1.1 403" : head.Contains(":82 ", StringComparison.Ordinal) ? "HTTP/1.1 407" : "nonsense";
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{answer} {ProxyCore}\r\nX-Echo: {head.ReplaceLineEndings(" ")}\r\n\r\n"), stop);
        });
        await File.WriteAllTextAsync(Path.Combine(House, "house.yaml"), $"house: shop\nproxy: 'http://robot:${{env:KEPT_E2E_PROXY}}@127.0.0.1:{proxy.Port}'\n");
        await File.WriteAllTextAsync(Path.Combine(House, "shop.kept.yaml"), Head + string.Concat(new[] { 81, 82, 83 }.Select(port =>
            $"  via-{port}@1: {{ benefit: You get an answer., check: {{ http: 'GET http://127.0.0.1:{port}/', expect: [ status == 200 ] }} }}\n")));
        await _kept.StartAsync(House);
        var seen = new Dictionary<string, string>();
        foreach (var port in new[] { 81, 82, 83 })
        {
            for (var tries = 0; !(await AnswerAsync($"api/v1/promises/shop/via-{port}@1")).Contains("the proxy 127.0.0.1", StringComparison.Ordinal); tries++)
            {
                Assert.True(tries < 200, _kept.Output);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
            await _kept.UntilAsync($"shop/via-{port}@1", "unknown");
            foreach (var path in new[] { $"api/v1/promises/shop/via-{port}@1", $"api/v1/promises/shop/via-{port}@1/evidence", $"promises/shop/via-{port}@1" }) seen[path] = await AnswerAsync(path);
        }
        foreach (var path in new[] { "", "metrics", "api/v1/house", "api/v1/events?limit=1000", "problems" }) seen[path] = await AnswerAsync(path);
        seen["verify"] = await KeptAsync("verify", House, "--json");
        Assert.True(Volatile.Read(ref heads) > 3);
        _kept.Signal("TERM");
        await _kept.WaitForExitAsync(TimeSpan.FromSeconds(30));
        seen["the log"] = _kept.Output;
        foreach (var (where, text) in seen) HoldsNone(where, Encoding.UTF8.GetBytes(text));
        SearchFolder();
    }

    private async Task<string> AnswerAsync(string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(_kept.Address, path));
        return $"{(int)answer.StatusCode} {answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync()}";
    }

    private static async Task<string> KeptAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Repository.PathOf("kept"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var talk = process.StandardError.ReadToEndAsync();
        var result = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return result + await talk;
    }

    /// <summary>Every file of the data folder as it lies there, and every cell of every table as text (a page of SQLite may split a row).</summary>
    private void SearchFolder()
    {
        var files = Directory.GetFiles(_kept.DataFolder, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("kept.db", StringComparison.Ordinal));
        foreach (var file in files) HoldsNone(file, File.ReadAllBytes(file));
        using var database = new SqliteConnection($"Data Source={Path.Combine(_kept.DataFolder, "kept.db")};Mode=ReadOnly;Pooling=False");
        database.Open();
        var cells = 0;
        foreach (var table in Rows(database, "select name from sqlite_master where type = 'table'").Select(row => Encoding.UTF8.GetString(row[0])).ToList())
            foreach (var row in Rows(database, $"select * from \"{table}\""))
                foreach (var cell in row)
                {
                    cells++;
                    HoldsNone(table, cell);
                }
        Assert.True(cells > 100);
    }

    private static IEnumerable<byte[][]> Rows(SqliteConnection database, string query)
    {
        using var command = database.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) is byte[] bytes ? bytes : Encoding.UTF8.GetBytes(Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture) ?? ""))];
    }

    private static void HoldsNone(string where, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        foreach (var core in new[] { TokenCore, FileCore, PasswordCore, ProxyCore, Plain })
        {
            Lacks(core, StringComparison.OrdinalIgnoreCase);
            Lacks(string.Join('\0', core.ToCharArray()), StringComparison.OrdinalIgnoreCase); // as UTF-16
            Lacks(Convert.ToHexString(Encoding.UTF8.GetBytes(core)), StringComparison.OrdinalIgnoreCase);
            for (var before = 0; before < 3; before++)
                Lacks(Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('.', before) + core))[((before * 8 + 5) / 6)..((before + core.Length) * 8 / 6)], StringComparison.Ordinal);

            void Lacks(string form, StringComparison how)
            {
                var at = text.IndexOf(form, how);
                if (at >= 0) Assert.Fail($"{where} holds a secret, as {form}: …{text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100)]}…");
            }
        }
    }

    private const string Head = """
        kept: 1
        agent: shop
        kind: service
        domains: [localhost, 127.0.0.1]
        until: 2099-12-31
        contact:
          - { role: on call, reach: 'mailto:oncall@shop.test', hours: 'Mo-Su 00:00-24:00 Europe/Brussels', answers: within 1h, expires: 2099-12-31 }
        defaults:
          to: anyone
          version: 1.0
          docs: https://shop.test/terms
          notice: 7d
          uses: not disclosed
          fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
          keeps: [ 'availability >= 50% over 30d' ]
          check: { every: 1s, timeout: 900ms, confirm: 2 of 3 }
        promises:

        """;

    private string Document()
    {
        const string headers = "headers: { X-Api-Key: '${env:KEPT_E2E_TOKEN}', X-Plain: '${env:KEPT_E2E_PLAIN}', Authorization: 'Basic ${env:KEPT_E2E_BASIC}' }";
        var url = _web!.Url;
        return Head.Replace("promises:", $"load: {{ from: 'metric rps at {url}/metrics?key=${{env:KEPT_E2E_TOKEN}}' }}\npromises:", StringComparison.Ordinal) + $$"""
              body@1:
                benefit: You get an answer.
                check:
                  http: POST {{url}}/body?key=${env:KEPT_E2E_TOKEN}
                  {{headers}}
                  body: 'said: ${file:{{SecretFile}}}'
                  expect: [ "body contains 'something else'" ]
              header@1:
                benefit: You get an answer.
                check:
                  http: POST {{url}}/header/${env:KEPT_E2E_TOKEN}
                  {{headers}}
                  body: '${file:{{SecretFile}}}'
                  expect: [ "header.x-echo == 'something else'", "header.etag == 'x'" ]
              error@1:
                benefit: You get an answer.
                check:
                  http: POST {{url}}/error?key=${env:KEPT_E2E_TOKEN}
                  {{headers}}
                  body: '${file:{{SecretFile}}}'
                  expect: [ status == 200 ]
              moved@1:
                benefit: You get an answer.
                check:
                  http: GET {{url}}/moved/${env:KEPT_E2E_TOKEN}
                  {{headers}}
                  redirects: follow
                  expect: [ "url == 'something else'" ]
              scheme@1:
                benefit: You get an answer.
                check: { http: 'GET {{url}}/scheme', {{headers}}, redirects: follow, expect: [ status == 200 ] }
              host@1:
                benefit: You get an answer.
                check: { http: 'GET {{url}}/host', {{headers}}, redirects: follow, expect: [ status == 200 ] }
              nonsense@1:
                benefit: You get an answer.
                check: { http: 'GET {{_nonsense!.Url}}/', {{headers}}, expect: [ status == 200 ] }
              line@1:
                benefit: You get an answer.
                check:
                  tcp: 127.0.0.1:{{_line!.Port}}
                  send: "AUTH ${env:KEPT_E2E_TOKEN} ${file:{{SecretFile}}}\n"
                  expect: [ "answer == 'something else'" ]
              until@1:
                benefit: You get an answer.
                check:
                  tcp: 127.0.0.1:{{_line.Port}}
                  send: "AUTH ${env:KEPT_E2E_BASIC}\n"
                  reads: 'never ${env:KEPT_E2E_TOKEN}'
              absent@1:
                benefit: You get an answer.
                check: { http: 'GET {{url}}/', headers: { X-Key: '${env:KEPT_E2E_NOWHERE} ${env:KEPT_E2E_TOKEN}' }, expect: [ status == 200 ] }

            """;
    }

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _names.DisposeAsync();
        foreach (var peer in new[] { _web, _line, _nonsense })
            if (peer is not null)
                await peer.DisposeAsync();
    }
}
