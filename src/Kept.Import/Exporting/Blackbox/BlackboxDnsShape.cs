using Kept.Model;

namespace Kept.Import.Exporting.Blackbox;

/// <summary>A check of the kind <c>dns</c> as a module: the question is in the module, and the name server is the target.</summary>
internal static class BlackboxDnsShape
{
    public static BlackboxShape? Of(Check check, string subject, Losses losses)
    {
        var words = check.Target.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, "at");
        if (at < 0)
        {
            losses.NotExported(check.At, subject, "it asks the name server of the house, and the exporter probes one that is named", "A shop.example at 192.0.2.53");
            return null;
        }
        var shape = new BlackboxShape("dns", words[at + 1]);
        shape.Set("query_name", YamlLines.Quoted(words[at - 1]));
        shape.Set("query_type", at > 1 ? words[0].ToUpperInvariant() : "A");
        var asksCode = false;
        BlackboxShape.Lines(check, subject, losses, test => Code(test, shape, ref asksCode) || Answers(test, shape, check, subject, losses));
        if (!asksCode) losses.Differs(check.At, subject, "no line asks for the response code, and the exporter then takes NOERROR alone", "expect: [ rcode == 'NOERROR' ]");
        return shape;
    }

    private static bool Code(Expression test, BlackboxShape shape, ref bool asks)
    {
        List<string>? codes = test switch
        {
            Expression.Compare { Left: Operand.Seen { Name: "rcode" }, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Text one } } => [one.Content],
            Expression.InList { Left: Operand.Seen { Name: "rcode" } } list when list.Items.All(item => item is Value.Text) => [.. list.Items.Cast<Value.Text>().Select(item => item.Content)],
            _ => null,
        };
        if (codes is null || asks) return false;
        asks = true;
        if (codes is not ["NOERROR"])
            foreach (var code in codes) shape.Add("valid_rcodes", YamlLines.Quoted(code));
        return true;
    }

    /// <summary>The exporter's pattern is about a whole line of a zone, of which what `answers` holds is the end.</summary>
    private static bool Answers(Expression test, BlackboxShape shape, Check check, string subject, Losses losses)
    {
        var (isNot, inner) = test is Expression.Not not ? (true, not.Inner) : (false, test);
        if (inner is not Expression.OverItems { List: { Name: "answers", Path.IsEmpty: true } } over) return false;
        var pattern = over.Test switch
        {
            Expression.Matches { Left: Operand.Seen { Name: "it", Path.IsEmpty: true } } matches => matches.Pattern.ToString(),
            Expression.Compare { Left: Operand.Seen { Name: "it", Path.IsEmpty: true }, Operator: Comparison.Equal, Right: Operand.Literal { Value: Value.Text whole } } => $"[[:space:]]{BlackboxShape.Pattern(whole.Content)}$",
            _ => null,
        };
        if (pattern is null) return false;
        if (pattern.StartsWith('^')) losses.Differs(check.At, subject, "a pattern is about the whole line of a zone there, so ^ is its beginning and not that of the data");
        var key = (over.Every, isNot) switch { (false, false) => "fail_if_none_matches_regexp", (false, true) => "fail_if_matches_regexp", (true, false) => "fail_if_not_matches_regexp", _ => "fail_if_all_match_regexp" };
        shape.Add("validate_answer_rrs/" + key, YamlLines.Quoted(pattern));
        return true;
    }
}
