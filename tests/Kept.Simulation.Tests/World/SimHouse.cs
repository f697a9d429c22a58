using System.Text;
using Kept.Checks;
using Kept.Language;

namespace Kept.Simulation.Tests.World;

/// <summary>The documents of a simulated house: promises come, go, change their rhythm and their names.</summary>
internal sealed class SimHouse(Func<int, int> draw, int promises, string every)
{
    private readonly List<(string Name, string? Was, string Path, string Every)> _promises =
        [.. Enumerable.Range(1, promises).Select(n => ($"p{n}", (string?)null, $"{n}", every))];

    private int _names = promises;

    public IReadOnlyList<string> Targets => [.. _promises.Select(promise => TargetOf(promise.Path))];

    private static string TargetOf(string path) => $"GET https://h{path.Length}.web.example/{path}";

    /// <summary>One change, as people make them.</summary>
    public void Change()
    {
        var at = draw(_promises.Count);
        var one = _promises[at];
        switch (draw(4))
        {
            case 0 when _promises.Count > 3: _promises.RemoveAt(at); break;
            case 1: _promises.Add(($"p{++_names}", null, $"{_names}", every)); break;
            case 2: _promises[at] = ($"p{++_names}", one.Name, one.Path, one.Every); break;
            default: _promises[at] = one with { Was = null, Every = draw(2) == 0 ? every : "45s" }; break;
        }
    }

    public HouseReading Read() => Read(Text());

    /// <summary>Documents with an error of form, behind promises that read.</summary>
    public HouseReading ReadBroken() => Read(Text() + "  broken@1: [\n");

    private static HouseReading Read(string yaml)
    {
        var reading = HouseReader.Read([new DocumentFile("web.kept.yaml", Encoding.UTF8.GetBytes(yaml)), new DocumentFile("house.yaml", Encoding.UTF8.GetBytes(Settings))], "simulated", CheckCatalog.Kinds);
        return reading;
    }

    private const string Settings = """
        house: simulated
        tell:
          oncall: { webhook: 'https://hooks.example/oncall', secret: '${env:NONE}', canary: no }
          others: { webhook: 'https://hooks.example/others', secret: '${env:NONE}', canary: no, unknown-after: 2m }
        """;

    private string Text()
    {
        var text = new StringBuilder("kept: 1\nagent: web\ndomains: [web.example]\nuntil: 2099-12-31\npromises:\n");
        foreach (var (name, was, path, rhythm) in _promises)
            text.Append($$"""
                  {{name}}@1:
                    version: 1.0{{(was is null ? "" : $"\n    was: {was}@1")}}
                    benefit: You see page {{path}}.
                    to: anyone
                    docs: docs/a.md
                    notice: 30d
                    keeps: [ 'availability >= 90% over 30m' ]
                    fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                    check: { http: '{{TargetOf(path)}}', every: {{rhythm}}, timeout: 5s, confirm: 2 of 3, expect: [ 'status == 200' ] }

                """);
        return text.ToString();
    }
}
