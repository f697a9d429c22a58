using System.Net;
using System.Net.Sockets;
using System.Text;
using Kept.Egress.Naming;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Egress.Tests;

public sealed class DialerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-egress-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<HttpAnswer> AskAsync(Dialer dialer, string url, DocumentOrigin trust = DocumentOrigin.Ours)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        return await HttpExchange.AskAsync(dialer, new HttpAsk { Url = new Uri(url), Method = HttpMethod.Get, Trust = trust }, new DialTrail(TimeProvider.System), deadline.Token);
    }

    private static async Task<EgressException> FaultAsync(EgressOptions options, string url, DocumentOrigin trust = DocumentOrigin.Ours)
    {
        using var dialer = new Dialer(options, TimeProvider.System);
        return await Assert.ThrowsAsync<EgressException>(() => AskAsync(dialer, url, trust));
    }

    private static ScriptedPeer Proxy(Func<string, string?> refuses, List<string> heads) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        var head = await ScriptedPeer.ReadHeadAsync(stream, stop) ?? "";
        lock (heads) heads.Add(head);
        var target = head.Split(' ')[1];
        if (refuses(target) is { } answer)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
            return;
        }
        var (_, port) = HostPort.Read(target);
        using var onward = new TcpClient();
        await onward.ConnectAsync(IPAddress.Loopback, port, stop);
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"u8.ToArray(), stop);
        var there = onward.GetStream();
        await Task.WhenAny(stream.CopyToAsync(there, stop), there.CopyToAsync(stream, stop));
    });

    [Fact]
    public async Task An_explicit_proxy_carries_everything_by_tunnels_with_its_secrets()
    {
        var heads = new List<string>();
        await using var proxy = Proxy(_ => null, heads);
        using var root = new CertificateAuthority();
        await using var plain = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("plain")));
        await using var secure = ScriptedPeer.Tls(root.Issue(["shop.example"]), ScriptedPeer.Answering(ScriptedPeer.Ok("secure")));
        Environment.SetEnvironmentVariable("KEPT_TEST_PROXY", "p@ss");
        using var dialer = new Dialer(new EgressOptions { Proxy = $"http://me:${{env:KEPT_TEST_PROXY}}@127.0.0.1:{proxy.Port}", PrivateRoots = [root.Certificate] }, TimeProvider.System);
        // The proxy looks the name up; here nobody could.
        Assert.Equal("plain", Encoding.UTF8.GetString((await AskAsync(dialer, $"http://shop.example:{plain.Port}/")).Body.Span));
        Assert.Equal("secure", Encoding.UTF8.GetString((await AskAsync(dialer, $"https://shop.example:{secure.Port}/")).Body.Span));
        Assert.All(heads, head => Assert.Contains("Proxy-Authorization: Basic " + Convert.ToBase64String("me:p@ss"u8), head, StringComparison.Ordinal));
        Assert.StartsWith($"CONNECT shop.example:{plain.Port} HTTP/1.1\r\n", heads[0], StringComparison.Ordinal);
        // What others wrote is judged here, before the proxy is asked.
        var denied = await Assert.ThrowsAsync<EgressException>(() => AskAsync(dialer, $"http://127.0.0.1:{plain.Port}/", DocumentOrigin.Others));
        Assert.Equal(GapCause.EgressDenied, denied.Gap);
        Assert.Equal(2, heads.Count);
    }

    [Fact]
    public async Task Behind_a_proxy_a_target_cannot_redirect_to_internal_addresses()
    {
        // The proxy itself stands on a private address, as proxies do; that must not make the target look like one of ours.
        var heads = new List<string>();
        await using var proxy = Proxy(_ => null, heads);
        await using var inside = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("the inside")));
        var location = $"http://127.0.0.1:{inside.Port}/latest/meta-data";
        await using var target = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"));
        using var dialer = new Dialer(new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, TimeProvider.System);
        var ask = new HttpAsk { Url = new Uri($"http://shop.example:{target.Port}/"), Method = HttpMethod.Get, Trust = DocumentOrigin.Ours, Follows = true };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        var fault = await Assert.ThrowsAsync<EgressException>(async () => await HttpExchange.AskAsync(dialer, ask, new DialTrail(TimeProvider.System), deadline.Token));
        Assert.Equal(TargetFailure.RedirectRefused, fault.Failure);
        Assert.Single(heads);
    }

    [Fact]
    public void What_a_target_echoes_of_a_secret_is_hidden_in_every_usual_form()
    {
        const string secret = "pa\"ss/Wörd<1>&+ x";
        string[] echoes =
        [
            secret, secret.ToUpperInvariant(), Uri.EscapeDataString(secret), Uri.EscapeDataString(secret).ToLowerInvariant(), WebUtility.UrlEncode(secret), WebUtility.HtmlEncode(secret),
            System.Text.Json.JsonSerializer.Serialize(secret), "\"pa\\\"ss\\/Wörd<1>&+ x\"", "\"pa\\\"ss/Wörd<1>&+ x\"", Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
        ];
        foreach (var echo in echoes)
            Assert.Equal("•••", Secrets.Redact(echo, [secret]).Trim('"'));
        // One secret that begins another leaves nothing of the longer one.
        Assert.Equal("a ••• b •••", Secrets.Redact("a abcd b abcdefgh", ["abcd", "abcdefgh"]));
    }

    [Fact]
    public void A_device_named_as_a_secret_does_not_fill_the_memory()
    {
        if (!File.Exists("/dev/zero")) return;
        var fault = Assert.Throws<EgressException>(() => Secrets.Expand("${file:/dev/zero}"));
        Assert.Equal(GapCause.SecretMissing, fault.Gap);
    }

    [Fact]
    public void A_secret_lies_in_a_plain_file_that_nobody_else_may_write()
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Path.Combine(_folder, "token");
        File.WriteAllText(file, "t0ken\n");
        foreach (var mode in new[] { UnixFileMode.GroupWrite, UnixFileMode.OtherWrite })
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
            Refused(file, $"chmod 600 {file}");
        }
        // as Kubernetes mounts them
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Equal("t0ken", Secrets.Expand($"${{file:{file}}}"));
        File.WriteAllText(file, new string('x', 64 * 1024 + 1));
        Refused(file, "larger than 64 KiB");
        Refused(_folder, "is a folder");
        Refused(file + "-of-nobody", "does not exist");
    }

    [Fact]
    public void A_pipe_named_as_a_secret_is_refused_and_not_waited_for()
    {
        if (!File.Exists("/usr/bin/mkfifo")) return;
        var pipe = Path.Combine(_folder, "pipe");
        using (var made = System.Diagnostics.Process.Start("/usr/bin/mkfifo", ["-m", "600", pipe])) made.WaitForExit();
        Refused(pipe, "is no plain file");
    }

    [Fact]
    public void A_secret_file_that_does_not_open_says_why()
    {
        if (!OperatingSystem.IsLinux()) return;
        var (one, other) = (Path.Combine(_folder, "one"), Path.Combine(_folder, "other"));
        File.CreateSymbolicLink(one, other);
        File.CreateSymbolicLink(other, one);
        Refused(one, "leads round in a circle");
        var file = Path.Combine(_folder, "plain");
        File.WriteAllText(file, "t0ken");
        Refused(Path.Combine(file, "token"), "a part of its path is a file");
        Refused(Path.Combine(_folder, new string('x', 300)), "a name longer than the system takes");
        var door = Path.Combine(_folder, "door");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(door));
            Refused(door, "is no plain file");
        }
        File.SetUnixFileMode(file, UnixFileMode.None);
        if (!Environment.IsPrivilegedProcess) Refused(file, "may not be read by this user"); // root may
    }

    [Theory]
    [InlineData(2, "does not exist", GapCause.SecretMissing)]
    [InlineData(13, "may not be read by this user", GapCause.SecretMissing)]
    [InlineData(24, "too many open files", GapCause.Local)]
    [InlineData(23, "too many open files", GapCause.Local)]
    [InlineData(5, "(errno 5)", GapCause.SecretMissing)]
    public void A_limit_of_this_machine_is_told_as_such_and_not_as_a_missing_secret(int error, string words, GapCause gap)
    {
        var fault = SecretFile.Refusal("/run/secrets/token", error);
        Assert.Equal(gap, fault.Gap);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Contains("/run/secrets/token", fault.Message, StringComparison.Ordinal);
    }

    private static void Refused(string file, string words)
    {
        var fault = Assert.Throws<EgressException>(() => Secrets.Expand($"${{file:{file}}}"));
        Assert.Equal(GapCause.SecretMissing, fault.Gap);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_of_a_proxy_is_not_told_as_the_targets()
    {
        await using var proxy = Proxy(_ => null, []);
        await using var plain = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("a")));
        using var dialer = new Dialer(new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, TimeProvider.System);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        for (var look = 0; look < 2; look++) // the second over a kept connection, where the peer keeps one
        {
            var trail = new DialTrail(TimeProvider.System);
            await HttpExchange.AskAsync(dialer, new HttpAsk { Url = new Uri($"http://shop.example:{plain.Port}/"), Method = HttpMethod.Get, Trust = DocumentOrigin.Ours }, trail, deadline.Token);
            Assert.Null(trail.Address);
            Assert.True(trail.IsBehindProxy);
        }
        var named = new DialTrail(TimeProvider.System);
        await HttpExchange.AskAsync(dialer, new HttpAsk { Url = new Uri($"http://127.0.0.1:{plain.Port}/"), Method = HttpMethod.Get, Trust = DocumentOrigin.Ours }, named, deadline.Token);
        Assert.Equal(IPAddress.Loopback, named.Address); // the address we named ourselves is known
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\n\r\n", TargetFailure.Unreachable, GapCause.None)]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", TargetFailure.None, GapCause.Route)]
    [InlineData("HTTP/1.1 403 Forbidden\r\n\r\n", TargetFailure.None, GapCause.EgressDenied)]
    [InlineData("nonsense\r\n\r\n", TargetFailure.None, GapCause.Route)]
    [InlineData("", TargetFailure.None, GapCause.Route)]
    public async Task A_proxy_that_refuses_tells_whose_fault_it_is(string answer, TargetFailure failure, GapCause gap)
    {
        await using var proxy = Proxy(_ => answer, []);
        var fault = await FaultAsync(new EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, "http://shop.example/");
        Assert.Equal((failure, gap), (fault.Failure, fault.Gap));
    }

    [Fact]
    public async Task A_proxy_that_is_away_is_our_gap()
    {
        var fault = await FaultAsync(new EgressOptions { Proxy = $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}" }, "http://shop.example/");
        Assert.Equal(GapCause.Route, fault.Gap);
        Assert.Contains("the proxy 127.0.0.1", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, GapCause.Local)]
    [InlineData(SocketError.AddressNotAvailable, GapCause.Local)]
    [InlineData(SocketError.NoBufferSpaceAvailable, GapCause.Local)]
    [InlineData(SocketError.NetworkUnreachable, GapCause.Route)]
    [InlineData(SocketError.NetworkDown, GapCause.Route)]
    [InlineData(SocketError.AccessDenied, GapCause.EgressDenied)]
    public void What_our_own_system_lacks_is_never_the_targets_fault(SocketError error, GapCause gap) => Assert.Equal(gap, EgressException.OfSocket(error, "x:1").Gap);

    [Theory]
    [InlineData(SocketError.ConnectionRefused, TargetFailure.Refused)]
    [InlineData(SocketError.ConnectionReset, TargetFailure.Reset)]
    [InlineData(SocketError.TimedOut, TargetFailure.TimedOut)]
    [InlineData(SocketError.HostUnreachable, TargetFailure.Unreachable)]
    public void What_the_target_did_is_its_failure(SocketError error, TargetFailure failure) => Assert.Equal(failure, EgressException.OfSocket(error, "x:1").Failure);

    [Fact]
    public void Exhausted_files_are_our_gap_through_every_wrapper()
    {
        var wrapped = new HttpRequestException(HttpRequestError.ConnectionError, "x", new IOException("y", new SocketException((int)SocketError.TooManyOpenSockets)));
        Assert.Equal(GapCause.Local, EgressException.From(wrapped, "x").Gap);
        Assert.Equal(GapCause.Fault, EgressException.From(new NotSupportedException(), "x").Gap);
    }

    [Fact]
    public async Task A_hosts_file_is_read_and_read_again()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var hosts = Path.Combine(_folder, "hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 shop.test # a shop\n");
        var time = new FakeTimeProvider();
        var file = new HostsFile(hosts, time);
        Assert.Equal([IPAddress.Loopback], file.Find("SHOP.test")!);
        Assert.Null(file.Find("other.test"));
        await File.WriteAllTextAsync(hosts, "::1 other.test\n");
        File.SetLastWriteTimeUtc(hosts, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Null(file.Find("other.test"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([IPAddress.IPv6Loopback], file.Find("other.test")!);
        Assert.Null(new HostsFile(Path.Combine(_folder, "none"), time).Find("x"));
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost shop.test\n");
        using var dialer = new Dialer(new EgressOptions { HostsFile = hosts }, TimeProvider.System);
        Assert.Equal(200, (await AskAsync(dialer, $"http://shop.test:{peer.Port}/")).Status);
        Assert.Equal(GapCause.EgressDenied, (await Assert.ThrowsAsync<EgressException>(() => AskAsync(dialer, $"http://shop.test:{peer.Port}/", DocumentOrigin.Others))).Gap);
    }

    [Fact]
    public void A_resolver_file_is_read_like_the_C_library_reads_it()
    {
        var settings = ResolverSettings.Parse(["# comment", "nameserver 192.0.2.1", "nameserver ::1", "search a.example. b.example", "options timeout:1 ndots:2", "nameserver nonsense"]);
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.IPv6Loopback, 53)], settings.Servers);
        Assert.Equal(["db.a.example", "db.b.example", "db"], settings.Candidates("db"));
        Assert.Equal(["x.y.z", "x.y.z.a.example", "x.y.z.b.example"], settings.Candidates("x.y.z"));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], ResolverSettings.Read(Path.Combine(_folder, "none")).Servers);
    }

    [Fact]
    public async Task Answers_are_kept_for_their_time_to_live_within_limits()
    {
        await using var server = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", name == "long.example" ? 86_400 : 0)) : new(0));
        var time = new FakeTimeProvider();
        using var resolver = new NameResolver(new EgressOptions { Resolver = server.EndPoint }, time);
        async Task AskAsync(string name, int questions)
        {
            Assert.Equal([IPAddress.Loopback], await resolver.ResolveAsync(name, AddressFamily.Unspecified, CancellationToken.None));
            Assert.Equal(questions, server.Questions);
        }
        await AskAsync("short.example", 2);
        await AskAsync("short.example", 2);
        time.Advance(TimeSpan.FromSeconds(6));
        await AskAsync("short.example", 4);
        await AskAsync("long.example", 6);
        time.Advance(TimeSpan.FromMinutes(4));
        await AskAsync("long.example", 6);
        time.Advance(TimeSpan.FromMinutes(2));
        await AskAsync("long.example", 8);
    }

    [Fact]
    public async Task A_silent_name_server_holds_up_nobody_else_and_leaving_is_at_once()
    {
        await using var server = new NameServer((name, type) => name.StartsWith("black", StringComparison.Ordinal) ? NameAnswer.Silence : type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1")) : new(0));
        using var resolver = new NameResolver(new EgressOptions { Resolver = server.EndPoint }, TimeProvider.System);
        using var leave = new CancellationTokenSource();
        var stuck = Enumerable.Range(0, 200).Select(i => resolver.ResolveAsync($"black{i}.example", AddressFamily.Unspecified, leave.Token).AsTask()).ToArray();
        var mark = TimeProvider.System.GetTimestamp();
        await resolver.ResolveAsync("good.example", AddressFamily.Unspecified, CancellationToken.None);
        Assert.True(TimeProvider.System.GetElapsedTime(mark) < TimeSpan.FromSeconds(2));
        await leave.CancelAsync();
        foreach (var one in stuck) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.True(TimeProvider.System.GetElapsedTime(mark) < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Settings_of_a_house_are_read_or_refused_with_what_to_write()
    {
        using var root = new CertificateAuthority();
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), root.Pem);
        File.WriteAllText(Path.Combine(_folder, "empty.pem"), "nothing");
        var options = EgressOptions.From(HouseSettings.Default with { TrustedCertificates = ["ca.pem"], Resolver = "127.0.0.1:5300", Proxy = "http://${env:U}:${env:P}@proxy.example:3128" }, _folder);
        Assert.Equal(root.Certificate.Thumbprint, Assert.Single(options.PrivateRoots).Thumbprint);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 5300), options.Resolver);
        Assert.Equal(53, EgressOptions.From(HouseSettings.Default with { Resolver = "::1" }, _folder).Resolver!.Port);
        void Refuses(HouseSettings settings, string words) => Assert.Contains(words, Assert.Throws<InvalidDataException>(() => EgressOptions.From(settings, _folder)).Message, StringComparison.Ordinal);
        Refuses(HouseSettings.Default with { Resolver = "dns.example" }, "write ADDRESS or ADDRESS:PORT");
        Refuses(HouseSettings.Default with { Proxy = "proxy.example:3128" }, "write http://HOST:PORT");
        Refuses(HouseSettings.Default with { Proxy = "http://me:secret@proxy" }, "write http://HOST:PORT");
        Assert.DoesNotContain("secret", Assert.Throws<InvalidDataException>(() => EgressOptions.From(HouseSettings.Default with { Proxy = "http://me:secret@proxy" }, _folder)).Message, StringComparison.Ordinal);
        Refuses(HouseSettings.Default with { TrustedCertificates = ["none.pem"] }, "none.pem");
        Refuses(HouseSettings.Default with { TrustedCertificates = ["empty.pem"] }, "holds no certificate");
    }

    [Fact]
    public void Secrets_expand_in_place_and_hide_in_every_encoding()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_A", "a b/ü");
        var used = new List<string>();
        Assert.Equal("x a b/ü ${other} $ ${env:open", Secrets.Expand("x ${env:KEPT_TEST_A} ${other} $ ${env:open", used));
        Assert.Equal(["a b/ü"], used);
        Assert.Equal("q=a%20b%2F%C3%BC", Secrets.Expand("q=${env:KEPT_TEST_A}", null, Uri.EscapeDataString));
        Assert.Equal("••• ••• •••", Secrets.Redact($"a b/ü {Convert.ToBase64String("a b/ü"u8)} a%20b%2F%C3%BC", used));
        Assert.Equal("abc", Secrets.Redact("abc", ["b"]));
        Assert.Equal(GapCause.SecretMissing, Assert.Throws<EgressException>(() => Secrets.Expand("${env:KEPT_TEST_NONE}")).Gap);
    }
}
