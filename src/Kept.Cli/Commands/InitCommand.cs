using System.CommandLine;
using Kept.Cli.Output;

namespace Kept.Cli.Commands;

/// <summary><c>kept init</c>: the first document of a house, ready to be edited. Never overwrites.</summary>
internal static class InitCommand
{
    internal const string FirstDocument =
        """
        # A promise document: what one agent promises about itself, so that others can verify it.
        # Check it with `kept check`, look once with `kept verify`, run it with `kept up FOLDER`.
        kept: 1
        agent: my-service
        name: My Service
        kind: service
        domains: [localhost]
        until: UNTIL
        contact:
          - { role: on call, reach: 'mailto:you@example.com', hours: 'Mo-Fr 09:00-17:00 Europe/Brussels', answers: within 1h, expires: UNTIL }

        promises:
          api@1:
            version: 1.0
            benefit: As a client you get an answer while you wait.
            to: [colleagues]
            docs: README.md
            notice: 14d
            keeps:
              - availability >= 99.5% over 30d
              - latency p95 <= 500ms over 1d
            fails:
              - { code: 503 later, sees: an error page, retry: after 30s, loses: nothing }
            limits: { load: 50/s, burst: 100, ramp: doubles in 5m, beyond: 429 with Retry-After, raise: 2 working days }
            uses: not disclosed
            check:
              http: GET http://localhost:8080/health
              every: 30s
              timeout: 5s
              confirm: 2 of 3
              expect:
                - status == 200
                - time < 2s

        """;

    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the house shall stand", DefaultValueFactory = _ => "." };
        var command = new Command("init", "Write the first document of a house, to be edited; never overwrites") { folder };
        command.SetAction(parsed =>
        {
            var into = parsed.GetValue(folder)!;
            var path = Path.Combine(into, "my-service.kept.yaml");
            if (File.Exists(path)) throw new UsageException($"{path} is there already, and stays as it is; edit it, or name another folder");
            Directory.CreateDirectory(into);
            var until = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddYears(1);
            File.WriteAllText(path, FirstDocument.Replace("UNTIL", until.ToString("yyyy-MM-dd"), StringComparison.Ordinal));
            terminal.Talk.WriteLine($"Wrote {path}.");
            terminal.Talk.WriteLine($"Next: edit it · kept check {into} · kept verify {into} · kept up {into}");
            return ExitCodes.Kept;
        });
        return command;
    }
}
