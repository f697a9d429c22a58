using Kept.Import.Gatus;
using Kept.Language.Foreign;

namespace Kept.Import.Blackbox;

/// <summary>The prober <c>http</c>.</summary>
internal static class BlackboxHttp
{
    public static void Read(Keys settings, BlackboxExpectations lines, string target)
    {
        var losses = lines.Losses;
        Status(settings, lines);
        Versions(settings, lines);
        settings.Pass("method");
        var refuses = settings.Flag("no_follow_redirects") == true || settings.Flag("follow_redirects") == false;
        if (!refuses) lines.Check.Fields.Add(new("redirects", "follow"));
        if (settings.Text("body") is { } body) lines.Check.Fields.Add(new("body", body.Content));
        if (settings.Text("body_size_limit") is { } limit && limit.Content != "0") lines.Check.Fields.Add(new("body-limit", Size(limit.Content)));
        if (settings.Mapping("headers") is { } headers)
            lines.Check.Maps.Add(new("headers", [.. headers.Entries.Where(entry => entry.Value is ForeignNode.Text).Select(entry => KeyValuePair.Create(entry.Key.Content, ((ForeignNode.Text)entry.Value).Content))]));
        foreach (var pattern in GatusText.Texts(settings.List("fail_if_body_matches_regexp"))) lines.Expect($"not ({BlackboxExpectations.Matches("body", pattern.Content)})", pattern.At);
        foreach (var pattern in GatusText.Texts(settings.List("fail_if_body_not_matches_regexp"))) lines.Expect(BlackboxExpectations.Matches("body", pattern.Content), pattern.At);
        foreach (var match in settings.Items("fail_if_header_matches")) Header(match, lines, isBad: true);
        foreach (var match in settings.Items("fail_if_header_not_matches")) Header(match, lines, isBad: false);
        if (settings.Flag("fail_if_ssl") == true) lines.Expect("not has(certificate.expires-in)", settings.At("fail_if_ssl"));
        if (settings.Flag("fail_if_not_ssl") == true) lines.Expect("has(certificate.expires-in)", settings.At("fail_if_not_ssl"));
        foreach (var key in (ReadOnlySpan<string>)["fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"])
            settings.Lost(key, "a CEL expression is not translated", "write it as an expectation: body.foo == 'bar'");
        settings.Lost("body_file", "the content of a file is not sent", "write it under `body:`, or as ${file:PATH}");
        foreach (var key in (ReadOnlySpan<string>)["basic_auth", "bearer_token", "bearer_token_file", "authorization"])
            settings.Lost(key, "credentials are not copied into a document", "headers: { Authorization: 'Basic ${env:CREDENTIALS}' }");
        settings.Lost("oauth2", "a token from an OAuth2 server is not fetched", "send one from a file that is renewed: headers: { Authorization: 'Bearer ${file:/run/token}' }");
        settings.Lost("proxy_url", "one check has no proxy of its own here", "`proxy:` in house.yaml is for all looks");
        settings.Lost("http_headers", "these headers are not sent", "write them under `headers:`");
        settings.Pass("compression", "skip_resolve_phase_with_proxy", "use_proxy_dns", "proxy_connect_header", "proxy_from_environment", "no_proxy", "enable_http2", "enable_http3");
        lines.Tls(settings);
        lines.Network(settings);
        if (target.StartsWith("http://", StringComparison.Ordinal) && settings.Flag("fail_if_not_ssl") == true && refuses)
            losses.Hollow(ImportCodes.CannotPass, settings.At("fail_if_not_ssl"), lines.Subject, "it must be TLS, the target is not, and redirects are not followed", $"{Losses.Short(target)} fails always", "probe https://");
    }

    private static void Status(Keys settings, BlackboxExpectations lines)
    {
        var any = settings.Flag("accept_any_response") == true;
        var written = GatusText.Texts(settings.List("valid_status_codes")).ToList();
        var codes = written.Where(code => code.Content.Length == 3 && code.Content.All(char.IsAsciiDigit)).ToList();
        foreach (var other in written.Except(codes)) lines.Losses.Lost(other.At, lines.Subject, $"`{Losses.Short(other.Content)}` is no status", "a status has three digits: 200");
        if (codes.Count > 0) lines.Expect(codes.Count == 1 ? $"status == {codes[0].Content}" : $"status in [{string.Join(", ", codes.Select(code => code.Content))}]", settings.At("valid_status_codes"));
        else if (written.Count > 0) return;
        else if (!any) lines.Expect("status in 200..299", settings.Map.At);
        else if (settings.Map["fail_if_body_not_matches_regexp"] is null && settings.Map["fail_if_header_not_matches"] is null)
            lines.Losses.Hollow(ImportCodes.WatchesTooLittle, settings.At("accept_any_response"), lines.Subject, "any answer is accepted, and nothing else is asked", "an answer 500 with an error page passes", "name the codes: valid_status_codes: [200]", "`status == 200`");
    }

    private static void Versions(Keys settings, BlackboxExpectations lines)
    {
        var versions = GatusText.Texts(settings.List("valid_http_versions")).ToList();
        if (versions.Count == 0) return;
        var known = versions.Select(version => version.Content switch { "HTTP/1.1" => "'1.1'", "HTTP/2" or "HTTP/2.0" => "'2'", _ => null }).OfType<string>().Distinct().ToList();
        if (known.Count < versions.Count && versions.Find(version => version.Content is not ("HTTP/1.1" or "HTTP/2" or "HTTP/2.0")) is { } other)
            lines.Losses.Lost(other.At, lines.Subject, $"`{Losses.Short(other.Content)}` is not spoken here", "1.1 and 2 are");
        if (known.Count > 0) lines.Expect(known.Count == 1 ? $"version == {known[0]}" : $"version in [{string.Join(", ", known)}]", settings.At("valid_http_versions"));
    }

    private static void Header(Keys match, BlackboxExpectations lines, bool isBad)
    {
        var (name, pattern, mayMiss) = (match.Text("header")?.Content, match.Text("regexp")?.Content, match.Flag("allow_missing") == true);
        match.TellUnknown(null, BlackboxImport.Refuses);
        if (name is null || pattern is null)
        {
            lines.Losses.Lost(match.Map.At, lines.Subject, "a header and a pattern are both needed, and the exporter does not start without them");
            return;
        }
        var header = $"header['{name.Replace("'", "''", StringComparison.Ordinal)}']";
        var test = BlackboxExpectations.Matches(header, pattern);
        if (isBad) test = $"not ({test})";
        lines.Expect(mayMiss ? $"not has({header}) or {test}" : test, match.Map.At);
    }

    /// <summary>The exporter writes <c>10MB</c> for 2²⁰ bytes each.</summary>
    private static string Size(string text) => text.EndsWith("KB", StringComparison.Ordinal) || text.EndsWith("MB", StringComparison.Ordinal) || text.EndsWith("GB", StringComparison.Ordinal) ? text[..^1] + "iB" : text;
}
