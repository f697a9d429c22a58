using System.Diagnostics;
using System.Text;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>No text throws, and none takes long: documents of others are read by the same code.</summary>
public sealed class HostileLinesTests
{
    private static readonly string[] Fields = ["expect", "given", "uses", "keeps", "use", "measure", "time", "rate", "share", "size"];

    private static readonly string[] Good =
    [
        "status == 200 and time < 5s", "any(body.items, it.ready == true and it.n in [1, 2.5, 'x'])", "certificate.expires-in > 14d", "body matches /^a{2,5}[b-z]+$/", "2 of (a/b, c/d@2, e)",
        "load <= 500/s and during show", "latency p95 of http <= 5s over this month Europe/Brussels per 1m", "availability >= 99.95% over 30d", "rate <= 10/7d", "body.lagMs as ms", "not (header.content-type contains 'json')",
        "count(body['a b'][0].c) >= 3", "size <= 5.5MiB", "1h30m",
    ];

    private const string Pieces = "()[]{}<>=!&|,.'\"/\\@#%$-+*~_ \t\n\u00a0\u200b\ud83d\udc1f\u20ac09aszKMx";

    [Fact]
    public void Random_and_mutated_lines_are_read_or_refused_within_bounds()
    {
        var random = new Random(20_261_123);
        foreach (var field in Fields) Read(field, "warm == 1"); // the first call pays for the runtime and the zones, not for its text
        Read("keeps", "latency p95 <= 5s over this month Nowhere");
        var clock = Stopwatch.StartNew();
        var slowest = (Time: TimeSpan.Zero, Text: "");
        for (var round = 0; round < 20_000; round++)
        {
            var text = round % 3 == 0 ? Noise(random) : Mutated(random);
            var field = Fields[random.Next(Fields.Length)];
            var before = clock.Elapsed;
            Read(field, text);
            var took = clock.Elapsed - before;
            if (took > TimeSpan.FromMilliseconds(100)) took = Again(field, text); // another program had the processor, or the text is slow every time
            if (took > slowest.Time) slowest = (took, field + ": " + text);
        }
        Assert.True(slowest.Time < TimeSpan.FromMilliseconds(100), $"{slowest.Time.TotalMilliseconds} ms: {slowest.Text}");
    }

    private static TimeSpan Again(string field, string text) => Enumerable.Range(0, 20).Min(_ =>
    {
        var clock = Stopwatch.StartNew();
        Read(field, text);
        return clock.Elapsed;
    });

    public static TheoryData<string> Heavy =>
    [
        new string('(', 3_999), string.Concat(Enumerable.Repeat("not ", 999)), string.Concat(Enumerable.Repeat("any(body,", 400)), "body" + string.Concat(Enumerable.Repeat("[0]", 1_000)),
        string.Join(" and ", Enumerable.Repeat("body.a", 390)), "status in [" + string.Join(",", Enumerable.Repeat("1", 1_900)) + "]", new string('a', 3_999), new string('9', 3_999), new string('\'', 3_999),
        "body" + string.Concat(Enumerable.Repeat(".a", 1_900)), "body matches /" + string.Concat(Enumerable.Repeat("(a{99}", 100)) + "/", "body matches /" + new string('(', 900) + "/", "body matches /" + string.Concat(Enumerable.Repeat("\\w", 400)) + "/",
        "body matches /((((((a{9}){9}){9}){9}){9}){9})/", "body matches /(a|aa)*(b|bb)*(c?){500}/", new string('x', 100_000), string.Concat(Enumerable.Repeat("2 of (", 600)), "a" + new string('.', 3_000), new string('-', 3_999),
        "body matches /" + string.Concat(Enumerable.Repeat("[a-z]{40}", 49)) + "/", "body matches /[[[[[[[]{2000}/", "body matches /(?:\\p{L}{999}|x)*/",
    ];

    [Theory]
    [MemberData(nameof(Heavy))]
    public void Lines_made_to_be_costly_are_not(string text)
    {
        var clock = Stopwatch.StartNew();
        foreach (var field in Fields) Read(field, text);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1) || Fields.Max(field => Again(field, text)) < TimeSpan.FromMilliseconds(100), $"{clock.Elapsed}");
    }

    [Fact]
    public void The_costliest_pattern_that_is_taken_reads_a_large_body_in_time()
    {
        var expression = Assert.IsType<Expression.Matches>(Lines.Reads("body matches /(x+x+)+y|(a|b|ab)*c|[a-z]{400}!/", Lines.Expect));
        var body = string.Concat(Enumerable.Repeat("xxxxabab", 8_192));
        var clock = Stopwatch.StartNew();
        Assert.DoesNotMatch(expression.Pattern, body);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void Exactly_the_bounds_are_taken()
    {
        Lines.Reads(new string('(', 63) + "body.a" + new string(')', 63), Lines.Expect);
        Assert.Equal(ExpressionCodes.TooLarge, Lines.Refuses(new string('(', 64) + "body.a" + new string(')', 64), Lines.Expect).Code);
        Lines.Reads("body.a" + new string(' ', ExpressionSource.MaxLength - 6), Lines.Expect);
        Assert.Equal(ExpressionCodes.TooLarge, Lines.Refuses("body.a" + new string(' ', ExpressionSource.MaxLength - 5), Lines.Expect).Code);
        Lines.Reads("status in [" + string.Join(", ", Enumerable.Range(0, 190)) + "]", Lines.Expect);
        Assert.Equal(ExpressionCodes.TooLarge, Lines.Refuses("status in [" + string.Join(", ", Enumerable.Range(0, 200)) + "]", Lines.Expect).Code);
    }

    private static void Read(string field, string text)
    {
        var problems = new Problems();
        var read = Lines.Field(field)(Lines.Of(text), problems);
        Assert.True(read is null == problems.Errors > 0, $"{field}: {text} was read as {read} with {problems.Found.Count} problems");
        foreach (var problem in problems.Found)
        {
            Assert.InRange(problem.At.Column, 11, 11 + Math.Max(text.Length, 1));
            Assert.InRange(problem.Message.Length + (problem.Help?.Length ?? 0), 1, 2_000);
        }
        if (read is Expression expression) Assert.NotNull(Lines.Field(field)(Lines.Of(ExpressionText.Of(expression)), problems));
        if (read is Objective objective) Assert.NotNull(Lines.Keeps(Lines.Of(ExpressionText.Of(objective)), problems));
        if (read is not null) Assert.NotEmpty(read.ToString()!);
    }

    private static string Noise(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(60); length > 0; length--) text.Append(random.Next(5) == 0 ? (char)random.Next(0x10000) : Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }

    private static string Mutated(Random random)
    {
        var text = new StringBuilder(Good[random.Next(Good.Length)]);
        for (var edits = random.Next(4); edits >= 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0 when at < text.Length:
                    text.Remove(at, random.Next(1, Math.Min(5, text.Length - at) + 1));
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    var other = Good[random.Next(Good.Length)];
                    var from = random.Next(other.Length);
                    text.Insert(at, other.AsSpan(from, random.Next(other.Length - from)));
                    break;
                default:
                    if (at < text.Length) text[at] = Pieces[random.Next(Pieces.Length)];
                    break;
            }
        }
        return text.ToString();
    }
}
