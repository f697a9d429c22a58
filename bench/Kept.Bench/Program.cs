using System.Globalization;
using Kept.Bench;

// Looks per second and CPU seconds per 1,000 looks of the whole pipeline, beside a bare SocketsHttpHandler loop and blackbox_exporter, on the same target in the
// same run. Prints a Markdown table: medians of the rounds, and ratios within each round.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["house", ..])
{
    await Houses.MeasureAsync(args is [_, var n, ..] ? int.Parse(n) : 10_000);
    return;
}
if (args is ["hollow", ..])
{
    Hollow.Measure(args is [_, var many, ..] ? int.Parse(many) : 10_000);
    return;
}
if (args is ["import", ..])
{
    Imports.Measure(args is [_, var those, ..] ? int.Parse(those) : 1_000, args is [_, _, var looksOfThem, ..] ? int.Parse(looksOfThem) : 1_000_000);
    return;
}
if (args is ["pipeline", var one, var perSecond, var stretch])
{
    // One stretch at one rate, to look into with a profiler.
    using var alone = new Target();
    using var garbage = new Garbage();
    var seen = await Contestants.PipelineAsync(alone, Enum.Parse<Mode>(one, ignoreCase: true), int.Parse(perSecond), TimeSpan.FromSeconds(int.Parse(stretch)), garbage);
    Console.WriteLine($"{seen.LooksPerSecond:0} looks/s, {seen.CpuPerThousand:0.000} CPU s per 1,000, {seen.Note}\n{garbage.Told(25)}");
    return;
}
var seconds = args is [var s, ..] ? int.Parse(s) : 6;
var rounds = args is [_, var r, ..] ? int.Parse(r) : 3;
var length = TimeSpan.FromSeconds(seconds);
using var target = new Target();

Console.WriteLine("| mode | bare looks/s | bare CPU/1000 | Kept looks/s | Kept CPU/1000 | Kept/bare looks | Kept/bare CPU | blackbox looks/s | blackbox CPU/1000 | Kept/blackbox CPU |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
var notes = new List<string>();
foreach (var mode in (Mode[])[Mode.New, Mode.Kept, Mode.Tls])
{
    var rows = new List<(Stretch Bare, Stretch Whole, Stretch Kept, Stretch Blackbox)>();
    for (var round = 0; round < rounds; round++)
    {
        var bare = await Contestants.BareAsync(target, mode, length);
        var whole = mode == Mode.Tls ? await Contestants.BareAsync(target, mode, length, resumes: false) : bare;
        var blackbox = await Contestants.BlackboxAsync(target, mode, length);
        // A schedule has no full speed of its own: it is asked for more or fewer looks a second, and the fastest rate that it keeps (at most 1 % dropped) counts,
        // to a twentieth of the bare rate.
        var kept = default(Stretch);
        for (var (keeps, fails) = (0, 21); fails - keeps > 1;)
        {
            var step = Math.Max(1, (keeps + fails) / 2);
            var due = (int)(bare.LooksPerSecond * step / 20);
            var tried = await Contestants.PipelineAsync(target, mode, due, length);
            if (tried.LooksPerSecond >= due * 0.99 && tried.GapsPerSecond <= due * 0.01) (kept, keeps) = (tried with { LooksPerSecond = Math.Min(due, tried.LooksPerSecond) }, step); // what it catches up is no rate that it keeps
            else fails = step;
        }
        rows.Add((bare, whole, kept, blackbox));
        notes.Add($"{mode} round {round + 1}: {kept.Note}");
    }
    Print(mode == Mode.Tls ? "tls, bare resumes sessions" : mode.ToString().ToLowerInvariant(), row => row.Bare);
    if (mode == Mode.Tls) Print("tls, bare shakes hands in full as Kept does", row => row.Whole);

    void Print(string name, Func<(Stretch Bare, Stretch Whole, Stretch Kept, Stretch Blackbox), Stretch> bare) => Console.WriteLine($"| {name} | {Median(row => bare(row).LooksPerSecond):0} | {Median(row => bare(row).CpuPerThousand):0.000} | {Median(row => row.Kept.LooksPerSecond):0} | {Median(row => row.Kept.CpuPerThousand):0.000} "
        + $"| {Median(row => row.Kept.LooksPerSecond / bare(row).LooksPerSecond):0.00} | {Median(row => row.Kept.CpuPerThousand / bare(row).CpuPerThousand):0.00} "
        + $"| {Median(row => row.Blackbox.LooksPerSecond):0} | {Median(row => row.Blackbox.CpuPerThousand):0.000} | {Median(row => row.Kept.CpuPerThousand / row.Blackbox.CpuPerThousand):0.00} |");

    double Median(Func<(Stretch Bare, Stretch Whole, Stretch Kept, Stretch Blackbox), double> figure) => rows.Select(figure).Order().ElementAt(rows.Count / 2);
}
Console.WriteLine();
Console.WriteLine("Over TLS blackbox_exporter verifies no chain here (insecure_skip_verify: true); Kept and the bare loop do.");
foreach (var note in notes) Console.WriteLine(note);
