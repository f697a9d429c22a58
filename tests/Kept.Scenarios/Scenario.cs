using System.Text.RegularExpressions;
using Kept.Checks;
using Kept.Engine;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Model;
using Kept.Rules;

namespace Kept.Scenarios;

/// <summary>Plays a scenario on the real engine, language, rules, judging and ledger, in one thread on a clock of its own. Stops at the first line that does not hold.</summary>
internal sealed partial class Scenario : IDisposable
{
    private static readonly string Statements = "start, house, check … sees, advance, at, beat, load, disk, clock jumps, stands still, kill, stop, run, expect";

    private readonly ScenarioText _text;
    private readonly Dictionary<string, Quantity?> _loads = new(StringComparer.Ordinal);
    private HouseWorld? _world;
    private DateTimeOffset _start = HouseWorld.Start;
    private HouseReading? _house;
    private bool _isRunning;
    private Statement _now = new(0, "", null);

    private Scenario(ScenarioText text) => _text = text;

    private HouseWorld World => _world ?? throw Wrong("nothing runs yet: write `house <<yaml` first");

    public static void Play(string name, string text)
    {
        using var scenario = new Scenario(ScenarioText.Parse(name, text));
        scenario.Play();
    }

    private void Play()
    {
        var expectations = 0;
        foreach (var statement in _text.Statements)
        {
            _now = statement;
            var text = statement.Text;
            if (AtForm().Match(text) is { Success: true } at)
            {
                AdvanceTo(at.Groups[1].Value);
                text = at.Groups[2].Value.Trim();
                if (text.Length == 0) continue;
            }
            if (text.StartsWith("expect ", StringComparison.Ordinal)) expectations++;
            Do(text, statement.Document);
        }
        if (expectations == 0) throw Wrong("a scenario without `expect` shows nothing");
        if (_isRunning) World.Stop();
        if (World.Ledger.Verify(default) is { Holds: false } verification) throw Wrong("the ledger does not hold: " + verification.Problems[0]);
    }

    private void Do(string text, string? document)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["start", ..]: _start = Words.Moment(text[6..], DateTimeOffset.MinValue) ?? throw Wrong("write the moment as 2026-03-02 10:00"); break;
            case ["house"]: TakeHouse(document ?? throw Wrong("write `house <<yaml`, the document, and `yaml`")); break;
            case ["check", var target, "sees", ..]: See(target, text[(text.IndexOf(" sees ", StringComparison.Ordinal) + 6)..]); break;
            case ["advance", var by]: World.Advance(Words.Duration(by) is { Ticks: > 0 } time ? time : throw Wrong("write a duration such as 90s, 10m or 1h30m")); break;
            case ["beat", var key, ..]: Beat(key, words[2..]); break;
            case ["load", var agent, var rate]: _loads[agent] = rate == "unknown" ? null : Words.Rate(rate) ?? throw Wrong("write a rate such as 500/s, or `unknown`"); break;
            case ["disk", "full"]: World.Ledger.IsFull = true; break;
            case ["disk", "works"]: World.Ledger.IsFull = false; break;
            case ["clock", "jumps", var jump]: World.Clock.Jump(Words.Duration(jump) ?? throw Wrong("write a duration such as 1h or -10m")); break;
            case ["stands", "still", var still]: World.Clock.Freeze(Words.Duration(still) ?? throw Wrong("write a duration such as 20s")); break;
            case ["kill"]: World.Kill(); _isRunning = false; break;
            case ["stop"]: World.Stop(); _isRunning = false; break;
            case ["run"]: Run(); break;
            case ["expect", ..]: Expect(text["expect ".Length..].Trim()); break;
            default: throw Wrong($"`{text}` is no statement; there are: {Statements}");
        }
    }

    private void AdvanceTo(string written)
    {
        if (_world is null)
        {
            _start = Words.Moment(written, _start) ?? throw Wrong("write a time as 10:05 or 10:05:30");
            return;
        }
        var at = Words.Moment(written, _world.Clock.GetUtcNow()) ?? throw Wrong("write a time as 10:05 or 10:05:30");
        _world.AdvanceTo(at);
    }

    private void TakeHouse(string yaml)
    {
        _world ??= new HouseWorld(start: _start)
        {
            ReadLoad = (source, _) => ValueTask.FromResult(_loads.GetValueOrDefault(source.Metric)),
        };
        var reading = HouseWorld.Read(yaml);
        if (reading.House is { } house)
        {
            var problems = HouseRules.Check(house, World.Now);
            reading = new HouseReading(house with { Diagnostics = [.. house.Diagnostics, .. problems] }, [.. reading.Diagnostics, .. problems]);
        }
        if (_isRunning)
        {
            World.Take(reading);
            if (reading.House is not null) _house = reading;
            return;
        }
        _house = reading.House is not null ? reading : throw Wrong("the first house is refused:\n" + string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        Run();
    }

    private void Run()
    {
        World.Run(_house ?? throw Wrong("there is no house to run"));
        _isRunning = true;
        World.Advance(TimeSpan.FromMilliseconds(20));
    }

    private void See(string target, string behaviour)
    {
        var script = Words.Behaviour(behaviour) ?? Words.Shown(behaviour, name => CheckCatalog.Kinds.Any(kind => kind.IndexOf(name) >= 0)) ?? throw Wrong(
            $"`{behaviour}` is nothing a target does: write a status (200, `200 in 300ms`, `200 body {{…}}`), what is seen (`rcode = 'NXDOMAIN'; count = 0`), a failure (refused, timed-out, reset, name-not-found, certificate-invalid …), `gap resolver`, `no end` or `fault`");
        if (target == "all") World.Looks.Otherwise = script;
        else if (PromiseName.TryParse(target, Agent, out var name) && World.View.Find(name) is { } promise)
            foreach (var check in promise.Promise.Checks) World.Looks[check.Target.Text] = script;
        else World.Looks[target] = script;
    }

    private void Beat(string key, string[] words)
    {
        var beat = words switch
        {
            [] or ["success"] => new Beat(key, BeatKind.Success, 0, null, null),
            ["start"] => new Beat(key, BeatKind.Start, 0, null, null),
            ["fail", .. var said] => new Beat(key, BeatKind.Fail, 0, said.Length == 0 ? null : string.Join(' ', said), null),
            ["exit", var code] when int.TryParse(code, out var number) => new Beat(key, BeatKind.ExitCode, number, null, null),
            _ => throw Wrong("a beat says nothing (success), `start`, `fail WORDS` or `exit 3`"),
        };
        World.Beat(beat);
        World.Advance(TimeSpan.FromMilliseconds(10));
    }

    private string Agent => _house?.House?.Agents[0].Id ?? "";

    private ScenarioException Wrong(string message) => new(_text.Name, _now.Line, message + (_now.Line > 0 ? $"\n    {_now.Text}" : ""));

    public void Dispose() => _world?.Dispose();

    [GeneratedRegex(@"^at ((?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)?)(?:\s+(.*))?$")]
    private static partial Regex AtForm();
}
