using System.Text;
using Xunit;

namespace Kept.Language.Tests;

/// <summary>Large houses. Bounds are several times what was measured on two cores, because machines are shared.</summary>
public sealed class LargeHousesTests
{
    internal static List<DocumentFile> Generate(int promises, int perFile = 1_000)
    {
        var files = new List<DocumentFile>();
        for (var from = 0; from < promises; from += perFile)
        {
            var agent = $"agent-{from / perFile}";
            var text = new StringBuilder($"kept: 1\nagent: {agent}\ndomains: [{agent}.example]\nuntil: 2030-01-01\ncontact: {{ role: on call, reach: 'mailto:oncall@{agent}.example' }}\npromises:\n");
            for (var i = from; i < Math.Min(from + perFile, promises); i++)
                text.Append($"""
                      p{i}:
                        version: 1.0
                        benefit: Service {i} answers while you work with it.
                        to: [team-{i % 50}, anyone]
                        docs: docs/p{i}.md
                        notice: 30d
                        keeps:
                          - availability >= 99.5% over 30d
                          - latency p95 <= 800ms over 7d
                        limits: {"{"} load: 200/s, beyond: 429 with Retry-After {"}"}
                        fails: [ {"{"} code: 503 later, sees: nothing, retry: after 30s, loses: nothing {"}"} ]
                        check:
                          http: GET https://p{i}.{agent}.example/health
                          every: 1m
                          expect: [ status == 200, time < 2s, body.ready == true ]

                    """);
            files.Add(new DocumentFile($"{agent}.kept.yaml", Encoding.UTF8.GetBytes(text.ToString())));
        }
        return files;
    }

    [Fact]
    public void Ten_thousand_promises_are_read_and_compiled_and_loaded_again()
    {
        var files = Generate(10_000);
        var reading = HouseReader.Read(files, "large", TestKinds.All);
        Assert.True(reading.House is not null, string.Join("\n", reading.Diagnostics.Take(5).Select(DiagnosticText.Render)));
        Assert.Equal(10_000, reading.House.Promises.Count());
        var bytes = CompiledHouse.Write(reading.House);
        var back = CompiledHouse.Read(bytes, HouseReader.ContentHashOf(files), TestKinds.All);
        Assert.NotNull(back);
        Assert.Equal(bytes, CompiledHouse.Write(back));
    }

    /// <summary>Takes a while and a gigabyte, so only when asked for: <c>./test --all</c>, or <c>-explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public void A_hundred_thousand_promises_stay_well_under_700_megabytes()
    {
        var before = GC.GetTotalMemory(true);
        var house = HouseReader.Read(Generate(100_000), "large", TestKinds.All).House;
        var bytes = GC.GetTotalMemory(true) - before;
        Assert.Equal(100_000, house!.Promises.Count());
        TestContext.Current.SendDiagnosticMessage("100,000 promises: {0:N0} bytes", bytes);
        Assert.True(bytes < 700_000_000, $"{bytes:N0} bytes");
        GC.KeepAlive(house);
    }
}
