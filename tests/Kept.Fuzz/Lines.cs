using System.Text;
using Kept.Checks;
using Kept.Judging;
using Kept.Language;
using Kept.Model;

namespace Kept.Fuzz;

/// <summary>
/// One line of the expression language, put where a document has it. What is understood can be written again and means the same, and judging by it does not
/// throw whatever was seen.
/// </summary>
internal static class Lines
{
    private static readonly string[] Fields = ["given", "uses", "keeps", "expect", "measures"];

    private static readonly string[] Written =
    [
        "0load <= 500/s and during show", "0not (region == 'eu') or version matches /^2/", "1storage/upload and (aws/render or own/render@2)", "12 of (q, storage/upload@1, aws/render)",
        "2latency p95 <= 5s over 1h", "2availability of main >= 99.95% over this month Europe/Brussels per 1m", "2lag max <= 10s over 1h",
        "3body.items[-1].id in [1, 2, 'x'] and status in 200..299", "3body contains 'ok' and not (time > 5s)", "3body.text matches /(?i)^a+b?[c-e]{2,9}$/", "3count(body.items) >= 2",
        "3every(body.items, it.id > 0) and any(body.items, it.name == 'a')", "3header.content-type == 'text/html'", "3certificate.expires-in > 14d", "4body.lagMs as ms",
    ];

    private static readonly PromiseName Asked = new("a", "p", 1);
    private static readonly Observation Seen = SeenBy(CheckCatalog.Kinds[0]);

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds() => Written.Select((line, i) => ($"line{i:00}", Encoding.UTF8.GetBytes(line)));

    public static bool Read(byte[] bytes)
    {
        if (bytes.Length < 2) return false;
        var field = Fields[bytes[0] % 48 % Fields.Length];
        var text = Encoding.UTF8.GetString(bytes, 1, bytes.Length - 1);
        if (Understand(field, text) is not { } promise) return false;
        var again = WordsOf(promise, field);
        if (again is null) return true;
        if (Understand(field, again) is not { } second) throw new BrokenPromiseException($"`{again}` was written, and is not understood");
        if (WordsOf(second, field) != again) throw new BrokenPromiseException($"`{again}` means something else when read again");
        foreach (var check in promise.Checks) Judge.Look(check, Seen, new Judged(Truth.True, ""));
        var around = new Surroundings(_ => Outcome.Kept, Quantity.Rate(5, Duration.Seconds(1)), "eu", "1.0", _ => null);
        Judge.Given(promise.Given, Seen.StartedAt, around);
        return true;
    }

    private static string? WordsOf(Promise promise, string field) => field switch
    {
        "given" => promise.Given is { } given ? ExpressionText.Of(given) : null,
        "uses" => promise.Uses is { } uses ? ExpressionText.Of(uses) : null,
        "keeps" => promise.Keeps is [var keeps, ..] ? ExpressionText.Of(keeps) : null,
        "expect" => promise.Checks is [{ Expect: [var expect, ..] }, ..] ? ExpressionText.Of(expect.Test) : null,
        _ => null,
    };

    private static Promise? Understand(string field, string text)
    {
        var line = "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
        string Here(string name, string otherwise) => field == name ? line : otherwise;
        var document = $"""
            kept: 1
            agent: a
            domains: [localhost]
            types: {'{'} lag: {'{'} unit: s, direction: provider, means: time {'}'} {'}'}
            calendars: {'{'} show: {'{'} open: 'Fr 20:30-22:00 Europe/Brussels' {'}'} {'}'}
            relies-on:
              storage: {'{'} document: 'https://storage.example/kept', accepts: {'{'} upload: {'{'} line: 1 {'}'} {'}'} {'}'}
              aws: {'{'} document: 'https://aws.example/kept', accepts: {'{'} render: {'{'} line: 1 {'}'} {'}'} {'}'}
              own: {'{'} document: 'https://own.example/kept', accepts: {'{'} render: {'{'} line: 2 {'}'} {'}'} {'}'}
            promises:
              q@2: {'{'} to: anyone, check: {'{'} http: GET http://localhost/q {'}'} {'}'}
              p:
                version: 1.0
                to: anyone
                given: {Here("given", "during show")}
                uses: {Here("uses", "q@2")}
                keeps: [ {Here("keeps", "'availability >= 99% over 1h'")} ]
                check:
                  name: main
                  http: GET http://localhost/
                  every: 10s
                  expect: [ {Here("expect", "status == 200")} ]
                  measures: {'{'} lag: {Here("measures", "body.lag as ms")} {'}'}
            """;
        return HouseReader.Read([new DocumentFile("fuzz.kept.yaml", Encoding.UTF8.GetBytes(document))], "fuzz", CheckCatalog.Kinds).House?.ByName.GetValueOrDefault(Asked);
    }

    /// <summary>An answer with something under most names, and odd things in its body.</summary>
    private static Observation SeenBy(CheckKind kind) => new()
    {
        StartedAt = Instant.From(new DateTimeOffset(2026, 7, 3, 19, 0, 0, TimeSpan.Zero)),
        Reach = Reach.Answered,
        Phases = Phases.None,
        Code = 200,
        Values =
        [
            .. kind.Sees.Select(name => name.Name switch
            {
                "status" => Value.Of(200),
                "body" => new Value.Body("""{"items":[{"id":1,"name":"a"},{"id":1e400},{"id":null},"x",[]],"lagMs":12.5,"text":"aaab","ready":true,"lag":-1e-30}"""),
                "ip" => Value.Of("127.0.0.1"),
                _ => null,
            }),
        ],
    };
}
