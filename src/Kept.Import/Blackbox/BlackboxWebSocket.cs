using Kept.Language.Foreign;

namespace Kept.Import.Blackbox;

/// <summary>The prober <c>websocket</c>: the handshake with its headers, and what of a dialogue can be said.</summary>
internal static class BlackboxWebSocket
{
    public static void Read(Keys settings, BlackboxExpectations lines)
    {
        lines.Expect("opened", settings.Map.At);
        var client = settings.Inner("http_config");
        if (settings.Mapping("headers") is { } headers)
            lines.Check.Maps.Add(new("headers", [.. headers.Entries.Where(entry => entry.Value is ForeignNode.Text).Select(entry => KeyValuePair.Create(entry.Key.Content, ((ForeignNode.Text)entry.Value).Content))]));
        settings.Lost("query_response", "a dialogue over the connection is not carried", "one text to send and one to wait for can be said: send: '{}', reads: 'ready'");
        foreach (var keys in (Keys?[])[settings, client])
        {
            if (keys is null) continue;
            foreach (var key in (ReadOnlySpan<string>)["basic_auth", "bearer_token", "bearer_token_file", "authorization"])
                keys.Lost(key, "credentials are not copied into a document", "headers: { Authorization: 'Basic ${env:CREDENTIALS}' }");
            keys.Lost("oauth2", "a token from an OAuth2 server is not fetched");
            keys.Lost("proxy_url", "one check has no proxy of its own here", "`proxy:` in house.yaml is for all looks");
            lines.Tls(keys);
        }
        client?.Pass("follow_redirects", "enable_http2", "no_proxy", "proxy_from_environment", "proxy_connect_header", "http_headers");
        client?.TellUnknown(null, BlackboxImport.Refuses);
        lines.Network(settings);
    }
}
