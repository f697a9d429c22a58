using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Kuma;

/// <summary>The types <c>http</c>, <c>keyword</c> and <c>json-query</c>.</summary>
internal static partial class KumaHttp
{
    /// <summary>Of Kuma's three messages about a certificate that ends (21, 14 and 7 days before), the middle one.</summary>
    private const string CertificateHolds = "certificate.expires-in > 14d";

    public static CheckDraft? Read(KumaReading its)
    {
        var monitor = its.Monitor;
        if (monitor.Text("url") is not { } url) return its.None("url", "it has no URL");
        var type = monitor.Text("type");
        var isUpsideDown = monitor.Flag("upsideDown");
        if (isUpsideDown && type != "keyword")
            return its.None("upsideDown", "it is upside down: good while the target does not answer well, and nothing here promises that", "look from where the target must not be reached, and ask for what answers there instead");
        if (monitor.Text("authMethod") is { } way and ("ntlm" or "mtls"))
            return its.None("authMethod", $"logging in by {way} is not done here, and without it the answer would always be bad", "ask an address that answers without it, or with a token in a header");
        var user = UserInfo().Match(url);
        if (user.Success) url = user.Groups["scheme"].Value + url[user.Length..];
        var check = its.Check("http", $"{(monitor.Text("method") ?? "GET").ToUpperInvariant()} {its.Secrets.Url(url)}", "url");
        if (check is null) return null;
        if (monitor.Number("maxredirects") is not 0)
        {
            check.Field("redirects", "follow");
            if (monitor.Number("maxredirects") is > 5 and not 10) its.Losses.Changed(monitor.Where("maxredirects"), its.Subject, "at most 5 redirects are followed here");
        }
        Sent(its, check, user.Success);
        Status(its, check);
        if (type == "keyword") Keyword(its, check, isUpsideDown);
        if (type == "json-query") Query(its, check);
        Certificate(its, check, url);
        its.Lost("proxyId", "one check has no proxy of its own here", "`proxy:` in house.yaml is for all looks");
        its.LostFlag("cacheBust", "a parameter at random is not added to the URL");
        if (monitor.Text("ipFamily") is { } family and ("ipv4" or "ipv6")) check.Field("addresses", family == "ipv4" ? "IPv4" : "IPv6");
        its.Secrets.Into(check);
        return check;
    }

    private static void Sent(KumaReading its, CheckDraft check, bool hasUserInfo)
    {
        var monitor = its.Monitor;
        var sent = new List<KeyValuePair<string, string>>();
        var way = monitor.Text("authMethod");
        if (way == "oauth2-cc")
        {
            its.Losses.Lost(monitor.Where("authMethod"), its.Subject, "a token from an OAuth2 server is not fetched");
            sent.Add(new("Authorization", $"Bearer {its.Secrets.Reference("TOKEN", "a way to a token", "renew one, and export NAME='the token'; or from a file: 'Bearer ${file:/run/token}'")}"));
        }
        else if (monitor.Text("bearerToken") is not null && way == "bearer") sent.Add(new("Authorization", $"Bearer {its.Secrets.Reference("TOKEN", "a token", "export NAME='the token'")}"));
        else if (hasUserInfo || way is null or "basic" && monitor.Text("basicAuthUser") is not null)
            sent.Add(new("Authorization", $"Basic {its.Secrets.Reference("LOGIN", "a login", "export NAME=\"$(printf %s 'user:password' | base64)\"")}"));
        if (monitor.Text("headers") is { } headers)
        {
            if (new ForeignFile(monitor.At.File.Path, "", System.Text.Encoding.UTF8.GetBytes(headers)) is var file && ForeignJson.Read(file, new Losses()) is ForeignNode.Map map)
                foreach (var (name, value) in map.Entries)
                {
                    if (value is not ForeignNode.Text text) continue;
                    // Kuma's own headers win over the login
                    sent.RemoveAll(one => string.Equals(one.Key, name.Content, StringComparison.OrdinalIgnoreCase));
                    sent.Add(new(name.Content, its.Secrets.Header(name.Content, text.Content)));
                }
            else its.Losses.Lost(monitor.At, its.Subject, "the headers are no JSON, and Kuma fails with them", "write them as {\"Name\": \"value\"}");
        }
        if (monitor.Text("body") is { } body)
        {
            if ((monitor.Text("method") ?? "GET").Equals("GET", StringComparison.OrdinalIgnoreCase)) its.Losses.Changed(monitor.At, its.Subject, "a GET with a body is sent; many servers look away from it");
            check.Field("body", its.Secrets.Body(body));
            var type = monitor.Text("httpBodyEncoding") switch { "form" => "application/x-www-form-urlencoded", "xml" => "text/xml; charset=utf-8", _ => null };
            if (type is not null && !sent.Exists(one => one.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))) sent.Add(new("Content-Type", type));
        }
        if (sent.Count > 0) check.Maps.Add(new("headers", sent));
    }

    private static void Status(KumaReading its, CheckDraft check)
    {
        var monitor = its.Monitor;
        var written = monitor.Texts("accepted_statuscodes");
        var hasNone = monitor.Node("accepted_statuscodes") is null && monitor.Node("accepted_statuscodes_json") is null;
        var status = AcceptedCodes.Of(hasNone ? ["200-299"] : written);
        foreach (var wrong in status.Wrong) its.Losses.Lost(monitor.Where("accepted_statuscodes"), its.Subject, $"`{Losses.Short(wrong)}` is no range of codes, and Kuma accepts nothing for it", "write 200-299 or 404");
        if (status.Expectation is null) its.Losses.Hollow(ImportCodes.CannotPass, monitor.Where("accepted_statuscodes"), its.Subject, "no code of an answer is accepted", "an answer 200 fails", "accept 200-299", "it is written as it was meant: `status in 200..299`");
        var meant = status.Expectation ?? "status in 200..299";
        if (status.Accepts500 && monitor.Text("type") == "http")
        {
            if (status.WithoutErrors is { } sound) meant = sound;
            its.Losses.Hollow(ImportCodes.WatchesTooLittle, monitor.Where("accepted_statuscodes"), its.Subject, "an error of the server is accepted, and nothing else is asked", "an answer 500 with an error page passes", "accept 200-299 alone", $"it is written as `{meant}`");
        }
        its.Expect(check, meant, "accepted_statuscodes");
    }

    private static void Keyword(KumaReading its, CheckDraft check, bool isUpsideDown)
    {
        var monitor = its.Monitor;
        if (monitor.Text("keyword") is not { } keyword)
        {
            its.Losses.Hollow(ImportCodes.CannotFail, monitor.Where("keyword"), its.Subject, "its keyword is empty, and every answer holds that", "any answer with an accepted code passes", "name a word that only a good answer holds");
            return;
        }
        var isUnwanted = monitor.Flag("invertKeyword") != isUpsideDown;
        if (isUpsideDown)
            its.Losses.Hollow(ImportCodes.WatchesTooLittle, monitor.Where("upsideDown"), its.Subject, "upside down turns everything round: not only a word that is there, also an answer that never comes",
                "a refused connection passes", null, $"it is written as it was meant: {(isUnwanted ? $"`not (body contains {KumaReading.Quoted(Losses.Short(keyword))})`" : $"`body contains {KumaReading.Quoted(Losses.Short(keyword))}`")}");
        var holds = $"body contains {KumaReading.Quoted(keyword)}";
        its.Expect(check, isUnwanted ? $"not ({holds})" : holds, "keyword");
        if (keyword.Contains("\":", StringComparison.Ordinal))
            its.Losses.Changed(monitor.Where("keyword"), its.Subject, "Kuma looks into JSON as it writes it itself, without spaces; here the body is looked into as it came", "ask for the field: body.status == 'ok'");
    }

    private static void Query(KumaReading its, CheckDraft check)
    {
        var monitor = its.Monitor;
        var (query, symbol, expected) = (monitor.Text("jsonPath") ?? "$", monitor.Text("jsonPathOperator") ?? "==", (monitor.Node("expectedValue") as ForeignNode.Text)?.Content ?? "");
        if (KumaQuery.Path(query) is { } path && KumaQuery.Comparison(path, symbol, expected) is { } comparison && its.Takes("http", comparison)) check.Expect.Add(comparison);
        else
        {
            check.Comments.Add($"not carried: {Losses.Short(query)} {symbol} {Losses.Short(expected)}");
            its.Losses.Lost(monitor.Where("jsonPath"), its.Subject, $"`{Losses.Short(query)}` {Losses.Short(symbol)} `{Losses.Short(expected)}` has no form here", "write it as an expectation: body.queue.depth < 100, any(body.items, it.state == 'ok')");
        }
        its.LostFlag("retryOnlyOnStatusCodeFailure", "every failure is confirmed the same way here");
    }

    private static void Certificate(KumaReading its, CheckDraft check, string url)
    {
        var monitor = its.Monitor;
        if (!url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) return;
        if (monitor.Flag("ignoreTls"))
            its.Losses.Hollow(ImportCodes.WatchesTooLittle, monitor.Where("ignoreTls"), its.Subject, "the certificate is not looked at", "an expired certificate of another name passes",
                "switch it off", "a certificate that does not hold is always a failure, and a private authority is trusted by `trust:` in house.yaml");
        else if (monitor.Flag("expiryNotification"))
        {
            its.Expect(check, CertificateHolds, "expiryNotification");
            its.Losses.Changed(monitor.Where("expiryNotification"), its.Subject, "Kuma sends a message 21, 14 and 7 days before the certificate ends, and stays up; here less than 14 days are a failure");
        }
    }

    [GeneratedRegex("^(?<scheme>https?://)[^/@?#]+@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
