using Kept.Import.Gatus;

namespace Kept.Import.Blackbox;

/// <summary>The prober <c>dns</c>.</summary>
internal static class BlackboxDns
{
    public static void Read(Keys settings, BlackboxExpectations lines)
    {
        settings.Pass("query_name", "query_type", "query_class", "recursion_desired");
        if (settings.Text("query_type")?.Content is null or "ANY")
            lines.Losses.Changed(settings.At("query_type"), lines.Subject, "ANY is answered by few servers and asked by no check here: A is asked instead");
        var codes = GatusText.Texts(settings.List("valid_rcodes")).Select(code => $"'{code.Content.Replace("'", "''", StringComparison.Ordinal)}'").ToList();
        lines.Expect(codes.Count switch { 0 => "rcode == 'NOERROR'", 1 => $"rcode == {codes[0]}", _ => $"rcode in [{string.Join(", ", codes)}]" }, settings.At("valid_rcodes"));
        if (settings.Text("transport_protocol") is { Content: "tcp" } tcp) lines.Losses.Changed(tcp.At, lines.Subject, "a question goes over UDP here, and over TCP only where the answer is cut");
        settings.Lost("dns_over_tls", "DNS over TLS is not spoken");
        if (settings.Inner("validate_answer_rrs") is { } answers) Answers(answers, lines);
        settings.Lost("validate_authority_rrs", "the records of authority are not seen here");
        settings.Lost("validate_additional_rrs", "the additional records are not seen here");
        lines.Tls(settings);
        lines.Network(settings);
    }

    private static void Answers(Keys answers, BlackboxExpectations lines)
    {
        foreach (var (key, form) in (ReadOnlySpan<(string, string)>)[
            ("fail_if_matches_regexp", "not any(answers, {0})"), ("fail_if_all_match_regexp", "not every(answers, {0})"),
            ("fail_if_not_matches_regexp", "every(answers, {0})"), ("fail_if_none_matches_regexp", "any(answers, {0})")])
            foreach (var pattern in GatusText.Texts(answers.List(key)))
                if (pattern.Content.Contains("\\t", StringComparison.Ordinal) || pattern.Content.Contains('\t') || pattern.Content.Contains("IN", StringComparison.Ordinal))
                    lines.Losses.Lost(pattern.At, lines.Subject, "the pattern is about a whole line of a zone; here `answers` holds the data of each record alone", "write the data: any(answers, it == '192.0.2.1')");
                else lines.Expect(form.Replace("{0}", BlackboxExpectations.Matches("it", pattern.Content), StringComparison.Ordinal), pattern.At);
        answers.TellUnknown(null, BlackboxImport.Refuses);
    }
}
