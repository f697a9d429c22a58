using System.CommandLine;
using System.Text;
using Kept.Checks;
using Kept.Cli.Output;
using Kept.Cli.Trying;
using Kept.Language;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary><c>kept try</c>: one expectation against one observation, here and now; no network, no house.</summary>
internal static class TryCommand
{
    private const int MaxFile = 16 << 20;

    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var expression = new Argument<string>("EXPR") { Description = "One line of `expect`, such as \"body.ready == true\"" };
        var seen = new Option<string>("--seen") { Description = "What was seen, as a JSON object; - reads stdin", HelpName = "FILE", Required = true };
        var dialect = new Option<string>("--dialect") { Description = "kept, or gatus: then EXPR is a condition of Gatus, and verdict and text are Gatus' own", HelpName = "NAME", DefaultValueFactory = _ => "kept" };
        dialect.AcceptOnlyFromAmong("kept", "gatus");
        var kind = new Option<string>("--kind") { Description = "The kind of check that saw it", HelpName = "KIND", DefaultValueFactory = _ => "http" };
        kind.AcceptOnlyFromAmong([.. CheckCatalog.Kinds.Select(one => one.Name)]);
        var json = Shared.Json();
        var command = new Command("try", "Try one expectation on one observation: 0 it passes, 1 it fails, 3 unknown, 2 refused") { expression, seen, dialect, kind, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (file, text) = (parsed.GetValue(seen)!, parsed.GetValue(expression)!);
            var content = file == "-" ? Encoding.UTF8.GetString(await terminal.ReadInputAsync(MaxFile, cancellationToken)) : await ReadAsync(file, cancellationToken);
            var now = time.GetUtcNow();
            var trial = parsed.GetValue(dialect) == "gatus"
                ? Trial.OfGatus(text, file, content, now)
                : Trial.OfOurs(text, file, content, CheckCatalog.Kinds.Single(one => one.Name == parsed.GetValue(kind)), Instant.From(now));
            if (parsed.GetValue(json)) terminal.Result.WriteLine(Json(trial));
            else Write(terminal, trial);
            return trial.ExitCode;
        });
        return command;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'");
        if (new FileInfo(file).Length > MaxFile) throw new UsageException($"'{file}' is larger than 16 MiB");
        return await File.ReadAllTextAsync(file, cancellationToken);
    }

    private static string Json(Trial trial) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("outcome", trial.Outcome);
        json.WriteString("text", trial.Text);
        DiagnosticJson.Write(json, trial.Diagnostics);
        json.WriteEndObject();
    });

    private static void Write(Terminal terminal, Trial trial)
    {
        var colour = trial.Outcome switch { "pass" => Outcome.Kept, "fail" => Outcome.Broken, "unknown" => Outcome.Unknown, _ => Outcome.NotAPromise };
        terminal.Result.WriteLine($"{terminal.As(colour, $"{Terminal.Glyph(colour)} {trial.Outcome}")}  {trial.Text}");
        foreach (var diagnostic in trial.Diagnostics)
        {
            terminal.Result.WriteLine();
            terminal.Result.WriteLine(DiagnosticText.Render(diagnostic));
        }
    }
}
