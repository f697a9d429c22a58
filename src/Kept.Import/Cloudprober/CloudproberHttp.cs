using System.Text.RegularExpressions;
using Kept.Import.Kuma;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Cloudprober;

/// <summary>A probe of the type HTTP and its validators.</summary>
internal sealed partial class CloudproberHttp(CloudproberCheck its, Keys settings, CloudproberTarget target, Losses losses)
{
    public CheckDraft? Read(IReadOnlyList<Keys> validators)
    {
        var read = new List<string>();
        var url = Url(read);
        if (its.Check("http", $"{settings.Text("method")?.Content ?? "GET"} {url}") is not { } check) return null;
        check.Secrets.AddRange(read);
        if (its.Number("max_redirects") is not 0) check.Field("redirects", "follow");
        check.Field("connection", settings.Flag("keep_alive") == true ? "kept" : "new");
        if (settings.Flag("disable_http2") == true) losses.Changed(settings.At("disable_http2"), its.Subject, "HTTP/2 is spoken here where TLS agrees on it");
        Sent(check);
        Tls(url);
        settings.Lost("oauth_config", "a token from an OAuth2 server is not fetched", "send one from a file that is renewed: headers: { Authorization: 'Bearer ${file:/run/token}' }");
        settings.Lost("proxy_url", "one check has no proxy of its own here", "`proxy:` in house.yaml is for all looks");
        settings.Lost("response_metrics_options", "what the answer says is not made into metrics", "measure it: measures: { depth: body.queue.depth }");
        if (its.Number("requests_per_probe") is > 1) losses.Lost(settings.At("requests_per_probe"), its.Subject, "one request is sent for a look here");
        settings.Pass("resolve_first", "export_response_as_metrics", "proxy_connect_header", "max_idle_conns", "latency_breakdown", "interval_between_targets_msec", "requests_interval_msec");
        Validate(check, validators);
        return check;
    }

    private string Url(List<string> read)
    {
        var (scheme, path, port) = (settings.Text("scheme") ?? settings.Text("protocol"), settings.Text("relative_url"), its.Number("port") ?? target.Port);
        settings.Pass("scheme", "protocol");
        if (target.Url is { } whole) return its.WithSecrets(path is null ? whole : whole.TrimEnd('/') + path.Content, target.At, read);
        var relative = path is null ? "/" : path.Content.StartsWith('/') ? path.Content : "/" + path.Content;
        return $"{(scheme?.Content == "HTTPS" ? "https" : "http")}://{CloudproberCheck.HostPort(target.Host, port)}{its.WithSecrets(relative, path?.At ?? target.At, read)}";
    }

    private void Sent(CheckDraft check)
    {
        var headers = CloudproberImport.Each(settings, "header", losses).Select(header => (Name: header.Text("key"), Value: header.Text("value")))
            .Concat(CloudproberImport.Each(settings, "headers", losses).Select(header => (Name: header.Text("name"), Value: header.Text("value"))))
            .Append((null, null)).ToList();
        var sent = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in headers)
        {
            if (name is null || value is null) continue;
            var text = its.WithSecrets(value.Content, value.At, check.Secrets);
            sent.Add(new(name.Content, text));
            if (name.Content.ToLowerInvariant() is "authorization" or "cookie" or "x-api-key" or "x-auth-token" && !text.Contains("${env:", StringComparison.Ordinal))
                losses.Changed(name.At, its.Subject, $"the header `{name.Content}` holds a secret as it is written, and so does the document", $"write it as {name.Content}: ${{env:NAME}}, or from a file: ${{file:/run/secret}}");
        }
        if (settings.Text("user_agent") is { } agent) sent.Add(new("User-Agent", agent.Content));
        if (sent.Count > 0) check.Maps.Add(new("headers", sent));
        var body = CloudproberImport.Texts(settings, "body").ToList();
        if (body.Count > 0) check.Field("body", its.WithSecrets(string.Join('&', body.Select(part => part.Content)), body[0].At, check.Secrets));
        settings.Lost("body_file", "the content of a file is not sent", "write it under `body:`, or as ${file:PATH}");
    }

    private void Tls(string url)
    {
        if (url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            its.Tls("tls_config");
            if (settings.Flag("disable_cert_validation") == true) its.Unlooked(settings.At("disable_cert_validation"));
        }
        settings.Pass("tls_config", "disable_cert_validation");
    }

    private void Validate(CheckDraft check, IReadOnlyList<Keys> validators)
    {
        var before = check.Expect.Count;
        foreach (var validator in validators)
        {
            validator.Subject = its.Subject;
            if (validator.Inner("http_validator") is { } http) Http(check, http);
            if (validator.Text("regex") is { } pattern) its.Expect(check, $"body matches /{ExpectationText.Pattern(pattern.Content)}/", pattern.At);
            if (validator.Inner("json_validator") is { } json) Json(check, json);
            validator.Lost("integrity_validator", "a pattern of bytes is not looked for", "say what must stand in the body: body contains 'ok'");
            its.Rest(validator, "dns_validator");
        }
        if (validators.Count == 0)
            losses.Hollow(ImportCodes.WatchesTooLittle, settings.Map.At, its.Subject, "it has no validator, so any answer is good", "an answer 500 with an error page passes", "add validator { http_validator { success_status_codes: \"200-299\" } }", "`status in 200..299`");
        if (check.Expect.Count == before) its.Expect(check, "status in 200..299", settings.Map.At);
    }

    private void Http(CheckDraft check, Keys http)
    {
        if (http.Text("success_status_codes") is { } good && Codes(good) is { } accepted)
        {
            if (accepted.Accepts500) losses.Hollow(ImportCodes.WatchesTooLittle, good.At, its.Subject, "an error of the server is accepted", "an answer 500 with an error page passes", "accept 200-299 alone", $"it is written as `{accepted.WithoutErrors ?? accepted.Expectation}`");
            var meant = accepted.Accepts500 ? accepted.WithoutErrors ?? accepted.Expectation : accepted.Expectation;
            if (meant is not null) its.Expect(check, meant, good.At);
        }
        if (http.Text("failure_status_codes") is { } bad && Codes(bad)?.Expectation is { } refused) its.Expect(check, $"not ({refused})", bad.At);
        Header(check, http, "success_header", isBad: false);
        Header(check, http, "failure_header", isBad: true);
        http.Lost("max_last_modified_diff_sec", "how old `Last-Modified` may be cannot be said of a header", "say it of a date in the body: age(body.updated) < 1h");
        http.TellUnknown(null, CloudproberImport.Refuses);
    }

    private AcceptedCodes? Codes(ForeignNode.Text text)
    {
        var codes = AcceptedCodes.Of(text.Content.Split(','));
        foreach (var wrong in codes.Wrong) losses.Lost(text.At, its.Subject, $"`{Losses.Short(wrong)}` is no range of codes", "write 200-299 or 404");
        return codes;
    }

    private void Header(CheckDraft check, Keys http, string key, bool isBad)
    {
        if (http.Inner(key) is not { } header) return;
        var (name, pattern) = (header.Text("name"), header.Text("value_regex"));
        header.TellUnknown(null, CloudproberImport.Refuses);
        if (name is null) return;
        var named = $"header[{KumaReading.Quoted(name.Content)}]";
        // a failure that is looked for in a header that is not there is none
        var test = pattern is null ? $"has({named})" : $"{named} matches /{ExpectationText.Pattern(pattern.Content)}/";
        its.Expect(check, !isBad ? test : pattern is null ? $"not {test}" : $"not has({named}) or not ({test})", name.At);
    }

    private void Json(CheckDraft check, Keys json)
    {
        var filter = json.Text("jq_filter");
        json.TellUnknown(null, CloudproberImport.Refuses);
        if (filter is null)
        {
            losses.Lost(json.Map.At, its.Subject, "that the body is JSON of any kind is not asked", "ask for a field of it: has(body.status)");
            return;
        }
        if (Comparison().Match(filter.Content) is { Success: true } match && KumaQuery.Path(match.Groups["path"].Value[1..]) is { } path)
        {
            var value = match.Groups["text"] is { Success: true } text ? KumaReading.Quoted(text.Value) : match.Groups["value"].Value;
            its.Expect(check, $"{path} {match.Groups["symbol"].Value} {value}", filter.At);
        }
        else losses.Lost(filter.At, its.Subject, $"`{Losses.Short(filter.Content)}` is a filter of jq that has no form here", "write it as an expectation: body.status == 'ok', any(body.items, it.ready)");
    }

    [GeneratedRegex("""^\s*(?<path>(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]{1,6}\])?)+)\s*(?<symbol>==|!=|<=|>=|<|>)\s*(?:"(?<text>[^"\\]*)"|(?<value>-?[0-9]{1,15}(?:\.[0-9]{1,9})?|true|false))\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();
}
