using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Kept.Egress.Http;
using Kept.Model;

namespace Kept.Egress;

/// <summary>Asks over HTTP and reads the whole answer, redirects by hand, content decoded and counted. Used by looks and by whoever else fetches something.</summary>
public static class HttpExchange
{
    public const int MostRedirects = 5;

    /// <summary>Headers that frame the message or belong to the connection: only we set them.</summary>
    private static readonly HashSet<string> NotYours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
    };

    /// <summary>Headers that describe the content, beside those that begin with <c>Content-</c>.</summary>
    private static readonly HashSet<string> OfContent = new(StringComparer.OrdinalIgnoreCase) { "Allow", "Expires", "Last-Modified" };

    /// <summary>Headers that may follow a redirect to another origin; every other may be a secret.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase) { "Accept", "Accept-Language", "Accept-Encoding", "User-Agent" };

    /// <summary>Asks and reads. One deadline over everything, the content included.</summary>
    /// <exception cref="EgressException">No whole answer, and whose fault it is; <paramref name="trail"/> tells how far it came.</exception>
    /// <exception cref="OperationCanceledException">Of <paramref name="deadline"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // each is awaited once, as every ValueTask must be
    public static async ValueTask<HttpAnswer> AskAsync(Dialer dialer, HttpAsk ask, DialTrail trail, CancellationToken deadline)
    {
        var (url, method, body, trust, strange) = (ask.Url, ask.Method, ask.Body, ask.Trust, false);
        for (var redirects = 0; ; redirects++)
        {
            var host = (redirects == 0 ? ask.Host : null) ?? HostText.Canonical(url) ?? throw EgressException.OfUs(GapCause.Fault, "the URL names no host");
            var isTls = url.Scheme == Uri.UriSchemeHttps;
            var key = new LaneKey(isTls, host, url.Port, isTls ? CertificateNameOf(ask, strange) : null, ask.Speech, trust, isTls && !strange ? ask.Identity : null, trail.Aim);
            var lane = ask.Line?.To(dialer, key) ?? dialer.Lanes.Rent(key, ask.Fresh);
            var healthy = false;
            try
            {
                using var request = RequestOf(ask, url, method, body, strange);
                trail.SentTo(host);
                using var response = await lane.SendAsync(request, key, trail, deadline);
                if (ask.Cookies is { } jar) Keep(response, url, jar);
                if (!ask.Follows || NextOf(response, url) is not { } next)
                {
                    trail.Stage = DialStage.Reading;
                    var content = await ReadAsync(response, method, ask, (host, url.Port), deadline);
                    healthy = true;
                    return new HttpAnswer(response, content, url, redirects);
                }
                if (redirects == MostRedirects) throw Refused($"redirected more than {MostRedirects} times");
                if (next.Scheme is "http" or "https" && HostText.Canonical(next) is null) throw Refused("redirected to an address that cannot be read");
                var crosses = next.Scheme != url.Scheme || next.Port != url.Port || HostText.Canonical(next) != host;
                (method, body) = MethodAfter(response.StatusCode, method, body);
                // Also to the same origin again: its name may lead elsewhere by now, and the path is of the target's own choice.
                if (!MayLeadInside(dialer, host, next, trail)) trust = DocumentOrigin.Others;
                if (crosses)
                {
                    Judge(url, next, body);
                    strange = true;
                    trail.Address = null;
                    trail.Tls = null;
                }
                url = next;
            }
            catch (Exception fault) when (redirects > 0 || fault is not EgressException)
            {
                if (fault is not EgressException) deadline.ThrowIfCancellationRequested();
                // The handler wraps what the dialer told. Where the target itself led to is its own doing, else it could turn its failures into gaps of ours.
                var told = EgressException.From(fault, HostPort.Write(host, url.Port));
                var where = HostPort.Write(host, url.Port);
                if (redirects > 0 && told.Gap == GapCause.EgressDenied) throw Refused($"redirected to {where}, which is not on the public internet");
                // There was a route a moment ago, to where the redirect came from.
                if (strange && told.Gap == GapCause.Route) throw Refused($"redirected to {where}, to which there is no way from here");
                throw told;
            }
            finally
            {
                if (ask.Line is null) dialer.Lanes.Return(key, lane, ask.Fresh, healthy);
            }
        }
    }

    /// <summary>Whom a TLS server must be, where a header says other than the URL; null: the host of the URL.</summary>
    private static string? CertificateNameOf(HttpAsk ask, bool strange)
    {
        if (strange) return null; // the header stays behind too
        foreach (var (name, value) in ask.Headers)
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                return HostPort.Read(value).Host;
        return null;
    }

    private static HttpRequestMessage RequestOf(HttpAsk ask, Uri url, HttpMethod method, ReadOnlyMemory<byte>? body, bool strange)
    {
        var request = new HttpRequestMessage(method, url)
        {
            Version = ask.Speech == HttpSpeech.One || ask.Speech == HttpSpeech.Auto && url.Scheme == Uri.UriSchemeHttp ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = ask.Speech == HttpSpeech.Auto ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact,
        };
        if (ask.TakesTrailers) request.Headers.TE.Add(Trailers);
        if (body is { } content) request.Content = new ReadOnlyMemoryContent(content);
        var (agent, accept) = (false, false);
        foreach (var (name, value) in ask.Headers)
        {
            if (strange && !Harmless.Contains(name)) continue;
            if (NotYours.Contains(name)) throw EgressException.OfUs(GapCause.Fault, $"the header {name} belongs to the connection and cannot be set; remove it");
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) && ask.Trust != DocumentOrigin.Ours)
                throw EgressException.OfUs(GapCause.EgressDenied, "a document that is not ours may not set the header Host");
            Add(request, name, value);
            agent |= name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase);
            accept |= name.Equals("Accept", StringComparison.OrdinalIgnoreCase);
        }
        if (ask.Cookies?.HeaderFor(url) is { } cookies) Add(request, "Cookie", cookies);
        if (!agent) request.Headers.UserAgent.Add(Agent);
        if (!accept) request.Headers.Accept.Add(AnyType);
        return request;
    }

    private static void Keep(HttpResponseMessage response, Uri from, CookieJar jar)
    {
        if (response.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies))
            foreach (var cookie in cookies)
                jar.Take(from, cookie);
    }

    private static readonly ProductInfoHeaderValue Agent = new("Kept", "1");
    private static readonly MediaTypeWithQualityHeaderValue AnyType = new("*/*");
    private static readonly TransferCodingWithQualityHeaderValue Trailers = new("trailers");

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!System.Text.Ascii.IsValid(value)) throw EgressException.OfUs(GapCause.Fault, $"the header {name} cannot be sent: its value holds letters beyond ASCII");
        try
        {
            // Add refuses line breaks, which would start a header of the value's own choice.
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || OfContent.Contains(name)) request.Content?.Headers.Add(name, value);
            else request.Headers.Add(name, value);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or ArgumentException)
        {
            throw EgressException.OfUs(GapCause.Fault, $"the header {name} cannot be sent: its name or value breaks the rules of HTTP", fault);
        }
    }

    private static Uri? NextOf(HttpResponseMessage response, Uri from) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } to
            ? to.IsAbsoluteUri ? to : Uri.TryCreate(from, to, out var absolute) ? absolute : throw Refused("redirected to an address that cannot be read")
            : null;

    private static (HttpMethod, ReadOnlyMemory<byte>?) MethodAfter(HttpStatusCode status, HttpMethod method, ReadOnlyMemory<byte>? body) => (int)status switch
    {
        303 when method != HttpMethod.Head => (HttpMethod.Get, null),
        301 or 302 when method == HttpMethod.Post => (HttpMethod.Get, null),
        _ => (method, body),
    };

    /// <summary>
    /// The target chose where to: it may lead among internal addresses only from an internal address. Through a proxy the address in the trail is the proxy's
    /// own and says nothing of the target: then only an address that the document itself named, or the same host again, is known to be where we were.
    /// </summary>
    private static bool MayLeadInside(Dialer dialer, string host, Uri next, DialTrail trail) => dialer.UsesProxy
        ? HostText.Canonical(next) == host || IPAddress.TryParse(host, out var named) && dialer.Options.Special(named) is not null
        : trail.Address is { } from && dialer.Options.Special(from) is not null;

    /// <summary>Whether a redirect to another origin may be followed at all.</summary>
    private static void Judge(Uri from, Uri to, ReadOnlyMemory<byte>? body)
    {
        if (to.Scheme != Uri.UriSchemeHttp && to.Scheme != Uri.UriSchemeHttps) throw Refused($"redirected to a {to.Scheme}: address");
        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp) throw Refused("redirected from https to http");
        if (to.UserInfo.Length > 0) throw Refused("redirected to an address with a user name in it");
        if (body is not null) throw Refused($"redirected to {HostPort.Write(HostText.Canonical(to) ?? "", to.Port)}, which would get the body meant for {HostText.Canonical(from)}");
    }

    private static EgressException Refused(string words) => EgressException.OfTarget(TargetFailure.RedirectRefused, words);

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, HttpMethod method, HttpAsk ask, (string Host, int Port) where, CancellationToken deadline)
    {
        if (method == HttpMethod.Head) return default;
        var limit = ask.BodyLimit;
        var headers = response.Content.Headers;
        string[] encodings = headers.NonValidated.Contains("Content-Encoding") ? [.. headers.ContentEncoding] : [];
        if (encodings.Length == 0 && headers.ContentLength is { } declared)
        {
            if (declared > limit) throw TooLarge(where, limit);
            if (declared == 0 && !ask.TakesTrailers) return default; // trailers come once the content was read to its end, also where there is none
        }
        await using var raw = await response.Content.ReadAsStreamAsync(deadline);
        if (encodings.Length > 2) throw EgressException.OfTarget(TargetFailure.Malformed, $"{HostPort.Write(where.Host, where.Port)} compressed its content more than twice");
        var stream = raw;
        // Listed in the order they were applied, so undone from the last.
        for (var i = encodings.Length - 1; i >= 0; i--) stream = Decoded(stream, encodings[i], where);
        try
        {
            await using (stream)
                return await ReadAsync(stream, limit, where, deadline);
        }
        catch (InvalidOperationException fault) when (encodings.Length > 0 && fault is not ObjectDisposedException)
        {
            // That is how BrotliStream tells damaged data; the streams of gzip and deflate throw an InvalidDataException.
            throw new InvalidDataException(fault.Message, fault);
        }
    }

    private static Stream Decoded(Stream stream, string encoding, (string Host, int Port) where) => encoding.ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
        "deflate" => new ZLibStream(stream, CompressionMode.Decompress), // RFC 9110 §8.4.1.2: deflate means the zlib format
        "br" => new BrotliStream(stream, CompressionMode.Decompress),
        "identity" => stream,
        _ => throw EgressException.OfTarget(TargetFailure.Malformed, $"{HostPort.Write(where.Host, where.Port)} sent content in an encoding that nobody asked for"),
    };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream stream, long limit, (string Host, int Port) where, CancellationToken deadline)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(8192, limit + 1));
        var length = 0;
        try
        {
            while (true)
            {
                // One byte more than allowed is asked for, so that "exactly the limit" and "more" are told apart. Decoded bytes count, not sent ones.
                if (length == buffer.Length) buffer = Grown(buffer, length);
                var room = (int)Math.Min(buffer.Length - length, limit + 1 - length);
                var count = await stream.ReadAsync(buffer.AsMemory(length, room), deadline);
                if (count == 0) return buffer.AsSpan(0, length).ToArray();
                length += count;
                if (length > limit) throw TooLarge(where, limit);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grown(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static EgressException TooLarge((string Host, int Port) where, long limit) =>
        EgressException.OfTarget(TargetFailure.TooLarge, $"{HostPort.Write(where.Host, where.Port)} sent more than the {Quantity.Bytes(limit)} that the check allows (body-limit)");
}
