using System.Diagnostics;
using Kept.Checks;
using Kept.Judging;
using Kept.Language;

namespace Kept.Bench;

/// <summary>How long the search for hollow checks takes over a house of many promises, on all cores: small checks, and checks that ask a lot.</summary>
internal static class Hollow
{
    private const string Much = """
        'status in 200..299', 'body.status == "UP"', 'every(body.items, it.price > 0 and it.name matches /^[a-z]{2,8}-[0-9]+$/ and it.stock >= 0)', 'any(body.items, it.id == "a1" and it.ready)',
        'count(body.items) >= 3', '2 of (body.a, body.b, body.c.d)', 'body.queue.depth < 100 or body.queue.draining', 'header.content-type contains "json"', 'certificate.expires-in > 14d', 'not has(body.error)'
        """;

    public static void Measure(int promises)
    {
        foreach (var (what, expect) in new[] { ("two expectations", "status == 200, time < 2s"), ("ten expectations", Much.ReplaceLineEndings(" ")) })
        {
            var reading = HouseReader.Read(Houses.Documents(promises, expect), "bench", CheckCatalog.Kinds);
            var house = reading.House ?? throw new InvalidOperationException(string.Join('\n', reading.Diagnostics.Take(5).Select(DiagnosticText.Render)));
            var clock = Stopwatch.StartNew();
            var hollow = HollowPromise.WorstFirst(house.Promises.AsParallel().AsOrdered().Select(promise => HollowPromise.Of(promise, default))); // as `kept check` does it
            var tried = clock.Elapsed;
            clock.Restart();
            var findings = HollowFindings.Of(hollow, []);
            Console.WriteLine($"{promises} promises, {what}: tried with {hollow.Sum(one => one.Score.Tried)} failures in {tried.TotalSeconds:0.00} s, findings beside it {clock.Elapsed.TotalSeconds:0.00} s ({findings.Length}); "
                + $"{hollow.Count(one => one.State == HollowState.Analysed)} analysed, the first notices {hollow[0].Score}");
        }
    }
}
