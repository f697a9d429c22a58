using System.Globalization;
using Kept.Model;

namespace Kept.Import.Exporting.Blackbox;

/// <summary>A check of the kind <c>http</c> as a module.</summary>
internal static class BlackboxHttpShape
{
    private const int MostStatuses = 200;

    public static BlackboxShape? Of(Check check, string subject, Losses losses)
    {
        var words = check.Target.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (Secrets.IsIn(words[^1]))
        {
            losses.Secret(check.At, subject, "the URL");
            return null;
        }
        var shape = new BlackboxShape("http", words[^1]);
        if (words.Length > 1 && words[0] != "GET") shape.Set("method", words[0]);
        if (check.Setting<FieldValue.Text>("redirects")?.Content != "follow") shape.Set("follow_redirects", "false");
        if (check.Setting<FieldValue.Text>("version") is { Content: "1.1" }) shape.Set("enable_http2", "false");
        if (check.Setting<FieldValue.Bytes>("body-limit") is { Count: not 256 * 1024 } limit) shape.Set("body_size_limit", limit.Count % 1024 == 0 ? $"{(limit.Count / 1024).ToString(CultureInfo.InvariantCulture)}KB" : $"{limit.Count.ToString(CultureInfo.InvariantCulture)}B");
        if (check.Setting<FieldValue.Text>("body") is { Content.Length: > 0 } body)
            if (Secrets.IsIn(body.Content)) losses.Secret(check.At, subject, "the body");
            else shape.Set("body", YamlLines.Quoted(body.Content));
        foreach (var (name, value) in check.Setting<FieldValue.TextMap>("headers")?.Items ?? [])
            if (Secrets.IsIn(name) || Secrets.IsIn(value)) losses.Secret(check.At, subject, $"the header `{name}`");
            else shape.Header(name, value);
        var asksStatus = false;
        BlackboxShape.Lines(check, subject, losses, test => Status(test, shape, ref asksStatus) || Body(test, shape) || Header(test, shape) || Tls(test, shape) || Version(test, shape));
        if (!asksStatus) losses.Differs(check.At, subject, "no line asks for a status, and the exporter then takes 200 to 299 alone", "expect: [ status in 200..299 ]");
        return shape;
    }

    private static bool Status(Expression test, BlackboxShape shape, ref bool asks)
    {
        List<decimal>? statuses = test switch
        {
            Expression.Compare { Left: Operand.Seen { Name: "status" }, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Measured one } } => [one.Quantity.Amount],
            Expression.InList { Left: Operand.Seen { Name: "status" } } list when list.Items.All(item => item is Value.Measured) => [.. list.Items.Cast<Value.Measured>().Select(item => item.Quantity.Amount)],
            Expression.InRange { Left: Operand.Seen { Name: "status" } } range when range.To.Amount - range.From.Amount < MostStatuses => [.. Enumerable.Range((int)range.From.Amount, (int)(range.To.Amount - range.From.Amount) + 1).Select(n => (decimal)n)],
            _ => null,
        };
        // two lines about the status would have to hold both: a module has one list
        if (statuses is null || asks) return false;
        asks = true;
        if (!statuses.SequenceEqual(Enumerable.Range(200, 100).Select(n => (decimal)n))) shape.Set("valid_status_codes", $"[{string.Join(", ", statuses.Select(status => status.ToString("0", CultureInfo.InvariantCulture)))}]");
        return true;
    }

    private static bool Body(Expression test, BlackboxShape shape)
    {
        var (isNot, inner) = test is Expression.Not not ? (true, not.Inner) : (false, test);
        var pattern = inner switch
        {
            Expression.Matches { Left: Operand.Seen { Name: "body", Path.IsEmpty: true } } matches => matches.Pattern.ToString(),
            Expression.Contains { Left: Operand.Seen { Name: "body", Path.IsEmpty: true }, Right: Operand.Literal { Value: Value.Text part } } => BlackboxShape.Pattern(part.Content),
            _ => null,
        };
        if (pattern is null) return false;
        shape.Add(isNot ? "fail_if_body_matches_regexp" : "fail_if_body_not_matches_regexp", YamlLines.Quoted(pattern));
        return true;
    }

    /// <summary>Also <c>not has(header['X']) or …</c>, which the exporter calls <c>allow_missing</c>.</summary>
    private static bool Header(Expression test, BlackboxShape shape)
    {
        var mayMiss = test is Expression.Or { Parts: [Expression.Not { Inner: Expression.Has { What: { Name: "header" } } }, _] };
        var rest = mayMiss ? ((Expression.Or)test).Parts[1] : test;
        var (isNot, inner) = rest is Expression.Not not ? (true, not.Inner) : (false, rest);
        var (seen, pattern) = inner switch
        {
            Expression.Matches { Left: Operand.Seen { Name: "header" } left } matches => (left, matches.Pattern.ToString()),
            Expression.Contains { Left: Operand.Seen { Name: "header" } left, Right: Operand.Literal { Value: Value.Text part } } => (left, BlackboxShape.Pattern(part.Content)),
            Expression.Compare { Left: Operand.Seen { Name: "header" } left, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Text whole } } => (left, $"^{BlackboxShape.Pattern(whole.Content)}$"),
            _ => (null, ""),
        };
        if (seen is not { Path: [{ Member: { } name }] }) return false;
        shape.Add(isNot ? "fail_if_header_matches" : "fail_if_header_not_matches", $"{{ header: {YamlLines.Quoted(name)}, regexp: {YamlLines.Quoted(pattern)}{(mayMiss ? ", allow_missing: true" : "")} }}");
        return true;
    }

    private static bool Tls(Expression test, BlackboxShape shape)
    {
        var (isNot, inner) = test is Expression.Not not ? (true, not.Inner) : (false, test);
        if (inner is not Expression.Has { What: { Name: "certificate.expires-in" } }) return false;
        shape.Set(isNot ? "fail_if_ssl" : "fail_if_not_ssl", "true");
        return true;
    }

    private static bool Version(Expression test, BlackboxShape shape)
    {
        List<string>? versions = test switch
        {
            Expression.Compare { Left: Operand.Seen { Name: "version" }, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Text one } } => [one.Content],
            Expression.InList { Left: Operand.Seen { Name: "version" } } list when list.Items.All(item => item is Value.Text) => [.. list.Items.Cast<Value.Text>().Select(item => item.Content)],
            _ => null,
        };
        if (versions is null || versions.Exists(version => version is not ("1.1" or "2"))) return false;
        foreach (var version in versions) shape.Add("valid_http_versions", version == "2" ? "'HTTP/2.0'" : "'HTTP/1.1'");
        return true;
    }
}
