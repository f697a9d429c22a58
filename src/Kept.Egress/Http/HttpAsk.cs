using System.Collections.Immutable;
using System.Net.Http.Headers;
using Kept.Model;

namespace Kept.Egress;

/// <summary>Which version of HTTP is spoken. <see cref="Auto"/>: 2 where TLS agrees on it, else 1.1.</summary>
public enum HttpSpeech { Auto, One, Two }

/// <summary>One question over HTTP, secrets already expanded.</summary>
public sealed record HttpAsk
{
    public required Uri Url { get; init; }
    /// <summary>The canonical host of <see cref="Url"/> where the asker knows it already; null: it is read from the URL.</summary>
    public string? Host { get; init; }
    public required HttpMethod Method { get; init; }
    public required DocumentOrigin Trust { get; init; }
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];
    public ReadOnlyMemory<byte>? Body { get; init; }
    /// <summary>Follow redirects, at most <see cref="HttpExchange.MostRedirects"/>; otherwise a redirect is itself the answer.</summary>
    public bool Follows { get; init; }
    /// <summary>Most bytes of content, decoded.</summary>
    public long BodyLimit { get; init; } = 256 * 1024;
    public HttpSpeech Speech { get; init; }
    /// <summary>Says that trailers are understood, which gRPC asks of every client.</summary>
    public bool TakesTrailers { get; init; }
    /// <summary>Where cookies are kept between several questions, and redirects; null: none are kept.</summary>
    public CookieJar? Cookies { get; init; }
    /// <summary>Whom we show ourselves as over TLS; never to another origin that a redirect leads to.</summary>
    public ClientIdentity? Identity { get; init; }
    /// <summary>Always connect anew.</summary>
    public bool Fresh { get; init; }
    /// <summary>The connection to ask on; null: one of those that are kept, or a new one.</summary>
    public HttpLine? Line { get; init; }
}

/// <summary>A whole answer over HTTP.</summary>
public sealed class HttpAnswer
{
    internal HttpAnswer(HttpResponseMessage response, ReadOnlyMemory<byte> body, Uri url, int redirects)
    {
        (Status, Version, Headers, ContentHeaders) = ((int)response.StatusCode, response.Version, response.Headers, response.Content.Headers);
        (Trailers, Body, Url, Redirects) = (response.TrailingHeaders, body, url, redirects);
    }

    public int Status { get; }
    public Version Version { get; }
    public HttpResponseHeaders Headers { get; }
    public HttpContentHeaders ContentHeaders { get; }
    /// <summary>What came after the content.</summary>
    public HttpResponseHeaders Trailers { get; }
    /// <summary>The content, decompressed, whole.</summary>
    public ReadOnlyMemory<byte> Body { get; }
    /// <summary>Where the answer came from in the end.</summary>
    public Uri Url { get; }
    public int Redirects { get; }
}
